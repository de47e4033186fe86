"""1表1台账2清单 of each dimension in the official columns: tables for the sheets of lists.xlsx."""

from collections.abc import Iterator

import pandas as pd
import shapely

from hetao.assessment.checkup import DIMENSIONS, Assessed, Graded
from hetao.assessment.problems import SEVERITIES, Problem, severity_of
from hetao.report import numbers, standing
from hetao.report.assessed_words import basis, before_of, figure_of, problem_told, verdict
from hetao.report.texts import said_or, say
from hetao.report.view import RunView


def official_tables(view: RunView) -> Iterator[tuple[str, pd.DataFrame]]:
    """Yield the name of each sheet and its table, its columns named in Chinese."""
    done = view.assessed
    if done is None:
        return
    for dimension in DIMENSIONS:
        if not done.of(dimension):
            continue
        name = say(f"assessed.dimension.{dimension}").partition("（")[0]
        problems = [problem for problem in done.problems if problem.dimension == dimension]
        tables = {
            "values": _values(done, dimension),
            "ledger": _ledger(view, done, dimension),
            "problems": _problems(problems),
            "advice": _advice(problems),
        }
        for kind, rows in tables.items():
            yield say(f"assessed.lists.{kind}", name=name), _titled(rows)


def _titled(rows: list[dict[str, object]]) -> pd.DataFrame:
    """Return rows as a table with a serial number and Chinese titles."""
    table = pd.DataFrame(rows)
    table.insert(0, "serial", range(1, len(table) + 1))
    return table.rename(
        columns={name: say(f"assessed.lists.columns.{name}") for name in table.columns}
    )


def _values(done: Assessed, dimension: str) -> list[dict[str, object]]:
    return [_value(one) for one in done.of(dimension)]


def _value(one: Graded) -> dict[str, object]:
    residents = [ruling for ruling in one.grade.rulings if ruling.ruler == "residents"]
    score = f"{float(residents[0].facts['score']):.0f}" if residents else ""
    row = one.head
    return {
        "number": row.number, "indicator": row.name_zh, "result": figure_of(one),
        "unit": row.unit,
        "standard": numbers.standard(row.benchmark_operator or "", row.benchmark, row.unit),
        "before": before_of(one), "survey": score, "evidence": row.grade,
        "level": say(f"assessed.level.{one.grade.level}"),
        "basis": "；".join([*basis(one), verdict(one)]),
    }  # fmt: skip


def _ledger(view: RunView, done: Assessed, dimension: str) -> list[dict[str, object]]:
    """Return every thing that falls short, one a row."""
    rows: list[dict[str, object]] = []
    for one in done.of(dimension):
        found = standing.own_findings(view, one.entry.id)
        if found is None:
            continue
        points = shapely.point_on_surface(found.geometry.to_numpy())
        for at, row in enumerate(found.to_dict("records")):
            point = points[at]
            rows.append({
                "number": one.head.number, "indicator": one.head.name_zh,
                "zone": row.get("zone_name"), "thing": row["feature"], "problem": row["why_zh"],
                "severity": say(f"assessed.severity.{_band(row['severity'])}"),
                "remedy": said_or(f"remedy.{row['remedy']}", str(row["remedy"])),
                "state": "",
                "lon": None if point is None else round(float(point.x), 6),
                "lat": None if point is None else round(float(point.y), 6),
            })  # fmt: skip
    return rows


def _band(severity: float) -> str:
    return severity_of(severity) if numbers.is_known(severity) else SEVERITIES[0]


def _problems(problems: list[Problem]) -> list[dict[str, object]]:
    return [
        {
            "number": one.number, "indicator": one.name_zh, "zone": one.zone_name,
            "count": one.count or None, "problem": problem_told(one),
            "severity": say(f"assessed.severity.{one.severity}"),
            "remedy": said_or(f"remedy.{one.remedy}", one.remedy),
        }
        for one in problems
    ]  # fmt: skip


def _advice(problems: list[Problem]) -> list[dict[str, object]]:
    ranked = sorted(
        problems,
        key=lambda one: (one.remedy != "deadline", -SEVERITIES.index(one.severity), -one.count),
    )
    return [
        {
            "number": one.number, "indicator": one.name_zh, "problem": problem_told(one),
            "advice": one.advice_zh, "area": one.zone_name,
            "remedy": said_or(f"remedy.{one.remedy}", one.remedy), "body": one.body,
            "priority": at, "due": say("assessed.measures.due", year=one.due_year),
            "next_year": say("methods.yes" if one.next_year else "methods.no"),
            "kind": one.kind_zh,
        }
        for at, one in enumerate(ranked, start=1)
    ]  # fmt: skip
