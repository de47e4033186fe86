"""
How far things are along the streets: the nearest, how many, and what is covered.

Everything is counted in whole millimetres on foot and milliseconds driving, so `limit` is too.
On foot the straight legs between things and streets are part of the way; driving, they are left
out, since nobody drives them.
"""

import math
import os
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TypeVar

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely

from hetao.errors import InputError, Tell, quiet
from hetao.geo.compilation import announced
from hetao.geo.contraction import LONGEST, Chains, contract
from hetao.geo.join import Places
from hetao.geo.search import Graph, Spots, arcs_of, count_of_kind, nearest_of_kind
from hetao.geo.several import k_of_kind
from hetao.geo.spots import spots_of, stand_of
from hetao.geo.streets import StreetNetwork

Float64 = npt.NDArray[np.float64]
Int32 = npt.NDArray[np.int32]
Int64 = npt.NDArray[np.int64]
Task = TypeVar("Task")
Result = TypeVar("Result")


@dataclass(frozen=True, eq=False)
class Reach:
    """A network prepared for searching."""

    network: StreetNetwork
    chains: Chains
    graph: Graph

    def reversed(self) -> "Reach":
        """Return the reach of travelling the other way: from facilities to origins."""
        network, chains = self.network, self.chains
        if np.array_equal(network.edge_forward, network.edge_backward):
            return self
        turned = replace(
            chains,
            costs=chains.costs[:, ::-1].copy(),
            edge_start=chains.edge_start[:, [0, 2, 1]].copy(),
        )
        swapped = replace(
            network, edge_forward=network.edge_backward, edge_backward=network.edge_forward
        )
        return Reach(swapped, turned, _graph(turned))


def prepare(network: StreetNetwork, *, tell: Tell = quiet) -> Reach:
    """
    Return `network` prepared for searching.

    The first call on a machine compiles the search, which takes a few seconds; `tell` hears of
    it as the stage "compile", or else standard error does.
    """
    with announced(tell):
        chains = contract(network)
        return Reach(network, chains, _graph(chains))


def nearest(reach: Reach, origins: Places, facilities: Mapping[str, Places], limit: int) -> Float64:
    """
    Return how far each origin is from the nearest facility of each kind.

    Parameters
    ----------
    reach : Reach
    origins : Places
    facilities : mapping of str to Places
        By kind.
    limit : int
        Farthest way that counts: millimetres on foot, milliseconds driving.

    Returns
    -------
    array of float, (origins, kinds)
        Metres or seconds; infinity where there is none within `limit`.

    Raises
    ------
    InputError
        If `limit` is negative or beyond 500 km (149 hours).
    """
    return _nearest(reach, origins, facilities, limit, asking_which=False)[0]


def nearest_which(
    reach: Reach, origins: Places, facilities: Mapping[str, Places], limit: int
) -> Int64:
    """
    Return which facility of each kind is nearest to each origin, as `nearest` measures.

    Returns
    -------
    array of int, (origins, kinds)
        The owner; the lowest of those equally near; -1 where there is none within `limit`.

    Raises
    ------
    InputError
        If `limit` is negative or beyond 500 km (149 hours).
    """
    return _nearest(reach, origins, facilities, limit, asking_which=True)[1].astype(np.int64)


def count_within(
    reach: Reach, origins: Places, facilities: Mapping[str, Places], limit: int
) -> Int32:
    """
    Return how many facilities of each kind lie within `limit` of each origin.

    Returns
    -------
    array of int, (origins, kinds)
        Owners, each counted once however many places it has.

    Raises
    ------
    InputError
        If `limit` is negative or beyond 500 km (149 hours).
    """
    _require_limit(limit)
    counts = np.zeros((len(facilities), len(origins)), np.int32)
    with announced():
        stand = stand_of(reach.graph, spots_of(reach.network, reach.chains, origins))
        tasks = _tasks(reach, facilities, pieces=4 * _threads())
        shift = _bucket_shift(limit)

        def work(task: tuple[int, Spots, Int32]) -> tuple[int, Int32]:
            kind, spots, groups = task
            found = np.zeros(len(stand.order), np.int32)
            count_of_kind(reach.graph, stand, spots, groups, limit, shift, found)
            return kind, found

        for kind, found in _in_threads(work, tasks):
            counts[kind, stand.order] += found
    return counts.T


def k_nearest(
    reach: Reach, origins: Places, facilities: Places, k: int, limit: int
) -> tuple[Float64, Int64]:
    """
    Return how far the `k` nearest facilities of one kind are, and which they are.

    Returns
    -------
    distances : array of float, (origins, k)
        Metres or seconds, nearest first; infinity where there are fewer within `limit`.
    owners : array of int, (origins, k)
        Each owner once, the lower first of those equally near; -1 where there are fewer.

    Raises
    ------
    InputError
        If `limit` is negative or beyond 500 km (149 hours), or `k` is not positive.
    """
    _require_limit(limit)
    if k < 1:
        raise InputError("k", f"is {k}.", "Ask for one or more.")
    none = np.iinfo(np.int64).max
    kept = np.full((len(origins), k), none)
    with announced():
        stand = stand_of(reach.graph, spots_of(reach.network, reach.chains, origins))
        shift = _bucket_shift(limit)

        def work(task: tuple[int, Spots, Int32]) -> Int64:
            found = np.full((len(stand.order), k), none)
            k_of_kind(reach.graph, stand, *task[1:], limit, shift, found)
            return found

        for found in _in_threads(work, _tasks(reach, {"": facilities}, pieces=_threads())):
            both = np.concatenate([kept[stand.order], found], axis=1)
            kept[stand.order] = np.sort(both, axis=1)[:, :k]
    there = kept < none
    return (
        np.where(there, (kept >> 32) * 0.001, np.inf),
        np.where(there, kept & 0xFFFFFFFF, -1),
    )


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
    InputError
        If `limit` is negative or beyond 500 km (149 hours).
    """
    network = reach.network
    nodes = Places.at_nodes(network, np.arange(len(network.node_x)))
    outward = _nearest(reach.reversed(), nodes, {"sources": sources}, limit, asking_which=False)
    left = np.where(np.isfinite(outward[0][:, 0]), limit - np.rint(outward[0][:, 0] * 1000), -1)
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


def _nearest(
    reach: Reach,
    origins: Places,
    facilities: Mapping[str, Places],
    limit: int,
    *,
    asking_which: bool,
) -> tuple[Float64, Int32]:
    _require_limit(limit)
    distances = np.empty((len(facilities), len(origins)))
    owners = np.empty((len(facilities), len(origins) if asking_which else 0), np.int32)
    with announced():
        stand = stand_of(reach.graph, spots_of(reach.network, reach.chains, origins))
        shift = _bucket_shift(limit)

        def work(task: tuple[int, Places]) -> None:
            kind, places = task
            spots = spots_of(reach.network, reach.chains, places)
            spots = _taken(spots, np.argsort(spots.chain))
            found = distances[kind], owners[kind]
            nearest_of_kind(reach.graph, stand, spots, limit, shift, 0.001, *found)

        list(_in_threads(work, enumerate(facilities.values())))
    return distances.T, owners.T


def _tasks(
    reach: Reach, facilities: Mapping[str, Places], *, pieces: int
) -> list[tuple[int, Spots, Int32]]:
    """Return pieces of work of about equal size: kind, its places by owner, their groups."""
    total = sum(len(places) for places in facilities.values())
    share = max(-(-total // pieces), 64)
    tasks = []
    for kind, places in enumerate(facilities.values()):
        spots = spots_of(reach.network, reach.chains, places)
        order = np.lexsort((spots.chain, spots.owner))
        # owners in the order of their chains: what is searched in turn lies close together
        begins = np.diff(spots.owner[order], prepend=-1) != 0
        first_chain = spots.chain[order][begins][np.cumsum(begins) - 1]
        spots = _taken(
            spots, order[np.lexsort((spots.chain[order], spots.owner[order], first_chain))]
        )
        starts = np.flatnonzero(np.diff(spots.owner, prepend=-1)).astype(np.int32)
        groups = np.append(starts, np.int32(len(order)))
        for at in range(0, len(starts), share):
            tasks.append((kind, spots, groups[at : at + share + 1].copy()))
    return sorted(tasks, key=lambda task: -len(task[2]))


def _taken(spots: Spots, rows: npt.NDArray[np.intp]) -> Spots:
    return Spots(*(column[rows] for column in spots))


def _in_threads(work: Callable[[Task], Result], tasks: Iterable[Task]) -> Iterable[Result]:
    with ThreadPoolExecutor(_threads()) as pool:
        return list(pool.map(work, tasks))


def _threads() -> int:
    return os.cpu_count() or 1


def _graph(chains: Chains) -> Graph:
    standing = np.arange(chains.junctions, dtype=np.int32)
    ends = np.concatenate([chains.ends, np.column_stack([standing, standing])])
    return Graph(*arcs_of(chains.junctions, chains.ends, chains.costs), ends, chains.costs)


def _bucket_shift(limit: int) -> int:
    """Return the power of two whose size splits the limit into some sixty buckets."""
    return max(math.ceil(math.log2(max(limit, 1) / 64)), 0)


def _require_limit(limit: int) -> None:
    if not 0 <= limit <= LONGEST:
        raise InputError("limit", f"is {limit}.", f"Give a whole number from 0 to {LONGEST}.")
