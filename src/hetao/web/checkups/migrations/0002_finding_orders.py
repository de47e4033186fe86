"""Findings are paged in the order they were taken up: of a run, an indicator, a county."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("checkups", "0001_initial")]
    operations = [
        migrations.AddIndex(
            "finding", models.Index(fields=["run", "id"], name="finding_run_order")
        ),
        migrations.AddIndex(
            "finding",
            models.Index(fields=["run", "indicator", "id"], name="finding_indicator_order"),
        ),
        migrations.AddIndex(
            "finding", models.Index(fields=["run", "county", "id"], name="finding_county_order")
        ),
    ]
