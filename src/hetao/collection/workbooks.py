"""The workbook that a body gets: a cover, and a sheet with a row for each figure it owes."""

from collections.abc import Mapping, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, PatternFill, Protection, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from hetao.collection.cell_faults import words
from hetao.collection.owed import Owed
from hetao.collection.register_sheets import registers_of, write_register_sheet
from hetao.fixed import write_fixed_zip

HEAD = 3
"""Row of the column titles; those above it are the title and a hint."""
ASKED = ("value", "numerator", "denominator", "not_applicable", "note")
HIDDEN = ("indicator", "variant", "zone")
_LINE = Side(style="thin", color="D9D9D2")
_LINES = Border(left=_LINE, right=_LINE, top=_LINE, bottom=_LINE)
_WIDTHS = {"name": 38, "variant_zh": 20, "zone_zh": 12, "unit": 10, "value": 12, "numerator": 14,
           "denominator": 14, "not_applicable": 9, "before": 12, "note": 36}  # fmt: skip


def write_workbook(  # noqa: PLR0913  (what stands on the cover)
    path: Path,
    owed: Sequence[Owed],
    *,
    city: str,
    body: str,
    year: int,
    deadline: str = "",
    held: Mapping[str, Sequence[Mapping[str, Any]]] | None = None,
    only: Sequence[str] = (),
) -> None:
    """
    Write the workbook of one body.

    Cells to be filled are white and open; all else is locked, without a password. Ids stand in
    hidden columns; last year's figures stand in grey beside the new ones. A sheet for each
    register that the body keeps follows, with the rows it holds.

    Parameters
    ----------
    held : mapping of str to sequence of mapping, optional
        The rows of each register now, by register.
    only : sequence of str
        Ids of registers: sheets of these alone, and none of figures where none are owed.
    """
    book = Workbook()
    cover = book.active
    assert isinstance(cover, Worksheet)
    facts: dict[str, str | int] = {"city": city, "body": body, "year": year, "deadline": deadline}
    _cover(cover, facts)
    if owed or not only:
        _sheet(book.create_sheet(words()["sheet"]["name"]), owed, body=body, year=year)
    for register in registers_of(body):
        if only and register.id not in only:
            continue
        rows = (held or {}).get(register.id, ())
        write_register_sheet(book.create_sheet(register.name_zh), register, rows)
    book.active = 1
    content = BytesIO()
    book.save(content)
    write_fixed_zip(content.getvalue(), path, date=f"{year}-01-01")


def _cover(sheet: Worksheet, facts: Mapping[str, str | int]) -> None:
    told = words()["cover"]
    sheet.title = told["sheet"]
    sheet["A1"] = told["title"].format(**facts)
    sheet["A1"].font = Font(size=18, bold=True)
    labels = ("city", "body", "year", "deadline", "contact", "phone")
    for row, label in enumerate(labels, start=3):
        sheet.cell(row, 1, told[label])
        cell = sheet.cell(row, 2, facts.get(label, ""))
        cell.protection = Protection(locked=label in facts)
        cell.alignment = Alignment(horizontal="left")
    for row, line in enumerate(told["how"].strip().split("\n"), start=10):
        sheet.cell(row, 1, line).alignment = Alignment(wrap_text=True, vertical="top")
        sheet.merge_cells(start_row=row, start_column=1, end_row=row, end_column=2)
        sheet.row_dimensions[row].height = 32
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.column_dimensions["A"].width = 16
    sheet.column_dimensions["B"].width = 60


def _sheet(sheet: Worksheet, owed: Sequence[Owed], *, body: str, year: int) -> None:
    columns = words()["columns"]
    sheet["D1"] = f"{body} {year}"
    sheet["D1"].font = Font(size=14, bold=True)
    for at, (key, title) in enumerate(columns.items(), start=1):
        head = sheet.cell(HEAD, at, title)
        head.font, head.fill = Font(bold=True), PatternFill("solid", fgColor="E3EDF0")
        letter = get_column_letter(at)
        sheet.column_dimensions[letter].hidden = key in HIDDEN
        sheet.column_dimensions[letter].width = _WIDTHS.get(key, 10)
    for row, one in enumerate(owed, start=HEAD + 1):
        for at, (key, value) in enumerate(_row(one, columns).items(), start=1):
            written = sheet.cell(row, at, value)
            written.protection = Protection(locked=key not in ASKED)
            written.border = _LINES
            written.alignment = Alignment(wrap_text=True, vertical="center")
            if key not in ASKED:
                written.fill = PatternFill("solid", fgColor="F4F4F1")
                written.font = Font(color="808080" if key == "before" else "333333")
    yes = DataValidation(type="list", formula1=f'"{words()["sheet"]["yes"]}"', allow_blank=True)
    letter = get_column_letter(list(columns).index("not_applicable") + 1)
    yes.add(f"{letter}{HEAD + 1}:{letter}{HEAD + max(len(owed), 1)}")
    sheet.add_data_validation(yes)
    sheet.freeze_panes = sheet.cell(HEAD + 1, list(columns).index("value") + 1).coordinate
    sheet.protection.sheet = True
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True  # type: ignore[union-attr]


def _row(one: Owed, columns: Mapping[str, str]) -> dict[str, str | float | None]:
    told: dict[str, str | float | None] = {
        "indicator": one.entry.id,
        "variant": one.variant.id,
        "zone": one.zone,
        "name": one.entry.name_zh,
        "variant_zh": one.variant.name_zh,
        "zone_zh": one.zone_name or words()["sheet"]["whole"],
        "unit": one.entry.unit,
        "before": one.before,
    }
    return {key: told.get(key) for key in columns}
