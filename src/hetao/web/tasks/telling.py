"""Who is told of what happens to a task."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from hetao.web.accounts.models import Notice, User
from hetao.web.tasks.models import Step, Task

TO_OFFICE = frozenset({"accept", "report", "ask_extension"})
TO_BODIES = frozenset({
    "issue", "extend", "refuse_extension", "return", "verify", "close", "reopen", "withdraw",
    "urge", "supervise",
})  # fmt: skip


def tell_of_step(task: Task, step: Step) -> None:
    """Tell those whom a step concerns, but for the one who took it; a draft concerns nobody."""
    if step.after == "drafted" or (step.before == "drafted" and step.after == "withdrawn"):
        return
    people: set[int] = set()
    if step.action in TO_OFFICE:
        people |= set(office())
    if step.action in TO_BODIES:
        people |= set(answering(task))
    if step.action == "note":
        people |= set(answering(task)) | set(office())
    tell(people - {step.by_id}, f"tasks.told.{step.action}", task, at=step.at)


def tell(people: Iterable[int | None], key: str, task: Task, *, at: datetime | None = None) -> None:
    """Put a notice of a task before people."""
    url = reverse("task", args=(task.pk,))
    facts = {"number": task.number, "title": task.title, "due": str(task.due or "")}
    Notice.objects.bulk_create(
        Notice(user_id=person, key=key, facts=facts, url=url, made_at=at or timezone.now())
        for person in people
        if person
    )


def office() -> list[int]:
    """Return those who run the plan."""
    people = User.objects.filter(role="plan_office", is_active=True)
    return list(people.values_list("pk", flat=True))


def answering(task: Task) -> list[int]:
    """Return the officers of the bodies that lead or share in a task."""
    people = User.objects.filter(
        Q(body__isnull=False), Q(body=task.lead_id) | Q(body__in=task.joint.all()),
        role__in=("department_officer", "county_officer"), is_active=True,
    )  # fmt: skip
    return list(people.values_list("pk", flat=True).distinct())
