"""The command line: one subcommand per verb; it computes nothing itself."""

import datetime
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NoReturn

import click

from hetao import __version__
from hetao.cli_collect import collect, receive, survey
from hetao.cli_plan import plan
from hetao.cli_serve import backup, doctor, manage, restore, serve, work
from hetao.console import (
    fault_rows,
    indicator_row,
    language,
    named,
    new_console,
    new_table,
    observation_rows,
    print_faults,
    print_json,
    print_origins,
    print_values,
    progress,
    register_row,
    say,
)
from hetao.console_plan import print_assessment
from hetao.errors import HetaoError, UserError

FINE, FINDINGS, USAGE = 0, 1, 2


def _option(name: str, *, text: str = "", **settings: Any) -> Callable[[Any], Any]:
    key = text or name.removeprefix("--").replace("-", "_")
    return click.option(name, help=say(f"option.{key}"), **settings)


_ROOT = click.argument("root", metavar="DIR", type=click.Path(path_type=Path))
_JSON = click.option("--json", "as_json", is_flag=True, help=say("option.json"))


@click.group(help=say("main"), context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="hetao")
def cli() -> None:
    """Run one verb."""


@cli.command(help=say("init"))
@_ROOT
@_option("--name", required=True)
@_option("--code", required=True)
@_option("--boundary", metavar="FILE|W,S,E,N")
@_option("--zones", multiple=True, metavar="LEVEL=FILE")
@_option("--grid", multiple=True, metavar="SHAPE:METRES")
@_option("--crs")
@_option("--edition", default="2025", show_default=True)
def init(root: Path, name: str, code: str, edition: str, crs: str | None, **places: Any) -> None:
    """Make a workspace."""
    from hetao.registers.founding import found
    from hetao.registers.workspace import City

    city = City(name=name, code=code, edition=edition, grids=tuple(places["grid"]))
    faults = found(root, city, boundary=places["boundary"], zones=places["zones"], crs=crs)
    print_faults(faults)
    if any(fault.severity == "error" for fault in faults):
        raise SystemExit(FINDINGS)
    click.echo(say("said.made", root=root, name=name, code=code))
    if not places["boundary"] and not places["zones"]:
        click.echo(say("said.no_boundary"))


@cli.command(help=say("load"))
@_ROOT
@click.argument("file", type=click.Path(path_type=Path))
@_option("--register")
@_option("--layer")
@_option("--crs")
@_option("--mapping", type=click.Path(path_type=Path))
@_JSON
def load(root: Path, file: Path, as_json: bool, **options: Any) -> None:
    """Load one source."""
    from hetao.registers.loading import load_source
    from hetao.registers.workspace import open_workspace

    workspace = open_workspace(root)
    with progress() as tell:
        reading, stored = load_source(workspace, file, **options, tell=tell)
    if as_json:
        print_json(fault_rows(reading.faults))
    else:
        print_faults(reading.faults)
    if stored is None:
        click.echo(say("said.refused", file=file.name), err=True)
        raise SystemExit(FINDINGS)
    rows = ", ".join(f"{id_} {count:,}" for id_, count in stored.rows.items())
    click.echo(say("said.loaded", file=file.name, rows=rows), err=as_json)


@cli.command(help=say("check"))
@_ROOT
@_JSON
def check(root: Path, as_json: bool) -> None:
    """List every fault."""
    from hetao.catalogue.facilities import facility_kinds
    from hetao.registers.loading import faults_of
    from hetao.registers.workspace import open_workspace

    faults = faults_of(open_workspace(root), facility_kinds=tuple(facility_kinds()))
    if as_json:
        print_json(fault_rows(faults))
    else:
        print_faults(faults, always=True)
    raise SystemExit(FINDINGS if any(fault.severity != "note" for fault in faults) else FINE)


@cli.command(help=say("registers"))
@_JSON
def registers(as_json: bool) -> None:
    """List the registers."""
    from hetao.registers.definition import registers as known

    if as_json:
        print_json([register_row(register) for register in known().values()])
        return
    table = new_table("id", "column.name", "column.geometry", "column.fields")
    for register in known().values():
        fields = "、".join(field.title_zh for field in register.fields[3:])
        table.add_row(register.id, named(register), register.geometry, fields)
    new_console().print(table)


@cli.command(help=say("indicators"))
@_JSON
def indicators(as_json: bool) -> None:
    """List the indicators."""
    from hetao.catalogue.entries import entries

    rows = [indicator_row(entry) for entry in entries().values()]
    if as_json:
        print_json(rows)
        return
    table = new_table("id", "column.name", "column.unit", "column.edition", "column.variant",
                   "column.inputs", "column.standard")  # fmt: skip
    for row, entry in zip(rows, entries().values(), strict=True):
        numbers = "\n".join(
            f"{version['edition']} {version['number']}".strip() for version in row["versions"]
        )
        standards = "\n".join(
            f"{version['standard']} {version['clause']}".strip() for version in row["versions"]
        )
        inputs = row["inputs"] or [say("said.reported", reporter=row["reporter"])]
        table.add_row(row["indicator"], named(entry), row["unit"], numbers,
                      "\n".join(row["variants"]), "\n".join(inputs), standards)  # fmt: skip
    new_console().print(table)


@cli.command(help=say("checkup"))
@_ROOT
@_option("--edition")
@_option("--only", multiple=True)
@_option("--date")
@_option("--no-report", is_flag=True)
@_JSON
def checkup(root: Path, edition: str | None, only: Sequence[str], **options: Any) -> None:
    """Freeze, compute and write a run."""
    from hetao.checkup.run import begin_checkup
    from hetao.registers.workspace import open_workspace
    from hetao.report.documents import write_documents

    workspace = open_workspace(root)
    date = _date(options["date"])
    with progress() as tell:
        run = begin_checkup(
            workspace, edition=edition or workspace.city.edition, date=date, only=only, tell=tell
        )
        if not options["no_report"]:
            write_documents(workspace, run, tell=tell)
    if options["as_json"]:
        print_json(observation_rows(run.observations))
        return
    table = run.observations
    count = sum(len(frame) for frame in run.findings.values())
    known = int(table["value"].notna().sum())
    click.echo(
        say("said.run", run=run.id, values=known, unknown=len(table) - known, findings=count)
    )
    click.echo(say("said.wrote", path=run.folder))


@cli.command(help=say("report"))
@_ROOT
@click.argument("run", required=False)
def report(root: Path, run: str | None) -> None:
    """Write the documents of a run."""
    from hetao.checkup.run import run_named
    from hetao.registers.workspace import open_workspace
    from hetao.report.documents import write_documents

    workspace = open_workspace(root)
    with progress() as tell:
        for path in write_documents(workspace, run_named(workspace, run), tell=tell):
            click.echo(say("said.wrote", path=path))


@cli.command(help=say("show"))
@_ROOT
@click.argument("names", nargs=-1, metavar="[RUN] [INDICATOR]")
@_option("--variant")
@_option("--zone")
@_JSON
def show(root: Path, names: Sequence[str], as_json: bool, **wanted: str | None) -> None:
    """Print values and their origin."""
    from hetao.checkup.run import run_named, runs
    from hetao.registers.workspace import open_workspace

    workspace = open_workspace(root)
    known = {run.id for run in runs(workspace)}
    run = run_named(workspace, next((name for name in names if name in known), None))
    chosen = [name for name in names if name not in known]
    table = run.observations
    for name in chosen:
        if not (table["indicator"] == name).any():
            raise UserError("not_in_run", {"name": name, "run": run.id, "root": root})
    for column, value in (("indicator", chosen), ("variant", wanted["variant"])):
        if value:
            table = table[table[column].isin([value] if isinstance(value, str) else value)]
    if wanted["zone"]:
        table = table[(table["zone"] == wanted["zone"]) | (table["zone_name"] == wanted["zone"])]
    if as_json:
        print_json(observation_rows(table))
    elif chosen:
        print_origins(table)
    else:
        print_values(table)


@cli.command(help=say("demo"))
@click.argument("root", metavar="[DIR]", default=Path("demo-city"), type=click.Path(path_type=Path))
@_option("--seed", default=2026, show_default=True)
@_option("--size", default=1, show_default=True)
def demo(root: Path, seed: int, size: int) -> None:
    """Make the demo city and go the whole way."""
    from hetao.demo.tour import demo_city, demo_plan

    with progress() as tell:
        workspace, run = demo_city(root, seed=seed, size=size, tell=tell)
        assessment, written = demo_plan(workspace, tell=tell)
    table = run.observations
    city = table["level"] == "built_up_area"
    print_values(table[city & ~table["indicator"].str.contains(r"\.|_held")])
    click.echo()
    print_assessment(assessment)
    click.echo()
    names = ("report.docx", "lists.xlsx", "map.pmtiles", "observations.csv")
    report_, lists, tiles, values = (run.folder / name for name in names)
    where = {"report": report_, "lists": lists, "map": tiles, "table": values}
    click.echo(say("said.look", **where, root=workspace.root, indicator="park_service_coverage"))
    for path in written:
        click.echo(f"  {path}")
    click.echo(say("said.look_plan", root=workspace.root))
    click.echo(say("said.made_place"))


cli.add_command(plan)
cli.add_command(collect)
cli.add_command(receive)
cli.add_command(survey)
for command in (serve, work, manage, backup, restore, doctor):
    cli.add_command(command)


def main() -> NoReturn:
    """Run the command line; a fault of the user's is one sentence and an exit code."""
    try:
        cli(standalone_mode=False)
    except click.exceptions.Abort:
        _fail(say("said.stopped"), FINDINGS)
    except click.ClickException as error:
        error.show()
        raise SystemExit(USAGE) from None
    except HetaoError as error:
        _fail(error.text(language()), USAGE)
    except KeyboardInterrupt:
        _fail(say("said.stopped"), 130)
    raise SystemExit(FINE)


def _fail(text: str, code: int) -> NoReturn:
    click.echo(f"{say('said.error')}: {text}", err=True)
    raise SystemExit(code) from None


def _date(text: str | None) -> str:
    if text is None:
        return datetime.date.today().isoformat()  # noqa: DTZ011  (a civil date, local by intent)
    try:
        return datetime.date.fromisoformat(text).isoformat()
    except ValueError:
        raise UserError("bad_date", {"text": text}) from None


if __name__ == "__main__":
    main()
