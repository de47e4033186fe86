"""Tasks: what is owed, by whom, by when, and every step on the way to its closing."""

from collections.abc import Mapping
from typing import Any, ClassVar

from auditlog.registry import auditlog
from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from hetao.web.tasks.transitions import OVER, STATES

NOTHING = Q(pk__in=())
FINDINGS, INDICATOR, TARGET, HAND = "findings", "indicator", "target", "hand"
ORIGINS = (FINDINGS, INDICATOR, TARGET, HAND)


class Task(models.Model):
    """Something that a body is told to put right."""

    number = models.CharField(max_length=20, unique=True)
    title = models.CharField(max_length=120)
    what = models.TextField(blank=True)
    origin = models.CharField(max_length=10, default=HAND)
    run = models.ForeignKey("checkups.Run", models.PROTECT, null=True, blank=True)
    indicator = models.CharField(max_length=80, blank=True)
    variant = models.CharField(max_length=40, blank=True)
    target = models.CharField(max_length=20, blank=True)
    clause = models.CharField(max_length=120, blank=True)
    zone = models.CharField(max_length=40, blank=True)
    county = models.CharField(max_length=40, blank=True)
    remedy = models.CharField(max_length=20, blank=True)
    facts = models.JSONField(default=list)
    facts_at = models.DateTimeField(default=timezone.now)
    lead = models.ForeignKey("accounts.Body", models.PROTECT, null=True, related_name="leads")
    joint = models.ManyToManyField("accounts.Body", related_name="joins", blank=True)
    due = models.DateField(null=True)
    first_due = models.DateField(null=True)
    asked_until = models.DateField(null=True)
    evidence_needed = models.JSONField(default=list)
    state = models.CharField(max_length=12, default="drafted")
    level = models.PositiveSmallIntegerField(default=0)
    version = models.PositiveIntegerField(default=1)
    proposed = models.BooleanField(default=False)
    relapsed = models.BooleanField(default=False)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)
    issued_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("due", "-pk")
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(state__in=STATES), name="task_state_known"),
            models.CheckConstraint(condition=Q(origin__in=ORIGINS), name="task_origin_known"),
            models.CheckConstraint(
                condition=Q(state__in=("drafted", "withdrawn"))
                | (Q(lead__isnull=False) & Q(due__isnull=False) & Q(issued_at__isnull=False)),
                name="task_issued_whole",
            ),
            models.CheckConstraint(
                condition=~Q(state="closed") | Q(closed_at__isnull=False), name="task_closed_at"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["due", "-id"], name="task_order"),
            models.Index(fields=["state", "due"]),
            models.Index(fields=["lead", "state", "due"]),
            models.Index(fields=["county", "state", "due"]),
            models.Index(fields=["indicator", "zone"]),
            models.Index(fields=["target"], condition=~Q(target=""), name="task_of_target"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    @classmethod
    def reach(cls, user: Any) -> Mapping[str, Q]:  # noqa: ANN401
        """Return what a person's body leads or joins, and what lies in their county; no drafts."""
        if not user.body_id:
            return {}
        joined = cls.joint.through.objects.filter(task=OuterRef("pk"), body=user.body_id)
        issued = ~Q(state="drafted")
        lead = Q(lead=user.body_id) & issued
        county = Q(county=user.county) & issued if user.county else NOTHING
        return {"lead": lead, "own": lead | (Exists(joined) & issued), "county": county}

    @property
    def is_over(self) -> bool:
        """Say whether nothing more is owed."""
        return self.state in OVER

    @property
    def is_late(self) -> bool:
        """Say whether the due day has passed while something is owed."""
        waits = not self.is_over and self.state not in ("drafted", "reported", "verified")
        return waits and self.due is not None and self.due < timezone.localdate()


class Bound(models.Model):
    """A finding that a task is to make disappear."""

    task = models.ForeignKey(Task, models.CASCADE, related_name="bound")
    key = models.CharField(max_length=260)
    register = models.CharField(max_length=40, blank=True)
    feature = models.CharField(max_length=120, blank=True, db_index=True)
    words_zh = models.TextField()
    words_en = models.TextField(blank=True)
    lon = models.FloatField(null=True)
    lat = models.FloatField(null=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["task", "key"], name="bound_once")]

    def __str__(self) -> str:
        return self.key

    @property
    def thing(self) -> tuple[str, str]:
        """Return the register and the name of the thing that the finding is of."""
        return self.register, self.feature


class Step(models.Model):
    """What somebody did to a task; it is only ever added to."""

    task = models.ForeignKey(Task, models.PROTECT, related_name="steps")
    place = models.PositiveIntegerField()
    action = models.CharField(max_length=20)
    before = models.CharField(max_length=12)
    after = models.CharField(max_length=12)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    body = models.ForeignKey("accounts.Body", models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    note = models.TextField(blank=True)
    due_before = models.DateField(null=True)
    due_after = models.DateField(null=True)

    class Meta:
        ordering = ("place",)
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["task", "place"], name="step_once")
        ]

    def __str__(self) -> str:
        return f"{self.place} {self.action}"


class Evidence(models.Model):
    """A file that shows what was done."""

    task = models.ForeignKey(Task, models.PROTECT, related_name="evidence")
    step = models.ForeignKey(Step, models.PROTECT, related_name="files")
    name = models.CharField(max_length=200)
    stored = models.CharField(max_length=200)
    kind = models.CharField(max_length=100)
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)

    def __str__(self) -> str:
        return self.name


class Reading(models.Model):
    """What a later run says of a task: gone, still there, or unknown for a reason."""

    GONE, STILL, UNKNOWN = "gone", "still", "unknown"

    task = models.ForeignKey(Task, models.CASCADE, related_name="readings")
    run = models.ForeignKey("checkups.Run", models.CASCADE, related_name="+")
    state = models.CharField(max_length=8)
    left = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    value = models.FloatField(null=True)
    reason = models.CharField(max_length=12, blank=True)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("at",)
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["task", "run"], name="reading_once")
        ]

    def __str__(self) -> str:
        return f"{self.run_id} {self.state}"


auditlog.register(Task, exclude_fields=["facts", "version"], m2m_fields={"joint"})
