"""Versions only grow from here on; what may differ from the newest snapshot is marked."""

from django.db import migrations, models
from django.db.models import Q


def mark(apps, schema_editor):
    apps.get_model("cities", "Thing").objects.filter(version__gt=1).update(changed=True)


class Migration(migrations.Migration):
    dependencies = [("cities", "0006_community")]
    operations = [
        migrations.RemoveIndex("thing", "thing_changed"),
        migrations.AddField("thing", "changed", models.BooleanField(default=False)),
        migrations.RunPython(mark, migrations.RunPython.noop),
        migrations.AddIndex(
            "thing",
            models.Index(
                fields=["register", "ref"], condition=Q(changed=True), name="thing_changed"
            ),
        ),
    ]
