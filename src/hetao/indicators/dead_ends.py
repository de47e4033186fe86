"""Where roads end: the ends that a driver must turn round at, and those that only look so."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely

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
    nearby_network,
    nodes_at,
    road_rows,
)

Shapes = npt.NDArray[np.object_]


@dataclass(frozen=True)
class EndRule:
    """
    Which ends count as dead ends.

    Attributes
    ----------
    classes : sequence of str
        Classes of road whose ends count; ends of roads without a class are doubtful.
    minimum_length_m : float
        A dead-end stretch shorter than this is a stub, not a road.
    gap_m : float
        An end this near to another road on its level, which it does not join, is a gap in the
        drawing.
    cut_tolerance_m : float
        An end this near to where the data end was cut there.
    gate_m : float
        An end this near to a gate is one.
    """

    classes: Sequence[str]
    minimum_length_m: float = 50.0
    gap_m: float = 15.0
    cut_tolerance_m: float = 30.0
    gate_m: float = 5.0


@dataclass(frozen=True)
class RoadEnds:
    """
    Ends of roads that count or may count.

    Attributes
    ----------
    node : array of int
        Node of the network.
    road : array of int
        Row of the road that ends there.
    length_m : array of float
        From the end to the next junction of public roads.
    kind : array of str
        "dead_end", or why it is none: "cul_de_sac", "cut", "gate", "short", "gap".
    doubtful : array of bool
        The road has no class.
    """

    node: Ints
    road: Ints
    length_m: Floats
    kind: npt.NDArray[np.str_]
    doubtful: Flags

    def take(self, rows: Ints | Flags) -> "RoadEnds":
        """Return some of the ends."""
        return RoadEnds(
            self.node[rows],
            self.road[rows],
            self.length_m[rows],
            self.kind[rows],
            self.doubtful[rows],
        )

    @property
    def dead(self) -> "RoadEnds":
        """Return the dead ends."""
        return self.take(self.kind == "dead_end")

    def counts(self, inside: Flags) -> Mapping[str, int]:
        """Return how many of the ends chosen by `inside` are of each kind."""
        kinds, numbers = np.unique(self.kind[inside], return_counts=True)
        return dict(zip(kinds.tolist(), numbers.tolist(), strict=True))


def road_ends(
    network: StreetNetwork,
    roads: gpd.GeoDataFrame,
    rule: EndRule,
    *,
    cut_lines: Shapes,
    gates: Shapes,
) -> RoadEnds:
    """
    Return the ends of public roads in the drivable network and what each of them is.

    Parameters
    ----------
    network : StreetNetwork
        Of all drivable roads, alleys included: a road that goes on as an alley does not end.
    roads : GeoDataFrame
        The register that the network was made from.
    cut_lines : array of lines
        Where the data end: outlines of the extent and of the city.
    gates : array of geometries
        Gates, walls and bollards.
    """
    row = road_rows(network)
    ends = _tips(network, roads, row, rule)
    points = nodes_at(network, ends.node)
    kind = np.full(len(ends.node), "dead_end", dtype="<U10")
    kind[_close_to_drawing(network, roads, row, ends, rule.gap_m)] = "gap"
    kind[ends.length_m < rule.minimum_length_m] = "short"
    kind[_near(points, gates, rule.gate_m)] = "gate"
    kind[_near(points, cut_lines, rule.cut_tolerance_m)] = "cut"
    kind[flags(roads["cul_de_sac"])[ends.road]] = "cul_de_sac"
    return RoadEnds(ends.node, ends.road, ends.length_m, kind, ends.doubtful)


def public_edges(roads: gpd.GeoDataFrame, row: Ints) -> Flags:
    """Return which edges belong to roads that are no alleys or estate roads."""
    public = (roads["class"] != "lane").fillna(True).to_numpy(dtype=bool)
    return np.asarray((row >= 0) & public[row] if len(public) else row >= 0, dtype=bool)


def _tips(network: StreetNetwork, roads: gpd.GeoDataFrame, row: Ints, rule: EndRule) -> RoadEnds:
    single = network.degree() == 1
    edge = np.concatenate(
        [np.flatnonzero(single[network.edge_from]), np.flatnonzero(single[network.edge_to])]
    )
    node = np.concatenate(
        [
            network.edge_from[single[network.edge_from]],
            network.edge_to[single[network.edge_to]],
        ]
    ).astype(np.int64)
    doubtful = roads["class"].isna().to_numpy()
    counted = roads["class"].isin(list(rule.classes)).to_numpy() | doubtful
    counted &= ~flags(roads["ramp"])
    kept = (row[edge] >= 0) & counted[row[edge]]
    edge, node = edge[kept], node[kept]
    public = public_edges(roads, row)
    streets = chains(network, public, degrees(network, public) != PASSING)
    length = streets.length_m[streets.of_edge[edge]]
    road = row[edge]
    return RoadEnds(node, road, length, np.empty(len(node), dtype="<U10"), doubtful[road])


def _near(points: Shapes, shapes: Shapes, distance_m: float) -> Ints:
    """Return which points lie near any of the shapes."""
    pairs = shapely.STRtree(points).query(shapes, predicate="dwithin", distance=distance_m)
    return np.unique(pairs[1])


def _close_to_drawing(
    network: StreetNetwork, roads: gpd.GeoDataFrame, row: Ints, ends: RoadEnds, gap_m: float
) -> Ints:
    """Return the ends that stop just short of another road on their level."""
    points = nodes_at(network, ends.node)
    lines = np.asarray(
        shapely.linestrings(network.edge_coordinates.reshape(-1, 2, 2)), dtype=object
    )
    edge, end = shapely.STRtree(points).query(lines, predicate="dwithin", distance=gap_m)
    level = levels(roads)
    same = (row[edge] >= 0) & (level[row[edge]] == level[ends.road[end]])
    edge, end = edge[same], end[same]
    suspects, position = np.unique(end, return_inverse=True)
    source, node = nearby_network(network, ends.node[suspects], 4 * gap_m)
    width = len(network.node_x)
    joined = source * width + node
    known = np.isin(position * width + network.edge_from[edge], joined)
    known |= np.isin(position * width + network.edge_to[edge], joined)
    return np.unique(end[~known])
