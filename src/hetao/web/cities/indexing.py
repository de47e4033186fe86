"""
Indexes of large registers' columns, so that a page sorted or filtered by one need not read all.

A thing's fields are JSON; on PostgreSQL a register of so many rows gets an index in both orders for
each of its columns when it is taken up. SQLite sorts what an embedded city holds without.
"""

from django.db import connection
from django.db.models import Count

from hetao.registers.definition import Register, registers
from hetao.web.cities.models import Thing

LARGE = 50_000
"""Rows of a register from which on sorting it whole is felt."""

NAME_LETTERS = 50
ORDERS = {"up": "ASC NULLS LAST", "down": "DESC NULLS LAST"}


def index_large() -> list[str]:
    """Index the columns of every register that is large; return the names of all such indexes."""
    if connection.vendor != "postgresql":
        return []
    held = Thing.objects.order_by("register").values_list("register").annotate(n=Count("pk"))
    return [
        name
        for id_, count in held
        if count >= LARGE and id_ in registers()
        for name in _indexed(registers()[id_])
    ]


def _indexed(register: Register) -> list[str]:
    made = []
    names = [one.name for one in register.fields if not one.personal and one.name != "id"]
    with connection.cursor() as cursor:
        for column in names:
            if column == "source":
                continue
            key = "name" if column == "name" else f"(fields -> '{column}')"
            for way, order in ORDERS.items():
                name = f"thing_{register.id}_{column}"[:NAME_LETTERS] + f"_{way}"
                cursor.execute(
                    f'CREATE INDEX IF NOT EXISTS "{name}" ON cities_thing ({key} {order}, id)'
                    f" WHERE register = '{register.id}'"
                )
                made.append(name)
    return made
