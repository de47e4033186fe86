"""The commands that send workbooks out and take them back; they compute nothing themselves."""

from pathlib import Path

import click

from hetao.console import language, new_console, new_table, say

FINDINGS = 1
_ROOT = click.argument("root", metavar="DIR", type=click.Path(path_type=Path))


@click.command(help=say("collect"))
@_ROOT
@click.option("--year", type=int, required=True, help=say("option.collect_year"))
@click.option("--deadline", default="", help=say("option.deadline"))
@click.option("--status", is_flag=True, help=say("option.status"))
def collect(root: Path, year: int, deadline: str, status: bool) -> None:
    """Write one workbook for each body, or tell who has answered."""
    from hetao.collection.owed import owed_by
    from hetao.collection.receiving import delivery_name
    from hetao.collection.workbooks import write_workbook
    from hetao.registers.store import stored_sources
    from hetao.registers.workspace import disk_full_told, open_workspace

    workspace = open_workspace(root)
    owed = owed_by(workspace, year=year)
    if status:
        came = {source.file: source for source in stored_sources(workspace)}
        table = new_table("column.body", "column.asked", "column.answered")
        for body, figures in owed.items():
            source = came.get(delivery_name(body, year))
            told = say("collected.nothing") if source is None else str(sum(source.rows.values()))
            table.add_row(body, str(len(figures)), told)
        new_console().print(table)
        return
    folder = root / "collection" / str(year)
    with disk_full_told(folder):
        folder.mkdir(parents=True, exist_ok=True)
        for body, figures in owed.items():
            path = folder / f"{body}.xlsx"
            city = workspace.city.name
            write_workbook(path, figures, city=city, body=body, year=year, deadline=deadline)
    click.echo(say("collected.wrote", count=len(owed), folder=folder))


@click.command(help=say("receive"))
@_ROOT
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
def receive(root: Path, files: tuple[Path, ...]) -> None:
    """
    Take workbooks in, each whole or not at all.

    Raises
    ------
    SystemExit
        With 1 if one was not taken.
    """
    from hetao.collection.receiving import mark
    from hetao.collection.receiving import receive as take
    from hetao.registers.workspace import open_workspace

    workspace = open_workspace(root)
    refused = False
    for path in files:
        delivery = take(workspace, path)
        if not delivery.faults:
            click.echo(say("collected.took", file=path.name, count=len(delivery.rows)))
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
