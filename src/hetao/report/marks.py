"""What a map of findings or values draws over the ground."""

from collections.abc import Mapping, Sequence

import geopandas as gpd
import numpy as np
import shapely
from matplotlib.axes import Axes

from hetao.report import furniture, numbers
from hetao.report.basemap import Frame, draw_lines, fill_areas
from hetao.report.classes import class_of
from hetao.report.furniture import Entry
from hetao.report.palette import colour, ramp
from hetao.report.texts import say

MARKS: Mapping[str, tuple[str, str]] = {
    "deadline": ("D", "missed-mark"),
    "best_effort": ("^", "behind-mark"),
}
"""Shape and colour of a finding, by its remedy."""

WASHED_SHARE = 0.04
"""A finding larger than this share of the map gets no wash, which would hide the others."""

COVERED_SHARE = 0.5
"""Findings that cover more than this of the map show as shapes alone."""


def held(found: gpd.GeoDataFrame, frame: Frame) -> int:
    """Return how many findings have their middle in a frame."""
    points = found.geometry.centroid
    across = points.x.between(frame.west, frame.east)
    return int((across & points.y.between(frame.south, frame.north)).sum())


def fill_classes(
    axes: Axes,
    shapes: gpd.GeoSeries,
    values: Sequence[float],
    breaks: Sequence[float],
    *,
    edge: float,
) -> None:
    """Fill zones by the class of their value; hatch those that are unknown."""
    classes, colours = class_of(values, breaks), ramp(len(breaks) + 1)
    known = np.asarray(classes) >= 0
    fills = [colours[index] for index in classes if index >= 0]
    fill_areas(axes, shapes[known], fills, colour("map-edge"), width=edge, zorder=2)
    # the palest class is close to open land: a hairline says where its zones end
    draw_lines(axes, shapes[known].boundary, colour("line-control"), edge / 4, zorder=2.5)
    fill_areas(
        axes, shapes[~known], colour("map-unknown"), colour("map-unknown-line"), width=edge / 2,
        hatch=furniture.HATCH, zorder=2, hatch_linewidth=0.4,
    )  # fmt: skip


def marks(axes: Axes, found: gpd.GeoDataFrame, *, seen_m2: float) -> None:
    """Draw findings: areas as a wash, lines as strokes, each with its shape, the worst on top."""
    crowd = float(np.clip(26 * (60 / max(len(found), 60)) ** 0.5, 5, 26))
    for remedy in reversed(list(MARKS)):
        marker, ink = MARKS[remedy]
        chosen = found[found["remedy"] == remedy]
        if chosen.empty:
            continue
        washed = chosen.geometry[chosen.area <= WASHED_SHARE * seen_m2]
        if found.area.sum() > COVERED_SHARE * seen_m2:
            washed = washed.head(0)
        fill_areas(axes, washed, colour(ink), colour(ink), width=0.3, alpha=0.35, zorder=6)
        draw_lines(axes, chosen.geometry, colour(ink), 1.6, zorder=7)
        places = shapely.point_on_surface(chosen.geometry.to_numpy())
        axes.scatter(
            shapely.get_x(places), shapely.get_y(places), s=crowd, marker=marker,
            color=colour(ink), edgecolors=colour("surface"), linewidths=0.2 + crowd / 45, zorder=9,
        )  # fmt: skip


def entries(found: gpd.GeoDataFrame) -> list[Entry]:
    """Return the legend of findings: each remedy there is, with its count."""
    counted = found["remedy"].value_counts()
    return [
        Entry(f"{say(f'remedy.{remedy}')} {numbers.number(counted[remedy])}", marker, colour(ink))
        for remedy, (marker, ink) in MARKS.items()
        if remedy in counted
    ]
