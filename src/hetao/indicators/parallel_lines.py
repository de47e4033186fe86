"""Where lines run alongside others: carriageways of one road, roads along a boundary."""

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]

SHORTEST_M = 1e-6  # pieces below this are rounding, not road


@dataclass(frozen=True)
class Segments:
    """
    Straight pieces of lines.

    Attributes
    ----------
    xy : array of shape (n, 4)
        x and y of the start, x and y of the end, in metres.
    owner : array of shape (n,)
        Position of the line (or outline) that each piece belongs to, ascending.
    """

    xy: Floats
    owner: Ints

    def __len__(self) -> int:
        return len(self.owner)

    @property
    def vectors(self) -> Floats:
        """Return end minus start."""
        return self.xy[:, 2:] - self.xy[:, :2]

    @property
    def lengths(self) -> Floats:
        """Return the length of each piece in metres."""
        return np.hypot(self.vectors[:, 0], self.vectors[:, 1])

    @property
    def lines(self) -> NDArray[np.object_]:
        """Return each piece as a line."""
        return np.asarray(shapely.linestrings(self.xy.reshape(-1, 2, 2)), dtype=object)

    def take(self, rows: Ints | NDArray[np.bool_]) -> "Segments":
        """Return some of the pieces."""
        return Segments(self.xy[rows], self.owner[rows])

    def reversed_where(self, backward: NDArray[np.bool_]) -> "Segments":
        """Return the pieces with start and end exchanged where `backward` holds."""
        return Segments(np.where(backward[:, None], self.xy[:, [2, 3, 0, 1]], self.xy), self.owner)


@dataclass(frozen=True)
class Stretches:
    """Parts of segments: from `start` to `end` metres along the segment in row `segment`."""

    segment: Ints
    start: Floats
    end: Floats


def segments_of(lines: gpd.GeoSeries | NDArray[np.object_]) -> Segments:
    """Return the straight pieces of lines, of their parts or of polygons' rings."""
    geometries = np.asarray(lines, dtype=object)
    parts, owner = shapely.get_parts(geometries, return_index=True)
    coordinates, part = shapely.get_coordinates(parts, return_index=True)
    same = part[1:] == part[:-1]
    xy = np.hstack([coordinates[:-1][same], coordinates[1:][same]])
    pieces = Segments(xy, owner[part[1:][same]])
    return pieces.take(pieces.lengths > 0)


def parallel_stretches(
    first: Segments,
    second: Segments,
    pairs: tuple[Ints, Ints],
    *,
    gap_m: float,
    angle_deg: float,
    opposed: bool = False,
) -> Stretches:
    """
    Return the parts of the first segments that have a parallel one beside them.

    Parameters
    ----------
    first, second : Segments
    pairs : pair of integer arrays
        Rows of `first` and of `second` to compare.
    gap_m : float
        How far apart the two may be, across the first.
    angle_deg : float
        How far their directions may differ.
    opposed : bool
        Only segments that run the opposite way count.

    Returns
    -------
    Stretches
        Of the first segments; disjoint, ascending by segment and start. Where a line is cut
        into segments makes no difference to their sum.
    """
    one, other = pairs
    lengths = first.lengths[one]
    along = first.vectors[one] / lengths[:, None]
    cosine = (along * second.vectors[other]).sum(axis=1) / second.lengths[other]
    threshold = np.cos(np.radians(angle_deg))
    aligned = (cosine <= -threshold) if opposed else (np.abs(cosine) >= threshold)
    one, other, along, lengths = one[aligned], other[aligned], along[aligned], lengths[aligned]

    origin = first.xy[one, :2]
    from_start = second.xy[other, :2] - origin
    from_end = second.xy[other, 2:] - origin
    reach = np.column_stack([_dot(along, from_start), _dot(along, from_end)])
    across = np.column_stack([_cross(along, from_start), _cross(along, from_end)])
    start, end = _within_gap(reach, across, gap_m)
    start, end = np.maximum(start, 0), np.minimum(end, lengths)
    kept = end > start
    return _merged(Stretches(one[kept], start[kept], end[kept]))


def cut(segments: Segments, stretches: Stretches) -> tuple[Segments, NDArray[np.bool_], Ints]:
    """
    Cut segments where stretches begin and end.

    Parameters
    ----------
    segments : Segments
    stretches : Stretches
        Disjoint and ascending, as `parallel_stretches` returns them.

    Returns
    -------
    pieces : Segments
        In the order of the segments they come from.
    inside : array of bool
        Whether the piece lies in a stretch.
    origin : array of int
        Row of the segment that the piece comes from.
    """
    lengths = segments.lengths
    previous_end = np.zeros(len(stretches.segment))
    follows = stretches.segment[1:] == stretches.segment[:-1]
    previous_end[1:][follows] = stretches.end[:-1][follows]
    last_end = np.zeros(len(segments))
    last_end[stretches.segment] = stretches.end  # ascending: the last one stays
    everyone = np.arange(len(segments))

    origin = np.concatenate([stretches.segment, stretches.segment, everyone])
    start = np.concatenate([stretches.start, previous_end, last_end])
    end = np.concatenate([stretches.end, stretches.start, lengths])
    inside = np.arange(len(origin)) < len(stretches.segment)
    order = np.lexsort((start, origin))
    order = order[(end - start > SHORTEST_M)[order]]
    origin, start, end, inside = origin[order], start[order], end[order], inside[order]

    direction = segments.vectors[origin] / lengths[origin, None]
    base = segments.xy[origin, :2]
    xy = np.hstack([base + direction * start[:, None], base + direction * end[:, None]])
    whole = (start == 0) & (end == lengths[origin])
    xy[whole] = segments.xy[origin[whole]]
    return Segments(xy, segments.owner[origin]), inside, origin


def _within_gap(reach: Floats, across: Floats, gap_m: float) -> tuple[Floats, Floats]:
    """Return from where to where along the first the second stays within the gap."""
    run = reach[:, 1] - reach[:, 0]
    rise = across[:, 1] - across[:, 0]
    sloped = np.abs(rise) > 1e-9 * np.abs(run)
    slope = np.where(sloped, rise, 1.0)
    share_low = np.where(sloped, (-gap_m - across[:, 0]) / slope, -np.inf)
    share_high = np.where(sloped, (gap_m - across[:, 0]) / slope, np.inf)
    near = sloped | (np.abs(across[:, 0]) <= gap_m)
    first = np.clip(np.minimum(share_low, share_high), 0, 1)
    last = np.where(near, np.clip(np.maximum(share_low, share_high), 0, 1), first)
    ends = reach[:, :1] + run[:, None] * np.column_stack([first, last])
    return ends.min(axis=1), ends.max(axis=1)


def _merged(stretches: Stretches) -> Stretches:
    if not len(stretches.segment):
        return stretches
    order = np.lexsort((stretches.start, stretches.segment))
    segment, start, end = (
        stretches.segment[order], stretches.start[order], stretches.end[order],
    )  # fmt: skip
    apart = segment * (float(end.max()) + 1.0)  # no stretch reaches into the next segment's
    furthest = np.maximum.accumulate(end + apart)
    opens = np.ones(len(segment), dtype=bool)
    opens[1:] = start[1:] + apart[1:] > furthest[:-1]
    closes = np.append(opens[1:], True)
    return Stretches(segment[opens], start[opens], (furthest - apart)[closes])


def _dot(first: Floats, second: Floats) -> Floats:
    return np.asarray((first * second).sum(axis=1), dtype=np.float64)


def _cross(first: Floats, second: Floats) -> Floats:
    return np.asarray(first[:, 0] * second[:, 1] - first[:, 1] * second[:, 0], dtype=np.float64)
