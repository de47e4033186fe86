"""The database into a stream of bytes and back, as it was at one moment, while others write."""

import os
import shutil
import signal
import sqlite3
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Protocol

from hetao.errors import UserError

CHUNK_BYTES = 1 << 20
SQLITE, POSTGRES = "sqlite", "postgresql"
DUMP_NAMES = {SQLITE: "database.sqlite3", POSTGRES: "database.pgdump"}
_NO_ROOM = frozenset({"SQLITE_FULL", "SQLITE_IOERR_WRITE"})


class Sink(Protocol):
    """What a dump is written to."""

    def write(self, chunk: bytes, /) -> int:
        """Take a part of it."""


class Moment(Protocol):
    """The database as it was at one moment."""

    vendor: str
    version: str

    def rows(self) -> dict[str, int]:
        """Return how many rows each table has."""

    def migrations(self) -> list[str]:
        """Return which changes of the schema were made to it, each as "app.name"."""

    def dump_into(self, target: Sink, scratch: Path) -> None:
        """Write all of it; `scratch` is a folder for a copy in between."""


@contextmanager
def held_moment(database: Any) -> Iterator[Moment]:  # noqa: ANN401
    """
    Hold the database as it is now; others go on writing meanwhile.

    Parameters
    ----------
    database : DatabaseWrapper
        A connection of Django's; the moment is held on another one of its own.

    Raises
    ------
    UserError
        If the programs of PostgreSQL that write a dump are missing or too old.
    """
    own = database.get_new_connection(database.get_connection_params())
    with closing(own):
        if database.vendor == SQLITE:
            yield _SqliteMoment(own)
        else:
            yield _PostgresMoment(own)


class _SqliteMoment:
    vendor = SQLITE
    version = sqlite3.sqlite_version

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection
        connection.isolation_level = None
        connection.execute("BEGIN DEFERRED")
        self.rows()  # the first reading fixes the moment

    def rows(self) -> dict[str, int]:
        ask = self.connection.execute
        tables = ask("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name").fetchall()
        return {name: ask(f'SELECT count(*) FROM "{name}"').fetchone()[0] for (name,) in tables}

    def migrations(self) -> list[str]:
        return _migrations(self.connection)

    def dump_into(self, target: Sink, scratch: Path) -> None:
        copy = scratch / DUMP_NAMES[SQLITE]
        with closing(sqlite3.connect(copy)) as kept:
            try:
                self.connection.backup(kept)
            except sqlite3.Error as error:
                if error.sqlite_errorname in _NO_ROOM:
                    free = shutil.disk_usage(scratch).free
                    facts = {"target": copy.name, "free_mb": free / 1e6}
                    raise UserError("disk_full", facts) from error
                raise
        with copy.open("rb") as source:
            shutil.copyfileobj(source, target, CHUNK_BYTES)
        copy.unlink()


class _PostgresMoment:
    vendor = POSTGRES

    def __init__(self, connection: Any) -> None:  # noqa: ANN401
        from psycopg import IsolationLevel

        self.connection = connection
        self.version = connection.execute("SHOW server_version").fetchone()[0]
        self.dump = client_program("pg_dump", connection)
        connection.rollback()
        connection.isolation_level = IsolationLevel.REPEATABLE_READ
        connection.read_only = True
        self.id = connection.execute("SELECT pg_export_snapshot()").fetchone()[0]

    def rows(self) -> dict[str, int]:
        return {
            name: self.connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0]
            for name in postgres_tables(self.connection)
        }

    def migrations(self) -> list[str]:
        return _migrations(self.connection)

    def dump_into(self, target: Sink, scratch: Path) -> None:
        del scratch
        command = [self.dump, "--format=custom", "--no-owner", "--no-privileges",
                   f"--snapshot={self.id}"]  # fmt: skip
        with tempfile.TemporaryFile() as told:
            process = subprocess.Popen(
                command, stdout=subprocess.PIPE, stderr=told, env=_environment(self.connection)
            )
            assert process.stdout is not None
            try:
                shutil.copyfileobj(process.stdout, target, CHUNK_BYTES)
            except BaseException:
                process.kill()
                raise
            finally:
                process.stdout.close()
                process.wait()
            _require_done(process.returncode, told, "pg_dump")


@dataclass(frozen=True)
class Target:
    """An empty database to bring a dump back into."""

    vendor: str
    connection: Any
    path: Path

    def take(self, dump: Path) -> None:
        """
        Take a dump, whole or not at all.

        Raises
        ------
        UserError
            If the programs of PostgreSQL fail, are missing or too old.
        """
        if self.vendor == SQLITE:
            shutil.move(dump, self.path)
            return
        program = client_program("pg_restore", self.connection)
        name = self.connection.info.dbname
        self.connection.rollback()  # what we only read must not stand in its way
        command = [program, "--single-transaction", "--exit-on-error", "--no-owner",
                   "--no-privileges", "--no-comments", f"--dbname={name}", str(dump)]  # fmt: skip
        with tempfile.TemporaryFile() as told:
            done = subprocess.run(
                command, stderr=told, check=False, env=_environment(self.connection)
            )
            _require_done(done.returncode, told, "pg_restore")


def _migrations(connection: Any) -> list[str]:  # noqa: ANN401
    made = connection.execute("SELECT app, name FROM django_migrations ORDER BY app, name")
    return [f"{app}.{name}" for app, name in made.fetchall()]


def postgres_tables(connection: Any) -> list[str]:  # noqa: ANN401
    """Return the tables of a PostgreSQL database that are not its own."""
    found = connection.execute(
        "SELECT tablename FROM pg_tables WHERE schemaname = current_schema() ORDER BY 1"
    )
    return [name for (name,) in found.fetchall()]


def client_program(name: str, connection: Any) -> str:  # noqa: ANN401
    """
    Return where one of PostgreSQL's client programs is.

    Raises
    ------
    UserError
        If it is missing, or older than the server.
    """
    found = shutil.which(name)
    server = connection.info.server_version // 10_000
    if found is None:
        raise UserError("no_pg_client", {"name": name, "server": server})
    told = subprocess.run([found, "--version"], capture_output=True, text=True, check=False).stdout
    words = [word for word in told.split() if word[0].isdigit()]
    version = int(words[0].split(".")[0]) if words else 0
    if version < server:
        facts = {"name": name, "found": version, "server": server}
        raise UserError("old_pg_client", facts)
    return found


def _environment(connection: Any) -> dict[str, str]:  # noqa: ANN401
    """Return how a program reaches the same database; a password on its command line is seen."""
    options: Mapping[str, str] = {
        option.envvar.decode(): option.val.decode()
        for option in connection.pgconn.info
        if option.envvar and option.val
    }
    return {**os.environ, **options}


def _require_done(code: int, told: IO[bytes], program: str) -> None:
    if code == 0:
        return
    told.seek(0)
    lines = told.read().decode("utf-8", "replace").strip().splitlines()
    said = lines[0] if lines else signal.Signals(-code).name if code < 0 else str(code)
    raise UserError("pg_client_failed", {"name": program, "why": said})
