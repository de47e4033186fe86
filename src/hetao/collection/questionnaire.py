"""The residents' survey: its questions, whom it asks and how many, as written in TOML."""

import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Literal

import pandas as pd

Part = Literal["housing", "community", "block", "city"]


@dataclass(frozen=True)
class Item:
    """
    One question, answered on the scale.

    Attributes
    ----------
    label_zh : str
        Two to six characters, for tables.
    indicators : tuple of str
        Catalogue ids of what it speaks about; empty where no indicator measures it.
    """

    id: str
    part: Part
    label_zh: str
    text_zh: str
    text_en: str
    indicators: tuple[str, ...]


@dataclass(frozen=True)
class Choice:
    """
    One group of a demographic question, with the quota that binds it.

    Attributes
    ----------
    aliases : tuple of str
        Other ways in which it is written in answers.
    low, below : float
        Bounds of a band of numbers; below is not in it.
    target, tolerance : float or None
        Share of the answers it should have, and how far off it may be.
    at_most : float
        Share of the answers it may have.
    """

    id: str
    text_zh: str
    text_en: str
    aliases: tuple[str, ...] = ()
    low: float | None = None
    below: float = math.inf
    target: float | None = None
    tolerance: float = 0.0
    at_most: float = 1.0

    @property
    def bounds(self) -> tuple[float, float]:
        """Return the least and the largest share of the answers it may have."""
        if self.target is None:
            return 0.0, self.at_most
        return self.target - self.tolerance, self.target + self.tolerance

    def means(self, written: object) -> bool:
        """Say whether this is what stands in an answer."""
        if self.low is not None and isinstance(written, (int, float)):
            return self.low <= written < self.below
        known = (self.id, self.text_zh, self.text_en, *self.aliases)
        return str(written).strip().casefold() in {name.casefold() for name in known}


@dataclass(frozen=True)
class Demographic:
    """
    One question about who answers.

    Attributes
    ----------
    every_value : bool
        Whether each group must have answered.
    """

    id: str
    text_zh: str
    text_en: str
    question_zh: str
    question_en: str
    values: tuple[Choice, ...]
    every_value: bool = False

    @property
    def is_banded(self) -> bool:
        """Say whether a number is asked for, which falls into a band."""
        return any(choice.low is not None for choice in self.values)

    def groups(self, written: pd.Series) -> pd.Series:
        """Return the id of the group each answer belongs to; missing where it fits none."""
        numbers = pd.to_numeric(written, errors="coerce").astype(float)
        read = numbers if self.is_banded else written
        known = {
            value: next((choice.id for choice in self.values if choice.means(value)), None)
            for value in read.dropna().unique()
        }
        return read.map(known).astype("string")


@dataclass(frozen=True)
class Rules:
    """
    Who may answer, and how many must.

    Attributes
    ----------
    youngest, lived_at_least : float
        Years.
    lowers_grade_below : float
        An indicator whose score is below is put one grade lower.
    population_share : tuple of float
        Least and largest number of answers per resident of the built-up area; smaller cities
        keep to the upper end.
    share_verified : bool
        Whether the source is clear about `population_share`.
    """

    youngest: float
    lived_at_least: float
    per_community: int
    per_city: int
    lowers_grade_below: float
    population_share: tuple[float, float]
    share_verified: bool


@dataclass(frozen=True)
class Quality:
    """
    Our own measures of an answer that can be used.

    Attributes
    ----------
    answered_at_least : float
        Share of the items.
    straight_lined_from : int
        As many answers, all alike, are not an opinion.
    usable_from : int
        Answers from which on an indicator has a score.
    confidence : float
        Of the intervals.
    """

    answered_at_least: float
    straight_lined_from: int
    usable_from: int
    confidence: float


@dataclass(frozen=True)
class Scale:
    """
    How an answer becomes a score on 0–100.

    Attributes
    ----------
    answers : mapping of int to (str, str)
        What each answer says, in Chinese and English.
    """

    lowest: int
    points_per_step: float
    unknown: int
    answers: Mapping[int, tuple[str, str]]

    def scores(self, answers: pd.DataFrame) -> pd.DataFrame:
        """Return the score of every answer; NaN where there is none or "don't know"."""
        numbers = pd.DataFrame(
            {name: pd.to_numeric(answers[name], errors="coerce") for name in answers},
            index=answers.index,
            dtype=float,
        )
        told = numbers.isin([answer for answer in self.answers if answer != self.unknown])
        return (numbers.where(told) - self.lowest) * self.points_per_step


@dataclass(frozen=True)
class Questionnaire:
    """
    The whole survey.

    Attributes
    ----------
    items : mapping of str to Item
        In the order of asking.
    reasons : mapping of str to mapping
        Why an answer or a score is left out, by language ("zh", "en").
    verified : bool
        Whether the rules were read in the official text.
    """

    items: Mapping[str, Item]
    demographics: Mapping[str, Demographic]
    scale: Scale
    rules: Rules
    quality: Quality
    reasons: Mapping[str, Mapping[str, str]]
    standard: str
    clause: str
    verified: bool


@cache
def questionnaire() -> Questionnaire:
    """Return the residents' survey."""
    text = (files("hetao.collection") / "questionnaire.toml").read_text("utf-8")
    told = tomllib.loads(text)
    items = [_item(part["id"], item) for part in told["parts"] for item in part["items"]]
    demographics = [_demographic(entry) for entry in told["demographics"]]
    return Questionnaire(
        items={item.id: item for item in items},
        demographics={demographic.id: demographic for demographic in demographics},
        scale=_scale(told["scale"]),
        rules=_rules(told["rules"]),
        quality=Quality(**told["quality"]),
        reasons=told["reasons"],
        standard=told["source"]["standard"],
        clause=told["source"]["clause"],
        verified=told["source"]["verified"],
    )


def _item(part: Part, entry: Mapping[str, Any]) -> Item:
    return Item(**{**entry, "part": part, "indicators": tuple(entry["indicators"])})


def _demographic(entry: Mapping[str, Any]) -> Demographic:
    values = (
        Choice(**{**value, "aliases": tuple(value.get("aliases", ()))}) for value in entry["values"]
    )
    return Demographic(**{**entry, "values": tuple(values)})


def _scale(entry: Mapping[str, Any]) -> Scale:
    answers = {row["answer"]: (row["text_zh"], row["text_en"]) for row in entry["answers"]}
    return Scale(**{**entry, "answers": answers})


def _rules(entry: Mapping[str, Any]) -> Rules:
    share = entry["population_share"]
    return Rules(
        **{**entry, "population_share": (share["low"], share["high"])},
        share_verified=share["verified"],
    )
