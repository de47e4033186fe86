"""One layer of a file, as read, into one register."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from hetao.geo.crs import Declared, looks_like, parse_crs, to_storage
from hetao.registers.definition import STORAGE_CRS, Register, register_named, registers
from hetao.registers.faults import fault, shown
from hetao.registers.reading import Fault, Reading
from hetao.registers.sources.mapping import Cell, ColumnMapping, column_of, fields_from
from hetao.registers.sources.repair import repaired

GUESSES = {
    "degrees": ("经纬度", "longitude and latitude", "EPSG:4490"),
    "swapped_degrees": ("经纬度（先纬后经）", "latitude and longitude", "EPSG:4490"),
    "prefixed_zone": ("带号前缀的高斯坐标", "Gauss coordinates with a zone prefix", "EPSG:4524"),
    "metres": ("以米为单位的投影坐标", "projected coordinates in metres", "EPSG:4545"),
    "nothing": ("无效坐标", "nothing that can be used", "EPSG:4490"),
}
NAMES = {
    "roads": "roads?|streets?|道路(中心)?|街道中心|路网|road_?network",
    "buildings": "buildings?|建筑|房屋",
    "land_use": "land_?use|用地|地类", "parks": "parks?|公园(绿地)?|绿地广场",
    "water": "water|水系|水体|河流",
    "control_lines": "control_?lines?|(规划)?控制(线)?|三区三(线)?",
    "railways": "rail(way)?s?|铁路", "footways": "footways?|步行道|人行道|慢行",
    "greenways": "greenways?|绿道", "fire_stations": "fire_?stations?|消防站",
    "football_pitches": "football.*|足球.*", "shelters": "shelters?|避难.*",
    "charging_stations": "charging.*|充电.*", "car_parks": "car_?parks?|parking|停车.*",
    "population": "pop(ulation)?|人口", "facilities": "facilit(y|ies)|pois?|设施|公服",
    "entrances": "entrances?|gates?|出入口", "barriers": "barriers?|walls?|围墙",
    "reported_figures": "reported_?figures?|figures|填报(指标)?值?|指标(填报)?数据|上报(指标|数据)",
    "zones": "zones?|communit(y|ies)|社区|街道|单元|行政区.*|boundary|边界",
}  # fmt: skip
"""What the name of a layer or file says about its register: its last word decides."""

TAILS = "数据|图层|图|面|线|点|表|台账|轮廓|清单|名录|名单|分布|现状"
"""Words at the end of a name that say nothing about what is in it."""

TELLING = {"population": "persons", "fire_stations": "class", "buildings": "storeys"}
"""Columns that tell a register where the name does not."""


@dataclass(frozen=True)
class Layer:
    """
    A layer as it stands in a file.

    Attributes
    ----------
    frame : GeoDataFrame
        Its columns as they are; the CRS as the file says it, or none.
    cell : callable
        Names a cell of it for people.
    is_table : bool
        True for tables, which have no place to say a CRS.
    placing : frozenset of str
        The columns of a table that say where things are.
    """

    name: str
    frame: gpd.GeoDataFrame
    where: str
    cell: Cell
    is_table: bool = False
    placing: frozenset[str] = frozenset()


def reading_of(
    layer: Layer, *, register: str | None, crs: str | None, mapping: ColumnMapping
) -> Reading:
    """
    Return a layer as a register, with every fault in it.

    Parameters
    ----------
    register, crs : str, optional
        As said on the command line; they go before what the mapping and the file say.
    """
    faults: list[Fault] = []
    columns = [str(column) for column in layer.frame.columns if column != "geometry"]
    named = register or mapping.register
    chosen = register_named(named) if named else _recognised(layer, columns, mapping)
    if chosen is None:
        known = "、".join(f"{id_} {entry.name_zh}" for id_, entry in registers().items())
        listed = "、".join(columns) or "—"
        return _refused(fault("which_register", layer.where, columns=listed, known=known))
    if not named:
        faults.append(
            fault("guessed_register", layer.where, register=f"{chosen.id} {chosen.name_zh}")
        )
    table = pd.DataFrame(layer.frame.drop(columns="geometry"))
    fields, wrong = fields_from(table, chosen, mapping, where=layer.where, cell=layer.cell)
    id_header = column_of(chosen, chosen.field("id"), columns, mapping)
    others = table.drop(columns=id_header or []).astype("string")
    fields["_row"] = pd.util.hash_pandas_object(others, index=False)
    fields["id"], repeated = _ids(fields.get("id"), len(table), layer.where)
    nowhere = layer.frame.geometry.isna()
    if chosen.geometry == "none" or (chosen.geometry == "optional" and nowhere.all()):
        return _placeless(fields, layer, chosen, (*faults, *wrong, *repeated))
    frame = gpd.GeoDataFrame(fields, geometry=layer.frame.geometry)
    placed, crs_faults = _placed(frame, layer, crs or mapping.crs)
    faults += [*wrong, *repeated, *crs_faults, *_unused(layer, chosen, columns, mapping)]
    if placed is None:
        return Reading({}, tuple(faults))
    unplaced = placed[nowhere.to_numpy()] if chosen.geometry == "optional" else placed[:0]
    placed, repairs = repaired(placed.drop(unplaced.index), chosen.geometry, where=layer.where)
    placed = placed if unplaced.empty else _together(placed, unplaced)
    faults += repairs
    if not len(placed):
        faults.append(fault("no_rows", layer.where))
    return Reading({chosen.id: chosen.conform(placed)}, tuple(faults))


def _placeless(
    fields: pd.DataFrame, layer: Layer, register: Register, faults: Sequence[Fault]
) -> Reading:
    """Return a register whose things have no place, such as reported figures."""
    nowhere = gpd.GeoSeries([None] * len(fields), fields.index, crs=STORAGE_CRS)
    frame = gpd.GeoDataFrame(fields, geometry=nowhere)
    told = [fault("no_rows", layer.where)] if not len(frame) else []
    return Reading({register.id: register.conform(frame)}, (*faults, *told))


def _together(placed: gpd.GeoDataFrame, unplaced: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    both = pd.concat([pd.DataFrame(placed), pd.DataFrame(unplaced)]).sort_index(kind="stable")
    return gpd.GeoDataFrame(both, geometry="geometry", crs=placed.crs)


def _unused(
    layer: Layer, register: Register, columns: Sequence[str], mapping: ColumnMapping
) -> list[Fault]:
    """Tell of the columns that no field of the register takes."""
    used = {column_of(register, field, list(columns), mapping) for field in register.fields}
    left = [column for column in columns if column not in used and column not in layer.placing]
    if not left:
        return []
    return [fault("unused_columns", layer.where, count=len(left), cells=shown(left))]


def _refused(*faults: Fault) -> Reading:
    return Reading({}, faults)


def _recognised(layer: Layer, columns: Sequence[str], mapping: ColumnMapping) -> Register | None:
    named = register_of_name(layer.name)
    if named is not None:
        return registers()[named]
    for id_, column in TELLING.items():
        entry = registers()[id_]
        if column_of(entry, entry.field(column), list(columns), mapping):
            return entry
    return None


def register_of_name(name: str) -> str | None:
    """
    Return the register that a layer's name speaks of, or None.

    Examples
    --------
    >>> register_of_name("linhe_roads_2026"), register_of_name("公园出入口现状图")
    ('roads', 'entrances')
    """
    if name.lower() in registers():
        return name.lower()
    core = re.sub(f"({TAILS}|[\\W\\d_])+$", "", name.lower())
    found = [
        (match.end(2), match.end(2) - match.start(2), id_)
        for id_, pattern in NAMES.items()
        for match in re.finditer(f"(^|[^a-z])({pattern})(?![a-z])", core)
        if match.end(2) == len(core) or match[2].isascii()
    ]
    return max(found)[2] if found else None


def reason(error: Exception, path: Path) -> str:
    """Return the first words of an error from a reader, without folders and advice to coders."""
    text = str(error).splitlines()[0] if str(error) else type(error).__name__
    text = text.replace(f"{path.parent}/", "")
    text = re.sub(r"(; Error occurred in|; It might help|\. Set SHAPE_).*", "", text)
    return re.sub(r"/\S*/([^/\s]+)", r"\1", text)


def _ids(given: pd.Series | None, count: int, where: str) -> tuple[pd.Series, list[Fault]]:
    """Return ids that are unique, numbered where the file gives none."""
    numbers = pd.Series([str(number) for number in range(1, count + 1)], dtype="string")
    if given is None:
        return numbers.set_axis(pd.RangeIndex(count)), []
    ids = given.astype("string").reset_index(drop=True).fillna("row" + numbers)
    again = ids.duplicated()
    if not again.any():
        return ids.set_axis(given.index), []
    nth = (ids.groupby(ids).cumcount() + 1).astype("string")
    told = fault("repeated_id", where, count=int(again.sum()), cells=shown(ids[again].unique()))
    return ids.where(~again, ids + "-" + nth).set_axis(given.index), [told]


def _placed(
    frame: gpd.GeoDataFrame, layer: Layer, said: str | None
) -> tuple[gpd.GeoDataFrame | None, list[Fault]]:
    """Return the layer in the storage CRS, or None with the fault that forbids it."""
    bounds = _bounds(layer.frame)
    look = looks_like(bounds)
    faults: list[Fault] = []
    if said is not None:
        declared = parse_crs(said)
    elif layer.frame.crs is not None:
        declared = Declared(layer.frame.crs)
    elif layer.is_table and look in {"degrees", "swapped_degrees"}:
        declared = parse_crs("CGCS2000")
        faults.append(fault("assumed_degrees", layer.where))
    else:
        return None, [_no_crs(layer, look)]
    degrees = declared.crs.is_geographic
    if degrees and (look == "swapped_degrees" or _latitude_first(bounds)):
        turned = shapely.transform(frame.geometry.to_numpy(), lambda points: points[:, ::-1])
        frame = frame.set_geometry(gpd.GeoSeries(turned, frame.index))
        faults.append(fault("swapped_axes", layer.where, count=len(frame)))
    elif degrees != (look in {"degrees", "swapped_degrees"}):
        return None, [_wrong_crs(layer, declared, bounds)]
    placed = to_storage(frame, declared)
    if looks_like(_bounds(placed)) != "degrees":
        return None, [_wrong_crs(layer, declared, bounds)]
    return placed, faults


def _bounds(frame: gpd.GeoDataFrame) -> tuple[float, float, float, float]:
    """Return the bounds of the features that have finite ones."""
    each = shapely.bounds(frame.geometry.to_numpy())
    each = each[np.isfinite(each).all(axis=1)]
    if not len(each):
        return (0.0, 0.0, 0.0, 0.0)
    (west, south), (east, north) = each[:, :2].min(axis=0), each[:, 2:].max(axis=0)
    return float(west), float(south), float(east), float(north)


def _latitude_first(bounds: tuple[float, float, float, float]) -> bool:
    """Say whether degrees must be latitude first: 15 to 55 beside 73 to 136."""
    west, south, east, north = bounds
    return west >= 15 and east <= 55 and south >= 73 and north <= 136  # noqa: PLR2004


def _no_crs(layer: Layer, look: str) -> Fault:
    guess_zh, guess_en, example = GUESSES[look]
    return fault("no_crs", layer.where, guess_zh=guess_zh, guess_en=guess_en, example=example)


def _wrong_crs(layer: Layer, declared: Declared, bounds: tuple[float, ...]) -> Fault:
    sample = f"({bounds[0]:.6g}, {bounds[1]:.6g})"
    return fault("wrong_crs", layer.where, declared=declared.crs.name, sample=sample)


def file_where(path: Path, layer: str | None = None) -> str:
    """Return how a file and its layer are named in faults."""
    return path.name if layer is None or layer == path.stem else f"{path.name} [{layer}]"
