"""The assessment of a plan as data: JSON as it was judged, CSV with one row a target and place."""

import csv
import io
import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hetao.plan.judged import Assessment, Figure, Judged, State, ZoneState
from hetao.report.plan_sheets import FORMULA_MARKS
from hetao.report.plan_words import deadline_told, lamp, measured_by, target_told
from hetao.report.texts import say

COLUMNS = (
    "plan", "year", "target", "measure", "measure_title", "indicator", "scope", "operator",
    "value", "high", "unit", "told", "deadline", "soft", "owner", "zone", "zone_name", "state",
    "state_zh", "final", "reason", "measured_by", "link", "variant", "edition", "figure_year",
    "figure", "figure_low", "figure_high", "figure_unit", "numerator", "denominator", "gap", "pace",
    "pace_needed", "strict_state", "near_state", "grade", "verified", "source", "origin",
    "reported_by", "sentence",
)  # fmt: skip
"""Columns of the CSV; numbers are in the unit beside them, empty where unknown."""


def write_plan_json(assessment: Assessment, path: Path) -> None:
    """Write plan-assessment.json: the whole assessment with every figure and its origin."""
    told = json.dumps(finite(assessment.as_dict()), ensure_ascii=False, indent=1, allow_nan=False)
    path.write_text(told + "\n", "utf-8")


def finite(value: Any) -> Any:  # noqa: ANN401
    """Return plain objects with null for what is no number."""
    if isinstance(value, dict):
        return {key: finite(part) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [finite(part) for part in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def write_plan_csv(assessment: Assessment, path: Path) -> None:
    """Write plan-assessment.csv in UTF-8 with a mark by which Excel knows it."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([say(f"plan.data.{name}") for name in COLUMNS])
    for row in plan_rows(assessment):
        writer.writerow([_plain(row[name]) for name in COLUMNS])
    path.write_bytes(text.getvalue().encode("utf-8-sig"))


def plan_rows(assessment: Assessment) -> Iterator[dict[str, Any]]:
    """Yield a row for each target as a whole, then one for each county it was judged in."""
    for judged in assessment.judged:
        told = dict.fromkeys(COLUMNS) | _target(judged, assessment)
        place = {"zone": "", "zone_name": judged.target.scope or assessment.city}
        yield told | place | _state(judged) | _figure(judged.figure) | _progress(judged)
        for zone in judged.zones:
            place = {"zone": zone.zone, "zone_name": zone.zone_name}
            yield told | place | _state(zone) | _figure(zone.figure) | _progress(None)


def _target(judged: Judged, assessment: Assessment) -> dict[str, Any]:
    target, measure = judged.target, judged.measure
    return {
        "plan": assessment.plan,
        "year": assessment.year,
        "target": target.id,
        "measure": measure.number if measure is not None else target.measure,
        "measure_title": measure.title if measure is not None else "",
        "told": target_told(target),
        "deadline": deadline_told(target),
        "final": judged.final,
        "measured_by": measured_by(target, judged),
        "sentence": target.sentence or target.written,
        **{
            name: getattr(target, name)
            for name in (
                "indicator", "scope", "operator", "value", "high", "unit", "soft", "owner", "link",
                "variant",
            )
        },
    }  # fmt: skip


def _state(one: Judged | ZoneState) -> dict[str, Any]:
    return {"state": one.state, "state_zh": lamp(one.state), "reason": one.reason}


def _figure(figure: Figure | None) -> dict[str, Any]:
    names = {
        "figure_year": "year", "figure": "value", "figure_low": "low", "figure_high": "high",
        "figure_unit": "unit", "variant": "variant", "edition": "edition", "grade": "grade",
        "numerator": "numerator", "denominator": "denominator", "verified": "verified",
        "source": "source", "origin": "origin", "reported_by": "reported_by",
    }  # fmt: skip
    return {name: getattr(figure, of) for name, of in names.items() if figure is not None}


def _progress(judged: Judged | None) -> dict[str, Any]:
    states: dict[str, State] = {}
    if judged is not None:
        states = {reading.name: reading.state for reading in judged.readings}
    return {
        **{name: getattr(judged, name, None) for name in ("gap", "pace", "pace_needed")},
        "strict_state": states.get("strict"),
        "near_state": states.get("near"),
    }


def _plain(value: object) -> str:
    """Return a cell as text; words of a plan are never a formula."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return say(f"methods.{'yes' if value else 'no'}")
    if isinstance(value, float):
        return f"{value:.12g}" if math.isfinite(value) else ""
    text = str(value)
    return f"'{text}" if len(text) > 1 and text[0] in FORMULA_MARKS else text
