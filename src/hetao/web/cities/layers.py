"""How the map shows each register: theme, first colouring, from which zoom."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

OTHERS = "others"


@dataclass(frozen=True)
class Drawing:
    """
    How a register is drawn.

    Attributes
    ----------
    by : str
        The field that colours it at first; "" for one colour.
    colours : mapping of str to str
        Colours of values where the field has them by convention, as plans are drawn.
    thin : bool
        Whether distant zooms show a share of its things alone.
    """

    theme: str = OTHERS
    by: str = ""
    colours: Mapping[str, str] = field(default_factory=dict)
    from_zoom: int = 9
    thin: bool = False


@cache
def themes() -> Mapping[str, Mapping[str, str]]:
    """Return the themes in their order, with their Chinese and English names."""
    found: Mapping[str, Mapping[str, str]] = _raw()["themes"]
    return found


@cache
def drawing_of(register: str) -> Drawing:
    """Return how a register is drawn."""
    return Drawing(**_raw()["layers"].get(register, {}))


@cache
def _raw() -> Mapping[str, Mapping[str, Any]]:
    text = (files("hetao.web.cities") / "layers.toml").read_text("utf-8")
    raw: Mapping[str, Mapping[str, Any]] = tomllib.loads(text)
    return raw
