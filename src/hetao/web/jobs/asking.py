"""Asking for long work, and asking it to stop."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone

from hetao.web.accounts.history import acting
from hetao.web.jobs.models import OPEN, STOPPED, WAITING, Job


def ask(kind: str, wanted: Mapping[str, Any], by: Any = None) -> Job:  # noqa: ANN401
    """Put work into the queue; the same work, still waiting, is not asked for twice."""
    with transaction.atomic(), acting(by):
        same = Job.objects.filter(kind=kind, wanted=dict(wanted), state=WAITING).first()
        return same or Job.objects.create(kind=kind, wanted=dict(wanted), by=by)


def ask_to_stop(job: Job, *, by: Any = None) -> None:  # noqa: ANN401
    """Stop work: at once if it only waits, at its next step if it runs."""
    with transaction.atomic(), acting(by):
        now = Job.objects.select_for_update().get(pk=job.pk)
        if now.state not in OPEN:
            return
        now.stop_asked = True
        if now.state == WAITING:
            now.state, now.ended_at = STOPPED, timezone.now()
        now.save(update_fields=["stop_asked", "state", "ended_at"])
