"""The base map of a city: water, parks, blocks, roofs, rails and streets, drawn once per frame."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import shapely
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import LineCollection, PathCollection
from matplotlib.figure import Figure
from matplotlib.path import Path as Outline
from numpy.typing import NDArray
from pyproj import CRS

from hetao.report.palette import colour

ROADS: Sequence[tuple[str, float, bool]] = (
    ("lane", 0.5, False), ("branch", 0.9, False), ("secondary", 1.3, False),
    ("arterial", 2.0, True), ("expressway", 2.5, True), ("motorway", 2.5, True),
)  # fmt: skip
"""Classes of road from thin to thick, with their width in points on a map of 160 mm."""

BLOCKS = ("residential", "public", "commercial", "industrial", "warehouse")
GROUND_PIXELS = 1700
"""Longer side of the picture kept per frame."""

REFERENCE_INCHES = 6.3


@dataclass(frozen=True)
class Frame:
    """A rectangle of the plane, in metres."""

    west: float
    south: float
    east: float
    north: float

    @property
    def width(self) -> float:
        """Return the width in metres."""
        return self.east - self.west

    @property
    def height(self) -> float:
        """Return the height in metres."""
        return self.north - self.south

    def shaped(self, aspect: float) -> "Frame":
        """Return the smallest frame of this width per height about the same centre."""
        width, height = max(self.width, self.height * aspect), max(self.height, self.width / aspect)
        x, y = (self.west + self.east) / 2, (self.south + self.north) / 2
        return Frame(x - width / 2, y - height / 2, x + width / 2, y + height / 2)

    def padded(self, share: float) -> "Frame":
        """Return the frame with a margin on each side."""
        x, y = max(self.width * share, 50), max(self.height * share, 50)
        return Frame(self.west - x, self.south - y, self.east + x, self.north + y)


def frame_of(shapes: gpd.GeoSeries | gpd.GeoDataFrame) -> Frame:
    """Return the frame that holds some geometry."""
    return Frame(*(float(edge) for edge in shapes.total_bounds))


def projected(registers: Mapping[str, gpd.GeoDataFrame], crs: CRS) -> dict[str, gpd.GeoDataFrame]:
    """Return the registers that a base map shows, in metres."""
    shown = ("land_use", "water", "parks", "buildings", "railways", "roads")
    return {id_: registers[id_].to_crs(crs) for id_ in shown if id_ in registers}


def draw_ground(layers: Mapping[str, gpd.GeoDataFrame], frame: Frame) -> NDArray[np.uint8]:
    """
    Return a picture of the city in a frame.

    Parameters
    ----------
    layers : mapping of str to GeoDataFrame
        From `projected`.

    Returns
    -------
    array of uint8, (height, width, 4)
        The first row is the north.
    """
    longer = max(frame.width, frame.height)
    scale = GROUND_PIXELS / longer
    dpi = GROUND_PIXELS / REFERENCE_INCHES
    figure = Figure(figsize=(frame.width * scale / dpi, frame.height * scale / dpi), dpi=dpi)
    canvas = FigureCanvasAgg(figure)
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_axis_off()
    axes.set(xlim=(frame.west, frame.east), ylim=(frame.south, frame.north))
    figure.patch.set_facecolor(colour("map-land"))
    seen = {id_: _within(layer, frame) for id_, layer in layers.items()}
    _areas(axes, seen, smallest_m2=4 / scale**2)
    _rails(axes, seen.get("railways"))
    _roads(axes, seen.get("roads"), crowded=longer > 40_000)  # noqa: PLR2004  (a region, not a town)
    canvas.draw()  # type: ignore[no-untyped-call]
    pixels: NDArray[np.uint8] = np.array(canvas.buffer_rgba())  # type: ignore[no-untyped-call]
    return pixels


def _within(layer: gpd.GeoDataFrame, frame: Frame) -> gpd.GeoDataFrame:
    found = layer.sindex.intersection((frame.west, frame.south, frame.east, frame.north))
    return layer.iloc[np.sort(found)]


def _areas(axes: Axes, seen: Mapping[str, gpd.GeoDataFrame], *, smallest_m2: float) -> None:
    if "land_use" in seen:
        use = seen["land_use"]["use"]
        fill_areas(axes, seen["land_use"][use.isin(BLOCKS)].geometry, colour("map-block"))
        fill_areas(axes, seen["land_use"][use == "green"].geometry, colour("map-park"))
    if "parks" in seen:
        fill_areas(axes, seen["parks"].geometry, colour("map-park"), colour("map-park-line"))
    if "water" in seen:
        fill_areas(axes, seen["water"].geometry, colour("map-water"), colour("map-water-line"))
        draw_lines(axes, seen["water"].geometry, colour("map-water"), 1.1)
    if "buildings" in seen:
        roofs = seen["buildings"].geometry
        large = roofs[roofs.area >= smallest_m2]
        fill_areas(axes, large, colour("map-roof"), colour("map-roof-line"), width=0.2)


def _rails(axes: Axes, rails: gpd.GeoDataFrame | None) -> None:
    if rails is not None and len(rails):
        draw_lines(axes, rails.geometry, colour("map-rail"), 1.3)
        draw_lines(axes, rails.geometry, colour("map-land"), 0.7, dashes=(0, (4, 4)))


def _roads(axes: Axes, roads: gpd.GeoDataFrame | None, *, crowded: bool) -> None:
    if roads is None or roads.empty:
        return
    classes = roads["class"].fillna("lane")
    for name, width, main in ROADS[3 if crowded else 0 :]:
        chosen = roads.geometry[classes == name]
        casing = "map-main-case" if main else "map-road-case"
        draw_lines(axes, chosen, colour(casing), width + 0.5)
    for name, width, main in ROADS[3 if crowded else 0 :]:
        chosen = roads.geometry[classes == name]
        draw_lines(axes, chosen, colour("map-main" if main else "map-road"), width)


def draw_lines(
    axes: Axes,
    shapes: gpd.GeoSeries,
    ink: str,
    width: float,
    *,
    dashes: Any = "solid",  # noqa: ANN401
    **how: Any,  # noqa: ANN401
) -> None:
    """Draw the lines among some geometry, all in one stroke style."""
    geometry = shapely.get_parts(shapes.to_numpy())
    lines = geometry[np.isin(shapely.get_type_id(geometry), (1, 2))]
    if len(lines) == 0:
        return
    points, which = shapely.get_coordinates(lines, return_index=True)
    runs = np.split(points, np.flatnonzero(np.diff(which)) + 1)
    axes.add_collection(
        LineCollection(
            runs, colors=ink, linewidths=width, linestyles=dashes, capstyle="round", **how
        ),
        autolim=False,
    )


def fill_areas(
    axes: Axes,
    shapes: gpd.GeoSeries,
    fill: Any,  # noqa: ANN401  (one colour or one per shape)
    edge: str = "none",
    *,
    width: float = 0.4,
    **how: Any,  # noqa: ANN401
) -> None:
    """Fill the areas among some geometry; holes stay open."""
    geometry = shapes.to_numpy()
    paths, owners = outlines(geometry)
    if not paths:
        return
    fills = fill if isinstance(fill, str) else [fill[owner] for owner in owners]
    axes.add_collection(
        PathCollection(paths, facecolors=fills, edgecolors=edge, linewidths=width, **how),
        autolim=False,
    )


def outlines(geometry: NDArray[Any]) -> tuple[list[Outline], list[int]]:
    """Return one path per polygon with its holes, and the index of the shape it belongs to."""
    parts, owners = shapely.get_parts(geometry, return_index=True)
    areal = (shapely.get_type_id(parts) == 3) & ~shapely.is_empty(parts)  # noqa: PLR2004  (polygons)
    polygons = shapely.orient_polygons(parts[areal])
    rings, ring_owner = shapely.get_rings(polygons, return_index=True)
    points, which = shapely.get_coordinates(rings, return_index=True)
    codes = np.full(len(points), Outline.LINETO, dtype=np.uint8)
    starts = np.flatnonzero(np.diff(which, prepend=-1))
    codes[starts] = Outline.MOVETO
    codes[np.append(starts[1:], len(points))[: len(starts)] - 1] = Outline.CLOSEPOLY
    cuts = np.flatnonzero(np.diff(ring_owner[which])) + 1
    paths = [
        Outline(run, code)
        for run, code in zip(np.split(points, cuts), np.split(codes, cuts), strict=True)
        if len(run)
    ]
    return paths, [int(owner) for owner in owners[areal]]
