"""Why a target cannot be judged, in words, and what to do next."""

import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any


@cache
def _sentences() -> Mapping[str, Mapping[str, Any]]:
    return tomllib.loads((files("hetao.plan") / "reasons.toml").read_text("utf-8"))


def sentence(key: str, facts: Mapping[str, Any], language: str = "zh") -> str:
    """
    Return why a target cannot be judged.

    Examples
    --------
    >>> sentence("no_year", {}, "en")
    'the target names no year'
    """
    return str(_sentences()[key][language]).format_map(_Facts(facts))


def next_step(key: str, facts: Mapping[str, Any], language: str = "zh") -> str:
    """
    Return what to do so that the target can be judged.

    Examples
    --------
    >>> next_step("figure_too_old", {"wanted": 2025}, "en")
    'report the figure of 2025'
    """
    return str(_sentences()[key][f"next_{language}"]).format_map(_Facts(facts))


def flag_words(flags: Sequence[str], language: str = "zh") -> str:
    """
    Return what looks wrong with a part of a ledger, in words.

    Examples
    --------
    >>> flag_words(("no_unit", "year_guessed"), "en")
    'no unit, year guessed'
    """
    known = _sentences()["flags"]
    words = [known.get(flag, {}).get(language, flag) for flag in dict.fromkeys(flags)]
    return ("；" if language == "zh" else ", ").join(words)


class _Facts(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return "—"
