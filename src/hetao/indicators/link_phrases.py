"""What to say of a missing link, by what is known of it."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np


@cache
def _phrases() -> Mapping[str, Mapping[str, Mapping[str, str]]]:
    text = (files("hetao.indicators") / "link_phrases.toml").read_text("utf-8")
    return tomllib.loads(text)


def link_phrases(link: Mapping[str, Any], language: str, search_m: float) -> dict[str, str]:
    """Return what to say of a link: its `way` round, its `obstacle`, and who would `gain`."""
    phrases = _phrases()
    way = "none" if not link["connected"] else "connected"
    way = "beyond" if link["connected"] and link["street_m"] >= search_m else way
    obstacles_met = [name for name in link["obstacle"].split("+") if name]
    known = not np.isnan(link["persons"])
    return {
        "way": phrases["way"][way][language].format(**link),
        "obstacle": "".join(phrases["obstacle"][name][language] for name in obstacles_met),
        "gain": phrases["gain"]["people"][language].format(**link) if known else "",
    }


def through_phrase(onward_m: float, detour_m: float, followed_m: float, language: str) -> str:
    """Return what going on from a dead end would save; empty where nothing is known."""
    if np.isnan(detour_m):
        return ""
    key = "beyond" if onward_m + detour_m >= followed_m else "known"
    return _phrases()["through"][key][language].format(onward_m=onward_m, detour_m=detour_m)
