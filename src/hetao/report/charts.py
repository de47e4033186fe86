"""Charts of the report: bullet bars, which show a value, its interval and its standard."""

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from hetao.report import numbers
from hetao.report.classes import round_breaks
from hetao.report.fonts import lettering
from hetao.report.maps import DPI
from hetao.report.palette import colour

ROW, AXIS, HEAD = 0.24, 0.2, 0.2
LEFT, RIGHT = 0.95, 1.15
"""Room in inches for the names and the figures beside the bars."""


@dataclass(frozen=True)
class Bar:
    """One variant: its name, value, interval and figure in words."""

    name: str
    value: float
    low: float
    high: float
    told: str


def bullets(
    bars: Sequence[Bar], *, unit: str, benchmark: float | None, standard: str, width: float
) -> bytes:
    """
    Return bars on a common scale from zero, as PNG.

    Parameters
    ----------
    benchmark : float or None
        Where the standard's tick stands.
    standard : str
        The standard in words.
    width : float
        Inches, as printed.
    """
    height = HEAD + ROW * len(bars) + AXIS
    top = _top(bars, unit, benchmark)
    with lettering():
        figure = Figure(figsize=(width, height), dpi=DPI)
        FigureCanvasAgg(figure)
        axes = figure.add_axes(
            (LEFT / width, AXIS / height, (width - LEFT - RIGHT) / width, ROW * len(bars) / height)
        )
        axes.set(xlim=(0, top), ylim=(len(bars) - 0.5, -0.5))
        axes.set_yticks([])
        ticks = [0.0, *(at for at in round_breaks([0.0, top]) if at < top), top]
        axes.set_xticks(ticks, [_tick(at, unit, last=at == top) for at in ticks])
        axes.tick_params(axis="x", length=0, labelsize=6.4, labelcolor=colour("ink-3"), pad=1.5)
        for side in axes.spines.values():
            side.set_visible(False)
        for row, bar in enumerate(bars):
            _draw(axes, row, bar, top=top, strong=row == 0)
        if benchmark is not None and numbers.is_known(benchmark) and benchmark <= top:
            axes.plot([benchmark] * 2, [-0.5, len(bars) - 0.5], color=colour("chart-target"),
                      linewidth=1.8, solid_capstyle="butt", zorder=5)  # fmt: skip
            axes.text(benchmark, -0.56, standard, fontsize=6.8, ha="right", va="bottom",
                      color=colour("ink-1"))  # fmt: skip
        content = BytesIO()
        figure.savefig(content, format="png", dpi=DPI, metadata={"Software": None})
        return content.getvalue()


def _draw(axes: object, row: int, bar: Bar, *, top: float, strong: bool) -> None:
    draw = axes  # the bars of one row
    draw.barh(row, top, height=0.42, color=colour("chart-grid"), zorder=1)  # type: ignore[attr-defined]
    if numbers.is_known(bar.value):
        ink = colour("brand" if strong else "brand-line")
        draw.barh(row, bar.value, height=0.42, color=ink, zorder=2)  # type: ignore[attr-defined]
    if numbers.is_known(bar.low) and numbers.is_known(bar.high) and bar.high > bar.low:
        draw.plot(  # type: ignore[attr-defined]
            [bar.low, bar.high], [row, row], color=colour("ink-1"), linewidth=0.9, marker="|",
            markersize=4, zorder=4,
        )  # fmt: skip
    write = draw.annotate  # type: ignore[attr-defined]
    write(bar.name, (0, row), xytext=(-4, 0), textcoords="offset points", ha="right", va="center",
          fontsize=7.2, color=colour("ink-1" if strong else "ink-2"))  # fmt: skip
    write(bar.told, (top, row), xytext=(4, 0), textcoords="offset points", ha="left", va="center",
          fontsize=7.2, color=colour("ink-1" if strong else "ink-2"))  # fmt: skip


def _top(bars: Sequence[Bar], unit: str, benchmark: float | None) -> float:
    if unit == "%":
        return 100.0
    reach = [value for bar in bars for value in (bar.value, bar.high) if numbers.is_known(value)]
    if benchmark is not None and numbers.is_known(benchmark):
        reach.append(benchmark)
    longest = max(reach, default=1.0) or 1.0
    return longest * 1.15


def _tick(at: float, unit: str, *, last: bool) -> str:
    if not last:
        return numbers.plain(at)
    return f"{numbers.plain(at)}%" if unit == "%" else ""
