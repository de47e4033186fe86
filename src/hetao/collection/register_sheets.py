"""A sheet for each register that a body keeps: written with drop-downs, read cell by cell."""

import math
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any

import pandas as pd
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from hetao.collection.cell_faults import CellFault, words
from hetao.collection.cells import read_number
from hetao.collection.grids import Grid
from hetao.registers.dates import read_date
from hetao.registers.definition import Field, Register, registers

HEAD, EXAMPLE = 2, 3
SPARE = 400
"""Rows below the last one for which drop-downs are set."""

LISTED = 250
"""Characters that a drop-down of Excel can hold."""

SEARCHED = 15
FALSE = frozenset({"否", "无", "没有", "不是", "n", "no", "false", "0", "×"})
TRUE = frozenset({"是", "有", "y", "yes", "true", "1", "√", "✓"})
EMPTY = frozenset({"", "-", "--", "—", "——", "－", "/", "不详", "未知", "暂无", "无数据"})
GREY, WHITE = "808080", "F4F4F1"


def registers_of(reporter: str) -> list[Register]:
    """Return the registers that a body is asked for, by its short name without 市."""
    bare = reporter.removeprefix("市")
    return [one for one in registers().values() if one.reporter in (reporter, bare)]


PLACE = (
    Field("lon", "number", "经度", "Longitude", low=73, high=136, aliases=("东经", "lng")),
    Field("lat", "number", "纬度", "Latitude", low=3, high=54, aliases=("北纬",)),
)
"""Where a thing is, in degrees of CGCS2000, for registers whose things may have a place."""


def fields_of(register: Register) -> list[Field]:
    """Return the fields that a sheet asks for: the register's own, and the place."""
    own = [field for field in register.fields if field.name != "source"]
    return [*own, *PLACE] if register.geometry == "optional" else own


def write_register_sheet(
    sheet: Worksheet, register: Register, rows: Sequence[Mapping[str, Any]]
) -> None:
    """
    Write the sheet of a register with the rows it holds now.

    The first row is the title, the second the columns (a star marks those that must be filled),
    the third an example that is not read.
    """
    fields = fields_of(register)
    sheet["A1"] = register.name_zh
    sheet["A1"].font = Font(size=14, bold=True)
    for at, field in enumerate(fields, start=1):
        head = sheet.cell(HEAD, at, _title(field))
        head.font, head.fill = Font(bold=True), PatternFill("solid", fgColor="E3EDF0")
        head.alignment = Alignment(wrap_text=True, vertical="center")
        example = sheet.cell(EXAMPLE, at, _example(field))
        example.font = Font(italic=True, color=GREY)
        letter = get_column_letter(at)
        sheet.column_dimensions[letter].width = max(12, min(34, 2.2 * len(field.title_zh) + 4))
        _drop_down(sheet, field, letter, EXAMPLE + len(rows) + SPARE)
    for number, row in enumerate(rows, start=EXAMPLE + 1):
        for at, field in enumerate(fields, start=1):
            value = shown(row.get(field.name), field)
            if value is not None:
                sheet.cell(number, at, value)
    sheet.row_dimensions[HEAD].height = 32
    fit_to_width(sheet)
    sheet.freeze_panes = sheet.cell(EXAMPLE + 1, 3).coordinate


def fit_to_width(sheet: Worksheet) -> None:
    """Print a sheet lying down, as wide as the page, the head on every page."""
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.print_title_rows = f"1:{HEAD}"


def _title(field: Field) -> str:
    unit = f"（{field.unit}）" if field.unit else ""
    return f"{field.title_zh}{unit}{'*' if field.required else ''}"


def _example(field: Field) -> str:
    mark = words()["register"]["example"]
    if field.name == "id":
        return str(mark)
    if field.values:
        return next(iter(field.values.values()))
    if field.type == "boolean":
        return str(words()["sheet"]["yes"])
    places = {"lon": "107.39", "lat": "40.76"}
    usual = {"date": "2026-06-30", "integer": "12", "number": "12.5"}
    return places.get(field.name) or usual.get(field.type, "")


def _drop_down(sheet: Worksheet, field: Field, letter: str, last: int) -> None:
    choices = list(field.values.values()) or (["是", "否"] if field.type == "boolean" else [])
    listed = ",".join(choices)
    if not choices or len(listed) > LISTED or any("," in choice for choice in choices):
        return
    rule = DataValidation(type="list", formula1=f'"{listed}"', allow_blank=True)
    rule.showErrorMessage = False  # what is typed otherwise is told by its cell on receiving
    rule.add(f"{letter}{EXAMPLE + 1}:{letter}{last}")
    sheet.add_data_validation(rule)


def shown(value: Any, field: Field) -> Any:  # noqa: ANN401
    """Return a value as people read it: titles for values, 是 and 否; None for nothing."""
    if value is None or value is pd.NA or (isinstance(value, float) and math.isnan(value)):
        return None
    if field.type == "boolean":
        return "是" if bool(value) else "否"
    if field.values:
        return field.values.get(str(value), value)
    return value.item() if hasattr(value, "item") else value


@dataclass(frozen=True)
class Read:
    """What a sheet says: rows under field names, and every fault."""

    register: Register
    rows: list[dict[str, Any]]
    faults: list[CellFault]


def read_register_sheet(
    grid: Grid, register: Register, *, known: Mapping[str, frozenset[str]]
) -> Read:
    """
    Read the sheet of a register and check every cell.

    Parameters
    ----------
    known : mapping of str to frozenset of str
        The ids that each register holds, to check references by.
    """
    head = _head(grid, register)
    if head is None:
        needed = "、".join(_title(field) for field in fields_of(register)[:4])
        return Read(register, [], [CellFault(grid.title, "", "no_head", needed=needed)])
    first, columns = head
    faults = [
        CellFault(grid.title, Grid.at(first, 1), "no_column", needed=field.title_zh)
        for field in fields_of(register)
        if field.required and field.name not in columns and field.name != "id"
    ]
    rows: list[dict[str, Any]] = []
    seen: dict[tuple[str, ...], int] = {}
    for row in range(first + 1, len(grid.rows) + 1):
        if not any(grid.text(row, at) for at in columns.values()) or _is_example(
            grid, row, columns
        ):
            continue
        told, wrong = _row(grid, register, row, columns, known)
        faults += wrong
        if (told.get("lon") is None) != (told.get("lat") is None) and not wrong:
            at = columns.get("lat") or columns["lon"]
            faults.append(CellFault(grid.title, Grid.at(row, at), "half_place"))
        key = _key(register, told)
        if key and key in seen:
            where = Grid.at(row, columns.get("id") or min(columns.values()))
            faults.append(CellFault(grid.title, where, "repeated", "、".join(key), str(seen[key])))
        seen.setdefault(key, row)
        rows.append(told)
    _number_rows(register, rows, known.get(register.id, frozenset()))
    return Read(register, rows, faults)


def _number_rows(register: Register, rows: Sequence[dict[str, Any]], known: frozenset[str]) -> None:
    """Give rows without an id the next number that no row has or had."""
    taken = {str(row["id"]) for row in rows if row.get("id")} | known
    free = (name for at in count(1) if (name := f"{register.id}-{at}") not in taken)
    for row in rows:
        row["id"] = row.get("id") or next(free)


def _head(grid: Grid, register: Register) -> tuple[int, dict[str, int]] | None:
    """Return the last row of the head and the column of each field, in whatever order."""
    best: tuple[int, dict[str, int]] | None = None
    for row in range(1, min(SEARCHED, len(grid.rows)) + 1):
        found: dict[str, int] = {}
        for at in range(1, grid.width + 1):
            title = _bare(grid.text(row, at))
            field = next(
                (one for one in fields_of(register) if title and one.answers_to(title)), None
            )
            if field is not None:
                found.setdefault(field.name, at)
        if len(found) > len(best[1] if best else {}):
            best = row, found
    return best if best and len(best[1]) >= min(2, len(fields_of(register))) else None


def _bare(title: str) -> str:
    text = unicodedata.normalize("NFKC", title).strip().rstrip("*").strip()
    return re.sub(r"\s*\([^()]*\)$", "", text)


def _is_example(grid: Grid, row: int, columns: Mapping[str, int]) -> bool:
    return any(grid.text(row, at) == words()["register"]["example"] for at in columns.values())


def _key(register: Register, told: Mapping[str, Any]) -> tuple[str, ...]:
    """Return what tells a row from the others; empty where nothing does."""
    names = register.key or ("id",)
    values = tuple("" if told.get(name) is None else str(told[name]) for name in names)
    return values if any(values) else ()


def _row(
    grid: Grid,
    register: Register,
    row: int,
    columns: Mapping[str, int],
    known: Mapping[str, frozenset[str]],
) -> tuple[dict[str, Any], list[CellFault]]:
    told: dict[str, Any] = {}
    faults: list[CellFault] = []
    for field in fields_of(register):
        at = columns.get(field.name)
        if at is None:
            continue
        where = Grid.at(row, at)
        if (row, at) in grid.uncomputed:
            faults.append(CellFault(grid.title, where, "formula"))
            continue
        value, key, needed = read_field(grid.value(row, at), field, grid.formats.get((row, at), ""))
        if key:
            faults.append(
                CellFault(grid.title, where, key, grid.text(row, at), needed, field.title_zh)
            )
            continue
        told[field.name] = value
        if value is None and field.required and field.name != "id":
            faults.append(CellFault(grid.title, where, "required", unit=field.title_zh))
        faults += _reference(field, value, known, CellFault(grid.title, where, "reference",
                                                            grid.text(row, at)))  # fmt: skip
    return told, faults


def _reference(
    field: Field, value: object, known: Mapping[str, frozenset[str]], told: CellFault
) -> Iterator[CellFault]:
    """Yield a reference that leads nowhere, where the register it leads to holds anything."""
    ids = known.get(field.refers_to)
    if field.refers_to and value is not None and ids and str(value) not in ids:
        title = registers()[field.refers_to].name_zh
        yield CellFault(told.sheet, told.cell, told.key, told.found, title)


def read_field(written: object, field: Field, shown_as: str = "") -> tuple[Any, str, str]:
    """
    Return a cell's value for a field, the key of its fault, and what was needed.

    Examples
    --------
    >>> storeys = registers()["buildings"].field("storeys")
    >>> read_field("六", storeys)[1], read_field("１２层", storeys)[0], read_field("—", storeys)[0]
    ('not_number', 12, None)
    >>> read_field(900, storeys)[1:]
    ('bounds', '1–200')
    """
    text = unicodedata.normalize("NFKC", "" if written is None else str(written)).strip()
    if _is_empty(text, field):
        return None, "", ""
    if field.values:
        return _of_values(text, field)
    match field.type:
        case "boolean":
            known = text.lower().removesuffix(".0")
            return (known in TRUE, "", "") if known in TRUE | FALSE else (None, "not_yes_no", "")
        case "date":
            date = read_date(written)
            return (date, "", "") if date else (None, "not_date", "")
        case "integer" | "number":
            return _number(written, field, shown_as)
    return text.removesuffix(".0") if isinstance(written, float) else text, "", ""


def _is_empty(text: str, field: Field) -> bool:
    """Say whether a cell says that nothing is known; 无 is none for texts, 0 or no for others."""
    if text in ("无", "没有"):
        return field.type in ("string", "date") and "无" not in field.values.values()
    return text in EMPTY


def _of_values(text: str, field: Field) -> tuple[Any, str, str]:
    titles = {title: id_ for id_, title in field.values.items()} | {
        id_: id_ for id_ in field.values
    }
    if text in titles:
        return titles[text], "", ""
    return None, "not_listed", "、".join(field.values.values())


def _number(written: object, field: Field, shown_as: str) -> tuple[Any, str, str]:
    if isinstance(written, bool):
        return None, "not_number", field.unit
    cell = read_number(_without_counter(written, field), field.unit, shown_as=shown_as)
    if cell.kind != "number" or cell.value is None:
        return (None, "", "") if cell.kind != "fault" else (None, "not_number", field.unit)
    if field.type == "integer" and not cell.value.is_integer():
        return None, "not_whole", field.unit
    low = -math.inf if field.low is None else field.low
    high = math.inf if field.high is None else field.high
    if not low <= cell.value <= high:
        return None, "bounds", f"{low:g}–{high:g}"
    return (round(cell.value) if field.type == "integer" else cell.value), "", ""


def _without_counter(written: object, field: Field) -> object:
    """Return 12 for 12层 where the column has no unit of its own, and 2001 for 2001年."""
    if not isinstance(written, str):
        return written
    text = unicodedata.normalize("NFKC", written).strip()
    return re.sub(r"(?<=\d)(层|年|年度)$", "", text) if not field.unit else written
