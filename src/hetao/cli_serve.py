"""Commands of the platform: serve it, look whether it is well, keep and bring back its data."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from hetao.console import print_json, progress, say
from hetao.errors import HetaoError, UserError

_DEMO = Path("demo-city")
_ROOT = click.argument("root", metavar="[DIR]", default=_DEMO, type=click.Path(path_type=Path))


@click.command(help=say("serve"))
@_ROOT
@click.option("--port", default=8000, show_default=True, help=say("option.port"))
@click.option("--no-worker", is_flag=True, help=say("option.no_worker"))
@click.option("--processes", default=0, metavar="N", help=say("option.processes"))
def serve(root: Path, port: int, no_worker: bool, processes: int) -> None:
    """Serve the workspace on loopback."""
    from hetao.web.serving import prepare, serve

    with _database_told():
        made = prepare(root, lambda key: click.echo(say(f"served.{key}")))
    if made:
        click.echo(say("served.accounts"))
        for role, name, password in made:
            click.echo(f"  {say(f'account.{role}'):<24} {name:<20} {password}")
        click.echo(say("served.once"))
    serve(
        root, port=port, worker=not no_worker, processes=processes,
        opened=lambda url: click.echo(say("served.open", url=url)),
    )  # fmt: skip


@click.command(help=say("work"))
@_ROOT
def work(root: Path) -> None:
    """Serve the queue."""
    from hetao.registers.workspace import open_workspace
    from hetao.web.serving import set_up

    set_up(open_workspace(root).root)
    from hetao.web.work import work as serve_queue

    serve_queue()


@click.command(
    help=say("manage"), context_settings={"ignore_unknown_options": True, "help_option_names": []}
)
@click.argument("arguments", metavar="[DIR] ARGS...", nargs=-1, type=click.UNPROCESSED)
def manage(arguments: tuple[str, ...]) -> None:
    """Pass a command on to Django."""
    from hetao.web.serving import set_up

    given = bool(arguments) and Path(arguments[0]).is_dir()
    set_up(Path(arguments[0]) if given else _DEMO)
    from django.core.management import execute_from_command_line

    execute_from_command_line(["hetao manage", *arguments[int(given) :]])


@click.command(help=say("backup"))
@_ROOT
@click.option(
    "-o", "--output", "file", required=True, metavar="FILE", type=click.Path(path_type=Path),
    help=say("option.backup_file"),
)  # fmt: skip
@click.option("--with-key", is_flag=True, help=say("option.with_key"))
def backup(root: Path, file: Path, with_key: bool) -> None:
    """Write a backup."""
    from hetao.registers.workspace import open_workspace
    from hetao.web.serving import set_up

    set_up(open_workspace(root).root)
    from hetao.web.backup import back_up

    with progress() as tell, _database_told():
        manifest = back_up(root, file, with_key=with_key, tell=tell)
    size = file.stat().st_size / 1e6
    click.echo(say("kept.backup", file=file, mb=size, **_counts(manifest)))


@click.command(help=say("restore"))
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path))
@click.argument("root", metavar="DIR", type=click.Path(path_type=Path))
def restore(file: Path, root: Path) -> None:
    """Bring a backup back."""
    from hetao.web.serving import set_up

    set_up(root)
    from hetao.web.restore import restore as bring_back

    with progress() as tell, _database_told():
        manifest = bring_back(file, root, tell=tell)
    city, made_at = manifest["city"]["name"], manifest["made_at"]
    click.echo(say("kept.restore", root=root, city=city, made_at=made_at, **_counts(manifest)))


@click.command(help=say("doctor"))
@_ROOT
@click.option("--json", "as_json", is_flag=True, help=say("option.json"))
def doctor(root: Path, as_json: bool) -> None:
    """Tell all faults of a deployment."""
    from django.core.exceptions import ImproperlyConfigured

    from hetao.web.doctor import ERROR, Trouble, diagnose
    from hetao.web.serving import set_up

    try:
        set_up(root)
    except (ImproperlyConfigured, ValueError, OSError, HetaoError) as error:
        found = [Trouble("settings", facts={"why": error})]
    else:
        found = diagnose(root)
    rows = [
        {"fault": one.name, "severity": one.severity, "text": _told(one)}
        for one in found
    ]  # fmt: skip
    if as_json:
        print_json(rows)
    else:
        _print_troubles(rows)
    raise SystemExit(int(any(one.severity == ERROR for one in found)))


def _told(trouble: Any) -> str:
    return say(f"doctor_says.{trouble.name}", **trouble.facts)


def _print_troubles(rows: list[dict[str, str]]) -> None:
    if not rows:
        click.echo(say("doctor_says.well"))
        return
    errors = sum(row["severity"] == "error" for row in rows)
    click.echo(say("doctor_says.count", errors=errors, warnings=len(rows) - errors))
    for row in rows:
        click.echo(f"  [{say('severity.' + row['severity'])}] {row['text']}")


def _counts(manifest: Any) -> dict[str, int]:
    return {"files": len(manifest["files"]), "rows": sum(manifest["database"]["rows"].values())}


@contextmanager
def _database_told() -> Iterator[None]:
    """Tell a database that does not answer in a sentence."""
    import sqlite3

    import psycopg
    from django.db import Error

    try:
        yield
    except (Error, sqlite3.Error, psycopg.Error) as error:
        lines = str(error).strip().splitlines() or [type(error).__name__]
        raise UserError("database_down", {"why": lines[0]}) from error
