"""A register as a table: its columns, filters, order, and as a workbook."""

import io
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import openpyxl
from django.db.models import F, QuerySet
from openpyxl.styles import Font, PatternFill

from hetao.collection.register_sheets import shown
from hetao.registers.definition import Field, Register, registers
from hetao.web.cities.models import Thing, Zone
from hetao.web.cities.placing import in_zone
from hetao.web.cities.seeking import CLOSEST, called
from hetao.web.site.words import name_of, say

if TYPE_CHECKING:
    from hetao.web.cities.within import Within

ROWS_AT_MOST = 200_000
WIDE = 8
"""Columns of a wide register that are shown unless others are chosen."""

SAMPLE = 500
UNKNOWN = "?"
TRUTH = {"yes": True, "no": False}
NUMBERS = ("integer", "number")
FILTERED = {"integer": "range", "number": "range", "boolean": "truth"}
FORMULA_MARKS = ("=", "+", "-", "@", "\t", "\r")


def columns_of(register: Register) -> list[Field]:
    """Return the columns that are shown of a register: its own, without what is personal."""
    own = [one for one in register.fields if one.name not in ("id", "name", "source")]
    return [one for one in own if not one.personal]


def shown_columns(register: Register, wanted: Sequence[str]) -> list[Field]:
    """Return the columns that are chosen; those of a wide register are its first few unless so."""
    columns = columns_of(register)
    chosen = [one for one in columns if one.name in wanted]
    return chosen or columns[: WIDE if len(columns) > WIDE + 2 else None]


def filtered(
    rows: QuerySet[Thing], register: Register, wanted: Mapping[str, str]
) -> QuerySet[Thing]:
    """
    Return the rows that a query asks for, in the order it asks for.

    `county` and `zone` take codes, `q` words; a field takes a listed value, yes or no, or `?` for
    what is not known; numbers take `field.from` and `field.to`, both inclusive.
    """
    if county := wanted.get("county"):
        rows = rows.filter(county=county)
    if words := wanted.get("q", "").strip().lower():
        rows = rows.filter(called(words))
    for one in columns_of(register):
        rows = _by_field(rows, one, wanted)
    if zone := Zone.objects.filter(pk=wanted.get("zone") or "").first():
        rows = in_zone(rows, zone)
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
    return rows.order_by(*(CLOSEST if words else ("ref",)))


def _by_field(rows: QuerySet[Thing], one: Field, wanted: Mapping[str, str]) -> QuerySet[Thing]:
    value = wanted.get(one.name, "")
    if value == UNKNOWN:
        return rows.exclude(fields__has_key=one.name)
    if value and one.values:
        rows = rows.filter(**{f"fields__{one.name}": value})
    if value in TRUTH and one.type == "boolean":
        rows = rows.filter(**{f"fields__{one.name}": TRUTH[value]})
    if one.type in NUMBERS:
        for end, ask in (("from", "gte"), ("to", "lte")):
            number = _number(wanted.get(f"{one.name}.{end}", ""))
            if number is not None:
                rows = rows.filter(**{f"fields__{one.name}__{ask}": number})
    return rows


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


@dataclass(frozen=True)
class Filter:
    """One field that a table is filtered by, with what is chosen."""

    field: Field
    kind: str
    value: str
    low: str
    high: str

    @property
    def is_set(self) -> bool:
        """Say whether anything is chosen."""
        return bool(self.value or self.low or self.high)


def filters_of(register: Register, wanted: Mapping[str, str]) -> list[Filter]:
    """Return the fields by which a register is filtered: listed values, yes or no, numbers."""
    found = []
    for one in columns_of(register):
        kind = "list" if one.values else FILTERED.get(one.type, "")
        if kind:
            found.append(Filter(
                one, kind, wanted.get(one.name, ""), wanted.get(f"{one.name}.from", ""),
                wanted.get(f"{one.name}.to", ""),
            ))  # fmt: skip
    return found


@dataclass(frozen=True)
class Known:
    """How many of some rows know a field."""

    field: Field
    count: int
    total: int

    @property
    def share(self) -> float:
        """Return the share, 0 to 1; of no rows it is 0."""
        return self.count / self.total if self.total else 0.0


def completeness(rows: QuerySet[Thing], register: Register) -> list[Known]:
    """Return the share of known cells of each column, over the first rows of a large register."""
    told = list(rows.order_by("ref").values_list("fields", flat=True)[:SAMPLE])
    return [
        Known(one, sum(one.name in fields for fields in told), len(told))
        for one in columns_of(register)
    ]


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


def write_found(found: "Sequence[Within]") -> bytes:
    """Return what lies in a polygon as a workbook: a sheet a register."""
    book = openpyxl.Workbook(write_only=True)
    for one in found:
        register = registers()[one.register]
        sheet = book.create_sheet(name_of(register)[:31])
        columns = columns_of(register)
        sheet.append(
            [say("cities.id"), say("cities.name"), *(name_of(c, "title") for c in columns)]
        )
        for thing in one.things:
            cells = [shown(thing.fields.get(c.name), c) for c in columns]
            sheet.append([_safe(cell) for cell in (thing.ref, thing.name, *cells)])
    if not found:
        book.create_sheet(say("cities.none")[:31])
    kept = io.BytesIO()
    book.save(kept)
    return kept.getvalue()


def _safe(value: Any) -> Any:  # noqa: ANN401
    """Return a cell that no spreadsheet takes for a formula."""
    if isinstance(value, list):
        value = "、".join(map(str, value))
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA_MARKS) else value
