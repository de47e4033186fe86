"""The command line: one subcommand per verb; it computes nothing itself."""

import datetime
import json
import locale
import os
import sys
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, NoReturn

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table

from hetao import __version__
from hetao.errors import HetaoError, Tell, UserError

FINE, FINDINGS, USAGE = 0, 1, 2


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
    _print_faults(faults)
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
    with _progress() as tell:
        reading, stored = load_source(workspace, file, **options, tell=tell)
    if as_json:
        _print_json(_fault_rows(reading.faults))
    else:
        _print_faults(reading.faults)
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
        _print_json(_fault_rows(faults))
    else:
        _print_faults(faults, always=True)
    raise SystemExit(FINDINGS if any(fault.severity != "note" for fault in faults) else FINE)


@cli.command(help=say("registers"))
@_JSON
def registers(as_json: bool) -> None:
    """List the registers."""
    from hetao.registers.definition import registers as known

    if as_json:
        _print_json([_register_row(register) for register in known().values()])
        return
    table = _table("id", "column.name", "column.geometry", "column.fields")
    for register in known().values():
        fields = "、".join(field.title_zh for field in register.fields[3:])
        table.add_row(register.id, _named(register), register.geometry, fields)
    _console().print(table)


@cli.command(help=say("indicators"))
@_JSON
def indicators(as_json: bool) -> None:
    """List the indicators."""
    from hetao.catalogue.entries import entries

    rows = [_indicator_row(entry) for entry in entries().values()]
    if as_json:
        _print_json(rows)
        return
    table = _table("id", "column.name", "column.unit", "column.edition", "column.variant",
                   "column.inputs", "column.standard")  # fmt: skip
    for row, entry in zip(rows, entries().values(), strict=True):
        numbers = "\n".join(
            f"{version['edition']} {version['number']}".strip() for version in row["versions"]
        )
        standards = "\n".join(
            f"{version['standard']} {version['clause']}".strip() for version in row["versions"]
        )
        table.add_row(row["indicator"], _named(entry), row["unit"], numbers,
                      "\n".join(row["variants"]), "\n".join(row["inputs"]), standards)  # fmt: skip
    _console().print(table)


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
    with _progress() as tell:
        run = begin_checkup(
            workspace, edition=edition or workspace.city.edition, date=date, only=only, tell=tell
        )
        if not options["no_report"]:
            write_documents(workspace, run, tell=tell)
    if options["as_json"]:
        _print_json(_observation_rows(run.observations))
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
    with _progress() as tell:
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
        _print_json(_observation_rows(table))
    elif chosen:
        _print_origins(table)
    else:
        _print_values(table)


@cli.command(help=say("demo"))
@click.argument("root", metavar="[DIR]", default=Path("demo-city"), type=click.Path(path_type=Path))
@_option("--seed", default=2026, show_default=True)
@_option("--size", default=1, show_default=True)
def demo(root: Path, seed: int, size: int) -> None:
    """Make the demo city and go the whole way."""
    from hetao.demo.tour import demo_city

    with _progress() as tell:
        workspace, run = demo_city(root, seed=seed, size=size, tell=tell)
    table = run.observations
    city = table["level"] == "built_up_area"
    _print_values(table[city & ~table["indicator"].str.contains(r"\.|_held")])
    names = ("report.docx", "lists.xlsx", "map.pmtiles", "observations.csv")
    report_, lists, tiles, values = (run.folder / name for name in names)
    where = {"report": report_, "lists": lists, "map": tiles, "table": values}
    click.echo(say("said.look", **where, root=workspace.root, indicator="park_service_coverage"))
    click.echo(say("said.made_place"))


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


def _console() -> Console:
    return Console(width=None if sys.stdout.isatty() else 220)


def _table(*columns: str) -> Table:
    table = Table(box=None, header_style="bold", pad_edge=False)
    for column in columns:
        table.add_column(say(column) if "." in column else column, overflow="fold")
    return table


def _named(thing: Any) -> str:
    return str(thing.name_zh if language() == "zh" else thing.name_en)


def _print_json(rows: Sequence[Mapping[str, Any]]) -> None:
    click.echo(json.dumps(rows, ensure_ascii=False, indent=1))


def _fault_rows(faults: Sequence[Any]) -> list[dict[str, Any]]:
    return [vars(fault) | {"text": fault.text(language())} for fault in faults]


def _print_faults(faults: Sequence[Any], *, always: bool = False) -> None:
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


def _register_row(register: Any) -> dict[str, Any]:
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


def _indicator_row(entry: Any) -> dict[str, Any]:
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
        "inputs": list(inputs),
        "variants": {
            variant.id: {"formula_zh": variant.formula_zh, "formula_en": variant.formula_en}
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


def _observation_rows(table: Any) -> list[dict[str, Any]]:
    text = table.to_json(orient="records", force_ascii=False, double_precision=15)
    rows: list[dict[str, Any]] = json.loads(text)
    for row in rows:
        row["parameters"] = json.loads(row["parameters"] or "{}")
    return rows


def _print_values(table: Any) -> None:
    from hetao.report.numbers import figure, span

    shown = _table("column.indicator", "column.name", "column.edition", "column.variant",
                   "column.zone", "column.value", "column.range", "column.unit", "column.state",
                   "column.grade", "column.reason")  # fmt: skip
    for row in table.itertuples():
        name = row.name_zh if language() == "zh" else row.name_en
        reason = row.reason_zh if language() == "zh" else row.reason_en
        spread = "" if row.low == row.high else span(row.low, row.high, row.unit)
        shown.add_row(row.indicator, name, row.edition, row.variant, row.zone_name,
                      figure(row.value, row.unit), "" if row.low != row.low else spread, row.unit,
                      say(f"state.{row.state}"), row.grade, reason)  # fmt: skip
    _console().print(shown)


def _print_origins(table: Any) -> None:
    _print_values(table)
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
def _progress() -> Iterator[Tell]:
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


if __name__ == "__main__":
    main()
