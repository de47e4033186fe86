"""
Bounded search over the junctions of a contracted network, in whole millimetres or milliseconds.

Searches run backwards from facilities: the cost kept at a junction is the cost of travelling
from it to the facility. A cost and the owner it leads to share one 64-bit key (cost above, owner
below), so that the smaller key is the shorter way and, at equal length, the lower owner.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from hetao.geo.compilation import compiled, inlined
from hetao.geo.contraction import CLOSED

Float64 = npt.NDArray[np.float64]
Int32 = npt.NDArray[np.int32]
Int64 = npt.NDArray[np.int64]

LOW = np.int64(0xFFFFFFFF)


class Graph(NamedTuple):
    """
    Junctions and the chains between them, as a search from facilities sees them.

    `arcs[first[u]:first[u + 1]]` are the ways by which a chain leads *into* u: its cost above,
    the junction it comes from below. `ends` has one row per chain and, after the chains, one per
    junction: a chain of no length for what stands at the junction itself.
    """

    first: Int32
    arcs: Int64
    ends: Int32
    costs: Int32


class Spots(NamedTuple):
    """
    Places as the search sees them: on which chain, and what it costs to and from its ends.

    `chain` is -1 for a place that joins nothing; costs are CLOSED where no way leads.
    """

    chain: Int32
    at: Int32
    to_first: Int32
    to_last: Int32
    from_first: Int32
    from_last: Int32
    leg: Int32
    owner: Int32


class Stand(NamedTuple):
    """
    Origins in the order of their chains.

    Origin `order[p]` is the p-th; those of chain c are `first[c]:first[c + 1]`. The chains that
    hold any are listed by junction in `beside` (2·chain + end) under `beside_first`.
    """

    first: Int32
    order: Int32
    spots: Spots
    beside_first: Int32
    beside: Int32


@compiled
def arcs_of(junctions: int, ends: Int32, costs: Int32) -> tuple[Int32, Int64, Int32]:
    """Return `Graph.first`, `Graph.arcs` and `Graph.ends` for these chains."""
    first = np.zeros(junctions + 2, np.int32)
    for chain in range(len(ends)):
        start, stop = ends[chain, 0], ends[chain, 1]
        if start != stop:
            first[stop + 2] += costs[chain, 0] < CLOSED
            first[start + 2] += costs[chain, 1] < CLOSED
    for junction in range(junctions + 1):
        first[junction + 1] += first[junction]
    arcs = np.empty(first[junctions + 1], np.int64)
    for chain in range(len(ends)):
        start, stop = ends[chain, 0], ends[chain, 1]
        if start != stop:
            if costs[chain, 0] < CLOSED:
                arcs[first[stop + 1]] = np.int64(costs[chain, 0]) << 32 | np.int64(start)
                first[stop + 1] += 1
            if costs[chain, 1] < CLOSED:
                arcs[first[start + 1]] = np.int64(costs[chain, 1]) << 32 | np.int64(stop)
                first[start + 1] += 1
    every = np.empty((len(ends) + junctions, 2), np.int32)
    every[: len(ends)] = ends
    for junction in range(junctions):
        every[len(ends) + junction, :] = junction
    return first, arcs, every


@inlined
def _push(junction: int, cost: int, heads: Int32, pool: Int64, entries: int) -> None:
    pool[entries] = np.int64(junction) << 32 | np.int64(heads[cost]) & LOW
    heads[cost] = entries


@compiled
def settle(
    graph: Graph, best: Int64, seeds: Int32, keys: Int64, seeded: int, heads: Int32,
    touched: Int32, pool: Int64, limit: int, shift: int,
) -> tuple[int, Int64]:  # fmt: skip
    """
    Spread the first `seeded` keys from their seeds over all junctions within `limit`.

    `best` comes and goes filled with the key of `limit` + 1 at junctions out of reach. Costs are
    kept in buckets of 2**shift, linked through `pool`, which grows as needed and is returned
    with the number of junctions in `touched`.
    """
    beyond = np.int64(limit + 1) << 32
    entries = 0
    reached = 0
    for seed in range(seeded):
        key, junction = keys[seed], seeds[seed]
        if key < best[junction]:
            if best[junction] >= beyond:
                touched[reached] = junction
                reached += 1
            best[junction] = key
            _push(junction, (key >> 32) >> shift, heads, pool, entries)
            entries += 1
    for bucket in range((limit >> shift) + 1):
        while heads[bucket] >= 0:
            entry = pool[heads[bucket]]
            heads[bucket] = np.int32(entry & LOW)
            junction = entry >> 32
            key = best[junction]
            if (key >> 32) >> shift != bucket:
                continue  # left behind by a shorter way
            for slot in range(graph.first[junction], graph.first[junction + 1]):
                arc = graph.arcs[slot]
                onward = arc & LOW
                longer = key + (arc - onward)
                known = best[onward]
                if longer < known and longer < beyond:
                    if known >= beyond:
                        touched[reached] = onward
                        reached += 1
                    best[onward] = longer
                    if entries == len(pool):
                        larger = np.empty(2 * len(pool), np.int64)
                        larger[: len(pool)] = pool
                        pool = larger
                    _push(onward, (longer >> 32) >> shift, heads, pool, entries)
                    entries += 1
    return reached, pool


@inlined
def seed_places(
    graph: Graph, places: Spots, start: int, stop: int, limit: int, seeds: Int32, keys: Int64
) -> int:
    """Write where places `start` to `stop` meet junctions, and return how many do."""
    seeded = 0
    for place in range(start, stop):
        chain = places.chain[place]
        if chain < 0:
            continue
        for end in range(2):
            cost = np.int64(places.from_last[place] if end else places.from_first[place])
            cost += places.leg[place]
            if cost <= limit:
                seeds[seeded] = graph.ends[chain, end]
                keys[seeded] = cost << 32 | np.int64(places.owner[place])
                seeded += 1
    return seeded


@inlined
def direct(graph: Graph, origins: Spots, p: int, places: Spots, q: int) -> int:
    """Return the cost from origin p to place q along the chain both lie on, legs included."""
    chain = places.chain[q]
    cost = np.int64(CLOSED)
    if origins.at[p] <= places.at[q] and graph.costs[chain, 0] < CLOSED:
        cost = min(cost, np.int64(places.from_first[q]) - origins.from_first[p])
    if origins.at[p] >= places.at[q] and graph.costs[chain, 1] < CLOSED:
        cost = min(cost, np.int64(places.from_last[q]) - origins.from_last[p])
    return cost + origins.leg[p] + places.leg[q]


@compiled
def nearest_of_kind(
    graph: Graph, stand: Stand, places: Spots, start: int, stop: int, limit: int, shift: int,
    unit: float, distances: Float64, owners: Int32,
) -> None:  # fmt: skip
    """
    Write for each origin how far the nearest of places `start` to `stop` is, and whose.

    `distances` get the cost times `unit`, infinity beyond `limit`; `owners`, which may be empty
    where nobody asks, get -1 there.
    """
    beyond = np.int64(limit + 1) << 32
    best = np.full(len(graph.first) - 2, beyond, np.int64)
    seeds = np.empty(2 * (stop - start), np.int32)
    keys = np.empty(2 * (stop - start), np.int64)
    seeded = seed_places(graph, places, start, stop, limit, seeds, keys)
    heads = np.full((limit >> shift) + 1, -1, np.int32)
    touched = np.empty(len(best), np.int32)
    pool = np.empty(2 * seeded + 1024, np.int64)
    settle(graph, best, seeds, keys, seeded, heads, touched, pool, limit, shift)
    spots = stand.spots
    found = np.empty(len(stand.order), np.int64)
    for p in range(len(stand.order)):
        chain = spots.chain[p]
        by_first = best[graph.ends[chain, 0]] + (np.int64(spots.to_first[p]) << 32)
        by_last = best[graph.ends[chain, 1]] + (np.int64(spots.to_last[p]) << 32)
        found[p] = min(by_first, by_last)
    for q in range(start, stop):
        chain = places.chain[q]
        if chain < 0 or chain >= len(graph.costs):
            continue
        for p in range(stand.first[chain], stand.first[chain + 1]):
            cost = direct(graph, spots, p, places, q)
            found[p] = min(found[p], cost << 32 | np.int64(places.owner[q]))
    for p in range(len(stand.order)):
        origin = stand.order[p]
        if found[p] < beyond:
            distances[origin] = (found[p] >> 32) * unit
            if len(owners):
                owners[origin] = found[p] & LOW


@inlined
def _along(graph: Graph, stand: Stand, best: Int64, chain: int, limit: int, counts: Int32) -> None:
    """Count the origins on `chain` that lie within `limit` by one of its ends."""
    first = np.int32(best[graph.ends[chain, 0]] >> 32)
    last = np.int32(best[graph.ends[chain, 1]] >> 32)
    to_first, to_last = stand.spots.to_first, stand.spots.to_last
    for p in range(stand.first[chain], stand.first[chain + 1]):
        counts[p] += min(first + to_first[p], last + to_last[p]) <= limit


@inlined
def _beside(
    graph: Graph, stand: Stand, best: Int64, places: Spots, run: tuple[int, int], limit: int,
    counts: Int32,
) -> None:  # fmt: skip
    """Count the origins on the chain of places `run` that are within `limit` of any of them."""
    chain = places.chain[run[0]]
    first, last = best[graph.ends[chain, 0]] >> 32, best[graph.ends[chain, 1]] >> 32
    for p in range(stand.first[chain], stand.first[chain + 1]):
        cost = min(first + stand.spots.to_first[p], last + stand.spots.to_last[p])
        for q in range(run[0], run[1]):
            cost = min(cost, direct(graph, stand.spots, p, places, q))
        counts[p] += cost <= limit


@compiled
def count_of_kind(
    graph: Graph, stand: Stand, places: Spots, groups: Int32, limit: int, shift: int, counts: Int32
) -> None:
    """
    Add to `counts` (in the stand's order) the owners within `limit` of each origin.

    Group g is the places `groups[g]:groups[g + 1]`, all of one owner, in the order of their
    chains; each is searched from on its own.
    """
    best = np.full(len(graph.first) - 2, np.int64(limit + 1) << 32, np.int64)
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
        seeded = seed_places(graph, places, start, stop, limit, seeds, keys)
        if len(pool) < 2 * seeded + 1024:
            pool = np.empty(2 * seeded + 1024, np.int64)
        reached, pool = settle(graph, best, seeds, keys, seeded, heads, touched, pool, limit, shift)
        for q in range(start, stop):
            if 0 <= places.chain[q] < len(graph.costs):
                stamp[places.chain[q]] = group
        for index in range(reached):
            junction = touched[index]
            _along(graph, stand, best, len(graph.costs) + junction, limit, counts)
            for slot in range(stand.beside_first[junction], stand.beside_first[junction + 1]):
                chain, end = stand.beside[slot] >> 1, stand.beside[slot] & 1
                # a chain reached at both ends is counted from its first
                seen = end == 1 and (best[graph.ends[chain, 0]] >> 32) <= limit
                if not seen and stamp[chain] != group:
                    _along(graph, stand, best, chain, limit, counts)
        q = start
        while q < stop:
            run = q
            while run < stop and places.chain[run] == places.chain[q]:
                run += 1
            if 0 <= places.chain[q] < len(graph.costs):
                _beside(graph, stand, best, places, (q, run), limit, counts)
            q = run
        for index in range(reached):
            best[touched[index]] = np.int64(limit + 1) << 32
