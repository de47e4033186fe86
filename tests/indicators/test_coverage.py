"""Straight-line coverage, on strips and squares that can be checked by eye."""

import math

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import affinity, box

from hetao.errors import ColumnError, CrsError
from hetao.indicators.coverage import (
    any_park_buffer_coverage,
    buffer_coverage,
    fire_circle_coverage,
    greenway_buffer_coverage,
    kind_buffer_coverage,
    park_buffer_coverage,
)

CRS = "EPSG:4523"
PITCHES = {"three": 300, "five": 500, "seven": 1000, "eleven": 1000}
PARKS = {
    "radii_m": [[50_000, 800, 1000], [10_000, 500, 500], [2_000, 300, 300]],
    "historic_from_m2": 1_000,
    "public_kinds": ["park"],
}
FIRE = {"first": 7e6, "special": 7e6, "second": 4e6, "small": 2e6, "logistics": 0}


def layer(*shapes, **columns):
    ids = pd.array([f"f{number}" for number in range(len(shapes))], dtype="string")
    return gpd.GeoDataFrame({"id": ids, **columns}, geometry=list(shapes), crs=CRS)


def zones(**shapes):
    frame = gpd.GeoDataFrame(
        {"name": list(shapes), "level": "community", "parent": None},
        index=pd.Index(list(shapes), name="zone"),
        geometry=list(shapes.values()),
        crs=CRS,
    )
    return frame.assign(level=["city" if code == "city" else "community" for code in shapes])


def parks(*shapes, kind="park", public=None, historic=None, area=None):
    return layer(
        *shapes,
        kind=pd.array([kind] * len(shapes), dtype="string"),
        public=pd.array([public] * len(shapes), dtype="boolean"),
        historic_district=pd.array([historic] * len(shapes), dtype="boolean"),
        area_m2=pd.array([area] * len(shapes), dtype="Float64"),
    )


def stations(*places, classes):
    return layer(*places, **{"class": pd.array(classes, dtype="string")})


STRIP = box(0, 0, 1000, 100)
CITY = zones(city=STRIP)
END = box(-100, 0, 0, 100)  # a square of 1 ha that touches the strip's west end


def value(measurement, zone="city"):
    return measurement.values.loc[zone, "value"]


@pytest.mark.parametrize(
    ("radius_m", "expected"),
    [
        pytest.param(2000, 1.0, id="the whole strip is within 2 km"),
        pytest.param(500, 0.5, id="half of it is within 500 m"),
        pytest.param(100, 0.1, id="a tenth is within 100 m"),
    ],
)
def test_share_of_land_within_reach_of_a_building_at_its_end(radius_m, expected):
    facility = layer(box(-100, -5000, 0, 5000))  # as tall as to reach with a straight front
    measured = buffer_coverage(CITY, layer(STRIP), facility, radius_m=radius_m)
    assert value(measured) == pytest.approx(expected)
    row = measured.values.loc["city"]
    assert row["numerator"] == pytest.approx(expected * 100_000)
    assert row["denominator"] == pytest.approx(100_000)
    assert row["low"] == row["high"] == row["value"]


def test_a_circle_covers_its_area_within_a_thousandth():
    land = layer(box(-2000, -2000, 2000, 2000))
    place = zones(city=land.geometry[0])
    measured = buffer_coverage(place, land, layer(shapely.Point(0, 0)), radius_m=1000)
    assert measured.values.loc["city", "numerator"] == pytest.approx(math.pi * 1e6, rel=1e-3)


def test_a_facility_outside_the_zone_counts_where_it_reaches_in():
    halves = zones(west=box(0, 0, 500, 100), east=box(500, 0, 1000, 100))
    school = layer(box(600, -5000, 700, 5000))  # stands in the east
    measured = buffer_coverage(halves, layer(STRIP), school, radius_m=300)
    assert value(measured, "west") == pytest.approx(0.4)  # 300 to 500
    assert value(measured, "east") == pytest.approx(1.0)


def test_land_reached_twice_and_land_drawn_twice_count_once():
    land = layer(STRIP, box(0, 0, 500, 100), box(250, 0, 1000, 100))
    schools = layer(box(-100, -5000, 0, 5000), box(-200, -5000, 0, 5000))
    measured = buffer_coverage(CITY, land, schools, radius_m=400)
    assert measured.values.loc["city", "denominator"] == pytest.approx(100_000)
    assert value(measured) == pytest.approx(0.4)


def test_communities_add_up_to_their_city():
    place = zones(city=STRIP, west=box(-50, -50, 300, 150), east=box(300, -50, 1050, 150))
    land = layer(box(0, 0, 400, 100), box(350, 0, 1000, 60))
    measured = buffer_coverage(place, land, layer(shapely.Point(300, 50)), radius_m=220)
    table = measured.values
    for column in ("numerator", "denominator"):
        assert table.loc["west", column] + table.loc["east", column] == pytest.approx(
            table.loc["city", column]
        )


def test_a_zone_that_no_facility_reaches_has_none_and_one_without_land_is_unknown():
    place = zones(near=box(0, 0, 100, 100), far=box(900, 0, 1000, 100), bare=box(0, 200, 100, 300))
    measured = buffer_coverage(place, layer(STRIP), layer(shapely.Point(50, 50)), radius_m=300)
    assert value(measured, "near") == 1
    assert value(measured, "far") == 0
    assert math.isnan(value(measured, "bare"))
    assert measured.values.loc["bare", "reason"] == "empty_denominator"


def test_without_land_use_nothing_is_known():
    measured = buffer_coverage(CITY, layer(), layer(shapely.Point(0, 0)), radius_m=300)
    assert math.isnan(value(measured))
    assert measured.values.loc["city", "reason"] == "no_residential_land"


def test_a_source_without_any_school_does_not_show_that_there_is_none():
    measured = buffer_coverage(CITY, layer(STRIP), layer(), radius_m=300)
    assert math.isnan(value(measured))
    assert measured.values.loc["city", "reason"] == "no_facilities_in_source"


def test_unserved_land_is_found_with_its_size_distance_and_people():
    place = zones(city=STRIP, west=box(0, 0, 600, 100), east=box(600, 0, 1000, 100))
    people = gpd.GeoDataFrame(
        {"persons": [10.0, 20.0, 5.0]},
        geometry=[shapely.Point(100, 50), shapely.Point(900, 50), shapely.Point(2000, 0)],
        crs=CRS,
    )
    school = layer(box(-100, -5000, 0, 5000))
    measured = buffer_coverage(place, layer(STRIP), school, people, radius_m=500)
    (found,) = measured.findings.to_dict("records")
    assert found["feature"] == "f0"
    assert found["zone"] == "east"  # 4 ha of the 5 lie there
    assert found["area_ha"] == pytest.approx(5)
    assert found["nearest_m"] == pytest.approx(750)
    assert found["persons"] == 20
    assert found["geometry"].equals(box(500, 0, 1000, 100))


def test_scraps_of_unserved_land_are_no_finding():
    school = layer(box(-100, -5000, 0, 5000))
    measured = buffer_coverage(CITY, layer(STRIP), school, radius_m=981)  # 1 900 m² are left
    assert measured.findings.empty


@pytest.mark.parametrize(
    ("side", "public", "historic", "expected"),
    [
        pytest.param(240, True, False, (0.8, 0.8, 1.0), id="5.76 ha serves 800 m, perhaps 1 000"),
        pytest.param(150, True, False, (0.5, 0.5, 0.5), id="2.25 ha serves 500 m"),
        pytest.param(50, True, False, (0.3, 0.3, 0.3), id="0.25 ha serves 300 m"),
        pytest.param(40, True, False, (0.0, 0.0, 0.0), id="0.16 ha serves nobody"),
        pytest.param(40, True, True, (0.3, 0.3, 0.3), id="unless in a historic district"),
        pytest.param(40, True, None, (0.0, 0.0, 0.3), id="0.16 ha somewhere may serve"),
        pytest.param(150, False, False, (0.0, 0.0, 0.0), id="a closed garden serves nobody"),
        pytest.param(150, None, False, (0.5, 0.5, 0.5), id="a park is open if nothing is said"),
    ],
)
def test_a_park_serves_as_far_as_its_size_says(side, public, historic, expected):
    # a strip 1 m wide, so that round corners do not matter
    strip = box(0, 0, 1000, 1)
    green = parks(box(-side, -side / 2, 0, side / 2), public=public, historic=historic)
    measured = park_buffer_coverage(zones(city=strip), layer(strip), green, **PARKS)
    row = measured.values.loc["city"]
    assert (row["low"], row["value"], row["high"]) == pytest.approx(expected, abs=1e-3)


def test_a_garden_of_unknown_access_makes_an_interval():
    strip = box(0, 0, 1000, 1)
    green = parks(box(-150, -75, 0, 75), kind="garden")
    row = park_buffer_coverage(zones(city=strip), layer(strip), green, **PARKS).values.loc["city"]
    assert math.isnan(row["value"])
    assert row["reason"] == "park_unknown"
    assert (row["low"], row["high"]) == pytest.approx((0, 0.5), abs=1e-3)


def test_a_park_drawn_as_a_point_serves_by_its_stated_size():
    strip = box(0, 0, 1000, 1)
    place = zones(city=strip)
    stated = parks(shapely.Point(0, 0), area=20_000.0)
    measured = park_buffer_coverage(place, layer(strip), stated, **PARKS)
    assert value(measured) == pytest.approx(0.5, abs=1e-3)
    unstated = parks(shapely.Point(0, 0))
    row = park_buffer_coverage(place, layer(strip), unstated, **PARKS).values.loc["city"]
    assert math.isnan(row["value"])
    assert (row["low"], row["high"]) == pytest.approx((0, 1), abs=1e-3)


def test_one_radius_for_every_park_asks_for_no_size():
    strip = box(0, 0, 1000, 1)
    dot = parks(shapely.Point(0, 0))
    measured = any_park_buffer_coverage(
        zones(city=strip), layer(strip), dot, radius_m=500, public_kinds=["park"]
    )
    assert value(measured) == pytest.approx(0.5, abs=1e-3)


def test_a_greenway_serves_both_sides_unless_too_narrow():
    land = box(0, -3000, 100, 3000)
    place = zones(city=land)
    lines = [shapely.LineString([(-5000, 0), (5000, 0)])] * 2

    def covered(*widths):
        ways = layer(*lines[: len(widths)], path_width_m=pd.array(widths, dtype="Float64"))
        measured = greenway_buffer_coverage(place, layer(land), ways, radius_m=1000, path_from_m=2)
        return tuple(measured.values.loc["city", ["low", "value", "high"]])

    third = 1 / 3
    assert covered(3.0) == pytest.approx((third, third, third))
    assert covered(1.5) == (0, 0, 0)
    assert covered(None) == pytest.approx((0, third, third))
    assert covered(1.5, 3.0) == pytest.approx((third, third, third))


def test_a_pitch_of_unknown_size_serves_at_least_as_the_smallest():
    strip = box(0, 0, 1000, 1)
    place = zones(city=strip)
    pitch = layer(box(-40, -10, 0, 10), kind=pd.array(["five"], dtype="string"))
    assert value(kind_buffer_coverage(place, layer(strip), pitch, radii_m=PITCHES)) == (
        pytest.approx(0.5, abs=1e-3)
    )
    unknown = pitch.assign(kind=pd.array([None], dtype="string"))
    row = kind_buffer_coverage(place, layer(strip), unknown, radii_m=PITCHES).values.loc["city"]
    assert math.isnan(row["value"])
    assert row["reason"] == "kind_unknown"
    assert (row["low"], row["high"]) == pytest.approx((0.3, 1.0), abs=1e-3)


def test_an_unknown_kind_does_not_matter_where_another_pitch_serves_all():
    strip = box(0, 0, 1000, 1)
    pitches = layer(
        box(-40, -10, 0, 10), box(480, -10, 520, 10),
        kind=pd.array([None, "eleven"], dtype="string"),
    )  # fmt: skip
    measured = kind_buffer_coverage(zones(city=strip), layer(strip), pitches, radii_m=PITCHES)
    assert value(measured) == 1


def test_fire_stations_cover_circles_as_large_as_their_class_serves():
    land = box(-5000, -5000, 5000, 5000)
    place = zones(city=land)

    def covered(*classes):
        at = [shapely.Point(-2500, 0), shapely.Point(2500, 0)][: len(classes)]
        measured = fire_circle_coverage(
            place, layer(land), stations(*at, classes=list(classes)), service_area_m2=FIRE
        )
        return measured.values.loc["city"]

    assert covered("first")["numerator"] == pytest.approx(7e6, rel=1e-3)
    assert covered("second", "small")["numerator"] == pytest.approx(6e6, rel=1e-3)
    assert covered("logistics")["numerator"] == 0
    unknown = covered(None, "small")
    assert math.isnan(unknown["value"])
    assert unknown["reason"] == "class_unknown"
    assert unknown["low"] * 100e6 == pytest.approx(4e6, rel=1e-3)
    assert unknown["high"] * 100e6 == pytest.approx(9e6, rel=1e-3)


def test_layers_in_degrees_are_refused():
    with pytest.raises(CrsError, match="measures in degree"):
        buffer_coverage(CITY, layer(STRIP).set_crs(4490, allow_override=True), layer(), radius_m=1)


def test_a_park_layer_without_access_is_refused():
    with pytest.raises(ColumnError, match="'parks' has no kind, public, historic_district"):
        park_buffer_coverage(CITY, layer(STRIP), layer(END), **PARKS)


metres = st.integers(0, 1000)
squares = st.builds(lambda x, y, side: box(x, y, x + side, y + side), metres, metres, metres)
land_uses = st.lists(st.builds(lambda s: s.buffer(1), squares), min_size=1, max_size=4)
places = st.lists(st.builds(shapely.Point, metres, metres), min_size=1, max_size=4)
QUARTERS = zones(
    city=box(0, 0, 1200, 1200),
    west=box(0, 0, 450, 1200),
    east=box(450, 0, 1200, 1200),
)


@settings(deadline=None, max_examples=40)
@given(land=land_uses, first=places, second=places, radius=st.integers(1, 800))
def test_another_facility_never_lowers_coverage(land, first, second, radius):
    one = buffer_coverage(QUARTERS, layer(*land), layer(*first), radius_m=radius)
    two = buffer_coverage(QUARTERS, layer(*land), layer(*first, *second), radius_m=radius)
    before, after = one.values["value"].dropna(), two.values["value"].dropna()
    assert (before >= 0).all()
    assert (after <= 1).all()
    assert (after >= before - 1e-9).all()


@settings(deadline=None, max_examples=40)
@given(land=land_uses, sites=places, radius=st.integers(1, 800))
def test_coverage_is_that_of_plain_unions(land, sites, radius):
    measured = buffer_coverage(QUARTERS, layer(*land), layer(*sites), radius_m=radius)
    whole = shapely.union_all(land)
    served = shapely.union_all([site.buffer(radius, quad_segs=32) for site in sites])
    for code, shape in QUARTERS.geometry.items():
        demand = shape.intersection(whole)
        row = measured.values.loc[code]
        assert row["denominator"] == pytest.approx(demand.area, abs=0.02)
        if demand.area > 1:
            assert row["numerator"] == pytest.approx(demand.intersection(served).area, abs=0.02)


@settings(deadline=None, max_examples=20)
@given(land=land_uses, sites=places, x=st.integers(-9999, 9999), y=st.integers(-9999, 9999))
def test_moving_the_map_changes_nothing(land, sites, x, y):
    def move(frame):
        return frame.set_geometry(frame.geometry.map(lambda s: affinity.translate(s, x, y)))

    here = buffer_coverage(QUARTERS, layer(*land), layer(*sites), radius_m=300)
    there = buffer_coverage(move(QUARTERS), move(layer(*land)), move(layer(*sites)), radius_m=300)
    columns = ["numerator", "denominator"]
    np.testing.assert_allclose(here.values[columns], there.values[columns], atol=0.05)


@settings(deadline=None, max_examples=20)
@given(land=land_uses, sites=places)
def test_the_order_of_rows_changes_nothing(land, sites):
    one = buffer_coverage(QUARTERS, layer(*land), layer(*sites), radius_m=300)
    turned = QUARTERS.iloc[::-1]
    two = buffer_coverage(turned, layer(*land[::-1]), layer(*sites[::-1]), radius_m=300)
    columns = ["numerator", "denominator"]
    np.testing.assert_allclose(
        one.values[columns], two.values.loc[one.values.index, columns], atol=0.02
    )


@settings(deadline=None, max_examples=20)
@given(
    sites=places,
    kinds=st.lists(st.sampled_from(["three", "five", "eleven", None]), min_size=4, max_size=4),
)
def test_low_is_at_most_the_value_and_high_at_least(sites, kinds):
    pitches = layer(*sites, kind=pd.array(kinds[: len(sites)], dtype="string"))
    table = kind_buffer_coverage(
        QUARTERS, layer(box(0, 0, 1200, 1200)), pitches, radii_m=PITCHES
    ).values
    assert (table["low"] <= table["high"]).all()
    known = table.dropna(subset="value")
    assert (known["low"] <= known["value"]).all()
    assert (known["value"] <= known["high"]).all()
