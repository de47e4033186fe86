"""A page per indicator: figure, bars, maps, zones, formula, unknowns, worst findings."""

from collections.abc import Callable
from functools import partial

import geopandas as gpd
import pandas as pd

from hetao.report import numbers, standing
from hetao.report.charts import Bar, bullets
from hetao.report.document import Cell, Column, Paper
from hetao.report.formulas import write_formula
from hetao.report.maps import CityMaps, Sheet
from hetao.report.overview import MM_PER_INCH, light
from hetao.report.standing import Standing
from hetao.report.texts import said_or, say
from hetao.report.view import Row, RunView, each

WHOLE = ("city", "built_up_area")
ZONES_SHOWN, FINDINGS_SHOWN, NAMES_SHOWN = 12, 5, 6
FIGURE_MM = 44
LONGEST_LARGE = 7
"""Longer figures are set smaller."""
MAP_INCHES, SMALL_INCHES = 2.9, 2.3


def write_page(
    paper: Paper, view: RunView, one: Standing, maps: CityMaps, *, new_page: bool
) -> None:
    """Write the page of one indicator."""
    row = one.head
    paper.item(standing.finding(one), new_page=new_page)
    place = {
        "zone": row.zone_name,
        "period": row.period,
        "variant": standing.variant_zh(one.variant),
    }
    paper.text(say("page.place", **place), "Place")
    if is_counted(one):
        _why(paper, one)
        _pictures(paper, view, one, maps, only_one=True)
        _top(paper, view, one)
        return
    if not standing.void(one):
        _figure(paper, one)
    _why(paper, one)
    _others(paper, one)
    _pictures(paper, view, one, maps)
    _top(paper, view, one)
    _zones(paper, one)
    _unknown(paper, one)
    write_formula(paper, view, one)


def _figure(paper: Paper, one: Standing) -> None:
    row = one.head
    left = [*_large(row), (light(str(row.state)).text, f"State {row.state}")]
    if row.state == "missed":
        left.append((say("page.gap", gap=standing.gap_of(row)), "Place"))
    bars = [
        _bar(one.at(one.edition, variant), standing.variant_zh(variant)) for variant in one.variants
    ]
    benchmark = row.benchmark if numbers.is_known(row.benchmark) else None
    width_mm = paper.width_mm - FIGURE_MM
    png = bullets(
        bars, unit=one.unit, benchmark=benchmark, width=width_mm / MM_PER_INCH,
        standard=f"{say('table.standard')} {standing.standard_of(row)}",
    )  # fmt: skip
    told = say("page.bars_caption", name=one.name)
    paper.beside(left, png, told, left_mm=FIGURE_MM)


def _large(row: Row) -> list[tuple[str, str]]:
    """Return the figure and its unit, each with its style."""
    told = standing.figure_of(row)
    if told == numbers.UNKNOWN:
        return [(say("page.void"), "Figure long")]
    figure, _, unit = told.partition(" ")
    style = "Figure" if len(figure) <= LONGEST_LARGE else "Figure long"
    return [(figure, style), (unit, "Unit")] if unit else [(figure, style)]


def _bar(row: Row, name: str) -> Bar:
    bounds = standing.span_of(row)
    told = numbers.figure(row.value, row.unit)
    told = f"{told}（{bounds}）" if bounds else told
    return Bar(name, float(row.value), float(row.low), float(row.high), told)


def _why(paper: Paper, one: Standing) -> None:
    row = one.head
    if row.reason_zh:
        paper.note(say("page.why_void", reason=str(row.reason_zh).rstrip("。")))
    elif row.state == "unknown" and standing.straddles(row):
        paper.note(
            say(
                "page.why_straddles", span=standing.span_of(row), standard=standing.standard_of(row)
            )
        )
    elif row.state == "unknown" and numbers.is_known(row.benchmark):
        paper.note(say("page.why_unverified", standard=standing.standard_of(row)))


def _others(paper: Paper, one: Standing) -> None:
    for edition in one.other_editions:
        rows = one.rows[(one.rows["edition"] == edition) & (one.rows["zone"] == one.zone)]
        row = next(each(rows), None)
        if row is not None and numbers.is_known(row.benchmark):
            state = light(str(row.state)).text
            told = say("page.also", edition=edition, number=row.number or numbers.UNKNOWN,
                       standard=standing.standard_of(row), state=state)  # fmt: skip
            paper.text(told, "Small")


def is_counted(one: Standing) -> bool:
    """Say whether an indicator comes from registers: half a page, its formula in the annex."""
    entry = one.entry
    return (
        entry is not None
        and one.variant in entry.variants
        and (entry.variants[one.variant].may_be_reported)
    )


def is_brief(view: RunView, one: Standing, maps: CityMaps) -> bool:
    """Say whether an indicator has nothing to show on a map, or takes half a page."""
    if is_counted(one):
        return True
    table, found = _mapped(view, one, maps)
    return table is None and found is None


def _mapped(
    view: RunView, one: Standing, maps: CityMaps
) -> tuple[pd.DataFrame | None, gpd.GeoDataFrame | None]:
    """Return the zones and the findings that a map can show, each None where there are none."""
    found = standing.own_findings(view, one.id)
    placed = found is not None and maps.placed(found)
    table = one.by_zone() if one.level else None
    known = table is not None and bool(table["value"].notna().any())
    return (table if known else None), (found if placed else None)


def _pictures(
    paper: Paper, view: RunView, one: Standing, maps: CityMaps, *, only_one: bool = False
) -> None:
    table, found = _mapped(view, one, maps)
    if only_one:
        whole = one.entry is not None and one.entry.official_level in WHOLE
        table, found = (None, found) if whole else (table, None)
    if table is None and found is None:
        return
    both = table is not None and found is not None
    width_mm = paper.width_mm * (0.5 if both or only_one else 1) - (1.5 if both else 0)
    facts: dict[str, object] = {"name": one.name, "unit": one.unit}
    pictures = []
    if table is not None:
        facts |= {
            "level": standing.level_zh(one.level),
            "variant": standing.variant_zh(one.variant),
        }
        benchmark = one.head.benchmark if numbers.is_known(one.head.benchmark) else None
        width = width_mm / MM_PER_INCH
        height = MAP_INCHES if both else maps.height_for(table, width)
        height = SMALL_INCHES if only_one else height
        sheet = Sheet(width, height, zones_told(one, table))
        png = maps.zones(table, unit=one.unit, benchmark=benchmark, sheet=sheet)
        pictures.append((png, width_mm, say("page.map_caption", **facts)))
    if found is not None:
        count = numbers.number(len(found))
        facts |= {"count": count}
        height = MAP_INCHES if both else MAP_INCHES * 1.35
        height = SMALL_INCHES if only_one else height
        sheet = Sheet(width_mm / MM_PER_INCH, height, say("map.findings_title", count=count))
        told = say("page.findings_caption", **facts)
        pictures.append((maps.findings(found, sheet=sheet), width_mm, told))
    paper.side_by_side(pictures)
    caption = say("page.both_caption", **facts) if both else pictures[0][2]
    paper.caption("figure", say("caption.figure"), caption)


def zones_told(one: Standing, table: pd.DataFrame) -> str:
    """Return in a line how the zones of a level stand."""
    counted = table["state"].value_counts()
    parts = [
        f"{say(f'state.{state}')} {counted[state]}"
        for state in ("met", "missed", "unknown")
        if state in counted
    ]
    if not parts:
        return say("map.of_level", level=standing.level_zh(one.level), unit=one.unit)
    total, level = len(table), standing.level_zh(one.level)
    return say("page.map_title", total=total, level=level, parts="，".join(parts))


def _zones(paper: Paper, one: Standing) -> None:
    table = one.by_zone() if one.level not in {"", "cell"} else pd.DataFrame()
    if table.empty or not table["value"].notna().any():
        return
    shown = table.head(ZONES_SHOWN)
    level = standing.level_zh(one.level)
    columns = _zone_columns(one, shown)
    rows: list[list[Cell | str]] = [[cell(row) for _, cell in columns] for row in each(shown)]
    told = say("page.zones_caption", name=one.name, level=level)
    paper.caption("table", say("caption.table"), told)
    paper.table([column for column, _ in columns], rows)
    if len(table) > len(shown):
        paper.text(say("page.zones_more", total=len(table), level=level, shown=len(shown)), "Small")


def _zone_columns(
    one: Standing, shown: pd.DataFrame
) -> list[tuple[Column, Callable[[Row], Cell | str]]]:
    """Return the columns that say something about these zones, with what makes their cells."""
    head = f"{standing.variant_zh(one.variant)}（{one.unit}）"
    columns: list[tuple[Column, Callable[[Row], Cell | str]]] = [
        (Column(standing.level_zh(one.level), 36), lambda row: str(row.zone_name)),
        (Column(head, 30, "right"), lambda row: numbers.figure(row.value, one.unit)),
    ]
    if any(standing.span_of(row) for row in each(shown)):
        columns.append((Column(say("table.span"), 25, "right"), standing.span_of))
    for variant in [name for name in one.variants if name != one.variant][:2]:
        values = one.by_zone(variant).set_index("zone")["value"]
        column = Column(standing.variant_zh(variant), 21, "right")
        columns.append((column, partial(_value_at, values, one.unit)))
    if shown["denominator"].notna().any():
        columns.append((Column(say("table.covered"), 46, "right"), _ratio))
    if (shown["state"] != "none").any():
        columns.append((Column(say("table.state"), 25), lambda row: light(str(row.state))))
    return columns


def _value_at(values: "pd.Series[float]", unit: str, row: Row) -> str:
    return numbers.figure(values.get(row.zone), unit)


def _ratio(row: Row) -> str:
    above = numbers.quantity(row.numerator, str(row.numerator_unit or ""))
    return f"{above} / {numbers.quantity(row.denominator, str(row.denominator_unit or ''))}"


def _unknown(paper: Paper, one: Standing) -> None:
    table = one.by_zone() if one.level else pd.DataFrame()
    missing = table[table["value"].isna()] if len(table) else table
    if missing.empty:
        return
    paper.heading(say("page.unknown"), 4)
    for reason, rows in missing.groupby(missing["reason_zh"].fillna(""), sort=False):
        names = [str(name) for name in rows["zone_name"]]
        listed = "、".join(names[:NAMES_SHOWN]) + ("等" if len(names) > NAMES_SHOWN else "")
        key = "page.unknown_cells" if one.level == "cell" else "page.unknown_zones"
        told = say(key, count=len(names), level=standing.level_zh(one.level),
                   reason=str(reason) or numbers.UNKNOWN, names=listed)  # fmt: skip
        paper.text(told, "Small")


def _top(paper: Paper, view: RunView, one: Standing) -> None:
    found = standing.own_findings(view, one.id)
    if found is None:
        return
    rows = found.sort_values("severity", ascending=False, kind="stable").head(FINDINGS_SHOWN)
    paper.heading(say("page.top"), 4)
    remedy = str(rows["remedy"].iloc[0])
    paper.text(
        say("page.top_lead", count=numbers.number(len(found)), shown=len(rows),
            remedy=f"（{said_or(f'remedy.{remedy}', remedy)}）"), "Small",
    )  # fmt: skip
    columns = [Column("", 9, "right"), Column(say("table.problem"), 140)]
    elsewhere = rows["zone_name"].nunique() > 1
    if elsewhere:
        columns.append(Column(say("table.zone"), 32))
    cells: list[list[Cell | str]] = []
    for index, row in enumerate(each(rows), start=1):
        place = [Cell(_place_name(row), "ink-2")] if elsewhere else []
        cells.append([str(index), str(row.why_zh), *place])
    paper.table(columns, cells)


def _place_name(row: Row) -> str:
    name = row.zone_name
    return numbers.UNKNOWN if name is None or name is pd.NA or not str(name) else str(name)
