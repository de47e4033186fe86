"""The assessment of a plan as a Word document: a page of lights, then chapters by section."""

from pathlib import Path

from hetao.errors import Tell, quiet
from hetao.plan.judged import Assessment, Judged
from hetao.plan.ledger import Ledger
from hetao.report import numbers
from hetao.report.document import Cell, Paper
from hetao.report.plan_annexes import write_basis, write_todo
from hetao.report.plan_ledger import date_of
from hetao.report.plan_pages import (
    counties_met,
    heads,
    light,
    rests_on_counties,
    write_target,
)
from hetao.report.plan_sections import Chapter, chapters, section_title
from hetao.report.plan_words import (
    deadline_told,
    figure_told,
    name_told,
    numbered,
    target_told,
)
from hetao.report.texts import say

CONTENTS_DEPTH = 2
BRIEF = 2
"""Targets of a section that share a page with the next."""


def write_plan_assessment(
    assessment: Assessment,
    path: Path,
    ledger: Ledger,
    *,
    made: bool = False,
    tell: Tell = quiet,
) -> None:
    """
    Write plan-assessment.docx; the same assessment gives the same bytes.

    Parameters
    ----------
    made : bool
        Whether the place does not exist; cover and every page say so then.
    tell : Tell
        Hears of each chapter.
    """
    title = assessment.document.title or assessment.plan
    paper = Paper(date=date_of(ledger), title=title)
    _cover(paper, assessment, title, made=made)
    paper.text(say("contents.title"), "Contents title")
    contents = paper.place_of_contents()
    write_summary(paper, assessment)
    parts = chapters(assessment, ledger)
    brief = False
    for done, chapter in enumerate(parts):
        tell("report", done, len(parts))
        # what takes a few lines shares a page with its like
        before, brief = brief, chapter.count <= BRIEF
        _chapter(paper, chapter, assessment, new_page=not (before and brief))
    tell("report", len(parts), len(parts))
    write_todo(paper, assessment)
    write_basis(paper, assessment)
    paper.contents(contents, deepest=CONTENTS_DEPTH)
    running = say("plan.assessment.running", title=title, year=assessment.year)
    paper.running_heads(running, say("plan.assessment.made") if made else "")
    paper.save(path)


def _cover(paper: Paper, assessment: Assessment, title: str, *, made: bool) -> None:
    document = assessment.document
    paper.text(say("plan.assessment.title", title=title), "Title")
    paper.text(say("plan.assessment.subtitle", year=assessment.year), "Subtitle")
    if made:
        paper.note(say("plan.assessment.made_note"), ground="wheat-tint", ink="wheat")
    if document.status == "draft":
        paper.note(say("plan.assessment.cover.draft"))
    paper.text(counts_told(assessment))
    lines = {
        "number": document.number, "issuer": document.issuer, "date": document.date,
        "year": assessment.year, "city": assessment.city, "snapshot": assessment.snapshot,
    }  # fmt: skip
    for name, told in lines.items():
        if told:
            paper.text(say(f"plan.assessment.cover.{name}", told=told), "Cover")
    paper.text(say("plan.assessment.cover.compiler"), "Cover")


def counts_told(assessment: Assessment) -> str:
    """Return how many targets are in each state, in a sentence; states of none stay out."""
    if not assessment.judged:
        return say("plan.assessment.summary.none")
    parts = [
        say("plan.assessment.summary.part", state=say(f"plan.state.{state}"), count=count)
        for state, count in assessment.counts.items()
        if count
    ]
    count = len(assessment.judged)
    return say("plan.assessment.summary.counts", count=count, parts="，".join(parts))


def write_summary(paper: Paper, assessment: Assessment) -> None:
    """Write the page on which every target has its lamp."""
    paper.heading(say("plan.assessment.summary.title"), 1, new_page=True)
    paper.text(counts_told(assessment) + _limits(assessment))
    if not assessment.judged:
        return
    columns = heads(number=16, indicator=64, told=33, year=13, figure=25, state=22)
    paper.caption("table", say("caption.table"), say("plan.assessment.summary.caption"))
    paper.table(columns, [_summary_row(one) for one in assessment.judged])


def _limits(assessment: Assessment) -> str:
    """Return what the counts do not say: what is final, read otherwise, or not verified."""
    judged, told = assessment.judged, []
    final = sum(one.final for one in judged)
    if 0 < final < len(judged):
        finals = {"count": final, "open": len(judged) - final}
        told.append(say("plan.assessment.summary.finals", **finals))
    elif final:
        told.append(say("plan.assessment.summary.all_final"))
    counted = {
        "readings": sum(bool(one.readings) for one in judged),
        "unverified": sum(one.figure is not None and not one.figure.verified for one in judged),
    }
    told += [
        say(f"plan.assessment.summary.{key}", count=count)
        for key, count in counted.items()
        if count
    ]
    return "".join(told)


def _summary_row(judged: Judged) -> list[Cell | str]:
    target = judged.target
    number = judged.measure.number if judged.measure is not None else target.measure
    shown = figure_told(judged.figure, target)
    if rests_on_counties(judged):
        shown = say("plan.assessment.summary.counties", **counties_met(judged))
    return [
        number or numbers.UNKNOWN,
        name_told(target),
        target_told(target),
        deadline_told(target, brief=True),
        shown,
        light(judged),
    ]


def _chapter(paper: Paper, chapter: Chapter, assessment: Assessment, *, new_page: bool) -> None:
    title = section_title(chapter.section) or say("plan.assessment.page.outside")
    if not new_page:
        paper.text("")
    paper.heading(title, 1, new_page=new_page)
    for measure, judged in chapter.parts:
        if measure is not None:
            paper.heading(numbered(measure.number, measure.title), 2)
        else:
            paper.heading(say("plan.assessment.page.section_targets"), 2)
        for one in judged:
            write_target(paper, one, assessment)
    if chapter.bare:
        names = "、".join(numbered(one.number, one.title) for one in chapter.bare)
        told = say("plan.assessment.page.bare", count=len(chapter.bare), names=names)
        paper.text(told, "Small")
