"""Places on edges, turned into what the search needs: costs to and from the ends of chains."""

# ruff: noqa: C901, PLR0915
# kernels are long and take many arrays: cutting them up costs seconds of compilation

import numpy as np
import numpy.typing as npt

from hetao.geo.compilation import compiled
from hetao.geo.contraction import CLOSED, DEAD_END, Chains
from hetao.geo.join import Places
from hetao.geo.search import Graph, Spots, Stand
from hetao.geo.streets import StreetNetwork

Bool = npt.NDArray[np.bool_]
Int32 = npt.NDArray[np.int32]
Int64 = npt.NDArray[np.int64]


def spots_of(network: StreetNetwork, chains: Chains, places: Places) -> Spots:
    """Return `places` on `chains`; legs cost nothing where the network counts time."""
    legs = places.leg_mm if network.unit == "mm" else np.zeros(len(places), np.int64)
    edges = (
        network.edge_from,
        network.edge_to,
        network.edge_mm,
        network.edge_forward,
        network.edge_backward,
    )
    on_chain = (chains.junction, chains.costs, chains.edge_chain, chains.edge_turned)
    return Spots(
        *_spots(places.edge, places.offset_mm, legs, edges, on_chain, chains.edge_start),
        places.owner.astype(np.int32),
    )


def stand_of(graph: Graph, spots: Spots) -> Stand:
    """Return origins ordered by chain; those that join nothing are left out."""
    first, order, beside_first, beside = _stand(
        spots.chain, graph.ends, len(graph.costs), len(graph.first) - 2
    )
    rows = order.astype(np.intp)
    ordered = Spots(*(column.take(rows) for column in spots))
    # the leg is part of the way to either end
    for way in (ordered.to_first, ordered.to_last):
        way += np.minimum(ordered.leg, CLOSED - way)
    return Stand(first, order, ordered, beside_first, beside)


@compiled
def _spots(
    edge: Int32, offset: Int64, legs: Int64,
    edges: tuple[Int32, Int32, Int64, Int32, Int32],
    on_chain: tuple[Int32, Int32, Int32, Bool], edge_start: Int32,
) -> tuple[Int32, Int32, Int32, Int32, Int32, Int32, Int32]:  # fmt: skip
    edge_from, edge_to, edge_mm, forward, backward = edges
    junction, costs, edge_chain, turned = on_chain
    size = len(edge)
    chain, at = np.empty(size, np.int32), np.empty(size, np.int32)
    to_first, to_last = np.empty(size, np.int32), np.empty(size, np.int32)
    from_first, from_last = np.empty(size, np.int32), np.empty(size, np.int32)
    leg = np.empty(size, np.int32)
    for p in range(size):
        leg[p] = min(legs[p], np.int64(CLOSED))
        chain[p], at[p] = -1, 0
        to_first[p] = to_last[p] = from_first[p] = from_last[p] = CLOSED
        e = edge[p]
        if e < 0:
            continue
        length = edge_mm[e]
        node = -1
        if offset[p] <= 0:
            node = junction[edge_from[e]]
        elif offset[p] >= length:
            node = junction[edge_to[e]]
        if node > DEAD_END:
            chain[p] = len(costs) + node
            to_first[p] = to_last[p] = from_first[p] = from_last[p] = 0
            continue
        c = edge_chain[e]
        chain[p] = c
        along = min(max(offset[p], 0), length)
        # costs up to the place from the edge's own beginning, rounded there once
        onward = (2 * forward[e] * along + length) // (2 * length) if length else 0
        homeward = (2 * backward[e] * along + length) // (2 * length) if length else 0
        if turned[e]:
            along = length - along
            onward, homeward = backward[e] - homeward, forward[e] - onward
        at[p] = min(edge_start[e, 0] + along, np.int64(CLOSED))
        if costs[c, 0] < CLOSED:
            from_first[p] = edge_start[e, 1] + onward
            to_last[p] = costs[c, 0] - from_first[p]
        if costs[c, 1] < CLOSED:
            to_first[p] = edge_start[e, 2] + homeward
            from_last[p] = costs[c, 1] - to_first[p]
    return chain, at, to_first, to_last, from_first, from_last, leg


@compiled
def _stand(
    on_chain: Int32, ends: Int32, chains: int, junctions: int
) -> tuple[Int32, Int32, Int32, Int32]:
    first = np.zeros(chains + junctions + 2, np.int32)
    joined = 0
    for p in range(len(on_chain)):
        if on_chain[p] >= 0:
            first[on_chain[p] + 2] += 1
            joined += 1
    for chain in range(chains + junctions + 1):
        first[chain + 1] += first[chain]
    order = np.empty(joined, np.int32)
    for p in range(len(on_chain)):
        if on_chain[p] >= 0:
            slot = on_chain[p] + 1
            order[first[slot]] = p
            first[slot] += 1
    beside_first = np.zeros(junctions + 2, np.int32)
    for chain in range(chains):
        if first[chain + 1] > first[chain]:
            start, stop = ends[chain, 0], ends[chain, 1]
            beside_first[start + 2] += 1
            beside_first[stop + 2] += start != stop
    for junction in range(junctions + 1):
        beside_first[junction + 1] += beside_first[junction]
    beside = np.empty(beside_first[junctions + 1], np.int32)
    for chain in range(chains):
        if first[chain + 1] > first[chain]:
            start, stop = ends[chain, 0], ends[chain, 1]
            beside[beside_first[start + 1]] = 2 * chain
            beside_first[start + 1] += 1
            if start != stop:
                beside[beside_first[stop + 1]] = 2 * chain + 1
                beside_first[stop + 1] += 1
    return first, order, beside_first, beside
