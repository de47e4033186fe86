"""The check-up report as a Word document in Chinese."""

from collections.abc import Sequence
from pathlib import Path

from hetao.assessment.checkup import DIMENSIONS
from hetao.errors import Tell, quiet
from hetao.report import standing
from hetao.report.annexes import write_methods, write_sources, write_unknowns
from hetao.report.assessed import (
    write_areas,
    write_dimension,
    write_followup,
    write_general,
    write_measures,
    write_survey,
)
from hetao.report.document import Paper
from hetao.report.facilities import write_checklist, write_facilities
from hetao.report.maps import CityMaps, Sheet
from hetao.report.overview import MM_PER_INCH, write_overall, write_system
from hetao.report.pages import is_brief, write_page
from hetao.report.texts import said_or, say
from hetao.report.view import RunView

CONTENTS_DEPTH = 2
COVER_INCHES = 4.2


def write_report(view: RunView, path: Path, *, tell: Tell = quiet) -> None:
    """
    Write report.docx; the same run gives the same bytes.

    Parameters
    ----------
    tell : Tell
        Hears of each indicator.
    """
    paper = Paper(date=view.date, title=say("cover.title", city=view.city))
    maps, all_ = CityMaps(view), standing.standings(view)
    _cover(paper, view, maps)
    paper.text(say("contents.title"), "Contents title")
    contents = paper.place_of_contents()
    own, facilities = standing.apart(all_)
    done = view.assessed
    if done is not None:
        write_general(paper, view, done)
    write_system(paper, view, own)
    write_overall(paper, view, all_, maps, done)
    _dimensions(paper, view, own, maps, tell)
    _special(paper, view, facilities, maps)
    if done is not None:
        paper.chapter(say("assessed.chapter.survey"))
        write_survey(paper, done.survey)
        paper.chapter(say("assessed.chapter.followup"))
        write_followup(paper, view, done)
        paper.chapter(say("assessed.chapter.measures"))
        write_measures(paper, done)
    _ends(paper, view, all_)
    paper.contents(contents, deepest=CONTENTS_DEPTH)
    running = say("head.running", city=view.city, period=view.period)
    paper.running_heads(running, say("head.made") if view.made_place else "")
    paper.save(path)


def _dimensions(
    paper: Paper, view: RunView, own: Sequence[standing.Standing], maps: CityMaps, tell: Tell
) -> None:
    """Write the chapter on the dimensions: each in a table and sentences, then page by page."""
    paper.chapter(say("assessed.chapter.dimensions"), new_page=True)
    number = 0
    for index, (dimension, members) in enumerate(_by_dimension(own).items()):
        paper.section(said_or(f"dimension.{dimension}", dimension), new_page=index > 0)
        if view.assessed is not None and dimension in DIMENSIONS:
            write_dimension(paper, dimension, view.assessed)
        brief = False
        for one in members:
            tell("report", number, len(own))
            # what has nothing to map takes a few lines, and those share a page
            before, brief = brief, is_brief(view, one, maps)
            write_page(paper, view, one, maps, new_page=not (before and brief))
            number += 1
    tell("report", number, len(own))


def _special(
    paper: Paper, view: RunView, facilities: Sequence[standing.Standing], maps: CityMaps
) -> None:
    """Write the chapter on special check-ups: facilities, living circles, areas to renew."""
    paper.chapter(say("assessed.chapter.special"))
    paper.section(say("assessed.measures.areas"))
    write_areas(paper, view)
    if facilities:
        paper.section(say("facilities.title"))
        write_facilities(paper, facilities, maps)
    if view.checklist is not None and len(view.checklist):
        paper.section(say("checklist.title"))
        write_checklist(paper, view)


def _ends(paper: Paper, view: RunView, all_: Sequence[standing.Standing]) -> None:
    paper.heading(say("unknowns.title"), 1, new_page=True)
    write_unknowns(paper, all_)
    paper.turn(landscape=True)
    paper.heading(say("methods.title"), 1)
    write_methods(paper, view, all_)
    paper.turn(landscape=False)
    paper.heading(say("sources.title"), 1)
    write_sources(paper, view)


def _by_dimension(own: Sequence[standing.Standing]) -> dict[str, list[standing.Standing]]:
    groups: dict[str, list[standing.Standing]] = {name: [] for name in DIMENSIONS}
    for one in own:
        dimension = one.entry.dimension if one.entry is not None else "other"
        groups.setdefault(dimension, []).append(one)
    return {name: members for name, members in groups.items() if members}


def _cover(paper: Paper, view: RunView, maps: CityMaps) -> None:
    paper.text(say("cover.title", city=view.city), "Title")
    paper.text(f"{view.period} 年度　{view.edition_zh}", "Subtitle")
    told = say("cover.map", city=view.city)
    paper.picture(
        maps.cover(Sheet(paper.width_mm / MM_PER_INCH, COVER_INCHES)), paper.width_mm, told
    )
    if view.made_place:
        paper.note(say("cover.made_note"), ground="wheat-tint", ink="wheat")
    lines = {
        "year": f"{view.period} 年",
        "edition": view.edition_zh,
        "date": view.date,
        "run": str(view.manifest.get("snapshot", "")),
        "version": say("cover.software", version=view.manifest.get("hetao", "")),
        "compiler": say("cover.blank"),
        "approval": view.map_approval or say("cover.blank"),
    }
    for name, value in lines.items():
        paper.text(f"{say(f'cover.{name}')}：{value}", "Cover")
