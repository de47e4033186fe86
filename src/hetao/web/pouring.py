"""Pour many rows into a table: by COPY on PostgreSQL, by one prepared statement elsewhere."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

from django.db import connection, models

PREPARED = (models.JSONField, models.BinaryField, models.DateTimeField, models.DateField)
"""Fields whose values the database wants in a form of its own."""

BATCH = 2000

Prepare = Callable[[Any], Any]


def pour(model: type[models.Model], names: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    """
    Put rows into a model's table without making an object of each; return how many there were.

    Parameters
    ----------
    names : sequence of str
        The fields that the rows give, by attribute (`run_id`); all others but the key have no
        default of their own in the database, so a row that leaves one out is refused by it.
    """
    fields = [_field(model, name) for name in names]
    prepare = [(at, _preparing(field)) for at, field in enumerate(fields)
               if isinstance(field, PREPARED)]  # fmt: skip
    ready = (_prepared(row, prepare) for row in rows)
    table = connection.ops.quote_name(model._meta.db_table)
    columns = ", ".join(connection.ops.quote_name(field.column) for field in fields)
    if connection.vendor == "postgresql":
        return _copied(f"COPY {table} ({columns}) FROM STDIN", ready)
    marks = ", ".join(["%s"] * len(fields))
    return _inserted(f"INSERT INTO {table} ({columns}) VALUES ({marks})", ready)


def _field(model: type[models.Model], name: str) -> Any:  # noqa: ANN401
    return next(field for field in model._meta.concrete_fields if field.attname == name)


def _preparing(field: Any) -> Prepare:  # noqa: ANN401
    return lambda value: field.get_db_prep_save(value, connection)


def _prepared(row: Sequence[Any], prepare: Sequence[tuple[int, Prepare]]) -> Sequence[Any]:
    if not prepare:
        return row
    kept = list(row)
    for at, ready in prepare:
        kept[at] = ready(kept[at])
    return kept


def _copied(statement: str, rows: Iterator[Sequence[Any]]) -> int:
    count = 0
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(row)
            count += 1
    return count


def _inserted(statement: str, rows: Iterator[Sequence[Any]]) -> int:
    count = 0
    with connection.cursor() as cursor:
        while batch := list(islice(rows, BATCH)):
            cursor.executemany(statement, batch)
            count += len(batch)
    return count
