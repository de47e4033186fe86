"""What the commands of `hetao plan` print; nothing is computed here."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hetao.console import language, new_console, new_table, say

if TYPE_CHECKING:  # the library loads only when a command needs it
    from hetao.plan.changes import Change
    from hetao.plan.corrections import Merged
    from hetao.plan.dossier import Dossier
    from hetao.plan.judged import Assessment, Figure, Judged, State
    from hetao.plan.ledger import Ledger, Target


def print_plan(ledger: "Ledger") -> None:
    """Print a ledger: its document, a line for each measure, a line for each target."""
    from hetao.plan.reasons import flag_words

    document = ledger.document
    click.echo(" · ".join(p for p in (document.title, document.number, document.date) if p))
    measures = new_table("column.number", "column.title", "column.lead", "column.others",
                         "column.targets")  # fmt: skip
    owed = _count(target.measure_id for target in ledger.targets)
    for measure in ledger.measures:
        named = [a for a in measure.assignments if a.named]
        leads = [a.body for a in named if a.role == "lead"]
        others = [a.body for a in named if a.role != "lead"]
        measures.add_row(measure.number, measure.title, "、".join(leads), "、".join(others),
                         str(owed.get(measure.id, "") or ""))  # fmt: skip
    new_console().print(measures)
    targets = new_table("column.number", "column.indicator", "column.target", "column.year",
                        "column.scope", "column.measured_by", "column.flags")  # fmt: skip
    for target in ledger.targets:
        targets.add_row(target.measure, target.indicator, target_words(target),
                        str(target.year or ""), target.scope, target.link,
                        flag_words(target.flags, language()))  # fmt: skip
    click.echo()
    new_console().print(targets)


def target_words(target: "Target") -> str:
    """Return what a target wants, such as ≥ 8.5 公里/平方公里."""
    soft = f"{target.soft_word or say('plan_said.soft')} " if target.soft else ""
    if target.operator in ("all", "none", "aim"):
        return soft + say(f"operator.{target.operator}")
    if target.value is None and target.frequency:
        return soft + say("plan_said.rhythm", frequency=target.frequency)
    sign = {">=": "≥", "<=": "≤", "~": "≈", "range": ""}.get(target.operator, target.operator)
    high = "" if target.high is None else f"–{number(target.high)}"
    space = "" if target.unit.startswith("%") else " "
    return f"{soft}{sign} {number(target.value)}{high}{space}{target.unit}".strip()


def number(value: float | None) -> str:
    """Return a number with thousands marks and no needless decimals."""
    return "—" if value is None else f"{value:,.2f}".rstrip("0").rstrip(".")


def print_reading(ledger: "Ledger", folder: Path | None, merged: "Merged | None") -> None:
    """Say how much was read, where it was kept, and what people should look at."""
    assignments = [a for measure in ledger.measures for a in measure.assignments]
    named = sum(assignment.named for assignment in assignments)
    click.echo()
    click.echo(say("plan_said.read", measures=len(ledger.measures), named=named,
                   implied=len(assignments) - named, targets=len(ledger.targets)))  # fmt: skip
    doubtful = [target for target in ledger.targets if target.flags]
    if doubtful:
        click.echo(say("plan_said.doubtful", count=len(doubtful)))
    if ledger.document.absent:
        click.echo(say("plan_said.absent", annexes="、".join(ledger.document.absent)))
    if folder is not None:
        click.echo(say("said.wrote", path=folder / "ledger.toml"))
    if merged is not None and merged.kept:
        click.echo(say("plan_said.kept", count=merged.kept))
    for conflict in merged.conflicts if merged is not None else ():
        click.echo("  " + say("plan_said.conflict", **vars(conflict)))


def print_assessment(assessment: "Assessment") -> None:
    """Print a line for each target: what was wanted, what is, and what follows."""
    table = new_table("column.number", "column.indicator", "column.target", "column.year",
                      "column.figure", "column.state", "column.why")  # fmt: skip
    for judged in assessment.judged:
        target = judged.target
        table.add_row(target.measure, target.indicator, target_words(target),
                      str(target.year or ""), _figure(judged.figure), state_words(judged.state),
                      why(judged))  # fmt: skip
    new_console().print(table)
    click.echo()
    click.echo(say("plan_said.counts", year=assessment.year, all=len(assessment.judged),
                   counts=_counts(assessment.counts)))  # fmt: skip


def state_words(state: str) -> str:
    """Return a state as mark and word."""
    return say(f"plan_state.{state}")


def why(judged: "Judged") -> str:
    """Return what there is to say of a target: gap and pace, readings, counties, or the reason."""
    from hetao.plan.reasons import sentence

    parts = []
    if judged.reason:
        parts.append(sentence(judged.reason, judged.facts, language()))
    if judged.facts.get("later"):
        parts.append(say("plan_said.later", year=judged.facts["later"]))
    if judged.state == "met_in_part":
        parts.append(say("plan_said.in_part", **judged.facts))
    unit = judged.figure.unit if judged.figure else ""
    unit = say("plan_said.points") if unit in ("%", "％") else unit
    if judged.gap is not None and judged.gap > 0:
        parts.append(say("plan_said.gap", gap=number(judged.gap), unit=unit))
    if judged.pace_needed is not None:
        pace = "—" if judged.pace is None else signed(judged.pace)
        parts.append(say("plan_said.pace", pace=pace, needed=signed(judged.pace_needed), unit=unit))
    for reading in judged.readings[1:]:
        limit = f"{reading.operator} {number(reading.value)}"
        parts.append(say("plan_said.otherwise", limit=limit, state=state_words(reading.state)))
    return say("plan_said.joint").join(parts)


def signed(value: float) -> str:
    """Return a change with its sign."""
    return ("+" if value > 0 else "−" if value < 0 else "±") + number(abs(value))


def print_dossier(told: "Dossier") -> None:
    """Print one measure: its words, bodies, targets, indicators, registers and figures."""
    measure = told.measure
    click.echo(f"{measure.number}{measure.title}")
    if told.section is not None:
        click.echo(f"{told.section.number}、{told.section.title}")
    if measure.text:
        click.echo(f"\n{measure.text}\n")
    for role in ("lead", "joint", "support", "county"):
        bodies = [a.body + ("" if a.named else say("plan_said.implied"))
                  for a in measure.assignments if a.role == role]  # fmt: skip
        if bodies:
            click.echo(f"{say(f'role.{role}')}: {'、'.join(bodies)}")
    for clause in measure.clauses:
        if clause.covers:
            click.echo(f"  {clause.covers} — {clause.written}")
    for judged in told.judged:
        click.echo()
        _print_target(judged, told.registers)


def _print_target(judged: "Judged", registers: Mapping[str, Sequence[str]]) -> None:
    target = judged.target
    year = f" ({target.year})" if target.year else ""
    click.echo(f"{target.indicator} {target_words(target)}{year} {state_words(judged.state)}")
    if target.sentence:
        click.echo(f"  “{target.sentence}”")
    parts = [
        ("measured_by", f"{judged.measured_by} {target.link}".strip()),
        ("registers", "、".join(registers.get(target.link, ()))),
        ("figures", "  ".join(f"{f.year}: {_figure(f)}" for f in judged.series)),
        ("why", why(judged)),
        ("owner", target.owner),
        ("counties", "  ".join(f"{z.zone_name} {_figure(z.figure)} {state_words(z.state)}"
                               for z in judged.zones)),
    ]  # fmt: skip
    for name, words in parts:
        if words:
            click.echo(f"  {say(f'column.{name}')}: {words}")


def print_changes(changes: Sequence["Change"]) -> None:
    """Print a line for each change."""
    if not changes:
        click.echo(say("plan_said.same"))
        return
    table = new_table("column.what", "column.change", "column.name", "column.field",
                      "column.old", "column.new")  # fmt: skip
    for change in changes:
        table.add_row(say(f"what.{change.what}"), say(f"change.{change.kind}"), change.name,
                      change.field, _plain(change.old), _plain(change.new))  # fmt: skip
    new_console().print(table)


def _plain(value: object) -> str:
    return "" if value is None else number(value) if isinstance(value, float) else str(value)


def _figure(figure: "Figure | None") -> str:
    if figure is None or figure.value is None:
        return "—"
    space = "" if figure.unit.startswith("%") else " "
    return f"{number(figure.value)}{space}{figure.unit}".strip()


def _counts(counts: "Mapping[State, int]") -> str:
    joint = say("plan_said.joint")
    return joint.join(f"{state_words(state)} {n}" for state, n in counts.items() if n)


def _count(ids: Iterable[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for id_ in ids:
        found[id_] = found.get(id_, 0) + 1
    return found
