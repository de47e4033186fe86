from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tasks", "0002_append_only")]
    operations = [
        migrations.AddField(
            model_name="reading",
            name="reason",
            field=models.CharField(blank=True, max_length=12),
        ),
    ]
