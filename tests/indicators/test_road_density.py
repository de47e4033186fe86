import itertools
from collections.abc import Sequence
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from hetao.geo.crs import metric_crs
from hetao.indicators.measurement import Measurement
from hetao.indicators.road_density import paved_road_density, road_network_density
from hetao.registers.definition import register_named
from hetao.registers.sources.osm import read_osm

CRS = 4525
COUNTED = ("expressway", "arterial", "secondary", "branch")
SQUARE_KM = shapely.box(0, 0, 1000, 1000)


def zone(*shapes: shapely.Geometry) -> gpd.GeoDataFrame:
    codes = [f"z{number}" for number in range(len(shapes))]
    columns = {"name": codes, "level": "city", "parent": ""}
    return gpd.GeoDataFrame(columns, index=codes, geometry=list(shapes), crs=CRS)


def road(*points: tuple[float, float], **attributes: Any) -> dict[str, Any]:
    line = shapely.LineString(points)
    return {"class": "branch", "id": line.wkt, "geometry": line, **attributes}


def roads(*rows: dict[str, Any]) -> gpd.GeoDataFrame:
    frame = gpd.GeoDataFrame(list(rows), geometry="geometry", crs=CRS)
    return register_named("roads").conform(frame)


def density(zones: gpd.GeoDataFrame, *rows: dict[str, Any], **parameters: Any) -> Measurement:
    return road_network_density(zones, roads(*rows), classes=COUNTED, **parameters)


def km_per_km2(measurement: Measurement, zone: str = "z0") -> tuple[float, float, float]:
    row = measurement.values.loc[zone]
    low, value, high = row["low"] * 1000, row["value"] * 1000, row["high"] * 1000
    return pytest.approx(low), pytest.approx(value), pytest.approx(high)


def test_a_road_through_the_zone_counts_as_far_as_the_outline():
    through = road((-500, 500), (1500, 500))
    assert km_per_km2(density(zone(SQUARE_KM), through)) == (1.0, 1.0, 1.0)


def test_a_250_m_grid_weighs_its_boundary_roads_at_nothing_half_and_one():
    across = [road((-2000, 250.0 * step), (2000, 250.0 * step)) for step in range(-8, 9)]
    upward = [road((250.0 * step, -2000), (250.0 * step, 2000)) for step in range(-8, 9)]
    measured = density(zone(SQUARE_KM), *across, *upward)
    assert km_per_km2(measured) == (6.0, 8.0, 10.0)
    assert measured.values.loc["z0", "numerator"] == pytest.approx(8000)
    assert measured.values.loc["z0", "denominator"] == pytest.approx(1e6)


@pytest.mark.parametrize("offset", [-15, 15])
def test_a_road_drawn_beside_the_outline_belongs_half_to_either_neighbour(offset):
    border = road((offset, 0), (offset, 1000))
    east, west = SQUARE_KM, shapely.box(-1000, 0, 0, 1000)
    measured = density(zone(east, west), border)
    assert km_per_km2(measured, "z0") == (0.0, 0.5, 1.0)
    assert km_per_km2(measured, "z1") == (0.0, 0.5, 1.0)


def test_a_road_that_leaves_the_zone_at_a_right_angle_is_no_boundary_road():
    leaving = road((500, 500), (500, 2000))
    assert km_per_km2(density(zone(SQUARE_KM), leaving)) == (0.5, 0.5, 0.5)


def test_a_zone_of_ten_hectares_inside_counts_its_own_part_alone():
    inner = shapely.box(400, 400, 600, 900)
    measured = density(zone(SQUARE_KM, inner), road((0, 500), (1000, 500)))
    assert km_per_km2(measured, "z0") == (1.0, 1.0, 1.0)
    assert km_per_km2(measured, "z1") == (2.0, 2.0, 2.0)


@pytest.mark.parametrize("drawn", ["as travelled", "against travel"])
def test_two_carriageways_thirty_metres_apart_are_one_road(drawn):
    east = road((0, 500), (1000, 500), oneway="forward", name="新华街")
    west = road((1000, 530), (0, 530), oneway="forward", name="新华街")
    if drawn == "against travel":
        west = road((0, 530), (1000, 530), oneway="backward", name="新华街")
    measured = density(zone(SQUARE_KM), east, west)
    assert km_per_km2(measured) == (1.0, 1.0, 1.0)
    assert measured.facts["second_carriageways_km"] == 1.0


@pytest.mark.parametrize(
    ("west", "expected"),
    [
        pytest.param({"name": "胜利路"}, 2.0, id="another name"),
        pytest.param({"class": "arterial"}, 2.0, id="another class"),
        pytest.param({"oneway": "backward"}, 2.0, id="the same direction"),
        pytest.param({"oneway": "no"}, 2.0, id="two-way"),
        pytest.param({"oneway": None}, 2.0, id="direction unknown"),
        pytest.param({"dual_carriageway": False}, 2.0, id="said to be a road of its own"),
        pytest.param({"name": None}, 1.0, id="its name missing"),
        pytest.param({"dual_carriageway": True}, 1.0, id="said to be a carriageway"),
    ],
)
def test_one_way_streets_side_by_side_are_one_road_only_if_they_agree(west, expected):
    first = road((0, 500), (1000, 500), oneway="forward", name="新华街")
    beside = road((1000, 530), (0, 530), **{"oneway": "forward", "name": "新华街", **west})
    _, value, _ = km_per_km2(density(zone(SQUARE_KM), first, beside))
    assert expected == value


def test_one_way_streets_a_block_apart_are_two_roads():
    first = road((0, 500), (1000, 500), oneway="forward")
    beside = road((1000, 550), (0, 550), oneway="forward")
    assert km_per_km2(density(zone(SQUARE_KM), first, beside)) == (2.0, 2.0, 2.0)


def test_a_declared_carriageway_counts_half_even_without_direction():
    flagged = [road((0, y), (1000, y), dual_carriageway=True) for y in (500, 590)]
    assert km_per_km2(density(zone(SQUARE_KM), *flagged)) == (1.0, 1.0, 1.0)


def test_carriageways_count_half_only_where_they_run_side_by_side():
    east = road((0, 500), (1000, 500), oneway="forward")
    west = road((400, 520), (0, 520), oneway="forward")
    # 600 m alone and 400 m together
    assert km_per_km2(density(zone(SQUARE_KM), east, west)) == (1.0, 1.0, 1.0)


def test_a_roundabout_counts_once_by_its_length():
    ring = shapely.Point(500, 500).buffer(15).exterior
    circle = {"class": "branch", "id": "r", "geometry": shapely.LineString(ring.coords)}
    arcs = roads({**circle, "oneway": "forward", "roundabout": True})
    measured = road_network_density(zone(SQUARE_KM), arcs, classes=COUNTED)
    assert measured.values.loc["z0", "numerator"] == pytest.approx(ring.length)


def test_lanes_and_motorways_and_ramps_do_not_count():
    lines = [
        road((0, 100), (1000, 100), **{"class": "lane"}),
        road((0, 200), (1000, 200), **{"class": "motorway"}),
        road((0, 300), (1000, 300), **{"class": "expressway", "ramp": True}),
        road((0, 400), (1000, 400), **{"class": "expressway"}),
    ]
    measured = density(zone(SQUARE_KM), *lines)
    assert km_per_km2(measured) == (1.0, 1.0, 1.0)
    assert measured.facts["ramps_km"] == 1.0
    assert km_per_km2(density(zone(SQUARE_KM), *lines, count_ramps=True)) == (2.0, 2.0, 2.0)


def test_roads_without_a_class_widen_the_band_and_are_found():
    known, unsaid = (
        road((0, 400), (1000, 400)),
        road((0, 600), (500, 600), id="w7", **{"class": None}),
    )
    measured = density(zone(SQUARE_KM), known, unsaid)
    assert km_per_km2(measured) == (1.0, 1.0, 1.5)
    assert measured.findings["feature"].tolist() == ["w7"]
    assert measured.findings["zone"].tolist() == ["z0"]
    assert measured.facts["unknown_class_km"] == 0.5


def test_a_zone_whose_roads_all_lack_a_class_is_unknown_between_bounds():
    measured = density(zone(SQUARE_KM), road((0, 600), (500, 600), **{"class": None}))
    row = measured.values.loc["z0"]
    assert np.isnan(row["value"])
    assert row["reason"] == "no_road_classes"
    assert row["low"] == 0
    assert row["high"] == pytest.approx(0.0005)


def test_without_any_road_the_density_is_unknown_and_not_zero():
    measured = density(zone(SQUARE_KM), road((0, 0), (9, 9), **{"class": "lane"}))
    assert measured.values["reason"].tolist() == ["no_roads"]
    assert measured.values["value"].isna().all()


def test_statistics_count_wide_alleys_and_leave_narrow_streets_out():
    lines = [
        road((0, 200), (1000, 200), width_m=3.5, **{"class": "lane"}),
        road((0, 400), (1000, 400), width_m=3.0, **{"class": "branch"}),
        road((0, 600), (1000, 600), **{"class": "lane"}),
        road((0, 800), (1000, 800)),
    ]
    measured = paved_road_density(
        zone(SQUARE_KM), roads(*lines), classes=COUNTED, minimum_width_m=3.5
    )
    assert km_per_km2(measured) == (2.0, 2.0, 3.0)


coordinates = st.tuples(st.integers(-300, 1300), st.integers(-300, 1300))
ways = st.lists(
    st.tuples(
        st.lists(coordinates, min_size=2, max_size=5, unique=True),
        st.sampled_from(["forward", "backward", "no"]),
        st.sampled_from(["branch", "arterial", None]),
    ),
    min_size=1,
    max_size=6,
)
Way = tuple[list[tuple[int, int]], str, str | None]


def measured_values(network: Sequence[Way], shift: float = 0) -> np.ndarray:
    # off the round coordinates of the roads, so that no line runs just at a tolerance
    shape = shapely.box(shift + 0.3, 0.7, 1000.1 + shift, 1000.9)
    lines = [
        road(*((x + shift, y) for x, y in points), oneway=oneway, **{"class": class_})
        for points, oneway, class_ in network
    ]
    values = density(zone(shape), *lines).values
    return values[["low", "value", "high"]].to_numpy(dtype=float)


@given(network=ways, shift=st.sampled_from([4096.0, -65536.0]))
@settings(max_examples=25, deadline=None)
def test_moving_the_map_changes_nothing(network, shift):
    here, there = measured_values(network), measured_values(network, shift)
    np.testing.assert_allclose(there, here, rtol=1e-6, atol=1e-9)


@given(network=ways)
@settings(max_examples=25, deadline=None)
def test_drawing_a_road_the_other_way_round_changes_nothing(network):
    opposite = {"forward": "backward", "backward": "forward", "no": "no"}
    turned = [(points[::-1], opposite[oneway], class_) for points, oneway, class_ in network]
    np.testing.assert_allclose(measured_values(turned), measured_values(network), rtol=1e-6)


@given(network=ways)
@settings(max_examples=25, deadline=None)
def test_splitting_two_way_roads_at_their_vertices_changes_nothing(network):
    whole = [(points, "no", class_) for points, _, class_ in network]
    parts = [
        ([start, end], "no", class_)
        for points, _, class_ in network
        for start, end in itertools.pairwise(points)
    ]
    np.testing.assert_allclose(measured_values(parts), measured_values(whole), rtol=1e-6)


@given(cut_at=st.floats(1, 999))
@settings(max_examples=25, deadline=None)
def test_splitting_a_carriageway_changes_nothing(cut_at):
    west = road((1000, 520), (0, 520), oneway="forward")
    parts = [
        road((0, 500), (cut_at, 500), oneway="forward"),
        road((cut_at, 500), (1000, 500), oneway="forward"),
    ]
    assert km_per_km2(density(zone(SQUARE_KM), west, *parts)) == (1.0, 1.0, 1.0)


def plain_kilometres(frame: gpd.GeoDataFrame, box: tuple[float, ...]) -> dict[str, float]:
    """Walk every counted road in steps of 2 m: an oracle that shares nothing with the measure."""
    west, south, east, north = box
    steps = [
        (start + (stop - start) * (part + 0.5) / count, (stop - start) / count, row)
        for row in frame.assign(oneway=frame["oneway"].fillna("no")).itertuples()
        for start, stop in itertools.pairwise(np.array(row.geometry.coords))
        for count in [int(np.ceil(np.hypot(*(stop - start)) / 2))]
        for part in range(count)
    ]
    oneway = [step for step in steps if step[2].oneway in ("forward", "backward")]
    places = np.array([place for place, _, _ in oneway])
    moves = np.array([m if r.oneway == "forward" else -m for _, m, r in oneway])
    moves /= np.hypot(*moves.T)[:, None]
    total = {"inner": 0.0, "edge": 0.0}
    number = -1
    for (x, y), move, row in steps:
        weight = 1.0
        if row.oneway in ("forward", "backward"):
            number += 1
            apart = places - (x, y)
            along, across = apart @ moves[number], apart @ (moves[number] @ [[0, 1], [-1, 0]])
            beside = (abs(along) <= 1.5) & (abs(across) <= 40)
            opposed = beside & (moves @ moves[number] <= -np.cos(np.radians(25)))
            partners = (oneway[place][2] for place in np.flatnonzero(opposed))
            if any(
                other.id != row.id
                and other[4] == row[4]  # the class
                and (pd.isna(other.name) or pd.isna(row.name) or other.name == row.name)
                for other in partners
            ):
                weight = 0.5
        length = weight * np.hypot(*move)
        steep = abs(move[1]) >= np.cos(np.radians(20)) * np.hypot(*move)
        flat = abs(move[0]) >= np.cos(np.radians(20)) * np.hypot(*move)
        on_side = steep and min(abs(x - west), abs(x - east)) <= 20 and south <= y <= north
        on_end = flat and min(abs(y - south), abs(y - north)) <= 20 and west <= x <= east
        if on_side or on_end:
            total["edge"] += length
        elif west < x < east and south < y < north:
            total["inner"] += length
    return total


@pytest.mark.shared_data
def test_the_roads_of_wudaokou_are_as_long_as_a_walk_along_them(shared):
    extract = shared / "osm_beijing_haidian" / "beijing_haidian_wudaokou_2017.osm.pbf"
    frame = read_osm(extract).registers["roads"]
    frame = frame.to_crs(metric_crs(116.32, 40.0))
    west, south, east, north = frame.total_bounds
    box = (west + 700, south + 900, east - 700, north - 600)
    counted = frame[frame["class"].isin(COUNTED) & ~frame["ramp"].fillna(False)]
    counted = counted[~counted["roundabout"].fillna(False)]
    assert counted["dual_carriageway"].isna().all()
    walked = plain_kilometres(counted, box)

    area = zone(shapely.box(*box)).set_crs(frame.crs, allow_override=True)
    row = road_network_density(area, counted, classes=COUNTED).values.loc["z0"]
    square_m = area.geometry.area.iloc[0]
    assert row["low"] * square_m == pytest.approx(walked["inner"], rel=0.01)
    assert row["value"] * square_m == pytest.approx(
        walked["inner"] + 0.5 * walked["edge"], rel=0.01
    )
