"""How complete sources seem, on one square kilometre with a few things in it."""

import json

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from hetao.indicators.completeness import QualityItem, source_quality
from hetao.registers.definition import register_named, registers

CRS = 4525
CITY = gpd.GeoDataFrame(
    {"name": "城", "level": "city", "parent": ""},
    index=["z"],
    geometry=[shapely.box(0, 0, 1000, 1000)],
    crs=CRS,
)


def register(name, *rows):
    filled = [{"id": f"{name}{place}", **row} for place, row in enumerate(rows)]
    return register_named(name).conform(gpd.GeoDataFrame(filled, geometry="geometry", crs=CRS))


def people(count):
    return gpd.GeoDataFrame({"persons": [count]}, geometry=[shapely.Point(500, 500)], crs=CRS)


def square(size, x=100.0):
    return shapely.box(x, 100, x + size, 100 + size)


def quality(persons=10_000.0, **layers) -> dict[str, QualityItem]:
    residents = people(persons) if persons else people(0).iloc[:0]
    return {item.id: item for item in source_quality(layers, CITY, residents)}


def test_an_empty_source_has_no_complete_figure():
    items = quality(persons=0)
    assert all(item.state != "met" for item in items.values())
    assert items["buildings_with_use"].text_zh == "有用途的建筑占比无法计算：没有建筑图层"
    assert items["land_use_cover"].value == 0
    assert items["facilities_per_10000.primary_school"].state == "unknown"


def test_half_of_the_buildings_have_storeys():
    buildings = register(
        "buildings",
        {"storeys": 6, "geometry": square(200)},
        {"geometry": square(200, x=400)},
    )
    item = quality(buildings=buildings)["buildings_with_storeys"]
    assert (item.value, item.state, item.plausible) == (50, "behind", (80, 100))
    assert item.text_zh.startswith("有层数的建筑占比为 50.0%，低于合理区间 80–100%")


def test_land_drawn_twice_is_covered_once_and_outside_not_at_all():
    land = register(
        "land_use",
        {"use": "residential", "geometry": shapely.box(0, 0, 500, 1000)},
        {"use": "public", "geometry": shapely.box(0, 0, 500, 1000)},
        {"use": "green", "geometry": shapely.box(900, 0, 1900, 1000)},
    )
    assert quality(land_use=land)["land_use_cover"].value == pytest.approx(60)


def test_homes_of_ten_hectares_floor_area_are_small_for_ten_thousand_people():
    homes = register("buildings", {"use": "residential", "storeys": 10, "geometry": square(100)})
    item = quality(buildings=homes)["floor_area_per_person"]
    assert item.value == pytest.approx(10)
    assert item.state == "behind"


def test_road_length_without_a_class_and_per_person():
    roads = register(
        "roads",
        {"class": "branch", "geometry": shapely.LineString([(0, 100), (900, 100)])},
        {"geometry": shapely.LineString([(0, 200), (100, 200)])},
        {"class": "lane", "geometry": shapely.LineString([(0, 300), (1000, 300)])},
    )
    items = quality(persons=1000.0, roads=roads)
    assert items["roads_with_class"].value == pytest.approx(95)
    assert items["road_m_per_person"].value == pytest.approx(1.0)
    assert items["population_density"].value == pytest.approx(1000)


@pytest.mark.parametrize(
    ("count", "state"),
    [
        pytest.param(0, "behind", id="none recorded"),
        pytest.param(1, "met", id="one for ten thousand people"),
        pytest.param(9, "unknown", id="more than a city builds"),
    ],
)
def test_schools_per_ten_thousand_people(count, state):
    schools = register(
        "facilities",
        {"kind": "primary_school", "geometry": shapely.Point(5000, 0)},
        *[{"kind": "primary_school", "geometry": shapely.Point(50 * n, 10)} for n in range(count)],
    )
    item = quality(facilities=schools)["facilities_per_10000.primary_school"]
    assert (item.value, item.state) == (count, state)
    assert item.name_zh == "每万人小学"


def test_every_item_fits_the_manifest():
    empty = {name: definition.empty().to_crs(CRS) for name, definition in registers().items()}
    for item in source_quality(empty, CITY, people(0).iloc[:0]):
        told = json.loads(json.dumps(item.as_dict(), allow_nan=False))
        assert told["plausible"][0] < told["plausible"][1]
        assert told["text_zh"]
        assert told["text_en"]


def test_residents_without_a_number_count_as_none():
    residents = people(1).assign(persons=pd.array([pd.NA], dtype="Float64"))
    items = {item.id: item for item in source_quality({}, CITY, residents)}
    assert items["population_density"].state == "unknown"
