"""Probes: alive, ready, and what they say while the database is gone."""

import json
import socket
import subprocess
import sys
import threading

import pytest
from deployments import Deployment, found_empty
from django.test import Client

PROBE = """
import json, time, django
django.setup()
from django.test import Client
browser = Client(raise_request_exception=False, headers={"host": "10.0.0.7:8000"})
browser.cookies["sessionid"] = "x" * 32
told = {}
for path in ("/health/", "/health/ready/"):
    began = time.monotonic()
    answer = browser.get(path)
    told[path] = [answer.status_code, answer.content.decode(), time.monotonic() - began]
local = Client(raise_request_exception=False, headers={"host": "localhost"})
local.cookies["sessionid"] = "x" * 32
answer = local.get("/")
told["/"] = [answer.status_code, answer.content.decode(), 0]
print(json.dumps(told))
"""


def test_a_process_that_answers_is_healthy_and_one_whose_database_is_migrated_ready(db):
    browser = Client()
    assert browser.get("/health/").json() == {"status": "ok"}
    answer = browser.get("/health/ready/")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok", "faults": []})


def test_a_probe_may_come_by_any_name_but_a_page_may_not(db):
    stranger = Client(headers={"host": "10.0.0.7:8000"})
    assert stranger.get("/health/").status_code == 200
    assert stranger.get("/health/ready/").status_code == 200
    assert stranger.get("/sign-in/").status_code == 400


def test_a_probe_asks_the_database_nothing_about_who_it_is(db, django_assert_num_queries):
    browser = Client()
    browser.cookies["sessionid"] = "x" * 32
    with django_assert_num_queries(0):
        browser.get("/health/")


def test_a_workspace_that_is_gone_is_told(db, settings, tmp_path):
    settings.ROOT = tmp_path
    answer = Client().get("/health/ready/")
    assert (answer.status_code, answer.json()["faults"]) == (503, ["workspace"])


def probed_with(url: str, root) -> dict[str, list]:
    made = Deployment(root, url)
    done = subprocess.run(
        [sys.executable, "-c", PROBE], env=made.environment | {"HETAO_LOG": "CRITICAL"},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


@pytest.fixture
def silent_server():
    """A port that takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        held = []
        listener = threading.Thread(target=_hold, args=(server, held), daemon=True)
        listener.start()
        yield server.getsockname()[1]
        for one in held:
            one.close()


def _hold(server, held):
    while True:
        try:
            held.append(server.accept()[0])
        except OSError:
            return


def test_without_a_database_it_is_alive_not_ready_and_shows_no_trace(tmp_path):
    found_empty(tmp_path / "city")
    told = probed_with("postgres://nobody:secret@127.0.0.1:9/none", tmp_path / "city")
    assert told["/health/"][:2] == [200, '{"status": "ok"}']
    assert told["/health/ready/"][:2] == [503, '{"status": "faults", "faults": ["database"]}']
    status, page, _ = told["/"]
    assert status == 500
    for word in ("Traceback", "OperationalError", "nobody", "secret", "127.0.0.1"):
        assert word not in page


def test_a_database_that_keeps_silent_is_not_waited_for_long(tmp_path, silent_server):
    found_empty(tmp_path / "city")
    url = f"postgres://nobody@127.0.0.1:{silent_server}/none"
    status, _, seconds = probed_with(url, tmp_path / "city")["/health/ready/"]
    assert status == 503
    assert seconds < 20
