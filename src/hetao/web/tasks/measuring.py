"""Closing by measurement: what a later run says of what a task is to make disappear."""

from django.db import transaction

from hetao.web.checkups.models import Finding, Measured, Observation, Run
from hetao.web.tasks.models import FINDINGS, Reading, Task
from hetao.web.tasks.telling import answering, office, tell

WATCHED = ("issued", "accepted", "asked", "extended", "reported", "returned", "verified", "closed")


def measure_tasks(run: Run) -> int:
    """
    Read every watched task off a run that came after it; return how many were read.

    A task whose findings are gone is proposed for closing; one that was closed and whose findings
    are there again is flagged.
    """
    tasks = (
        Task.objects.filter(state__in=WATCHED, made_at__lt=run.taken_up_at)
        .exclude(indicator="")
        .exclude(readings__run=run)
        .exclude(run=run)
    )
    count = 0
    for task in tasks:
        with transaction.atomic():
            _read(task, run)
        count += 1
    return count


def _read(task: Task, run: Run) -> None:
    state, left, total, value = (
        _of_findings(task, run) if task.origin == FINDINGS else _of_zone(task, run)
    )
    Reading.objects.create(task=task, run=run, state=state, left=left, total=total, value=value)
    proposed = state == Reading.GONE and task.state != "closed"
    relapsed = state == Reading.STILL and task.state == "closed"
    Task.objects.filter(pk=task.pk).update(proposed=proposed, relapsed=relapsed)
    if proposed and not task.proposed:
        tell([*office(), *answering(task)], "tasks.told.proposed", task)
    if relapsed and not task.relapsed:
        tell([*office(), *answering(task)], "tasks.told.relapsed", task)


def _of_findings(task: Task, run: Run) -> tuple[str, int, int, float | None]:
    """Return how many of the bound findings a run still has; unknown if it did not look."""
    bound = set(task.bound.values_list("key", flat=True))
    if not _looked(task, run):
        return Reading.UNKNOWN, 0, len(bound), None
    found = Finding.objects.filter(run=run, indicator=task.indicator, variant=task.variant)
    left = len(bound & {finding.key for finding in found})
    return (Reading.STILL if left else Reading.GONE), left, len(bound), None


def _looked(task: Task, run: Run) -> bool:
    """Say whether a run measured the indicator at all: no finding of an unknown is no good news."""
    rows = Observation.objects.filter(
        measured__run=run, measured__indicator=task.indicator, measured__variant=task.variant
    )
    if task.zone:
        rows = rows.filter(zone=task.zone)
    return rows.filter(value__isnull=False).exists()


def _of_zone(task: Task, run: Run) -> tuple[str, int, int, float | None]:
    """Return whether the indicator meets its standard in the task's zone by now."""
    measured = Measured.objects.filter(
        run=run, indicator=task.indicator, variant=task.variant or "official"
    )
    row = Observation.objects.filter(measured__in=measured, zone=task.zone).first()
    if row is None or row.state not in ("met", "missed"):
        return Reading.UNKNOWN, 0, 1, row.value if row else None
    gone = row.state == "met"
    return (Reading.GONE if gone else Reading.STILL), int(not gone), 1, row.value
