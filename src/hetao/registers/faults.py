"""Faults by their key: severity and sentences are data."""

import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from hetao.registers.reading import Fault

SHOWN = 5
"""How many cells or features a sentence names."""


def fault(key: str, where: str, *, count: int = 1, **facts: Any) -> Fault:  # noqa: ANN401
    """
    Return a fault with its sentences filled.

    Parameters
    ----------
    key : str
        Names the entry in `faults.toml`.
    where : str
        The file, and in it the layer or sheet.
    **facts
        What the sentences need.
    """
    entry = _entries()[key]
    texts = {
        name: entry[name].format(count=count, **facts)
        for name in ("found_zh", "found_en", "remedy_zh", "remedy_en")
    }
    return Fault(severity=entry["severity"], where=where, count=count, key=key, **texts)


def shown(cells: Iterable[object]) -> str:
    """
    Return the first few of the cells or features that share a fault.

    Examples
    --------
    >>> shown(["C2", "C3", "C4", "C5", "C6", "C7"])
    'C2, C3, C4, C5, C6 …'
    """
    listed = [str(cell) for cell in cells]
    return ", ".join(listed[:SHOWN]) + (" …" if len(listed) > SHOWN else "")


@cache
def _entries() -> Mapping[str, Mapping[str, Any]]:
    return tomllib.loads((files("hetao.registers") / "faults.toml").read_text("utf-8"))
