"""Where people live, on squares that can be checked by eye."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import box

from hetao.errors import CrsError
from hetao.indicators.residents import homes, place_residents

CRS = "EPSG:4523"


def population(*shapes, persons):
    return gpd.GeoDataFrame(
        {"persons": pd.array(persons, dtype="Float64")}, geometry=list(shapes), crs=CRS
    )


def buildings(*shapes, use="residential", storeys=None, dwellings=None, floor=None):
    def column(given, dtype):
        values = given if isinstance(given, list) else [given] * len(shapes)
        return pd.array(values, dtype=dtype)

    return gpd.GeoDataFrame(
        {
            "use": column(use, "string"),
            "storeys": column(storeys, "Int64"),
            "dwellings": column(dwellings, "Int64"),
            "floor_area_m2": column(floor, "Float64"),
        },
        geometry=list(shapes),
        crs=CRS,
    )


def land(*shapes):
    return gpd.GeoDataFrame(geometry=list(shapes), crs=CRS)


BLOCK = box(0, 0, 200, 200)


def test_people_given_as_points_stay_there():
    placed = place_residents(
        population(shapely.Point(3, 4), shapely.Point(5, 6), persons=[7, None]),
        buildings(box(0, 0, 10, 10)),
        land(),
    )
    assert placed["persons"].tolist() == [7]
    assert placed.geometry.iloc[0].equals(shapely.Point(3, 4))
    assert placed.attrs["left_out"] == 1


def test_people_of_an_area_live_in_its_homes_by_floor_area():
    houses = buildings(
        box(10, 10, 20, 20), box(30, 10, 40, 20), box(50, 10, 60, 20), box(500, 10, 510, 20),
        use=["residential", "mixed", "industrial", "residential"], storeys=[3, 1, 9, 9],
    )  # fmt: skip
    placed = place_residents(population(BLOCK, persons=[80]), houses, land(BLOCK))
    assert placed["persons"].tolist() == pytest.approx([60, 20])
    assert placed.geometry.x.tolist() == pytest.approx([15, 35])


def test_a_home_without_storeys_is_as_tall_as_half_of_the_others():
    houses = buildings(
        box(0, 0, 10, 10), box(20, 0, 30, 10), box(40, 0, 50, 10), storeys=[2, 6, None]
    )
    placed = place_residents(population(BLOCK, persons=[120]), houses, land())
    assert placed["persons"].tolist() == pytest.approx([20, 60, 40])


def test_buildings_of_unknown_use_are_homes_on_residential_land_only():
    unknown = buildings(box(10, 10, 20, 20), box(110, 10, 120, 20), use=None)
    placed = place_residents(population(BLOCK, persons=[80]), unknown, land(box(0, 0, 100, 200)))
    assert placed.geometry.x.tolist() == pytest.approx([15])


def test_one_known_home_among_many_unknown_buildings_does_not_house_everybody():
    one = [box(10, 10, 20, 20), *(box(x, 100, x + 9, 109) for x in range(0, 200, 20))]
    houses = buildings(*one, use=["residential", *[None] * 10])
    placed = place_residents(population(BLOCK, persons=[160]), houses, land())
    assert len(placed) == 16  # a grid of 50 m over 200 m × 200 m
    assert placed["persons"].tolist() == pytest.approx([10] * 16)


def test_without_buildings_people_live_on_residential_land():
    quarter = box(0, 0, 100, 100)
    placed = place_residents(
        population(BLOCK, persons=[80]), buildings(), land(quarter, box(300, 0, 400, 100))
    )
    assert len(placed) == 4
    assert placed.within(quarter).all()
    assert placed["persons"].sum() == pytest.approx(80)


def test_a_home_without_dwellings_has_as_many_as_its_floor_area_holds():
    shapes = [box(0, 0, 10, 10), box(20, 0, 30, 10), box(40, 0, 50, 30)]
    found = homes(
        buildings(*shapes, use=["residential", "office", "mixed"], storeys=[6, 6, 2],
                  dwellings=[12, None, None])
    )  # fmt: skip
    assert found["floor_m2"].tolist() == [600, 600]
    assert found["dwellings"].tolist() == [12, 12]  # 50 m² each
    assert found["dwellings_known"].tolist() == [True, False]


def test_homes_whose_dwellings_nobody_knows_hold_one_in_100_square_metres():
    found = homes(buildings(box(0, 0, 10, 10), storeys=[6]))
    assert found["dwellings"].tolist() == [6]


def test_without_a_census_nobody_is_placed():
    assert place_residents(population(persons=[]), buildings(BLOCK), land(BLOCK)).empty


def test_buildings_in_degrees_are_refused():
    with pytest.raises(CrsError, match="measures in degree"):
        homes(buildings(BLOCK).set_crs(4490, allow_override=True))


corner = st.integers(0, 400)
squares = st.builds(lambda x, y, side: box(x, y, x + side, y + side), corner, corner, corner)
real_squares = squares.filter(lambda s: s.area > 0)


@settings(deadline=None, max_examples=40)
@given(
    areas=st.lists(st.tuples(real_squares, st.integers(0, 5000)), min_size=1, max_size=4),
    houses=st.lists(real_squares, max_size=5),
    land_uses=st.lists(real_squares, max_size=3),
)
def test_nobody_is_lost_and_all_stay_in_their_area(areas, houses, land_uses):
    shapes, persons = zip(*areas, strict=True)
    placed = place_residents(
        population(*shapes, persons=list(persons)), buildings(*houses), land(*land_uses)
    )
    by_area = placed.groupby("area")["persons"].sum().reindex(range(len(areas)), fill_value=0)
    np.testing.assert_allclose(by_area.to_numpy(float), persons, rtol=1e-9)
    for row in placed.itertuples():
        assert shapes[row.area].intersects(row.geometry)
