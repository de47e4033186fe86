"""What the page of a task shows."""

from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from hetao.web.tasks.calendar import calendar
from hetao.web.tasks.models import Task
from hetao.web.tasks.stepping import steps_open
from hetao.web.tasks.transitions import BESIDE, COURSE

BOUND_SHOWN = 60


@dataclass(frozen=True)
class Stage:
    """One stage of the straight way: done, now, or to come."""

    name: str
    place: str
    day: Any = None


@dataclass(frozen=True)
class Clock:
    """The deadline against today, in calendar and working days."""

    days: int
    working_days: int
    certain: bool
    used: float
    late: bool


def shown_task(task: Task, user: Any) -> dict[str, Any]:  # noqa: ANN401
    """Return the context of a task's page for a person."""
    steps = list(task.steps.select_related("by", "body").prefetch_related("files"))
    bound = list(task.bound.all()[: BOUND_SHOWN + 1])
    return {
        "task": task,
        "joint": list(task.joint.all()),
        "steps": steps[::-1],
        "stages": _stages(task, steps),
        "open_steps": steps_open(user, task),
        "bound": bound[:BOUND_SHOWN],
        "bound_count": len(bound) if len(bound) <= BOUND_SHOWN else task.bound.count(),
        "evidence": [file for step in steps for file in step.files.all()],
        "readings": list(task.readings.select_related("run").defer("run__assessed")),
        "clock": clock_of(task),
    }


def _stages(task: Task, steps: list[Any]) -> list[Stage]:
    days = {step.after: step.at for step in steps}
    now = BESIDE.get(task.state, task.state)
    if now not in COURSE:
        return [Stage(name, "done" if name in days else "todo", days.get(name)) for name in COURSE]
    here = COURSE.index(now)
    return [
        Stage(name, "done" if place < here else "now" if place == here else "todo",
              days.get(name) if place <= here else None)
        for place, name in enumerate(COURSE)
    ]  # fmt: skip


def clock_of(task: Task) -> Clock | None:
    """Return where a task stands against its deadline; None where it has none or is over."""
    if task.due is None or task.is_over:
        return None
    today = timezone.localdate()
    start = timezone.localdate(task.issued_at) if task.issued_at else today
    whole = max(1, (task.due - start).days)
    return Clock(
        days=abs((task.due - today).days),
        working_days=abs(calendar().between(today, task.due)),
        certain=calendar().is_certain(today, task.due),
        used=min(1.0, (today - start).days / whole), late=task.is_late,
    )  # fmt: skip
