"""Tasks are paged by deadline, the newest first among equals."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tasks", "0003_reading_reason")]
    operations = [
        migrations.AddIndex("task", models.Index(fields=["due", "-id"], name="task_order")),
    ]
