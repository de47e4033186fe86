"""
Many people at once at one task, each on a connection of their own.

Run by tests in processes of its own: `race.py KIND TASK FIRST COUNT`. Prints a line when all are
ready, starts on a line from outside, and prints what became of each, as JSON.
"""

import json
import os
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier


def main() -> None:
    kind, task, first, count = sys.argv[1], *map(int, sys.argv[2:])
    os.environ["DJANGO_SETTINGS_MODULE"] = "hetao.web.settings"
    import django

    django.setup()
    from django.db import connection
    from django.urls import get_resolver

    _ = get_resolver().url_patterns
    ready = Barrier(count + 1)

    def taken(number):
        go = KINDS[kind](task, number)
        connection.ensure_connection()
        ready.wait()  # all are ready
        ready.wait()  # and off they go
        try:
            return {"number": number} | go()
        finally:
            connection.close()

    with ThreadPoolExecutor(count) as pool:
        outcomes = [pool.submit(taken, number) for number in range(first, first + count)]
        ready.wait()
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        sys.stdin.readline()
        ready.wait()
    sys.stdout.write(json.dumps([outcome.result() for outcome in outcomes]))


def person(number):
    from hetao.web.accounts.models import User

    return User.objects.get(username=f"office{number}")


def step(task, number):
    """Close or return what was verified; every other one tells which version they saw."""
    from hetao.web.tasks.models import Task
    from hetao.web.tasks.stepping import Given, StepRefused, take_step

    by, found = person(number), Task.objects.get(pk=task)
    given = Given(note=f"意见{number}", version=found.version if number % 2 else None)

    def go():
        try:
            take_step(found, "close" if number % 3 else "return", by=by, given=given)
        except StepRefused as refused:
            return {"refused": refused.key}
        return {"refused": ""}

    return go


def page(task, number):
    """Do the same by the form of the page."""
    from django.test import Client

    from hetao.web.tasks.models import Task

    client = Client(headers={"host": "localhost"})
    client.force_login(person(number))
    action, note = ("close" if number % 3 else "return"), f"意见{number}写了很久"
    given = {"note": note, "version": Task.objects.get(pk=task).version}

    def go():
        answer = client.post(f"/tasks/{task}/steps/{action}/", given)
        return {"status": answer.status_code, "kept": note in answer.content.decode()}

    return go


def note(task, number):
    """Add a note, which conflicts with nothing."""
    from hetao.web.tasks.models import Task
    from hetao.web.tasks.stepping import Given, take_step

    by, found = person(number), Task.objects.get(pk=task)
    return lambda: {"place": take_step(found, "note", by=by, given=Given(f"附言{number}")).place}


def draft(task, number):
    """Draft another task."""
    from django.utils import timezone

    from hetao.web.tasks.drafting import Draft, keep_draft

    by, due = person(number), timezone.localdate() + timedelta(days=9)
    return lambda: {"task": keep_draft(Draft(title=f"任务{number}", due=due), by=by).number}


KINDS = {"step": step, "page": page, "note": note, "draft": draft}


if __name__ == "__main__":
    main()
