"""The problem list and the list of advice: what falls short, how badly, who, by when."""

import tomllib
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import geopandas as gpd
import pandas as pd

from hetao.assessment.grading import Grade, rules
from hetao.catalogue.entries import Entry

SEVERITIES = ("slight", "mild", "moderate", "bad", "severe")
NAMED = 8
"""Things named in a problem; the ledger names all."""


@cache
def advice() -> Mapping[str, Mapping[str, str]]:
    """Return what `advice.toml` says, by indicator."""
    return tomllib.loads((files("hetao.assessment") / "advice.toml").read_text("utf-8"))


@dataclass(frozen=True)
class Problem:
    """
    One line of the problem list: what an indicator finds wrong in one place.

    Attributes
    ----------
    count : int
        Things that fall short there; 0 where the figure itself does.
    things : tuple of str
        Their names, the worst first.
    severity : str
        One of `SEVERITIES`.
    value, low, high : float
        The figure of the city, in `unit`.
    remedy : {"deadline", "best_effort"}
        限时解决 or 尽力解决.
    due_year : int
        By the end of which it is to be solved.
    """

    dimension: str
    indicator: str
    number: str
    name_zh: str
    zone: str
    zone_name: str
    value: float
    low: float
    high: float
    unit: str
    count: int
    things: tuple[str, ...]
    why_zh: str
    severity: str
    remedy: str
    body: str
    advice_zh: str
    kind_zh: str
    due_year: int
    next_year: bool


def severity_of(value: float) -> str:
    """
    Return the band of a severity of 0 to 1.

    Examples
    --------
    >>> severity_of(0.0), severity_of(0.2), severity_of(0.95)
    ('slight', 'mild', 'severe')
    """
    return SEVERITIES[bisect_right(rules()["severity"]["bands"], value)]


def problems_of(
    entry: Entry,
    head: Any,  # noqa: ANN401  (a row of observations)
    grade: Grade,
    findings: gpd.GeoDataFrame | None,
    *,
    year: int,
) -> Iterator[Problem]:
    """
    Yield the lines of one indicator: one a zone with findings, or one for the figure.

    What rests on evidence of grade E is a list to go and see, never a problem.
    """
    if grade.level in ("very_good", "not_applicable") and findings is None:
        return
    common = _common(entry, head, year)
    if findings is not None and len(findings):
        for zone, rows in findings.groupby("zone", sort=True, dropna=False):
            yield _in_zone(common, "" if pd.isna(zone) else str(zone), rows)
    elif grade.level in ("fair", "poor"):
        severity = "bad" if grade.level == "poor" else "moderate"
        yield Problem(
            **common, zone=str(head.zone), zone_name=str(head.zone_name), count=0, things=(),
            why_zh="", severity=severity,
        )  # fmt: skip


def _common(entry: Entry, head: Any, year: int) -> dict[str, Any]:  # noqa: ANN401
    told = advice().get(entry.id, {})
    years = rules()["remedy_years"][entry.remedy]
    return {
        "dimension": entry.dimension,
        "indicator": entry.id,
        "number": str(head.number),
        "name_zh": str(head.name_zh),
        **{name: float(getattr(head, name)) for name in ("value", "low", "high")},
        "unit": str(head.unit),
        "remedy": entry.remedy,
        "body": told.get("body", entry.reporter),
        "advice_zh": told.get("advice_zh", ""),
        "kind_zh": told.get("kind_zh", ""),
        "due_year": year + years,
        "next_year": years <= 1,
    }


def _in_zone(common: Mapping[str, Any], zone: str, rows: gpd.GeoDataFrame) -> Problem:
    worst = rows.sort_values("severity", ascending=False, kind="stable")
    names = worst["why_zh"].astype("string").fillna("")
    things = tuple(str(name).partition("：")[0] for name in names if "：" in str(name))
    zone_name = worst["zone_name"].iloc[0]
    return Problem(
        **common,
        zone=zone,
        zone_name="" if pd.isna(zone_name) else str(zone_name),
        count=len(rows),
        things=things,
        why_zh=str(names.iloc[0]),
        severity=severity_of(float(worst["severity"].fillna(0).iloc[0])),
    )
