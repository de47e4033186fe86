"""Missing links, on plans with a river, a block and two streets that almost meet."""

from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from hetao.geo.network import StreetNetwork, driving_network
from hetao.indicators.link_search import by_street, divided, near_pairs, places_of
from hetao.indicators.measurement import Measurement
from hetao.indicators.missing_links import missing_links
from hetao.registers.definition import register_named

CRS = 4525
COUNTED = ("expressway", "arterial", "secondary", "branch")
SPEEDS = dict.fromkeys((*COUNTED, "lane", "motorway"), 30.0)


@dataclass(frozen=True)
class Driving:
    network: StreetNetwork


def road(*points: tuple[float, float], **attributes: Any) -> dict[str, Any]:
    line = shapely.LineString(points)
    return {"class": "branch", "id": line.wkt, "geometry": line, **attributes}


def roads(*rows: dict[str, Any]) -> gpd.GeoDataFrame:
    frame = gpd.GeoDataFrame(list(rows), geometry="geometry", crs=CRS)
    return register_named("roads").conform(frame)


def layer(*shapes: shapely.Geometry, **columns: Any) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(columns, geometry=list(shapes), crs=CRS)


def driving(lines: gpd.GeoDataFrame) -> Driving:
    return Driving(driving_network(lines, speeds_kmh=SPEEDS))


def wanting(*rows: dict[str, Any], shift: float = 0.0, **layers: Any) -> Measurement:
    lines = roads(*rows)
    around = shapely.box(-3000 + shift, -3000, 6000 + shift, 6000)
    zones = gpd.GeoDataFrame(
        {"name": "城", "level": "city", "parent": ""}, index=["z"], geometry=[around], crs=CRS
    )
    given_layers = {
        "barriers": layer(),
        "water": layer(),
        "railways": layer(kind=pd.array([], dtype="string")),
        "residents": layer(persons=[]),
        **layers,
    }
    return missing_links(
        zones, lines, driving(lines), layer(around), **given_layers, classes=COUNTED
    )


BANKS = (
    road((0, 0), (3000, 0), name="滨河南路"),
    road((0, 200), (3000, 200), name="滨河北路"),
    road((0, 0), (0, 200)),
    road((3000, 0), (3000, 200)),
)


def test_a_river_without_a_bridge_wants_one_most_midway_between_the_others():
    river = layer(shapely.box(-500, 80, 3500, 120))
    measured = wanting(*BANKS, water=river)
    worst = measured.findings.iloc[0]
    assert worst["link_m"] == pytest.approx(200)
    assert worst["street_m"] == pytest.approx(3200, abs=200)  # the places are 200 m apart
    assert worst.geometry.centroid.x == pytest.approx(1500, abs=100)
    assert {worst["road"], worst["other_road"]} == {"滨河南路", "滨河北路"}
    assert worst["obstacle"] == "water"
    assert worst["way_zh"].startswith("现需绕行")
    assert worst["obstacle_zh"] == "；连线跨水域，需桥"
    assert measured.values.loc["z", "value"] == len(measured.findings)
    assert measured.findings["severity"].is_monotonic_decreasing


def test_a_bridge_every_four_hundred_metres_leaves_nothing_wanting():
    bridges = [road((x, 0), (x, 200)) for x in range(0, 3001, 400)]
    banks = [road(*((x, y) for x in range(0, 3001, 100))) for y in (0, 200)]
    measured = wanting(*banks, *bridges)
    assert measured.values.loc["z", "value"] == 0
    assert measured.findings.empty


STREETS_THAT_ALMOST_MEET = (
    road((0, 0), (1500, 0), (3000, 0)),
    road((0, 1000), (1500, 1000), (3000, 1000)),
    road((0, 0), (0, 500), (0, 1000)),
    road((3000, 0), (3000, 500), (3000, 1000)),
    road((1500, 0), (1500, 400), name="团结路"),
    road((1500, 600), (1500, 1000), name="团结路"),
)


def test_two_dead_ends_that_face_each_other_want_the_piece_between():
    measured = wanting(*STREETS_THAT_ALMOST_MEET)
    (found,) = measured.findings.itertuples()
    ends = shapely.LineString([(1500, 400), (1500, 600)])
    assert found.geometry.equals(ends)
    assert found.dead_ends == 2
    assert found.link_m == pytest.approx(200)
    assert found.street_m == pytest.approx(400 + 1500 + 1000 + 1500 + 400)
    assert found.detour_m == pytest.approx(4600)
    assert found.zone == "z"
    assert found.obstacle == ""


def test_a_street_between_two_dead_ends_is_joined_by_either():
    between = road((0, 500), (1500, 500), (3000, 500))
    links = wanting(*STREETS_THAT_ALMOST_MEET, between).findings.geometry
    assert sorted(line.wkt for line in links.normalize()) == [
        "LINESTRING (1500 400, 1500 500)",
        "LINESTRING (1500 500, 1500 600)",
    ]


def test_two_carriageways_of_one_road_want_no_link():
    pair = (
        road((0, 0), (3000, 0), name="新华街", oneway="forward"),
        road((3000, 30), (0, 30), name="新华街", oneway="forward"),
    )
    joined = [road((x, 0), (x, 30)) for x in (0, 3000)]
    assert wanting(*pair, *joined).values.loc["z", "value"] == 0


def test_people_near_the_ends_raise_a_link():
    people = layer(shapely.Point(1500, 300), shapely.Point(1500, 5000), persons=[1000.0, 9000.0])
    (found,) = wanting(*STREETS_THAT_ALMOST_MEET, residents=people).findings.itertuples()
    assert found.persons == 1000
    assert found.gain_zh == "；两端附近住 1000 人"
    (nobody_known,) = wanting(*STREETS_THAT_ALMOST_MEET).findings.itertuples()
    assert np.isnan(nobody_known.persons)


def test_an_expressway_and_a_railway_in_between_are_said():
    fast = road((-100, 500), (3100, 500), bridge=True, layer=1, **{"class": "expressway"})
    rails = layer(shapely.LineString([(0, 450), (3000, 450)]), kind=["rail"])
    (found,) = wanting(*STREETS_THAT_ALMOST_MEET, fast, railways=rails).findings.itertuples()
    assert found.obstacle == "railway+expressway"
    assert found.obstacle_en.count("underpass") == 2


def test_towns_that_no_street_joins_say_so():
    south = [road((x, 0), (x + 1000, 0)) for x in (0, 1000, 2000)]
    north = [road((x, 300), (x + 1000, 300)) for x in (0, 1000, 2000)]
    found = wanting(*south, *north).findings
    assert not found.empty
    assert not found["connected"].any()
    assert found["street_m"].isna().all()
    assert found["way_zh"].eq("现无道路相通").all()


def test_without_streets_links_are_unknown():
    assert wanting(road((0, 0), (9, 9), drivable=False)).values["reason"].tolist() == ["no_roads"]


@given(order=st.permutations(range(6)), shift=st.sampled_from([0.0, 4096.0, -65536.0]))
@settings(max_examples=10, deadline=None)
def test_neither_order_nor_place_on_the_map_changes_the_links(order, shift):
    moved = [
        {
            **row,
            "geometry": shapely.transform(row["geometry"], lambda xy: xy + np.array([shift, 0])),
        }
        for row in (STREETS_THAT_ALMOST_MEET[place] for place in order)
    ]
    (found,) = wanting(*moved, shift=shift).findings.itertuples()
    assert found.street_m == pytest.approx(4800)


def test_long_edges_are_divided_without_changing_lengths():
    network = driving(roads(*BANKS)).network
    parts = divided(network, 250)
    assert parts.edge_mm.sum() == network.edge_mm.sum()
    assert parts.edge_mm.max() <= 250_000
    assert set(np.bincount(np.append(parts.edge_from, parts.edge_to)).tolist()) == {2}


def test_near_pairs_know_their_length_by_street_as_networkx_does():
    nx = pytest.importorskip("networkx")
    lines = roads(*STREETS_THAT_ALMOST_MEET)
    network, places = places_of(driving(lines).network, lines, spacing_m=200, island_m=100)
    pairs = near_pairs(places, np.ones(len(places.node), dtype=bool), least_m=15, most_m=400)
    measured = by_street(places, pairs, 1500.0)
    graph = nx.Graph()
    edges = zip(network.edge_from, network.edge_to, network.edge_mm / 1000, strict=True)
    graph.add_weighted_edges_from(edges)
    for one, other, street in zip(pairs.one, pairs.other, measured.street_m, strict=True):
        true = nx.dijkstra_path_length(graph, places.node[one], places.node[other])
        assert street == pytest.approx(true if true <= 1500 else np.inf)
