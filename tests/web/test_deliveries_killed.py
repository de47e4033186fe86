"""A worker killed in the middle of a delivery loses nothing and leaves nothing half done."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

WORLD = Path(__file__).parent / "killed_world.py"
PATIENCE_SECONDS = 240


@pytest.fixture
def town(town_made, tmp_path):
    root = shutil.copytree(town_made, tmp_path / "town")
    settings = {**os.environ, "HETAO_ROOT": str(root), "HETAO_LOG": "ERROR",
                "DJANGO_SETTINGS_MODULE": "hetao.web.settings",
                "PYTHONPATH": str(WORLD.parent)}  # fmt: skip
    settings.pop("DATABASE_URL", None)

    def begin(*words):
        return subprocess.Popen(
            [sys.executable, str(WORLD), *words], env=settings, stdout=subprocess.PIPE, text=True
        )

    def told(*words):
        process = begin(*words)
        said, _ = process.communicate(timeout=PATIENCE_SECONDS)
        assert process.returncode == 0
        return json.loads(said.splitlines()[-1]) if said.strip() else None

    told("prepare")
    return root, begin, told


def wait_for(happened):
    last = time.monotonic() + PATIENCE_SECONDS
    while not happened():
        assert time.monotonic() < last
        time.sleep(0.1)


def test_a_delivery_is_whole_after_its_worker_was_killed_halfway(town):
    root, begin, told = town
    before = told("told")
    worker = begin("work", "halfway")
    wait_for((root / "half").is_file)
    os.kill(worker.pid, signal.SIGKILL)
    worker.communicate()
    half = told("told")
    assert (half["delivery"], half["shown"]) == ("waiting", "A")
    assert len(half["sources"]) == len(before["sources"]) + 1  # what a reader must not meet
    assert half["journals"] == 1
    again = begin("work")
    wait_for(lambda: told("told")["job"] == "done")
    again.terminate()
    again.communicate()
    after = told("told")
    assert (after["delivery"], after["shown"], after["grade"]) == ("accepted", "C", "C")
    assert (after["points"], after["tries"], after["journals"]) == (1, 2, 0)
    assert len(after["sources"]) == len(before["sources"]) + 2
    raced = told("race")
    assert raced["outcomes"].count("done") == 1
    assert raced["state"] in ("returned", "waiting")
