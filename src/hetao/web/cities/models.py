"""The city as people see it in the browser: its zones, its things, what they changed and sent."""

from collections.abc import Mapping
from typing import Any, ClassVar

import shapely
from auditlog.registry import auditlog
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Coalesce
from django.utils import timezone

from hetao.registers.definition import Register, registers
from hetao.web.cities.keeping import kept_by

NOTHING = Q(pk__in=())


class Zone(models.Model):
    """A zone of the newest snapshot."""

    code = models.CharField(primary_key=True, max_length=40)
    name = models.CharField(max_length=120)
    level = models.CharField(max_length=20, db_index=True)
    parent = models.CharField(max_length=40, blank=True, db_index=True)
    county = models.CharField(max_length=40, blank=True)
    west = models.FloatField()
    south = models.FloatField()
    east = models.FloatField()
    north = models.FloatField()
    shape = models.BinaryField()
    outline = models.BinaryField(null=True)
    """The shape as finely as a picture of all zones of its level can show it."""

    def __str__(self) -> str:
        return self.name

    @property
    def geometry(self) -> Any:  # noqa: ANN401
        """Return the shape, in longitude and latitude of CGCS2000."""
        return shapely.from_wkb(bytes(self.shape))

    @classmethod
    def outlines(cls, level: str) -> dict[str, bytes]:
        """Return what to draw of each zone of a level, as WKB by code."""
        drawn = cls.objects.filter(level=level).annotate(drawn=Coalesce("outline", "shape"))
        return {code: bytes(shape) for code, shape in drawn.values_list("code", "drawn")}


class Thing(models.Model):
    """One row of a register, as the newest snapshot and the edits since have it."""

    register = models.CharField(max_length=40)
    ref = models.CharField(max_length=120)
    name = models.CharField(max_length=200, blank=True)
    zone = models.CharField(max_length=40, blank=True)
    community = models.CharField(max_length=40, blank=True)
    """The community, or sub-district where none does, that holds its place."""

    county = models.CharField(max_length=40, blank=True)
    sought = models.TextField(blank=True)
    fields = models.JSONField(default=dict)
    west = models.FloatField(null=True)
    south = models.FloatField(null=True)
    east = models.FloatField(null=True)
    north = models.FloatField(null=True)
    shape = models.BinaryField(null=True)
    version = models.PositiveIntegerField(default=1)
    """Grows with every change and every time the registers are taken up anew."""

    changed = models.BooleanField(default=False)
    """Whether it may differ from the newest snapshot: changed here, or in a later delivery."""

    class Meta:
        ordering = ("register", "ref")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["register", "ref"], name="thing_once")
        ]
        indexes: ClassVar = [
            models.Index(fields=["register", "county", "ref"]),
            models.Index(fields=["register", "west", "south"]),
            models.Index(fields=["register", "community", "ref"], name="thing_in_community"),
            models.Index(fields=["register", "zone", "ref"], name="thing_in_zone"),
            models.Index(
                fields=["register", "ref"], condition=Q(changed=True), name="thing_changed"
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.ref

    @classmethod
    def reach(cls, user: Any) -> Mapping[str, Q]:  # noqa: ANN401
        """Return what a person's body keeps, and what lies in their county."""
        mine = kept_by(user.body_id)
        return {
            "own": Q(register__in=mine) if mine else NOTHING,
            "county": Q(county=user.county) if user.county else NOTHING,
        }

    @property
    def definition(self) -> Register:
        """Return what describes the register."""
        return registers()[self.register]

    @property
    def geometry(self) -> Any:  # noqa: ANN401
        """Return the shape, in longitude and latitude of CGCS2000; None where it has no place."""
        return shapely.from_wkb(bytes(self.shape)) if self.shape else None

    @property
    def key(self) -> str:
        """Return what names it among all things of the city."""
        return f"{self.register}/{self.ref}"


class Held(models.Model):
    """
    How many things a register holds in a county.

    PostgreSQL keeps it right by triggers, whoever adds or removes things; SQLite has none, and
    counts the things themselves.
    """

    register = models.CharField(max_length=40)
    county = models.CharField(max_length=40, blank=True)
    things = models.BigIntegerField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["register", "county"], name="held_once")
        ]

    def __str__(self) -> str:
        return f"{self.register} {self.county} {self.things}"

    @classmethod
    def reach(cls, user: Any) -> Mapping[str, Q]:  # noqa: ANN401
        """Return what a person's body keeps, and what lies in their county, as of things."""
        return Thing.reach(user)


class Edit(models.Model):
    """
    A change that a person made to a thing; it is only ever added to.

    `before` of what was new holds `new`; `after` of what was struck off holds `gone` and where it
    was, `county`.
    """

    register = models.CharField(max_length=40)
    ref = models.CharField(max_length=120)
    before = models.JSONField()
    after = models.JSONField()
    reason = models.CharField(max_length=300)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="edits")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("-pk",)
        indexes: ClassVar = [models.Index(fields=["register", "ref"])]

    def __str__(self) -> str:
        return f"{self.register}/{self.ref}"

    @classmethod
    def reach(cls, user: Any) -> Mapping[str, Q]:  # noqa: ANN401
        """Return what was struck off of what a person's body keeps, or in their county."""
        county = Q(after__county=user.county) if user.county else NOTHING
        return {**Thing.reach(user), "county": county}

    @property
    def is_end(self) -> bool:
        """Say whether the thing was struck off by it."""
        return bool(self.after.get("gone"))

    @property
    def is_new(self) -> bool:
        """Say whether the thing was added by it."""
        return bool(self.before.get("new"))


class Delivery(models.Model):
    """A workbook that a body sent."""

    FAULTY, WAITING, ACCEPTED, RETURNED = "faulty", "waiting", "accepted", "returned"
    STATES = (FAULTY, WAITING, ACCEPTED, RETURNED)

    body = models.ForeignKey("accounts.Body", models.PROTECT, related_name="deliveries")
    year = models.PositiveIntegerField()
    file_name = models.CharField(max_length=200)
    stored = models.CharField(max_length=200)
    marked = models.CharField(max_length=200, blank=True)
    sha256 = models.CharField(max_length=64)
    state = models.CharField(max_length=10)
    faults = models.JSONField(default=list)
    rows = models.JSONField(default=dict)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    reviewed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    reviewed_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=500, blank=True)
    correction = models.CharField(max_length=500, blank=True)
    job = models.ForeignKey("jobs.Job", models.SET_NULL, null=True, related_name="+")

    class Meta:
        ordering = ("-pk",)
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(state__in=("faulty", "waiting", "accepted", "returned")),
                name="delivery_state_known",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=("accepted", "returned")) | Q(reviewed_at__isnull=False),
                name="delivery_reviewed_at",
            ),
            models.CheckConstraint(
                condition=~Q(state="returned") | ~Q(reason=""), name="delivery_returned_why"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.file_name} ({self.year})"

    @classmethod
    def reach(cls, user: Any) -> Mapping[str, Q]:  # noqa: ANN401
        """Return what a person's body sent."""
        return {"own": Q(body=user.body_id) if user.body_id else NOTHING}

    @property
    def is_loading(self) -> bool:
        """Say whether it was accepted and is being loaded right now."""
        return self.state == self.WAITING and self.job is not None and self.job.is_open

    @property
    def contents(self) -> frozenset[str]:
        """Return what it brings: ids of registers, and "figures"."""
        return frozenset(name for name, count in self.rows.items() if count)

    @property
    def is_for_others(self) -> bool:
        """Say whether somebody of another body sent it for this one."""
        return self.by.body_id != self.body_id


auditlog.register(Delivery, include_fields=["body", "year", "state", "reason", "correction"])
