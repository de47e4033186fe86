"""Grids of squares or hexagons, as zones."""

import geopandas as gpd
import numpy as np
import shapely

from hetao.errors import UserError
from hetao.geo.crs import metric_crs

SHAPES = ("square", "hexagon")


def parse_grid(text: str) -> tuple[str, float]:
    """
    Return the shape and size that "square:500" names.

    Raises
    ------
    UserError
        If the shape is unknown or the size is no number of metres from 10 up.

    Examples
    --------
    >>> parse_grid("hexagon:300")
    ('hexagon', 300.0)
    """
    shape, _, size = text.partition(":")
    try:
        metres = float(size)
    except ValueError:
        metres = 0.0
    if shape not in SHAPES or metres < 10:  # noqa: PLR2004  (smaller cells than any building)
        raise UserError("bad_grid", {"text": text})
    return shape, metres


def grid_cells(boundary: shapely.Geometry, *, shape: str, size_m: float) -> gpd.GeoDataFrame:
    """
    Return the cells of a grid within a boundary.

    Parameters
    ----------
    boundary : Geometry
        Polygon in longitude and latitude (CGCS2000).
    shape : {"square", "hexagon"}
        Squares have sides, hexagons have a width (flat to flat) of `size_m`.

    Returns
    -------
    GeoDataFrame, indexed by cell code such as "square500:12,-3"
        Cells clipped to the boundary, in longitude and latitude. The origin is that of the
        city's metric system, so a cell keeps its code from year to year. `name` counts rows from
        the north and columns from the west of this boundary: "R3C7".
    """
    centre = shapely.centroid(boundary)
    crs = metric_crs(shapely.get_x(centre), shapely.get_y(centre))
    area = gpd.GeoSeries([boundary], crs="EPSG:4490").to_crs(crs).iloc[0]
    if shape == "square":
        columns, rows = _span(area, size_m, size_m)
        cells = shapely.box(
            columns * size_m, rows * size_m, (columns + 1) * size_m, (rows + 1) * size_m
        )
    else:
        step_y = size_m * np.sqrt(3) / 2
        columns, rows = _span(area, size_m, step_y)
        cells = _hexagons((columns + (rows % 2) / 2) * size_m, rows * step_y, size_m)
    shapely.prepare(area)
    kept = shapely.intersects(area, cells)
    codes = [
        f"{shape}{size_m:g}:{column},{row}"
        for column, row in zip(columns[kept], rows[kept], strict=True)
    ]
    clipped = shapely.intersection(cells[kept], area)
    solid = shapely.area(clipped) > 1e-6 * size_m**2  # a touch is no part of the city
    down = (rows[kept].max() - rows[kept] + 1)[solid]
    across = (columns[kept] - columns[kept].min() + 1)[solid]
    names = [f"R{row}C{column}" for row, column in zip(down, across, strict=True)]
    return gpd.GeoDataFrame(
        {"name": names},
        geometry=gpd.GeoSeries(clipped[solid], crs=crs).to_crs("EPSG:4490").to_numpy(),
        index=np.array(codes, dtype=object)[solid],
        crs="EPSG:4490",
    )


def _span(area: shapely.Geometry, step_x: float, step_y: float) -> tuple[np.ndarray, np.ndarray]:
    west, south, east, north = shapely.bounds(area)
    columns = np.arange(np.floor(west / step_x) - 1, np.ceil(east / step_x) + 1, dtype=int)
    rows = np.arange(np.floor(south / step_y) - 1, np.ceil(north / step_y) + 1, dtype=int)
    grid = np.meshgrid(columns, rows)
    return grid[0].ravel(), grid[1].ravel()


def _hexagons(x: np.ndarray, y: np.ndarray, width: float) -> np.ndarray:
    radius = width / np.sqrt(3)
    angles = np.pi / 6 + np.arange(6) * np.pi / 3  # pointed at the top, flat at the sides
    corners = np.stack(
        [x[:, None] + radius * np.cos(angles), y[:, None] + radius * np.sin(angles)], axis=2
    )
    return np.asarray(shapely.polygons(corners))
