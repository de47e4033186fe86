"""Reading OpenStreetMap, GIS files, tables and rasters into registers."""

import re
from dataclasses import replace
from pathlib import Path

from hetao.errors import Tell, quiet
from hetao.registers.faults import fault
from hetao.registers.reading import Reading
from hetao.registers.sources.gis import read_gis
from hetao.registers.sources.osm import read_osm
from hetao.registers.sources.rasters import read_raster
from hetao.registers.sources.tables import read_table

OSM = (".osm.pbf", ".pbf", ".osm", ".osm.gz", ".osm.bz2")
TABLES = (".csv", ".tsv", ".xlsx", ".xlsm")
RASTERS = (".tif", ".tiff")
GIS = (
    ".shp", ".zip", ".gpkg", ".geojson", ".json", ".gdb", ".kml", ".kmz", ".dxf", ".fgb", ".tab",
    ".mif", ".gml", ".parquet", ".geoparquet", ".sqlite", ".geojsonl", ".topojson",
)  # fmt: skip
LICENCE_NOTE = "LICENSE-NOTE.txt"


def read_source(
    path: Path,
    *,
    register: str | None = None,
    layer: str | None = None,
    crs: str | None = None,
    mapping: Path | None = None,
    tell: Tell = quiet,
) -> Reading:
    """
    Read a source of any kind, told by its suffix.

    Returns
    -------
    Reading
        With one error among its faults where nothing can be taken.
    """
    name = path.name.lower()
    if not path.exists():
        return Reading({}, (fault("no_file", str(path)),))
    if path.is_dir() and not name.endswith(".gdb"):
        return Reading({}, (fault("a_folder", path.name),))
    if path.is_file() and not path.stat().st_size:
        return Reading({}, (fault("empty_file", path.name),))
    if name.endswith(OSM):
        reading = read_osm(path, mapping=mapping, tell=tell)
    elif name.endswith(RASTERS):
        reading = read_raster(path, register=register, crs=crs, mapping=mapping, tell=tell)
    elif name.endswith((*TABLES, *GIS)):
        read = read_table if name.endswith(TABLES) else read_gis
        reading = read(path, register=register, layer=layer, crs=crs, mapping=mapping, tell=tell)
    else:
        return Reading({}, (fault("unknown_suffix", path.name, suffix=path.suffix or "—"),))
    reading = _with_licence(reading, path)
    order = ("error", "warning", "note")
    faults = sorted(reading.faults, key=lambda item: order.index(item.severity))
    return replace(reading, faults=tuple(faults))


def _with_licence(reading: Reading, path: Path) -> Reading:
    """Carry the note on source and licence that lies beside the file."""
    if reading.attribution or reading.refused:
        return reading
    note = path.parent / LICENCE_NOTE
    if not note.is_file():
        told = fault("no_licence", path.name)
        return replace(reading, faults=(*reading.faults, told))
    text = note.read_text("utf-8", errors="replace")
    licence = re.search(r"^Licen[cs]e:[ \t]*(.+)$", text, re.MULTILINE)
    source = re.search(r"^(?:Source|Attribution):[ \t]*(.+)$", text, re.MULTILINE)
    holder = re.search(r"©[^,;.()]+", text)
    title = next((line.strip() for line in text.splitlines() if line.strip()), "")
    return replace(
        reading,
        attribution=(source[1] if source else holder[0] if holder else title).strip(),
        licence=licence[1].strip() if licence else "",
    )
