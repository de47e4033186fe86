"""One target of an assessment on paper: its sentence, who owes it, the figure, and why."""

from collections.abc import Mapping, Sequence
from typing import Any

from docx.shared import Pt

from hetao.plan.judged import Assessment, Figure, Judged, Reading, ZoneState
from hetao.plan.ledger import Measure, Target
from hetao.plan.reasons import flag_words, next_step, sentence
from hetao.report import numbers
from hetao.report.document import Align, Cell, Column, Paper
from hetao.report.plan_words import (
    amount,
    bodies_told,
    colours,
    deadline_told,
    figure_told,
    gap_told,
    interval_told,
    lamp,
    measured_by,
    name_told,
    pace_told,
    softness_told,
    target_told,
    unit_shown,
)
from hetao.report.texts import say

FLAGGED = ("no_definition", "damaged")
"""Reasons that say what the target's flags say."""

ROLES = ("lead", "joint", "support", "county")


def heads(**widths: float | tuple[float, Align]) -> list[Column]:
    """Return the columns of a table by their names, each with its width and side."""
    sided = {
        name: width if isinstance(width, tuple) else (width, "left")
        for name, width in widths.items()
    }
    return [
        Column(say(f"plan.assessment.column.{name}"), width, side)
        for name, (width, side) in sided.items()
    ]


def light(judged: Judged | ZoneState | Reading) -> Cell:
    """Return a state as a cell: shape and word in its ink, on its ground unless it is good."""
    ink, ground = colours(judged.state)
    return Cell(lamp(judged.state), ink, ground)


def counties_met(judged: Judged) -> dict[str, int]:
    """Return how many counties reach a target, of how many."""
    return {"met": sum(z.state == "met" for z in judged.zones), "count": len(judged.zones)}


def write_target(paper: Paper, judged: Judged, assessment: Assessment) -> None:
    """Write all that is known of one target."""
    target = judged.target
    paper.heading(finding(judged), 3)
    when = deadline_told(target)
    if target.year is not None:
        when = say(f"plan.assessment.page.{'over' if judged.final else 'open'}", deadline=when)
    firm = softness_told(target)
    told = say("plan.assessment.page.standing", lamp=lamp(judged.state), deadline=when, firm=firm)
    line = paper.text(told, "State none", ink=colours(judged.state)[0]).paragraph_format
    line.keep_with_next, line.space_after = True, Pt(3)
    _quote(paper, judged)
    if judged.figure is not None and judged.figure.value is not None:
        _figures(paper, judged)
    else:
        wanted = paper.text(say("plan.assessment.page.wanted", told=target_told(target)))
        wanted.paragraph_format.keep_with_next = True
    if judged.reason:
        note = paper.note(say("plan.assessment.page.why", **why(judged)))
        note.paragraph_format.keep_with_next = True
    _small(paper, _lines(judged))
    if judged.readings:
        _readings(paper, judged)
    if judged.zones:
        _zones(paper, judged, assessment)


def _small(paper: Paper, lines: Sequence[str]) -> None:
    for index, text in enumerate(lines, start=1):
        paper.text(text, "Small").paragraph_format.keep_with_next = index < len(lines)


def why(judged: Judged) -> dict[str, str]:
    """Return in words why a target cannot be judged, and the next thing to do."""
    return {
        "why": sentence(judged.reason, judged.facts, "zh"),
        "next": next_step(judged.reason, judged.facts, "zh"),
    }


def rests_on_counties(judged: Judged) -> bool:
    """Say whether the state of a target is that of its counties, and not of one figure."""
    known = judged.figure is not None and judged.figure.value is not None
    return bool(judged.zones) and (not known or judged.state == "met_in_part")


def finding(judged: Judged) -> str:
    """Return what was found of a target, as its heading."""
    name, state = name_told(judged.target), say(f"plan.state.{judged.state}")
    figure, gap = judged.figure, judged.gap
    if judged.state == "cannot_tell":
        return say("plan.assessment.page.finding_plain", name=name, state=state)
    if rests_on_counties(judged):
        counted = counties_met(judged)
        return say("plan.assessment.page.finding_counties", name=name, state=state, **counted)
    if figure is None or figure.value is None:
        return say("plan.assessment.page.finding_plain", name=name, state=state)
    missing = judged.state != "met" and gap is not None and gap > 0
    told = f"{state}，{gap_told(judged)}" if missing else state
    shown = figure_told(figure, judged.target)
    return say("plan.assessment.page.finding", name=name, figure=shown, state=told)


def _quote(paper: Paper, judged: Judged) -> None:
    target = judged.target
    words = target.sentence or target.written
    if not words:
        return
    number = judged.measure.number if judged.measure is not None else ""
    key = "quote_number" if number else "quote"
    told = say(f"plan.assessment.{key}", sentence=words, number=number)
    paper.note(told, ground="wheat-tint").paragraph_format.keep_with_next = True


def _figures(paper: Paper, judged: Judged) -> None:
    target, unit = judged.target, unit_shown(judged.figure, judged.target)
    columns = heads(told=29, figure=25, gap=34, pace=25, pace_needed=23, evidence=27)
    bounds = interval_told(judged.figure, target)
    row: list[Cell | str] = [
        target_told(target),
        Cell(figure_told(judged.figure, target), bold=True, note=f"（{bounds}）" if bounds else ""),
        gap_told(judged),
        pace_told(judged.pace, unit),
        pace_told(judged.pace_needed, unit),
        evidence(judged.figure),
    ]
    paper.table(columns, [row])


def evidence(figure: Figure | None) -> str:
    """Return the grade of a figure and whether it was computed or who reported it."""
    if figure is None:
        return numbers.UNKNOWN
    grade = figure.grade or say("plan.assessment.evidence.ungraded")
    key = figure.source if figure.source == "run" or figure.reported_by else "reported_plain"
    return say(f"plan.assessment.evidence.{key}", grade=grade, by=figure.reported_by)


def _lines(judged: Judged) -> list[str]:
    target, figure = judged.target, judged.figure
    lines = [_bodies(target, judged.measure), _measured(judged)]
    bounds = interval_told(figure, target)
    if bounds:
        lines.append(say("plan.assessment.page.interval", span=bounds))
    known = [one for one in judged.series if one.value is not None]
    if len(known) > 1:
        parts = "，".join(
            say("plan.assessment.page.of_year", year=one.year, figure=figure_told(one, target))
            for one in known
        )
        lines.append(say("plan.assessment.page.series", parts=parts))
    if "later" in judged.facts and target.year is not None:
        later = {"year": target.year, "later": judged.facts["later"]}
        lines.append(say("plan.assessment.page.later", **later))
    if figure is not None and not figure.verified:
        lines.append(say("plan.assessment.page.unverified"))
    if figure is not None and figure.note and figure.source == "reported":
        lines.append(say("plan.assessment.page.note", note=figure.note.rstrip("。")))
    if target.flags and judged.reason not in FLAGGED:
        lines.append(say("plan.assessment.page.flags", flags=flag_words(target.flags)))
    return [line for line in lines if line]


def _bodies(target: Target, measure: Measure | None) -> str:
    parts = []
    if target.owner:
        parts.append(say("plan.assessment.page.owner", bodies=target.owner))
    if measure is not None:
        parts += [
            say("plan.assessment.page.role", role=say(f"plan.role.{role}"), bodies=bodies)
            for role in ROLES
            if (bodies := bodies_told(measure, role))  # type: ignore[arg-type]
        ]
        if not bodies_told(measure, "lead"):
            parts.append(say("plan.assessment.page.no_lead"))
    return say("plan.assessment.page.bodies", parts="；".join(parts)) if parts else ""


def _measured(judged: Judged) -> str:
    told, figure = measured_by(judged.target, judged), judged.figure
    if not told:
        return ""
    if figure is None or figure.value is None:
        return "" if judged.zones else say("plan.assessment.page.not_measured", told=told)
    if figure.edition:
        told = f"{told}，{figure.edition} 版"
    place = figure.zone_name
    return say("plan.assessment.page.measured", told=told, year=figure.year, place=place)


def _readings(paper: Paper, judged: Judged) -> None:
    unit = unit_shown(judged.figure, judged.target)
    columns = heads(reading=40, told=60, state=40)
    rows: list[list[Cell | str]] = [
        [
            say(f"plan.assessment.reading.{reading.name}"),
            say(f"plan.operator.{reading.operator}", value=amount(reading.value, unit)),
            light(reading),
        ]
        for reading in judged.readings
    ]
    name = name_told(judged.target)
    caption = say("plan.assessment.page.readings_caption", name=name)
    paper.caption("table", say("caption.table"), caption)
    paper.table(columns, rows)


def _zones(paper: Paper, judged: Judged, assessment: Assessment) -> None:
    columns = heads(county=32, figure=(30, "right"), of_year=(16, "center"), state=28, note=56)
    rows: list[list[Cell | str]] = [
        [
            zone.zone_name or zone.zone,
            figure_told(zone.figure, judged.target),
            str(zone.figure.year) if zone.figure is not None else numbers.UNKNOWN,
            light(zone),
            zone_note(zone, judged, assessment),
        ]
        for zone in judged.zones
    ]
    caption = say("plan.assessment.page.zones_caption", name=name_told(judged.target))
    paper.caption("table", say("caption.table"), caption)
    paper.table(columns, rows)


def zone_note(zone: ZoneState, judged: Judged, assessment: Assessment) -> str:
    """Return the evidence of a county's figure, or why its state is unknown."""
    if not zone.reason:
        return evidence(zone.figure)
    return sentence(zone.reason, _zone_facts(zone, judged, assessment), "zh")


def _zone_facts(zone: ZoneState, judged: Judged, assessment: Assessment) -> Mapping[str, Any]:
    target, figure = judged.target, zone.figure
    wanted = min(target.year or assessment.year, assessment.year)
    facts: dict[str, Any] = {
        "year": wanted, "wanted": wanted, "why_zh": "", "why_en": "", "scope": target.scope,
        "indicator": target.indicator, "measured_by": judged.measured_by, "value": target.value,
        "unit": target.unit, "place": zone.zone_name, "written": target.written,
        "flags_zh": flag_words(target.flags),
    }  # fmt: skip
    if figure is not None:
        facts |= {"figure_year": figure.year, "low": figure.low, "high": figure.high}
        facts |= {"found": figure.unit, "unit": figure.unit}
    return facts
