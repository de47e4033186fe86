"""Pairs of places that are near as the crow flies and far by street."""

from dataclasses import dataclass, replace

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components, dijkstra
from scipy.spatial import cKDTree

from hetao.geo.network import StreetNetwork
from hetao.indicators.carriageways import flags
from hetao.indicators.street_graph import (
    PASSING,
    Flags,
    Floats,
    Ints,
    chains,
    degrees,
    levels,
    road_rows,
)

LIMITED_ACCESS = ("motorway", "expressway")
TILE_M = 1500.0  # large enough for few tiles, small enough for their distance tables


@dataclass(frozen=True)
class Places:
    """
    Junctions, ends and points in between, with the street lengths from one to the next.

    Attributes
    ----------
    node : array of int
        Node of the network, ascending.
    xy : array of float, (places, 2)
    graph : sparse array, (places, places)
        Metres along streets, both ways whatever the traffic signs say.
    open : array of bool
        Whether a new street may join here: on the ground, on a public street that is no
        expressway, and not on an island of a few streets.
    """

    node: Ints
    xy: Floats
    graph: csr_array
    open: Flags

    def at_nodes(self, nodes: Ints) -> Ints:
        """Return the place at each node."""
        return np.searchsorted(self.node, nodes).astype(np.int64)


@dataclass(frozen=True)
class Pairs:
    """Two places each (by position), metres between them in a straight line and by street."""

    one: Ints
    other: Ints
    straight_m: Floats
    street_m: Floats

    def take(self, rows: Ints | Flags) -> "Pairs":
        """Return some of the pairs."""
        return Pairs(self.one[rows], self.other[rows], self.straight_m[rows], self.street_m[rows])

    @property
    def detour_m(self) -> Floats:
        """Return how much longer the street is; infinite where none leads there."""
        return self.street_m - self.straight_m


def places_of(
    network: StreetNetwork, roads: gpd.GeoDataFrame, *, spacing_m: float, island_m: float
) -> tuple[StreetNetwork, Places]:
    """
    Return the places of a network, about `spacing_m` apart along long streets.

    Returns
    -------
    network : StreetNetwork
        With long edges divided; the nodes it had keep their numbers.
    places : Places
    """
    network = divided(network, spacing_m)
    everything = np.ones(len(network.edge_from), dtype=bool)
    kept = (degrees(network, everything) != PASSING) | _sampled(network, spacing_m)
    streets = chains(network, everything, kept)
    node = np.flatnonzero(kept).astype(np.int64)
    graph = streets.graph(len(network.node_x))[node][:, node].tocsr()
    xy = np.column_stack([network.node_x[node], network.node_y[node]])
    label = network.components()
    total = np.bincount(label[network.edge_from], network.edge_mm / 1000, label.max() + 1)
    joinable = _joinable_nodes(network, roads) & (total[label] >= island_m)
    return network, Places(node, xy, graph, joinable[node])


def near_pairs(places: Places, chosen: Flags, *, least_m: float, most_m: float) -> Pairs:
    """Return the open places that are near each other, the first of each pair a chosen one."""
    position = np.flatnonzero(places.open)
    if not len(position):
        nothing = np.empty(0, dtype=np.int64)
        return Pairs(nothing, nothing, nothing.astype(float), nothing.astype(float))
    found = cKDTree(places.xy[position]).query_pairs(most_m, output_type="ndarray")
    one, other = position[found[:, 0]], position[found[:, 1]]
    one, other = np.where(chosen[one], (one, other), (other, one))
    straight = np.hypot(*(places.xy[one] - places.xy[other]).T)
    kept = (straight >= least_m) & chosen[one]
    unknown = np.full(int(kept.sum()), np.nan)
    return Pairs(one[kept], other[kept], straight[kept], unknown)


def by_street(places: Places, pairs: Pairs, limit_m: float) -> Pairs:
    """Return the pairs with their length by street; infinite beyond the limit."""
    reach = (limit_m + float(pairs.straight_m.max(initial=0))) / 2  # no such way goes farther out
    tile = np.floor(places.xy / TILE_M).astype(np.int64)
    by_x = np.argsort(places.xy[:, 0], kind="stable")
    sorted_x = places.xy[by_x, 0]
    street = np.full(len(pairs.one), np.inf)
    corners, group = np.unique(tile[pairs.one], axis=0, return_inverse=True)
    members = pd.Series(group.reshape(-1)).groupby(group.reshape(-1)).indices
    for number, corner in enumerate(corners):
        rows = members[number]
        west, south = corner * TILE_M - reach
        side = TILE_M + 2 * reach
        strip = by_x[
            np.searchsorted(sorted_x, west) : np.searchsorted(sorted_x, west + side, "right")
        ]
        y = places.xy[strip, 1]
        around = np.sort(strip[(y >= south) & (y <= south + side)])
        one = np.searchsorted(around, pairs.one[rows])
        asked = np.zeros(len(around), dtype=bool)
        asked[one] = True
        table = dijkstra(
            places.graph[around][:, around],
            directed=False,
            indices=np.flatnonzero(asked),
            limit=limit_m,
        )
        line = np.cumsum(asked) - 1
        street[rows] = table[line[one], np.searchsorted(around, pairs.other[rows])]
    return Pairs(pairs.one, pairs.other, pairs.straight_m, street)


def connected(places: Places, pairs: Pairs) -> Flags:
    """Return which pairs any street joins at all."""
    label = connected_components(places.graph, directed=False)[1]
    return np.asarray(label[pairs.one] == label[pairs.other], dtype=bool)


def in_sight(
    network: StreetNetwork, roads: gpd.GeoDataFrame, places: Places, pairs: Pairs
) -> Flags:
    """Return the pairs whose straight line crosses no public street on the ground."""
    row = road_rows(network)
    limited = roads["class"].isin(["lane", *LIMITED_ACCESS]).to_numpy() | flags(roads["ramp"])
    blocking = ~limited & (levels(roads) == 0)
    edges = np.flatnonzero((row >= 0) & blocking[row])
    lines = np.asarray(
        shapely.linestrings(network.edge_coordinates[edges].reshape(-1, 2, 2)), dtype=object
    )
    sights = links(places, pairs, shortened_m=1.0)
    crossed = shapely.STRtree(lines).query(sights, predicate="intersects")[0]
    free = np.ones(len(pairs.one), dtype=bool)
    free[crossed] = False
    return free


def links(places: Places, pairs: Pairs, *, shortened_m: float = 0.0) -> npt.NDArray[np.object_]:
    """Return the straight lines of pairs, shortened at both ends."""
    start, stop = places.xy[pairs.one], places.xy[pairs.other]
    step = (stop - start) * (shortened_m / np.maximum(pairs.straight_m, 1e-9))[:, None]
    ends = np.stack([start + step, stop - step], axis=1)
    return np.asarray(shapely.linestrings(ends), dtype=object)


def divided(network: StreetNetwork, spacing_m: float) -> StreetNetwork:
    """Return the network with edges longer than the spacing cut into equal parts."""
    count = np.maximum(np.ceil(network.edge_mm / 1000 / spacing_m), 1).astype(np.int64)
    edge = np.repeat(np.arange(len(count)), count)
    first = np.cumsum(count) - count
    part = np.arange(len(edge)) - first[edge]
    opens, closes = part == 0, part == count[edge] - 1
    number = len(network.node_x) + np.cumsum(~closes) - 1  # of the node after each open part
    stop = np.where(closes, network.edge_to[edge], number)
    start = np.where(opens, network.edge_from[edge], np.roll(stop, 1))
    share = (part + 1)[~closes] / count[edge][~closes]
    x0, y0, x1, y1 = network.edge_coordinates[edge][~closes].T
    added = int((~closes).sum())
    return replace(
        network,
        node_x=np.append(network.node_x, x0 + (x1 - x0) * share),
        node_y=np.append(network.node_y, y0 + (y1 - y0) * share),
        node_id=np.append(network.node_id, np.full(added, -1)),
        edge_from=start.astype(np.int32),
        edge_to=stop.astype(np.int32),
        edge_mm=np.rint(network.edge_mm[edge] / count[edge]).astype(np.int64),
        edge_forward=network.edge_forward[edge],
        edge_backward=network.edge_backward[edge],
        edge_feature=network.edge_feature[edge],
        edge_which=network.edge_which[edge],
    )


def _sampled(network: StreetNetwork, spacing_m: float) -> Flags:
    """Return one node of each chain for each square of a grid laid from the chain's corner."""
    everything = np.ones(len(network.edge_from), dtype=bool)
    passing = degrees(network, everything) == PASSING
    streets = chains(network, everything, ~passing)
    chain = np.full(len(passing), -1, dtype=np.int64)
    chain[network.edge_from] = streets.of_edge
    chain[network.edge_to] = streets.of_edge
    inner = np.flatnonzero(passing)
    inner = inner[streets.length_m[chain[inner]] > spacing_m]
    frame = pd.DataFrame(
        {"chain": chain[inner], "x": network.node_x[inner], "y": network.node_y[inner]}
    )
    corner = frame.groupby("chain")[["x", "y"]].transform("min")
    offset = (frame[["x", "y"]] - corner) / spacing_m
    frame["column"], frame["row"] = np.floor(offset["x"]), np.floor(offset["y"])
    frame["off"] = np.hypot(
        offset["x"] - frame["column"] - 0.5, offset["y"] - frame["row"] - 0.5
    ).round(6)
    order = frame.sort_values(["chain", "column", "row", "off", "x", "y"])
    chosen = order.drop_duplicates(["chain", "column", "row"]).index
    sampled = np.zeros(len(passing), dtype=bool)
    sampled[inner[chosen]] = True
    return sampled


def _joinable_nodes(network: StreetNetwork, roads: gpd.GeoDataFrame) -> Flags:
    row = road_rows(network)
    shut = roads["class"].isin(["lane", *LIMITED_ACCESS]).to_numpy() | flags(roads["ramp"])
    shut |= levels(roads) != 0
    public = (row >= 0) & ~shut[row]
    joinable = np.zeros(len(network.node_x), dtype=bool)
    joinable[network.edge_from[public]] = True
    joinable[network.edge_to[public]] = True
    return joinable
