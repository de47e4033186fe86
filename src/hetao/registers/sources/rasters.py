"""Read population rasters: people per cell, or per square kilometre."""

from pathlib import Path

import geopandas as gpd
import numpy as np
import rasterio
import shapely
from numpy.typing import NDArray
from pyproj import CRS, Geod
from rasterio.errors import RasterioError
from rasterio.windows import Window

from hetao.errors import Tell, quiet
from hetao.geo.crs import Declared, looks_like, parse_crs, to_storage
from hetao.registers.definition import registers
from hetao.registers.faults import fault
from hetao.registers.reading import Fault, Reading
from hetao.registers.sources.layers import reason
from hetao.registers.sources.mapping import column_mapping

POPULATION = "population"
ROWS_AT_ONCE = 1024
MOST_PERSONS = 5e7
"""No cell holds more people than this."""


def read_raster(
    path: Path,
    *,
    register: str | None = None,
    crs: str | None = None,
    mapping: Path | None = None,
    tell: Tell = quiet,
) -> Reading:
    """
    Read a raster of people as points at the centres of its cells.

    Cells hold people unless the mapping says `[raster]` `unit = "per_km2"`. Cells without
    people are left out; the sum is that of the raster.
    """
    settings = column_mapping(mapping).raster
    if register not in {None, POPULATION}:
        return Reading({}, (fault("raster_register", path.name, register=register),))
    try:
        with rasterio.open(path) as raster:
            if raster.count != 1:
                return Reading({}, (fault("raster_bands", path.name, bands=raster.count),))
            if raster.crs is None and crs is None:
                return Reading({}, (fault("raster_crs", path.name),))
            declared = parse_crs(crs) if crs else Declared(CRS.from_wkt(raster.crs.to_wkt()))
            x, y, persons, negative = _cells(raster, tell)
    except (RasterioError, OSError, ValueError) as error:
        return Reading({}, (fault("unreadable", path.name, why=reason(error, path)),))
    faults: list[Fault] = []
    if negative:
        faults.append(fault("raster_negative", path.name, count=negative))
    points = gpd.GeoDataFrame({"persons": persons}, geometry=shapely.points(x, y))
    reach = (float(x.min()), float(y.min()), float(x.max()), float(y.max())) if len(x) else None
    if reach is not None and declared.crs.is_geographic != (looks_like(reach) == "degrees"):
        sample = f"({reach[0]:.6g}, {reach[1]:.6g})"
        told = fault("wrong_crs", path.name, declared=declared.crs.name, sample=sample)
        return Reading({}, (told,))
    placed = to_storage(points, declared)
    if settings.get("unit") == "per_km2":
        placed["persons"] *= _cell_areas_km2(path, declared, y)
    placed = placed.assign(id=[f"c{number}" for number in range(1, len(placed) + 1)])
    if not len(placed):
        faults.append(fault("no_rows", path.name))
    return Reading({POPULATION: registers()[POPULATION].conform(placed)}, tuple(faults))


def _cells(
    raster: rasterio.DatasetReader, tell: Tell
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64], int]:
    """Return centres and values of the cells that hold people, and how many are negative."""
    columns, rows, values = [], [], []
    negative = 0
    for top in range(0, raster.height, ROWS_AT_ONCE):
        tell("read", top, raster.height)
        height = min(ROWS_AT_ONCE, raster.height - top)
        block = raster.read(1, window=Window(0, top, raster.width, height), masked=True)
        filled = block.astype(np.float64).filled(np.nan)
        filled[filled > MOST_PERSONS] = np.nan  # a value for no data that the file does not declare
        negative += int((filled < 0).sum())
        row, column = np.nonzero(filled > 0)
        rows.append(row + top)
        columns.append(column)
        values.append(filled[row, column])
    east, south = np.concatenate(columns) + 0.5, np.concatenate(rows) + 0.5
    matrix = raster.transform
    x = matrix.a * east + matrix.b * south + matrix.c
    y = matrix.d * east + matrix.e * south + matrix.f
    return x, y, np.concatenate(values), negative


def _cell_areas_km2(path: Path, declared: Declared, y: NDArray[np.float64]) -> NDArray[np.float64]:
    with rasterio.open(path) as raster:
        width, height = abs(raster.transform.a), abs(raster.transform.e)
    if declared.crs.is_projected:
        return np.full(len(y), width * height / 1e6)
    ellipsoid = Geod(ellps="GRS80")
    rows, where = np.unique(y, return_inverse=True)
    areas = [
        abs(ellipsoid.geometry_area_perimeter(
            shapely.box(0, row - height / 2, width, row + height / 2)
        )[0]) / 1e6
        for row in rows
    ]  # fmt: skip
    return np.array(areas)[where]
