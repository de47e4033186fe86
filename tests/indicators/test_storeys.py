"""Heights of homes, on a few boxes of known floor area."""

from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from hetao.indicators.storeys import dwellings_above, dwellings_from, low_rise_floor_area_share
from hetao.registers.definition import register_named

CRS = 4525
TOWER = {"limit_storeys": 18, "storey_height_m": (2.8, 3.3)}
SHARE = {"low_rise_storeys": 6, "storey_bounds": (1, 33), "storey_height_m": (2.8, 3.3)}


def zones(**shapes: shapely.Geometry) -> gpd.GeoDataFrame:
    columns = {"name": list(shapes), "level": list(map(str, range(len(shapes)))), "parent": ""}
    codes = [code.removeprefix("c") for code in shapes]
    return gpd.GeoDataFrame(columns, index=codes, geometry=list(shapes.values()), crs=CRS)


COUNTY = zones(c150821=shapely.box(0, 0, 1000, 1000))


def buildings(*rows: dict[str, Any]) -> gpd.GeoDataFrame:
    """Stand each building on its own square of 100 m², side by side."""
    shapes = [shapely.box(20 * place, 500, 20 * place + 10, 510) for place in range(len(rows))]
    filled = [
        {"use": "residential", "id": f"b{place}", **row, "geometry": shape}
        for place, (row, shape) in enumerate(zip(rows, shapes, strict=True))
    ]
    frame = gpd.GeoDataFrame(filled, geometry="geometry", crs=CRS)
    return register_named("buildings").conform(frame)


def interval(measurement, code="150821"):
    row = measurement.values.loc[code]
    return row["low"], row["value"], row["high"]


def test_eighteen_storeys_are_within_the_limit_and_nineteen_above():
    homes = buildings({"storeys": 6}, {"storeys": 18}, {"storeys": 19}, {"storeys": 24})
    assert interval(dwellings_above(COUNTY, homes, **TOWER)) == (2, 2, 2)
    assert interval(dwellings_from(COUNTY, homes, **TOWER)) == (3, 3, 3)
    found = dwellings_above(COUNTY, homes, **TOWER).findings
    assert found["feature"].tolist() == ["b2", "b3"]
    assert found["storeys"].tolist() == [19, 24]
    assert found["zone"].tolist() == ["150821", "150821"]


@pytest.mark.parametrize(
    ("tower", "high"),
    [
        pytest.param({}, 1, id="neither storeys nor height known"),
        pytest.param({"height_m": 48}, 0, id="48 m hold 18 storeys of 2.8 m at most"),
        pytest.param({"height_m": 55}, 1, id="55 m may be 17 storeys or 20"),
        pytest.param({"storeys": 30, "use": "office"}, 0, id="offices are no dwellings"),
        pytest.param({"storeys": 30, "use": None}, 1, id="a tower of unknown use may be homes"),
    ],
)
def test_what_is_unknown_may_be_a_tower(tower, high):
    homes = buildings({"storeys": 6}, tower)
    assert interval(dwellings_above(COUNTY, homes, **TOWER)) == (0, 0, high)


def test_sixty_five_metres_are_more_than_eighteen_storeys():
    homes = buildings({"storeys": 6}, {"height_m": 65})
    assert interval(dwellings_above(COUNTY, homes, **TOWER)) == (1, 1, 1)


def test_homes_of_unknown_height_leave_the_number_of_towers_unknown():
    measured = dwellings_above(COUNTY, buildings({}, {"use": None}), **TOWER)
    low, value, high = interval(measured)
    assert (low, high) == (0, 2)
    assert np.isnan(value)
    assert measured.values["reason"].tolist() == ["no_storeys"]


def test_a_district_is_not_bound_and_its_towers_do_not_count_in_the_city():
    area = zones(
        c1508=shapely.box(0, 0, 1000, 1000),
        c150802=shapely.box(0, 0, 35, 1000),
        c150821=shapely.box(35, 0, 1000, 1000),
    )
    homes = buildings({"storeys": 24}, {"storeys": 24}, {"storeys": 24})
    measured = dwellings_above(area, homes, **TOWER, unbound_codes=["150802"])
    assert measured.values["value"].tolist() == pytest.approx([1, np.nan, 1], nan_ok=True)
    assert measured.values["reason"].tolist() == ["", "rule_does_not_bind", ""]


def test_without_any_home_nothing_is_known():
    offices = buildings({"storeys": 30, "use": "office"})
    assert dwellings_above(COUNTY, offices, **TOWER).values["reason"].tolist() == ["no_homes"]
    share = low_rise_floor_area_share(COUNTY, offices, **SHARE)
    assert share.values["reason"].tolist() == ["no_homes"]


def test_ten_low_blocks_and_three_towers_share_the_floor_area_not_the_count():
    homes = buildings(*[{"storeys": 6}] * 10, *[{"storeys": 18}] * 3)
    low, value, high = interval(low_rise_floor_area_share(COUNTY, homes, **SHARE))
    assert value == pytest.approx(60 / 114)  # 52.6 % by area, 76.9 % by count
    assert (low, high) == (value, value)


def test_stated_floor_area_goes_before_footprint_times_storeys():
    homes = buildings({"storeys": 6, "floor_area_m2": 900}, {"storeys": 10, "floor_area_m2": 300})
    assert interval(low_rise_floor_area_share(COUNTY, homes, **SHARE))[1] == pytest.approx(0.75)


def test_unknown_storeys_are_one_to_thirty_three():
    homes = buildings({"storeys": 6}, {"storeys": 12}, {})
    low, value, high = interval(low_rise_floor_area_share(COUNTY, homes, **SHARE))
    assert value == pytest.approx(6 / 18)
    assert low == pytest.approx(6 / (18 + 33))
    assert high == pytest.approx((6 + 6) / (18 + 6))


def test_new_homes_are_those_since_a_year_and_perhaps_those_without_one():
    homes = buildings(
        {"storeys": 6, "year": 2022},
        {"storeys": 18, "year": 2022},
        {"storeys": 18, "year": 2010},
        {"storeys": 6},
    )
    low, value, high = interval(low_rise_floor_area_share(COUNTY, homes, **SHARE, built_from=2021))
    assert value == pytest.approx(6 / 24)
    assert low == pytest.approx(6 / 24)
    assert high == pytest.approx(12 / 30)


def test_homes_of_which_no_storeys_are_known_leave_only_bounds():
    measured = low_rise_floor_area_share(COUNTY, buildings({}, {}), **SHARE)
    low, value, high = interval(measured)
    assert np.isnan(value)
    assert (low, high) == (0, 1)
    assert measured.values["reason"].tolist() == ["no_storeys"]


rows = st.fixed_dictionaries(
    {},
    optional={
        "storeys": st.integers(1, 40),
        "height_m": st.floats(3, 120),
        "floor_area_m2": st.floats(50, 5000),
    },
)


@given(homes=st.lists(rows, min_size=1, max_size=6), guess=st.data())
@settings(max_examples=40, deadline=None)
def test_whatever_the_unknown_storeys_are_the_share_lies_in_the_interval(homes, guess):
    bounded = [{key: value for key, value in home.items() if key != "height_m"} for home in homes]
    low, _, high = interval(low_rise_floor_area_share(COUNTY, buildings(*bounded), **SHARE))
    told = [{"storeys": guess.draw(st.integers(1, 33)), **home} for home in bounded]
    _, truth, _ = interval(low_rise_floor_area_share(COUNTY, buildings(*told), **SHARE))
    assert low - 1e-9 <= truth <= high + 1e-9
    assert 0 <= low <= high <= 1
