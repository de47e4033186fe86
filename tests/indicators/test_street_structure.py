"""Dead ends and junctions, on street plans of a few lines."""

from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from hetao.geo.network import StreetNetwork, driving_network
from hetao.indicators.measurement import Measurement
from hetao.indicators.street_structure import dead_end_roads, intersection_density
from hetao.registers.definition import register_named

CRS = 4525
COUNTED = ("expressway", "arterial", "secondary", "branch")
SPEEDS = dict.fromkeys((*COUNTED, "lane", "motorway"), 30.0)
SQUARE_KM = shapely.box(0, 0, 1000, 1000)


@dataclass(frozen=True)
class Driving:
    network: StreetNetwork


def zones(*shapes: shapely.Geometry) -> gpd.GeoDataFrame:
    codes = [f"z{number}" for number in range(len(shapes))]
    columns = {"name": codes, "level": "city", "parent": ""}
    return gpd.GeoDataFrame(columns, index=codes, geometry=list(shapes), crs=CRS)


def road(*points: tuple[float, float], **attributes: Any) -> dict[str, Any]:
    line = shapely.LineString(points)
    return {"class": "branch", "id": line.wkt, "geometry": line, **attributes}


def roads(*rows: dict[str, Any]) -> gpd.GeoDataFrame:
    frame = gpd.GeoDataFrame(list(rows), geometry="geometry", crs=CRS)
    return register_named("roads").conform(frame)


def driving(lines: gpd.GeoDataFrame) -> Driving:
    return Driving(driving_network(lines, speeds_kmh=SPEEDS))


def dead_ends(*rows: dict[str, Any], gates: tuple[shapely.Point, ...] = ()) -> Measurement:
    lines = roads(*rows)
    extent = gpd.GeoDataFrame(geometry=[shapely.box(-500, -500, 1500, 1500)], crs=CRS)
    barriers = gpd.GeoDataFrame(geometry=list(gates), crs=CRS)
    area = zones(SQUARE_KM)
    return dead_end_roads(area, lines, driving(lines), extent, barriers, classes=COUNTED)


JOINED_AT = (-500, 200, 300, 400, 500, 1200, 1500)
MAIN_STREET = road(*((x, 500) for x in JOINED_AT), **{"class": "arterial"})


def test_a_side_street_that_leads_nowhere_is_one_dead_end():
    measured = dead_ends(MAIN_STREET, road((500, 500), (500, 800), id="w1", name="团结路"))
    assert measured.values.loc["z0", "value"] == 1
    (found,) = measured.findings.itertuples()
    assert (found.feature, found.road, found.class_zh, found.zone) == (
        "w1", "团结路", "支路", "z0",
    )  # fmt: skip
    assert found.length_m == pytest.approx(300)
    assert found.geometry == shapely.Point(500, 800)


@pytest.mark.parametrize(
    ("side", "why"),
    [
        pytest.param(road((500, 500), (500, 800), cul_de_sac=True), "cul_de_sac", id="designed"),
        pytest.param(road((500, 500), (500, 980)), "cut", id="cut at the city's outline"),
        pytest.param(road((500, 500), (500, 540)), "short", id="a stub of 40 m"),
        pytest.param(road((200, 500), (200, 700), (500, 700)), "gate", id="ends at a gate"),
    ],
)
def test_an_end_with_a_reason_is_no_dead_end(side, why):
    measured = dead_ends(MAIN_STREET, side, gates=(shapely.Point(500, 702),))
    assert measured.values.loc["z0", "value"] == 0
    assert measured.facts["ends"] == {why: 1}
    assert measured.findings.empty


def test_a_dead_end_says_what_going_on_would_save():
    block = [
        road((-400, 500), (-400, 1000), (500, 1000), (1400, 1000), (1400, 500)),
        road((-500, 500), (-400, 500), (500, 500), (1400, 500), (1500, 500)),
    ]
    (found,) = dead_ends(*block, road((500, 500), (500, 850))).findings.itertuples()
    assert found.onward_m == pytest.approx(150)
    assert found.detour_m == pytest.approx(350 + 900 + 500 + 900 - 150)
    assert found.through_zh == "；向前打通 150 米可省绕行 2500 米"


def test_an_alley_that_ends_is_no_dead_end_road():
    alley = road((500, 500), (500, 800), **{"class": "lane"})
    assert dead_ends(MAIN_STREET, alley).values.loc["z0", "value"] == 0


def test_a_road_that_goes_on_as_an_alley_does_not_end():
    street = road((300, 500), (300, 800))
    alley = road((300, 800), (300, 900), (400, 900), (400, 500), **{"class": "lane"})
    assert dead_ends(MAIN_STREET, street, alley).values.loc["z0", "value"] == 0


def test_a_road_that_stops_ten_metres_short_of_another_is_a_gap_in_the_drawing():
    far = road((-500, 800), (1500, 800))
    almost = road((500, 500), (500, 790), id="w9")
    measured = dead_ends(MAIN_STREET, far, almost)
    assert measured.values.loc["z0", "value"] == 0
    assert measured.facts["gaps"] == ["w9"]


def test_a_road_that_ends_below_a_viaduct_is_no_gap_in_the_drawing():
    viaduct = road((-500, 800), (1500, 800), bridge=True, layer=1)
    assert dead_ends(MAIN_STREET, viaduct, road((500, 500), (500, 790))).values.loc[
        "z0", "value"
    ] == 1  # fmt: skip


def test_the_length_runs_past_alleys_to_the_last_public_junction():
    street = road((500, 500), (500, 780), (500, 800))
    alley = road((500, 780), (600, 780), **{"class": "lane"})
    (found,) = dead_ends(MAIN_STREET, street, alley).findings.itertuples()
    assert found.length_m == pytest.approx(300)


def test_the_end_of_a_road_without_a_class_only_may_count():
    measured = dead_ends(MAIN_STREET, road((500, 500), (500, 800), **{"class": None}))
    row = measured.values.loc["z0"]
    assert (row["low"], row["value"], row["high"]) == (0, 0, 1)


def test_dead_ends_outside_the_zone_are_not_its_own():
    measured = dead_ends(MAIN_STREET, road((1200, 500), (1200, 800)))
    assert measured.values.loc["z0", "value"] == 0
    assert measured.findings.empty


def test_without_drivable_roads_dead_ends_are_unknown():
    measured = dead_ends(road((0, 0), (500, 500), drivable=False))
    assert measured.values["reason"].tolist() == ["no_roads"]


@given(turned=st.lists(st.booleans(), min_size=3, max_size=3), cut_at=st.integers(510, 790))
@settings(max_examples=20, deadline=None)
def test_neither_direction_nor_splits_of_the_drawing_make_dead_ends(turned, cut_at):
    pieces = [
        ((-500, 500), (500, 500), (1500, 500)),
        ((500, 500), (500, cut_at)),
        ((500, cut_at), (500, 800)),
    ]
    drawn = [points[::-1] if back else points for points, back in zip(pieces, turned, strict=True)]
    measured = dead_ends(*(road(*points) for points in drawn))
    assert measured.values.loc["z0", "value"] == 1
    assert measured.findings["length_m"].tolist() == pytest.approx([300])


def per_km2(*rows: dict[str, Any]) -> float:
    lines = roads(*rows)
    measured = intersection_density(zones(SQUARE_KM), lines, driving(lines), classes=COUNTED)
    return measured.values.loc["z0", "value"] * 1e6


def test_a_250_m_grid_has_nine_junctions_inside_a_square_kilometre():
    stations = [250.0 * step for step in range(-1, 6)]
    across = [road(*((x, y) for x in stations)) for y in (250, 500, 750)]
    upward = [road(*((x, y) for y in stations)) for x in (250, 500, 750)]
    assert per_km2(*across, *upward) == pytest.approx(9)


def test_two_crossing_dual_carriageways_make_one_junction():
    pairs = [road(*((x, y) for x in (0, 500, 515, 1000)), oneway="forward") for y in (500, 515)]
    pairs += [road(*((x, y) for y in (0, 500, 515, 1000)), oneway="forward") for x in (500, 515)]
    assert per_km2(*pairs) == pytest.approx(1)


def test_the_arms_of_a_roundabout_make_one_junction():
    ring = [(540, 500), (500, 540), (460, 500), (500, 460), (540, 500)]
    arms = [((540, 500), (1000, 500)), ((500, 540), (500, 1000)), ((460, 500), (0, 500))]
    circle = road(*ring, roundabout=True, oneway="forward")
    assert per_km2(circle, *(road(*arm) for arm in arms)) == pytest.approx(1)


def test_a_bend_a_mouth_of_an_alley_and_a_bridge_are_no_junctions():
    bend = road((0, 200), (300, 200), (400, 200), (500, 200), (500, 0))
    alley = road((300, 200), (300, 400), **{"class": "lane"})
    over = road((400, 0), (400, 200), (400, 1000), bridge=True, layer=1)
    assert per_km2(bend, alley, over) == 0


def test_a_road_that_parts_into_its_carriageways_is_no_junction():
    whole = road((0, 500), (400, 500), name="新华街")
    east = road((400, 500), (450, 485), (1000, 485), name="新华街", oneway="forward")
    west = road((1000, 515), (450, 515), (400, 500), name="新华街", oneway="forward")
    assert per_km2(whole, east, west) == 0
    assert per_km2(whole, east, west, road((400, 500), (400, 0))) == pytest.approx(1)
