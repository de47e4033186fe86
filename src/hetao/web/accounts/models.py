"""People, the bodies they work for, their keys to the API, and what they are told."""

import hashlib
import secrets
from datetime import timedelta
from typing import TYPE_CHECKING, Any, ClassVar

from auditlog.registry import auditlog
from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import Q
from django.utils import timezone

from hetao.web.accounts.policy import ROLES
from hetao.web.site.words import language, say

if TYPE_CHECKING:
    from collections.abc import Mapping

BODY_KINDS = ("government", "department", "county", "subdistrict", "community", "institute")


class Body(models.Model):
    """A department, county, sub-district, community or institute."""

    id = models.CharField(primary_key=True, max_length=60)
    name_zh = models.CharField(max_length=100)
    name_en = models.CharField(max_length=100, blank=True)
    kind = models.CharField(max_length=20)
    county = models.CharField(max_length=12, blank=True)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True)
    verified = models.BooleanField(default=False)

    class Meta:
        ordering = ("kind", "id")
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(kind__in=BODY_KINDS), name="body_kind_known")
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """Return the name in the reader's language."""
        return self.name_en if language() == "en" and self.name_en else self.name_zh


class User(AbstractUser):
    """A person with one role in one body."""

    role = models.CharField(max_length=20, default="public")
    body = models.ForeignKey(Body, models.PROTECT, null=True, blank=True, related_name="people")
    shown_name = models.CharField(max_length=60)
    digest_by_email = models.BooleanField(default=False)

    class Meta:
        ordering = ("username",)
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(role__in=ROLES), name="user_role_known")
        ]

    def renew_password(self, password: str) -> None:
        """Give a new password, and take back the keys to the API that were made under the old."""
        self.set_password(password)
        self.save()
        for token in self.tokens.all():
            token.delete()  # one by one, so that the history has each

    @property
    def role_name(self) -> str:
        """Return the role in the reader's language."""
        return say(f"accounts.role.{self.role}")

    @property
    def county(self) -> str:
        """Return the code of the county of the person's body; "" where it has none."""
        return self.body.county if self.body else ""


class Token(models.Model):
    """A key to the API; only its digest is kept."""

    user = models.ForeignKey(User, models.CASCADE, related_name="tokens")
    name = models.CharField(max_length=60)
    digest = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    @classmethod
    def make(cls, user: User, name: str, days: int = 90) -> tuple["Token", str]:
        """Return a new token and its secret, which is shown once and kept nowhere."""
        secret = f"hetao_{secrets.token_urlsafe(32)}"
        expires = timezone.now() + timedelta(days=days)
        token = cls.objects.create(
            user=user, name=name, digest=cls.digest_of(secret), expires_at=expires
        )
        return token, secret

    @staticmethod
    def digest_of(secret: str) -> str:
        """Return what is kept of a secret."""
        return hashlib.sha256(secret.encode()).hexdigest()

    @classmethod
    def holder(cls, secret: str) -> User | None:
        """Return whose secret this is; nobody's when it is old or the person is deactivated."""
        token = (
            cls.objects.select_related("user__body")
            .filter(digest=cls.digest_of(secret), expires_at__gt=timezone.now())
            .filter(user__is_active=True)
            .first()
        )
        if token is None:
            return None
        hour_ago = timezone.now() - timedelta(hours=1)
        if token.used_at is None or token.used_at < hour_ago:
            cls.objects.filter(pk=token.pk).update(used_at=timezone.now())
        return token.user


class Notice(models.Model):
    """Something a person is told on the site, and in the digest if they wish."""

    user = models.ForeignKey(User, models.CASCADE, related_name="notices")
    key = models.CharField(max_length=60)
    facts = models.JSONField(default=dict)
    url = models.CharField(max_length=200, blank=True)
    made_at = models.DateTimeField(default=timezone.now, db_index=True)
    read_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-made_at", "-pk")
        indexes: ClassVar = [
            models.Index(fields=["user", "read_at"]),
            models.Index(fields=["user", "-made_at", "-id"], name="notice_newest"),
        ]

    @property
    def text(self) -> str:
        """Return the notice in the reader's language."""
        facts: Mapping[str, Any] = self.facts
        return say(self.key, **facts)


auditlog.register(Body)
MASK = "hetao.web.accounts.history.masked"
auditlog.register(User, exclude_fields=["last_login"], mask_fields=["password"], mask_callable=MASK)
auditlog.register(Token, exclude_fields=["digest", "used_at"])
