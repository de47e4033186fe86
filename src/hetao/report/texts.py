"""The words of the documents, which are data."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any


@cache
def texts() -> Mapping[str, Any]:
    """Return `texts.toml`."""
    return tomllib.loads((files("hetao.report") / "texts.toml").read_text("utf-8"))


def say(key: str, /, **facts: object) -> str:
    """
    Return a text by its dotted name, filled with facts.

    Examples
    --------
    >>> say("state.met")
    '达标'
    """
    entry: Any = texts()
    for part in key.split("."):
        entry = entry[part]
    return str(entry).format(**facts) if facts else str(entry)


def said_or(key: str, instead: str) -> str:
    """Return a text by its dotted name, or another where there is none of that name."""
    try:
        return say(key)
    except KeyError:
        return instead
