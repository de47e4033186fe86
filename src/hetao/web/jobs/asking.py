"""Asking for long work, and asking it to stop."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone

from hetao.web.jobs.models import OPEN, STOPPED, WAITING, Job


def ask(kind: str, wanted: Mapping[str, Any], by: Any = None) -> Job:  # noqa: ANN401
    """Put work into the queue; the same work, still waiting, is not asked for twice."""
    with transaction.atomic():
        same = Job.objects.filter(kind=kind, wanted=dict(wanted), state=WAITING).first()
        return same or Job.objects.create(kind=kind, wanted=dict(wanted), by=by)


def ask_to_stop(job: Job) -> None:
    """Stop work: at once if it only waits, at its next step if it runs."""
    stopped = Job.objects.filter(pk=job.pk, state=WAITING).update(
        state=STOPPED, ended_at=timezone.now(), stop_asked=True
    )
    if not stopped:
        Job.objects.filter(pk=job.pk, state__in=OPEN).update(stop_asked=True)
