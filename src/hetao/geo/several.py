"""The k nearest of one kind: a search from every owner, keeping at each origin the best k."""

import numpy as np
import numpy.typing as npt

from hetao.geo.compilation import compiled, inlined
from hetao.geo.search import Graph, Spots, Stand, direct, seed_places, settle

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
    graph: Graph, stand: Stand, best: Int64, chain: int, places: Spots, run: tuple[int, int],
    owner: int, limit: int, kept: Int64,
) -> None:  # fmt: skip
    """Offer `owner` to the origins on `chain`, on which the places `run` of it lie."""
    first, last = best[graph.ends[chain, 0]] >> 32, best[graph.ends[chain, 1]] >> 32
    for p in range(stand.first[chain], stand.first[chain + 1]):
        cost = min(first + stand.spots.to_first[p], last + stand.spots.to_last[p])
        for q in range(run[0], run[1]):
            cost = min(cost, direct(graph, stand.spots, p, places, q))
        if cost <= limit:
            _insert(kept[p], np.int64(cost) << 32 | np.int64(owner))


@compiled
def k_of_kind(
    graph: Graph, stand: Stand, places: Spots, groups: Int32, limit: int, shift: int, kept: Int64
) -> None:
    """
    Offer each owner within `limit` to the sorted keys that `kept` has for each origin.

    Groups are as in `count_of_kind`; rows of `kept` are in the stand's order.
    """
    beyond = np.int64(limit + 1) << 32
    best = np.full(len(graph.first) - 2, beyond, np.int64)
    heads = np.full((limit >> shift) + 1, -1, np.int32)
    touched = np.empty(len(best), np.int32)
    pool = np.empty(1024, np.int64)
    stamp = np.full(len(graph.costs), -1, np.int32)
    widest = 0
    for group in range(len(groups) - 1):
        widest = max(widest, groups[group + 1] - groups[group])
    seeds = np.empty(2 * widest, np.int32)
    keys = np.empty(2 * widest, np.int64)
    for group in range(len(groups) - 1):
        start, stop = groups[group], groups[group + 1]
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
            if 0 <= chain < len(graph.costs):
                stamp[chain] = group
                _insert_along(graph, stand, best, chain, places, (q, run), owner, limit, kept)
            q = run
        for index in range(reached):
            junction = touched[index]
            own = len(graph.costs) + junction
            _insert_along(graph, stand, best, own, places, (0, 0), owner, limit, kept)
            for slot in range(stand.beside_first[junction], stand.beside_first[junction + 1]):
                chain, end = stand.beside[slot] >> 1, stand.beside[slot] & 1
                seen = end == 1 and best[graph.ends[chain, 0]] < beyond
                if not seen and stamp[chain] != group:
                    _insert_along(graph, stand, best, chain, places, (0, 0), owner, limit, kept)
        for index in range(reached):
            best[touched[index]] = beyond
