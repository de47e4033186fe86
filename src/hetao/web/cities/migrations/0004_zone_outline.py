"""
Zones keep what a small map shows of them; until they are taken up anew it shows all.

Things that were changed here are found among a million without looking at the others.
"""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("cities", "0003_delivery_job")]
    operations = [
        migrations.AddField("zone", "outline", models.BinaryField(null=True)),
        migrations.AddIndex(
            "thing",
            models.Index(
                fields=["register", "ref"], condition=Q(version__gt=1), name="thing_changed"
            ),
        ),
    ]
