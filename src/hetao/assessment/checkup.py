"""The assessment of a check-up: every indicator graded, the dimensions, the problems, the past."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import geopandas as gpd
import pandas as pd

from hetao.assessment.grading import (
    DimensionGrade,
    Grade,
    Known,
    Limit,
    grade,
    grade_dimension,
)
from hetao.assessment.history import Change, Course, change, course, series_of
from hetao.assessment.problems import Problem, problems_of
from hetao.catalogue.entries import OPERATORS, Entry, entries
from hetao.catalogue.naming import entry_called
from hetao.checkup.observations import NOT_APPLICABLE
from hetao.checkup.run import Run
from hetao.collection.survey import Survey, indicator_scores, survey_scores
from hetao.plan.figures import Figures, figures_of
from hetao.plan.judging_units import converted
from hetao.plan.store import plans
from hetao.registers.snapshot import Snapshot
from hetao.registers.workspace import Workspace

DIMENSIONS = ("housing", "estate", "neighbourhood", "city")
"""住房, 小区（社区）, 街区, 城区（城市）: the four of the national editions."""

WHOLE = ("city", "built_up_area")
COUNTS = frozenset("栋套个条起处座")
Scores = Mapping[str, tuple[float, float, float]]


@dataclass(frozen=True)
class Graded:
    """
    One indicator of the edition in force, graded.

    Attributes
    ----------
    head : row of observations
        Of the place that the indicator is of: the built-up area, else the city.
    """

    entry: Entry
    head: Any
    grade: Grade
    change: Change | None
    course: Course
    problems: tuple[Problem, ...]


@dataclass(frozen=True)
class Assessed:
    """A check-up assessed."""

    year: int
    edition: str
    graded: tuple[Graded, ...]
    dimensions: Mapping[str, DimensionGrade]
    survey: Survey | None = None

    def of(self, dimension: str) -> list[Graded]:
        """Return the indicators of a dimension in the order of their numbers."""
        return [one for one in self.graded if one.entry.dimension == dimension]

    @property
    def problems(self) -> list[Problem]:
        """Return the problems of all dimensions."""
        return [problem for one in self.graded for problem in one.problems]


def assess_checkup(workspace: Workspace, run: Run) -> Assessed:
    """Grade every national indicator of a run, by its snapshot, the plans and earlier years."""
    table, findings = run.observations, run.findings
    year, edition = int(run.manifest["period"]), str(run.manifest["edition"])
    figures = figures_of(workspace.root)
    snapshot = run.snapshot(workspace)
    targets = _targets(workspace, year)
    survey = surveyed(snapshot)
    scores = _scores(survey)
    peers = peers_of(snapshot, year)
    graded = []
    for entry in entries().values():
        version = entry.version(edition)
        if version is None or entry.dimension not in DIMENSIONS:
            continue
        head = _head(table, entry, edition)
        if head is not None:
            known = _known(entry, head, figures, targets.get(entry.id), scores.get(entry.id))
            known = replace(known, peers=peers.get(entry.id, ()))
            mine = _own(findings.get(entry.id), entry, head, snapshot.zones)
            graded.append(_graded(entry, head, known, figures, mine, year))
    graded.sort(key=lambda one: (DIMENSIONS.index(one.entry.dimension), int(one.head.number or 0)))
    found = {
        dimension: grade_dimension(
            [one.grade.level for one in graded if one.entry.dimension == dimension]
        )
        for dimension in DIMENSIONS
    }
    return Assessed(year, edition, tuple(graded), found, survey)


def peers_of(snapshot: Snapshot, year: int) -> dict[str, tuple[float, ...]]:
    """Return the figures of comparable cities by indicator: of each the last up to a year."""
    rows = snapshot.register("peer_figures")
    rows = rows[rows["year"] <= year].sort_values("year", kind="stable")
    found: dict[str, dict[str, float]] = {}
    for words, city, value in zip(rows["indicator"], rows["city"], rows["value"], strict=True):
        entry = entry_called(str(words))
        if entry is not None and pd.notna(value):
            found.setdefault(entry.id, {})[str(city)] = float(value)
    return {id_: tuple(cities.values()) for id_, cities in found.items()}


def surveyed(snapshot: Snapshot) -> Survey | None:
    """Return the residents' survey of a snapshot; None where nobody was asked."""
    answers = pd.DataFrame(snapshot.register("survey_answers").drop(columns="geometry"))
    if not len(answers):
        return None
    zones = snapshot.zones
    communities = set(zones.index[zones["level"] == "community"])
    counted = snapshot.register("population")
    mine = counted[counted["id"].isin(communities)]
    populations = mine.set_index("id")["persons"].astype(float)
    if populations.empty:
        listed = snapshot.register("communities")
        listed = listed[listed["zone"].isin(communities)]
        populations = listed.set_index("zone")["residents"].astype(float)
    return survey_scores(answers, zones, populations=populations)


def _scores(survey: Survey | None) -> Scores:
    if survey is None:
        return {}
    return {
        id_: (score.score, score.low, score.high)
        for id_, score in indicator_scores(survey).items()
        if not score.reason
    }


def _graded(
    entry: Entry,
    head: Any,  # noqa: ANN401
    known: Known,
    figures: Figures,
    findings: gpd.GeoDataFrame | None,
    year: int,
) -> Graded:
    told = grade(known)
    series = series_of(figures, entry)
    return Graded(
        entry,
        head,
        told,
        change(series, year=year, better=entry.better),
        course(series, year=year, better=entry.better),
        tuple(problems_of(entry, head, told, findings, year=year)),
    )


def place_level(entry: Entry) -> str:
    """Return the level by whose zones problems are listed: who is to see to them."""
    return "subdistrict" if entry.official_level in WHOLE else entry.official_level


def _own(
    findings: gpd.GeoDataFrame | None,
    entry: Entry,
    head: Any,  # noqa: ANN401
    zones: gpd.GeoDataFrame,
) -> gpd.GeoDataFrame | None:
    """Return the findings of the first variant, each under a zone of the indicator's level."""
    if findings is None:
        return None
    first = next(iter(entry.variants))
    mine = findings[(findings["variant"] == first) & (findings["edition"] == head.edition)]
    wanted = place_level(entry)
    level, parent, name = (zones[column].to_dict() for column in ("level", "parent", "name"))

    def raised(code: object) -> object:
        found = code
        while found in level and level[found] != wanted:
            found = parent.get(found)
        return found if found in level else code

    raised_to = [raised(code) for code in mine["zone"]]
    names = [name.get(code) for code in raised_to]
    return mine.assign(zone=raised_to, zone_name=names)


def _head(table: pd.DataFrame, entry: Entry, edition: str) -> Any:  # noqa: ANN401
    """Return the row that speaks for the city; None where the run did not measure it."""
    rows = table[
        (table["indicator"] == entry.id)
        & (table["edition"] == edition)
        & (table["variant"] == next(iter(entry.variants)))
    ]
    for level in dict.fromkeys((_whole(entry), "built_up_area", "city")):
        chosen = rows[rows["level"] == level]
        if len(chosen) == 1 and (pd.notna(chosen["low"].iloc[0]) or level == "city"
                                 or chosen["reason"].iloc[0] == NOT_APPLICABLE):  # fmt: skip
            return next(chosen.itertuples())
    return None


def _whole(entry: Entry) -> str:
    return entry.official_level if entry.official_level == "city" else "built_up_area"


def _known(
    entry: Entry,
    head: Any,  # noqa: ANN401
    figures: Figures,
    target: Limit | None,
    survey: tuple[float, float, float] | None,
) -> Known:
    year = int(str(head.period)[:4])
    before = {at: float(figure.value or 0) for at, figure in series_of(figures, entry).items()
              if at < year}  # fmt: skip
    standard = None
    if pd.notna(head.benchmark):
        standard = Limit(
            str(head.benchmark_operator), float(head.benchmark), str(head.benchmark_source),
            verified=bool(head.verified),
        )  # fmt: skip
    counts = entry.unit in COUNTS and entry.better == "lower"
    return Known(
        float(head.value), float(head.low), float(head.high), entry.better,
        is_count=counts, is_veto=counts and entry.remedy == "deadline", standard=standard,
        target=target, before=before, survey=survey, evidence=str(head.grade),
        applies=head.reason != NOT_APPLICABLE,
    )  # fmt: skip


def _targets(workspace: Workspace, year: int) -> dict[str, Limit]:
    """Return what the city's own plans ask of an indicator, the stricter one of several."""
    found: dict[str, Limit] = {}
    for target in _linked(workspace):
        entry = entries().get(target.link)
        if entry is None or target.operator not in OPERATORS or target.value is None:
            continue
        value = converted(target.value, target.unit, entry.unit)
        if value is None:
            continue
        if target.year is not None and target.year > year:
            continue
        limit = Limit(target.operator, value, target.measure)
        other = found.get(entry.id)
        strict = max if entry.better == "higher" else min
        if other is None or strict(other.value, limit.value) == limit.value:
            found[entry.id] = limit
    return found


def _linked(workspace: Workspace) -> Iterator[Any]:
    for plan in plans(workspace.root):
        yield from (target for target in plan.ledger.targets if target.link)


def worst_first(graded: Sequence[Graded]) -> list[Graded]:
    """Return the indicators that are poor, then fair."""
    order = {"poor": 0, "fair": 1}
    return sorted((one for one in graded if one.grade.level in order),
                  key=lambda one: order[one.grade.level])  # fmt: skip
