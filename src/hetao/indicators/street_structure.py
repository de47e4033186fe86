"""The shape of the street network: roads that end, and how densely streets meet."""

from collections.abc import Sequence
from typing import Any, Protocol

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from hetao.geo.network import StreetNetwork
from hetao.indicators.carriageways import flags
from hetao.indicators.dead_ends import EndRule, RoadEnds, Shapes, road_ends
from hetao.indicators.link_phrases import through_phrase
from hetao.indicators.link_search import by_street, in_sight, near_pairs, places_of
from hetao.indicators.measurement import (
    Measurement,
    by_zone,
    no_findings,
    require_columns,
    require_metric_crs,
    unknown,
)
from hetao.indicators.membership import points_in_zones
from hetao.indicators.places import class_titles, finest_codes, road_labels
from hetao.indicators.street_graph import (
    MEETING,
    PASSING,
    Flags,
    Floats,
    Ints,
    chains,
    degrees,
    nodes_at,
    road_rows,
)

ONWARD_M = 400.0  # how far a dead end is thought on
ROUND_M = 3000.0  # how far a way round is followed
BLOCK_RATIO = 3.0  # round three sides of a square block

END_COLUMNS = ("id", "name", "class", "ramp", "cul_de_sac", "bridge", "tunnel", "layer")


class Streets(Protocol):
    """Streets as drivers use them."""

    @property
    def network(self) -> StreetNetwork:
        """Return the network whose edges name the rows of the register `roads`."""


def dead_end_roads(  # noqa: PLR0913  (what is told apart from a dead end, each with its layer)
    zones: gpd.GeoDataFrame,
    roads: gpd.GeoDataFrame,
    driving: Streets,
    extent: gpd.GeoDataFrame,
    barriers: gpd.GeoDataFrame,
    *,
    classes: Sequence[str],
    minimum_length_m: float = 50.0,
    gap_m: float = 15.0,
    cut_tolerance_m: float = 30.0,
) -> Measurement:
    """
    Return how many public roads end without leading anywhere.

    Not counted are designed cul-de-sacs, ends cut off by the boundary of the data or of the
    city, ends at a gate, stubs, alleys, and ends that stop just short of another road, which
    are gaps in the drawing.

    Parameters
    ----------
    zones : GeoDataFrame
        Indexed by zone code.
    roads : GeoDataFrame
        The whole register, row for row as `driving` was made from it.
    driving : Streets
        The drivable network.
    extent : GeoDataFrame
        Polygons beyond which nothing was loaded.
    barriers : GeoDataFrame
        Gates and walls.
    classes : sequence of str
        Classes whose ends count.
    minimum_length_m : float
        From the end to the next junction of public roads.
    gap_m : float
        An end this near to another road is a gap in the drawing.
    cut_tolerance_m : float
        An end this near to the outline of the extent or the widest zone was cut there.

    Returns
    -------
    Measurement
        Counts; `high` counts ends of roads without a class too. Findings are the ends.
    """
    require_metric_crs(zones=zones, roads=roads, extent=extent)
    require_columns("roads", roads, END_COLUMNS)
    network = driving.network
    if not len(network.edge_from):
        return unknown(zones, "no_roads")
    rule = EndRule(classes, minimum_length_m, gap_m, cut_tolerance_m)
    ends = road_ends(
        network, roads, rule, cut_lines=cut_lines(zones, extent), gates=_shapes(barriers)
    )
    held = points_in_zones(zones, nodes_at(network, ends.node))
    dead = ends.kind == "dead_end"
    values = by_zone(
        zones,
        numerator=held.total((dead & ~ends.doubtful).astype(float)),
        high=held.total(dead.astype(float)),
    )
    inside = held.finest >= 0
    facts: dict[str, Any] = {
        "ends": ends.counts(inside),
        "gaps": roads["id"].iloc[np.unique(ends.road[inside & (ends.kind == "gap")])].tolist(),
    }
    shown = np.flatnonzero(dead & inside)
    found = _dead_end_findings(network, roads, ends.take(shown), zones.crs)
    found["zone"] = finest_codes(held)[shown]
    return Measurement(values, found, facts)


def intersection_density(
    zones: gpd.GeoDataFrame,
    roads: gpd.GeoDataFrame,
    driving: Streets,
    *,
    classes: Sequence[str],
    cluster_m: float = 20.0,
) -> Measurement:
    """
    Return the number of junctions per zone area.

    Parameters
    ----------
    zones : GeoDataFrame
        Indexed by zone code.
    roads : GeoDataFrame
        The whole register, row for row as `driving` was made from it.
    driving : Streets
        The drivable network.
    classes : sequence of str
        Classes of road whose meeting makes a junction; a road without a class counts in `high`.
    cluster_m : float
        Meetings that follow each other along a road within this distance are one junction: the
        crossings of dual carriageways, the arms of a roundabout.

    Returns
    -------
    Measurement
        Junctions per m². Without findings.
    """
    require_metric_crs(zones=zones, roads=roads)
    require_columns("roads", roads, ("name", "class", "ramp", "oneway", "roundabout"))
    network = driving.network
    if not len(network.edge_from):
        return unknown(zones, "no_roads")
    counted = roads["class"].isin(list(classes)).to_numpy() & ~flags(roads["ramp"])
    doubtful = counted | roads["class"].isna().to_numpy()
    ring = flags(roads["roundabout"])
    forks = carriageway_forks(network, roads)
    sure = junctions(network, counted, ring, forks, cluster_m=cluster_m)
    most = junctions(network, doubtful, ring, forks, cluster_m=cluster_m)
    numerator = _count(zones, sure)
    area = zones.geometry.area
    high = np.maximum(_count(zones, most), numerator) / area.where(area > 0)
    values = by_zone(zones, numerator=numerator, denominator=area, high=high)
    return Measurement(values, no_findings(zones.crs), {"junctions": len(sure)})


def junctions(
    network: StreetNetwork,
    counted: Flags,
    ring: Flags,
    forks: Flags,
    *,
    cluster_m: float,
) -> Floats:
    """
    Return where streets meet: one place (x, y) per junction.

    Parameters
    ----------
    network : StreetNetwork
    counted, ring : arrays of bool, one per road
        Which roads count; which are arms of a roundabout.
    forks : array of bool, one per node
        Where one road only parts into its carriageways.
    cluster_m : float
        Nodes joined by a chain no longer than this are one junction.
    """
    row = road_rows(network)
    edges = (row >= 0) & counted[row]
    degree = degrees(network, edges)
    nodes = np.flatnonzero((degree >= MEETING) & ~(forks & (degree == MEETING)))
    streets = chains(network, edges, degree != PASSING)
    round_ = np.zeros(len(streets.length_m), dtype=bool)
    round_[streets.of_edge[edges & ring[row]]] = True
    joins = (streets.length_m <= cluster_m) | round_
    joins &= (degree[streets.ends] >= MEETING).all(axis=1) & (streets.ends >= 0).all(axis=1)
    one, other = streets.ends[joins].T
    count = len(network.node_x)
    links = coo_array((np.ones(len(one)), (one, other)), shape=(count, count))
    cluster = pd.factorize(connected_components(links, directed=False)[1][nodes])[0]
    size = np.bincount(cluster)
    x = np.bincount(cluster, network.node_x[nodes]) / size
    y = np.bincount(cluster, network.node_y[nodes]) / size
    return np.column_stack([x, y])


def carriageway_forks(network: StreetNetwork, roads: gpd.GeoDataFrame) -> Flags:
    """Return at which nodes all edges bear one name and just two of them are one-way."""
    row = road_rows(network)
    name = np.where(row >= 0, pd.factorize(roads["name"])[0][row], -1)
    oneway = roads["oneway"].isin(["forward", "backward"]).to_numpy()[row] & (row >= 0)
    node = np.concatenate([network.edge_from, network.edge_to])
    count = len(network.node_x)
    least, most = np.full(count, np.iinfo(np.int64).max), np.full(count, -1)
    np.minimum.at(least, node, np.tile(name, 2))
    np.maximum.at(most, node, np.tile(name, 2))
    directed = np.bincount(node, np.tile(oneway, 2), minlength=count)
    return np.asarray((least == most) & (least >= 0) & (directed == 2), dtype=bool)  # noqa: PLR2004


def cut_lines(zones: gpd.GeoDataFrame, extent: gpd.GeoDataFrame) -> Shapes:
    """Return the outlines at which data end: of the extent and of the widest zone."""
    shapes = _shapes(extent)
    if len(zones):
        widest = zones.geometry.iloc[[int(np.argmax(zones.geometry.area.to_numpy()))]]
        shapes = np.concatenate([shapes, np.asarray(widest, dtype=object)])
    return np.asarray(shapely.boundary(shapes), dtype=object)


def _shapes(frame: gpd.GeoDataFrame) -> Shapes:
    return np.asarray(frame.geometry, dtype=object)


def _count(zones: gpd.GeoDataFrame, places: Floats) -> pd.Series:
    held = points_in_zones(zones, np.asarray(shapely.points(places), dtype=object))
    return held.total(np.ones(len(places)))


def _dead_end_findings(
    network: StreetNetwork, roads: gpd.GeoDataFrame, ends: RoadEnds, crs: object
) -> gpd.GeoDataFrame:
    onward, detour = onward_savings(network, roads, ends.node)
    saved = np.nan_to_num(detour)
    found = gpd.GeoDataFrame(
        {
            "feature": roads["id"].astype("string").array[ends.road],
            "severity": 1 - 1000 / (1000 + saved + ends.length_m / 10),
            "road": road_labels(roads, ends.road),
            "class_zh": class_titles(roads, ends.road),
            "class": roads["class"].astype("string").array[ends.road],
            "length_m": ends.length_m,
            "onward_m": onward,
            "detour_m": detour,
        },
        geometry=nodes_at(network, ends.node),
        crs=crs,
    )
    for language in ("zh", "en"):
        pairs = zip(onward, detour, strict=True)
        said = [through_phrase(*pair, ROUND_M, language) for pair in pairs]
        found[f"through_{language}"] = pd.array(said, dtype="string")
    return found


def onward_savings(
    network: StreetNetwork, roads: gpd.GeoDataFrame, ends: Ints
) -> tuple[Floats, Floats]:
    """
    Return how far on from each dead end another street lies in sight, and the detour saved.

    Of the places in sight within 400 m the one counts that saves most; a way round is followed
    for 3 km. NaN where no street is in sight, or none that an ordinary block does not explain.
    """
    network, places = places_of(network, roads, spacing_m=ONWARD_M / 2, island_m=0)
    chosen = np.zeros(len(places.node), dtype=bool)
    chosen[places.at_nodes(ends)] = True
    pairs = near_pairs(places, chosen, least_m=0, most_m=ONWARD_M)
    pairs = by_street(places, pairs.take(in_sight(network, roads, places, pairs)), ROUND_M)
    pairs = pairs.take(np.minimum(pairs.street_m, ROUND_M) > BLOCK_RATIO * pairs.straight_m)
    end = np.concatenate([pairs.one, pairs.other])
    table = pd.DataFrame(
        {
            "straight": np.tile(pairs.straight_m, 2),
            "detour": np.tile(np.minimum(pairs.street_m, ROUND_M) - pairs.straight_m, 2),
        },
        index=end,
    ).sort_values(["detour", "straight"], ascending=[False, True], kind="stable")
    best = table[~table.index.duplicated()].reindex(places.at_nodes(ends))
    return best["straight"].to_numpy(dtype=float), best["detour"].to_numpy(dtype=float)
