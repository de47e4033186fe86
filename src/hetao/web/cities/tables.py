"""A register as a table: its columns, filters, order, and as a workbook."""

import io
from collections.abc import Mapping
from typing import Any

import openpyxl
from django.db.models import F, Q, QuerySet
from openpyxl.styles import Font, PatternFill

from hetao.collection.register_sheets import shown
from hetao.registers.definition import Field, Register
from hetao.web.cities.models import Thing
from hetao.web.site.words import name_of, say

ROWS_AT_MOST = 200_000
FORMULA_MARKS = ("=", "+", "-", "@", "\t", "\r")


def columns_of(register: Register) -> list[Field]:
    """Return the columns that are shown of a register: its own, without what is personal."""
    own = [one for one in register.fields if one.name not in ("id", "name", "source")]
    return [one for one in own if not one.personal]


def filtered(
    rows: QuerySet[Thing], register: Register, wanted: Mapping[str, str]
) -> QuerySet[Thing]:
    """Return the rows that a query asks for, in the order it asks for."""
    if county := wanted.get("county"):
        rows = rows.filter(county=county)
    if words := wanted.get("q", "").strip().lower():
        rows = rows.filter(sought__contains=words)
    for one in columns_of(register):
        if one.values and (value := wanted.get(one.name)):
            rows = rows.filter(Q(**{f"fields__{one.name}": value}))
    order = wanted.get("order", "")
    names = {one.name for one in columns_of(register)}
    bare = order.removeprefix("-")
    if bare in ("ref", "name"):
        return rows.order_by(order, "pk")
    if bare in names:
        field = F(f"fields__{bare}")
        down = order.startswith("-")
        by = field.desc(nulls_last=True) if down else field.asc(nulls_last=True)
        return rows.order_by(by, "pk")
    return rows.order_by("ref")


def write_table(rows: QuerySet[Thing], register: Register) -> bytes:
    """Return rows as a workbook of one sheet, titled as the collection workbooks are."""
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet(name_of(register)[:31])
    columns = columns_of(register)
    bold, ground = Font(bold=True), PatternFill("solid", fgColor="E4EFF1")
    heads = [say("cities.id"), say("cities.name")]
    heads += [f"{name_of(c, 'title')}{f'（{c.unit}）' if c.unit else ''}" for c in columns]
    told = []
    for text in heads:
        cell = openpyxl.cell.WriteOnlyCell(sheet, text)
        cell.font, cell.fill = bold, ground
        told.append(cell)
    sheet.freeze_panes = "C2"
    sheet.append(told)
    for thing in rows.defer("shape", "sought")[:ROWS_AT_MOST].iterator(chunk_size=2000):
        cells = [thing.ref, thing.name]
        cells += [shown(thing.fields.get(c.name), c) for c in columns]
        sheet.append([_safe(cell) for cell in cells])
    kept = io.BytesIO()
    book.save(kept)
    return kept.getvalue()


def _safe(value: Any) -> Any:  # noqa: ANN401
    """Return a cell that no spreadsheet takes for a formula."""
    if isinstance(value, list):
        value = "、".join(map(str, value))
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA_MARKS) else value
