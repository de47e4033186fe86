"""GIS files, tables and rasters become registers, or one clear refusal."""

import shutil
from pathlib import Path

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pyogrio
import pytest
import rasterio
import shapely
from rasterio import Affine

from hetao.errors import UserError
from hetao.geo.datum import to_gcj02
from hetao.registers.checks import check_against
from hetao.registers.definition import registers
from hetao.registers.reading import Reading
from hetao.registers.sources import read_source

SQUARE = shapely.box(107.40, 40.75, 107.41, 40.76)


def layer(shapes: list, **columns) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(columns, geometry=shapes, crs="EPSG:4490")


def written(frame: gpd.GeoDataFrame, path: Path, **options) -> Path:
    pyogrio.write_dataframe(frame, path, **options)
    return path


def severities(reading: Reading) -> list[str]:
    return [fault.severity for fault in reading.faults]


def texts(reading: Reading) -> str:
    return "\n".join(fault.text("en") for fault in reading.faults)


def test_a_shapefile_in_gbk_is_read_without_being_told(tmp_path: Path):
    frame = layer([SQUARE.centroid], 名称=["临河消防站"], 级别=["一级站"])
    path = written(frame, tmp_path / "消防站.shp", encoding="GBK")
    path.with_suffix(".cpg").unlink()
    stations = read_source(path).registers["fire_stations"]
    assert list(stations["name"]) == ["临河消防站"]
    assert list(stations["class"]) == ["first"]


def test_a_shapefile_in_utf8_is_read_without_being_told(tmp_path: Path):
    frame = layer([SQUARE.centroid], 名称=["临河消防站"], 级别=["二级"])
    path = written(frame, tmp_path / "消防站.shp", encoding="UTF-8")
    path.with_suffix(".cpg").unlink()
    stations = read_source(path).registers["fire_stations"]
    assert (stations["name"][0], stations["class"][0]) == ("临河消防站", "second")


def test_a_shapefile_without_prj_is_refused_and_says_what_to_give(tmp_path: Path):
    path = written(layer([SQUARE]), tmp_path / "parks.shp")
    path.with_suffix(".prj").unlink()
    reading = read_source(path)
    assert severities(reading)[0] == "error"
    assert "look like longitude and latitude; say it with --crs" in texts(reading)
    assert len(read_source(path, crs="EPSG:4490").registers["parks"]) == 1


@pytest.mark.parametrize("code", [4534, 4545, 4547, 4554, 4524, 4326, 4490])
def test_every_chinese_system_comes_to_the_same_place(tmp_path: Path, code: int):
    path = written(layer([SQUARE]).to_crs(code), tmp_path / "parks.gpkg")
    park = read_source(path).registers["parks"].geometry.iloc[0]
    assert park.centroid.coords[0] == pytest.approx((107.405, 40.755), abs=1e-6)


def test_a_layer_in_gcj02_is_taken_back_when_declared(tmp_path: Path):
    lon, lat = to_gcj02(np.array([107.405]), np.array([40.755]))
    frame = layer([shapely.Point(lon[0], lat[0])], kind=["bank_branch"])
    path = written(frame, tmp_path / "poi.geojson")
    place = read_source(path, register="facilities", crs="GCJ-02").registers["facilities"]
    assert place.geometry.iloc[0].coords[0] == pytest.approx((107.405, 40.755), abs=1e-7)


def test_an_undeclared_shift_is_told_and_not_mended():
    rng = np.random.default_rng(1)
    streets = [shapely.LineString([(107.3 + step / 100, 40.7), (107.3 + step / 100, 40.8)])
               for step in range(25)]  # fmt: skip
    roads = layer(streets, id=[str(step) for step in range(25)], source="a")
    lon = 107.3 + rng.integers(0, 25, 200) / 100 + 0.00008  # about 7 m beside a street
    lat = rng.uniform(40.71, 40.79, 200)
    shifted = np.column_stack(to_gcj02(lon, lat))
    points = layer(list(shapely.points(shifted)), id=[str(row) for row in range(200)], source="b")
    made = {"roads": registers()["roads"].conform(roads),
            "facilities": registers()["facilities"].conform(points)}  # fmt: skip
    told = [fault for fault in check_against(made, None) if "GCJ-02" in fault.text("en")]
    assert len(told) == 1
    assert "if so, load it again with --crs GCJ-02" in told[0].text("en")
    honest = layer(list(shapely.points(lon, lat)), id=[str(row) for row in range(200)], source="b")
    made["facilities"] = registers()["facilities"].conform(honest)
    assert not [fault for fault in check_against(made, None) if "GCJ-02" in fault.text("en")]


def test_a_boundary_elsewhere_is_told():
    zones = registers()["zones"].conform(
        layer([shapely.box(-51.3, -30.1, -51.1, -30.0)], id=["1"], level=["city"])
    )
    parks = registers()["parks"].conform(layer([SQUARE], id=["a"]))
    told = check_against({"parks": parks}, zones)
    assert "none of its 1 features lies within the city's boundary" in told[0].text("en")


def test_geometry_is_repaired_and_every_repair_told(tmp_path: Path):
    bow = shapely.Polygon([(107.40, 40.75), (107.41, 40.76), (107.41, 40.75), (107.40, 40.76)])
    deep = shapely.force_3d(SQUARE, 5.0)
    frame = layer([bow, SQUARE, SQUARE, None, deep, shapely.Point(107.4, 40.7)],
                  id=["bow", "one", "same", "gone", "deep", "dot"], use=["R2"] * 6)  # fmt: skip
    path = tmp_path / "用地.parquet"
    frame.to_parquet(path)
    reading = read_source(path)
    land = reading.registers["land_use"]
    # the bow tie keeps its two triangles, half of the square between them
    assert sorted(land["id"]) == ["bow", "one"]
    halves = shapely.area(land.set_index("id").geometry["bow"])
    assert halves == pytest.approx(0.5 * SQUARE.area)
    assert set(land["use"]) == {"residential"}
    told = texts(reading)
    assert "polygons cross themselves" in told
    assert "have no geometry: gone" in told
    assert "are the same as another" in told
    assert "carry heights" in told
    assert "are points where the register wants polygons: dot" in told


def test_latitude_before_longitude_is_swapped_back(tmp_path: Path):
    turned = shapely.transform(SQUARE, lambda points: points[:, ::-1])
    reading = read_source(written(layer([turned]), tmp_path / "parks.geojson"))
    assert reading.registers["parks"].geometry.iloc[0].equals(SQUARE)
    assert "latitude before longitude" in texts(reading)


def test_a_wrong_system_is_refused(tmp_path: Path):
    path = written(layer([SQUARE]).to_crs(4545), tmp_path / "parks.gpkg")
    reading = read_source(path, crs="EPSG:4490")
    assert "cannot be; say the true system with --crs" in texts(reading)
    assert reading.refused


def test_a_multiline_is_split_and_numbered(tmp_path: Path):
    lines = shapely.MultiLineString(
        [[(107.4, 40.7), (107.41, 40.7)], [(107.42, 40.7), (107.43, 40.7)]]
    )
    frame = layer([lines], id=["r"], 等级=["主干道"])
    roads = read_source(written(frame, tmp_path / "道路.gpkg")).registers["roads"]
    assert list(roads["id"]) == ["r", "r.2"]
    assert list(roads["class"]) == ["arterial", "arterial"]


def test_bad_values_are_told_all_at_once(tmp_path: Path):
    shapes = [shapely.box(107.4 + i / 100, 40.7, 107.401 + i / 100, 40.701) for i in range(3)]
    frame = layer(shapes, 层数=["６", "six", "900"], 用途=["住宅", "castle", "办公"])
    reading = read_source(written(frame, tmp_path / "建筑.geojson"))
    buildings = reading.registers["buildings"]
    assert buildings["storeys"].tolist() == [6, pd.NA, pd.NA]
    assert buildings["use"].tolist() == ["residential", pd.NA, "office"]
    assert "#2 层数 'six'" in texts(reading)
    assert "should be 1 to 200 : #3 层数 900" in texts(reading)
    assert "'castle' (#2 用途)" in texts(reading)


def test_a_column_can_be_mapped(tmp_path: Path):
    own = tmp_path / "mapping.toml"
    own.write_text('[columns]\nclass = "DJ"\n[values.class]\n"7" = "branch"\n', "utf-8")
    line = shapely.LineString([(107.4, 40.7), (107.41, 40.7)])
    path = written(layer([line], DJ=["7"]), tmp_path / "lines.gpkg")
    assert (
        read_source(path, register="roads", mapping=own).registers["roads"]["class"][0] == "branch"
    )


def test_a_missing_column_is_named_with_those_that_are_there(tmp_path: Path):
    path = written(layer([SQUARE], RK=[5]), tmp_path / "人口.gpkg")
    reading = read_source(path)
    assert reading.refused
    assert "has no column for Residents (persons); its columns are RK" in texts(reading)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_a_table_is_read_in_any_encoding(tmp_path: Path, encoding: str):
    path = tmp_path / "人口.csv"
    path.write_bytes('社区,经度,纬度,常住人口\n永福,107.40,40.75,"1,200"\n'.encode(encoding))
    people = read_source(path).registers["population"]
    assert people["persons"].tolist() == [1200.0]
    assert people.geometry.iloc[0].coords[0] == (107.40, 40.75)


def test_a_bad_cell_of_a_workbook_is_named_by_its_address(tmp_path: Path):
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["2026年常住人口表"])
    sheet.append(["名称", "经度", "纬度", "人口"])
    sheet.append(["永福", 107.4, 40.75, "很多"])
    sheet.append(["朝阳", "一百零七", 40.76, 900])
    book.save(tmp_path / "人口.xlsx")
    assert "B4 '一百零七'" in texts(read_source(tmp_path / "人口.xlsx"))
    sheet["B4"] = 107.41
    book.save(tmp_path / "人口.xlsx")
    reading = read_source(tmp_path / "人口.xlsx")
    assert "Residents is no number: D3 '很多'" in texts(reading)
    assert reading.registers["population"]["persons"].tolist() == [pd.NA, 900.0]


def test_a_table_without_coordinates_is_refused(tmp_path: Path):
    path = tmp_path / "人口.csv"
    path.write_text("社区,常住人口\n永福,1200\n", "utf-8")
    assert "has no coordinate columns; its columns are 社区、常住人口" in texts(read_source(path))


def test_a_ragged_line_of_a_table_is_named(tmp_path: Path):
    path = tmp_path / "人口.csv"
    path.write_text("lon,lat,population\n107.4,40.7,5\n107.4,40\n", "utf-8")
    assert "line 3 has 2 fields, the header 3" in texts(read_source(path))


def test_a_raster_keeps_its_people(tmp_path: Path):
    cells = np.array([[1.5, 0.0], [-99.0, 2.5]])
    path = tmp_path / "pop.tif"
    place = Affine(0.01, 0, 107.4, 0, -0.01, 40.8)
    with rasterio.open(path, "w", driver="GTiff", width=2, height=2, count=1, dtype="float64",
                       crs="EPSG:4326", transform=place, nodata=-99.0) as raster:  # fmt: skip
        raster.write(cells, 1)
    people = read_source(path).registers["population"]
    assert people["persons"].sum() == 4.0
    assert people.geometry.iloc[0].coords[0] == pytest.approx((107.405, 40.795))


def test_a_raster_in_another_system_than_it_says_is_refused(tmp_path: Path):
    path = tmp_path / "pop.tif"
    place = Affine(100, 0, 480_000, 0, -100, 4_510_000)
    with rasterio.open(path, "w", driver="GTiff", width=1, height=2, count=1, dtype="float64",
                       crs="EPSG:4326", transform=place) as raster:  # fmt: skip
        raster.write(np.array([[[5.0], [3.4e38]]]))
    assert "cannot be; say the true system with --crs" in texts(read_source(path))
    people = read_source(path, crs="EPSG:4545").registers["population"]
    assert people["persons"].tolist() == [5.0], "3.4e38 people are none"


@pytest.mark.parametrize("name", ["half.gpkg", "half.shp", "half.geojson", "half.tif", "half.xlsx"])
def test_a_file_cut_in_half_is_refused_in_one_sentence(tmp_path: Path, name: str):
    (tmp_path / name).write_bytes(b"PK\x03\x04 not what it claims")
    reading = read_source(tmp_path / name, register="population")
    assert severities(reading) == ["error"]
    assert "nothing was loaded" in texts(reading)


@pytest.mark.parametrize("suffix", [".shp", ".fgb", ".geojsonl", ".geojson", ".gpkg"])
def test_the_first_half_of_a_layer_is_not_taken_for_the_whole(tmp_path: Path, suffix: str):
    lines = [
        shapely.LineString([(107.4, 40.7 + i / 1e4), (107.41, 40.7 + i / 1e4)]) for i in range(900)
    ]
    path = written(layer(lines, lanes=[2] * 900), tmp_path / f"roads{suffix}")
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    reading = read_source(path)
    assert reading.refused
    assert "nothing was loaded" in texts(reading)


def test_a_zipped_shapefile_in_gbk_keeps_its_words(tmp_path: Path):
    folder = tmp_path / "消防"
    folder.mkdir()
    frame = layer([SQUARE.centroid], 名称=["临河消防站"], 级别=["一级站"])
    written(frame, folder / "消防站.shp", encoding="GBK").with_suffix(".cpg").unlink()
    packed = shutil.make_archive(str(tmp_path / "packed"), "zip", tmp_path, "消防")
    stations = read_source(Path(packed)).registers["fire_stations"]
    assert (stations["name"][0], stations["class"][0]) == ("临河消防站", "first")


@pytest.mark.parametrize(
    ("name", "register"),
    [("car_parks", "car_parks"), ("park_entrances", "entrances"), ("公园出入口", "entrances"),
     ("消防站用地", "land_use"), ("道路中心线", "roads"), ("linhe_roads_2026", "roads"),
     ("街道", "zones"), ("公园绿地现状图", "parks"), ("道路绿地", None)],
)  # fmt: skip
def test_the_last_word_of_a_name_tells_the_register(
    tmp_path: Path, name: str, register: str | None
):
    reading = read_source(written(layer([SQUARE], q=[1]), tmp_path / f"{name}.geojson"))
    told = texts(reading)
    if register is None:
        assert "does not show which register" in told
    else:
        assert f"taken for the register {register} " in told


def test_all_mistakes_of_a_mapping_are_told_at_once(tmp_path: Path):
    own = tmp_path / "own.toml"
    own.write_text(
        '[columns]\nclass = "NOT"\nwings = "DJ"\n[values.oneway]\n"1" = "maybe"\n'
        '[constants]\nlanes = "x"\n', "utf-8",
    )  # fmt: skip
    line = shapely.LineString([(107.4, 40.7), (107.41, 40.7)])
    path = written(layer([line], DJ=["7"]), tmp_path / "lines.gpkg")
    with pytest.raises(UserError) as raised:
        read_source(path, register="roads", mapping=own)
    for words in (
        "no column NOT",
        "no field wings",
        "oneway cannot be 'maybe'",
        "lanes cannot be 'x'",
    ):
        assert words in str(raised.value)


def test_a_file_that_is_not_there_is_said_so(tmp_path: Path):
    assert "does not exist" in texts(read_source(tmp_path / "no.shp"))


def test_the_licence_beside_a_file_is_carried(tmp_path: Path):
    (tmp_path / "LICENSE-NOTE.txt").write_text("Source: 某局\nLicence: CC BY 4.0\n", "utf-8")
    reading = read_source(written(layer([SQUARE]), tmp_path / "parks.geojson"))
    assert (reading.attribution, reading.licence) == ("某局", "CC BY 4.0")


@pytest.mark.shared_data
def test_the_people_of_sao_miguel_are_those_of_the_raster(shared: Path):
    path = shared / "raster_sao_miguel" / "gpw_v411_2020_count_2020.tif"
    with rasterio.open(path) as raster:
        total = float(raster.read(1, masked=True).astype(float).sum())
    people = read_source(path).registers["population"]
    assert people["persons"].sum() == pytest.approx(total, rel=1e-9)


@pytest.mark.shared_data
def test_linhes_population_grid_is_recognised(shared: Path):
    reading = read_source(shared / "bayannur_population_access" / "bayannur_10115_grid.csv")
    people = reading.registers["population"]
    # the folder's README: 1,069 cells with 80,215 people
    assert (len(people), round(people["persons"].sum())) == (1069, 80215)
