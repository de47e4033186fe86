"""A delivery that is being loaded knows the work that does it."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cities", "0002_search"), ("jobs", "0001_initial")]
    operations = [
        migrations.AddField(
            model_name="delivery",
            name="job",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+",
                to="jobs.job",
            ),
        ),
    ]  # fmt: skip
