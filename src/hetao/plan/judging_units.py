"""How many of one unit make another: 万平方米 and m², 公里/平方公里 and km/km²."""

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

_PER = re.compile(r"[/／每]")


@cache
def judging_data() -> Mapping[str, Any]:
    """Return what `judging.toml` says."""
    return tomllib.loads((files("hetao.plan") / "judging.toml").read_text("utf-8"))


def converted(value: float, found: str, wanted: str) -> float | None:
    """
    Return a value in another unit, None where the two do not measure the same.

    Examples
    --------
    >>> converted(900_000.0, "m²", "万平方米"), converted(8.5, "km/km²", "公里/平方公里")
    (90.0, 8.5)
    >>> converted(95.0, "%", "公里") is None
    True
    """
    if _tidy(found) == _tidy(wanted):
        return value
    one, other = _measure(_tidy(found)), _measure(_tidy(wanted))
    if one is None or other is None or one[0] != other[0]:
        return None
    return value * one[1] / other[1]


def is_share(unit: str) -> bool:
    """Say whether a unit is per cent or the like."""
    return _tidy(unit) in judging_data()["units"]["share"]


def _tidy(unit: str) -> str:
    return re.sub(r"\s+", "", unit).replace("^2", "²").replace("^3", "³")


@cache
def _measure(unit: str) -> tuple[tuple[str, ...], float] | None:
    """Return what a unit measures and its size in the first unit of each group."""
    kinds: list[str] = []
    size = 1.0
    for position, part in enumerate(_PER.split(unit)):
        known = _part(part)
        if known is None:
            return None
        kinds.append(known[0])
        size = size * known[1] if position == 0 else size / known[1]
    return tuple(kinds), size


def _part(part: str) -> tuple[str, float] | None:
    data = judging_data()
    for kind, units in data["units"].items():
        if part in units:
            return kind, float(units[part])
    for scale, times in data["scales"].items():
        if part.startswith(scale) and part != scale:
            known = _part(part.removeprefix(scale))
            if known is not None:
                return known[0], known[1] * times
    return ("things", float(data["scales"][part])) if part in data["scales"] else None
