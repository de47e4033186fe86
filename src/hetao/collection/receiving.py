"""A workbook that comes back: read, checked cell by cell, taken whole or returned marked."""

import csv
import re
import shutil
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.comments import Comment
from openpyxl.styles import PatternFill
from openpyxl.worksheet.worksheet import Worksheet

from hetao.catalogue.entries import Entry, entries
from hetao.catalogue.naming import entry_called, variant_called
from hetao.checkup.reported import REGISTER
from hetao.collection.cells import Cell, read_number
from hetao.collection.workbooks import ASKED, words
from hetao.errors import UserError
from hetao.registers.loading import load_source
from hetao.registers.workspace import Workspace

_SEARCHED = 15
_JUMP = 0.3
_COUNTS = frozenset("个栋套处座起条")
_FIELDS = ("indicator", "variant", "zone", "year", "value", "unit", "numerator", "denominator",
           "not_applicable", "reported_by", "note")  # fmt: skip


@dataclass(frozen=True)
class CellFault:
    """One fault, at one cell of one sheet; `key` names its sentence in `words.toml`."""

    sheet: str
    cell: str
    key: str
    found: str = ""
    needed: str = ""
    unit: str = ""

    def text(self, language: str = "zh") -> str:
        """Return the sentence."""
        where = f"{self.sheet}!{self.cell}" if self.cell else self.sheet
        facts = {"cell": where, "file": self.sheet}
        sentence = str(words()["fault"][self.key][language])
        return sentence.format(**facts, found=self.found, needed=self.needed, unit=self.unit)


@dataclass
class Delivery:
    """What a workbook says."""

    body: str = ""
    year: int = 0
    rows: list[dict[str, Any]] = field(default_factory=list)
    faults: list[CellFault] = field(default_factory=list)


def read_delivery(path: Path) -> Delivery:
    """
    Read a workbook and check every cell.

    Raises
    ------
    UserError
        If the file is no workbook.
    """
    try:
        book = openpyxl.load_workbook(path, data_only=True)
    except (OSError, KeyError, ValueError, zipfile.BadZipFile) as error:
        raise UserError("workbook_damaged", {"file": path.name, "why": error}) from None
    delivery = Delivery()
    _cover(book.worksheets, delivery)
    if not delivery.body or not delivery.year:
        delivery.faults.append(CellFault(path.name, "", "no_body"))
    found = next(((s, head) for s in book.worksheets if (head := _head(s))), None)
    if found is None:
        delivery.faults.append(CellFault(path.name, "", "no_sheet"))
    else:
        _rows(found[0], found[1], delivery)
        if not delivery.rows and not delivery.faults:
            delivery.faults.append(CellFault(path.name, "", "empty"))
    book.close()
    return delivery


def receive(workspace: Workspace, path: Path) -> Delivery:
    """
    Take a workbook in, whole or not at all.

    What the body sent before for the year is replaced and stays in `sources/` with its date.
    """
    delivery = read_delivery(path)
    if delivery.faults:
        return delivery
    with tempfile.TemporaryDirectory() as scratch:
        table = Path(scratch) / delivery_name(delivery.body, delivery.year)
        with table.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, _FIELDS)
            writer.writeheader()
            writer.writerows(delivery.rows)
        load_source(workspace, table, register=REGISTER)
    return delivery


def delivery_name(body: str, year: int) -> str:
    """Return the name under which the workspace keeps what a body sent for a year."""
    return f"填报-{body}-{year}.csv"


def mark(path: Path, delivery: Delivery, target: Path) -> None:
    """Write a copy of a workbook with its faulty cells coloured and commented."""
    shutil.copyfile(path, target)
    book = openpyxl.load_workbook(target)
    for fault in delivery.faults:
        if fault.cell and fault.sheet in book.sheetnames:
            cell = book[fault.sheet][fault.cell]
            cell.fill = PatternFill("solid", fgColor="F8D7D0")
            before = f"{cell.comment.text}\n" if cell.comment else ""
            cell.comment = Comment(before + fault.text("zh"), "hetao")
    book.save(target)


def _cover(sheets: list[Any], delivery: Delivery) -> None:
    told = words()["cover"]
    for sheet in sheets:
        for row in sheet.iter_rows(max_row=_SEARCHED, max_col=4, values_only=True):
            for label, value in pairwise(row):
                if label == told["body"] and value:
                    delivery.body = delivery.body or str(value).strip()
                year = re.search(r"(?:19|20)\d\d", str(value)) if label == told["year"] else None
                if year and not delivery.year:
                    delivery.year = int(year[0])


def _head(sheet: Worksheet) -> tuple[int, dict[str, int]] | None:
    """Return the row of the column titles, and the column of each, in whatever order."""
    titles = {title: key for key, title in words()["columns"].items()}
    for number, row in enumerate(sheet.iter_rows(max_row=_SEARCHED, values_only=True), start=1):
        found = {
            titles[str(value).strip()]: at
            for at, value in enumerate(row, start=1)
            if str(value).strip() in titles
        }
        if ("name" in found or "indicator" in found) and "value" in found:
            return number, found
    return None


def _rows(sheet: Worksheet, head: tuple[int, dict[str, int]], delivery: Delivery) -> None:
    first, columns = head
    seen: dict[tuple[str, str, str], int] = {}
    lines: list[tuple[_Line, dict[str, Any]]] = []
    for row in range(first + 1, sheet.max_row + 1):
        line = _Line(sheet, row, columns)
        if not line.is_filled:
            continue
        entry = entries().get(line.text("indicator")) or entry_called(line.text("name"))
        if entry is None:
            name = line.text("name") or line.text("indicator")
            delivery.faults.append(line.fault("name", "unknown_indicator", name))
            continue
        told = _checked(line, entry, delivery)
        key = (entry.id, told["variant"], told["zone"])
        if key in seen:
            delivery.faults.append(line.fault("name", "twice", entry.name_zh, str(seen[key])))
        seen[key] = row
        lines.append((line, told))
        delivery.rows.append({**told, "year": delivery.year, "reported_by": delivery.body})
    if not delivery.faults:
        delivery.faults += _sum_faults(lines, _counties_asked(sheet, head))


@dataclass(frozen=True)
class _Line:
    sheet: Worksheet
    row: int
    columns: Mapping[str, int]

    def raw(self, key: str) -> Any:  # noqa: ANN401  (whatever a cell holds)
        at = self.columns.get(key)
        return None if at is None else self.sheet.cell(self.row, at).value

    def text(self, key: str) -> str:
        value = self.raw(key)
        return "" if value is None else str(value).strip()

    def number(self, key: str, unit: str) -> Cell:
        at = self.columns.get(key)
        if at is None:
            return Cell("unknown")
        cell = self.sheet.cell(self.row, at)
        return read_number(cell.value, unit, shown_as=str(cell.number_format))

    @property
    def is_filled(self) -> bool:
        return any(self.text(key) for key in ASKED)

    def fault(
        self, key: str, kind: str, found: object = "", needed: str = "", unit: str = ""
    ) -> CellFault:
        at = self.columns.get(key) or self.columns.get("name") or 1
        where = self.sheet.cell(self.row, at).coordinate
        return CellFault(self.sheet.title, where, kind, _plain(found), needed, unit)


def _counties_asked(sheet: Worksheet, head: tuple[int, dict[str, int]]) -> dict[str, int]:
    """Return how many counties the sheet asks for each indicator, by its id."""
    found: dict[str, int] = {}
    for row in range(head[0] + 1, sheet.max_row + 1):
        line = _Line(sheet, row, head[1])
        if line.text("zone"):
            key = f"{line.text('indicator')} {line.text('variant')}"
            found[key] = found.get(key, 0) + 1
    return found


def _sum_faults(
    lines: list[tuple[_Line, dict[str, Any]]], asked: Mapping[str, int]
) -> Iterator[CellFault]:
    """Yield the city's figures that are not the sum of its counties', where all have reported."""
    for line, whole in lines:
        parts = [told for _, told in lines if told["zone"] and _same(told, whole)]
        if whole["zone"] or not parts or len(parts) != asked[_key(whole)]:
            continue
        summed = ("numerator", "denominator", *(["value"] if whole["unit"] in _COUNTS else []))
        for key in summed:
            if whole[key] == "" or any(part[key] == "" for part in parts):
                continue
            total = sum(part[key] for part in parts)
            if abs(total - whole[key]) > _tolerance(total):
                yield line.fault(key, "sum", whole[key], _plain(float(total)))


def _key(told: Mapping[str, Any]) -> str:
    return f"{told['indicator']} {told['variant']}"


def _same(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    return _key(one) == _key(other)


def _checked(line: _Line, entry: Entry, delivery: Delivery) -> dict[str, Any]:
    """Return a row as the register keeps it; what is wrong with it goes to the faults."""
    units = {
        "value": entry.unit,
        "numerator": entry.numerator_unit,
        "denominator": entry.denominator_unit,
    }
    cells = {key: line.number(key, unit) for key, unit in units.items()}
    faults = list(_cell_faults(line, cells, units))
    yes = line.text("not_applicable")
    if yes not in ("", words()["sheet"]["yes"]):
        faults.append(line.fault("not_applicable", "yes", yes))
    nowhere = bool(yes) or any(cell.kind == "not_applicable" for cell in cells.values())
    values = {key: cell.value for key, cell in cells.items()}
    if nowhere and any(value is not None for value in values.values()):
        faults.append(line.fault("not_applicable", "both"))
    if not faults:
        faults += _row_faults(line, entry, values)
    delivery.faults += faults
    notes = [line.text("note"), *(cell.note for cell in cells.values())]
    variant = line.text("variant") or variant_called(entry, line.text("variant_zh"))
    zone = line.text("zone") or line.text("zone_zh")
    return {
        "indicator": entry.id,
        "variant": variant or next(iter(entry.variants)),
        "zone": "" if zone == words()["sheet"]["whole"] else zone,
        "unit": entry.unit,
        "not_applicable": "true" if nowhere else "",
        "note": " ".join(note for note in notes if note),
        **{key: "" if value is None else value for key, value in values.items()},
    }


def _cell_faults(
    line: _Line, cells: Mapping[str, Cell], units: Mapping[str, str]
) -> Iterator[CellFault]:
    for key, cell in cells.items():
        if cell.kind == "fault":
            yield line.fault(key, "number", line.raw(key), unit=units[key] or "—")
        elif cell.value is not None:
            unit = units[key]
            if unit == "%" and not 0 <= cell.value <= 100:  # noqa: PLR2004  (per cent)
                yield line.fault(key, "share", cell.value)
            elif cell.value < 0:
                yield line.fault(key, "negative", cell.value)
            elif unit in _COUNTS and not cell.value.is_integer():
                yield line.fault(key, "whole", cell.value)


def _row_faults(
    line: _Line, entry: Entry, values: Mapping[str, float | None]
) -> Iterator[CellFault]:
    value, above, below = (values[key] for key in ("value", "numerator", "denominator"))
    if (above is None) != (below is None):
        yield line.fault("denominator" if below is None else "numerator", "half")
    made = None
    if above is not None and below:
        made = above / below * (100 if entry.unit == "%" else 1)
        if entry.unit == "%" and above > below:
            yield line.fault("numerator", "parts", above, _plain(below))
        elif value is not None and abs(made - value) > _tolerance(value):
            yield line.fault("value", "quotient", value, f"{made:.4g}")
    before = line.number("before", entry.unit).value
    now = made if value is None else value
    explained = bool(line.text("note"))
    if before and now is not None and not explained and abs(now - before) > _JUMP * abs(before):
        yield line.fault("value", "jump", round(now, 4), _plain(before))


def _tolerance(value: float) -> float:
    """Return how far a value may lie from its quotient, both being rounded."""
    return max(0.1, abs(value) * 0.005)


def _plain(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)
