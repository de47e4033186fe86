"""The k nearest of one kind: a search from every owner, keeping at each origin the best k."""

# ruff: noqa: PLR0913, PLR0915, PLR0917
# mypy: disable-error-code="arg-type, return-value"
# kernels are long and take many arrays, since cutting them up costs seconds of compilation; and
# numba takes numpy's integers for Python's

import numpy as np
import numpy.typing as npt

from hetao.geo.compilation import called_by_kernels, compiled, inlined
from hetao.geo.search import Graph, Spots, Stand, cost_beside, seed_places, settle, widest_of

Int32 = npt.NDArray[np.int32]
Int64 = npt.NDArray[np.int64]


@inlined
def _insert(kept: Int64, key: int) -> None:
    """Put `key` in its place among the sorted keys, pushing out the largest."""
    if key >= kept[-1]:
        return
    slot = len(kept) - 1
    while slot > 0 and kept[slot - 1] > key:
        kept[slot] = kept[slot - 1]
        slot -= 1
    kept[slot] = key


@inlined
def _insert_along(
    stand: Stand, chain: int, first: int, last: int, owner: int, limit: int, kept: Int64
) -> None:
    """Offer `owner`, so far from the two ends of `chain`, to the origins on it."""
    for p in range(stand.first[chain], stand.first[chain + 1]):
        cost = min(first + stand.spots.to_first[p], last + stand.spots.to_last[p])
        if cost <= limit:
            _insert(kept[p], cost << 32 | owner)


@compiled
def k_of_kind(
    graph: Graph, stand: Stand, places: Spots, groups: Int32, limit: int, shift: int, kept: Int64
) -> None:
    """
    Offer each owner within `limit` to the sorted keys that `kept` has for each origin.

    Groups are as in `count_of_kind`; rows of `kept` are in the stand's order.
    """
    beyond = np.int64(limit + 1) << 32
    ends, costs = graph.ends, graph.costs
    best = np.full(len(graph.first) - 2, beyond, np.int64)
    heads = np.full((limit >> shift) + 1, -1, np.int32)
    touched = np.empty(len(best) + 1, np.int32)
    pool = np.empty(1024, np.int64)
    stamp = np.full(len(costs), -1, np.int32)
    widest = widest_of(groups)
    seeds = np.empty(2 * widest, np.int32)
    keys = np.empty(2 * widest, np.int64)
    for group in range(len(groups) - 1):
        start, stop = np.int64(groups[group]), np.int64(groups[group + 1])
        owner = places.owner[start]
        seeded = seed_places(graph, places, start, stop, limit, seeds, keys)
        if len(pool) < 2 * seeded + 1024:
            pool = np.empty(2 * seeded + 1024, np.int64)
        reached, pool = settle(graph, best, seeds, keys, seeded, heads, touched, pool, limit, shift)
        q = start
        while q < stop:
            run, chain = q, places.chain[q]
            while run < stop and places.chain[run] == chain:
                run += 1
            if 0 <= chain < len(costs):
                stamp[chain] = group
                _insert_beside(graph, stand, best, places, q, run, limit, kept)
            q = run
        for index in range(reached):
            junction = touched[index]
            here = best[junction] >> 32
            _insert_along(stand, len(costs) + junction, here, here, owner, limit, kept)
            for slot in range(stand.beside_first[junction], stand.beside_first[junction + 1]):
                chain, end = stand.beside[slot] >> 1, stand.beside[slot] & 1
                there = best[ends[chain, 1 - end]] >> 32
                if stamp[chain] == group or (end == 1 and there <= limit):
                    continue
                by_first, by_last = (there, here) if end else (here, there)
                _insert_along(stand, chain, by_first, by_last, owner, limit, kept)
        for index in range(reached):
            best[touched[index]] = beyond


@called_by_kernels
def _insert_beside(
    graph: Graph, stand: Stand, best: Int64, places: Spots, start: int, stop: int, limit: int,
    kept: Int64,
) -> None:  # fmt: skip
    """Offer the owner of places `start` to `stop` to the origins on their chain."""
    chain, owner = places.chain[start], places.owner[start]
    first, last = best[graph.ends[chain, 0]] >> 32, best[graph.ends[chain, 1]] >> 32
    for p in range(stand.first[chain], stand.first[chain + 1]):
        cost = cost_beside(graph, stand, places, first, last, p, start, stop)
        if cost <= limit:
            _insert(kept[p], cost << 32 | owner)
