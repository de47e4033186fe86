"""The commands that send workbooks out and take them back; they compute nothing themselves."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hetao.console import language, named, new_console, new_table, say

if TYPE_CHECKING:
    from hetao.collection.receiving import Delivery
    from hetao.registers.store import StoredSource
    from hetao.registers.workspace import Workspace

FINDINGS = 1
_ROOT = click.argument("root", metavar="DIR", type=click.Path(path_type=Path))


@click.command(help=say("collect"))
@_ROOT
@click.option("--year", type=int, required=True, help=say("option.collect_year"))
@click.option("--deadline", default="", help=say("option.deadline"))
@click.option("--status", is_flag=True, help=say("option.status"))
def collect(root: Path, year: int, deadline: str, status: bool) -> None:
    """Write one workbook for each body, or tell who has answered."""
    from hetao.collection.owed import owed_by, rows_held
    from hetao.collection.receiving import came_from
    from hetao.collection.workbooks import write_workbook
    from hetao.registers.store import stored_sources
    from hetao.registers.workspace import disk_full_told, open_workspace

    workspace = open_workspace(root)
    owed = owed_by(workspace, year=year)
    if status:
        sources = stored_sources(workspace)
        table = new_table("column.body", "column.asked", "column.answered", "column.received",
                          "column.late")  # fmt: skip
        for body, figures in owed.items():
            came = [source for source in sources if came_from(source, body, year)]
            rows = sum(sum(source.rows.values()) for source in came)
            date = _received(came)
            told = str(rows) if came else say("collected.nothing")
            late = bool(deadline) and (date or _today()) > deadline
            told_late = say("collected.late") if late else ""
            table.add_row(body, str(len(figures)), told, date, told_late)
        new_console().print(table)
        return
    folder = root / "collection" / str(year)
    with disk_full_told(folder):
        folder.mkdir(parents=True, exist_ok=True)
        held = rows_held(workspace)
        city = workspace.city.name
        for body, figures in owed.items():
            path = folder / f"{body}.xlsx"
            write_workbook(
                path, figures, city=city, body=body, year=year, deadline=deadline, held=held
            )
    click.echo(say("collected.wrote", count=len(owed), folder=folder))


def _compare(workspace: "Workspace", body: str, year: int) -> None:
    """Print what the last delivery of a body changed against the one before."""
    from hetao.catalogue.entries import entries
    from hetao.collection.deliveries import compared, deliveries_of

    sent = deliveries_of(workspace, body, year)
    if len(sent) < 2:  # noqa: PLR2004  (nothing to compare)
        click.echo(say("collected.sent_once", body=body, year=year, count=len(sent)))
        return
    before, after = sent[-2:]
    table = new_table("column.indicator", "column.zone", before.date, after.date)
    for one in compared(before, after):
        entry = entries().get(one.indicator)
        told = ["—" if value is None else f"{value:g}" for value in (one.before, one.after)]
        table.add_row(entry.name_zh if entry else one.indicator, one.zone, *told)
    new_console().print(table)


def _received(sources: "list[StoredSource]") -> str:
    stamps = [source.folder.stat().st_mtime for source in sources]
    return f"{datetime.fromtimestamp(max(stamps), tz=UTC).astimezone():%Y-%m-%d}" if stamps else ""


def _today() -> str:
    return f"{datetime.now(tz=UTC).astimezone():%Y-%m-%d}"


def _tell_taken(path: Path, delivery: "Delivery") -> None:
    from hetao.registers.definition import registers

    rows = sum(len(rows) for rows in delivery.registers.values())
    click.echo(say("collected.took", file=path.name, count=len(delivery.rows), rows=rows))
    for id_, count in delivery.left_out.items():
        if count:
            click.echo(say("collected.left_out", name=named(registers()[id_]), count=count))


@click.command(help=say("receive"))
@_ROOT
@click.argument("files", nargs=-1, type=click.Path(path_type=Path))
@click.option("--compare", default="", help=say("option.compare"))
@click.option("--year", type=int, default=0, help=say("option.collect_year"))
def receive(root: Path, files: tuple[Path, ...], compare: str, year: int) -> None:
    """
    Take workbooks in, each whole or not at all.

    Raises
    ------
    SystemExit
        With 1 if one was not taken.
    UsageError
        If no file is named and nothing is to be compared.
    """
    from hetao.collection.receiving import mark
    from hetao.collection.receiving import receive as take
    from hetao.errors import UserError
    from hetao.registers.workspace import open_workspace

    workspace = open_workspace(root)
    if compare:
        _compare(workspace, compare, year)
        return
    if not files:
        raise click.UsageError(say("collected.no_files"))
    refused = False
    for path in files:
        try:
            delivery = take(workspace, path)
        except UserError as error:  # the other files are looked at all the same
            refused = True
            click.echo(error.text(language()))
            continue
        if not delivery.faults:
            _tell_taken(path, delivery)
            continue
        refused = True
        marked = path.with_name(f"{path.stem}-{say('collected.returned')}.xlsx")
        mark(path, delivery, marked)
        click.echo(say("collected.refused", file=path.name, count=len(delivery.faults)))
        for fault in delivery.faults:
            click.echo(f"  {fault.text(language())}")
        click.echo(say("said.wrote", path=marked))
    if refused:
        raise SystemExit(FINDINGS)


@click.command(help=say("survey"))
@_ROOT
def survey(root: Path) -> None:
    """
    Plan the residents' survey: how many to ask where, the questionnaire, a sheet for answers.

    Raises
    ------
    UserError
        If the workspace holds no communities.
    """
    from hetao.collection.sampling import sample_plan
    from hetao.collection.survey_book import communities_of, write_survey_book
    from hetao.errors import UserError
    from hetao.registers.workspace import disk_full_told, open_workspace

    workspace = open_workspace(root)
    communities = communities_of(workspace)
    if communities.empty:
        raise UserError("no_communities", {"root": root})
    plan = sample_plan(communities)
    path = root / "collection" / f"{say('surveyed.file')}.xlsx"
    with disk_full_told(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        write_survey_book(path, plan, date="2000-01-01")
    click.echo(say("surveyed.planned", count=plan.total, communities=len(plan.communities)))
    click.echo(say("said.wrote", path=path))
