"""What changed since last year and over five years, and whether the figures can be compared."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from hetao.catalogue.entries import Entry
from hetao.plan.figures import Figures, whole
from hetao.plan.judged import Figure

Why = Literal["value", "edition", "source", "became_known", "no_longer_known"]
Direction = Literal["improving", "worsening", "steady", "mixed", "unknown"]
STEADY = 0.02
FIVE = 5


@dataclass(frozen=True)
class Change:
    """
    A figure beside that of the year before.

    Attributes
    ----------
    from_above, from_below : float
        The part of the change due to the numerator and to the denominator, each the mean of
        the two orders in which they could have moved; NaN where they are not known.
    why : tuple of str
        "value" alone, or what else differs: "edition" (another edition's definition), "source"
        (computed from registers in place of reported, or the reverse).
    """

    before: float
    after: float
    year_before: int
    better: bool | None
    from_above: float
    from_below: float
    why: tuple[Why, ...]

    @property
    def difference(self) -> float:
        """Return the change."""
        return self.after - self.before


@dataclass(frozen=True)
class Course:
    """Figures of an indicator over five years."""

    values: Mapping[int, float]
    direction: Direction
    a_year: float


def series_of(figures: Figures, entry: Entry, variant: str = "") -> dict[int, Figure]:
    """Return the figure of each year for the place that the indicator is of."""
    found = whole(figures.of(entry.id, variant), entry)
    return {figure.year: figure for figure in found if figure.value is not None}


def change(series: Mapping[int, Figure], *, year: int, better: str) -> Change | None:
    """Return how the figure of a year stands beside that of the last year that has one."""
    earlier = [other for other in series if other < year]
    if year not in series or not earlier:
        return None
    now, then = series[year], series[max(earlier)]
    before, after = float(then.value or 0), float(now.value or 0)
    above, below = _parts(then, now)
    moved = after - before
    why = _why(then, now)
    comparable = bool(moved and better) and "edition" not in why
    improves = (moved > 0) == (better == "higher") if comparable else None
    return Change(before, after, then.year, improves, above, below, why)


def _why(then: Figure, now: Figure) -> tuple[Why, ...]:
    other: list[Why] = []
    if then.edition and now.edition and then.edition != now.edition:
        other.append("edition")
    if then.source != now.source:
        other.append("source")
    return (*other,) or ("value",)


def _parts(then: Figure, now: Figure) -> tuple[float, float]:
    """
    Return what the numerator and the denominator each did to a ratio.

    Each part is the mean over the two orders: numerator first, denominator first. Both parts
    add up to the whole change.
    """
    tops, bottoms = (then.numerator, now.numerator), (then.denominator, now.denominator)
    if None in tops or None in bottoms or not all(bottoms):
        return math.nan, math.nan
    (a, b), (c, d) = ((float(x or 0) for x in pair) for pair in (tops, bottoms))
    known = (then, a / c) if a else (now, b / d)
    if math.isnan(a + b + c + d) or not known[1]:
        return math.nan, math.nan
    scale = float(known[0].value or 0) / known[1]
    above = ((b - a) / c + (b - a) / d) / 2
    below = ((a / d - a / c) + (b / d - b / c)) / 2
    return above * scale, below * scale


def course(series: Mapping[int, Figure], *, year: int, better: str) -> Course:
    """
    Return how a figure went over the five years that end with a year.

    Examples
    --------
    >>> def told(*values): return {2022 + at: Figure("x", 2022 + at, v, "个")
    ...                            for at, v in enumerate(values)}
    >>> course(told(9.0, 8.0, 6.0, 5.0, 4.0), year=2026, better="lower").direction
    'improving'
    >>> course(told(5.0, 8.0, 5.0), year=2026, better="lower").direction
    'mixed'
    """
    kept = {at: float(figure.value or 0) for at, figure in sorted(series.items())
            if year - FIVE < at <= year}  # fmt: skip
    years = list(kept)
    if len(years) < FIVE - 2:
        return Course(kept, "unknown", math.nan)
    values = list(kept.values())
    pace = (values[-1] - values[0]) / (years[-1] - years[0])
    return Course(kept, _direction(values, better), pace)


def _direction(values: Sequence[float], better: str) -> Direction:
    if abs(values[-1] - values[0]) <= STEADY * max(abs(values[0]), 1e-9):
        steady = max(values) - min(values) <= 2 * STEADY * max(abs(values[0]), 1e-9)
        return "steady" if steady else "mixed"
    steps = [after - before for before, after in pairwise(values)]
    up = values[-1] > values[0]
    against = [step for step in steps if step and (step > 0) != up]
    if sum(map(abs, against)) > abs(values[-1] - values[0]) / 2:
        return "mixed"
    return "improving" if up == (better == "higher") else "worsening"
