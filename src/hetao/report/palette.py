"""The colours of every map and chart: the light values of `tokens.css`, read by one parser."""

import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

DARK_BELOW = 125
"""Luma, of 255."""

_TOKEN = re.compile(r"--([a-z0-9-]+):\s*(#[0-9a-f]{6})\b")

SEQ = tuple(f"seq-{step}" for step in range(1, 8))
"""The ramp of amounts, from little to much."""


@cache
def tokens() -> Mapping[str, str]:
    """
    Return the colours of the light theme by name.

    Examples
    --------
    >>> tokens()["missed-mark"]
    '#b82c15'
    """
    text = (files("hetao.report") / "tokens.css").read_text("utf-8")
    return dict(_TOKEN.findall(text))


def colour(name: str) -> str:
    """Return one colour as `#rrggbb`."""
    return tokens()[name]


def is_dark(ink: str) -> bool:
    """
    Say whether a ground asks for light lettering.

    Examples
    --------
    >>> is_dark(colour("seq-4")), is_dark(colour("seq-5"))
    (False, True)
    """
    red, green, blue = (int(ink[start : start + 2], 16) for start in (1, 3, 5))
    return 0.299 * red + 0.587 * green + 0.114 * blue < DARK_BELOW


def ramp(classes: int) -> list[str]:
    """
    Return that many colours of the ramp of amounts, evenly taken.

    Examples
    --------
    >>> ramp(2) == [colour("seq-1"), colour("seq-7")]
    True
    """
    if classes == 1:
        return [colour("seq-4")]
    steps = [round(index * (len(SEQ) - 1) / (classes - 1)) for index in range(classes)]
    return [colour(SEQ[step]) for step in steps]
