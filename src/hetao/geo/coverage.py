"""Which stretches of street can be reached."""

from collections.abc import Iterable
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely

from hetao.geo.access import nearest
from hetao.geo.join import Places
from hetao.geo.prepared import Reach
from hetao.geo.streets import StreetNetwork

Float64 = npt.NDArray[np.float64]
Int32 = npt.NDArray[np.int32]
Int64 = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Reached:
    """Stretches of edges that can be reached, apart from each other on every edge."""

    edge: Int64
    from_mm: Int64
    to_mm: Int64

    def length_m(self) -> float:
        """Return the length of all stretches together."""
        return float((self.to_mm - self.from_mm).sum()) / 1000

    def lines(self, network: StreetNetwork) -> gpd.GeoSeries:
        """Return each stretch as a line."""
        x, y, u, v = network.edge_coordinates[self.edge].T
        length = np.maximum(network.edge_mm[self.edge], 1)
        ends = [
            np.column_stack([x + at / length * (u - x), y + at / length * (v - y)])
            for at in (self.from_mm, self.to_mm)
        ]
        return gpd.GeoSeries(shapely.linestrings(np.stack(ends, axis=1)), crs=network.crs)


def reached_edges(reach: Reach, sources: Places, limit: int) -> Reached:
    """
    Return the stretches of street that can be reached from any of `sources` within `limit`.

    Raises
    ------
    UserError
        If `limit` is negative or beyond 500 km (149 hours).
    """
    network = reach.network
    nodes = Places.at_nodes(network, np.arange(len(network.node_x)))
    outward = nearest(reach.reversed(), nodes, {"sources": sources}, limit)[:, 0]
    left = np.where(np.isfinite(outward), limit - np.rint(outward * 1000), -1)
    stretches = [
        _stretches(network.edge_forward, network.edge_mm, left[network.edge_from], from_start=True),
        _stretches(network.edge_backward, network.edge_mm, left[network.edge_to], from_start=False),
        *_around(network, sources, limit),
    ]
    edge, start, stop = (np.concatenate(column) for column in zip(*stretches, strict=True))
    return _merged(edge, start, stop)


def _stretches(
    cost: Int32, length: Int64, left: Float64, *, from_start: bool
) -> tuple[Int64, Int64, Int64]:
    """Return edge, start and stop of what is covered from one end with so much `left` there."""
    edge = np.flatnonzero((left >= 0) & (cost >= 0))
    covered = np.floor(length[edge] * np.minimum(left[edge] / np.maximum(cost[edge], 1), 1))
    covered = np.where(cost[edge] <= left[edge], length[edge], covered).astype(np.int64)
    if from_start:
        return edge, np.zeros(len(edge), np.int64), covered
    return edge, length[edge] - covered, length[edge]


def _around(
    network: StreetNetwork, sources: Places, limit: int
) -> Iterable[tuple[Int64, Int64, Int64]]:
    """Yield the stretches covered on the sources' own edges, onward and back."""
    own = sources.taken(sources.edge >= 0)
    left = limit - (own.leg_mm if network.unit == "mm" else 0 * own.leg_mm)
    length = np.maximum(network.edge_mm[own.edge], 1)
    for cost, sign in ((network.edge_forward, 1), (network.edge_backward, -1)):
        passable = (cost[own.edge] >= 0) & (left >= 0)
        span = np.floor(left * length / np.maximum(cost[own.edge], 1)).astype(np.int64)
        end = np.clip(own.offset_mm + sign * span, 0, network.edge_mm[own.edge])
        start, stop = np.minimum(own.offset_mm, end), np.maximum(own.offset_mm, end)
        yield own.edge[passable].astype(np.int64), start[passable], stop[passable]


def _merged(edge: Int64, start: Int64, stop: Int64) -> Reached:
    """Return the union of stretches, edge by edge; those of no length go."""
    kept = stop > start
    order = np.lexsort((start[kept], edge[kept]))
    edge, start, stop = edge[kept][order], start[kept][order], stop[kept][order]
    if not len(edge):
        return Reached(edge, start, stop)
    # on one axis, edge after edge, the farthest stop so far tells where a new stretch begins
    span = int(stop.max()) + 1
    far = np.maximum.accumulate(edge * span + stop)
    begins = np.ones(len(edge), bool)
    begins[1:] = edge[1:] * span + start[1:] > far[:-1]
    first = np.flatnonzero(begins)
    last = np.append(first[1:], len(edge)) - 1
    return Reached(edge[first], start[first], far[last] - edge[first] * span)
