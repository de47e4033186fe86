"""
Bounded search over the junctions of a contracted network, in whole millimetres or milliseconds.

Searches run backwards from facilities: the cost kept at a junction is the cost of travelling
from it to the facility. A cost and the owner it leads to share one 64-bit key (cost above, owner
below), so that the smaller key is the shorter way and, at equal length, the lower owner.
"""

# ruff: noqa: C901, PLR0913, PLR0915, PLR0917, PLR1714
# mypy: disable-error-code="arg-type, return-value"
# kernels are long and take many arrays, since cutting them up costs seconds of compilation; and
# numba takes numpy's integers for Python's

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from hetao.geo.compilation import called_by_kernels, compiled, inlined
from hetao.geo.contraction import CLOSED, DEAD_END

Float64 = npt.NDArray[np.float64]
Int32 = npt.NDArray[np.int32]
Int64 = npt.NDArray[np.int64]

LOW = np.int64(0xFFFFFFFF)


class Graph(NamedTuple):
    """
    Junctions and the chains between them, as a search from facilities sees them.

    `arcs[first[u]:first[u + 1]]` are the ways by which a chain leads *into* u: its cost above,
    the junction it comes from below; none come from dead ends. `ends` has one row per chain and,
    after the chains, one per junction: a chain of no length for what stands at the junction.
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
def arcs_of(junctions: int, ends: Int32, costs: Int32) -> tuple[Int32, Int64]:
    """Return `Graph.first` and `Graph.arcs` for these chains."""
    first = np.zeros(junctions + 2, np.int32)
    for chain in range(len(ends)):
        start, stop = ends[chain, 0], ends[chain, 1]
        if start != stop and start != DEAD_END and stop != DEAD_END:
            first[stop + 2] += costs[chain, 0] < CLOSED
            first[start + 2] += costs[chain, 1] < CLOSED
    for junction in range(junctions + 1):
        first[junction + 1] += first[junction]
    arcs = np.empty(first[junctions + 1], np.int64)
    for chain in range(len(ends)):
        start, stop = np.int64(ends[chain, 0]), np.int64(ends[chain, 1])
        if start != stop and start != DEAD_END and stop != DEAD_END:
            # offsets stand one further on until all arcs are written
            if costs[chain, 0] < CLOSED:
                arcs[first[stop + 1]] = np.int64(costs[chain, 0]) << 32 | start
                first[stop + 1] += 1
            if costs[chain, 1] < CLOSED:
                arcs[first[start + 1]] = np.int64(costs[chain, 1]) << 32 | stop
                first[start + 1] += 1
    return first, arcs


@inlined
def _push(junction: int, bucket: int, heads: Int32, pool: Int64, entries: int) -> None:
    pool[entries] = np.int64(junction) << 32 | np.int64(heads[bucket]) & LOW
    heads[bucket] = entries


@called_by_kernels
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
    first, arcs = graph.first, graph.arcs
    per_bucket = shift + 32
    last = limit >> shift
    entries = np.int64(0)
    reached = np.int64(0)
    for seed in range(seeded):
        key, junction = keys[seed], seeds[seed]
        known = best[junction]
        if key < known:
            touched[reached] = junction
            reached += known == beyond
            best[junction] = key
            _push(junction, key >> per_bucket, heads, pool, entries)
            entries += 1
    for bucket in range((limit >> shift) + 1):
        while heads[bucket] >= 0:
            entry = pool[heads[bucket]]
            heads[bucket] = np.int32(entry & LOW)
            junction = entry >> 32
            key = best[junction]
            if key >> per_bucket != bucket:
                continue  # left behind by a shorter way
            if entries + first[junction + 1] - first[junction] >= len(pool):
                larger = np.empty(2 * len(pool) + 1024, np.int64)
                for known_entry in range(entries):
                    larger[known_entry] = pool[known_entry]
                pool = larger
            for slot in range(first[junction], first[junction + 1]):
                arc = arcs[slot]
                onward = arc & LOW
                longer = key + (arc - onward)
                known = best[onward]
                # written without a branch, since no processor could guess which way it goes
                shorter = longer < known
                touched[reached] = onward
                reached += shorter and known == beyond
                best[onward] = min(longer, known)
                into = min(longer >> per_bucket, last)
                head = heads[into]
                pool[entries] = np.int64(onward) << 32 | np.int64(head) & LOW
                heads[into] = entries if shorter else head
                entries += shorter
    return reached, pool


@inlined
def seed_places(
    graph: Graph, places: Spots, start: int, stop: int, limit: int, seeds: Int32, keys: Int64
) -> int:
    """Write where places `start` to `stop` meet junctions, and return how many do."""
    seeded = np.int64(0)
    for place in range(start, stop):
        chain = places.chain[place]
        if chain < 0:
            continue
        for end in range(2):
            cost = np.int64(places.from_last[place] if end else places.from_first[place])
            cost += places.leg[place]
            junction = graph.ends[chain, end]
            if cost <= limit and junction != DEAD_END:
                seeds[seeded] = junction
                keys[seeded] = cost << 32 | np.int64(places.owner[place])
                seeded += 1
    return seeded


@inlined
def direct(
    p_at: int, q_at: int, p_first: int, q_first: int, p_last: int, q_last: int, onward: bool,
    back: bool,
) -> int:  # fmt: skip
    """Return the cost from p to q along their chain, from what it costs from its two ends."""
    cost = np.int64(CLOSED)
    if p_at <= q_at and onward:
        cost = np.int64(q_first) - p_first
    if p_at >= q_at and back:
        cost = min(cost, np.int64(q_last) - p_last)
    return int(cost)


@compiled
def nearest_of_kind(
    graph: Graph, stand: Stand, places: Spots, limit: int, shift: int, unit: float,
    distances: Float64, owners: Int32,
) -> None:  # fmt: skip
    """
    Write for each origin how far the nearest of `places` is, and whose.

    `distances` get the cost times `unit`, infinity beyond `limit`; `owners`, which may be empty
    where nobody asks, get -1 there.
    """
    beyond = np.int64(limit + 1) << 32
    ends, costs, order, first = graph.ends, graph.costs, stand.order, stand.first
    best = np.full(len(graph.first) - 2, beyond, np.int64)
    seeds = np.empty(2 * len(places.chain), np.int32)
    keys = np.empty(2 * len(places.chain), np.int64)
    seeded = seed_places(graph, places, 0, len(places.chain), limit, seeds, keys)
    heads = np.full((limit >> shift) + 1, -1, np.int32)
    touched = np.empty(len(best) + 1, np.int32)
    pool = np.empty(2 * seeded + 1024, np.int64)
    settle(graph, best, seeds, keys, seeded, heads, touched, pool, limit, shift)
    chains, to_first, to_last = stand.spots.chain, stand.spots.to_first, stand.spots.to_last
    asked = len(owners) > 0
    if len(order) < len(distances):  # some origins join nothing
        for origin in range(len(distances)):
            distances[origin] = np.inf
        for origin in range(len(owners)):
            owners[origin] = -1
    on_chains = first[len(costs)]  # the origins from there on stand at junctions
    for p in range(len(order)):
        if p < on_chains:
            by_first = best[ends[chains[p], 0]] + (np.int64(to_first[p]) << 32)
            by_last = best[ends[chains[p], 1]] + (np.int64(to_last[p]) << 32)
            key = min(by_first, by_last)
        else:
            key = best[chains[p] - len(costs)] + (np.int64(to_first[p]) << 32)
        distances[order[p]] = (key >> 32) * unit if key < beyond else np.inf
        if asked:
            owners[order[p]] = key & LOW if key < beyond else -1
    at, legs = stand.spots.at, stand.spots.leg
    from_first, from_last = stand.spots.from_first, stand.spots.from_last
    for q in range(len(places.chain)):
        chain = places.chain[q]
        if chain < 0 or chain >= len(costs):
            continue
        onward, back = costs[chain, 0] < CLOSED, costs[chain, 1] < CLOSED
        q_at, q_leg, owner = places.at[q], places.leg[q], places.owner[q]
        q_first, q_last = places.from_first[q], places.from_last[q]
        for p in range(first[chain], first[chain + 1]):
            cost = direct(at[p], q_at, from_first[p], q_first, from_last[p], q_last, onward, back)
            cost += np.int64(legs[p]) + q_leg
            distance, origin = cost * unit, order[p]
            if cost <= limit and distance <= distances[origin]:
                if asked and (distance < distances[origin] or owner < owners[origin]):
                    owners[origin] = owner
                distances[origin] = distance


@inlined
def _along(
    begin: int, end: int, first: int, last: int, to_first: Int32, to_last: Int32, limit: int,
    counts: Int32,
) -> None:  # fmt: skip
    """Count the origins `begin` to `end` that lie within `limit` by one end of their chain."""
    for p in range(begin, end):
        counts[p] += min(first + to_first[p], last + to_last[p]) <= limit


@compiled
def count_of_kind(
    graph: Graph, stand: Stand, places: Spots, groups: Int32, limit: int, shift: int, counts: Int32
) -> None:
    """
    Add to `counts` (in the stand's order) the owners within `limit` of each origin.

    Group g is the places `groups[g]:groups[g + 1]`, all of one owner, in the order of their
    chains; each is searched from on its own.
    """
    beyond = np.int64(limit + 1) << 32
    ends, costs, first = graph.ends, graph.costs, stand.first
    to_first, to_last = stand.spots.to_first, stand.spots.to_last
    beside, beside_first = stand.beside, stand.beside_first
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
                _count_beside(graph, stand, best, places, q, run, limit, counts)
            q = run
        for index in range(reached):
            junction = touched[index]
            here = best[junction] >> 32
            own = len(costs) + junction
            _along(first[own], first[own + 1], here, here, to_first, to_last, limit, counts)
            for slot in range(beside_first[junction], beside_first[junction + 1]):
                chain, end = beside[slot] >> 1, beside[slot] & 1
                there = best[ends[chain, 1 - end]] >> 32
                # a chain reached at both ends is counted from its first
                if stamp[chain] == group or (end == 1 and there <= limit):
                    continue
                by_first, by_last = (there, here) if end else (here, there)
                _along(
                    first[chain], first[chain + 1], by_first, by_last, to_first, to_last, limit,
                    counts,
                )  # fmt: skip
        for index in range(reached):
            best[touched[index]] = beyond


@compiled
def add_in_order(counts: Int32, found: Int32, order: Int32) -> None:
    """Add what was found in a stand's order to the counts of the origins."""
    for p in range(len(order)):
        counts[order[p]] += found[p]


@inlined
def widest_of(groups: Int32) -> int:
    """Return the size of the largest group."""
    widest = 0
    for group in range(len(groups) - 1):
        widest = max(widest, groups[group + 1] - groups[group])
    return widest


@called_by_kernels
def _count_beside(
    graph: Graph, stand: Stand, best: Int64, places: Spots, start: int, stop: int, limit: int,
    counts: Int32,
) -> None:  # fmt: skip
    """Count the origins on the chain of places `start` to `stop`, within `limit` of any of them."""
    chain = places.chain[start]
    first, last = best[graph.ends[chain, 0]] >> 32, best[graph.ends[chain, 1]] >> 32
    for p in range(stand.first[chain], stand.first[chain + 1]):
        counts[p] += cost_beside(graph, stand, places, first, last, p, start, stop) <= limit


@inlined
def cost_beside(
    graph: Graph, stand: Stand, places: Spots, first: int, last: int, p: int, start: int, stop: int
) -> int:
    """Return the cost from origin p to the nearest of the places `start` to `stop` on its chain."""
    spots, chain = stand.spots, places.chain[start]
    onward, back = graph.costs[chain, 0] < CLOSED, graph.costs[chain, 1] < CLOSED
    cost = min(first + spots.to_first[p], last + spots.to_last[p])
    for q in range(start, stop):
        way = direct(
            spots.at[p], places.at[q], spots.from_first[p], places.from_first[q],
            spots.from_last[p], places.from_last[q], onward, back,
        )  # fmt: skip
        cost = min(cost, way + spots.leg[p] + places.leg[q])
    return int(cost)
