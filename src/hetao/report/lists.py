"""The lists of a run as a workbook: values, problems, unknowns, communities, sources."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import shapely
from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from hetao.fixed import write_fixed_zip
from hetao.report import numbers
from hetao.report.checklist import named
from hetao.report.official_lists import official_tables
from hetao.report.palette import colour
from hetao.report.texts import said_or, say
from hetao.report.view import RunView, each

FONT = "微软雅黑"
WIDTHS = {
    "name_zh": 30, "zone_name": 20, "reason_zh": 60, "why_zh": 70, "source": 36, "registers": 44,
    "attribution": 40, "sha256": 68, "file": 34, "zone": 16, "feature": 20, "kind_zh": 26,
    "numerator": 16, "denominator": 16, "licence": 18, "standard": 14, "circle": 16,
    "问题描述": 46, "整治建议": 60, "评价依据": 60, "指标": 34, "体检结果": 16, "责任单位": 16,
    "整治区域": 20, "所在社区（街道）": 20, "问题对象": 20, "参考标准": 14, "序号": 8,
    "present": 18, "nearest_m": 16, "radius_m": 16, "edition": 20, "indicator": 30,
}  # fmt: skip
"""Widths of columns in characters; others have 12."""

FORMATS = {
    "numerator": "#,##0.0", "denominator": "#,##0.0", "severity": "0.00", "lon": "0.000000",
    "lat": "0.000000", "nearest_m": "#,##0", "radius_m": "#,##0",
}  # fmt: skip
MEASURED = ("value", "low", "high")
WRAPPED = (
    "问题描述",
    "整治建议",
    "评价依据",
    "reason_zh",
    "why_zh",
    "name_zh",
    "registers",
    "attribution",
    "source",
)


def write_lists(view: RunView, path: Path) -> None:
    """Write lists.xlsx; the same run gives the same bytes."""
    book = Workbook()
    book.remove(book.worksheets[0])
    for title, table in official_tables(view):
        _fill(book.create_sheet(title), table, made=view.made_place)
    tables: dict[str, Callable[[RunView], pd.DataFrame]] = {
        "values": values_table,
        "problems": problems_table,
        "unknowns": unknowns_table,
        "checklist": checklist_table,
        "sources": sources_table,
    }
    for name, make in tables.items():
        sheet = book.create_sheet(say(f"lists.{name}"))
        _fill(sheet, make(view), made=view.made_place)
    content = BytesIO()
    book.save(content)
    write_fixed_zip(content.getvalue(), path, date=view.date)


def values_table(view: RunView, chosen: pd.DataFrame | None = None) -> pd.DataFrame:
    """Return observations, all or those chosen, with their standard and state in words."""
    table = (view.observations if chosen is None else chosen).copy()
    table["standard"] = [
        numbers.standard(row.benchmark_operator or "", row.benchmark, row.unit)
        for row in each(table)
    ]
    table["state"] = [said_or(f"state.{state}", state) for state in table["state"]]
    table["variant"] = [said_or(f"variant.{variant}", variant) for variant in table["variant"]]
    table["level"] = [said_or(f"level.{level}", level) for level in table["level"]]
    table["verified"] = [
        say("methods.yes" if known else "methods.no") for known in table["verified"]
    ]
    columns = (
        "number", "name_zh", "edition", "variant", "level", "zone", "zone_name", "period", "value",
        "unit", "low", "high", "standard", "state", "grade", "verified", "reason_zh", "numerator",
        "numerator_unit", "denominator", "denominator_unit", "source", "indicator",
    )  # fmt: skip
    return table[list(columns)]


def problems_table(view: RunView) -> pd.DataFrame:
    """Return every finding with its sentence and place, the worst of each indicator first."""
    names = view.observations.drop_duplicates("indicator").set_index("indicator")["name_zh"]
    columns = (
        "name_zh", "why_zh", "remedy", "severity", "zone_name", "zone", "edition", "variant",
        "lon", "lat", "feature", "indicator",
    )  # fmt: skip
    tables = [_problems(found, names) for found in view.findings.values() if len(found)]
    if not tables:
        return pd.DataFrame(columns=list(columns))
    return pd.concat(tables, ignore_index=True)[list(columns)]


def _problems(found: gpd.GeoDataFrame, names: "pd.Series[str]") -> pd.DataFrame:
    places = shapely.point_on_surface(found.geometry.to_numpy())
    table = pd.DataFrame(found.drop(columns="geometry"))
    table["name_zh"] = table["indicator"].map(names)
    table["remedy"] = [said_or(f"remedy.{remedy}", remedy) for remedy in table["remedy"]]
    table["variant"] = [said_or(f"variant.{variant}", variant) for variant in table["variant"]]
    table["lon"], table["lat"] = shapely.get_x(places).round(6), shapely.get_y(places).round(6)
    return table.sort_values("severity", ascending=False, kind="stable")


def unknowns_table(view: RunView) -> pd.DataFrame:
    """Return the observations that have no value or cannot be judged, with the reason."""
    seen = view.observations
    table = values_table(view, seen[seen["value"].isna() | (seen["state"] == "unknown")])
    columns = (
        "number", "name_zh", "edition", "variant", "level", "zone_name", "zone", "value", "low",
        "high", "unit", "standard", "reason_zh",
    )  # fmt: skip
    return table[list(columns)]


def checklist_table(view: RunView) -> pd.DataFrame:
    """Return what each community has and lacks."""
    columns = ["zone_name", "zone", "circle", "kind_zh", "present", "nearest_m", "radius_m",
               "verified"]  # fmt: skip
    table = named(view.checklist).rename(columns={"level": "circle"})
    table["zone_name"] = table["zone"].map(view.zones["name"])
    for column in ("present", "verified"):
        table[column] = [_yes_no(value) for value in table[column]]
    return table[columns]


def _yes_no(value: object) -> str:
    if value is None or value is pd.NA or value != value:  # noqa: PLR0124  (NaN)
        return numbers.UNKNOWN
    return say("methods.yes" if value else "methods.no")


def sources_table(view: RunView) -> pd.DataFrame:
    """Return the sources with what was taken from them, licence and digest."""
    rows = [
        {
            "file": source.get("file", ""),
            "registers": registers_told(source),
            "attribution": source.get("attribution", ""),
            "licence": source.get("licence", ""),
            "sha256": source.get("sha256", ""),
        }
        for source in view.sources
    ]
    return pd.DataFrame(rows, columns=["file", "registers", "attribution", "licence", "sha256"])


def registers_told(source: Any) -> str:  # noqa: ANN401  (an object of JSON)
    """Return in words what a source filled."""
    from hetao.registers.definition import registers

    known = registers()
    return "、".join(
        say(
            "sources.rows",
            name=known[id_].name_zh if id_ in known else id_,
            count=numbers.number(count),
        )
        for id_, count in (source.get("registers") or {}).items()
    )


@dataclass(frozen=True)
class _Style:
    head: Font
    ground: PatternFill
    line: Border
    text: Font


def _style() -> _Style:
    thin = Side(style="thin", color=colour("line-2")[1:])
    return _Style(
        Font(name=FONT, size=10, bold=True, color=colour("ink-1")[1:]),
        PatternFill("solid", fgColor=colour("brand-tint")[1:]),
        Border(bottom=thin),
        Font(name=FONT, size=10, color=colour("ink-1")[1:]),
    )


def _fill(sheet: Worksheet, table: pd.DataFrame, *, made: bool) -> None:
    style = _style()
    first = 1
    if made:
        cell = sheet.cell(1, 1, say("lists.made"))
        cell.font = Font(name=FONT, size=10, bold=True, color=colour("wheat")[1:])
        first = 2
    _head(sheet, list(table.columns), first, style)
    looks: dict[tuple[str, object], Any] = {}
    for offset, row in enumerate(table.to_dict("records"), start=first + 1):
        for column, (name, value) in enumerate(row.items(), start=1):
            plain = _plain(value)
            if plain is None or plain == "":
                continue
            cell = sheet.cell(offset, column, plain)
            key = (str(name), row.get("unit") if name in MEASURED else None)
            if key not in looks:  # a style set once and shared: ten times faster than one a cell
                cell.font = style.text
                cell.alignment = Alignment(vertical="top", wrap_text=name in WRAPPED)
                cell.number_format = _format(*key)
                looks[key] = cell._style
            cell._style = looks[key]
    sheet.freeze_panes = f"C{first + 1}"
    last = get_column_letter(max(len(table.columns), 1))
    sheet.auto_filter.ref = f"A{first}:{last}{first + max(len(table), 1)}"
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.print_title_rows = f"{first}:{first}"


def _head(sheet: Worksheet, names: Sequence[str], row: int, style: _Style) -> None:
    for column, name in enumerate(names, start=1):
        cell = sheet.cell(row, column, said_or(f"lists.columns.{name}", name))
        cell.font, cell.fill, cell.border = style.head, style.ground, style.line
        cell.alignment = Alignment(vertical="center", wrap_text=True)
        sheet.column_dimensions[get_column_letter(column)].width = WIDTHS.get(name, 12)
    sheet.row_dimensions[row].height = 30


def _format(name: str, unit: object) -> str:
    if name in MEASURED:
        decimals = numbers.decimals_of(str(unit or ""))
        return "#,##0" + ("." + "0" * decimals if decimals else "")
    return FORMATS.get(name, "General")


def _plain(value: object) -> Any:  # noqa: ANN401  (whatever a cell takes)
    if value is None or value is pd.NA:
        return None
    if isinstance(value, float) and not numbers.is_known(value):
        return None
    return value.item() if hasattr(value, "item") else value
