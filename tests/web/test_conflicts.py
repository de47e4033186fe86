"""
Many people at one task at once: one winner, nobody's work lost.

They run in processes and threads of their own, on a database file or on PostgreSQL.
"""

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from deployments import deployment

pytestmark = pytest.mark.slow
RACE = Path(__file__).with_name("race.py")
WORLD = """
import os
from datetime import timedelta
import django
django.setup()
from django.core.management import call_command
from django.utils import timezone
call_command("migrate", verbosity=0)
from hetao.web.accounts.models import Body, User
from hetao.web.tasks.drafting import Draft, keep_draft
from hetao.web.tasks.stepping import Given, take_step
body = Body.objects.create(id="159921", name_zh="东渠县", kind="county", county="159921")
office = User.objects.create(username="office", shown_name="方案办", role="plan_office")
county = User.objects.create(username="county", shown_name="经办", role="county_officer", body=body)
User.objects.bulk_create(
    User(username=f"office{n}", shown_name=f"方案办{n}", role="plan_office") for n in range(200)
)
due = timezone.localdate() + timedelta(days=30)
for _ in range(3):
    task = keep_draft(Draft(title="危桥整治", lead=body, due=due), by=office)
    take_step(task, "issue", by=office)
    take_step(task, "accept", by=county)
    take_step(task, "report", by=county, given=Given(note="已修好"))
    take_step(task, "verify", by=office)
"""
BEFORE = 5  # steps of each task: draft, issue, accept, report, verify


@pytest.fixture(scope="module")
def deployed(tmp_path_factory):
    root = tmp_path_factory.mktemp("race")
    (root / "city.toml").write_text('name = "榆湾市"\ncode = "159900"\nedition = "2025"\n', "utf-8")
    for folder in ("plan", "sources", "snapshots", "runs"):
        (root / folder).mkdir()
    with deployment(root) as made:
        subprocess.run([sys.executable, "-c", WORLD], check=True, env=made.environment)
        yield made


def race(deployed, kind, task, people, processes=4):
    """Let so many people do something at the same moment; return what became of each."""
    each = people // processes
    running = [
        subprocess.Popen(
            [sys.executable, RACE, kind, str(task), str(n * each), str(each)],
            env=deployed.environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )
        for n in range(processes)
    ]  # fmt: skip
    for process in running:
        assert process.stdout.readline() == "ready\n"
    for process in running:
        process.stdin.write("go\n")
        process.stdin.flush()
    told = [process.communicate(timeout=240)[0] for process in running]
    assert [process.returncode for process in running] == [0] * processes
    return [outcome for part in told for outcome in json.loads(part)]


def steps(deployed, task):
    with deployed.connection() as connection:
        rows = f"SELECT place, action, note FROM tasks_step WHERE task_id = {task} ORDER BY place"
        return connection.execute(rows).fetchall()


def state(deployed, task):
    with deployed.connection() as connection:
        return connection.execute(f"SELECT state FROM tasks_task WHERE id = {task}").fetchone()[0]


def test_of_two_hundred_conflicting_steps_one_is_taken_and_the_others_are_told(deployed):
    outcomes = race(deployed, "step", 1, 200)
    told = Counter(one["refused"] for one in outcomes)
    assert told[""] == 1
    assert told["overtaken"] + told["state"] == 199
    (winner,) = [one["number"] for one in outcomes if not one["refused"]]
    kept = steps(deployed, 1)
    assert [place for place, _, _ in kept] == [1, 2, 3, 4, 5, 6]
    assert kept[-1][1:] == ("close" if winner % 3 else "return", f"意见{winner}")
    assert state(deployed, 1) == ("closed" if winner % 3 else "returned")


def test_who_comes_second_finds_what_they_wrote_on_the_page(deployed):
    outcomes = race(deployed, "page", 2, 24, processes=2)
    assert Counter(one["status"] for one in outcomes) == {302: 1, 409: 23}
    assert all(one["kept"] for one in outcomes if one["status"] == 409)
    assert [place for place, _, _ in steps(deployed, 2)] == [1, 2, 3, 4, 5, 6]


def test_what_does_not_conflict_is_all_kept_without_a_gap(deployed):
    outcomes = race(deployed, "note", 3, 60)
    assert sorted(one["place"] for one in outcomes) == list(range(BEFORE + 1, BEFORE + 61))
    kept = steps(deployed, 3)
    assert [place for place, _, _ in kept] == list(range(1, BEFORE + 61))
    assert {note for _, _, note in kept[BEFORE:]} == {f"附言{n}" for n in range(60)}


def test_tasks_drafted_at_once_have_numbers_of_their_own(deployed):
    outcomes = race(deployed, "draft", 0, 40)
    assert len({one["task"] for one in outcomes}) == 40
