"""Look a deployment over: every fault at once, each with what to do about it."""

import fcntl
import os
import shutil
import stat
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from hetao.console import language
from hetao.errors import UserError
from hetao.registers.workspace import open_workspace
from hetao.web.secret import PLATFORM

ERROR, WARNING = "error", "warning"
OLDEST_POSTGRES = 15
KEY_LETTERS = 50
FULL_BYTES, LOW_BYTES = 1_000_000_000, 5_000_000_000
STUCK = timedelta(minutes=30)
CLOCK_SECONDS = 5.0
DAY_SECONDS = 24 * 3600
OFFSET_HOURS = 8
LOCAL_BACKENDS = ("console", "locmem", "dummy", "filebased")


@dataclass(frozen=True)
class Trouble:
    """Something wrong: `name` is its sentence in `texts.toml`, filled with `facts`."""

    name: str
    severity: str = ERROR
    facts: Mapping[str, Any] = field(default_factory=dict)


Found = Iterator[Trouble]


def diagnose(root: Path) -> list[Trouble]:
    """Return all that is wrong with the deployment at hand, errors first."""
    found = [trouble for check in CHECKS for trouble in check(root)]
    return sorted(found, key=lambda trouble: trouble.severity != ERROR)


def workspace(root: Path) -> Found:
    """Look whether the folder is a workspace."""
    try:
        _ = open_workspace(root).city
    except UserError as error:
        yield Trouble("workspace", facts={"why": error.text(language())})


def database(root: Path) -> Found:
    """Look whether the database answers, is of an age we know and up to date."""
    del root
    from django.db import DatabaseError, connection
    from django.db.migrations.executor import MigrationExecutor

    try:
        executor = MigrationExecutor(connection)
        missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
        if connection.vendor == "postgresql":
            yield from _postgres(connection)
    except DatabaseError as error:
        yield Trouble("database", facts={"why": _first_line(error)})
        return
    if missing:
        yield Trouble("migrations", facts={"count": len(missing)})


def _postgres(connection: Any) -> Found:  # noqa: ANN401
    version = connection.pg_version // 10_000
    if version < OLDEST_POSTGRES:
        yield Trouble("postgres", facts={"found": version, "wanted": OLDEST_POSTGRES})
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_extension WHERE extname = 'pg_trgm'")
        if not cursor.fetchone()[0]:
            yield Trouble("trigrams")


def worker(root: Path) -> Found:
    """Look whether a worker holds its lock, and whether the queue moves."""
    path = root / PLATFORM / "worker.lock"
    if not path.is_file() or (os.access(path, os.R_OK) and _is_free(path)):
        yield Trouble("worker")
    from django.db import DatabaseError
    from django.utils import timezone

    from hetao.web.jobs.models import RUNNING, WAITING, Job

    since = timezone.now() - STUCK
    try:
        stuck = Job.objects.filter(state=RUNNING, beat_at__lt=since).count()
        waiting = Job.objects.filter(state=WAITING, asked_at__lt=since).count()
        moving = Job.objects.filter(state=RUNNING, beat_at__gte=since).exists()
    except DatabaseError:
        return  # told already
    if stuck:
        yield Trouble("stuck", facts={"count": stuck})
    if waiting and not moving and not stuck:
        yield Trouble("waiting", facts={"count": waiting})


def _is_free(path: Path) -> bool:
    with path.open() as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
    return True


def disk(root: Path) -> Found:
    """Look whether there is room for the next snapshot."""
    free = shutil.disk_usage(root if root.exists() else "/").free
    if free < LOW_BYTES:
        severity = ERROR if free < FULL_BYTES else WARNING
        yield Trouble("disk", severity, {"root": root, "free_gb": free / 1e9})


def secret(root: Path) -> Found:
    """Look whether the key that signs sessions is there, long, and its owner's alone."""
    given = os.environ.get("HETAO_SECRET_KEY")
    if given:
        if len(given) < KEY_LETTERS:
            yield Trouble("short_key", facts={"found": len(given), "wanted": KEY_LETTERS})
        return
    path = root / PLATFORM / "secret_key"
    if not path.is_file():
        yield Trouble("no_key", facts={"path": path})
        return
    told = path.stat()
    if told.st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        yield Trouble("open_key", facts={"path": path})
    if told.st_uid != os.geteuid():
        yield Trouble("foreign_key", facts={"path": path})


def web(root: Path) -> Found:
    """Look whether what browsers are told is safe: Django's own checks, HTTPS, the hosts."""
    del root
    from django.conf import settings
    from django.core import checks

    if settings.HTTPS:
        for told in checks.run_checks(include_deployment_checks=True):
            if told.level >= checks.WARNING and not told.is_silenced():
                yield Trouble("django", facts={"id": told.id, "why": told.msg})
    else:
        yield Trouble("https", WARNING)
    if "*" in settings.ALLOWED_HOSTS:
        yield Trouble("any_host")
    elif settings.HTTPS and not set(settings.ALLOWED_HOSTS) - {"localhost", "127.0.0.1", "[::1]"}:
        yield Trouble("hosts")


def mail(root: Path) -> Found:
    """Look whether digests by e-mail go anywhere."""
    del root
    from django.conf import settings
    from django.core.mail import get_connection

    backend = settings.EMAIL_BACKEND
    if any(f".{name}." in backend for name in LOCAL_BACKENDS):
        yield Trouble("mail_console", WARNING)
        return
    try:
        connection = get_connection()
        connection.open()
        connection.close()
    except (OSError, ImportError) as error:
        where = f"{settings.EMAIL_HOST}:{settings.EMAIL_PORT}"
        yield Trouble("mail", facts={"where": where, "why": _first_line(error)})
    if settings.DEFAULT_FROM_EMAIL.endswith("@localhost"):
        yield Trouble("mail_from", WARNING, {"address": settings.DEFAULT_FROM_EMAIL})


def map_parts(root: Path) -> Found:
    """Look whether the map's scripts were built, and the newest snapshot's tiles cut."""
    from django.db import DatabaseError

    from hetao.web.checkups.models import Run
    from hetao.web.site.shell import bundled

    if not bundled():
        yield Trouble("bundle")
    try:
        run = Run.newest()
    except DatabaseError:
        return  # told already
    if run is None:
        yield Trouble("no_run", WARNING)
    elif not (root / PLATFORM / "tiles" / run.snapshot / "manifest.json").is_file():
        yield Trouble("tiles", facts={"snapshot": run.snapshot})


def calendar(root: Path) -> Found:
    """Look whether the working days of this year and the next were announced."""
    del root
    from django.utils import timezone

    from hetao.web.tasks.calendar import calendar as known

    try:
        years = known().years
    except (ValueError, KeyError, TypeError) as error:
        yield Trouble("calendar_damaged", facts={"why": _first_line(error)})
        return
    year = timezone.localdate().year
    for missing in sorted({year, year + 1} - years):
        yield Trouble("calendar", WARNING, {"year": missing})


def clock(root: Path) -> Found:
    """Look whether the clock agrees with the database's, and the time zone is China's."""
    del root
    from django.conf import settings
    from django.db import DatabaseError, connection
    from django.utils import timezone

    if timezone.localtime().utcoffset() != timedelta(hours=OFFSET_HOURS):
        yield Trouble("time_zone", facts={"zone": settings.TIME_ZONE})
    if connection.vendor != "postgresql":
        return
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT clock_timestamp()")
            off = (cursor.fetchone()[0] - timezone.now()).total_seconds()
    except DatabaseError:
        return  # told already
    if abs(off) > CLOCK_SECONDS:
        yield Trouble("clock", facts={"seconds": off})


def files(root: Path) -> Found:
    """Look whether the platform may write its files, and no stranger may."""
    folder = root / PLATFORM
    if not folder.is_dir():
        yield Trouble("no_folder", facts={"folder": folder})
        return
    places = [place for place in (folder, folder / "files") if place.is_dir()]
    closed = [place for place in places if not os.access(place, os.R_OK | os.W_OK | os.X_OK)]
    for place in closed:
        yield Trouble("not_writable", facts={"folder": place})
    if closed or len(places) == 1:
        return
    kept = [folder / "files", *(folder / "files").rglob("*")]
    opened = [
        path for path in kept if path.lstat().st_mode & stat.S_IWOTH and not path.is_symlink()
    ]
    if opened:
        yield Trouble("open_files", facts={"count": len(opened), "first": opened[0]})


def backups(root: Path) -> Found:
    """Look whether the newest backup is of today."""
    del root
    wanted = os.environ.get("HETAO_BACKUPS")
    if not wanted:
        return
    folder = Path(wanted)
    if not folder.is_dir():
        yield Trouble("backup_folder", facts={"folder": folder})
        return
    made = [path.stat().st_mtime for path in folder.glob("*.hetao") if path.is_file()]
    age = time.time() - max(made, default=0)
    if not made:
        yield Trouble("no_backup", WARNING, {"folder": folder})
    elif age > DAY_SECONDS:
        yield Trouble("old_backup", WARNING, {"folder": folder, "hours": age / 3600})


CHECKS: tuple[Callable[[Path], Found], ...] = (
    workspace, database, worker, disk, secret, web, mail, map_parts, calendar, clock, files,
    backups,
)  # fmt: skip


def _first_line(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return lines[0] if lines else type(error).__name__
