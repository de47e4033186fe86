"""What the departments of the demo city keep lies where such things lie, in the zones they tell."""

from itertools import combinations

import geopandas as gpd
import numpy as np
import pytest
import shapely

from hetao.demo import plan
from hetao.demo.city import DATE, make_city
from hetao.demo.departments import department_registers, write_departments
from hetao.registers.definition import registers
from hetao.registers.sources import read_source

PIPES = ("water_pipes", "drainage_pipes", "gas_pipes", "heat_pipes")
PLACED = {
    "water_pipes": 40, "drainage_pipes": 40, "gas_pipes": 40, "heat_pipes": 40, "bridges": 8,
    "flood_points": 4, "heritage_sites": 10, "heritage_events": 2, "old_trees": 1,
    "construction_projects": 60, "compounds": 141, "compound_inspections": 141, "high_rises": 80,
    "fuel_stations": 7, "sewage_plants": 2, "waste_facilities": 1, "villages": 140, "towns": 7,
    "black_water_bodies": 2, "urban_villages": 4, "renewal_areas": 5, "retrofits": 5,
    "road_inspections": 40, "sports_grounds": 20, "cultural_buildings": 3, "maternal_bodies": 1,
    "dual_use_facilities": 1,
}  # fmt: skip
POLYGONS = {"compounds", "urban_villages", "renewal_areas"}
LINES = {*PIPES, "black_water_bodies"}
CORNER_M = 9.6
"""A pipe 6 m beside its street cuts no corner farther than 1.6 times that."""


@pytest.fixture(scope="module")
def city():
    return make_city()


@pytest.fixture(scope="module")
def rows(city):
    return department_registers(city, DATE)


@pytest.fixture(scope="module")
def written(rows, tmp_path_factory):
    return write_departments(rows, tmp_path_factory.mktemp("departments"), date=DATE)


def shapes(rows, id_):
    return np.array([row["place"] for row in rows[id_]], dtype=object)


def zone(city, code):
    return next(one.shape for one in city.zones if one.code == code)


def lines_of(city, says=lambda _: True):
    return np.array([piece.line for piece in city.streets if says(piece)], dtype=object)


def test_every_thing_of_these_registers_has_a_place(rows):
    assert {id_: sum("place" in row for row in rows[id_]) for id_ in PLACED} == PLACED


@pytest.mark.parametrize("id_", PLACED)
def test_a_thing_lies_wholly_in_the_zone_it_tells(city, rows, id_):
    for row in rows[id_]:
        if "zone" in row:
            told = zone(city, row["zone"])
            assert told.covers(row["place"]) or told.equals(row["place"]), row["name"]


def test_areas_and_lines_are_drawn_and_all_else_is_a_point(rows):
    for id_ in PLACED:
        kinds = {shape.geom_type for shape in shapes(rows, id_)}
        wanted = "Polygon" if id_ in POLYGONS else "LineString" if id_ in LINES else "Point"
        assert kinds == {wanted}, id_


def test_no_two_things_of_a_register_stand_on_one_spot(rows):
    for id_ in PLACED:
        wkb = [shapely.to_wkb(shape) for shape in shapes(rows, id_)]
        assert len(set(wkb)) == len(wkb), id_


@pytest.mark.parametrize(("id_", "beside_m"), [*zip(PIPES, (2.0, 0.0, 4.0, 6.0), strict=True)])
def test_a_pipe_follows_its_streets_at_the_distance_of_its_kind(city, rows, id_, beside_m):
    streets = shapely.union_all(lines_of(city))
    for pipe in shapes(rows, id_):
        along = shapely.line_interpolate_point(pipe, np.arange(0.0, pipe.length, 10.0))
        away = shapely.distance(streets, along)
        assert away.max() <= CORNER_M + 0.5  # bends under half a metre are not followed
        assert np.median(away) == pytest.approx(beside_m, abs=0.6)


@pytest.mark.parametrize("id_", PIPES)
def test_most_pipes_are_as_long_as_their_row_says_and_none_is_short(rows, id_):
    metres = shapely.length(shapes(rows, id_))
    assert metres.max() <= 2500 + 1e-6
    assert (metres > 2499).sum() >= 30
    assert metres.min() > 1000
    assert {row["length_m"] for row in rows[id_]} == {2500}


@pytest.mark.parametrize("id_", PIPES)
def test_two_pipes_of_a_kind_share_no_street(rows, id_):
    together = shapely.union_all(shapes(rows, id_))
    assert together.length == pytest.approx(shapely.length(shapes(rows, id_)).sum(), abs=1)


def test_pipes_of_two_kinds_cross_but_do_not_run_on_one_line(rows):
    for one, other in combinations(PIPES, 2):
        first, second = (shapely.union_all(shapes(rows, id_)) for id_ in (one, other))
        # where one crosses the other it lies within 30 cm of it for a metre or two
        assert first.intersection(second.buffer(0.3)).length < 0.02 * first.length, (one, other)


@pytest.mark.parametrize(("id_", "shallow", "deep"), [
    ("water_pipes", 1.5, 2.1), ("drainage_pipes", 1.8, 3.6), ("gas_pipes", 0.9, 1.5),
    ("heat_pipes", 1.0, 1.6),
])  # fmt: skip
def test_pipes_tell_how_deep_they_lie_but_for_five(rows, id_, shallow, deep):
    told = [row["depth_m"] for row in rows[id_]]
    known = [depth for depth in told if depth is not None]
    assert (len(told), len(known), min(known), max(known)) == (40, 35, shallow, deep)


def test_bridges_stand_where_streets_cross_the_river(city, rows):
    over = shapely.union_all(lines_of(city, lambda piece: piece.bridge))
    west_to_east = [row["place"].x for row in rows["bridges"]]
    assert west_to_east == sorted(west_to_east)
    for bridge in shapes(rows, "bridges"):
        assert bridge.distance(over) < 0.01
        assert bridge.distance(city.planned.river) < 0.01


def test_floods_stand_at_crossings_and_under_the_railway(city, rows):
    for row in rows["flood_points"]:
        touching = [line for line in lines_of(city) if line.distance(row["place"]) < 0.05]
        if row["name"] == "铁路桥洞":
            assert row["place"].distance(city.planned.railway) < 0.01
            assert touching
        else:
            assert len(touching) >= 3


def test_compounds_are_the_residential_land_they_stand_on(city, rows):
    land = {shapely.to_wkb(block.shape) for block in city.blocks if block.kind == "residential"}
    assert {shapely.to_wkb(shape) for shape in shapes(rows, "compounds")} <= land


def test_high_rises_are_towers_of_54_metres(city, rows):
    towers = [
        building.shape for block in city.blocks for building in block.buildings
        if building.storeys == 18  # 3 m each
    ]  # fmt: skip
    tree = shapely.STRtree(towers)
    assert all(tree.query(at, predicate="within").size == 1 for at in shapes(rows, "high_rises"))


def test_villages_lie_in_the_fields_apart_from_each_other(city, rows):
    villages = shapes(rows, "villages")
    built = zone(city, "159902.built")
    assert shapely.distance(villages, built).min() > 100
    known = shapely.points(plan.VILLAGES)
    assert all(place.distance(shapely.MultiPoint(list(villages))) == 0 for place in known)
    for one, other in combinations(villages, 2):
        assert one.distance(other) > 900 or {one, other} & set(known)


def test_an_inspected_road_is_a_street_of_that_name(city, rows):
    for row in rows["road_inspections"]:
        named = lines_of(city, lambda piece, name=row["name"]: piece.street.name == name)
        assert min(line.distance(row["place"]) for line in named) < 0.01


def test_an_event_at_a_site_happened_there(rows):
    (second,) = [row for row in rows["heritage_sites"] if row["name"] == "老城2号院"]
    assert rows["heritage_events"][0]["place"] == second["place"]


def test_another_seed_lays_other_pipes(rows):
    other = department_registers(make_city(seed=7), DATE)
    assert shapely.to_wkb(shapes(other, "gas_pipes")[0]) != shapely.to_wkb(
        shapes(rows, "gas_pipes")[0]
    )


def test_the_same_rows_are_written_in_the_same_bytes(rows, written, tmp_path):
    again = write_departments(rows, tmp_path, date=DATE)
    assert all(again[id_].read_bytes() == path.read_bytes() for id_, path in written.items())


def test_lines_and_areas_come_from_a_gis_and_points_in_a_table(written):
    gis = {id_ for id_, path in written.items() if path.suffix == ".gpkg"}
    assert gis == LINES | POLYGONS
    assert {path.suffix for id_, path in written.items() if id_ not in gis} == {".csv"}


@pytest.mark.parametrize("id_", ["gas_pipes", "compounds", "bridges", "construction_projects"])
def test_a_delivered_file_says_what_the_rows_say(rows, written, id_):
    reading = read_source(written[id_], register=id_)
    assert not reading.refused
    read = reading.registers[id_]
    degrees = plan.to_degrees(shapes(rows, id_))
    assert gpd.GeoSeries(read.geometry).geom_equals_exact(
        gpd.GeoSeries(degrees, crs=read.crs), 1e-9
    ).all()  # fmt: skip
    for field in registers()[id_].fields:
        told = [row.get(field.name) for row in rows[id_]]
        if field.name != "source" and any(value is not None for value in told):
            held = read[field.name].astype(object).where(read[field.name].notna(), None)
            assert held.tolist() == told, field.name
