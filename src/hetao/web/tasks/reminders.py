"""The day's reminders: what falls due, what is late, and the digest by mail."""

import logging
from collections.abc import Mapping
from datetime import date, timedelta
from smtplib import SMTPException
from typing import Any

from django.conf import settings
from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.utils import timezone, translation

from hetao.errors import Tell, quiet
from hetao.web.accounts.models import Notice, User
from hetao.web.site.words import say
from hetao.web.tasks.calendar import calendar
from hetao.web.tasks.models import Step, Task
from hetao.web.tasks.stepping import Given, StepRefused, take_step
from hetao.web.tasks.telling import answering, office, tell
from hetao.web.tasks.transitions import OWED

DUE_SOON_DAYS = 3
URGED, SUPERVISED = 1, 2
SUPERVISE_DAYS = 5
KEPT_DAYS = 60
DIGEST_AT_MOST = 100
SOON = "tasks.told.soon"
_log = logging.getLogger("hetao.reminders")


def remind(wanted: Mapping[str, Any], tell_progress: Tell = quiet) -> dict[str, Any]:
    """
    Remind those who owe: soon due, late (催办 by the system), long late (督办); send digests.

    Working days count, and nobody is pressed on a day that is not worked. Run twice on a day, it
    does nothing twice.
    """
    today = date.fromisoformat(wanted["day"]) if "day" in wanted else timezone.localdate()
    counts = {"soon": 0, "urged": 0, "supervised": 0}
    if calendar().is_worked(today):
        told = _told()
        tasks = Task.objects.filter(state__in=OWED, due__isnull=False).select_related("lead")
        for place, task in enumerate(tasks):
            tell_progress("remind", place, len(tasks))
            outcome = _remind(task, today, told)
            if outcome:
                counts[outcome] += 1
    return counts | send_digests()


def _told() -> set[tuple[str, str]]:
    """Return the tasks and deadlines that were told as near, once each."""
    since = timezone.now() - timedelta(days=KEPT_DAYS)
    rows = Notice.objects.filter(key=SOON, made_at__gt=since).values_list("facts", flat=True)
    return {(facts["number"], facts["due"]) for facts in rows}


def _remind(task: Task, today: date, told: set[tuple[str, str]]) -> str:
    if task.due is None:
        return ""
    days = calendar().between(today, task.due)
    if task.due >= today:
        is_new = (task.number, task.due.isoformat()) not in told
        return _soon(task) if days <= DUE_SOON_DAYS and is_new else ""
    if days <= -SUPERVISE_DAYS and task.level < SUPERVISED:
        return _by_system(task, "supervise", -days, "supervised")
    return _by_system(task, "urge", -days, "urged") if task.level < URGED else ""


def _soon(task: Task) -> str:
    tell(answering(task), SOON, task)
    return "soon"


def _by_system(task: Task, action: str, days: int, outcome: str) -> str:
    with translation.override("zh-hans"):
        note = say("tasks.by_system", days=days)
    try:
        step: Step = take_step(task, action, by=None, given=Given(note=note))
    except StepRefused:  # somebody moved it in the meantime: nothing is owed any more
        return ""
    tell(office(), f"tasks.told.{step.action}", task)
    return outcome


def send_digests() -> dict[str, int]:
    """
    Mail what is unread and unsent to those who wish it; return how many mails went out.

    A mail that cannot be sent is tried again with the next digest and hinders no other.
    """
    counts = {"mails": 0, "unsent": 0}
    people = User.objects.filter(digest_by_email=True, is_active=True).exclude(email="")
    for person in people:
        waiting = list(person.notices.filter(read_at=None, sent_at=None)[:DIGEST_AT_MOST])
        if not waiting:
            continue
        with translation.override("zh-hans"):
            body = render_to_string(
                "tasks/digest.txt",
                {
                    "person": person,
                    "notices": waiting,
                    "site": settings.SITE_URL,
                },
            )
            subject = say("tasks.digest", count=len(waiting))
        try:
            send_mail(subject, body, None, [person.email])
        except (SMTPException, OSError):
            _log.exception("digest to account %s failed", person.pk)
            counts["unsent"] += 1
            continue
        sent = Notice.objects.filter(pk__in=[notice.pk for notice in waiting])
        sent.update(sent_at=timezone.now())
        counts["mails"] += 1
    return counts
