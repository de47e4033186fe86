"""The first chapter: how complete the data are, what was found, all indicators, the problems."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import geopandas as gpd
import pandas as pd

from hetao.assessment.checkup import DIMENSIONS, Assessed
from hetao.report import numbers, standing
from hetao.report.assessed import write_grades
from hetao.report.document import Cell, Column, Paper
from hetao.report.maps import CityMaps, Sheet
from hetao.report.standing import Standing
from hetao.report.texts import said_or, say
from hetao.report.view import Row, RunView, each

MM_PER_INCH = 25.4
TOLD = 6
"""Missed indicators named in the main findings."""


def write_overall(
    paper: Paper, view: RunView, all_: Sequence[Standing], maps: CityMaps, done: Assessed | None
) -> None:
    """Write the chapter on the whole: completeness, findings, grades, the problem map."""
    own, facilities = standing.apart(all_)
    paper.chapter(say("assessed.chapter.overall"))
    _lead(paper, view, own)
    if done is not None:
        write_grades(paper, done)
    paper.section(say("overview.findings"))
    _findings(paper, view, own, facilities)
    paper.section(say("overview.quality"))
    _quality(paper, view)
    _differences(paper, view)
    paper.section(say("overview.map"), new_page=True)
    _problem_map(paper, view, maps)


def write_system(paper: Paper, view: RunView, own: Sequence[Standing]) -> None:
    """Write the chapter on the indicator system: every indicator against its standard."""
    paper.turn(landscape=True)
    paper.chapter(say("assessed.chapter.system"), new_page=False)
    mine = [one for one in own if one.entry is not None and one.entry.dimension in DIMENSIONS]
    counted = Counter(one.entry.dimension for one in mine if one.entry is not None)
    parts = "、".join(
        say("assessed.system.part", name=say(f"assessed.dimension.{name}"), count=counted[name])
        for name in DIMENSIONS
    )
    told = say("assessed.system.lead", edition=view.edition_zh, count=len(mine), parts=parts)
    paper.text(told)
    indicator_table(paper, own)
    paper.turn(landscape=False)


def _lead(paper: Paper, view: RunView, own: Sequence[Standing]) -> None:
    counted = standing.counts(own)
    judged = counted["met"] + counted["missed"] + counted["unknown"]
    facts = {**counted, "judged": judged, "period": view.period, "count": len(own)}
    paper.note(
        say("overview.lights_title" if judged else "overview.lights_none", **facts),
        ground="brand-tint",
    )
    if view.made_place:
        paper.note(say("cover.made_note"), ground="wheat-tint", ink="wheat")


def _quality(paper: Paper, view: RunView) -> None:
    checks = view.manifest.get("quality") or []
    if not checks:
        paper.text(say("overview.quality_none"))
        return
    paper.text(say("overview.quality_lead"))
    columns = [
        Column(say("quality.item"), 46), Column(say("quality.value"), 25, "right"),
        Column(say("quality.plausible"), 24, "right"), Column(say("quality.state"), 20),
        Column(say("quality.told"), 70),
    ]  # fmt: skip
    rows: list[list[Cell | str]] = [
        [
            str(check.get("name_zh", "")), _amount(check.get("value"), check),
            _plausible(check), light(str(check.get("state", "unknown")), words="quality"),
            _reading_told(check),
        ]
        for check in checks
    ]  # fmt: skip
    paper.caption("table", say("caption.table"), say("overview.quality"))
    paper.table(columns, rows)


def _differences(paper: Paper, view: RunView) -> None:
    """Tell of figures that the registers give otherwise than the department reported."""
    heads = view.observations.drop_duplicates("indicator").set_index("indicator")
    zones = view.zones["name"].to_dict()
    lines = []
    for id_, facts in (view.manifest.get("facts") or {}).items():
        told = facts.get(f"{view.edition}/official", {}).get("differs", [])
        unit = str(heads.at[id_, "unit"]) if told else ""
        for zone, mine, other in told:
            facts_told = {"mine": numbers.with_unit(mine, unit),
                          "other": numbers.with_unit(other, unit)}  # fmt: skip
            if len(set(facts_told.values())) > 1:  # not where rounding hides it
                lines.append(say("assessed.differs.one", name=heads.at[id_, "name_zh"],
                                 zone=zones.get(zone, zone), **facts_told))  # fmt: skip
    if lines:
        paper.text(say("assessed.differs.lead", count=len(lines)))
        paper.bullets(lines)


def _reading_told(check: Mapping[str, Any]) -> str:
    """Return what a check says beyond the figures that stand beside it."""
    told, name = str(check.get("text_zh", "")), str(check.get("name_zh", ""))
    return told.partition("：")[2] if told.startswith(name) else told


def _amount(value: object, check: Mapping[str, Any]) -> str:
    if not isinstance(value, (int, float)) or not numbers.is_known(value):
        return numbers.UNKNOWN
    unit = str(check.get("unit", ""))
    said = numbers.number(value, 1) if unit == "%" else numbers.measured(value)
    return f"{said}%" if unit == "%" else f"{said} {unit}".strip()


def _plausible(check: Mapping[str, Any]) -> str:
    bounds = check.get("plausible")
    if not isinstance(bounds, (list, tuple)) or len(bounds) != 2:  # noqa: PLR2004
        return numbers.UNKNOWN
    low, high = (None if bound is None else numbers.plain(float(bound)) for bound in bounds)
    unit = "%" if check.get("unit") == "%" else ""
    if low is not None and high is not None:
        return f"{low}–{high}{unit}"
    return f"≥ {low}{unit}" if low is not None else f"≤ {high}{unit}"


def light(state: str, *, words: str = "state", name: str = "") -> Cell:
    """Return a state as a cell: shape and word in its ink, on its ground unless it is good."""
    shape = said_or(f"shape.{state}", "")
    ink = f"{state}-text" if state in {"met", "missed", "unknown", "behind"} else "ink-2"
    ground = f"{state}-tint" if state in {"missed", "unknown", "behind"} else ""
    return Cell(f"{shape} {said_or(f'{words}.{state}', state)}", ink, ground, note=name)


def _findings(
    paper: Paper, view: RunView, own: Sequence[Standing], facilities: Sequence[Standing]
) -> None:
    counted = standing.counts(own)
    judged = counted["met"] + counted["missed"] + counted["unknown"]
    lines = [
        say(
            "overview.counts" if facilities else "overview.counts_plain", **counted, judged=judged,
            count=len(own), edition=view.edition_zh, facilities=len(facilities),
        )
    ]  # fmt: skip
    missed = [one for one in own if one.head.state == "missed"]
    lines += [f"{standing.finding(one)}。" for one in missed[:TOLD]]
    lines.append(_problems_told(view))
    unknown = sum(one.head.state == "unknown" for one in own)
    if unknown:
        lines.append(say("overview.unknowns", count=unknown, chapter=say("unknowns.title")))
    paper.bullets(lines)


def _problems_told(view: RunView) -> str:
    found = all_findings(view)
    if found.empty:
        return say("overview.no_problems")
    names = view.observations.drop_duplicates("indicator").set_index("indicator")["name_zh"]
    counted = found["indicator"].value_counts().sort_index().sort_values(
        ascending=False, kind="stable"
    )  # fmt: skip
    most = "、".join(
        f"{names.get(id_, id_)} {numbers.number(count)} 处"
        for id_, count in counted.head(3).items()
    )
    return say(
        "overview.problems", total=numbers.number(len(found)), most=most,
        deadline=numbers.number(int((found["remedy"] == "deadline").sum())),
        best=numbers.number(int((found["remedy"] == "best_effort").sum())),
    )  # fmt: skip


def all_findings(view: RunView) -> gpd.GeoDataFrame:
    """Return the findings of all indicators in one table, each thing once per indicator."""
    shown = (standing.own_findings(view, id_) for id_ in view.findings)
    frames = [found for found in shown if found is not None]
    if not frames:
        empty = pd.DataFrame(columns=["indicator", "feature", "severity", "remedy", "why_zh"])
        return gpd.GeoDataFrame(empty, geometry=gpd.GeoSeries([], crs="EPSG:4490"))
    return gpd.GeoDataFrame(pd.concat(frames, ignore_index=True), crs=frames[0].crs)


def _problem_map(paper: Paper, view: RunView, maps: CityMaps) -> None:
    found = all_findings(view)
    if found.empty:
        paper.text(say("overview.map_none"))
        return
    count = numbers.number(len(found))
    told = say("overview.map_caption", count=count)
    sheet = Sheet(paper.width_mm / MM_PER_INCH, 7.2, _problems_told(view).split("；")[0])
    paper.picture(maps.findings(found, sheet=sheet), paper.width_mm, told)
    paper.caption("figure", say("caption.figure"), told)


def indicator_table(paper: Paper, own: Sequence[Standing]) -> None:
    """Write every indicator against its standard, the variants side by side."""
    shown = [
        variant for variant in standing.VARIANTS if any(variant in one.variants for one in own)
    ]
    columns = [
        Column(say("table.number"), 15), Column(say("table.indicator"), 56),
        Column(say("table.unit"), 17),
        *(Column(standing.variant_zh(variant), 25, "right") for variant in shown),
        Column(say("table.standard"), 58), Column(say("table.state"), 24),
        Column(say("table.grade"), 13, "center"),
    ]  # fmt: skip
    rows = []
    for one in own:
        rows.append(_indicator_row(one, one.edition, shown))
        rows += [_indicator_row(one, edition, shown, other=True) for edition in one.other_editions]
    paper.text(say("overview.table_note") + say("overview.variant_note"), "Small")
    paper.caption("table", say("caption.table"), say("overview.table"))
    paper.table(columns, rows)


def _indicator_row(
    one: Standing, edition: str, shown: Sequence[str], *, other: bool = False
) -> list[Cell | str]:
    rows = one.rows[(one.rows["edition"] == edition) & (one.rows["zone"] == one.zone)]
    first = next(each(rows))
    cells: list[Cell | str] = [
        str(first.number or numbers.UNKNOWN),
        Cell(one.name, "ink-3" if other else "ink-1", note=edition if other else ""),
        one.unit,
    ]
    for variant in shown:
        row = one.at(edition, variant)
        if row is None:
            plain = one.variant if not other and variant == standing.VARIANTS[0] else ""
            row = one.at(edition, plain) if plain and plain not in standing.VARIANTS else None
        cells.append(value_cell(row))
    told = standing.standard_of(first)
    where = str(getattr(first, "benchmark_source", "") or first.source)
    unverified = f"（{say('table.unverified')}）"
    cells.append(
        Cell(
            told + (unverified if standing.doubtful(first) else ""),
            note=where + ("" if bool(first.verified) else unverified),
        )
    )
    cells.append(light(str(first.state)))
    cells.append(str(first.grade))
    return cells


def value_cell(row: Row) -> Cell | str:
    """Return a figure with its interval under it."""
    if row is None:
        return ""
    bounds = standing.span_of(row)
    told = numbers.figure(row.value, row.unit)
    return Cell(told, note=f"（{bounds}）" if bounds else "")
