"""Grades of indicators by the five rulers, and of dimensions by the manual's table."""

import math
import tomllib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any, Literal

from hetao.catalogue.entries import satisfies

Level = Literal["very_good", "good", "fair", "poor", "unknown", "not_applicable"]
Ruler = Literal["standard", "target", "trend", "nothing_left", "peers", "residents"]
DimensionLevel = Literal["excellent", "good", "medium", "weak", "unknown"]
ORDER: tuple[Level, ...] = ("very_good", "good", "fair", "poor")
GRADED = frozenset(ORDER)
WHOLE = 100.0
FEWEST_PEERS = 3


@cache
def rules() -> Mapping[str, Any]:
    """Return what `grading.toml` says."""
    return tomllib.loads((files("hetao.assessment") / "grading.toml").read_text("utf-8"))


@dataclass(frozen=True)
class Limit:
    """A value to be reached, in the unit of the indicator, and what sets it."""

    operator: str
    value: float
    source: str
    verified: bool = True


@dataclass(frozen=True)
class Known:
    """
    What the rulers look at.

    Attributes
    ----------
    value, low, high : float
        In the unit of the indicator; NaN is unknown.
    better : str
        "higher" or "lower".
    is_count : bool
        Whether it counts things that fall short, so that 0 is the best there is.
    is_veto : bool
        Whether what it counts is a bottom line, such as safety: fewer than last year is then
        no more than 一般, for one is too many.
    before : mapping of int to float
        Values of earlier years in the same definition.
    peers : sequence of float
        Of comparable cities.
    survey : triple of float, optional
        Residents' score of 0 to 100 with its bounds.
    evidence : str
        Grade A to E.
    """

    value: float
    low: float
    high: float
    better: str
    is_count: bool = False
    is_veto: bool = False
    standard: Limit | None = None
    target: Limit | None = None
    before: Mapping[int, float] = field(default_factory=dict)
    peers: Sequence[float] = ()
    survey: tuple[float, float, float] | None = None
    evidence: str = "C"
    applies: bool = True


@dataclass(frozen=True)
class Ruling:
    """What one ruler says, with the facts of its sentence."""

    ruler: Ruler
    level: Level
    facts: Mapping[str, float | str] = field(default_factory=dict)


@dataclass(frozen=True)
class Grade:
    """
    A grade with the rulings it follows from.

    Attributes
    ----------
    reason : str
        Why nothing can be said: "no_value", "evidence_e", "no_ruler", "straddles"; "" where a
        level stands.
    lowered : bool
        Whether the residents' score took one level off.
    """

    level: Level
    rulings: tuple[Ruling, ...] = ()
    reason: str = ""
    lowered: bool = False


def grade(known: Known) -> Grade:
    """
    Return the grade of an indicator.

    A standard and a target decide where there are any, the worse of the two; else that nothing
    is left, the trend or comparable cities. What residents say may lower it by one.

    Examples
    --------
    >>> at_least_8 = Limit(">=", 8, "GB")
    >>> [grade(Known(v, v, v, "higher", standard=at_least_8)).level for v in (8.8, 8, 7.5, 6)]
    ['very_good', 'good', 'fair', 'poor']
    """
    if not known.applies:
        return Grade("not_applicable")
    rulings = tuple(_rulings(known))
    if known.evidence == "E":
        return Grade("unknown", rulings, "evidence_e")
    firm = [one.level for one in rulings if one.ruler in ("standard", "target")]
    none_left = [one.level for one in rulings if one.ruler == "nothing_left"]
    soft = none_left or [one.level for one in rulings if one.ruler in ("trend", "peers")]
    levels = [level for level in firm or soft if level in GRADED]
    if not levels:
        nothing = math.isnan(known.low) and math.isnan(known.high)
        return Grade("unknown", rulings, _silent(nothing=nothing, limited=bool(firm)))
    level = max(levels, key=ORDER.index)
    if level != "poor" and _in_doubt(known, rulings):
        return Grade("unknown", rulings, "straddles")
    low = any(one.ruler == "residents" and one.level == "poor" for one in rulings)
    if low and level != "poor":
        return Grade(ORDER[ORDER.index(level) + 1], rulings, lowered=True)
    return Grade(level, rulings)


def _silent(*, nothing: bool, limited: bool) -> str:
    """Return why no ruler gives a level."""
    if nothing:
        return "no_value"
    return "straddles" if limited else "no_ruler"


def _in_doubt(known: Known, rulings: Sequence[Ruling]) -> bool:
    """Say whether a verified limit may be missed though the other is met."""
    limits = {"standard": known.standard, "target": known.target}
    return any(
        one.level == "unknown" and limit.verified
        for one in rulings
        if (limit := limits.get(one.ruler)) is not None
    )


def _rulings(known: Known) -> list[Ruling]:
    found = []
    for ruler, limit in (("standard", known.standard), ("target", known.target)):
        if limit is not None:
            facts: dict[str, float | str] = {
                "operator": limit.operator,
                "limit": limit.value,
                "source": limit.source,
            }
            level: Level = _against(known, limit) if limit.verified else "unknown"
            found.append(Ruling("standard" if ruler == "standard" else "target", level, facts))
    if known.is_count and known.value == 0 and known.high == 0:
        found.append(Ruling("nothing_left", "very_good"))
    found += [ruling for ruling in (_trend(known), _peers(known), _residents(known)) if ruling]
    return found


def _against(known: Known, limit: Limit) -> Level:
    ends = {satisfies(end, limit.operator, limit.value) for end in (known.low, known.high)
            if not math.isnan(end)}  # fmt: skip
    if math.isnan(known.low) or math.isnan(known.high) or len(ends) != 1:
        return "unknown"
    worst = known.low if known.better == "higher" else known.high
    gap = abs(worst - limit.value) / abs(limit.value) if limit.value else math.inf
    if ends.pop():
        full = limit.value == 0 or (limit.value == WHOLE and limit.operator == ">=")
        return "very_good" if full or gap >= rules()["met"]["very_good_margin"] else "good"
    return "fair" if gap <= rules()["missed"]["fair_gap"] else "poor"


def _trend(known: Known) -> Ruling | None:
    """Say whether it went better than the year before; alone this is never very good or poor."""
    if not known.before or math.isnan(known.value):
        return None
    year = max(known.before)
    last = known.before[year]
    change = known.value - last
    facts: dict[str, float | str] = {"year": year, "before": last, "change": change}
    improves = (change > 0) == (known.better == "higher")
    if abs(change) <= rules()["trend"]["steady"] * abs(last):
        improves = False
    level: Level = "good" if improves else "fair"
    if known.is_veto and known.value:
        level = "fair" if improves else "poor"
    return Ruling("trend", level, facts)


def _peers(known: Known) -> Ruling | None:
    """Say whether it is better than the middle of comparable cities."""
    if len(known.peers) < FEWEST_PEERS or math.isnan(known.value):
        return None
    middle = sorted(known.peers)[len(known.peers) // 2]
    ahead = known.value >= middle if known.better == "higher" else known.value <= middle
    return Ruling("peers", "good" if ahead else "fair",
                  {"median": middle, "count": len(known.peers)})  # fmt: skip


def _residents(known: Known) -> Ruling | None:
    if known.survey is None:
        return None
    score, low, high = known.survey
    limit = rules()["residents"]["lowers_below"]
    if high < limit:
        level: Level = "poor"
    else:
        level = "good" if low >= limit else "unknown"
    return Ruling("residents", level, {"score": score, "low": low, "high": high})


@dataclass(frozen=True)
class DimensionGrade:
    """
    The grade of a dimension.

    Attributes
    ----------
    counts : mapping of Level to int
    share : float
        Of 很好 and 较好 among the graded, in per cent; NaN where none is graded.
    in_gap : bool
        Whether the manual's table has no line for it, which is then read as 良.
    """

    level: DimensionLevel
    counts: Mapping[Level, int]
    share: float
    in_gap: bool = False


def grade_dimension(levels: Sequence[Level]) -> DimensionGrade:
    """
    Return the grade of a dimension.

    References
    ----------
    城市体检工作手册（试行）第五章 表3. A case the table leaves out (80 % and more good or very
    good, fewer than 80 % very good, none poor) is 良 and told.

    Examples
    --------
    >>> [grade_dimension(["very_good"] * a + ["good"] * b + ["poor"] * c).level
    ...  for a, b, c in ((8, 0, 0), (4, 4, 0), (8, 0, 2), (3, 3, 4), (1, 1, 8))]
    ['excellent', 'good', 'good', 'medium', 'weak']
    """
    counts = Counter(levels)
    graded = sum(counts[level] for level in ORDER)
    applies = len(levels) - counts["not_applicable"]
    told = dict(counts)
    if not graded or graded < rules()["dimension"]["least_graded"] * applies:
        return DimensionGrade("unknown", told, math.nan)
    best = WHOLE * counts["very_good"] / graded
    share = WHOLE * (counts["very_good"] + counts["good"]) / graded
    high, middle, low = rules()["dimension"]["bands"]
    poor = counts["poor"] > 0
    if best >= high and not poor:
        return DimensionGrade("excellent", told, share)
    if share >= high:
        return DimensionGrade("good", told, share, in_gap=not poor)
    if share >= middle:
        return DimensionGrade("medium" if poor else "good", told, share)
    if share >= low:
        return DimensionGrade("weak" if poor else "medium", told, share)
    return DimensionGrade("weak", told, share)
