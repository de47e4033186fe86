"""The kinds of Word and Excel files have longer names than a PostgreSQL column of 60 holds."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tasks", "0005_task_of_target")]
    operations = [migrations.AlterField("evidence", "kind", models.CharField(max_length=100))]
