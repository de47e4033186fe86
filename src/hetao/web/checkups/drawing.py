"""Pictures of a check-up as numbers for SVG: sectors, zones, bars, years. No colours, no words."""

import math
from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from hetao.web.checkups.models import Measured, Observation

if TYPE_CHECKING:
    from hetao.web.checkups.reading import Head

LEVELS = {"very_good": 4, "good": 3, "fair": 2, "poor": 1}
INNER, OUTER = 95.0, 190.0
WIDTH, HEIGHT, MARGIN = 520.0, 400.0, 10.0
CLASSES = 7
LABELS_AT_MOST = 40
PICTURES_KEPT = 8


@dataclass(frozen=True)
class Sector:
    """One sector of the wheel; `bars` is its grade, 0 where there is none."""

    path: str
    bars: int
    head: "Head"


def sector(start: float, end: float, head: "Head") -> Sector:
    """Return the sector between two turns, as deep as its grade is good."""
    bars = LEVELS.get(str(head.graded.get("level")), 0)
    depth = INNER + (OUTER - INNER) * (bars / 4 if bars else 1.0)
    inner = [_point(turn, INNER) for turn in (start, end)]
    outer = [_point(turn, depth) for turn in (start, end)]
    path = (
        f"M{inner[0]}L{outer[0]}A{depth:.1f} {depth:.1f} 0 0 1 {outer[1]}"
        f"L{inner[1]}A{INNER} {INNER} 0 0 0 {inner[0]}Z"
    )
    return Sector(path, bars, head)


def _point(turn: float, radius: float) -> str:
    angle = turn * 2 * math.pi - math.pi / 2
    return f"{200 + radius * math.cos(angle):.1f} {200 + radius * math.sin(angle):.1f}"


@dataclass(frozen=True)
class DrawnZone:
    """One zone: its path, class (0 unknown, 1 to 7), place of its label."""

    row: Observation
    path: str
    rank: int
    x: float
    y: float


@dataclass(frozen=True)
class Drawn:
    """A map of zones with its classes."""

    zones: Sequence[DrawnZone]
    breaks: Sequence[float]
    labelled: bool
    has_unknown: bool
    points: Sequence[tuple[float, float, str]] = ()

    @property
    def legend(self) -> list[tuple[int, float | None, float | None]]:
        """Return the classes: rank, from, to."""
        edges: list[float | None] = [None, *self.breaks, None]
        return [(rank + 1, edges[rank], edges[rank + 1]) for rank in range(len(edges) - 1)]


def draw_zones(
    rows: Sequence[Observation],
    zones: Mapping[str, bytes],
    measured: Measured,
    found: Sequence[tuple[float, float, str]] = (),
) -> Drawn | None:
    """Return the zones of some observations as paths, north up, in classes at round breaks."""
    placed = [(row, zones[row.zone]) for row in rows if row.zone in zones]
    if not placed:
        return None
    breaks = class_breaks([row.value for row, _ in placed if row.value is not None], measured)
    picture = _pictured(tuple(shape for _, shape in sorted(placed, key=_of_zone)))
    drawn = dict(zip(sorted(row.zone for row, _ in placed), picture.zones, strict=True))
    zones_drawn = [
        DrawnZone(row, path, 0 if row.value is None else bisect_right(breaks, row.value) + 1, x, y)
        for row, (path, x, y) in ((row, drawn[row.zone]) for row, _ in placed)
    ]
    unknown = any(zone.rank == 0 for zone in zones_drawn)
    labelled = len(zones_drawn) <= LABELS_AT_MOST
    return Drawn(zones_drawn, breaks, labelled, unknown, _inside(found, picture.onto))


def _of_zone(placed: tuple[Observation, bytes]) -> str:
    return placed[0].zone


@dataclass(frozen=True)
class _Picture:
    """Zones as they are drawn, whatever was measured in them: path and middle of each."""

    zones: Sequence[tuple[str, float, float]]
    onto: Callable[[Any], Any]


@lru_cache(PICTURES_KEPT)
def _pictured(wkb: tuple[bytes, ...]) -> _Picture:
    """Return shapes as paths on the picture; the zones of a level hardly ever change."""
    shapes = shapely.from_wkb(wkb)
    west, south, east, north = shapely.total_bounds(shapes)
    squeeze = math.cos(math.radians((south + north) / 2))
    scale = min(
        (WIDTH - 2 * MARGIN) / max((east - west) * squeeze, 1e-9),
        (HEIGHT - 2 * MARGIN) / max(north - south, 1e-9),
    )
    left = (WIDTH - (east - west) * squeeze * scale) / 2
    top = (HEIGHT - (north - south) * scale) / 2

    def onto(points: Any) -> Any:  # noqa: ANN401
        x = left + (points[:, 0] - west) * squeeze * scale
        return np.column_stack([x, top + (north - points[:, 1]) * scale])

    simple = shapely.simplify(shapely.transform(shapes, onto), 0.7)
    middles = np.round(shapely.get_coordinates(shapely.point_on_surface(simple)), 1).tolist()
    return _Picture(
        [(path, x, y) for path, (x, y) in zip(_paths(simple), middles, strict=True)], onto
    )


def _inside(
    found: Sequence[tuple[float, float, str]],
    onto: Any,  # noqa: ANN401
) -> list[tuple[float, float, str]]:
    """Return the findings that lie on the picture, where they lie."""
    if not found:
        return []
    places = onto(np.array([(lon, lat) for lon, lat, _ in found]))
    return [
        (round(float(x), 1), round(float(y), 1), remedy)
        for (x, y), (_, _, remedy) in zip(places, found, strict=True)
        if 0 <= x <= WIDTH and 0 <= y <= HEIGHT
    ]


def _paths(shapes: Any) -> list[str]:  # noqa: ANN401
    """Return the rings of each shape as a path; thousands of shapes are read all at once."""
    parts, shape_of = shapely.get_parts(shapes, return_index=True)
    rings, part_of = shapely.get_rings(parts, return_index=True)
    points, ring_of = shapely.get_coordinates(rings, return_index=True)
    told = [f"{x:.1f} {y:.1f}" for x, y in points.tolist()]
    ends = np.searchsorted(ring_of, np.arange(len(rings)), side="right").tolist()
    paths: list[list[str]] = [[] for _ in shapes]
    start = 0
    for owner, end in zip(shape_of[part_of].tolist(), ends, strict=True):
        paths[owner].append("M" + "L".join(told[start : end - 1]) + "Z")  # it closes by itself
        start = end
    return ["".join(rings_of) for rings_of in paths]


def class_breaks(values: Sequence[float], measured: Measured) -> list[float]:
    """Return at most six round breaks, the standard one of them where it lies among the values."""
    if not values or max(values) == min(values):
        return []
    low, high = min(values), max(values)
    step = _round_step((high - low) / CLASSES)
    first = math.floor(low / step) * step + step
    breaks = [round(first + step * n, 10) for n in range(CLASSES - 1) if first + step * n < high]
    standard = measured.benchmark
    if standard is not None and low < standard < high and breaks:
        nearest = min(range(len(breaks)), key=lambda place: abs(breaks[place] - standard))
        breaks[nearest] = standard
    return breaks


def _round_step(wanted: float) -> float:
    power: float = 10.0 ** math.floor(math.log10(wanted))
    return next(power * unit for unit in (1, 2, 2.5, 5, 10) if power * unit >= wanted)


@dataclass(frozen=True)
class Bar:
    """One class of a distribution."""

    x: float
    height: float
    count: int
    rank: int
    label: float | None


def bars(rows: Sequence[Observation], measured: Measured) -> list[Bar]:
    """Return how many zones fall into each class, the unknown last."""
    values = [row.value for row in rows if row.value is not None]
    if not rows:
        return []
    breaks = class_breaks(values, measured)
    counts = np.bincount(np.searchsorted(breaks, values, "right"), minlength=len(breaks) + 1)
    told = [(rank + 1, int(count), ([None, *breaks])[rank]) for rank, count in enumerate(counts)]
    told.append((0, len(rows) - len(values), None))
    most = max(count for _, count, _ in told) or 1
    width = 420 / len(told)
    return [
        Bar(round(place * width, 1), round(70 * count / most, 1), count, rank, label)
        for place, (rank, count, label) in enumerate(told)
    ]


@dataclass(frozen=True)
class Years:
    """Values over the years: points with their places, and where the standard lies."""

    points: Sequence[tuple[str, float, float, float]]
    path: str
    standard: float | None
    base: float = 120.0


def years_drawn(course: Mapping[str, float | None], head: "Head") -> Years | None:
    """Return the course over the years; None where fewer than two years are known."""
    known = {int(year): value for year, value in course.items() if value is not None}
    if head.row is not None and head.row.value is not None:
        known.setdefault(head.measured.run.year, head.row.value)
    if len(known) < 2:  # noqa: PLR2004  (one point is no course)
        return None
    standard = head.measured.benchmark
    ends = [*known.values(), *([standard] if standard is not None else [])]
    low, high = min(ends), max(ends)
    span = (high - low) or abs(high) or 1.0

    def y(value: float) -> float:
        return round(110 - 85 * (value - low) / span, 1)

    first, last = min(known), max(known)
    points = [
        (str(year), round(40 + 340 * (year - first) / (last - first), 1), y(value), value)
        for year, value in sorted(known.items())
    ]
    path = "M" + "L".join(f"{x} {at}" for _, x, at, _ in points)
    return Years(points, path, None if standard is None else y(standard))
