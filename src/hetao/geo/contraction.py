"""
Chains: runs of edges through nodes where nothing can be decided.

A *junction* is a node at which a traveller has a choice, or none at all: any node but one with
exactly two edges that are open the same way. Between junctions lie chains; the search visits
only junctions, and every position on a chain is reached through its two ends.
"""

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
    return Chains(
        *_contract(
            len(network.node_x),
            network.edge_from,
            network.edge_to,
            network.edge_mm,
            network.edge_forward,
            network.edge_backward,
        )
    )


@inlined
def _incidence(nodes: int, starts: Int32, stops: Int32) -> tuple[Int32, Int32]:
    """Return, as offsets and edge ends (2·edge + end), the edges at each node."""
    first = np.zeros(nodes + 2, np.int32)
    for edge in range(len(starts)):
        first[starts[edge] + 2] += 1
        first[stops[edge] + 2] += 1
    for node in range(nodes + 1):
        first[node + 1] += first[node]
    held = np.empty(2 * len(starts), np.int32)
    for edge in range(len(starts)):
        held[first[starts[edge] + 1]] = 2 * edge
        first[starts[edge] + 1] += 1
        held[first[stops[edge] + 1]] = 2 * edge + 1
        first[stops[edge] + 1] += 1
    return first, held


@compiled
def _contract(
    nodes: int, starts: Int32, stops: Int32, lengths: Int64, forward: Int32, backward: Int32
) -> tuple[Int32, Int32, Int32, Int32, npt.NDArray[np.bool_], Int32, int]:
    edges = len(starts)
    first, held = _incidence(nodes, starts, stops)
    junction = np.full(nodes, -1, np.int32)
    junctions = 1
    for node in range(nodes):
        if first[node + 1] - first[node] == 1:
            junction[node] = DEAD_END
            continue
        plain = first[node + 1] - first[node] == 2
        if plain:
            one, other = held[first[node]], held[first[node] + 1]
            if one >> 1 == other >> 1 or lengths[one >> 1] == 0 or lengths[other >> 1] == 0:
                plain = False  # a loop of one edge; or two nodes at one place
            else:
                # openness towards this node along one edge, and away from it along the other
                into = (forward if one & 1 else backward)[one >> 1] >= 0
                onward = (backward if other & 1 else forward)[other >> 1] >= 0
                back_in = (forward if other & 1 else backward)[other >> 1] >= 0
                back_out = (backward if one & 1 else forward)[one >> 1] >= 0
                plain = into == onward and back_in == back_out
        if not plain:
            junction[node] = junctions
            junctions += 1

    chain_of = np.full(edges, -1, np.int32)
    turned = np.zeros(edges, np.bool_)
    start = np.zeros((edges, 3), np.int32)
    ends = np.empty((edges, 2), np.int32)
    costs = np.empty((edges, 2), np.int32)
    chains = 0
    for ring in range(2):  # first the chains between junctions, then rings without any
        for origin in range(nodes):
            if ring == 0 and junction[origin] < 0:
                continue
            if ring == 1:
                if junction[origin] >= 0 or chain_of[held[first[origin]] >> 1] >= 0:
                    continue
                junction[origin] = junctions
                junctions += 1
            for slot in range(first[origin], first[origin + 1]):
                arc = held[slot]
                if chain_of[arc >> 1] >= 0:
                    continue
                at = np.int64(0)
                there = np.int64(0)
                back = np.int64(0)
                while True:
                    edge = arc >> 1
                    against = arc & 1 == 1
                    chain_of[edge] = chains
                    turned[edge] = against
                    start[edge, 0] = min(at, CLOSED)
                    start[edge, 1] = there
                    start[edge, 2] = back
                    at += lengths[edge]
                    ahead = backward[edge] if against else forward[edge]
                    behind = forward[edge] if against else backward[edge]
                    there = min(there + ahead, CLOSED) if ahead >= 0 else np.int64(CLOSED)
                    back = min(back + behind, CLOSED) if behind >= 0 else np.int64(CLOSED)
                    node = starts[edge] if against else stops[edge]
                    if junction[node] >= 0:
                        break
                    arc = held[first[node]]
                    if arc >> 1 == edge:
                        arc = held[first[node] + 1]
                ends[chains, 0] = junction[origin]
                ends[chains, 1] = junction[node]
                costs[chains, 0] = there
                costs[chains, 1] = back
                chains += 1
    return junction, ends[:chains].copy(), costs[:chains].copy(), chain_of, turned, start, junctions
