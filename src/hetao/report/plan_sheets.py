"""Tables of a workbook as a plan's ledger needs them: set, wrapped, filtered and ready to print."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from math import ceil
from pathlib import Path
from typing import Any, Literal

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, Cell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from hetao.fixed import write_fixed_zip
from hetao.plan.judged import State
from hetao.report.palette import colour
from hetao.report.plan_words import colours, lamp
from hetao.report.texts import say

FONT = "微软雅黑"
LONGEST_NAME = 31
"""Characters that Excel allows in the name of a sheet."""

PAPER_A4 = 9
MARGIN_INCHES = 0.45
LINE_POINTS, TALLEST_POINTS = 15.5, 409
LAST_LATIN = 0x2000
FORMULA_MARKS = "=+-@"

_FORBIDDEN = re.compile(r"[\[\]:*?/\\\x00-\x1f]")


@dataclass(frozen=True)
class Link:
    """A cell that leads to another sheet."""

    text: str
    sheet: str


@dataclass(frozen=True)
class Lamp:
    """A cell that holds a state."""

    state: State


def new_book() -> Workbook:
    """Return a workbook without sheets."""
    book = Workbook()
    book.remove(book.worksheets[0])
    book.properties.creator = "hetao"
    return book


def save(book: Workbook, path: Path, *, date: str) -> None:
    """Write a workbook; the same cells give the same bytes."""
    content = BytesIO()
    book.save(content)
    write_fixed_zip(content.getvalue(), path, date=date)


def sheet_names(bodies: Sequence[str], taken: Sequence[str] = ()) -> Mapping[str, str]:
    """
    Return a legal name for the sheet of each body, no two alike.

    Examples
    --------
    >>> sheet_names(["市住建局", "县（市/区）*政府", "总表"], ["总表"])
    {'市住建局': '市住建局', '县（市/区）*政府': '县（市 区） 政府', '总表': '总表2'}
    """
    used, names = {name.casefold() for name in taken}, {}
    for body in bodies:
        bare = _FORBIDDEN.sub(" ", body).strip(" '") or "—"
        name, number = bare[:LONGEST_NAME], 1
        while name.casefold() in used:
            number += 1
            name = f"{bare[: LONGEST_NAME - len(str(number))]}{number}"
        used.add(name.casefold())
        names[body] = name
    return names


def line(
    sheet: Worksheet, row: int, text: str | Link, *, size: int = 10, ink: str = "ink-1"
) -> None:
    """Write a line of text over the columns of a sheet."""
    cell = sheet.cell(row, 1)
    _put(cell, text, "", wrap=False)
    name = "brand" if isinstance(text, Link) else ink
    cell.font = Font(name=FONT, size=size, bold=size > 10, color=colour(name)[1:])  # noqa: PLR2004


def table(
    sheet: Worksheet,
    first: int,
    heads: Sequence[str],
    rows: Sequence[Sequence[Any]],
    widths: Sequence[float],
) -> int:
    """
    Write a table and return the first row behind it.

    Parameters
    ----------
    first : int
        Row of the head, from 1.
    heads : sequence of str
        What stands in the head.
    rows : sequence of sequences
        Numbers, texts, `Lamp`s and `Link`s.
    widths : sequence of float
        Of the columns, from which the heights of the rows follow.
    """
    counts = [any(isinstance(row[at], (int, float)) for row in rows) for at in range(len(heads))]
    line_below = Border(bottom=Side(style="thin", color=colour("line-2")[1:]))
    for column, head in enumerate(heads, start=1):
        cell = sheet.cell(first, column, head)
        cell.font = Font(name=FONT, size=10, bold=True, color=colour("ink-1")[1:])
        cell.fill = PatternFill("solid", fgColor=colour("brand-tint")[1:])
        cell.border = line_below
        side = "right" if counts[column - 1] else "left"
        cell.alignment = Alignment(
            vertical="center", wrap_text=True, horizontal=side, indent=int(side == "right")
        )
    sheet.row_dimensions[first].height = _height(heads, widths) + 6
    pale = Border(bottom=Side(style="hair", color=colour("line-2")[1:]))
    for row, values in enumerate(rows, start=first + 1):
        for column, value in enumerate(values, start=1):
            at = sheet.cell(row, column)
            at.border = pale
            _put(at, value, "ink-1", wrap=True)
        sheet.row_dimensions[row].height = _height(values, widths)
    return first + 1 + len(rows)


def _height(values: Sequence[Any], widths: Sequence[float]) -> float:
    """Return the height of a row in points: not every program finds it out by itself."""
    lines = max(
        _lines(value, width) for value, width in zip(values, widths, strict=True)
    )  # fmt: skip
    return float(min(LINE_POINTS * lines + 3, TALLEST_POINTS))


def _lines(value: Any, width: float) -> int:  # noqa: ANN401
    if not isinstance(value, str):
        return 1
    room = max(width - 1, 2)
    wide = (sum(1.9 if ord(c) > LAST_LATIN else 1.1 for c in part) for part in value.split("\n"))
    return sum(max(1, ceil(part / room)) for part in wide)


def _put(cell: Cell | Any, value: Any, ink: str, *, wrap: bool) -> None:  # noqa: ANN401
    ground = ""
    if isinstance(value, Lamp):
        ink, ground = colours(value.state)
        cell.value = lamp(value.state)
    elif isinstance(value, Link):
        sheet = value.sheet.replace("'", "''")
        cell.value = value.text
        cell.hyperlink = Hyperlink(ref=cell.coordinate, location=f"'{sheet}'!A1")
        ink = "brand"
    elif isinstance(value, str):
        cell.value = ILLEGAL_CHARACTERS_RE.sub("", value) or None
        if value[:1] in FORMULA_MARKS:  # words of a plan are never a formula
            cell.data_type = "s"
    else:
        cell.value = value
    if ink:
        underline: Literal["single", "none"] = "single" if isinstance(value, Link) else "none"
        cell.font = Font(name=FONT, size=10, color=colour(ink)[1:], underline=underline)
    if ground:
        cell.fill = PatternFill("solid", fgColor=colour(ground)[1:])
    side = "right" if isinstance(value, (int, float)) else "left"
    cell.alignment = Alignment(
        vertical="top", wrap_text=wrap, horizontal=side, indent=int(side == "right")
    )


def arrange(
    sheet: Worksheet, widths: Sequence[float], *, head: int, last: int, frozen: int, foot: str
) -> None:
    """
    Give a sheet its widths, filter, frozen head and page.

    Parameters
    ----------
    widths : sequence of float
        In characters of Latin text; a Chinese one takes two.
    head, last : int
        Rows of the head and of the last line of the table that can be filtered.
    frozen : int
        Columns that stay at the left.
    foot : str
        What every printed page says beside its number.
    """
    for column, width in enumerate(widths, start=1):
        sheet.column_dimensions[get_column_letter(column)].width = width
    end = get_column_letter(len(widths))
    sheet.freeze_panes = f"{get_column_letter(frozen + 1)}{head + 1}"
    sheet.auto_filter.ref = f"A{head}:{end}{max(last, head + 1)}"
    sheet.print_title_rows = f"{head}:{head}"
    setup = sheet.page_setup
    setup.orientation, setup.paperSize = "landscape", PAPER_A4
    setup.fitToWidth, setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    margins = sheet.page_margins
    margins.left = margins.right = margins.top = MARGIN_INCHES
    margins.bottom = margins.header = 0.6
    margins.footer = 0.3
    footer: Any = sheet.oddFooter
    footer.left.text, footer.right.text = foot.replace("&", "&&"), say("plan.ledger.page")
