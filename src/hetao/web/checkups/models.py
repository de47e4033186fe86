"""Runs, their observations and findings, as they were taken up from the workspace."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from hetao.checkup.run import Run as RunFolder


class Run(models.Model):
    """One check-up."""

    id = models.CharField(primary_key=True, max_length=60)
    snapshot = models.CharField(max_length=40)
    edition = models.CharField(max_length=20)
    date = models.DateField()
    number = models.PositiveIntegerField(default=1)
    partial = models.BooleanField(default=False)
    assessed = models.JSONField(default=dict)
    found = models.JSONField(null=True)
    """How many findings of each indicator there are: they are counted once, when taken up."""

    taken_up_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("-date", "-number", "-taken_up_at")

    def __str__(self) -> str:
        return self.id

    @property
    def year(self) -> int:
        """Return the period that the run stands for."""
        return self.date.year

    @property
    def found_of(self) -> dict[str, int]:
        """Return how many findings of each indicator there are."""
        if self.found is None:
            rows = self.findings.order_by().values("indicator").annotate(n=models.Count("pk"))
            self.found = {row["indicator"]: row["n"] for row in rows}
        found: dict[str, int] = self.found
        return found

    @property
    def found_in_all(self) -> int:
        """Return how many findings there are."""
        return sum(self.found_of.values())

    @property
    def folder(self) -> RunFolder:
        """Return the folder of the run in the workspace."""
        return RunFolder(Path(settings.ROOT) / "runs" / self.id)

    @classmethod
    def newest(cls) -> "Run | None":
        """Return the newest whole run, without what is heavy."""
        return cls.objects.defer("assessed").filter(partial=False).first()


class Measured(models.Model):
    """One indicator of a run in one variant: what all its observations have in common."""

    run = models.ForeignKey(Run, models.CASCADE, related_name="measured")
    indicator = models.CharField(max_length=80)
    variant = models.CharField(max_length=40)
    edition = models.CharField(max_length=20)
    number = models.CharField(max_length=20, blank=True)
    dimension = models.CharField(max_length=20)
    name_zh = models.CharField(max_length=120)
    name_en = models.CharField(max_length=160)
    unit = models.CharField(max_length=30, blank=True)
    numerator_unit = models.CharField(max_length=30, blank=True)
    denominator_unit = models.CharField(max_length=30, blank=True)
    better = models.CharField(max_length=10, blank=True)
    verified = models.BooleanField(default=False)
    operator = models.CharField(max_length=4, blank=True)
    benchmark = models.FloatField(null=True)
    benchmark_source = models.CharField(max_length=300, blank=True)
    formula_zh = models.TextField(blank=True)
    formula_en = models.TextField(blank=True)
    parameters = models.JSONField(default=dict)
    source = models.CharField(max_length=300, blank=True)
    order = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ("order", "pk")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["run", "indicator", "edition", "variant"], name="measured_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.indicator} {self.variant}"


SHOWN = (
    "zone", "zone_name", "level", "county", "value", "low", "high", "numerator", "denominator",
    "grade", "state", "reason_zh", "reason_en",
)  # fmt: skip
"""What is shown of an observation."""


class Observation(models.Model):
    """The value of an indicator in a zone, or why it is unknown."""

    measured = models.ForeignKey(Measured, models.CASCADE, related_name="observations")
    zone = models.CharField(max_length=40)
    zone_name = models.CharField(max_length=120)
    level = models.CharField(max_length=20)
    county = models.CharField(max_length=40, blank=True)
    value = models.FloatField(null=True)
    low = models.FloatField(null=True)
    high = models.FloatField(null=True)
    numerator = models.FloatField(null=True)
    denominator = models.FloatField(null=True)
    grade = models.CharField(max_length=1, blank=True)
    state = models.CharField(max_length=12)
    reason_zh = models.TextField(blank=True)
    reason_en = models.TextField(blank=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["measured", "level"])]

    def __str__(self) -> str:
        return f"{self.zone_name} {self.value}"

    @classmethod
    def shown(cls, measured: Measured, level: str) -> list[Any]:
        """Return what is shown of the zones of a level, as named tuples: there are thousands."""
        rows = cls.objects.filter(measured=measured, level=level)
        return list(rows.values_list(*SHOWN, named=True))


class Finding(models.Model):
    """One thing that falls short."""

    run = models.ForeignKey(Run, models.CASCADE, related_name="findings")
    indicator = models.CharField(max_length=80)
    variant = models.CharField(max_length=40)
    feature = models.CharField(max_length=120, blank=True)
    zone = models.CharField(max_length=40, blank=True)
    zone_name = models.CharField(max_length=120, blank=True)
    county = models.CharField(max_length=40, blank=True)
    severity = models.FloatField(null=True)
    remedy = models.CharField(max_length=20, blank=True)
    why_zh = models.TextField()
    why_en = models.TextField(blank=True)
    lon = models.FloatField(null=True)
    lat = models.FloatField(null=True)

    class Meta:
        ordering = ("pk",)
        indexes: ClassVar = [
            models.Index(fields=["run", "indicator", "county"]),
            models.Index(fields=["run", "feature"]),
            models.Index(fields=["run", "id"], name="finding_run_order"),
            models.Index(fields=["run", "indicator", "id"], name="finding_indicator_order"),
            models.Index(fields=["run", "county", "id"], name="finding_county_order"),
        ]

    def __str__(self) -> str:
        return self.why_zh

    @classmethod
    def reach(cls, user: Any) -> Mapping[str, Q]:  # noqa: ANN401
        """Return what lies in a person's county."""
        return {"county": Q(county=user.county) if user.county else Q(pk__in=())}

    @property
    def key(self) -> str:
        """Return what it is the same finding by in another run."""
        return f"{self.indicator}|{self.variant}|{self.feature or self.zone}"
