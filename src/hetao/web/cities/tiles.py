"""Tiles of the one map: an archive a register and county, cut from the newest snapshot."""

import json
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import freestiler
import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from django.conf import settings

from hetao.errors import Tell, quiet
from hetao.registers.definition import Field, Register, registers
from hetao.registers.snapshot import Snapshot
from hetao.registers.workspace import finished_folder
from hetao.web.cities.layers import drawing_of
from hetao.web.cities.take_up import NOT_THINGS, Counties
from hetao.web.secret import PLATFORM

MANIFEST = "manifest.json"
BASE, FINDINGS = "base", "findings"
WGS84 = "EPSG:4326"
"""What tiles are cut in; CGCS2000 agrees with it within a decimetre."""

TOP_ZOOM = 15
THIN_FROM = 20_000
"""So many things are more than a distant zoom can show; beyond, it shows a share of them."""

THIN_RATE = 2.5
VALUES_AT_MOST = 14
CLASSES = 6
LEVELS = ("county", "subdistrict", "community")


@dataclass(frozen=True)
class BaseLayer:
    """One layer of the base map: what is taken from a register, and from which zoom."""

    register: str
    columns: tuple[str, ...]
    from_zoom: int


GROUND = (
    BaseLayer("land_use", ("use",), 10),
    BaseLayer("water", ("name", "kind"), 8),
    BaseLayer("parks", ("name",), 10),
    BaseLayer("railways", (), 8),
    BaseLayer("roads", ("name", "class"), 8),
    BaseLayer("buildings", ("storeys",), 13),
)


def tiles_root() -> Path:
    """Return where the tiles of the workspace are kept; all of it can be made anew."""
    return Path(settings.ROOT) / PLATFORM / "tiles"


def manifest_of(folder: str) -> Mapping[str, Any] | None:
    """Return what the archives of a snapshot or run hold; None where none were cut."""
    path = tiles_root() / folder / MANIFEST
    if not path.is_file():
        return None
    return _read(str(path), path.stat().st_mtime_ns)


def _read(path: str, changed: int) -> Mapping[str, Any]:
    if _KEPT.get(path, (0, {}))[0] != changed:
        _KEPT[path] = (changed, json.loads(Path(path).read_text("utf-8")))
    return _KEPT[path][1]


_KEPT: dict[str, tuple[int, Mapping[str, Any]]] = {}


def cut_registers(snapshot: Snapshot, *, tell: Tell = quiet) -> None:
    """
    Cut the tiles of a snapshot, whole or not at all; tiles that are there stay.

    Each register with places gives one archive of all its things and one for each county, since
    there are people who may see their county alone; the base map is one for everybody.
    """
    zones = snapshot.zones
    places = Places(zones)
    wanted = [id_ for id_ in snapshot.manifest["registers"] if id_ not in NOT_THINGS]
    told: dict[str, Any] = {"snapshot": snapshot.id, "digest": snapshot.digest, "layers": {}}
    built_up = zones[zones["level"] == "built_up_area"]
    told["bounds"] = _bounds(zones)
    told["home"] = _bounds(built_up if len(built_up) else zones)
    with finished_tiles(snapshot.id) as draft:
        if draft is None:
            return
        for step, id_ in enumerate(wanted):
            tell("tiles", step, len(wanted) + 1)
            layer = layer_of(registers()[id_], snapshot.register(id_), places)
            if layer is not None:
                told["layers"][id_] = _cut(layer, id_, draft)
        tell("tiles", len(wanted), len(wanted) + 1)
        _cut_base(snapshot, draft)
        (draft / MANIFEST).write_text(json.dumps(told, ensure_ascii=False), "utf-8")
    tell("tiles", len(wanted) + 1, len(wanted) + 1)


@contextmanager
def finished_tiles(name: str) -> Iterator[Path | None]:
    """Yield a folder for tiles that appears whole or not at all; None where they are there."""
    target = tiles_root() / name
    if (target / MANIFEST).is_file():
        yield None
        return
    with finished_folder(target) as draft:
        yield draft


def _bounds(zones: gpd.GeoDataFrame) -> list[float]:
    return [round(float(edge), 6) for edge in zones.total_bounds]


def drop_older(kept: Sequence[str]) -> None:
    """Remove the tiles of snapshots and runs that the map shows no more."""
    for folder in tiles_root().glob("*/"):
        if folder.name not in kept:
            shutil.rmtree(folder, ignore_errors=True)


class Places:
    """Which county, sub-district and community a shape lies in."""

    def __init__(self, zones: gpd.GeoDataFrame) -> None:
        self.counties = Counties(zones)
        self.levels = {}
        for level in LEVELS:
            chosen = zones[zones["level"] == level]
            tree = shapely.STRtree(chosen.geometry.to_numpy())
            self.levels[level] = (chosen.index.to_numpy(), tree)

    def of(self, shapes: Any) -> dict[str, Any]:  # noqa: ANN401
        """Return the codes of the zones that hold a point on each shape, by level."""
        points = shapely.point_on_surface(shapes)
        found = {}
        for level, (codes, tree) in self.levels.items():
            held = np.full(len(points), None, dtype=object)
            if len(codes):
                which, place = tree.query(points, predicate="intersects")
                held[which] = codes[place]
            found[level] = held
        return found


@dataclass(frozen=True)
class TileLayer:
    """Things ready to be cut: shapes with what a tile carries of each, and what they tell."""

    frame: gpd.GeoDataFrame
    from_zoom: int
    thin: bool
    told: Mapping[str, Any] = field(default_factory=dict)


def layer_of(register: Register, frame: gpd.GeoDataFrame, places: Places) -> TileLayer | None:
    """Return what is cut of a register; None where none of its things has a place."""
    shapes = shapely.force_2d(frame.geometry.to_numpy())
    has = ~(shapely.is_missing(shapes) | shapely.is_empty(shapes))
    if not has.any():
        return None
    frame, shapes = frame[has].reset_index(drop=True), shapes[has]
    zones = places.of(shapes)
    if "zone" in frame:  # a thing outside all zones may still name one
        named = frame["zone"].fillna("").map(places.counties.of_zone).to_numpy()
        zones["county"] = np.where(pd.isna(zones["county"]) & (named != ""), named, zones["county"])
    fields = {one.name: _told_of(frame[one.name], one) for one in _carried(register)}
    fields = {name: told for name, told in fields.items() if told is not None}
    columns = {"ref": frame["id"], "name": frame["name"], **zones}
    columns |= {name: _plain(frame[name]) for name in fields}
    table = gpd.GeoDataFrame(pd.DataFrame(columns), geometry=shapes, crs=WGS84)
    drawing = drawing_of(register.id)
    dimension = int(np.max(shapely.get_dimensions(shapes)))
    told = {
        "count": len(table), "dimension": dimension, "fields": fields,
        "mixed": bool(len(set(shapely.get_dimensions(shapes))) > 1),
    }  # fmt: skip
    return TileLayer(table, drawing.from_zoom, drawing.thin, told)


def _carried(register: Register) -> Iterator[Field]:
    for one in register.fields:
        listed = one.type in ("integer", "number", "boolean") or (one.type == "string")
        if listed and not one.personal and one.name not in ("id", "name", "source", "zone"):
            yield one


def _told_of(column: "pd.Series[Any]", one: Field) -> dict[str, Any] | None:
    """Return what a legend needs of a column; None for free text and for what is never known."""
    known = column.dropna()
    if not len(known):
        return None
    told: dict[str, Any] = {"known": len(known)}
    if one.type in ("integer", "number"):
        values = known.astype(float)
        return told | {"kind": "number", "breaks": _breaks(values.to_numpy()),
                       "low": float(values.min()), "high": float(values.max())}  # fmt: skip
    counts = known.astype(str).value_counts()
    if not one.values and one.type != "boolean" and len(counts) > VALUES_AT_MOST:
        return None
    return told | {"kind": "listed", "values": {str(k): int(n) for k, n in counts.items()}}


def _breaks(values: Any) -> list[float]:  # noqa: ANN401
    """Return at most five round breaks that part the values into classes of like size."""
    edges = np.quantile(values, np.linspace(0, 1, CLASSES + 1)[1:-1])
    span = float(np.max(values) - np.min(values))
    if not span:
        return []
    step = 10.0 ** np.floor(np.log10(span / CLASSES))
    return sorted({float(round(round(edge / step) * step, 6)) for edge in edges})


def _plain(column: "pd.Series[Any]") -> "pd.Series[Any]":
    if str(column.dtype) == "boolean":
        return column.map({True: "True", False: "False"}).astype("string")
    return column


def _cut(layer: TileLayer, id_: str, folder: Path) -> dict[str, Any]:
    """Write a layer's archives, all things and county by county; return what they hold."""
    cut(layer, id_, folder / f"{id_}.pmtiles")
    counties = {}
    for county, rows in layer.frame.groupby("county", dropna=True):
        part = TileLayer(rows.reset_index(drop=True), layer.from_zoom, layer.thin)
        cut(part, id_, folder / f"{id_}@{county}.pmtiles")
        counties[str(county)] = len(rows)
    return {**layer.told, "counties": counties, "from_zoom": layer.from_zoom}


def cut(layer: TileLayer, name: str, path: Path) -> None:
    """Write one archive of one layer."""
    thin = layer.thin and len(layer.frame) > THIN_FROM
    freestiler.freestile(
        {name: freestiler.FreestileLayer(layer.frame, layer.from_zoom, TOP_ZOOM)}, path,
        min_zoom=layer.from_zoom, max_zoom=TOP_ZOOM, base_zoom=TOP_ZOOM - 1 if thin else None,
        drop_rate=THIN_RATE if thin else None, quiet=True,
    )  # fmt: skip


def _cut_base(snapshot: Snapshot, folder: Path) -> None:
    """Write the base map: the ground, streets, roofs with their storeys, and the zones."""
    layers = {}
    for layer in GROUND:
        frame = snapshot.register(layer.register)
        frame = frame[~(frame.geometry.is_empty | frame.geometry.isna())]
        if len(frame):
            table = gpd.GeoDataFrame(
                pd.DataFrame(frame[list(layer.columns)]).reset_index(drop=True),
                geometry=shapely.force_2d(frame.geometry.to_numpy()), crs=WGS84,
            )  # fmt: skip
            layers[layer.register] = freestiler.FreestileLayer(table, layer.from_zoom, TOP_ZOOM)
    zones = snapshot.zones
    names = pd.DataFrame(
        {"code": zones["id"], "name": zones["name"], "level": zones["level"]}
    ).reset_index(drop=True)
    shapes = shapely.force_2d(zones.geometry.to_numpy())
    layers["zones"] = freestiler.FreestileLayer(
        gpd.GeoDataFrame(names, geometry=shapes, crs=WGS84), 5, TOP_ZOOM
    )
    marks = gpd.GeoDataFrame(names, geometry=shapely.point_on_surface(shapes), crs=WGS84)
    layers["zone_names"] = freestiler.FreestileLayer(marks, 5, TOP_ZOOM)
    freestiler.freestile(
        layers, folder / f"{BASE}.pmtiles", min_zoom=5, max_zoom=TOP_ZOOM, quiet=True
    )
