"""The ledger of a plan as a workbook: measures, targets, and a sheet for every body (分工表)."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from openpyxl import Workbook

from hetao.plan.judged import Assessment, Judged
from hetao.plan.ledger import Assignment, Ledger, Measure, Role, Target
from hetao.plan.reasons import flag_words
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
    "body": {
        "number": 9, "item": 7, "subject": 26, "role": 11, "told": 17, "year": 10, "covers": 44,
        "written": 30, "state": 12, "flags": 18,
    },
}  # fmt: skip
"""Columns of the sheets, with their widths."""

EMPTY_WIDTH = 8
"""Width of a column in which nothing stands."""

FROZEN = {"measures": 2, "targets": 3, "index": 1, "body": 3}
"""Columns that stay at the left."""

ROLES: Sequence[Role] = ("lead", "joint", "support", "county")
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
        _fill(book, say(f"plan.ledger.{name}"), name, rows, _title(ledger, made=made))
    for mine in owed:
        rows, lines = _body_rows(mine, ledger, states), _body_lines(mine, ledger, made=made)
        _fill(book, names[mine.body], "body", rows, lines)
    save(book, path, date=date_of(ledger))


def date_of(ledger: Ledger) -> str:
    """Return the date that stands for the plan's files: its own, where it has a whole one."""
    date = ledger.document.date
    return date if re.fullmatch(r"\d{4}-[01]\d-[0-3]\d", date) else NO_DATE


def _title(ledger: Ledger, *, made: bool) -> list[str | Link]:
    document = ledger.document
    lines: list[str | Link] = [say("plan.ledger.title", title=document.title), "　".join(
        part for part in (document.number, document.issuer, document.date) if part)]  # fmt: skip
    if document.flags:
        lines.append(flag_words(document.flags))
    return [*lines, say("plan.ledger.made")] if made else lines


def _fill(
    book: Workbook,
    sheet_name: str,
    kind: str,
    rows: Sequence[Mapping[str, Any]],
    lines: Sequence[str | Link],
) -> None:
    """Write one sheet: lines that say what it is, then its table."""
    sheet = book.create_sheet(sheet_name)
    for row, text in enumerate(lines, start=1):
        line(sheet, row, text, size=13 if row == 1 else 10, ink="ink-1" if row == 1 else "ink-2")
    head = len(lines) + 1
    shown = [key for key in WIDTHS[kind] if not rows or key in rows[0]]
    filled = {key for row in rows for key in shown if row[key] != ""}
    widths = [WIDTHS[kind][key] if key in filled else EMPTY_WIDTH for key in shown]
    cells = [[row[key] for key in shown] for row in rows]
    end = table(sheet, head, _heads(shown), cells, widths)
    arrange(sheet, widths, head=head, last=end - 1, frozen=FROZEN[kind], foot=str(lines[0]))


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
        "flags": flag_words(measure.flags),
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
        **_judged_cells(target, judged, wanted=states is not None),
        "flags": flag_words(target.flags),
        "sentence": target.sentence or target.written,
    }


def _judged_cells(target: Target, judged: Judged | None, *, wanted: bool) -> dict[str, Any]:
    """Return state and figure; nothing where no assessment was asked for."""
    if judged is None:
        return dict.fromkeys(JUDGED_ONLY, "") if wanted else {}
    return {"state": Lamp(judged.state), "figure": figure_told(judged.figure, target)}


def _index_row(mine: Duties, sheet: str) -> dict[str, Any]:
    roles = mine.roles
    return {
        "body": mine.body,
        "sheet": Link(say("plan.ledger.link"), sheet),
        **{role: roles[role] for role in ROLES},
        "targets": len(mine.targets),
        "owned": mine.owned,
    }


def _body_lines(mine: Duties, ledger: Ledger, *, made: bool) -> list[str | Link]:
    roles = mine.roles
    counts = {role: roles[role] for role in ROLES}
    lines: list[str | Link] = [
        say("plan.ledger.body", body=mine.body),
        f"{say('plan.ledger.title', title=ledger.document.title)}　{ledger.document.number}",
        say("plan.ledger.duties", targets=len(mine.targets), owned=mine.owned, **counts),
        Link(say("plan.ledger.back"), say("plan.ledger.index")),
    ]
    return [*lines, say("plan.ledger.made")] if made else lines


def _body_rows(
    mine: Duties, ledger: Ledger, states: Mapping[str, Judged] | None
) -> list[dict[str, Any]]:
    """Return what a body owes: its measures, then their targets, its own first."""
    rows = [_duty_row(measure, one) for measure, one in mine.measures]
    rows += [_owed_row(mine, ledger, target, states) for target in mine.targets]
    if states is None:
        return [{key: row[key] for key in row if key not in JUDGED_ONLY} for row in rows]
    return rows


def _duty_row(measure: Measure, one: Assignment) -> dict[str, Any]:
    role = say(f"plan.role.{one.role}")
    return {
        "number": measure.number,
        "item": say("plan.ledger.measure"),
        "subject": measure.title,
        "role": role if one.named else say("plan.naming.implied_body", body=role),
        "told": "",
        "year": "",
        "covers": covers_told(measure, one),
        "written": written_told(measure, one),
        "state": "",
        "flags": flag_words((*one.flags, *measure.flags)),
    }


def _owed_row(
    mine: Duties, ledger: Ledger, target: Target, states: Mapping[str, Judged] | None
) -> dict[str, Any]:
    row = _target_row(ledger, target, states)
    own = target.owner == mine.body
    held = measure_of(ledger, target)
    roles = [one.role for measure, one in mine.measures if measure is held]
    role = say("plan.ledger.own") if own else "、".join(say(f"plan.role.{r}") for r in roles)
    return row | {
        "number": row["measure"],
        "item": say("plan.ledger.target"),
        "subject": target.indicator,
        "role": role,
        "covers": row["sentence"],
        "written": "",
        "state": row.get("state", ""),
    }
