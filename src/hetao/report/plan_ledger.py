"""The ledger of a plan as a workbook: measures, targets, and a sheet for every body (分工表)."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from openpyxl import Workbook

from hetao.plan.judged import Assessment, Judged
from hetao.plan.ledger import Ledger, Measure, Target
from hetao.report.plan_bodies import Duties, covers_told, duties, measure_of, written_told
from hetao.report.plan_sections import section_of, section_title
from hetao.report.plan_sheets import (
    Lamp,
    Link,
    arrange,
    line,
    new_book,
    save,
    sheet_names,
    table,
)
from hetao.report.plan_words import (
    bodies_told,
    deadline_told,
    figure_told,
    flags_told,
    measured_by,
    softness_told,
    target_told,
)
from hetao.report.texts import say

WIDTHS: Mapping[str, Mapping[str, float]] = {
    "measures": {
        "number": 9, "title": 26, "section": 25, "kind": 9, "lead": 15, "joint": 36,
        "support": 18, "county": 15, "target_count": 7, "flags": 22,
    },
    "targets": {
        "id": 6, "measure": 9, "indicator": 24, "told": 16, "year": 10, "scope": 10, "things": 13,
        "soft": 9, "owner": 12, "measured_by": 16, "confidence": 6, "state": 12, "figure": 11,
        "flags": 14, "sentence": 40,
    },
    "index": {
        "body": 30, "sheet": 10, "lead": 10, "joint": 12, "support": 10, "county": 12,
        "targets": 12, "owned": 12,
    },
}  # fmt: skip
"""Columns of the sheets for the whole plan, with their widths."""

BODY_WIDTHS = (9, 26, 18, 11, 44, 32, 18)
BODY_MEASURES = ("number", "title", "role", "naming", "covers", "written", "flags")
BODY_TARGETS = ("number", "indicator", "told", "year", "sentence", "owner", "state")
"""A body's sheet has two tables, one below the other, in the same columns."""

EMPTY_WIDTH = 8
"""Width of a column in which nothing stands."""

JUDGED_ONLY = ("state", "figure")
NO_DATE = "1980-01-01"


def write_plan_ledger(
    ledger: Ledger, path: Path, assessment: Assessment | None = None, *, made: bool = False
) -> None:
    """
    Write plan-ledger.xlsx; the same ledger gives the same bytes.

    Parameters
    ----------
    assessment : Assessment, optional
        Adds the state of each target.
    made : bool
        Whether the place does not exist; every sheet says so then.
    """
    book, owed = new_book(), duties(ledger)
    fixed = [say(f"plan.ledger.{name}") for name in ("measures", "targets", "index")]
    names = sheet_names([mine.body for mine in owed], fixed)
    states = {one.target.id: one for one in assessment.judged} if assessment else None
    tables: dict[str, list[dict[str, Any]]] = {
        "measures": [_measure_row(ledger, measure) for measure in ledger.measures],
        "targets": [_target_row(ledger, target, states) for target in ledger.targets],
        "index": [_index_row(mine, names[mine.body]) for mine in owed],
    }
    for name, rows in tables.items():
        shown = [key for key in WIDTHS[name] if states is not None or key not in JUDGED_ONLY]
        _whole(book, name, shown, rows, _title(ledger, made=made))
    for mine in owed:
        _body(book, mine, names[mine.body], ledger, states, made=made)
    save(book, path, date=date_of(ledger))


def date_of(ledger: Ledger) -> str:
    """Return the date that stands for the plan's files: its own, where it has a whole one."""
    date = ledger.document.date
    return date if re.fullmatch(r"\d{4}-[01]\d-[0-3]\d", date) else NO_DATE


def _title(ledger: Ledger, *, made: bool) -> list[str]:
    document = ledger.document
    lines = [say("plan.ledger.title", title=document.title), "　".join(
        part for part in (document.number, document.issuer, document.date) if part)]  # fmt: skip
    if document.flags:
        lines.append(flags_told(document.flags))
    return [*lines, say("plan.ledger.made")] if made else lines


def _whole(
    book: Workbook,
    name: str,
    shown: Sequence[str],
    rows: Sequence[Mapping[str, Any]],
    title: Sequence[str],
) -> None:
    sheet = book.create_sheet(say(f"plan.ledger.{name}"))
    for row, text in enumerate(title, start=1):
        line(sheet, row, text, size=13 if row == 1 else 10, ink="" if row == 1 else "ink-2")
    head = len(title) + 1
    frozen = {"measures": 2, "targets": 3, "index": 1}[name]
    filled = {key for row in rows for key in shown if row[key] != ""}
    widths = [WIDTHS[name][key] if key in filled else EMPTY_WIDTH for key in shown]
    cells = [[row[key] for key in shown] for row in rows]
    end = table(sheet, head, _heads(shown), cells, widths)
    arrange(sheet, widths, head=head, last=end - 1, frozen=frozen, foot=title[0])


def _heads(keys: Sequence[str]) -> list[str]:
    return [say(f"plan.ledger.columns.{key}") for key in keys]


def _measure_row(ledger: Ledger, measure: Measure) -> dict[str, Any]:
    held = [target for target in ledger.targets if measure_of(ledger, target) is measure]
    return {
        "number": measure.number,
        "title": measure.title,
        "section": section_title(section_of(ledger, measure), measure.section),
        "kind": say(f"plan.kind.{measure.kind}"),
        "lead": bodies_told(measure, "lead"),
        "joint": bodies_told(measure, "joint"),
        "support": bodies_told(measure, "support"),
        "county": bodies_told(measure, "county"),
        "target_count": len(held),
        "flags": flags_told(measure.flags),
    }


def _target_row(
    ledger: Ledger, target: Target, states: Mapping[str, Judged] | None
) -> dict[str, Any]:
    judged = (states or {}).get(target.id)
    measure = measure_of(ledger, target)
    return {
        "id": target.id,
        "measure": measure.number if measure is not None else target.measure,
        "indicator": target.indicator,
        "told": target_told(target),
        "year": deadline_told(target),
        "scope": target.scope,
        "things": target.things,
        "soft": softness_told(target),
        "owner": target.owner,
        "measured_by": measured_by(target, judged),
        "confidence": say(f"plan.confidence.{target.confidence}"),
        "state": Lamp(judged.state) if judged is not None else "",
        "figure": figure_told(judged.figure, target) if judged is not None else "",
        "flags": flags_told(target.flags),
        "sentence": target.sentence or target.written,
    }


def _index_row(mine: Duties, sheet: str) -> dict[str, Any]:
    roles = mine.roles
    return {
        "body": mine.body,
        "sheet": Link(say("plan.ledger.link"), sheet),
        **{role: roles[role] for role in ("lead", "joint", "support", "county")},
        "targets": len(mine.targets),
        "owned": mine.owned,
    }


def _body(
    book: Workbook,
    mine: Duties,
    name: str,
    ledger: Ledger,
    states: Mapping[str, Judged] | None,
    *,
    made: bool,
) -> None:
    sheet, roles = book.create_sheet(name), mine.roles
    counts = {role: roles[role] for role in ("lead", "joint", "support", "county")}
    told = say("plan.ledger.duties", targets=len(mine.targets), owned=mine.owned, **counts)
    lines: list[str | Link] = [
        say("plan.ledger.body", body=mine.body),
        _title(ledger, made=False)[0] + "　" + ledger.document.number,
        told,
        Link(say("plan.ledger.back"), say("plan.ledger.index")),
    ]
    if made:
        lines.append(say("plan.ledger.made"))
    for row, text in enumerate(lines, start=1):
        line(sheet, row, text, size=13 if row == 1 else 10)
    head = len(lines) + 1
    rows = [_duty_row(measure, one) for measure, one in mine.measures]
    end = table(sheet, head, _heads(BODY_MEASURES), rows, BODY_WIDTHS)
    if mine.targets:
        shown = BODY_TARGETS if states is not None else (*BODY_TARGETS[:-1], "flags")
        kept = [
            _target_row(ledger, target, states) | {"number": _number(ledger, target)}
            for target in mine.targets
        ]
        cells = [[row[key] for key in shown] for row in kept]
        table(sheet, end + 1, _heads(shown), cells, BODY_WIDTHS)
    else:
        line(sheet, end + 1, say("plan.ledger.no_targets"), ink="ink-2")
    arrange(sheet, BODY_WIDTHS, head=head, last=end - 1, frozen=2, foot=mine.body)


def _number(ledger: Ledger, target: Target) -> str:
    measure = measure_of(ledger, target)
    return measure.number if measure is not None else target.measure


def _duty_row(measure: Measure, one: Any) -> list[Any]:  # noqa: ANN401
    return [
        measure.number,
        measure.title,
        say(f"plan.role.{one.role}"),
        say("plan.naming.named" if one.named else "plan.naming.implied"),
        covers_told(measure, one),
        written_told(measure, one),
        flags_told((*one.flags, *measure.flags)),
    ]
