"""Streets that are not there: links whose want makes people go a long way round."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy.spatial import cKDTree

from hetao.geo.network import StreetNetwork
from hetao.indicators.dead_ends import EndRule, road_ends
from hetao.indicators.link_phrases import link_phrases
from hetao.indicators.link_search import (
    Pairs,
    Places,
    by_street,
    connected,
    in_sight,
    links,
    near_pairs,
    places_of,
)
from hetao.indicators.measurement import (
    Measurement,
    by_zone,
    require_columns,
    require_metric_crs,
    unknown,
)
from hetao.indicators.membership import points_in_zones
from hetao.indicators.places import finest_codes, road_labels
from hetao.indicators.street_graph import Flags, Floats, Ints, road_rows
from hetao.indicators.street_structure import END_COLUMNS, Streets, cut_lines


@dataclass(frozen=True)
class LinkRule:
    """
    What makes two places want a link.

    Attributes
    ----------
    longest_m, shortest_m : float
        Straight length of a link; shorter ones are gaps in the drawing.
    least_ratio, least_detour_m : float
        Street length over straight length, and by how much it is longer.
    search_m : float
        How far by street the way round is followed; beyond, it counts as this long.
    apart_m : float
        Of links whose ends are this near, the best stands for all.
    """

    longest_m: float
    shortest_m: float
    least_ratio: float
    least_detour_m: float
    search_m: float
    apart_m: float

    def wanted_m(self, straight_m: Floats) -> Floats:
        """Return from which street length on a pair wants a link."""
        return np.maximum(self.least_ratio * straight_m, straight_m + self.least_detour_m)


def missing_links(  # noqa: PLR0913, PLR0917  (the layers that a link may cross or serve)
    zones: gpd.GeoDataFrame,
    roads: gpd.GeoDataFrame,
    driving: Streets,
    extent: gpd.GeoDataFrame,
    barriers: gpd.GeoDataFrame,
    water: gpd.GeoDataFrame,
    railways: gpd.GeoDataFrame,
    residents: gpd.GeoDataFrame,
    *,
    classes: Sequence[str],
    longest_m: float = 400.0,
    shortest_m: float = 15.0,
    least_ratio: float = 3.0,
    least_detour_m: float = 600.0,
    search_m: float = 5000.0,
    apart_m: float = 500.0,
    catchment_m: float = 500.0,
) -> Measurement:
    """
    Return how many links are wanting between streets that are near and far apart by street.

    A link joins two places on public streets that see each other across no other street. Of
    links close together the one counts that joins dead ends, else the one that saves most.

    Parameters
    ----------
    zones : GeoDataFrame
        Indexed by zone code.
    roads : GeoDataFrame
        The whole register, row for row as `driving` was made from it.
    driving : Streets
        The drivable network; lengths along it count both ways, whatever the signs say.
    extent, barriers : GeoDataFrame
        As for dead ends. A link within `longest_m` of the extent's outline is not proposed: the
        way round may lie beyond.
    water, railways : GeoDataFrame
        What a link may have to cross.
    residents : GeoDataFrame
        Points with `persons`.
    classes : sequence of str
        Classes whose dead ends are to be joined first.
    longest_m, shortest_m, least_ratio, least_detour_m, search_m, apart_m : float
        See `LinkRule`.
    catchment_m : float
        People this near to an end of the link gain by it.

    Returns
    -------
    Measurement
        Counts. Findings are the links, worst detour first, with `obstacle` among "", "water",
        "railway", "expressway" (joined by "+").
    """
    require_metric_crs(zones=zones, roads=roads, extent=extent)
    require_columns("roads", roads, END_COLUMNS)
    if not len(driving.network.edge_from):
        return unknown(zones, "no_roads")
    rule = LinkRule(longest_m, shortest_m, least_ratio, least_detour_m, search_m, apart_m)
    outlines = cut_lines(zones, extent)
    ends = road_ends(
        driving.network,
        roads,
        EndRule(classes),
        cut_lines=outlines,
        gates=np.asarray(barriers.geometry, dtype=object),
    ).dead
    network, places = places_of(
        driving.network, roads, spacing_m=longest_m / 2, island_m=2 * least_detour_m
    )
    dead = np.zeros(len(places.node), dtype=bool)
    dead[places.at_nodes(ends.node)] = True
    pairs = wanted_pairs(network, roads, places, rule)
    pairs = pairs.take(
        dead[pairs.one] | dead[pairs.other] | ~_one_street(network, roads, places, pairs)
    )
    within = ~_near_outline(links(places, pairs), np.asarray(extent.geometry), longest_m)
    pairs = pairs.take(within)
    pairs = _best(places, pairs, dead, rule)
    found = _found(zones, (network, roads), places, pairs, search_m)
    found["dead_ends"] = dead[pairs.one].astype(int) + dead[pairs.other].astype(int)
    found["obstacle"] = obstacles(found.geometry, (water, railways), roads)
    found["persons"] = _served(places, pairs, residents, catchment_m)
    found["severity"] = _severity(found)
    for language in ("zh", "en"):
        rows = found.drop(columns="geometry").to_dict("records")
        said = [link_phrases(row, language, search_m) for row in rows]
        for part in ("way", "obstacle", "gain"):
            found[f"{part}_{language}"] = pd.array([row[part] for row in said], dtype="string")
    held = points_in_zones(zones, shapely.centroid(np.asarray(found.geometry, dtype=object)))
    found["zone"] = finest_codes(held)
    values = by_zone(zones, numerator=held.total(np.ones(len(found))))
    found = found[found["zone"].notna()].sort_values("severity", ascending=False, kind="stable")
    facts = {"near_the_limit_of_data": int((~within).sum())}
    return Measurement(values, found.reset_index(drop=True), facts)


def wanted_pairs(
    network: StreetNetwork, roads: gpd.GeoDataFrame, places: Places, rule: LinkRule
) -> Pairs:
    """Return the pairs of places that want a link, with their length by street."""
    everywhere = np.ones(len(places.node), dtype=bool)
    pairs = near_pairs(places, everywhere, least_m=rule.shortest_m, most_m=rule.longest_m)
    least = float(rule.wanted_m(np.array([rule.longest_m]))[0])
    pairs = by_street(places, pairs, least)
    pairs = pairs.take(pairs.street_m >= rule.wanted_m(pairs.straight_m))
    return pairs.take(in_sight(network, roads, places, pairs))


def _one_street(
    network: StreetNetwork, roads: gpd.GeoDataFrame, places: Places, pairs: Pairs
) -> Flags:
    """Return which pairs lie on streets of one name: carriageways, or slip roads beside them."""
    first, second = (_road_at(network, places.node[end]) for end in (pairs.one, pairs.other))
    name = pd.factorize(roads["name"])[0]
    return np.asarray((name[first] == name[second]) & (name[first] >= 0), dtype=bool)


def _road_at(network: StreetNetwork, nodes: Ints) -> Ints:
    """Return the row of a road at each node."""
    row = road_rows(network)
    at_node = np.full(len(network.node_x), -1, dtype=np.int64)
    at_node[network.edge_to] = row
    at_node[network.edge_from] = row
    return at_node[nodes]


def obstacles(
    lines: gpd.GeoSeries,
    crossed: tuple[gpd.GeoDataFrame, gpd.GeoDataFrame],
    roads: gpd.GeoDataFrame,
) -> Any:  # noqa: ANN401
    """Return what each line crosses: of "water", "railway" and "expressway", joined by "+"."""
    water, railways = crossed
    fast = roads[roads["class"].isin(["motorway", "expressway"])]
    surface = railways[~railways["kind"].isin(["subway"])] if "kind" in railways else railways
    words = np.full(len(lines), "", dtype=object)
    for word, layer in (("water", water), ("railway", surface), ("expressway", fast)):
        tree = shapely.STRtree(np.asarray(lines, dtype=object))
        hit = np.unique(tree.query(np.asarray(layer.geometry), predicate="intersects")[1])
        words[hit] = [f"{before}+{word}" if before else word for before in words[hit]]
    return pd.array(words, dtype="string")


def _near_outline(lines: Any, extent: Any, distance_m: float) -> Flags:  # noqa: ANN401
    tree = shapely.STRtree(lines)
    hit = tree.query(shapely.boundary(extent), predicate="dwithin", distance=distance_m)[1]
    near = np.zeros(len(lines), dtype=bool)
    near[hit] = True
    return near


def _best(places: Places, pairs: Pairs, dead: Flags, rule: LinkRule) -> Pairs:
    """Return of links close together the best one, with the way round followed to its end."""
    thinned = _apart(places, pairs, dead, rule.apart_m / 3)
    followed = by_street(places, pairs.take(thinned), rule.search_m)
    return followed.take(_apart(places, followed, dead, rule.apart_m))


def _apart(places: Places, pairs: Pairs, dead: Flags, apart_m: float) -> Ints:
    """Return rows of pairs, best first, none with both ends near those of a better one."""
    joins = dead[pairs.one].astype(int) + dead[pairs.other]
    saved = np.nan_to_num(pairs.street_m / pairs.straight_m, posinf=1e9)
    middle = (places.xy[pairs.one] + places.xy[pairs.other]).sum(axis=1)
    order = np.lexsort((middle, pairs.straight_m, -saved, -joins))
    row, rival = _rivals(places, pairs, apart_m)
    first = np.searchsorted(row, np.arange(len(order) + 1))
    taken, alive = [], np.ones(len(order), dtype=bool)
    for best in order.tolist():
        if alive[best]:
            taken.append(best)
            alive[rival[first[best] : first[best + 1]]] = False
    return np.array(taken, dtype=np.int64)


def _rivals(places: Places, pairs: Pairs, apart_m: float) -> tuple[Ints, Ints]:
    """Return rows of pairs whose ends are near each other by street, ascending, both ways."""
    count = len(pairs.one)
    if not count:
        return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)
    here = np.hstack([places.xy[pairs.one], places.xy[pairs.other]])
    tree = cKDTree(np.vstack([here, here[:, [2, 3, 0, 1]]]))
    row, rival = tree.query_pairs(apart_m, output_type="ndarray").T
    forward = (row < count) & (row != rival % count)
    row, turned, rival = row[forward], rival[forward] >= count, rival[forward] % count
    one = np.where(turned, pairs.other[rival], pairs.one[rival])
    other = np.where(turned, pairs.one[rival], pairs.other[rival])
    near = np.ones(len(row), dtype=bool)
    for end, facing in ((pairs.one[row], one), (pairs.other[row], other)):
        straight = np.hypot(*(places.xy[end] - places.xy[facing]).T)
        between = Pairs(end, facing, straight, np.full(len(end), np.nan))
        near &= by_street(places, between, apart_m).street_m <= apart_m
    both = np.unique(
        np.vstack([np.column_stack([row, rival])[near], np.column_stack([rival, row])[near]]),
        axis=0,
    )
    return both[:, 0].astype(np.int64), both[:, 1].astype(np.int64)


def _found(
    zones: gpd.GeoDataFrame,
    streets: tuple[StreetNetwork, gpd.GeoDataFrame],
    places: Places,
    pairs: Pairs,
    search_m: float,
) -> gpd.GeoDataFrame:
    network, roads = streets
    first, second = (_road_at(network, places.node[end]) for end in (pairs.one, pairs.other))
    joined = connected(places, pairs)
    followed = np.minimum(pairs.street_m, search_m)
    street = np.where(joined, followed, np.nan)
    return gpd.GeoDataFrame(
        {
            "feature": roads["id"].astype("string").array[first],
            "other_feature": roads["id"].astype("string").array[second],
            "road": road_labels(roads, first),
            "other_road": road_labels(roads, second),
            "link_m": pairs.straight_m,
            "street_m": street,
            "detour_m": street - pairs.straight_m,
            "ratio": street / pairs.straight_m,
            "connected": joined,
        },
        geometry=links(places, pairs),
        crs=zones.crs,
    )


def _served(
    places: Places, pairs: Pairs, residents: gpd.GeoDataFrame, catchment_m: float
) -> Floats:
    """Return how many people live near either end of each link; NaN where nobody is known."""
    if residents.empty:
        return np.full(len(pairs.one), np.nan)
    persons = residents["persons"].to_numpy(dtype=float)
    tree = cKDTree(np.column_stack([residents.geometry.x, residents.geometry.y]))
    ends = (tree.query_ball_point(places.xy[end], catchment_m) for end in (pairs.one, pairs.other))
    return np.array([persons[list({*a, *b})].sum() for a, b in zip(*ends, strict=True)])


def _severity(found: gpd.GeoDataFrame) -> Floats:
    detour = found["detour_m"].fillna(np.inf).to_numpy()
    length = 1 - 2000 / (detour + 2000)
    persons = found["persons"].to_numpy()
    people = np.where(np.isnan(persons), 1.0, 0.5 + 0.5 * persons / (persons + 1000))
    return np.asarray(length * people, dtype=np.float64)
