"""Read CSV and Excel tables with coordinate columns."""

import csv
import re
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import shapely
from openpyxl.utils import get_column_letter
from openpyxl.utils.exceptions import InvalidFileException

from hetao.errors import Tell, quiet
from hetao.registers.definition import registers
from hetao.registers.faults import fault, shown
from hetao.registers.reading import Fault, Reading
from hetao.registers.sources.layers import (
    Layer,
    file_where,
    reading_of,
    reason,
    register_of_name,
)
from hetao.registers.sources.mapping import Cell, as_number, column_mapping, plain

LON = r"lon|lng|long|longitude|x|经度|东经|lon_?\w{0,5}|lng_?\w{0,5}|经度坐标|x坐标|坐标x"
LAT = r"lat|latitude|y|纬度|北纬|lat_?\w{0,5}|纬度坐标|y坐标|坐标y"
WKT = r"wkt|geometry|geom|the_geom|图形"
ENCODINGS = ("utf-8-sig", "gb18030")
HEADER_ROWS = 15
_UNDECODED = ("neither UTF-8, UTF-16 nor GBK",)
_NO_SHEET = ("no sheet has a header and rows",)


def read_table(
    path: Path,
    *,
    register: str | None = None,
    layer: str | None = None,
    crs: str | None = None,
    mapping: Path | None = None,
    tell: Tell = quiet,
) -> Reading:
    """
    Read a table whose rows are places.

    Parameters
    ----------
    layer : str, optional
        The sheet; the first that holds anything where not given.
    crs : str, optional
        Degrees are taken as CGCS2000, and said so, where not given.

    Returns
    -------
    Reading
        Faults name the cell, as C7, or the line and column of a CSV.
    """
    tell("read", 0, 1)
    columns = column_mapping(mapping)
    try:
        table, first_row, sheet = _opened(path, layer)
    except KeyError as error:
        return Reading({}, (fault("no_layer", path.name, layer=layer, layers=error.args[0]),))
    except (
        ValueError, OSError, csv.Error, zipfile.BadZipFile, InvalidFileException,
    ) as error:  # fmt: skip
        return Reading({}, (fault("unreadable", path.name, why=reason(error, path)),))
    where = file_where(path, sheet)
    headers = [str(header) for header in table.columns]

    def cell(row: int, header: str) -> str:
        if path.suffix.lower() == ".csv":
            return f"L{first_row + row} {header}"
        return f"{get_column_letter(headers.index(header) + 1)}{first_row + row}"

    chosen = register or columns.register or register_of_name(path.stem) or ""
    kind = registers()[chosen].geometry if chosen in registers() else "any"
    if kind == "none" or (kind == "optional" and not _is_placed(headers, columns.columns)):
        nowhere = gpd.GeoDataFrame(table, geometry=gpd.GeoSeries([None] * len(table), table.index))
        found = Layer(sheet or path.stem, nowhere, where, cell, is_table=True)
        return reading_of(found, register=chosen, crs=None, mapping=columns)
    shapes, wrong = _places(table, headers, columns.columns, cell, where)
    if shapes is None:
        return Reading({}, tuple(wrong))
    frame = gpd.GeoDataFrame(table, geometry=shapes)
    placing = frozenset(
        header for header in headers if re.fullmatch(f"{LON}|{LAT}|{WKT}", header.strip(), re.I)
    ) | {columns.columns.get("lon", ""), columns.columns.get("lat", "")}
    found = Layer(sheet or path.stem, frame, where, cell, is_table=True, placing=placing)
    reading = reading_of(found, register=register, crs=crs, mapping=columns)
    return Reading(reading.registers, (*wrong, *reading.faults))


def _opened(path: Path, sheet: str | None) -> tuple[pd.DataFrame, int, str | None]:
    """
    Return the table, the number of its first row of data in the file, and its sheet.

    Raises
    ------
    _RaggedError
        If a line of a CSV has more or fewer fields than its header.
    """
    if path.suffix.lower() in {".xlsx", ".xlsm"}:
        return _from_excel(path, sheet)
    raw = path.read_bytes()
    header, *body = _rows(_decoded(raw))
    ragged = [number for number, row in enumerate(body) if len(row) != len(header)]
    if ragged:
        number = ragged[0]
        raise _RaggedError(number + 2, len(body[number]), len(header))
    return pd.DataFrame(body, columns=_unique(header), dtype=object), 2, None


class _RaggedError(ValueError):
    """A line has more or fewer fields than the header."""

    def __init__(self, line: int, found: int, wanted: int) -> None:
        super().__init__(f"line {line} has {found} fields, the header {wanted}")


def _rows(text: str) -> list[list[str]]:
    lines = [line for line in text.splitlines() if line.strip()]
    first = lines[0] if lines else ""
    marks = sorted(",;\t|", key=first.count)
    return list(csv.reader(lines, delimiter=marks[-1])) or [[]]


def _decoded(raw: bytes) -> str:
    if raw[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        return raw.decode("utf-16")
    for encoding in ENCODINGS:
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise UnicodeError(*_UNDECODED)


def _from_excel(path: Path, sheet: str | None) -> tuple[pd.DataFrame, int, str]:
    book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    try:
        if sheet is not None and sheet not in book.sheetnames:
            raise KeyError("、".join(book.sheetnames))
        for name in [sheet] if sheet is not None else book.sheetnames:
            rows = [list(row) for row in book[name].iter_rows(values_only=True)]
            start = _header_row(rows)
            if start is not None:
                width = len(rows[start])
                body = [row[:width] + [None] * (width - len(row)) for row in rows[start + 1 :]]
                while body and all(plain(value) is None for value in body[-1]):
                    body.pop()
                headers = ["" if value is None else str(value) for value in rows[start]]
                return pd.DataFrame(body, columns=_unique(headers), dtype=object), start + 2, name
    finally:
        book.close()
    raise ValueError(*_NO_SHEET)


def _header_row(rows: Sequence[Sequence[object]]) -> int | None:
    """Return the row whose cells name coordinates, else the first with several texts."""
    texts = [
        [str(value).strip() for value in row if value is not None] for row in rows[:HEADER_ROWS]
    ]
    for number, row in enumerate(texts):
        if any(re.fullmatch(f"{LON}|{WKT}", text, re.IGNORECASE) for text in row):
            return number
    several = [number for number, row in enumerate(texts) if len(row) > 1]
    return several[0] if several else None


def _unique(headers: list[str]) -> list[str]:
    seen: dict[str, int] = {}
    named = []
    for number, header in enumerate(headers):
        base = header.strip() or f"column{number + 1}"
        seen[base] = seen.get(base, 0) + 1
        named.append(base if seen[base] == 1 else f"{base}.{seen[base]}")
    return named


def _places(
    table: pd.DataFrame,
    headers: list[str],
    columns: Mapping[str, str],
    cell: Cell,
    where: str,
) -> tuple[gpd.GeoSeries | None, list[Fault]]:
    wkt = _named(headers, WKT)
    lon = columns.get("lon") or _named(headers, LON)
    lat = columns.get("lat") or _named(headers, LAT)
    if lon and lat:
        return _points(table, lon, lat, cell, where)
    if wkt:
        try:
            return gpd.GeoSeries(shapely.from_wkt(table[wkt].to_numpy()), table.index), []
        except shapely.errors.GEOSException as error:
            return None, [fault("bad_coordinates", where, cells=f"{wkt}: {error}")]
    return None, [fault("no_coordinates", where, columns="、".join(headers))]


def _points(
    table: pd.DataFrame,
    lon: str,
    lat: str,
    cell: Cell,
    where: str,
) -> tuple[gpd.GeoSeries | None, list[Fault]]:
    values = {}
    bad: list[str] = []
    for header in (lon, lat):
        texts = [plain(value) for value in table[header]]
        numbers = [None if text is None else as_number(text) for text in texts]
        bad += [
            f"{cell(row, header)} {text!r}"
            for row, (text, number) in enumerate(zip(texts, numbers, strict=True))
            if text is not None and number is None
        ]
        values[header] = np.array([np.nan if number is None else number for number in numbers])
    if bad:
        return None, [fault("bad_coordinates", where, count=len(bad), cells=shown(bad))]
    missing = np.isnan(values[lon]) | np.isnan(values[lat])
    shapes = np.empty(len(table), dtype=object)
    shapes[~missing] = shapely.points(values[lon][~missing], values[lat][~missing])
    return gpd.GeoSeries(shapes, table.index), []


def _is_placed(headers: list[str], columns: Mapping[str, str]) -> bool:
    """Say whether a table has columns that tell where its things are."""
    pair = (columns.get("lon") or _named(headers, LON), columns.get("lat") or _named(headers, LAT))
    return all(pair) or _named(headers, WKT) is not None


def _named(headers: list[str], pattern: str) -> str | None:
    """Return the header that a pattern names, the plainest alternative first."""
    for alternative in pattern.split("|"):
        for header in headers:
            if re.fullmatch(alternative, header.strip(), re.IGNORECASE):
                return header
    return None
