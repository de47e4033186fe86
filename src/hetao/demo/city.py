"""The demo city: made whole from a seed, and written as the files an analyst would have."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pyogrio
import shapely
from numpy.random import PCG64, Generator

from hetao.demo import osmfile, plan
from hetao.demo.blocks import Block, blocks
from hetao.demo.places import (
    IN_TABLE,
    NAMES,
    Facility,
    Zone,
    bus_stops,
    facilities,
    population,
    zones,
)
from hetao.demo.street_lines import streets
from hetao.demo.streets import Piece, Planted, pieces, planted_streets
from hetao.fixed import fixed_gdal_date, write_fixed_zip

APART_M = 60_000.0
BLUE_LINE_M = 15.0
"""How far apart neighbouring cities lie."""

NAME, CODE, DATE = "榆湾市", "159900", "2026-06-30"
CLASSLESS = 7
"""Streets whose class nobody wrote down."""

FIRE_STATIONS = (
    ("特勤消防站", "榆湾特勤站", 1500, 18), ("一级普通消防站", "老城站", 380, 215),
    ("一级普通消防站", "河南站", 1750, 262), ("二级普通消防站", "北关站", 1950, 82),
    ("小型普通消防站", "西沙站", 2050, 172), ("", "工业园站", 2300, 128),
)  # fmt: skip
PITCHES = (
    ("十一人制", 1900, 65, 105, 68), ("七人制", 1500, 200, 65, 45), ("五人制", 1100, 330, 42, 25),
    ("五人制", 2000, 12, 42, 25), ("三人制", 800, 120, 30, 20), ("", 2350, 235, 40, 24),
    ("五人制", 1250, 66, 42, 25), ("五人制", 1650, 165, 42, 25), ("五人制", 1700, 252, 42, 25),
    ("七人制", 2350, 28, 65, 45), ("三人制", 700, 15, 30, 20), ("三人制", 1150, 285, 30, 20),
)  # fmt: skip


@dataclass(frozen=True)
class MadeCity:
    """
    A city that does not exist.

    Attributes
    ----------
    planted : sequence of Planted
        The faults that a check-up must find.
    """

    name: str
    code: str
    planned: plan.Planned
    streets: Sequence[Piece]
    blocks: Sequence[Block]
    facilities: Sequence[Facility]
    zones: Sequence[Zone]
    planted: Sequence[Planted]
    classless: frozenset[int]
    seed: int
    neighbours: Sequence["MadeCity"] = ()


def make_city(seed: int = 2026, size: int = 1) -> MadeCity:
    """
    Return the demo city; the same seed gives the same city.

    Parameters
    ----------
    size : int
        How many cities lie side by side in the extract: 20 give about a million nodes. Zones
        and tables are those of the first.
    """
    rng = Generator(PCG64(seed))
    planned = plan.planned()
    drawn = pieces(planned, streets(planned, rng))
    found = blocks(drawn, planned, rng)
    kept, planted = planted_streets(drawn, planned)
    _clear(found, kept[len(drawn) :])
    planted.append(
        Planted("uncovered_quarter", plan.lonely_point(), "东南新区一片没有学校、公园和市场")
    )
    planted += _towers(found)
    branches = [at for at, piece in enumerate(drawn) if piece.street.rank == "branch"]
    classless = frozenset(int(at) for at in rng.choice(branches, size=CLASSLESS, replace=False))
    return MadeCity(
        NAME, CODE, planned, kept, found, facilities(found, rng), zones(found), planted, classless, seed,
        neighbours=tuple(make_city(seed + number) for number in range(1, size)),
    )  # fmt: skip


def write_sources(city: MadeCity, folder: Path) -> dict[str, Path]:
    """
    Write the raw files of the city.

    Returns
    -------
    mapping of str to Path
        "osm", "zones", "population", "facilities", "fire_stations", "parks", "pitches",
        "greenways" and "control_lines": an extract, GIS files in several formats, and a table.
    """
    folder.mkdir(parents=True, exist_ok=True)
    paths = {
        "osm": folder / "yuwan.osm.pbf",
        "zones": folder / "zones.gpkg",
        "population": folder / "人口.geojson",
        "facilities": folder / "设施台账.xlsx",
        "fire_stations": folder / "消防站.shp",
        "parks": folder / "公园.gpkg",
        "pitches": folder / "足球场地.geojson",
        "greenways": folder / "绿道.geojson",
        "control_lines": folder / "规划控制线.geojson",
        "entrances": folder / "公园出入口.geojson",
    }
    _extract(city).write(paths["osm"])
    with fixed_gdal_date(DATE):
        _write(_zone_frame(city), paths["zones"])
        _write(_population_frame(city), paths["population"])
        _write(_station_frame(), paths["fire_stations"], encoding="GBK")
        paths["fire_stations"].with_suffix(".cpg").unlink()  # as bureaus hand them over
        parks, gates = _park_frames(city)
        _write(parks, paths["parks"])
        _write(gates, paths["entrances"])
        _write(_pitch_frame(), paths["pitches"])
        _write(_greenway_frame(city), paths["greenways"])
        _write(_control_frame(city), paths["control_lines"])
    _write_facilities(city, paths["facilities"])
    return paths


def _clear(found: Sequence[Block], stubs: Sequence[Piece]) -> None:
    """Take away buildings that stand in the way of streets planted later."""
    room = shapely.union_all([stub.line.buffer(12) for stub in stubs])
    for block in found:
        block.buildings = [item for item in block.buildings if not item.shape.intersects(room)]


def _towers(found: Sequence[Block]) -> list[Planted]:
    """Raise two towers in the county town, where the plan allows 18 storeys at most."""
    town = shapely.Point(plan.COUNTY_TOWN)
    near = sorted(
        (block for block in found if block.middle.distance(town) < 700 and block.buildings),
        key=lambda block: block.middle.distance(town),
    )
    planted = []
    for block in near[:2]:
        old = block.buildings[0]
        block.buildings[0] = type(old)(old.shape, "residential", 24, 2022, 96)
        planted.append(Planted("tower", old.shape, "县城内 24 层住宅"))
    return planted


def _extract(city: MadeCity) -> osmfile.Extract:
    extract = osmfile.Extract()
    joined = osmfile.add_gate_ways(extract, city.blocks, city.streets)
    osmfile.add_streets(extract, joined, city.classless)
    osmfile.add_blocks(extract, city.blocks)
    osmfile.add_places(extract, city.blocks)
    osmfile.add_facilities(extract, city.facilities)
    osmfile.add_surroundings(extract, city.planned)
    main = [piece.line for piece in city.streets if piece.street.rank in {"arterial", "secondary"}]
    for stop in bus_stops(main):
        extract.node(stop, {"highway": "bus_stop"})
    columns = math.ceil(math.sqrt(len(city.neighbours) + 1))
    for number, other in enumerate(city.neighbours, start=1):
        row, column = divmod(number, columns)
        extract.lay(_extract(other), -APART_M * column, -APART_M * row)
    return extract


def _frame(shapes: Sequence[shapely.Geometry], **columns: Sequence[object]) -> gpd.GeoDataFrame:
    degrees = plan.to_degrees(np.array(shapes, dtype=object))
    return gpd.GeoDataFrame(dict(columns), geometry=degrees, crs="EPSG:4490")


def _write(frame: gpd.GeoDataFrame, path: Path, **options: object) -> None:
    path.unlink(missing_ok=True)
    pyogrio.write_dataframe(frame, path, **options)


def _zone_frame(city: MadeCity) -> gpd.GeoDataFrame:
    rows = city.zones
    return _frame(
        [zone.shape for zone in rows],
        code=[zone.code for zone in rows],
        name=[zone.name for zone in rows],
        level=[zone.level for zone in rows],
        parent=[zone.parent or None for zone in rows],
    )


def _population_frame(city: MadeCity) -> gpd.GeoDataFrame:
    rows = [zone for zone in city.zones if zone.level == "community"]
    table = population(list(city.zones))
    columns = {str(name): list(table[name]) for name in table}
    return _frame([zone.shape for zone in rows], **columns)


def _station_frame() -> gpd.GeoDataFrame:
    places = [plan.polar(radius, bearing) for _, _, radius, bearing in FIRE_STATIONS]
    return _frame(
        places,
        名称=[row[1] for row in FIRE_STATIONS],
        级别=[row[0] or None for row in FIRE_STATIONS],
    )


def _park_frames(city: MadeCity) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Return the green blocks as parks, with two gates for each."""
    green = [block for block in city.blocks if block.kind == "green" and block.gates]
    large = [block.shape.area > osmfile.SHELTER_M2 for block in green]
    parks = _frame(
        [block.shape for block in green],
        id=[f"park{block.number}" for block in green],
        name=[
            f"{NAMES[number % len(NAMES)]}{'公园' if big else '游园'}"
            for number, big in enumerate(large)
        ],
        kind=["park" if big else "garden" for big in large],
        public=[1] * len(green),
    )
    gates = [gate for block in green for gate in block.gates]
    return parks, _frame(gates, kind=["park"] * len(gates), open=[1] * len(gates))


def _pitch_frame() -> gpd.GeoDataFrame:
    shapes = []
    for _, radius, bearing, length, width in PITCHES:
        middle = plan.polar(radius, bearing)
        shapes.append(
            shapely.box(
                middle.x - length / 2,
                middle.y - width / 2,
                middle.x + length / 2,
                middle.y + width / 2,
            )
        )
    return _frame(shapes, 规格=[row[0] or None for row in PITCHES], public=[1] * len(PITCHES))


def _greenway_frame(city: MadeCity) -> gpd.GeoDataFrame:
    north = city.planned.river.parallel_offset(65).intersection(
        shapely.box(-2350, -2600, 900, 2600)
    )
    parts = [part for part in shapely.get_parts(north) if part.length > 50]
    return _frame(
        parts,
        name=["榆河绿道"] * len(parts),
        total_width_m=[8.0] * len(parts),
        path_width_m=[3.5] * len(parts),
    )


def _control_frame(city: MadeCity) -> gpd.GeoDataFrame:
    """Return the blue line along the river and the green lines around the large parks."""
    large = [block for block in city.blocks
             if block.kind == "green" and block.shape.area > osmfile.SHELTER_M2]  # fmt: skip
    count = len(large)
    return _frame(
        [shapely.Polygon(city.planned.water.buffer(BLUE_LINE_M).exterior),
         *(block.shape for block in large)],
        id=["lan1", *(f"lv{block.number}" for block in large)],
        name=["榆河蓝线", *(f"绿线{block.number}" for block in large)],
        控制线类型=["城市蓝线", *["城市绿线"] * count],
        批准日期=["2024-05"] * (count + 1),
        批准文号=["榆政发〔2024〕9号（示例）"] * (count + 1),
        管控要求=["不得侵占水面和堤岸", *["不得改作他用"] * count],
    )  # fmt: skip


def _write_facilities(city: MadeCity, path: Path) -> None:
    rows = [facility for facility in city.facilities if facility.kind in IN_TABLE]
    places = shapely.get_coordinates(plan.to_degrees(np.array([row.place for row in rows])))
    table = pd.DataFrame(
        {
            "名称": [row.name for row in rows],
            "设施类别": [row.kind for row in rows],
            "经度": places[:, 0],
            "纬度": places[:, 1],
        }
    )
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("设施台账")
    sheet.append(["榆湾市公共服务设施台账（示例数据）"])
    sheet.append(list(table.columns))
    for record in table.itertuples(index=False):
        sheet.append(list(record))
    content = BytesIO()
    book.save(content)
    write_fixed_zip(content.getvalue(), path, date=DATE)
