"""Who stands in the history for what is done outside a page: by a token, a job, a first start."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

from auditlog.models import LogEntry
from django.db.models.signals import pre_save
from django.dispatch import receiver

if TYPE_CHECKING:
    from hetao.web.accounts.models import User

_acting: ContextVar["User | None"] = ContextVar("acting", default=None)


@contextmanager
def acting(person: "User | None") -> Iterator[None]:
    """Write changes into the history under a person's name; None leaves whoever is signed in."""
    token = _acting.set(person or _acting.get())
    try:
        yield
    finally:
        _acting.reset(token)


@receiver(pre_save, sender=LogEntry, dispatch_uid="acting")
def _name(instance: LogEntry, **_: Any) -> None:  # noqa: ANN401
    person = _acting.get()
    if person is not None and instance.actor_id is None:
        instance.actor, instance.actor_email = person, person.email or None


def masked(value: str) -> str:
    """Return what the history shows of a secret: that there is one, and nothing of it."""
    return "•••" if value else ""
