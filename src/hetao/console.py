"""What the command line says and prints: texts, tables, JSON and progress bars."""

import json
import locale
import os
import sys
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from importlib.resources import files
from typing import Any

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table

from hetao.errors import Tell


def language() -> str:
    """Return "zh" or "en", as HETAO_LANG, else the locale, says."""
    names = (os.environ.get(name) for name in ("HETAO_LANG", "LC_ALL", "LC_MESSAGES", "LANG"))
    chosen = next((name for name in names if name), None) or locale.getlocale()[0] or ""
    return "zh" if chosen.lower().startswith(("zh", "chinese")) else "en"


@cache
def _texts() -> Mapping[str, Any]:
    return tomllib.loads((files("hetao") / "texts.toml").read_text("utf-8"))


def say(key: str, **facts: object) -> str:
    """Return a text of `texts.toml` in the user's language, filled with facts."""
    entry: Any = _texts()
    for part in key.split("."):
        entry = entry[part]
    return str(entry[language()]).format(**facts)


def new_console() -> Console:
    """Return a console as wide as the terminal, or wide enough for a file."""
    return Console(width=None if sys.stdout.isatty() else 220)


def new_table(*columns: str) -> Table:
    """Return a table with these columns, named by their texts."""
    table = Table(box=None, header_style="bold", pad_edge=False)
    for column in columns:
        table.add_column(say(column) if "." in column else column, overflow="fold")
    return table


def named(thing: Any) -> str:
    """Return the name of an entry or a register in the user's language."""
    return str(thing.name_zh if language() == "zh" else thing.name_en)


def print_json(rows: Sequence[Mapping[str, Any]] | Mapping[str, Any]) -> None:
    """Print a list of objects, or one."""
    click.echo(json.dumps(rows, ensure_ascii=False, indent=1))


def fault_rows(faults: Sequence[Any]) -> list[dict[str, Any]]:
    """Return faults as objects."""
    return [vars(fault) | {"text": fault.text(language())} for fault in faults]


def print_faults(faults: Sequence[Any], *, always: bool = False) -> None:
    """Print faults, the gravest first."""
    if not faults:
        if always:
            click.echo(say("said.no_faults"))
        return
    counts = {
        severity: sum(fault.severity == severity for fault in faults)
        for severity in ("error", "warning", "note")
    }
    click.echo(
        say("said.faults", errors=counts["error"], warnings=counts["warning"], notes=counts["note"])
    )
    for fault in sorted(faults, key=lambda fault: list(counts).index(fault.severity)):
        click.echo(f"  [{say(f'severity.{fault.severity}')}] {fault.text(language())}")


def register_row(register: Any) -> dict[str, Any]:
    """Return a register as an object."""
    return {
        "register": register.id,
        "name_zh": register.name_zh,
        "name_en": register.name_en,
        "geometry": register.geometry,
        "owner_zh": register.owner_zh,
        "fields": [
            {
                "name": field.name,
                "type": field.type,
                "title_zh": field.title_zh,
                "title_en": field.title_en,
                "required": field.required,
                "unit": field.unit,
                "values": dict(field.values),
            }
            for field in register.fields
        ],
    }


def indicator_row(entry: Any) -> dict[str, Any]:
    """Return an indicator as an object."""
    inputs = {
        layer.layer: None
        for variant in entry.variants.values()
        for layer in variant.inputs.values()
    }
    return {
        "indicator": entry.id,
        "dimension": entry.dimension,
        "name_zh": entry.name_zh,
        "name_en": entry.name_en,
        "unit": entry.unit,
        "better": entry.better,
        "official_level": entry.official_level,
        "reporter": entry.reporter,
        "core": entry.core,
        "inputs": list(inputs),
        "variants": {
            variant.id: {
                "formula_zh": variant.formula_zh,
                "formula_en": variant.formula_en,
                "reported": variant.may_be_reported,
            }
            for variant in entry.variants.values()
        },
        "versions": [
            {
                "edition": version.edition,
                "number": version.number,
                "standard": version.source.standard,
                "clause": version.source.clause,
                "verified": version.source.verified,
                "parameters": dict(version.parameters),
                "benchmark": None if version.benchmark is None else vars(version.benchmark),
            }
            for version in entry.versions
        ],
    }


def observation_rows(table: Any) -> list[dict[str, Any]]:
    """Return observations as objects, unknown figures as null."""
    text = table.to_json(orient="records", force_ascii=False, double_precision=15)
    rows: list[dict[str, Any]] = json.loads(text)
    for row in rows:
        row["parameters"] = json.loads(row["parameters"] or "{}")
    return rows


def print_values(table: Any) -> None:
    """Print observations as a table."""
    from hetao.report.numbers import figure, span

    shown = new_table("column.indicator", "column.name", "column.edition", "column.variant",
                   "column.zone", "column.value", "column.range", "column.unit", "column.state",
                   "column.grade", "column.reason")  # fmt: skip
    for row in table.itertuples():
        name = row.name_zh if language() == "zh" else row.name_en
        reason = row.reason_zh if language() == "zh" else row.reason_en
        spread = "" if row.low == row.high else span(row.low, row.high, row.unit)
        shown.add_row(row.indicator, name, row.edition, row.variant, row.zone_name,
                      figure(row.value, row.unit), "" if row.low != row.low else spread, row.unit,
                      say(f"state.{row.state}"), row.grade, reason)  # fmt: skip
    new_console().print(shown)


def print_origins(table: Any) -> None:
    """Print observations, and how each came about."""
    print_values(table)
    suffix = language()
    told = table.drop_duplicates(["indicator", "edition", "variant"])
    for row in told.itertuples():
        click.echo(f"\n{row.indicator} · {row.edition} · {row.variant}")
        formula = row.formula_zh if suffix == "zh" else row.formula_en
        parts = [
            ("formula", formula),
            ("numerator", f"{row.numerator:,.2f} {row.numerator_unit}"),
            ("denominator", f"{row.denominator:,.2f} {row.denominator_unit}"),
            ("source", row.source),
            ("parameters", row.parameters),
            ("verified", say("line.yes") if row.verified else say("line.no")),
        ]
        if row.benchmark_operator:
            told_by = (
                f"{row.benchmark_operator} {row.benchmark:g} {row.unit}（{row.benchmark_source}）"
            )
            parts.insert(3, ("benchmark", told_by))
        for key, value in parts:
            click.echo(f"  {say(f'line.{key}')}: {value}")


@contextmanager
def progress() -> Iterator[Tell]:
    """Show a bar per stage on a terminal, and nothing elsewhere."""
    bars = Progress(
        TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn(),
        console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty(),
    )  # fmt: skip
    tasks: dict[str, TaskID] = {}

    def tell(stage: str, done: int, total: int, /) -> None:
        if stage not in tasks:
            if stage == "compile":
                click.echo(say("said.compiling"), err=True)
            known = stage in _texts()["stage"]
            tasks[stage] = bars.add_task(say(f"stage.{stage}") if known else stage, total=total)
        bars.update(tasks[stage], completed=done, total=total)

    with bars:
        yield tell
