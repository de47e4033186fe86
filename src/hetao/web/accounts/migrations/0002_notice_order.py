"""Notices are paged by person, the newest first."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]
    operations = [
        migrations.AddIndex(
            "notice", models.Index(fields=["user", "-made_at", "-id"], name="notice_newest")
        ),
    ]
