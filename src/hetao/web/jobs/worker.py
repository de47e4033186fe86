"""The one process of a workspace that does long work, a job at a time."""

import fcntl
import logging
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import (
    DatabaseError,
    InterfaceError,
    OperationalError,
    close_old_connections,
    transaction,
)
from django.db.models import F
from django.utils import timezone

from hetao.errors import HetaoError
from hetao.web.jobs.models import DONE, FAILED, RUNNING, STOPPED, WAITING, Job
from hetao.web.parting import leaving
from hetao.web.secret import PLATFORM

if TYPE_CHECKING:
    from pathlib import Path

_log = logging.getLogger("hetao.worker")
REST_SECONDS = 1.0
OUTAGE_SECONDS = 5.0
TELL_SECONDS = 0.7
TRIES = 3


class Stopped(Exception):
    """A person asked the work to stop."""


def work_forever(*, parent: int = 0) -> None:
    """Do what is waiting, until the process that started this one is gone."""
    while _goes_on(parent):
        with only_worker() as mine:
            if mine:
                _serve_queue(parent)
                return
        _log.warning("another worker serves this workspace; waiting for it to end")
        time.sleep(OUTAGE_SECONDS)


def _serve_queue(parent: int) -> None:
    begun = False
    while _goes_on(parent):
        try:
            close_old_connections()
            if not begun:
                take_up_left()
                begun = True
            _daily()
            if not work_once():
                time.sleep(REST_SECONDS)
        except DatabaseError:
            _log.exception("the database does not answer")
            begun = False
            time.sleep(OUTAGE_SECONDS)


def _goes_on(parent: int) -> bool:
    return not leaving.is_set() and (not parent or _alive(parent))


def work_once() -> bool:
    """Do the oldest job that waits; say whether there was one."""
    job = _claimed()
    if job is None:
        return False
    _do(job)
    return True


def take_up_left() -> int:
    """Put back what a worker that was killed had begun; give up what killed it three times."""
    gone = Job.objects.filter(state=RUNNING)
    gone.filter(tries__gte=TRIES).update(
        state=FAILED, ended_at=timezone.now(), outcome={"key": "jobs.killed"}
    )
    return gone.filter(tries__lt=TRIES).update(state=WAITING, step="", done=0, total=0)


@contextmanager
def only_worker() -> Iterator[bool]:
    """Hold the workspace's worker lock; it goes with the process, however that ends."""
    path: Path = settings.ROOT / PLATFORM / "worker.lock"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True


def _claimed() -> Job | None:
    with transaction.atomic():
        waiting = Job.objects.select_for_update().filter(state=WAITING).order_by("pk")
        job = waiting.first()
        if job is None:
            return None
        job.state, job.began_at, job.beat_at = RUNNING, timezone.now(), timezone.now()
        job.tries += 1
        job.save()
        return job


def _do(job: Job) -> None:
    from hetao.web.jobs.kinds import work_of

    try:
        outcome = work_of(job.kind)(job.wanted, _teller(job))
    except SystemExit:  # the worker is asked to leave: no fault of the job's
        Job.objects.filter(pk=job.pk).update(state=WAITING, tries=F("tries") - 1, step="", done=0)
        raise
    except (OperationalError, InterfaceError):
        raise  # nothing can be noted now; it is taken up again when the database is back
    except Stopped:
        _end(job, STOPPED, {})
    except HetaoError as error:
        _end(job, FAILED, {"zh": error.text("zh"), "en": error.text("en")})
    except Exception:  # noqa: BLE001  (a bug must not end the worker; it is logged and told)
        _log.exception("job %s failed", job.pk)
        _end(job, FAILED, {"key": "jobs.broke"})
    else:
        _end(job, DONE, outcome)


def _end(job: Job, state: str, outcome: dict[str, Any]) -> None:
    job.refresh_from_db()
    job.state, job.outcome, job.ended_at = state, outcome, timezone.now()
    job.save()


class _teller:
    """Keep a job's progress, now and then, and raise `Stopped` when asked to."""

    def __init__(self, job: Job) -> None:
        self.job, self.told = job, 0.0
        self.lock = threading.Lock()

    def __call__(self, step: str, done: int, total: int) -> None:
        with self.lock:
            now = time.monotonic()
            if now - self.told < TELL_SECONDS and done < total:
                return
            self.told = now
        row = Job.objects.filter(pk=self.job.pk)
        row.update(step=step, done=done, total=total, beat_at=timezone.now())
        if row.values_list("stop_asked", flat=True).first():
            raise Stopped


def _daily() -> None:
    """Ask for the day's reminders once a day."""
    from hetao.web.jobs.asking import ask

    today = timezone.localdate().isoformat()
    recent = timezone.now() - timedelta(days=2)
    asked = Job.objects.filter(kind="remind", wanted={"day": today}, asked_at__gt=recent)
    if not asked.exists():
        ask("remind", {"day": today})


def _alive(pid: int) -> bool:
    return os.getppid() == pid
