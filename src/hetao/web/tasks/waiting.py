"""What waits for a person."""

from typing import Any

from hetao.web.accounts.policy import may, within
from hetao.web.tasks.models import Task
from hetao.web.tasks.transitions import OWED

OFFICE = ("drafted", "asked", "reported", "verified")


def waiting_for(user: Any) -> int:  # noqa: ANN401
    """Return how many tasks wait for something that this person may do."""
    if not may(user, "task.view"):
        return 0
    if may(user, "task.issue"):
        return within(user, "task.issue", Task.objects.filter(state__in=OFFICE)).count()
    if may(user, "task.report"):
        return within(user, "task.report", Task.objects.filter(state__in=OWED)).count()
    return 0
