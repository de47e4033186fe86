"""The ends of a plan's assessment: what is still to be done, and what the figures rest on."""

from collections.abc import Iterator

from hetao.plan.judged import Assessment, Figure, Judged
from hetao.plan.judging_units import judging_data
from hetao.report import numbers
from hetao.report.document import Cell, Paper
from hetao.report.plan_pages import heads, why
from hetao.report.plan_words import (
    amount,
    figure_told,
    measured_by,
    name_told,
    responsible_told,
)
from hetao.report.texts import say


def write_todo(paper: Paper, assessment: Assessment) -> None:
    """Write what cannot be judged: why, what to do next, and whose task it is."""
    unknown = [one for one in assessment.judged if one.state == "cannot_tell" and one.reason]
    if not unknown:
        return
    paper.heading(say("plan.assessment.todo.title"), 1, new_page=True)
    paper.text(say("plan.assessment.todo.lead", count=len(unknown)))
    columns = heads(number=18, indicator=33, why=42, next=45, who=25)
    paper.caption("table", say("caption.table"), say("plan.assessment.todo.caption"))
    paper.table(columns, [_todo_row(one) for one in unknown])


def _todo_row(judged: Judged) -> list[Cell | str]:
    told, measure = why(judged), judged.measure
    who = responsible_told(judged.target, measure)
    number = measure.number if measure is not None else judged.target.measure
    return [number, name_told(judged.target), told["why"], told["next"], who or numbers.UNKNOWN]


def write_basis(paper: Paper, assessment: Assessment) -> None:
    """Write the data that the assessment rests on."""
    used = list(_used(assessment))
    paper.heading(say("plan.assessment.basis.title"), 1, new_page=True)
    runs = "、".join(assessment.runs)
    lines = [
        say(f"plan.assessment.basis.{name}", told=told)
        for name, told in (("snapshot", assessment.snapshot), ("runs", runs))
        if told
    ]
    if not lines:
        lines = [say(f"plan.assessment.basis.{'no_data' if used else 'none'}")]
    if used:
        by = {"run": 0, "reported": 0}
        for _, figure in used:
            by[figure.source] += 1
        lines += [say("plan.assessment.basis.runs_used", **by), _verified(assessment)]
    near = amount(100 * float(judging_data()["readings"]["near"]), "%")
    legend = say("plan.assessment.basis.legend", near=near)
    paper.bullets([*lines, say("plan.assessment.basis.grades"), legend])
    if used:
        _figures(paper, used)


def _used(assessment: Assessment) -> Iterator[tuple[Judged, Figure]]:
    """Yield the figure of each target, then those of its counties."""
    for judged in assessment.judged:
        zones = [zone.figure for zone in judged.zones]
        seen = [figure for figure in (judged.figure, *zones) if figure is not None]
        yield from ((judged, figure) for figure in seen if figure.value is not None)


def _verified(assessment: Assessment) -> str:
    doubtful = dict.fromkeys(
        measured_by(judged.target, judged) or name_told(judged.target)
        for judged, figure in _used(assessment)
        if not figure.verified
    )
    if not doubtful:
        return say("plan.assessment.basis.verified")
    return say("plan.assessment.basis.unverified_lead", names="、".join(doubtful))


def _figures(paper: Paper, used: list[tuple[Judged, Figure]]) -> None:
    columns = heads(
        indicator=40,
        edition=15,
        place=20,
        of_year=11,
        figure=(25, "right"),
        evidence=(12, "center"),
        origin=40,
    )
    rows: list[list[Cell | str]] = [
        [
            measured_by(judged.target, judged) or name_told(judged.target),
            figure.edition or numbers.UNKNOWN,
            figure.zone_name or figure.zone or numbers.UNKNOWN,
            str(figure.year),
            figure_told(figure, judged.target),
            figure.grade or numbers.UNKNOWN,
            _origin(figure),
        ]
        for judged, figure in used
    ]
    paper.caption("table", say("caption.table"), say("plan.assessment.basis.caption"))
    paper.table(columns, rows)


def _origin(figure: Figure) -> str:
    if figure.source == "run":
        return say("plan.assessment.evidence.run_origin", origin=figure.origin)
    if not figure.origin:
        return figure.reported_by or say("plan.source.reported")
    key = "reported_origin" if figure.reported_by else "reported_origin_plain"
    return say(f"plan.assessment.evidence.{key}", by=figure.reported_by, origin=figure.origin)
