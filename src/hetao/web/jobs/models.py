"""Long work in the background: what was asked for, how far it is, how it ended."""

from typing import Any, ClassVar

from auditlog.registry import auditlog
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

WAITING, RUNNING, DONE, FAILED, STOPPED = "waiting", "running", "done", "failed", "stopped"
STATES = (WAITING, RUNNING, DONE, FAILED, STOPPED)
OPEN = (WAITING, RUNNING)


class Job(models.Model):
    """One piece of long work."""

    kind = models.CharField(max_length=30)
    wanted = models.JSONField(default=dict)
    state = models.CharField(max_length=10, default=WAITING, db_index=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True)
    asked_at = models.DateTimeField(default=timezone.now)
    began_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    beat_at = models.DateTimeField(null=True)
    stop_asked = models.BooleanField(default=False)
    step = models.CharField(max_length=60, blank=True)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    tries = models.PositiveSmallIntegerField(default=0)
    outcome = models.JSONField(default=dict)

    class Meta:
        ordering = ("-pk",)
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(state__in=STATES), name="job_state_known"),
            models.CheckConstraint(
                condition=Q(state__in=OPEN) | Q(ended_at__isnull=False), name="job_ended_at"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"

    @property
    def is_open(self) -> bool:
        """Say whether there is still something to wait for."""
        return self.state in OPEN

    @property
    def share(self) -> float:
        """Return how much of the step at hand is done."""
        return self.done / self.total if self.total else 0.0

    @property
    def seconds(self) -> int:
        """Return how long it has run."""
        end: Any = self.ended_at or timezone.now()
        return int((end - (self.began_at or self.asked_at)).total_seconds())


auditlog.register(Job, include_fields=["kind", "wanted", "state", "stop_asked"])
