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
    codes = finest_codes(held)
    return Measurement(values, _dead_end_findings(network, roads, ends, codes, zones.crs), facts)


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
    require_columns("roads", roads, ("class", "ramp"))
    network = driving.network
    if not len(network.edge_from):
        return unknown(zones, "no_roads")
    counted = roads["class"].isin(list(classes)).to_numpy() & ~flags(roads["ramp"])
    doubtful = counted | roads["class"].isna().to_numpy()
    ring = flags(roads["roundabout"])
    sure = junctions(network, counted, ring, cluster_m)
    most = junctions(network, doubtful, ring, cluster_m)
    numerator = _count(zones, sure)
    area = zones.geometry.area
    high = np.maximum(_count(zones, most), numerator) / area.where(area > 0)
    values = by_zone(zones, numerator=numerator, denominator=area, high=high)
    return Measurement(values, no_findings(zones.crs), {"junctions": len(sure)})


def junctions(
    network: StreetNetwork,
    counted: Flags,
    ring: Flags,
    cluster_m: float,
) -> Floats:
    """
    Return where streets meet: one place (x, y) per junction.

    Parameters
    ----------
    network : StreetNetwork
    counted, ring : arrays of bool, one per road
        Which roads count; which are arms of a roundabout.
    cluster_m : float
        Nodes joined by a chain no longer than this are one junction.
    """
    row = road_rows(network)
    edges = (row >= 0) & counted[row]
    degree = degrees(network, edges)
    nodes = np.flatnonzero(degree >= MEETING)
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
    network: StreetNetwork,
    roads: gpd.GeoDataFrame,
    ends: RoadEnds,
    codes: Any,  # noqa: ANN401
    crs: object,
) -> gpd.GeoDataFrame:
    kept: Ints = np.flatnonzero((ends.kind == "dead_end") & ~pd.isna(codes))
    shown = ends.take(kept)
    return gpd.GeoDataFrame(
        {
            "feature": roads["id"].astype("string").array[shown.road],
            "zone": codes[kept],
            "severity": shown.length_m / (shown.length_m + 500),
            "road": road_labels(roads, shown.road),
            "class_zh": class_titles(roads, shown.road),
            "class": roads["class"].astype("string").array[shown.road],
            "length_m": shown.length_m,
        },
        geometry=nodes_at(network, shown.node),
        crs=crs,
    )
