"""Counting tasks for the overview and the month's bulletin, as they stood on a day."""

from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from hetao.web.tasks.models import Reading, Step, Task
from hetao.web.tasks.transitions import OVER, OWED


def overview_counts(tasks: QuerySet[Task]) -> dict[str, int]:
    """Return open, late, new and closed tasks of this month."""
    today = timezone.localdate()
    standing = tasks.annotate(then=F("state"), due_then=F("due"), closed_then=F("closed_at"))
    return month_counts(standing, date(today.year, today.month, 1), today)


def as_at(tasks: QuerySet[Task], day: date) -> QuerySet[Task]:
    """
    Return tasks with what they were at the end of a day, read off their steps.

    Each has `then`, the state ("" before it was drafted), `due_then` and `closed_then`, the moment
    of the closing that held.
    """
    end = timezone.make_aware(datetime.combine(day + timedelta(days=1), time()))
    steps = Step.objects.filter(task=OuterRef("pk"), at__lt=end).order_by("-place")
    closings = steps.filter(action="close")
    return tasks.annotate(
        then=Subquery(steps.values("after")[:1]),
        due_then=Subquery(steps.values("due_after")[:1]),
        closed_then=Subquery(closings.values("at")[:1]),
    )


def late_then(day: date) -> Q:
    """Return what was late on a day among tasks that `as_at` returned."""
    return Q(then__in=OWED, due_then__lt=day)


def closed_within(first: date, last: date) -> Q:
    """Return what was closed between two days, and still was at the end, among such tasks."""
    begin, end = _moments(first, last)
    return Q(then="closed", closed_then__gte=begin, closed_then__lt=end)


def _moments(first: date, last: date) -> tuple[datetime, datetime]:
    """Return when the first of some days begins and the last ends: an index finds moments."""
    midnights = (first, last + timedelta(days=1))
    begin, end = (timezone.make_aware(datetime.combine(day, time())) for day in midnights)
    return begin, end


def month_counts(tasks: QuerySet[Task], first: date, last: date) -> dict[str, int]:
    """Return how many are open and late on a day, and new and closed since the first of a month."""
    closed = closed_within(first, last)
    begin, end = _moments(first, last)
    counts: dict[str, Any] = tasks.aggregate(
        open=Count("pk", filter=~Q(then="drafted") & ~Q(then__in=OVER) & Q(then__isnull=False)),
        late=Count("pk", filter=late_then(last)),
        new=Count("pk", filter=Q(issued_at__gte=begin, issued_at__lt=end)),
        closed=Count("pk", filter=closed),
    )
    # only what was closed is asked for its readings: of all tasks that is very little
    readings = Reading.objects.filter(task=OuterRef("pk"), at__lte=OuterRef("closed_then"))
    told = Subquery(readings.order_by("-at", "-pk").values("state")[:1])
    gone = tasks.filter(closed).annotate(told=told).filter(told=Reading.GONE)
    return counts | {"measured": gone.count()}
