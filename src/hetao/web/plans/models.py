"""The judged plan: one row a plan and year, with all that the assessment says."""

from typing import Any, ClassVar

from django.db import models
from django.utils import timezone


class Judgement(models.Model):
    """A plan judged as at the end of a year."""

    plan = models.CharField(max_length=120)
    year = models.PositiveIntegerField()
    data = models.JSONField()
    made_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("-year",)
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["plan", "year"], name="judgement_once")
        ]

    def __str__(self) -> str:
        return f"{self.plan} {self.year}"

    @property
    def targets(self) -> list[dict[str, Any]]:
        """Return the judged targets in the order of the plan."""
        judged: list[dict[str, Any]] = self.data["judged"]
        return judged
