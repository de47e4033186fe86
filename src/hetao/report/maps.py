"""Maps of a run: values by zone, findings in their place, and the problem map."""

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from hetao.report import furniture, numbers
from hetao.report.basemap import (
    Frame,
    draw_ground,
    draw_lines,
    frame_of,
    projected,
)
from hetao.report.classes import class_of, round_breaks
from hetao.report.fonts import lettering
from hetao.report.furniture import SMALL, TEXT, TITLE, Label, Lettering
from hetao.report.marks import entries, fill_classes, held, marks
from hetao.report.palette import colour, is_dark, ramp
from hetao.report.texts import say
from hetao.report.view import RunView

DPI = 180
LEAST_INSIDE = 0.1
"""With fewer of its findings in the city than this share a map shows all that there are."""

LABELLED = 90
"""With more zones than this a map carries no names."""


@dataclass(frozen=True)
class Sheet:
    """The size of a picture as printed, in inches, and its title."""

    width: float
    height: float
    title: str = ""

    @property
    def head(self) -> float:
        """Return the height of the title line."""
        return 0.24 if self.title else 0.02

    @property
    def map_height(self) -> float:
        """Return the height left for the map."""
        return self.height - self.head - LEGEND - FOOT


LOWEST, HIGHEST = 3.0, 4.0
"""Heights in inches between which a map on its own may be."""

LEGEND, FOOT = 0.34, 0.13
"""Heights of the legend and of the credits, in inches."""


class CityMaps:
    """Draws the maps of one run; each ground is drawn once and used again."""

    def __init__(self, view: RunView) -> None:
        self._view = view
        self._zones = view.zones.to_crs(view.crs)
        self._layers = projected(view.registers, view.crs)
        self._grounds: dict[Frame, Any] = {}
        self._city = self._city_frame()

    def zones(
        self, table: pd.DataFrame, *, unit: str, benchmark: float | None, sheet: Sheet
    ) -> bytes:
        """
        Return a map of values by zone, as PNG.

        Parameters
        ----------
        table : DataFrame
            One row per zone: `zone`, `value`.
        benchmark : float or None
            One of the breaks between classes, where it lies among the values.
        """
        shapes = self._zones.geometry.reindex(table["zone"])
        with lettering():
            figure, axes, frame = self._begin(sheet, frame_of(shapes))
            breaks = round_breaks(list(table["value"]), benchmark)
            self._choropleth(axes, shapes, list(table["value"]), breaks)
            self._names(
                Lettering(axes, frame, width_inches=sheet.width), shapes, table, breaks, unit
            )
            furniture.legend_of_classes(
                figure, breaks, top=LEGEND + FOOT - 0.03, unit=unit, benchmark=benchmark
            )
            return self._finished(figure, axes, frame, sheet)

    def findings(self, found: gpd.GeoDataFrame, *, sheet: Sheet) -> bytes:
        """Return a map of findings as status shapes on the base map, as PNG."""
        found = found.to_crs(self._view.crs).sort_values("severity", kind="stable")
        with lettering():
            figure, axes, frame = self._begin(sheet, self._frame_for(found))
            self._outline(axes)
            marks(axes, found, seen_m2=frame.width * frame.height)
            self._places(axes, frame, sheet)
            furniture.legend_of_marks(figure, entries(found), top=LEGEND + FOOT - 0.06)
            beyond = len(found) - held(found, frame)
            if beyond:
                said = say("map.beyond", count=numbers.number(beyond))
                furniture.remark(figure, said, top=LEGEND + FOOT - 0.06)
            return self._finished(figure, axes, frame, sheet)

    def cover(self, sheet: Sheet) -> bytes:
        """Return the city itself, with the outlines of its zones, as PNG."""
        with lettering():
            figure, axes, frame = self._begin(sheet, self._city)
            self._outline(axes)
            self._places(axes, frame, sheet)
            return self._finished(figure, axes, frame, sheet)

    def placed(self, found: gpd.GeoDataFrame) -> bool:
        """Say whether findings are at places within the city and not about all of it."""
        area = found.to_crs(self._view.crs).area
        return bool((area < self._city.width * self._city.height / 2).any())

    def height_for(self, table: pd.DataFrame, width: float) -> float:
        """Return the height in inches that suits the shape of some zones."""
        frame = frame_of(self._zones.geometry.reindex(table["zone"]))
        wanted = width * frame.height / max(frame.width, 1.0) + LEGEND + FOOT
        return float(np.clip(wanted, LOWEST, HIGHEST))

    def small(
        self, tables: Sequence[tuple[str, pd.DataFrame]], *, columns: int, sheet: Sheet
    ) -> bytes:
        """Return many small maps of shares on one scale, as PNG."""
        breaks = [20.0, 40.0, 60.0, 80.0, 95.0]
        shapes = [self._zones.geometry.reindex(table["zone"]) for _, table in tables]
        frame = frame_of(pd.concat(shapes)).padded(0.03)
        rows = -(-len(tables) // columns)
        with lettering():
            figure = Figure(figsize=(sheet.width, sheet.height), dpi=DPI)
            FigureCanvasAgg(figure)
            room = (sheet.height - LEGEND - FOOT) / rows / sheet.height
            title_room = 0.17 / sheet.height
            for index, (title, table) in enumerate(tables):
                left, top = index % columns / columns, 1 - index // columns * room
                axes = figure.add_axes((left, top - room, 1 / columns, room - title_room))
                axes.set(xlim=(frame.west, frame.east), ylim=(frame.south, frame.north))
                axes.set_aspect("equal", anchor="N")
                axes.set_axis_off()
                fill_classes(axes, shapes[index], list(table["value"]), breaks, edge=0.3)
                place = (left + 0.5 / columns, top - 0.85 * title_room)
                figure.text(*place, title, ha="center", fontsize=TEXT, color=colour("ink-1"))
            furniture.legend_of_classes(figure, breaks, top=LEGEND + FOOT - 0.03, unit="%")
            self._signed(figure, sheet)
            return _png(figure)

    def _begin(self, sheet: Sheet, wanted: Frame) -> tuple[Figure, Any, Frame]:
        frame = wanted.padded(0.04).shaped(sheet.width / sheet.map_height)
        figure = Figure(figsize=(sheet.width, sheet.height), dpi=DPI)
        FigureCanvasAgg(figure)
        bottom = (LEGEND + FOOT) / sheet.height
        axes = figure.add_axes((0, bottom, 1, sheet.map_height / sheet.height))
        axes.set(xlim=(frame.west, frame.east), ylim=(frame.south, frame.north))
        axes.set_xticks([])
        axes.set_yticks([])
        for side in axes.spines.values():
            side.set(color=colour("line-2"), linewidth=0.6)
        extent = (frame.west, frame.east, frame.south, frame.north)
        axes.imshow(self._ground(frame), extent=extent, aspect="auto", zorder=0)
        if sheet.title:
            figure.text(0, 1 - 0.02 / sheet.height, sheet.title, ha="left", va="top",
                        fontsize=TITLE, color=colour("ink-1"))  # fmt: skip
        return figure, axes, frame

    def _ground(self, frame: Frame) -> Any:  # noqa: ANN401  (an array of pixels)
        if frame not in self._grounds:
            self._grounds[frame] = draw_ground(self._layers, frame)
        return self._grounds[frame]

    def _finished(self, figure: Figure, axes: Axes, frame: Frame, sheet: Sheet) -> bytes:
        furniture.scale_bar(axes, frame, width_inches=sheet.width)
        furniture.north(axes, frame, width_inches=sheet.width)
        if self._view.made_place:
            furniture.stamp(axes)
        self._signed(figure, sheet)
        return _png(figure)

    def _signed(self, figure: Figure, sheet: Sheet) -> None:
        furniture.foot(
            figure, credits_=self._view.attributions, approval=self._view.map_approval,
            width_inches=sheet.width,
        )  # fmt: skip

    def _choropleth(
        self, axes: Axes, shapes: gpd.GeoSeries, values: Sequence[float], breaks: Sequence[float]
    ) -> None:
        fill_classes(axes, shapes, values, breaks, edge=0.9)
        for id_, name, width in (("water", "map-water", 0.9), ("roads", "map-road", 0.7)):
            layer = self._layers.get(id_)
            if layer is not None and id_ == "roads":
                layer = layer[layer["class"].isin(("arterial", "expressway", "motorway"))]
            if layer is not None:
                draw_lines(axes, layer.geometry, colour(name), width, alpha=0.55, zorder=4)

    def _names(
        self,
        letters: Lettering,
        shapes: gpd.GeoSeries,
        table: pd.DataFrame,
        breaks: Sequence[float],
        unit: str,
    ) -> None:
        if len(table) > LABELLED:
            return
        places = shapely.point_on_surface(shapes.to_numpy())
        names = self._zones["name"].reindex(table["zone"])
        cells = bool((table["level"] == "cell").all())
        classes, inks = class_of(list(table["value"]), breaks), ramp(len(breaks) + 1)
        for index in np.argsort(-shapes.area.to_numpy(), kind="stable"):
            place, name = places[index], str(names.iloc[index])
            value = numbers.figure(table["value"].iloc[index], unit)
            dark = classes[index] >= 0 and is_dark(inks[classes[index]])
            ink = colour("ink-on" if dark else "ink-1")
            for lines in ((value,),) if cells else ((name, value), (value,)):
                if letters.place(Label(place.x, place.y, lines, SMALL, ink, halo=False)):
                    break

    def _outline(self, axes: Axes) -> None:
        zones = self._zones
        for level, width in (
            ("community", 0.4),
            ("subdistrict", 0.7),
            ("built_up_area", 1.0),
            ("city", 1.0),
        ):
            lines = zones.loc[zones["level"] == level].boundary
            if 0 < len(lines) <= LABELLED:
                draw_lines(axes, lines, colour("line-control"), width, dashes=(0, (5, 3)), zorder=3)

    def _places(self, axes: Axes, frame: Frame, sheet: Sheet) -> None:
        letters = Lettering(axes, frame, width_inches=sheet.width)
        zones = self._zones
        for level in ("subdistrict", "county"):
            chosen = zones[zones["level"] == level]
            for name, place in zip(
                chosen["name"], shapely.point_on_surface(chosen.geometry.to_numpy()), strict=True
            ):
                letters.place(Label(place.x, place.y, (str(name),)))

    def _city_frame(self) -> Frame:
        zones = self._zones
        for level in ("built_up_area", "community", "subdistrict"):
            if (zones["level"] == level).any():
                return frame_of(zones[zones["level"] == level])
        built = [self._layers[id_] for id_ in ("roads", "buildings") if id_ in self._layers]
        whole = frame_of(zones)
        if not built:
            return whole
        west, south, east, north = np.percentile(built[0].bounds.to_numpy(), [1, 99], axis=0)[
            [0, 0, 1, 1], [0, 1, 2, 3]
        ]
        return Frame(
            max(whole.west, west), max(whole.south, south), min(whole.east, east),
            min(whole.north, north),
        )  # fmt: skip

    def _frame_for(self, found: gpd.GeoDataFrame) -> Frame:
        """Return the city; all of the findings where hardly any lies in it."""
        if held(found, self._city) >= len(found) * LEAST_INSIDE:
            return self._city
        return frame_of(pd.concat([found.geometry, self._zones.geometry.head(1)]))


def _png(figure: Figure) -> bytes:
    content = BytesIO()
    figure.savefig(content, format="png", dpi=DPI, metadata={"Software": None})
    return content.getvalue()
