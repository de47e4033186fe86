"""Coverage along the streets, on street plans of a few lines."""

import math

import geopandas as gpd
import networkx as nx
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import box

from hetao.geo.network import driving_network, walking_network
from hetao.geo.reach import prepare
from hetao.indicators.coverage import buffer_coverage
from hetao.indicators.people_coverage import (
    fire_people_coverage,
    greenway_people_coverage,
    kind_people_coverage,
    park_people_coverage,
    people_coverage,
)
from hetao.indicators.walking_coverage import (
    fire_driving_coverage,
    greenway_walking_coverage,
    kind_walking_coverage,
    park_walking_coverage,
    walking_coverage,
)
from hetao.registers.definition import register_named

CRS = "EPSG:4523"
PITCHES = {"three": 300, "five": 500, "seven": 1000, "eleven": 1000}
PARKS = {"radii_m": [[50_000, 800, 1000], [10_000, 500, 500], [2_000, 300, 300]]}
MAIN_STREET = [(0, 0), (1000, 0)]
STRIP = box(0, 0, 1000, 25)  # 40 samples, 12.5 m beside the main street


def layer(register, *shapes, **columns):
    ids = [f"f{number}" for number in range(len(shapes))]
    rows = gpd.GeoDataFrame({"id": ids, **columns}, geometry=list(shapes), crs=CRS)
    return register_named(register).conform(rows)


def walking(*lines):
    return prepare(walking_network(layer("roads", *map(shapely.LineString, lines))))


def driving(*lines, oneway="no"):
    streets = [shapely.LineString(line) for line in lines]
    roads = layer("roads", *streets, **{"class": ["branch"] * len(lines), "oneway": oneway})
    return prepare(driving_network(roads, speeds_kmh={"branch": 36}))  # 10 m a second


def zones(**shapes):
    columns = {"name": list(shapes), "level": list(shapes), "parent": None}
    index = pd.Index(list(shapes), name="zone")
    return gpd.GeoDataFrame(columns, index=index, geometry=list(shapes.values()), crs=CRS)


def people(*spots):
    points = [shapely.Point(x, y) for x, y, _ in spots]
    return layer("population", *points, persons=[float(persons) for *_, persons in spots])


def land(*shapes):
    return layer("land_use", *shapes)


def schools(*points):
    return layer("facilities", *(shapely.Point(point) for point in points))


def value(measurement, zone="city"):
    return measurement.values.loc[zone, "value"]


CITY = zones(city=STRIP)


@pytest.mark.parametrize(
    ("radius_m", "expected"),
    [
        pytest.param(1013, 1.0, id="the far end is 1 000 m of street and a leg of 12.5 m away"),
        pytest.param(500, 0.5, id="half of it is within 500 m with the leg"),
        pytest.param(12, 0.0, id="the leg alone is longer than 12 m"),
    ],
)
def test_share_of_land_within_a_walk_along_the_street(radius_m, expected):
    measured = walking_coverage(
        CITY, land(STRIP), schools((0, 0)), walking(MAIN_STREET), radius_m=radius_m
    )
    assert value(measured) == pytest.approx(expected)
    assert measured.values.loc["city", "denominator"] == pytest.approx(25_000)


def test_a_river_without_a_bridge_keeps_walkers_away():
    streets = walking([(0, 0), (1000, 0)], [(0, 100), (1000, 100)])
    across = box(0, 100, 1000, 125)
    place = zones(city=across)
    school = schools((500, 0))
    assert value(buffer_coverage(place, land(across), school, radius_m=1000)) == 1
    measured = walking_coverage(place, land(across), school, streets, radius_m=1000)
    assert value(measured) == 0
    (found,) = measured.findings.to_dict("records")
    assert math.isinf(found["nearest_m"])
    bridged = walking([(0, 0), (1000, 0)], [(0, 100), (1000, 100)], [(0, 0), (0, 100)])
    measured = walking_coverage(place, land(across), school, bridged, radius_m=1000)
    # 500 m west, 100 m over the bridge, a leg of 12.5 m: 387.5 m are left to walk east
    assert value(measured) == pytest.approx(0.4)  # 16 of 40 samples, the last at 387.5


def test_unserved_land_is_found_with_the_walk_to_the_nearest_school():
    measured = walking_coverage(
        CITY, land(STRIP), schools((0, 0)), walking(MAIN_STREET), people((900, 10, 70)),
        radius_m=500,
    )  # fmt: skip
    (found,) = measured.findings.to_dict("records")
    assert found["geometry"].equals(box(500, 0, 1000, 25))
    assert found["area_ha"] == pytest.approx(1.25)
    assert found["nearest_m"] == pytest.approx(750 + 12.5)
    assert found["persons"] == 70
    assert found["zone"] == "city"


def test_every_patch_of_land_has_a_say_however_small():
    patches = [box(x, 1, x + 2, 3) for x in (100, 300, 700)]
    measured = walking_coverage(
        CITY, land(*patches), schools((0, 0)), walking(MAIN_STREET), radius_m=400
    )
    assert value(measured) == pytest.approx(2 / 3)


def test_share_of_people_within_a_walk():
    homes = people((100, 0, 30), (480, 30, 20), (900, 0, 50))
    place = zones(city=box(0, -50, 1000, 50), west=box(0, -50, 200, 50))
    measured = people_coverage(place, homes, schools((0, 0)), walking(MAIN_STREET), radius_m=500)
    assert value(measured) == pytest.approx(0.3)  # 480 m and a leg of 30 m are too far
    assert value(measured, "west") == 1
    assert measured.values.loc["city", "denominator"] == 100


@pytest.mark.parametrize(
    ("missing", "reason"),
    [
        pytest.param({"demand": land()}, "no_residential_land", id="land use"),
        pytest.param({"facilities": schools()}, "no_facilities_in_source", id="schools"),
        pytest.param({"walking": walking()}, "no_streets", id="streets"),
    ],
)
def test_what_is_not_loaded_is_named(missing, reason):
    given = {
        "demand": land(STRIP), "facilities": schools((0, 0)), "walking": walking(MAIN_STREET)
    } | missing  # fmt: skip
    measured = walking_coverage(CITY, **given, radius_m=500)
    assert math.isnan(value(measured))
    assert measured.values.loc["city", "reason"] == reason


def test_without_a_census_nothing_is_known_of_people():
    measured = people_coverage(CITY, people(), schools((0, 0)), walking(MAIN_STREET), radius_m=9)
    assert measured.values.loc["city", "reason"] == "no_population"


def park(shape):
    return layer("parks", shape, kind="park", public=True, historic_district=False)


def test_a_park_is_entered_at_its_gates():
    west = park(box(-200, -100, 0, 100))  # 4 ha serve 500 m; its east side lies on the street
    streets = walking([(0, 0), (1000, 0)], [(-200, -150), (0, -150), (0, 0)])
    gate = layer("entrances", shapely.Point(-200, -100), kind="park", open=True)
    none = layer("entrances")
    open_edge = park_walking_coverage(CITY, land(STRIP), west, streets, none, **PARKS)
    assert value(open_edge) == pytest.approx(0.5)
    # from the gate 50 m to the street, 200 m east, 150 m north: 500 - 400 - 12.5 are left
    gated = park_walking_coverage(CITY, land(STRIP), west, streets, gate, **PARKS)
    assert value(gated) == pytest.approx(0.1)  # samples up to 87.5
    home = people((80, 0, 1), (120, 0, 1))
    assert value(park_people_coverage(CITY, home, west, streets, gate, **PARKS)) == 0.5


def test_a_greenway_can_be_stepped_onto_along_its_length():
    line = shapely.LineString([(0, -20), (600, -20)])
    way = layer("greenways", line, path_width_m=3.0)
    # the far end is left at x = 600 by a leg of 20 m; 500 - 20 - 12.5 are left
    measured = greenway_walking_coverage(
        zones(city=box(0, 0, 2000, 25)), land(box(0, 0, 2000, 25)), way,
        walking([(0, 0), (2000, 0)]), radius_m=500, path_from_m=2,
    )  # fmt: skip
    assert value(measured) == pytest.approx(43 / 80)  # samples up to 1 062.5
    shares = greenway_people_coverage(
        CITY, people((300, 0, 3), (990, 0, 1)), way, walking(MAIN_STREET),
        radius_m=300, path_from_m=2,
    )  # fmt: skip
    assert value(shares) == 0.75


def test_pitches_serve_walkers_by_their_size():
    pitches = layer(
        "football_pitches", shapely.Point(0, 0), shapely.Point(1000, 0), kind=["five", None]
    )
    row = kind_walking_coverage(
        CITY, land(STRIP), pitches, walking(MAIN_STREET), radii_m=PITCHES
    ).values.loc["city"]
    assert math.isnan(row["value"])
    assert row["reason"] == "kind_unknown"
    assert row["low"] == pytest.approx(0.5 + 0.3)  # 287.5 m of street at the other end
    assert row["high"] == 1
    row = kind_people_coverage(
        CITY, people((100, 0, 1), (600, 0, 1)), pitches, walking(MAIN_STREET), radii_m=PITCHES
    ).values.loc["city"]
    assert (row["low"], row["high"]) == (0.5, 1)


def test_fire_engines_drive_from_the_station():
    stations = layer("fire_stations", shapely.Point(0, 0), shapely.Point(1000, 0),
                     **{"class": ["first", "logistics"]})  # fmt: skip
    rules = {"drive_s": 50, "no_engine_classes": ["logistics"]}  # 500 m
    measured = fire_driving_coverage(CITY, land(STRIP), stations, driving(MAIN_STREET), **rules)
    assert value(measured) == pytest.approx(0.5)  # legs do not count
    (found,) = measured.findings.to_dict("records")
    assert found["nearest_m"] == pytest.approx(math.hypot(750, 12.5))
    towards = driving(MAIN_STREET[::-1], oneway="forward")  # a one-way street that leads to it
    measured = fire_driving_coverage(CITY, land(STRIP), stations, towards, **rules)
    assert value(measured) == 0
    away = driving(MAIN_STREET, oneway="forward")
    homes = people((100, 0, 1), (700, 0, 3))
    assert value(fire_people_coverage(CITY, homes, stations, away, **rules)) == 0.25


def test_a_station_of_unknown_class_may_send_no_engine():
    stations = layer("fire_stations", shapely.Point(0, 0), **{"class": [None]})
    row = fire_driving_coverage(
        CITY, land(STRIP), stations, driving(MAIN_STREET), drive_s=50
    ).values.loc["city"]
    assert (row["low"], row["value"], row["high"]) == pytest.approx((0, 0.5, 0.5))


spot = st.integers(0, 10).map(lambda step: step * 100.0)
spots = st.lists(st.tuples(spot, spot), min_size=1, max_size=5)
TOWN = zones(city=box(-10, -10, 1010, 1010), west=box(-10, -10, 310, 1010))
GRID = [[(100.0 * at, 0), (100.0 * at, 1000)] for at in range(11)]
GRID += [[(0, 100.0 * at), (1000, 100.0 * at)] for at in range(11)]
BLOCKS = walking(*GRID)


@settings(deadline=None, max_examples=30)
@given(first=spots, second=spots, homes=spots, radius=st.integers(1, 900))
def test_people_in_a_grid_town_walk_along_the_blocks(first, second, homes, radius):
    residents = people(*((x, y, number + 1) for number, (x, y) in enumerate(homes)))
    one = people_coverage(TOWN, residents, schools(*first), BLOCKS, radius_m=radius)
    two = people_coverage(TOWN, residents, schools(*first, *second), BLOCKS, radius_m=radius)
    served = [min(abs(x - u) + abs(y - v) for u, v in first) <= radius for x, y in homes]
    weights = np.arange(1, len(homes) + 1)
    assert value(one) == pytest.approx(weights[served].sum() / weights.sum())
    known = one.values["value"].notna()
    assert (two.values["value"][known] >= one.values["value"][known]).all()


@settings(deadline=None, max_examples=20)
@given(sites=spots, radius=st.integers(30, 900))
def test_walking_covers_no_more_than_a_straight_line_does(sites, radius):
    demand = land(box(0, 0, 350, 1000), box(600, 200, 1000, 500))
    straight = buffer_coverage(TOWN, demand, schools(*sites), radius_m=radius + 20)
    walked = walking_coverage(TOWN, demand, schools(*sites), BLOCKS, radius_m=radius)
    assert (walked.values["value"] <= straight.values["value"] + 1e-9).all()
    assert walked.values["value"].between(0, 1).all()


def test_walks_are_those_of_networkx_on_a_town_of_random_streets():
    random = np.random.default_rng(7)
    nodes = random.integers(0, 2000, size=(60, 2)).astype(float)
    tree = nx.minimum_spanning_tree(
        nx.Graph(
            (a, b, {"weight": float(np.hypot(*(nodes[a] - nodes[b])))})
            for a in range(60)
            for b in range(a)
        )
    )  # a minimum spanning tree of straight lines never crosses itself
    streets = walking(*((nodes[a], nodes[b]) for a, b in tree.edges))
    homes = [(*nodes[number], number + 1) for number in range(0, 60, 2)]
    sites = nodes[[5, 31]]
    walks = [nx.single_source_dijkstra_path_length(tree, source) for source in (5, 31)]
    shortest = np.array([min(walk[number] for walk in walks) for number in range(0, 60, 2)])
    persons = np.array([home[2] for home in homes])
    place = zones(city=box(-1, -1, 2001, 2001))
    for radius in (300, 800, 1500):
        measured = people_coverage(place, people(*homes), schools(*sites), streets, radius_m=radius)
        expected = persons[shortest <= radius].sum() / persons.sum()
        assert value(measured) == pytest.approx(expected)
