"""A run keeps how many findings of each indicator it has; those that are there are counted once."""

from django.db import migrations, models


def count(apps, schema_editor):
    for run in apps.get_model("checkups", "Run").objects.defer("assessed"):
        rows = apps.get_model("checkups", "Finding").objects.filter(run=run).order_by()
        counted = rows.values("indicator").annotate(n=models.Count("pk"))
        run.found = {row["indicator"]: row["n"] for row in counted}
        run.save(update_fields=["found"])


class Migration(migrations.Migration):
    dependencies = [("checkups", "0002_finding_orders")]
    operations = [
        migrations.AddField("run", "found", models.JSONField(null=True)),
        migrations.RunPython(count, migrations.RunPython.noop),
    ]
