"""The worker: one a workspace, a job at a time, and what was begun is not lost when it dies."""

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import pytest
import slow_work
from deployments import deployment

from hetao.web.accounts.models import User
from hetao.web.jobs import kinds
from hetao.web.jobs.asking import ask, ask_to_stop
from hetao.web.jobs.models import Job
from hetao.web.jobs.worker import TRIES, take_up_left, work_once

WORKER = Path(slow_work.__file__)
PATIENCE_SECONDS = 90
PARENT = """
import os, subprocess, sys
worker = subprocess.Popen([sys.executable, sys.argv[1], str(os.getpid())])
print(worker.pid, flush=True)
worker.wait()
"""
HOLD = """
import fcntl, os, sys
handle = open(os.path.join(os.environ["HETAO_ROOT"], "platform", "worker.lock"), "w")
fcntl.flock(handle, fcntl.LOCK_EX)
print("held", flush=True)
sys.stdin.readline()
"""


# --- in this process


@pytest.fixture
def known(monkeypatch):
    for kind, work in slow_work.KINDS.items():
        monkeypatch.setitem(kinds.KINDS, kind, work)


@pytest.fixture
def wanted(tmp_path):
    return {"name": "a", "steps": 0, "log": str(tmp_path / "log")}


def test_a_job_is_done_and_keeps_its_outcome(known, wanted, db):
    job = ask("test_slow", wanted)
    assert work_once()
    job.refresh_from_db()
    assert (job.state, job.outcome, job.tries) == ("done", {"name": "a"}, 1)
    assert job.began_at <= job.ended_at
    assert not work_once()


def test_jobs_are_done_in_the_order_they_were_asked_for(known, wanted, db):
    first, second = ask("test_slow", wanted), ask("test_slow", wanted | {"name": "b"})
    work_once()
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.state, second.state) == ("done", "waiting")


def test_the_same_work_waiting_is_not_asked_for_twice(known, wanted, db):
    assert ask("test_slow", wanted) == ask("test_slow", wanted)
    work_once()
    assert ask("test_slow", wanted).state == "waiting"
    assert Job.objects.count() == 2


def test_a_fault_of_ours_fails_the_job_and_not_the_worker(known, wanted, db):
    broken, good = ask("test_breaks", {}), ask("test_slow", wanted)
    assert work_once()
    assert work_once()
    broken.refresh_from_db()
    good.refresh_from_db()
    assert (broken.state, broken.outcome) == ("failed", {"key": "jobs.broke"})
    assert good.state == "done"


def test_a_fault_in_what_was_given_is_told_in_both_languages(known, db):
    job = ask("test_refuses", {})
    work_once()
    job.refresh_from_db()
    assert job.state == "failed"
    assert set(job.outcome) == {"zh", "en"}
    assert job.outcome["zh"] != job.outcome["en"]


def test_work_that_nobody_knows_fails(db):
    job = Job.objects.create(kind="test_unknown")
    work_once()
    job.refresh_from_db()
    assert job.state == "failed"


def test_a_job_that_waits_is_stopped_at_once(known, wanted, db):
    job = ask("test_slow", wanted)
    ask_to_stop(job)
    assert not work_once()
    job.refresh_from_db()
    assert job.state == "stopped"
    assert job.ended_at is not None


def test_a_job_at_work_is_stopped_at_its_next_step(known, wanted, db):
    job = ask("test_slow", wanted | {"steps": 3})
    Job.objects.filter(pk=job.pk).update(stop_asked=True)  # as if asked right after it began
    work_once()
    job.refresh_from_db()
    assert job.state == "stopped"
    assert "done" not in Path(wanted["log"]).read_text()


@pytest.mark.parametrize("state", ["done", "failed", "stopped"])
def test_what_is_over_cannot_be_stopped(state, db):
    from django.utils import timezone

    job = Job.objects.create(kind="x", state=state, ended_at=timezone.now())
    ask_to_stop(job)
    job.refresh_from_db()
    assert (job.state, job.stop_asked) == (state, False)


def test_what_a_dead_worker_left_is_put_back_until_it_killed_three(db):
    jobs = [Job.objects.create(kind="x", state="running", tries=n, step="y", done=3, total=9)
            for n in (1, 2, 3)]  # fmt: skip
    assert TRIES == 3
    assert take_up_left() == 2
    for job in jobs:
        job.refresh_from_db()
    assert [job.state for job in jobs] == ["waiting", "waiting", "failed"]
    assert (jobs[0].step, jobs[0].done, jobs[0].total) == ("", 0, 0)
    assert jobs[2].outcome == {"key": "jobs.killed"}
    assert User.objects.count() == 0


# --- in processes of its own


@pytest.fixture(scope="module")
def deployed(tmp_path_factory):
    root = tmp_path_factory.mktemp("worker")
    (root / "city.toml").write_text('name = "榆湾市"\ncode = "159900"\nedition = "2025"\n', "utf-8")
    for folder in ("plan", "sources", "snapshots", "runs", "platform"):
        (root / folder).mkdir()
    with deployment(root) as made:
        assert made.run("migrate", module="django").returncode == 0
        yield made


@pytest.fixture
def queue(deployed):
    """Put slow work into the queue, and see what became of it."""

    class Queue:
        log = deployed.root / "log"

        def ask(self, name, steps):
            given = json.dumps({"name": name, "steps": steps, "log": str(self.log)})
            row = ("INSERT INTO jobs_job (kind, wanted, state, asked_at, stop_asked, step, done, "
                   "total, tries, outcome) VALUES ('test_slow', '{}', 'waiting', "
                   "'2026-01-01 00:00:00+00:00', {}, '', 0, 0, 0, '{{}}')")  # fmt: skip
            false = "false" if deployed.url.startswith("postgres") else "0"
            with deployed.connection() as connection:
                connection.execute(row.format(given, false))
                connection.commit()

        def job(self, name):
            with deployed.connection() as connection:
                return connection.execute(
                    "SELECT state, tries, outcome FROM jobs_job WHERE kind = 'test_slow' "
                    f'AND CAST(wanted AS TEXT) LIKE \'%"name": "{name}"%\''
                ).fetchone()

        def lines(self, name):
            text = self.log.read_text() if self.log.exists() else ""
            return [line.split()[0] for line in text.splitlines() if line.split()[1] == name]

    return Queue()


@contextmanager
def worker(deployed):
    running = subprocess.Popen([sys.executable, WORKER], env=deployed.environment)
    try:
        yield running
    finally:
        running.kill()
        running.wait()


def until(holds):
    """Wait for something to become so."""
    end = time.monotonic() + PATIENCE_SECONDS
    while not holds():
        assert time.monotonic() < end, "it never came to be"
        time.sleep(0.1)


@pytest.mark.slow
def test_a_killed_worker_leaves_its_job_to_the_next_which_does_it_once(deployed, queue):
    queue.ask("lost", 30)
    queue.ask("after", 1)
    with worker(deployed) as first:
        until(lambda: queue.lines("lost") == ["begun"])
        first.send_signal(signal.SIGKILL)
        first.wait()
    assert queue.job("lost")[0] == "running"
    with worker(deployed):
        until(lambda: queue.job("after")[0] == "done")
    assert queue.lines("lost") == ["begun", "begun", "done"]
    assert queue.job("lost")[:2] == ("done", 2)
    assert queue.lines("after") == ["begun", "done"]


@pytest.mark.slow
def test_what_kills_three_workers_is_given_up_and_the_next_job_is_done(deployed, queue):
    queue.ask("deadly", 600)
    queue.ask("patient", 1)
    for n in range(1, 4):
        with worker(deployed) as one:
            until(lambda n=n: queue.lines("deadly") == ["begun"] * n)
            one.send_signal(signal.SIGKILL)
            one.wait()
    with worker(deployed):
        until(lambda: queue.job("patient")[0] == "done")
    assert queue.job("deadly")[:2] == ("failed", 3)
    assert "jobs.killed" in str(queue.job("deadly")[2])


@pytest.mark.slow
def test_a_worker_asked_to_leave_puts_its_job_back_and_that_is_no_try(deployed, queue):
    queue.ask("put-back", 600)
    with worker(deployed) as one:
        until(lambda: queue.lines("put-back") == ["begun"])
        one.send_signal(signal.SIGTERM)
        one.wait(timeout=PATIENCE_SECONDS)
    assert queue.job("put-back")[:2] == ("waiting", 0)
    with deployed.connection() as connection:
        connection.execute("DELETE FROM jobs_job WHERE state = 'waiting'")
        connection.commit()


@pytest.mark.slow
def test_one_worker_serves_a_workspace_and_the_second_waits_for_it(deployed, queue):
    queue.ask("held", 1)
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD], env=deployed.environment, stdin=subprocess.PIPE,
        stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert holder.stdout.readline() == "held\n"
    with worker(deployed) as second:
        time.sleep(8)
        assert second.poll() is None
        assert queue.job("held")[0] == "waiting"
        holder.communicate("go\n")
        until(lambda: queue.job("held")[0] == "done")


@pytest.mark.slow
def test_a_worker_ends_when_the_server_that_began_it_is_gone(deployed):
    server = subprocess.Popen(
        [sys.executable, "-c", PARENT, str(WORKER)], env=deployed.environment,
        stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    pid = int(server.stdout.readline())
    server.send_signal(signal.SIGKILL)
    server.communicate()
    until(lambda: not is_alive(pid))


def is_alive(pid):
    """Say whether a process runs; one that waits to be buried does not."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    status = Path(f"/proc/{pid}/status")
    return not (status.exists() and "State:\tZ" in status.read_text())
