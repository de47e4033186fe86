"""How long roads are in zones, with the roads along a zone's outline kept apart."""

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from hetao.indicators.parallel_lines import (
    Floats,
    Ints,
    Segments,
    cut,
    parallel_stretches,
    segments_of,
)


@dataclass(frozen=True)
class BoundaryRule:
    """
    Which roads count as the zone's boundary.

    Attributes
    ----------
    tolerance_m : float
        How far from the outline a road along it may run.
    angle_deg : float
        How far its direction may differ from the outline's.
    """

    tolerance_m: float = 20.0
    angle_deg: float = 20.0


def lengths_in_zones(
    zones: gpd.GeoDataFrame,
    roads: gpd.GeoDataFrame,
    pieces: Segments,
    weight: Floats,
    rule: BoundaryRule,
) -> pd.DataFrame:
    """Return the metres of each road in each zone (by row), `inner` and along its `edge`."""
    lines = np.asarray(roads.geometry, dtype=object)
    shapes = np.asarray(zones.geometry, dtype=object)
    tree = shapely.STRtree(lines)
    outlines = shapely.boundary(shapes)
    near = tree.query(outlines, predicate="dwithin", distance=rule.tolerance_m)
    within = tree.query(shapes, predicate="contains_properly")
    apart = ~np.isin(_key(within, len(lines)), _key(near, len(lines)))
    whole = np.bincount(pieces.owner, weight * pieces.lengths, minlength=len(lines))
    inner = pd.DataFrame(
        {"zone": within[0][apart], "road": within[1][apart], "inner": whole[within[1][apart]]}
    )
    border = _border_lengths(shapes, outlines, (pieces, weight), near, rule)
    return pd.concat([inner.assign(edge=0.0), border], ignore_index=True)


def _border_lengths(
    shapes: NDArray[np.object_],
    outlines: NDArray[np.object_],
    weighted: tuple[Segments, Floats],
    near: Ints,
    rule: BoundaryRule,
) -> pd.DataFrame:
    """Return the metres of roads near outlines: along the outline, or inside and not along it."""
    pieces, weight = weighted
    zone, row = _pieces_near(pieces, near)
    candidates = pieces.take(row)
    edges = segments_of(outlines)
    stretches = parallel_stretches(
        candidates,
        edges,
        _edge_pairs(pieces, (zone, row), edges, rule.tolerance_m),
        gap_m=rule.tolerance_m,
        angle_deg=rule.angle_deg,
    )
    parts, along, origin = cut(candidates, stretches)
    metres = parts.lengths * weight[row[origin]]
    of_zone = zone[origin]
    lines = parts.lines
    shapely.prepare(shapes)
    inside = ~along & shapely.contains_properly(shapes[of_zone], lines)
    crossing = ~along & ~inside & shapely.intersects(shapes[of_zone], lines)
    share = inside.astype(float)
    kept = shapely.intersection(shapes[of_zone[crossing]], lines[crossing])
    share[crossing] = shapely.length(kept) / parts.lengths[crossing]
    return pd.DataFrame(
        {
            "zone": of_zone,
            "road": parts.owner,
            "inner": metres * share,
            "edge": np.where(along, metres, 0.0),
        }
    )


def _pieces_near(pieces: Segments, near: Ints) -> tuple[Ints, Ints]:
    """Return zone and row of each piece of the roads near that zone's outline, ascending."""
    zone, road = near[:, np.lexsort((near[1], near[0]))]
    first = np.searchsorted(pieces.owner, road)
    count = np.searchsorted(pieces.owner, road, side="right") - first
    start = np.cumsum(count) - count
    row = np.arange(count.sum()) - np.repeat(start - first, count)
    return np.repeat(zone, count), row


def _edge_pairs(
    pieces: Segments, pairs: tuple[Ints, Ints], edges: Segments, tolerance_m: float
) -> tuple[Ints, Ints]:
    """Return, for (zone, piece) pairs, which edges of that zone's outline are near the piece."""
    zone, row = pairs
    used = np.unique(row)
    if not len(used):
        return np.empty(0, dtype=np.intp), np.empty(0, dtype=np.intp)
    at, edge = shapely.STRtree(edges.lines).query(
        pieces.take(used).lines, predicate="dwithin", distance=tolerance_m
    )
    known = _key((zone, row), len(pieces))
    wanted = _key((edges.owner[edge], used[at]), len(pieces))
    place = np.searchsorted(known, wanted)
    place[place == len(known)] = 0
    found = known[place] == wanted
    return place[found], edge[found]


def _key(pairs: Ints | tuple[Ints, Ints], width: int) -> NDArray[np.int64]:
    return np.asarray(pairs[0], dtype=np.int64) * width + np.asarray(pairs[1], dtype=np.int64)
