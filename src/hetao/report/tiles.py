"""The map of a run as vector tiles in one file, which any map page can show."""

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio
import shapely

from hetao.report.overview import all_findings
from hetao.report.pmtiles import Tileset, merged, read_tileset, write_tileset
from hetao.report.view import RunView

WGS84 = "EPSG:4326"
"""What tiles are cut in; CGCS2000 agrees with it within a decimetre."""


@dataclass(frozen=True)
class Layer:
    """One layer of the tiles: its columns, and the zooms at which it is worth showing."""

    name: str
    columns: tuple[str, ...]
    from_zoom: int
    to_zoom: int = 14


LAYERS = (
    Layer("land_use", ("use",), 11, 13),
    Layer("water", ("name", "kind"), 9),
    Layer("parks", ("name", "kind"), 11),
    Layer("roads", ("name", "class"), 9),
    Layer("buildings", ("use", "storeys", "year"), 13),
)
FINDINGS = Layer("findings", ("indicator", "severity", "remedy", "zone_name", "why_zh"), 9)
ZONES = Layer("zones", ("zone", "name", "level", "parent"), 9)


def write_tiles(view: RunView, path: Path) -> None:
    """Write map.pmtiles: zones, land use, water, parks, roads, buildings and findings."""
    with tempfile.TemporaryDirectory() as folder:
        tilesets = [
            _tileset(frame, layer, Path(folder) / f"{layer.name}.pmtiles", view.city)
            for layer, frame in _frames(view)
        ]
    write_tileset(merged(tilesets, name=view.city, credits_="；".join(view.attributions)), path)


def _frames(view: RunView) -> Iterator[tuple[Layer, gpd.GeoDataFrame]]:
    for layer in LAYERS:
        frame = view.registers.get(layer.name)
        if frame is not None and len(frame):
            yield layer, frame
    zones = view.zones.drop(columns=["zone"], errors="ignore").reset_index(names="zone")
    yield ZONES, zones
    found = all_findings(view)
    if len(found):
        yield FINDINGS, found


def _tileset(frame: gpd.GeoDataFrame, layer: Layer, path: Path, name: str) -> Tileset:
    kept = [column for column in layer.columns if column in frame.columns]
    shapes = shapely.force_2d(frame.geometry.to_numpy())
    table = pd.DataFrame(frame[kept].reset_index(drop=True))
    told = gpd.GeoDataFrame(table, geometry=shapes, crs=WGS84)
    told = told[~(told.geometry.is_empty | told.geometry.isna())]
    pyogrio.write_dataframe(
        told, path, layer=layer.name, driver="PMTiles", geometry_type="Unknown",
        dataset_options={
            "NAME": name, "MINZOOM": str(layer.from_zoom), "MAXZOOM": str(layer.to_zoom),
        },
    )  # fmt: skip
    return read_tileset(path)
