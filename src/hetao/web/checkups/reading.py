"""Reading a run for its pages: heads of indicators, the wheel, one indicator, two runs."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.paginator import Page
from django.db.models import Count, QuerySet

from hetao.catalogue.entries import Entry, entries
from hetao.web.accounts import policy
from hetao.web.checkups.drawing import Drawn, Sector, bars, draw_zones, sector, years_drawn
from hetao.web.checkups.models import Finding, Measured, Observation, Run
from hetao.web.cities.models import Zone
from hetao.web.site.paging import page_of

OFFICIAL = "official"
WHOLE = ("built_up_area", "city", "county")
LEVELS = ("county", "subdistrict", "community", "compound", "neighbourhood")
DIMENSIONS = ("housing", "estate", "neighbourhood", "city")
FINDINGS_SHOWN = 12
ROWS_A_PAGE = 100
POINTS_SHOWN = 300


@dataclass(frozen=True)
class Head:
    """One indicator of a run as its table shows it."""

    measured: Measured
    row: Observation | None
    graded: Mapping[str, Any]
    found: int = 0

    @property
    def share(self) -> float:
        """Return how long the value's bar is, of the longer of value and standard."""
        return _share(self.row.value if self.row else None, self)

    @property
    def mark(self) -> float:
        """Return where the standard stands on the bar."""
        return _share(self.measured.benchmark, self)

    @property
    def gap(self) -> float | None:
        """Return what is missing to the standard; None where nothing is, or nothing is known."""
        if self.row is None or self.row.value is None or self.row.state != "missed":
            return None
        return abs((self.measured.benchmark or 0) - self.row.value)


def heads(run: Run) -> list[Head]:
    """Return the indicators of a run's edition and the plan's, with their values for the whole."""
    graded = run.assessed.get("graded", {})
    measured = [
        one for one in run.measured.filter(variant=OFFICIAL)
        if one.indicator in graded or one.number or one.edition == "local"
    ]  # fmt: skip
    rows = _whole(measured)
    return [
        Head(
            one, rows.get(one.pk), graded.get(one.indicator, {}), run.found_of.get(one.indicator, 0)
        )
        for one in measured
    ]


def _whole(measured: Sequence[Measured]) -> dict[int, Observation]:
    """Return the observation of the widest place of each; a known one before an unknown."""
    found: dict[int, Observation] = {}
    rows = Observation.objects.filter(
        measured__in=[one.pk for one in measured], level__in=("built_up_area", "city")
    )
    order = {"built_up_area": 0, "city": 1}
    for row in sorted(rows, key=lambda one: (one.value is None, order[one.level])):
        found.setdefault(row.measured_id, row)
    return found


def _share(value: float | None, head: Head) -> float:
    if value is None:
        return 0.0
    ends = [abs(value) for value in (head.row.value if head.row else None, head.measured.benchmark)
            if value is not None]  # fmt: skip
    longest = 100.0 if head.measured.unit == "%" else max(ends, default=0.0) * 1.15
    return min(1.0, abs(value) / longest) if longest else 0.0


@dataclass(frozen=True)
class Wheel:
    """The wheel of dimensions: a sector an indicator, with its grade."""

    sectors: Sequence[Sector]
    dimensions: Sequence[tuple[str, Mapping[str, Any], float, float]]

    @property
    def names(self) -> tuple[str, ...]:
        """Return the dimensions that it shows."""
        return tuple(name for name, *_ in self.dimensions)

    def _count(self, low: int, high: int) -> int:
        return sum(low <= one.bars <= high for one in self.sectors)

    @property
    def good(self) -> int:
        """Return how many indicators are good or better."""
        return self._count(3, 4)

    @property
    def short(self) -> int:
        """Return how many are fair or poor."""
        return self._count(1, 2)

    @property
    def unknown(self) -> int:
        """Return how many cannot be graded."""
        return self._count(0, 0)


def wheel_of(run: Run, rows: Sequence[Head]) -> Wheel:
    """Return the wheel of a run."""
    told = run.assessed.get("dimensions", {})
    members_of = {
        name: [row for row in rows if row.measured.dimension == name and row.graded]
        for name in DIMENSIONS
    }
    total = sum(map(len, members_of.values())) or 1
    turn, sectors, names = 0.0, [], []
    for name, members in members_of.items():
        if not members:
            continue
        middle = turn + len(members) / total / 2
        names.append((name, told.get(name, {}), *_around(middle)))
        for member in members:
            width = 1 / total
            sectors.append(sector(turn, turn + width, member))
            turn += width
    return Wheel(sectors, names)


def by_dimension(rows: Sequence[Head]) -> list[tuple[str, list[Head]]]:
    """Return the rows of each dimension, in the order of the catalogue."""
    names = dict.fromkeys((*DIMENSIONS, *(row.measured.dimension for row in rows)))
    found = [(name, [row for row in rows if row.measured.dimension == name]) for name in names]
    return [(name, members) for name, members in found if members]


def _around(turn: float, radius: float = 60.0) -> tuple[float, float]:
    angle = turn * 2 * math.pi - math.pi / 2
    return 200 + radius * math.cos(angle), 200 + radius * math.sin(angle)


@dataclass(frozen=True)
class Shown:
    """All that the page of one indicator shows."""

    entry: Entry | None
    head: Head
    variants: Sequence[Head]
    levels: Sequence[str]
    level: str
    rows: Sequence[Observation]
    page: Page[Observation]
    drawn: Drawn | None
    bars: Any
    years: Any
    unknown: Sequence[Observation]
    findings: Sequence[Finding] = field(default_factory=tuple)
    found: int = 0
    order: str = ""


def indicator_page(
    run: Run, indicator: str, *, variant: str, level: str, order: str, page: str = "",
    user: Any,  # noqa: ANN401
) -> Shown | None:  # fmt: skip
    """Return what the page of an indicator shows; None where the run did not measure it."""
    measured = list(run.measured.filter(indicator=indicator))
    if not measured:
        return None
    graded = run.assessed.get("graded", {}).get(indicator, {})
    whole = _whole(measured)
    variants = [Head(one, whole.get(one.pk), graded) for one in measured]
    head = next((one for one in variants if one.measured.variant == variant), variants[0])
    counts = {
        row["level"]: row["n"]
        for row in head.measured.observations.filter(level__in=LEVELS).exclude(state="none",
        value=None).values("level").annotate(n=Count("value")).order_by("level")
    }  # fmt: skip
    levels = [one for one in LEVELS if one in counts]
    usual = next((one for one in ("community", "county", *levels) if counts.get(one)), "")
    chosen = level if level in levels else usual
    rows = Observation.shown(head.measured, chosen) if chosen else []
    rows.sort(key=_sorter(order, head.measured.better))
    zones = Zone.outlines(chosen) if chosen else {}
    found = Finding.objects.filter(run=run, indicator=indicator, variant=head.measured.variant)
    mine = policy.within(user, "finding.view", found)
    return Shown(
        entry=entries().get(indicator), head=head, variants=variants, levels=levels, level=chosen,
        rows=rows, page=page_of(rows, ROWS_A_PAGE, page),
        drawn=draw_zones(rows, zones, head.measured, _points(mine)),
        bars=bars(rows, head.measured),
        years=years_drawn(graded.get("course", {}), head), order=order,
        unknown=[row for row in rows if row.value is None],
        findings=list(mine[:FINDINGS_SHOWN]), found=mine.count(),
    )  # fmt: skip


def _points(findings: QuerySet[Finding]) -> list[tuple[float, float, str]]:
    """Return where the first findings are, for the small map."""
    placed = findings.exclude(lon=None).values_list("lon", "lat", "remedy")
    told = placed[:POINTS_SHOWN]
    return [(lon, lat, remedy) for lon, lat, remedy in told if lon is not None and lat is not None]


def _sorter(order: str, better: str) -> Any:  # noqa: ANN401
    """Return how rows are sorted: the worst first unless asked otherwise; unknown last."""
    if order == "name":
        return lambda row: row.zone_name
    sign = -1 if (order == "value_down" or (order != "value_up" and better == "lower")) else 1
    return lambda row: (row.value is None, sign * (row.value or 0.0), row.zone_name)


def findings_of(
    user: Any, run: Run | None, wanted: Mapping[str, str]  # noqa: ANN401
) -> QuerySet[Finding]:  # fmt: skip
    """Return the findings of a run that a person may see: of an indicator, a county, a remedy."""
    mine = policy.within(user, "finding.view", Finding.objects.filter(run=run))
    keys = ("indicator", "county", "remedy")
    return mine.filter(**{key: wanted[key] for key in keys if wanted.get(key)})


def compared(a: Run, b: Run) -> list[dict[str, Any]]:
    """Return the indicators of two runs side by side, those that changed first."""
    then = {one.measured.indicator: one for one in _light_heads(a)}
    found = []
    for one in _light_heads(b):
        before = then.get(one.measured.indicator)
        old = before.row.value if before and before.row else None
        new = one.row.value if one.row else None
        change = new - old if old is not None and new is not None else None
        better = None
        if change and one.measured.better in ("higher", "lower"):
            better = (change > 0) == (one.measured.better == "higher")
        found.append({"head": one, "before": before, "old": old, "new": new, "change": change,
                      "better": better})  # fmt: skip
    return sorted(found, key=lambda row: (not row["change"], row["head"].measured.order))


def _light_heads(run: Run) -> list[Head]:
    measured = [one for one in run.measured.filter(variant=OFFICIAL)
                if one.number or one.edition == "local"]  # fmt: skip
    rows = _whole(measured)
    return [Head(one, rows.get(one.pk), {}) for one in measured]
