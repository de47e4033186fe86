"""The day's reminders: what falls due, what is late, and the digest by mail."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.utils import timezone, translation

from hetao.errors import Tell, quiet
from hetao.web.accounts.models import Notice, User
from hetao.web.site.words import say
from hetao.web.tasks.calendar import calendar
from hetao.web.tasks.models import Step, Task
from hetao.web.tasks.stepping import Given, take_step
from hetao.web.tasks.telling import answering, office, tell
from hetao.web.tasks.transitions import OWED

DUE_SOON_DAYS = 3
URGED, SUPERVISED = 1, 2
SUPERVISE_DAYS = 5
SOON = "tasks.told.soon"


def remind(wanted: Mapping[str, Any], tell_progress: Tell = quiet) -> dict[str, Any]:
    """
    Remind those who owe: soon due, late (催办 by the system), long late (督办); send digests.

    Working days count. Run twice on a day, it does nothing twice.
    """
    today = date.fromisoformat(wanted["day"]) if "day" in wanted else timezone.localdate()
    tasks = Task.objects.filter(state__in=OWED, due__isnull=False).select_related("lead")
    counts = {"soon": 0, "urged": 0, "supervised": 0}
    for place, task in enumerate(tasks):
        tell_progress("remind", place, len(tasks))
        outcome = _remind(task, today)
        if outcome:
            counts[outcome] += 1
    return counts | {"mails": send_digests()}


def _remind(task: Task, today: date) -> str:
    if task.due is None:
        return ""
    days = calendar().between(today, task.due)
    if task.due >= today:
        return _soon(task) if days <= DUE_SOON_DAYS else ""
    if days <= -SUPERVISE_DAYS and task.level < SUPERVISED:
        return _by_system(task, "supervise", -days, "supervised")
    return _by_system(task, "urge", -days, "urged") if task.level < URGED else ""


def _soon(task: Task) -> str:
    since = timezone.now() - timedelta(days=5)
    told = Notice.objects.filter(key=SOON, facts__number=task.number, made_at__gt=since)
    if told.exists():
        return ""
    tell(answering(task), SOON, task)
    return "soon"


def _by_system(task: Task, action: str, days: int, outcome: str) -> str:
    with translation.override("zh-hans"):
        note = say("tasks.by_system", days=days)
    step: Step = take_step(task, action, by=None, given=Given(note=note))
    tell(office(), f"tasks.told.{step.action}", task)
    return outcome


def send_digests() -> int:
    """Mail what is unread and unsent to those who wish it; return how many mails went out."""
    sent = 0
    people = User.objects.filter(digest_by_email=True, is_active=True).exclude(email="")
    for person in people:
        waiting = list(person.notices.filter(read_at=None, sent_at=None)[:100])
        if not waiting:
            continue
        with translation.override("zh-hans"):
            body = render_to_string("tasks/digest.txt", {"person": person, "notices": waiting})
            send_mail(say("tasks.digest", count=len(waiting)), body, None, [person.email])
        Notice.objects.filter(pk__in=[notice.pk for notice in waiting]).update(
            sent_at=timezone.now()
        )
        sent += 1
    return sent
