"""Serving: stopping cleanly, the worker's life, and both as processes apart."""

import json
import os
import signal
import socket
import threading
import urllib.request
from pathlib import Path

import pytest
from deployments import deployment, found_empty, free_port, soon, started, worker_lives
from django.utils import timezone

from hetao.web.jobs import worker
from hetao.web.jobs.kinds import KINDS
from hetao.web.jobs.models import RUNNING, WAITING, Job
from hetao.web.jobs.worker import take_up_left, work_once

OPEN = "The platform is open"
PATIENCE = 300.0  # for machines that do much else


@pytest.fixture(scope="module")
def city(tmp_path_factory):
    root = tmp_path_factory.mktemp("served") / "city"
    found_empty(root)
    (root / "platform").mkdir()
    (root / "platform" / "worker.lock").touch()
    with deployment(root) as made:
        yield made


def asked(port: int, path: str) -> dict:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=PATIENCE) as answer:
        return json.load(answer)


def has_worker(city) -> bool:
    return worker_lives(city.root)


@pytest.mark.parametrize("wish", [signal.SIGTERM, signal.SIGINT])
def test_serve_stops_when_asked_and_takes_its_worker_along(city, wish):
    port = free_port()
    with started(city, "serve", city.root, "--port", port, says=OPEN) as server:
        assert asked(port, "/health/") == {"status": "ok"}
        assert asked(port, "/health/ready/") == {"status": "ok", "faults": []}
        assert soon(lambda: has_worker(city), PATIENCE)
        server.send_signal(wish)
        assert server.wait(PATIENCE) == 0
        assert not has_worker(city)


def test_a_server_that_was_killed_leaves_no_worker_behind(city):
    with started(city, "serve", city.root, "--port", free_port(), says=OPEN) as server:
        assert soon(lambda: has_worker(city), PATIENCE)
        server.kill()
        assert soon(lambda: not has_worker(city), PATIENCE)


def answers(port: int) -> bool:
    try:
        return asked(port, "/health/") == {"status": "ok"}
    except OSError:
        return False


@pytest.mark.parametrize("wish", [signal.SIGTERM, signal.SIGKILL])
def test_several_processes_answer_on_one_port_and_leave_with_the_first(city, wish):
    port = free_port()
    serving = ("serve", city.root, "--port", port, "--processes", 3, "--no-worker")
    with started(city, *serving, says=OPEN) as server:
        assert answers(port)
        assert soon(lambda: len(children_of(server.pid)) == 2, PATIENCE)
        beside = children_of(server.pid)
        server.send_signal(wish)
        server.wait(PATIENCE)
        assert soon(lambda: not answers(port), PATIENCE)
        assert soon(lambda: not any(Path(f"/proc/{one}").exists() for one in beside), PATIENCE)


def test_one_that_breaks_beside_is_started_anew(city):
    port = free_port()
    serving = ("serve", city.root, "--port", port, "--processes", 2, "--no-worker")
    with started(city, *serving, says=OPEN) as server:
        assert soon(lambda: len(children_of(server.pid)) == 1, PATIENCE)
        (broken,) = children_of(server.pid)
        os.kill(broken, signal.SIGKILL)
        assert soon(lambda: children_of(server.pid) not in ([], [broken]), PATIENCE)
        assert answers(port)


def children_of(pid: int) -> list[int]:
    told = Path(f"/proc/{pid}/task").glob("*/children")
    return sorted(int(one) for path in told for one in path.read_text("utf-8").split())


def test_web_and_worker_run_apart_and_a_second_worker_waits_its_turn(city):
    serving = ("serve", city.root, "--port", free_port(), "--no-worker")
    with started(city, *serving, says=OPEN) as server:
        assert not has_worker(city)
        with started(city, "work", city.root) as first:
            assert soon(lambda: has_worker(city), PATIENCE)
            told = {"HETAO_LOG": "WARNING"}
            with started(city, "work", city.root, says="another worker", more=told) as second:
                first.send_signal(signal.SIGTERM)
                assert first.wait(PATIENCE) == 0
                assert soon(lambda: has_worker(city), PATIENCE)
                second.send_signal(signal.SIGTERM)
                assert second.wait(PATIENCE) == 0
        assert not has_worker(city)
        assert server.poll() is None


def test_a_wish_to_leave_is_heard_where_its_exception_was_swallowed(db, monkeypatch):
    wish = threading.Event()
    monkeypatch.setattr(worker, "leaving", wish)
    monkeypatch.setattr(worker, "_daily", wish.set)  # the signal comes, and nothing is raised
    monkeypatch.setattr(worker, "REST_SECONDS", 0.0)
    monkeypatch.setattr(worker, "close_old_connections", lambda: None)  # the test's own is open
    worker.work_forever()


def test_what_a_leaving_worker_had_begun_waits_for_the_next_and_no_try_is_lost(db, monkeypatch):
    monkeypatch.setitem(KINDS, "leave", "leaving:leave")
    for _ in range(5):
        job, _ = Job.objects.get_or_create(kind="leave")
        with pytest.raises(SystemExit):
            work_once()
        job.refresh_from_db()
        assert (job.state, job.tries) == (WAITING, 0)


def test_what_killed_its_worker_three_times_is_given_up(db):
    job = Job.objects.create(kind="checkup", state=RUNNING, tries=2, began_at=timezone.now())
    take_up_left()
    job.refresh_from_db()
    assert job.state == WAITING
    Job.objects.filter(pk=job.pk).update(state=RUNNING, tries=3)
    take_up_left()
    job.refresh_from_db()
    assert (job.state, job.outcome) == ("failed", {"key": "jobs.killed"})


def test_a_port_that_is_taken_is_told_in_a_sentence(city):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        done = city.run("serve", city.root, "--port", taken.getsockname()[1], "--no-worker")
    assert done.returncode == 2
    assert "is taken" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_database_that_is_gone_is_told_in_a_sentence(city):
    gone = {"DATABASE_URL": "postgres://nobody@127.0.0.1:9/none"}
    done = city.run("serve", city.root, "--port", free_port(), more=gone)
    assert done.returncode == 2
    assert "The database does not answer" in done.stderr
    assert "Traceback" not in done.stderr
