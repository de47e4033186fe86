"""
Chains: runs of edges through nodes where nothing can be decided.

A *junction* is a node at which a traveller has a choice, or none at all: any node but one with
exactly two edges that are open the same way. Between junctions lie chains; the search visits
only junctions, and every position on a chain is reached through its two ends.
"""

# ruff: noqa: C901, PLR0912, PLR0915
# kernels are long and take many arrays: cutting them up costs seconds of compilation

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from hetao.geo.compilation import compiled, inlined
from hetao.geo.streets import StreetNetwork

Int32 = npt.NDArray[np.int32]
Int64 = npt.NDArray[np.int64]

CLOSED = np.int32(1 << 30)  # a cost beyond any limit; the sum of a limit and it fits 32 bits
DEAD_END = 0  # the junction that stands for all nodes with one edge: no search goes through it
LONGEST = (1 << 29) - 1  # the largest limit that sums safely: 536 km on foot


@dataclass(frozen=True, eq=False)
class Chains:
    """
    The contracted network.

    Attributes
    ----------
    junction : array of int32, one per node
        Number of the junction at the node; DEAD_END for all with one edge; -1 inside a chain.
    ends : array of int32, (chains, 2)
        First and last junction of each chain.
    costs : array of int32, (chains, 2)
        Cost of the whole chain from first to last and from last to first; CLOSED where closed.
    edge_chain, edge_turned : arrays, one per edge
        The chain an edge lies on, and whether the edge points against it.
    edge_start : array of int32, (edges, 3)
        At the edge's beginning in the chain's direction: mm from the chain's first junction,
        cost from there, and cost back to there.
    junctions : int
        How many junctions there are, DEAD_END among them.
    """

    junction: Int32
    ends: Int32
    costs: Int32
    edge_chain: Int32
    edge_turned: npt.NDArray[np.bool_]
    edge_start: Int32
    junctions: int


def contract(network: StreetNetwork) -> Chains:
    """Return the chains of `network`."""
    junction, ends, costs, edge_chain, turned, start, junctions, chains = _contract(
        len(network.node_x),
        network.edge_from,
        network.edge_to,
        network.edge_mm,
        network.edge_forward,
        network.edge_backward,
    )
    ends, costs = ends[:chains].copy(), costs[:chains].copy()
    return Chains(junction, ends, costs, edge_chain, turned, start, junctions)


@inlined
def _meetings(nodes: int, starts: Int32, stops: Int32) -> Int32:
    """
    Return for each node how many edge ends meet there, and all of them xor-ed.

    An edge's ends are 2·edge and 2·edge + 1; where two meet, either gives the other.
    """
    met = np.zeros((nodes, 2), np.int32)
    for edge in range(len(starts)):
        met[starts[edge], 0] += 1
        met[starts[edge], 1] ^= 2 * edge
        met[stops[edge], 0] += 1
        met[stops[edge], 1] ^= 2 * edge + 1
    return met


@compiled
def _contract(
    nodes: int, starts: Int32, stops: Int32, lengths: Int64, forward: Int32, backward: Int32
) -> tuple[Int32, Int32, Int32, Int32, npt.NDArray[np.bool_], Int32, int, int]:
    edges = len(starts)
    met = _meetings(nodes, starts, stops)
    junction = np.full(nodes, -1, np.int32)
    junctions = DEAD_END + 1
    for node in range(nodes):
        if met[node, 0] == 1:
            junction[node] = DEAD_END
        elif met[node, 0] != 2 or met[node, 1] == 1:  # noqa: PLR2004 (or a loop of one edge)
            junction[node] = junctions
            junctions += 1
    for edge in range(edges):
        ahead, behind = forward[edge] >= 0, backward[edge] >= 0
        if ahead and behind and lengths[edge] > 0:
            continue
        # one-way, or two nodes at one place: a chain goes on only if the next is open alike
        for end in range(2):
            node = stops[edge] if end else starts[edge]
            if junction[node] >= 0:
                continue
            other = met[node, 1] ^ (2 * edge + end)
            next_ahead, next_behind = forward[other >> 1] >= 0, backward[other >> 1] >= 0
            if other & 1 == end:  # the two point against each other
                next_ahead, next_behind = next_behind, next_ahead
            if next_ahead != ahead or next_behind != behind or lengths[edge] == 0:
                junction[node] = junctions
                junctions += 1

    chain_of = np.full(edges, -1, np.int32)
    turned = np.zeros(edges, np.bool_)
    start = np.empty((edges, 3), np.int32)
    ends = np.empty((edges, 2), np.int32)
    costs = np.empty((edges, 2), np.int32)
    chains = 0
    for ring in range(2):  # first the chains between junctions, then rings without any
        for first in range(2 * edges):
            arc = first
            if chain_of[arc >> 1] >= 0:
                continue
            node = stops[arc >> 1] if arc & 1 else starts[arc >> 1]
            if junction[node] < 0:
                if ring == 0:
                    continue
                junction[node] = junctions
                junctions += 1
            ends[chains, 0] = junction[node]
            at = np.int64(0)
            there = np.int64(0)
            back = np.int64(0)
            while True:
                edge, against = arc >> 1, arc & 1 == 1
                chain_of[edge] = chains
                turned[edge] = against
                start[edge, 0] = min(at, np.int64(CLOSED))
                start[edge, 1] = there
                start[edge, 2] = back
                at += lengths[edge]
                ahead = backward[edge] if against else forward[edge]
                behind = forward[edge] if against else backward[edge]
                there = min(there + ahead, np.int64(CLOSED)) if ahead >= 0 else np.int64(CLOSED)
                back = min(back + behind, np.int64(CLOSED)) if behind >= 0 else np.int64(CLOSED)
                node = starts[edge] if against else stops[edge]
                if junction[node] >= 0:
                    break
                arc = met[node, 1] ^ (arc ^ 1)
            ends[chains, 1] = junction[node]
            costs[chains, 0] = there
            costs[chains, 1] = back
            chains += 1
    return junction, ends, costs, chain_of, turned, start, junctions, chains
