"""On PostgreSQL, the database itself keeps count of what each register holds in each county."""

from django.db import migrations, models

COUNT = """
CREATE OR REPLACE FUNCTION hetao_count_held() RETURNS trigger AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    INSERT INTO cities_held (register, county, things)
    SELECT register, county, count(*) FROM after GROUP BY 1, 2 ORDER BY 1, 2
    ON CONFLICT (register, county) DO UPDATE SET things = cities_held.things + EXCLUDED.things;
  ELSIF TG_OP = 'DELETE' THEN
    UPDATE cities_held SET things = things - gone.n
    FROM (SELECT register, county, count(*) AS n FROM before GROUP BY 1, 2) AS gone
    WHERE cities_held.register = gone.register AND cities_held.county = gone.county;
    DELETE FROM cities_held WHERE things = 0;
  ELSE
    INSERT INTO cities_held (register, county, things)
    SELECT register, county, sum(n) FROM (
      SELECT register, county, 1 AS n FROM after
      UNION ALL SELECT register, county, -1 FROM before
    ) AS moved GROUP BY 1, 2 HAVING sum(n) <> 0 ORDER BY 1, 2
    ON CONFLICT (register, county) DO UPDATE SET things = cities_held.things + EXCLUDED.things;
  END IF;
  RETURN NULL;
END; $$ LANGUAGE plpgsql;
"""
TABLES = {
    "INSERT": "NEW TABLE AS after",
    "DELETE": "OLD TABLE AS before",
    "UPDATE": "OLD TABLE AS before NEW TABLE AS after",
}
FILL = """
INSERT INTO cities_held (register, county, things)
SELECT register, county, count(*) FROM cities_thing GROUP BY 1, 2
"""


def count(apps, schema_editor):
    if schema_editor.connection.vendor != "postgresql":
        return
    schema_editor.execute(COUNT.replace("%", "%%"), params=())
    for event, tables in TABLES.items():
        schema_editor.execute(
            f"CREATE TRIGGER cities_thing_held_{event.lower()} AFTER {event} ON cities_thing "
            f"REFERENCING {tables} FOR EACH STATEMENT EXECUTE FUNCTION hetao_count_held()"
        )
    schema_editor.execute(FILL)


def leave(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        for event in TABLES:
            schema_editor.execute(f"DROP TRIGGER cities_thing_held_{event.lower()} ON cities_thing")
        schema_editor.execute("DROP FUNCTION hetao_count_held")


class Migration(migrations.Migration):
    dependencies = [("cities", "0004_zone_outline")]
    operations = [
        migrations.CreateModel(
            name="Held",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("register", models.CharField(max_length=40)),
                ("county", models.CharField(blank=True, max_length=40)),
                ("things", models.BigIntegerField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("register", "county"), name="held_once")
                ],
            },
        ),
        migrations.RunPython(count, leave),
    ]
