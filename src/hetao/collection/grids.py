"""Sheets as plain grids, whatever wrote them: Excel old and new, LibreOffice, WPS, CSV."""

import csv
import io
import re
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.utils import get_column_letter
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.worksheet.worksheet import Worksheet
from python_calamine import CalamineError, CalamineWorkbook

from hetao.errors import UserError

ENCODINGS = ("utf-8-sig", "gb18030")
OLD = (".xls", ".ods", ".xlsb")
_DAMAGED = (OSError, KeyError, ValueError, zipfile.BadZipFile, CalamineError, csv.Error,
            InvalidFileException)  # fmt: skip
_OLE = b"\xd0\xcf\x11\xe0"
_FORMULA = re.compile(rb"<f[ >/]")


@dataclass(frozen=True)
class Grid:
    """
    One sheet.

    Attributes
    ----------
    rows : sequence of sequence
        The values of the cells; the first row is row 1.
    formats : mapping of pair of int to str
        Number format by row and column, where it is told.
    merged : mapping of pair of int to pair of int
        Cell inside a merged range → the cell that holds its value.
    uncomputed : frozenset of pair of int
        Cells that hold a formula without its result.
    """

    title: str
    rows: Sequence[Sequence[Any]]
    formats: dict[tuple[int, int], str] = field(default_factory=dict)
    merged: dict[tuple[int, int], tuple[int, int]] = field(default_factory=dict)
    uncomputed: frozenset[tuple[int, int]] = frozenset()

    def value(self, row: int, column: int) -> Any:  # noqa: ANN401  (whatever a cell holds)
        """Return what a cell holds; a merged one what its range holds."""
        row, column = self.merged.get((row, column), (row, column))
        if not 1 <= row <= len(self.rows):
            return None
        cells = self.rows[row - 1]
        return cells[column - 1] if 1 <= column <= len(cells) else None

    def text(self, row: int, column: int) -> str:
        """Return what a cell holds as text."""
        value = self.value(row, column)
        return "" if value is None else str(value).strip()

    @property
    def width(self) -> int:
        """Return the number of columns."""
        return max((len(row) for row in self.rows), default=0)

    @staticmethod
    def at(row: int, column: int) -> str:
        """Return the name of a cell, such as C7."""
        return f"{get_column_letter(column)}{row}"


def grids_of(path: Path) -> list[Grid]:
    """
    Return the sheets of a file.

    Raises
    ------
    UserError
        If the file cannot be read as a workbook or a table; what it is goes by its content,
        for people rename files.
    """
    try:
        head = path.read_bytes()[:512]
        if not head.strip():
            raise UserError("workbook_empty", {"file": path.name})
        if is_excel(head):
            return _from_excel(path)
        if b"<html" in head.lower() or b"<table" in head.lower():
            raise UserError("workbook_none", {"file": path.name})
        if head.startswith((b"PK", _OLE)) or path.suffix.lower() in OLD:
            return _from_calamine(path)
        if b"\0\0" in head[:64]:
            raise UserError("workbook_none", {"file": path.name})
        return [_from_text(path)]
    except _DAMAGED as error:
        raise UserError("workbook_damaged", {"file": path.name, "why": error}) from None


def is_excel(head: bytes) -> bool:
    """Say whether a file begins like a workbook of today's Excel."""
    return head.startswith(b"PK") and b"opendocument" not in head


def _from_text(path: Path) -> Grid:
    raw = path.read_bytes()
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        text = raw.decode("utf-16")
    else:
        text = next(filter(None, (_decoded(raw, name) for name in ENCODINGS)), "")
    first = text.partition("\n")[0]
    mark = max(",;\t", key=first.count)
    return Grid(path.stem, list(csv.reader(io.StringIO(text), delimiter=mark)))


def _decoded(raw: bytes, encoding: str) -> str | None:
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError:
        return None


def _from_calamine(path: Path) -> list[Grid]:
    with path.open("rb") as file:
        book = CalamineWorkbook.from_filelike(file)
        return [_old_grid(name, book.get_sheet_by_name(name)) for name in book.sheet_names]


def _old_grid(name: str, sheet: Any) -> Grid:  # noqa: ANN401  (a sheet of calamine)
    rows = [
        [None if cell == "" else cell for cell in row]
        for row in sheet.to_python(skip_empty_area=False)
    ]
    merged = {
        (row + 1, column + 1): (first[0] + 1, first[1] + 1)
        for first, last in sheet.merged_cell_ranges or ()
        for row in range(first[0], last[0] + 1)
        for column in range(first[1], last[1] + 1)
        if (row, column) != tuple(first)
    }
    return Grid(name, rows, merged=merged)


def _from_excel(path: Path) -> list[Grid]:
    content = path.read_bytes()
    book = openpyxl.load_workbook(io.BytesIO(content), data_only=True)
    formulas = openpyxl.load_workbook(io.BytesIO(content)) if _has_formulas(path) else None
    grids = [
        _grid(sheet, None if formulas is None else formulas[sheet.title])
        for sheet in book.worksheets
    ]
    book.close()
    return grids


def _has_formulas(path: Path) -> bool:
    with zipfile.ZipFile(path) as archive:
        sheets = [name for name in archive.namelist() if name.startswith("xl/worksheets/")]
        return any(_FORMULA.search(archive.read(name)) for name in sheets if name.endswith(".xml"))


def _grid(sheet: Worksheet, formulas: Any) -> Grid:  # noqa: ANN401
    rows, formats, blank = [], {}, set()
    for at, row in enumerate(sheet.iter_rows(), start=1):
        rows.append([cell.value for cell in row])
        for number, cell in enumerate(row, start=1):
            if cell.value is not None and "%" in str(cell.number_format):
                formats[at, number] = str(cell.number_format)
            if cell.value is None and formulas is not None:
                written = formulas.cell(at, number).value
                if isinstance(written, str) and written.startswith("="):
                    blank.add((at, number))
    merged = {
        (row, column): (area.min_row, area.min_col)
        for area in sheet.merged_cells.ranges
        for row in range(area.min_row, area.max_row + 1)
        for column in range(area.min_col, area.max_col + 1)
        if (row, column) != (area.min_row, area.min_col)
    }
    return Grid(sheet.title, rows, formats, merged, frozenset(blank))
