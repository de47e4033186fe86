"""On PostgreSQL, search looks through an index of three-letter groups."""

from django.db import migrations

TABLES = (("cities_thing", "sought"),)


def index(apps, schema_editor):
    if schema_editor.connection.vendor != "postgresql":
        return
    schema_editor.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    for table, column in TABLES:
        schema_editor.execute(
            f"CREATE INDEX {table}_{column}_trgm ON {table} USING gin ({column} gin_trgm_ops)"
        )


def drop(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        for table, column in TABLES:
            schema_editor.execute(f"DROP INDEX {table}_{column}_trgm")


class Migration(migrations.Migration):
    dependencies = [("cities", "0001_initial")]
    operations = [migrations.RunPython(index, drop)]
