"""The tasks of a target are found without looking at all others."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("tasks", "0004_task_order")]
    operations = [
        migrations.AddIndex(
            "task",
            models.Index(fields=["target"], condition=~Q(target=""), name="task_of_target"),
        ),
    ]
