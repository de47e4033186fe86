"""Streets as a graph for structure: junctions, chains between them, dead ends."""

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import connected_components

from hetao.geo.network import StreetNetwork

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

PASSING = 2  # edges at a node that a street merely passes
MEETING = 3  # edges at a node where streets meet


@dataclass(frozen=True)
class Chains:
    """
    Runs of edges between kept nodes.

    Attributes
    ----------
    of_edge : array of int, one per edge
        The chain an edge lies on; -1 where the edge was left out.
    ends : array of int, (chains, 2)
        The kept nodes at both ends; -1 where a chain is a ring without any.
    length_m : array of float, one per chain
    """

    of_edge: Ints
    ends: Ints
    length_m: Floats

    def graph(self, nodes: int) -> csr_array:
        """Return lengths between kept nodes, the shortest where several chains join two."""
        whole = (self.ends >= 0).all(axis=1)
        low, high = np.sort(self.ends[whole], axis=1).T
        length = self.length_m[whole]
        order = np.lexsort((length, high, low))
        low, high, length = low[order], high[order], length[order]
        first = np.ones(len(low), dtype=bool)
        first[1:] = (low[1:] != low[:-1]) | (high[1:] != high[:-1])
        first &= low != high
        one, other, metres = low[first], high[first], np.maximum(length[first], 1e-3)
        return coo_array(
            (np.tile(metres, 2), (np.append(one, other), np.append(other, one))),
            shape=(nodes, nodes),
        ).tocsr()


def road_rows(network: StreetNetwork) -> Ints:
    """Return for each edge the row of its road; -1 for edges of other registers."""
    return np.asarray(np.where(network.edge_which == 0, network.edge_feature, -1), dtype=np.int64)


def degrees(network: StreetNetwork, edges: Flags) -> Ints:
    """Return how many of the chosen edges meet at each node."""
    ends = np.concatenate([network.edge_from[edges], network.edge_to[edges]])
    return np.bincount(ends, minlength=len(network.node_x)).astype(np.int64)


def chains(network: StreetNetwork, edges: Flags, kept: Flags) -> Chains:
    """
    Return the chains of some edges of a network.

    Parameters
    ----------
    edges : array of bool, one per edge
    kept : array of bool, one per node
        Nodes at which chains end. Any node where other than two of the edges meet must be among
        them.
    """
    chosen = np.flatnonzero(edges)
    start = network.edge_from[chosen].astype(np.int64)
    stop = network.edge_to[chosen].astype(np.int64)
    inner_start, inner_stop = ~kept[start], ~kept[stop]
    both = inner_start & inner_stop
    nodes = len(network.node_x)
    links = coo_array((np.ones(both.sum()), (start[both], stop[both])), shape=(nodes, nodes))
    label = connected_components(links, directed=False)[1].astype(np.int64)
    alone = nodes + np.arange(len(chosen))
    raw = np.where(inner_start, label[start], np.where(inner_stop, label[stop], alone))
    chain, count = pd.factorize(raw)[0].astype(np.int64), 0
    count = int(chain.max()) + 1 if len(chain) else 0

    length = np.bincount(chain, weights=network.edge_mm[chosen] / 1000, minlength=count).astype(
        float
    )
    of_end = np.concatenate([chain[~inner_start], chain[~inner_stop]])
    node = np.concatenate([start[~inner_start], stop[~inner_stop]])
    order = np.argsort(of_end, kind="stable")
    of_end, node = of_end[order], node[order]
    second = np.zeros(len(of_end), dtype=np.int64)
    second[1:] = of_end[1:] == of_end[:-1]
    ends = np.full((count, 2), -1, dtype=np.int64)
    ends[of_end, second] = node
    of_edge = np.full(len(edges), -1, dtype=np.int64)
    of_edge[chosen] = chain
    return Chains(of_edge, ends, length)


def levels(roads: gpd.GeoDataFrame) -> Ints:
    """Return on which level each road runs: 0 on the ground, bridges above, tunnels below."""
    bridge = roads["bridge"].astype("boolean").fillna(False).to_numpy(dtype=np.int64)
    tunnel = roads["tunnel"].astype("boolean").fillna(False).to_numpy(dtype=np.int64)
    layer = roads["layer"].astype("Float64").to_numpy(dtype=float, na_value=np.nan)
    return np.asarray(np.where(np.isnan(layer), bridge - tunnel, layer), dtype=np.int64)


def nodes_at(network: StreetNetwork, nodes: Ints) -> npt.NDArray[np.object_]:
    """Return some nodes as points."""
    return np.asarray(shapely.points(network.node_x[nodes], network.node_y[nodes]), dtype=object)


def nearby_network(network: StreetNetwork, sources: Ints, limit_m: float) -> tuple[Ints, Ints]:
    """
    Return which nodes can be reached from each source within a short distance.

    Returns
    -------
    source, node : arrays of int
        One entry per pair: position among `sources`, and the node.
    """
    start, stop = network.edge_from.astype(np.int64), network.edge_to.astype(np.int64)
    nodes = len(network.node_x)
    one, other = np.append(start, stop), np.append(stop, start)
    order = np.argsort(one, kind="stable")
    first = np.searchsorted(one[order], np.arange(nodes + 1)).astype(np.int64)
    neighbour, metres = other[order], np.tile(network.edge_mm / 1000, 2)[order]
    found_source, found_node = [], []
    for position, source in enumerate(sources.tolist()):
        reached = _within(source, limit_m, (first, neighbour, metres))
        found_source.extend([position] * len(reached))
        found_node.extend(reached)
    return np.array(found_source, dtype=np.int64), np.array(found_node, dtype=np.int64)


def _within(source: int, limit_m: float, graph: tuple[Ints, Ints, Floats]) -> list[int]:
    first, neighbour, metres = graph
    best = {source: 0.0}
    waiting = [source]
    while waiting:
        node = waiting.pop()
        for place in range(first[node], first[node + 1]):
            onward, distance = int(neighbour[place]), best[node] + float(metres[place])
            if distance <= limit_m and distance < best.get(onward, np.inf):
                best[onward] = distance
                waiting.append(onward)
    return list(best)
