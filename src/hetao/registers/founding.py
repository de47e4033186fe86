"""Found a workspace: its boundary and zones are its first sources."""

import json
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import shapely

from hetao.errors import UserError
from hetao.geo.grids import parse_grid
from hetao.registers.definition import STORAGE_CRS, register_named
from hetao.registers.reading import Fault, Reading
from hetao.registers.sources import read_source
from hetao.registers.store import store
from hetao.registers.workspace import City, new_workspace

ZONES = "zones"


def found(
    root: Path,
    city: City,
    *,
    boundary: str | None = None,
    zones: Sequence[str] = (),
    crs: str | None = None,
) -> list[Fault]:
    """
    Make the workspace of a city with its boundary and zones.

    Parameters
    ----------
    boundary : str, optional
        A file of polygons, or "west,south,east,north" in degrees.
    zones : sequence of str
        Each a file of polygons with codes and a level column, or "level=file".
    crs : str, optional
        The system of all these files where they do not say it.

    Returns
    -------
    list of Fault
        With an error among them no workspace was made.

    Raises
    ------
    UserError
        If an option cannot be understood, or the folder holds something.
    """
    for grid in city.grids:
        parse_grid(grid)
    with tempfile.TemporaryDirectory() as scratch:
        readings: list[tuple[Path, Reading, str]] = []
        if boundary is not None:
            path = _boundary_file(boundary, Path(scratch))
            mapping = _constant_level("city", Path(scratch))
            reading = read_source(path, register=ZONES, crs=crs, mapping=mapping)
            if path.parent == Path(scratch) and not reading.refused:
                reading = replace(reading, faults=())  # a box needs no licence
            readings.append((path, _as_city(reading, city), "city"))
        for text in zones:
            level, path = _level_and_file(text)
            given = None if level is None else _constant_level(level, Path(scratch))
            reading = read_source(path, register=ZONES, crs=crs, mapping=given)
            readings.append((path, reading, level or ""))
        faults = [fault for _, reading, _ in readings for fault in reading.faults]
        if any(reading.refused for _, reading, _ in readings):
            return faults
        workspace = new_workspace(root, city)
        try:
            for path, reading, level in readings:
                store(workspace, path, reading, options={"register": ZONES, "level": level})
        except BaseException:
            shutil.rmtree(root, ignore_errors=True)
            raise
    return faults


def _boundary_file(text: str, scratch: Path) -> Path:
    if Path(text).exists():
        return Path(text)
    try:
        west, south, east, north = (float(part) for part in text.split(","))
    except ValueError:
        raise UserError("bad_boundary", {"text": text}) from None
    if not (-180 <= west < east <= 180 and -90 <= south < north <= 90):  # noqa: PLR2004  (degrees)
        raise UserError("bad_box", {"text": text})
    path = scratch / "boundary.geojson"
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    feature = {
        "type": "Feature",
        "properties": {"id": "boundary"},
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}), "utf-8")
    return path


def _as_city(reading: Reading, city: City) -> Reading:
    if ZONES not in reading.registers:
        return reading
    shape = shapely.union_all(reading.registers[ZONES].geometry.to_numpy())
    row = gpd.GeoDataFrame(
        {"id": [city.code], "name": [city.name], "level": ["city"]},
        geometry=[shape],
        crs=STORAGE_CRS,
    )
    return replace(reading, registers={ZONES: register_named(ZONES).conform(row)})


def _level_and_file(text: str) -> tuple[str | None, Path]:
    level, sign, file = text.partition("=")
    if not sign:
        return None, Path(text)
    levels = register_named(ZONES).field("level").values
    if level not in levels:
        known = ", ".join(levels)
        raise UserError("no_level", {"text": text, "level": level, "known": known})
    return level, Path(file)


def _constant_level(level: str, scratch: Path) -> Path:
    path = scratch / f"{level}.toml"
    path.write_text(f'[constants]\nlevel = "{level}"\n', "utf-8")
    return path
