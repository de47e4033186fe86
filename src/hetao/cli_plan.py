"""The commands of `hetao plan`; they compute nothing themselves."""

from dataclasses import asdict
from pathlib import Path

import click

from hetao.console import new_console, new_table, print_json, progress, say
from hetao.console_plan import (
    print_assessment,
    print_changes,
    print_dossier,
    print_plan,
    print_reading,
)

_ROOT = click.argument("root", metavar="DIR", type=click.Path(path_type=Path))
_JSON = click.option("--json", "as_json", is_flag=True, help=say("option.json"))
_PLAN = click.option("--plan", "name", help=say("option.plan"))


@click.group(help=say("plan"))
def plan() -> None:
    """Work with plans."""


@plan.command(help=say("plan_read"))
@click.argument("file", type=click.Path(path_type=Path))
@click.option("-o", "--output", type=click.Path(path_type=Path), help=say("option.output"))
@_JSON
def read(file: Path, output: Path | None, as_json: bool) -> None:
    """Read a plan's text into a ledger."""
    from hetao.plan.files import read_text
    from hetao.plan.linking import linked
    from hetao.plan.reading import read_plan
    from hetao.plan.store import as_json as plain
    from hetao.plan.store import folder_for, keep

    text = read_text(file)
    ledger = linked(read_plan(text))
    folder, merged = None, None
    if output is not None:
        folder = folder_for(output, ledger)
        ledger, merged = keep(folder, ledger, text)
    if as_json:
        print_json(plain(ledger))
        return
    print_plan(ledger)
    print_reading(ledger, folder, merged)


@plan.command(help=say("plan_show"))
@_ROOT
@click.argument("measure", required=False)
@_PLAN
@_JSON
def show(root: Path, measure: str | None, name: str | None, as_json: bool) -> None:
    """Print the ledger, or the dossier of one measure."""
    from hetao.plan.assessment import assess_city
    from hetao.plan.dossier import dossier
    from hetao.plan.store import as_json as plain
    from hetao.plan.store import plan_named

    kept = plan_named(root, name)
    if measure is None:
        if as_json:
            print_json(plain(kept.ledger))
        else:
            print_plan(kept.ledger)
        return
    told = dossier(kept.ledger, measure, assess_city(root, kept))
    if as_json:
        print_json(told.as_dict())
    else:
        print_dossier(told)


@plan.command(help=say("plan_assess"))
@_ROOT
@click.option("--year", type=int, help=say("option.year"))
@_PLAN
@_JSON
def assess(root: Path, year: int | None, name: str | None, as_json: bool) -> None:
    """Judge every target of a plan."""
    from hetao.plan.assessment import assess_city
    from hetao.plan.store import plan_named
    from hetao.report.plan_documents import write_plan_documents

    kept = plan_named(root, name)
    assessment = assess_city(root, kept, year=year)
    with progress() as tell:
        written = write_plan_documents(kept, assessment, tell=tell)
    if as_json:
        print_json(assessment.as_dict())
        return
    print_assessment(assessment)
    for path in written:
        click.echo(say("said.wrote", path=path))


@plan.command(help=say("plan_diff"))
@_ROOT
@click.argument("old")
@click.argument("new", required=False)
@_JSON
def diff(root: Path, old: str, new: str | None, as_json: bool) -> None:
    """Tell what a later plan changes."""
    from hetao.plan.changes import changes_between
    from hetao.plan.store import plan_named

    changes = changes_between(plan_named(root, old).ledger, plan_named(root, new).ledger)
    if as_json:
        print_json([change.as_dict() for change in changes])
    else:
        print_changes(changes)


@plan.command(help=say("plan_bodies"))
@click.argument("query", required=False, default="")
@click.option("--code", default="", help=say("option.code"))
@click.option("--file", "extra", type=click.Path(path_type=Path), help=say("option.bodies"))
@_JSON
def bodies(query: str, code: str, extra: Path | None, as_json: bool) -> None:
    """Look bodies up by name, short name or pinyin."""
    from hetao.plan.bodies import directory

    found = directory(code or None, extra).search(query)
    if as_json:
        print_json([asdict(body) for body in found])
        return
    table = new_table("column.name", "column.short", "column.kind", "column.level", "column.parent")
    for body in found:
        table.add_row(body.name, body.short, body.kind, body.level, body.parent)
    new_console().print(table)
