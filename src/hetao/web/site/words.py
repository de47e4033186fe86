"""Words that people see: Chinese by default, English by switch, none of them in Python."""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from django.utils.translation import get_language

CHINESE, ENGLISH = "zh", "en"


def language() -> str:
    """Return the language of the request at hand: "zh" or "en"."""
    return ENGLISH if (get_language() or "").startswith(ENGLISH) else CHINESE


@cache
def words() -> Mapping[str, Mapping[str, str]]:
    """Return every text by its key, such as "tasks.issue": the app's name, then its own key."""
    found: dict[str, Mapping[str, str]] = {}
    for path in sorted(Path(__file__).parent.parent.glob("*/words.toml")):
        for key, text in _flat(tomllib.loads(path.read_text("utf-8"))):
            found[f"{path.parent.name}.{key}"] = text
    return found


def say(key: str, **facts: object) -> str:
    """
    Return a text in the reader's language, filled with facts.

    Raises
    ------
    KeyError
        If no `words.toml` has the key.
    """
    text = words()[key][language()]
    return text.format(**facts) if facts else text


def words_below(before: str) -> dict[str, str]:
    """Return the texts whose keys begin alike, by the rest of the key, in the reader's language."""
    chosen = language()
    return {
        key.removeprefix(before): text[chosen]
        for key, text in words().items()
        if key.startswith(before)
    }


def name_of(thing: Any, attribute: str = "name") -> str:  # noqa: ANN401
    """Return the Chinese or English name of an entry, a register or a field; Chinese if alone."""
    chinese = getattr(thing, f"{attribute}_zh", "")
    english = getattr(thing, f"{attribute}_en", "")
    return str(english or chinese) if language() == ENGLISH else str(chinese or english)


def _flat(table: Mapping[str, Any], before: str = "") -> list[tuple[str, Mapping[str, str]]]:
    found: list[tuple[str, Mapping[str, str]]] = []
    for key, value in table.items():
        if isinstance(value.get(CHINESE), str):
            found.append((before + key, value))
        else:
            found += _flat(value, f"{before}{key}.")
    return found
