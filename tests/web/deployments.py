"""Deployments of their own for tests: a folder, a database of the kind the tests run on."""

import fcntl
import os
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg

SERVER = os.environ.get("DATABASE_URL", "")
ON_POSTGRES = SERVER.startswith("postgres")


@dataclass(frozen=True)
class Deployment:
    """Where a platform would run."""

    root: Path
    url: str

    @property
    def environment(self) -> dict[str, str]:
        own = {"HETAO_ROOT": str(self.root), "HETAO_LANG": "en", "HETAO_LOG": "ERROR",
               "PYTHONDONTWRITEBYTECODE": "1", "DJANGO_SETTINGS_MODULE": "hetao.web.settings",
               "DATABASE_URL": self.url}  # fmt: skip
        kept = {key: value for key, value in os.environ.items() if not key.startswith("HETAO_")}
        return kept | own

    def run(self, *arguments: object, module="hetao.cli", more: Mapping[str, str] = {}, **settings):
        """Run a command of ours in a process of its own, as an administrator would."""
        return subprocess.run(
            [sys.executable, "-m", module, *map(str, arguments)], text=True, check=False,
            capture_output=True, env={**self.environment, **more}, **settings,
        )  # fmt: skip

    def rows(self) -> dict[str, list[tuple]]:
        """Return every row of every table, by plain SQL."""
        with self.connection() as connection:
            if ON_POSTGRES:
                tables = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"
            else:
                tables = "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY 1"
            names = [name for (name,) in connection.execute(tables).fetchall()]
            return {
                name: sorted(connection.execute(f'SELECT * FROM "{name}"').fetchall(), key=repr)
                for name in names
            }

    @contextmanager
    def connection(self):
        if ON_POSTGRES:
            with psycopg.connect(self.url) as connection:
                yield connection
        else:
            with closing(sqlite3.connect(self.root / "hetao.sqlite3")) as connection:
                yield connection


@contextmanager
def deployment(root: Path) -> Iterator[Deployment]:
    """Yield a deployment whose database is empty, and drop that database at the end."""
    if not ON_POSTGRES:
        yield Deployment(root, f"sqlite:///{root / 'hetao.sqlite3'}")
        return
    parts = urlsplit(SERVER)
    name = f"hetao_{os.getpid()}_{root.name}".replace("-", "_")
    always_there = urlunsplit(parts._replace(path="/postgres"))
    with psycopg.connect(always_there, autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name}")
        try:
            yield Deployment(root, urlunsplit(parts._replace(path=f"/{name}")))
        finally:
            server.execute(f"DROP DATABASE {name} WITH (FORCE)")


def found_empty(root: Path) -> None:
    """Make a workspace that holds nothing yet."""
    for folder in ("plan", "sources", "snapshots", "runs"):
        (root / folder).mkdir(parents=True)
    (root / "city.toml").write_text(
        'name = "榆湾市"\ncode = "159900"\nedition = "2025"\nmade_place = true\n', "utf-8"
    )


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@contextmanager
def started(made: Deployment, *arguments: object, says: str = "", more: Mapping[str, str] = {}):
    """Yield a running command once it said something; it is killed if it still runs at the end."""
    process = subprocess.Popen(
        [sys.executable, "-u", "-m", "hetao.cli", *map(str, arguments)],
        env={**made.environment, **more}, text=True, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )  # fmt: skip
    assert process.stdout is not None
    try:
        said = []
        while says and (line := process.stdout.readline()):
            said.append(line)
            if says in line:
                break
        else:
            assert not says, "".join(said)
        yield process
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def worker_lives(root: Path) -> bool:
    """Say whether somebody holds the worker's lock."""
    with (root / "platform" / "worker.lock").open() as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def soon(holds, seconds: float) -> bool:
    """Say whether something comes true within some seconds."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if holds():
            return True
        time.sleep(0.1)
    return False
