"""
Things keep the community that holds their place, and are found by it.

Those that are there already get theirs when they are taken up or changed next.
"""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cities", "0005_held")]
    operations = [
        migrations.AddField(
            "thing", "community", models.CharField(blank=True, default="", max_length=40),
            preserve_default=False,
        ),
        migrations.AddIndex(
            "thing",
            models.Index(fields=["register", "community", "ref"], name="thing_in_community"),
        ),
        migrations.AddIndex(
            "thing", models.Index(fields=["register", "zone", "ref"], name="thing_in_zone")
        ),
    ]
