"""Counting tasks for the overview and the month's bulletin."""

from datetime import date
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from hetao.web.tasks.models import Reading, Task
from hetao.web.tasks.transitions import OVER, OWED


def overview_counts(tasks: QuerySet[Task]) -> dict[str, int]:
    """Return open, late, new and closed tasks of this month, in one query."""
    today = timezone.localdate()
    return month_counts(tasks, date(today.year, today.month, 1), today)


def month_counts(tasks: QuerySet[Task], first: date, last: date) -> dict[str, int]:
    """Return how many are open and late on a day, and new and closed since the first of a month."""
    gone = Reading.objects.filter(task=OuterRef("pk"), state=Reading.GONE)
    issued = ~Q(state="drafted")
    closed = Q(closed_at__date__gte=first, closed_at__date__lte=last, state="closed")
    counts: dict[str, Any] = tasks.annotate(by_measure=Exists(gone)).aggregate(
        open=Count("pk", filter=issued & ~Q(state__in=OVER), distinct=True),
        late=Count("pk", filter=Q(state__in=OWED, due__lt=last), distinct=True),
        new=Count("pk", filter=Q(issued_at__date__gte=first, issued_at__date__lte=last),
                  distinct=True),
        closed=Count("pk", filter=closed, distinct=True),
        measured=Count("pk", filter=closed & Q(by_measure=True), distinct=True),
    )  # fmt: skip
    return counts
