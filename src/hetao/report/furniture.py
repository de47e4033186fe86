"""What every map carries: scale bar, north, legend, credits, room for the approval number."""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Polygon, Rectangle
from matplotlib.patheffects import withStroke

from hetao.report import numbers
from hetao.report.basemap import Frame
from hetao.report.palette import colour, ramp
from hetao.report.texts import say

SMALL, TEXT, TITLE = 5.6, 6.6, 8.6
"""Sizes of lettering in points, as printed."""

POINTS_PER_INCH = 72
HATCH = "////"
FULL_WIDTH_FROM = "\u2e80"


def halo(width: float = 1.8) -> list[Any]:
    """Return the effect that keeps lettering readable over a map."""
    return [withStroke(linewidth=width, foreground=colour("map-halo"))]


def text_width(text: str, size: float) -> float:
    """
    Return about how wide a line of text is, in inches.

    Examples
    --------
    >>> round(text_width("永济", 72), 2), round(text_width("km", 72), 2)
    (2.0, 1.16)
    """
    ems = sum(1.0 if letter >= FULL_WIDTH_FROM else 0.58 for letter in text)
    return ems * size / POINTS_PER_INCH


def round_length(longest: float) -> float:
    """
    Return the largest of 1, 2 or 5 times a power of ten that is not longer.

    Examples
    --------
    >>> round_length(740), round_length(2300), round_length(1000)
    (500.0, 2000.0, 1000.0)
    """
    power = 10.0 ** math.floor(math.log10(longest))
    return max(step * power for step in (1, 2, 5) if step * power <= longest * (1 + 1e-9))


def scale_bar(axes: Axes, frame: Frame, *, width_inches: float) -> None:
    """Draw a bar of a round length in metres in the lower left corner."""
    metres_per_inch = frame.width / width_inches
    length = round_length(min(1.1, width_inches * 0.3) * metres_per_inch)
    x, y = frame.west + 0.1 * metres_per_inch, frame.south + 0.09 * metres_per_inch
    tick = 0.045 * metres_per_inch
    axes.plot(
        [x, x, x + length, x + length],
        [y + tick, y, y, y + tick],
        color=colour("ink-1"),
        linewidth=1.0,
        solid_joinstyle="miter",
        path_effects=halo(2.4),
        zorder=20,
    )
    kilometres = length >= numbers.KM_M
    said = f"{numbers.plain(length / numbers.KM_M)} km" if kilometres else f"{length:.0f} m"
    axes.text(
        x + length / 2, y + 1.3 * tick, said, ha="center", va="bottom", fontsize=TEXT,
        color=colour("ink-1"), path_effects=halo(), zorder=20,
    )  # fmt: skip


def north(axes: Axes, frame: Frame, *, width_inches: float) -> None:
    """Draw an arrow to grid north in the upper left corner."""
    inch = frame.width / width_inches
    x, y = frame.west + 0.16 * inch, frame.north - 0.1 * inch
    arrow = [(x, y), (x - 0.05 * inch, y - 0.17 * inch), (x, y - 0.13 * inch),
             (x + 0.05 * inch, y - 0.17 * inch)]  # fmt: skip
    inks = {"facecolor": colour("ink-1"), "edgecolor": colour("map-halo")}
    axes.add_patch(Polygon(arrow, closed=True, linewidth=0.6, zorder=20, **inks))
    axes.text(x, y - 0.19 * inch, say("map.north"), ha="center", va="top", fontsize=TEXT,
              color=colour("ink-1"), path_effects=halo(), zorder=20)  # fmt: skip


def stamp(axes: Axes) -> None:
    """Mark the map of a made place."""
    axes.text(
        0.985, 0.98, say("map.made"), transform=axes.transAxes, ha="right", va="top", fontsize=TEXT,
        color=colour("wheat"), zorder=21,
        bbox={"facecolor": colour("wheat-tint"), "edgecolor": colour("wheat-line"),
              "linewidth": 0.6, "boxstyle": "square,pad=0.25"},
    )  # fmt: skip


def foot(figure: Figure, *, credits_: Sequence[str], approval: str, width_inches: float) -> None:
    """Write the credits of the sources and the approval number under the map."""
    right = say("map.approval", number=approval or "________")
    figure.text(1, 0.004, right, ha="right", va="bottom", fontsize=SMALL, color=colour("ink-3"))
    if credits_:
        room = width_inches - text_width(right, SMALL) - 0.1
        # what a licence asks for comes first: a narrow map may have no room for the rest
        ordered = sorted(credits_, key=lambda line: "©" not in line)
        left = _shortened(say("map.attribution", text="；".join(ordered)), room)
        figure.text(0, 0.004, left, ha="left", va="bottom", fontsize=SMALL, color=colour("ink-3"))


def _shortened(text: str, room: float) -> str:
    if text_width(text, SMALL) <= room:
        return text
    while text and text_width(text + "…", SMALL) > room:
        text = text[:-1]
    return text + "…"


@dataclass(frozen=True)
class Entry:
    """One entry of a legend of marks."""

    text: str
    marker: str
    ink: str


def legend_of_marks(figure: Figure, entries: Iterable[Entry], *, top: float) -> None:
    """Write a line of marks with their words, `top` in inches from the lower edge."""
    width, height = figure.get_size_inches()
    x = 0.06
    for entry in entries:
        figure.add_artist(Line2D(
            [(x + 0.03) / width], [(top - 0.07) / height], marker=entry.marker, markersize=5.5,
            color=entry.ink, markeredgecolor=colour("surface"), markeredgewidth=0.6,
            linestyle="none",
        ))  # fmt: skip
        figure.text((x + 0.12) / width, (top - 0.07) / height, entry.text, ha="left",
                    va="center_baseline", fontsize=TEXT, color=colour("ink-1"))  # fmt: skip
        x += 0.12 + text_width(entry.text, TEXT) + 0.18


def remark(figure: Figure, text: str, *, top: float) -> None:
    """Write a remark at the right of the legend, `top` in inches from the lower edge."""
    height = figure.get_size_inches()[1]
    figure.text(1, (top - 0.07) / height, text, ha="right", va="center_baseline", fontsize=SMALL,
                color=colour("ink-3"))  # fmt: skip


def legend_of_classes(
    figure: Figure,
    breaks: Sequence[float],
    *,
    top: float,
    unit: str,
    benchmark: float | None = None,
) -> None:
    """Write the classes as a strip with the breaks under it, unknown hatched as the last."""
    width, height = figure.get_size_inches()
    colours: list[str | None] = [*ramp(len(breaks) + 1), None]
    step = min(0.52, (width - 0.12) / len(colours))
    for index, fill in enumerate(colours):
        box = Rectangle(
            ((0.06 + index * step) / width, (top - 0.1) / height), step / width, 0.1 / height,
            facecolor=fill or colour("map-unknown"), linewidth=0.4,
            edgecolor=colour("surface" if fill else "map-unknown-line"),
            hatch=None if fill else HATCH,
        )  # fmt: skip
        figure.add_artist(box)
    for place, said, strong in _legend_words(breaks, unit, benchmark):
        at = (0.06 + place * step) / width
        ink = colour("brand" if strong else "ink-1")
        figure.text(
            at, (top - 0.125) / height, said, va="top", ha="center", fontsize=TEXT, color=ink
        )
        if strong:
            ends = [(top + 0.02) / height, (top - 0.12) / height]
            figure.add_artist(Line2D([at, at], ends, color=colour("ink-1"), linewidth=1.4))


def _legend_words(
    breaks: Sequence[float], unit: str, benchmark: float | None
) -> Iterator[tuple[float, str, bool]]:
    """Yield the place of a word in boxes from the left, the word, and if it is the standard."""
    for index, at in enumerate(breaks, start=1):
        mark = "%" if unit == "%" and index == len(breaks) else ""
        yield index, f"{numbers.plain(at)}{mark}", at == benchmark
    yield len(breaks) + 1.5, say("map.unknown"), False


@dataclass(frozen=True)
class Label:
    """Lines of text that want to stand at a place."""

    x: float
    y: float
    lines: tuple[str, ...]
    size: float = TEXT
    ink: str = ""
    halo: bool = True


class Lettering:
    """Places labels one after another and drops those that would touch an earlier one."""

    def __init__(self, axes: Axes, frame: Frame, *, width_inches: float) -> None:
        self._axes = axes
        self._frame = frame
        self._inch = frame.width / width_inches
        corner = 0.42 * self._inch
        self._taken: list[tuple[float, float, float, float]] = [
            (frame.west, frame.south, frame.west + 1.45 * self._inch, frame.south + 0.75 * corner),
            (frame.west, frame.north - corner, frame.west + 0.75 * corner, frame.north),
        ]

    def place(self, label: Label) -> bool:
        """Write a label if there is room; say whether it was written."""
        width = max(text_width(line, label.size) for line in label.lines) * self._inch
        height = len(label.lines) * label.size * 1.25 / POINTS_PER_INCH * self._inch
        box = (label.x - width / 2, label.y - height / 2, label.x + width / 2, label.y + height / 2)
        if not self._free(box):
            return False
        self._taken.append(box)
        self._axes.text(
            label.x, label.y, "\n".join(label.lines), ha="center", va="center", zorder=15,
            fontsize=label.size, color=label.ink or colour("map-label"), linespacing=1.15,
            path_effects=halo() if label.halo else None,
        )  # fmt: skip
        return True

    def _free(self, box: tuple[float, float, float, float]) -> bool:
        frame = self._frame
        inside = (
            box[0] >= frame.west and box[1] >= frame.south
            and box[2] <= frame.east and box[3] <= frame.north
        )  # fmt: skip
        return inside and all(
            box[2] <= other[0] or box[0] >= other[2] or box[3] <= other[1] or box[1] >= other[3]
            for other in self._taken
        )
