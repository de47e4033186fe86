"""From measurements to observations: the table that every reader of a run starts from."""

import json
import math
import re
import string
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import geopandas as gpd
import pandas as pd

from hetao.catalogue.entries import Entry, State, Variant, Version, common_reasons
from hetao.indicators.measurement import Measurement

NOT_APPLICABLE = "not_applicable"
"""Reason of a value that is neither missing nor 0: the indicator does not apply there."""

REPORTED_GRADE = "B"
"""Evidence grade of what a department reported in place of its registers."""

COLUMNS = (
    "indicator", "name_zh", "name_en", "edition", "number", "variant", "zone", "zone_name",
    "level", "period", "value", "unit", "numerator", "numerator_unit", "denominator",
    "denominator_unit", "low", "high", "grade", "verified", "reason", "reason_zh", "reason_en",
    "benchmark_operator", "benchmark", "benchmark_source", "state", "formula_zh", "formula_en",
    "parameters", "source",
)  # fmt: skip


@dataclass(frozen=True)
class Measured:
    """One indicator, as one edition sets it, in one variant, measured."""

    entry: Entry
    version: Version
    variant: Variant
    measurement: Measurement


def observations(measured: Measured, zones: gpd.GeoDataFrame, *, period: str) -> pd.DataFrame:
    """
    Return one observation per zone.

    Parameters
    ----------
    zones : GeoDataFrame
        Indexed by zone code, with `name` and `level`.

    Returns
    -------
    DataFrame
        The columns of `COLUMNS`; `value`, `low` and `high` in the indicator's unit, `numerator`
        and `denominator` in SI units.
    """
    entry, variant = measured.entry, measured.variant
    version = _limited(measured.version, variant)
    values = measured.measurement.values.loc[zones.index]
    table = pd.DataFrame(
        {
            "zone": zones.index.astype("string"),
            "zone_name": zones["name"].to_numpy(),
            "level": zones["level"].to_numpy(),
        }
    )
    for column in ("value", "low", "high"):
        table[column] = values[column].to_numpy(dtype=float) * entry.scale
    for column in ("numerator", "denominator"):
        table[column] = values[column].to_numpy(dtype=float)
    table["reason"] = values["reason"].to_numpy(dtype=object)
    for language in ("zh", "en"):
        table[f"reason_{language}"] = [
            reason_text(entry, reason, measured.measurement.facts, language)
            for reason in table["reason"]
        ]
    table["state"] = [
        "none" if reason == NOT_APPLICABLE else _state(version, value, low, high)
        for (value, low, high), reason in zip(
            table[["value", "low", "high"]].to_numpy(dtype=float), table["reason"], strict=True
        )
    ]
    constants: dict[str, Any] = {
        "indicator": entry.id,
        "name_zh": entry.name_zh,
        "name_en": entry.name_en,
        "edition": version.edition,
        "number": version.number,
        "variant": variant.id,
        "period": period,
        "unit": entry.unit,
        "numerator_unit": variant.numerator.unit,
        "denominator_unit": variant.denominator.unit,
        "grade": variant.grade or entry.grade,
        "verified": version.source.verified,
        "benchmark": math.nan if version.benchmark is None else version.benchmark.value,
        "benchmark_operator": "" if version.benchmark is None else version.benchmark.operator,
        "benchmark_source": _benchmark_source(version),
        "formula_zh": variant.formula_zh,
        "formula_en": variant.formula_en,
        "parameters": _parameters(variant, version),
        "source": f"{version.source.standard} {version.source.clause}".strip(),
    }
    table = table.assign(**constants)[list(COLUMNS)]
    told = table["zone"].isin(measured.measurement.facts.get("reported", ()))
    table["grade"] = table["grade"].mask(told, REPORTED_GRADE)
    if not variant.parameters_verified and not version.override:
        table["verified"] = table["verified"] & told
        judged = table["state"].isin(["met", "missed"]) & ~told
        table["state"] = table["state"].mask(judged, "unknown")
    return table


def _limited(version: Version, variant: Variant) -> Version:
    """Return a version with the variant's own benchmark, unless the city set another."""
    if variant.benchmark is None or version.override:
        return version
    return replace(version, benchmark=variant.benchmark)


def findings(measured: Measured, zones: gpd.GeoDataFrame, *, period: str) -> gpd.GeoDataFrame:
    """Return the findings with their sentences, in the CRS of the measurement."""
    entry = measured.entry
    found = measured.measurement.findings
    names = zones["name"].to_dict()
    facts = [
        {"zone_name": names.get(row.get("zone")) or row.get("zone") or "", **row}
        for row in found.drop(columns="geometry").to_dict("records")
    ]
    columns = {
        "indicator": entry.id,
        "edition": measured.version.edition,
        "variant": measured.variant.id,
        "period": period,
        "feature": found["feature"].astype("string"),
        "zone": found["zone"].astype("string"),
        "zone_name": pd.array([fact["zone_name"] for fact in facts], dtype="string"),
        "severity": found["severity"].astype(float),
        "remedy": entry.remedy,
        "why_zh": pd.array(
            [said(measured.variant.finding_zh, fact) for fact in facts], dtype="string"
        ),
        "why_en": pd.array(
            [said(measured.variant.finding_en, fact) for fact in facts], dtype="string"
        ),
    }
    table = gpd.GeoDataFrame(columns, index=found.index, geometry=found.geometry, crs=found.crs)
    return table.sort_values("severity", ascending=False, kind="stable", ignore_index=True)


class _Sentence(string.Formatter):
    """Fill a template; a fact that is not known is written as a dash."""

    def format_field(self, value: Any, format_spec: str) -> str:  # noqa: ANN401
        if not _is_known(value):
            return "—"
        text: str = super().format_field(value, format_spec)
        return text


def said(template: str, facts: Mapping[str, Any]) -> str:
    """
    Return a template filled with facts.

    What stands in square brackets is left out where a fact in it is not known.

    Examples
    --------
    >>> said("最近一所在 {nearest_m:.0f} 米外", {"nearest_m": 1234.5})
    '最近一所在 1234 米外'
    >>> said("没有中学[，涉及 {persons:.0f} 人]", {"persons": float("nan")})
    '没有中学'
    """
    known = {name for name, fact in facts.items() if _is_known(fact)}

    def kept(part: re.Match[str]) -> str:
        return part[1] if set(re.findall(r"\{(\w+)", part[1])) <= known else ""

    return _Sentence().vformat(re.sub(r"\[([^\[\]]*)\]", kept, template), (), facts)


def _is_known(fact: Any) -> bool:  # noqa: ANN401
    if fact is None or fact is pd.NA:
        return False
    return not isinstance(fact, float) or math.isfinite(fact)


def reason_text(entry: Entry, reason: str, facts: Mapping[str, Any], language: str) -> str:
    """Return why a value is unknown, in words; empty where it is known."""
    if not reason:
        return ""
    template = entry.reasons.get(reason) or common_reasons().get(reason, {})
    return said(template.get(language, reason), _Facts(facts))


class _Facts(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return "—"


def _state(version: Version, value: float, low: float, high: float) -> State:
    """Judge a value; what rests on a text that nobody has read never passes or fails."""
    if version.benchmark is None:
        return "none"
    if not version.source.verified and not version.override:
        return "unknown"
    return version.benchmark.judge(value, low, high)


def _benchmark_source(version: Version) -> str:
    if version.benchmark is None:
        return ""
    told = f"{version.benchmark.standard} {version.benchmark.clause}".strip()
    return told if version.override in told else f"{told} · {version.override}"


def _parameters(variant: Variant, version: Version) -> str:
    chosen = variant.parameters_of(version)
    return json.dumps(chosen, ensure_ascii=False, sort_keys=True)


def joined(tables: Iterable[pd.DataFrame]) -> pd.DataFrame:
    """Return all observations in one table, typed alike whatever is in them."""
    table = pd.concat(list(tables), ignore_index=True)
    texts = [
        column
        for column in COLUMNS
        if column
        not in {"value", "low", "high", "numerator", "denominator", "benchmark", "verified"}
    ]
    return table.astype(dict.fromkeys(texts, "string") | {"verified": bool})
