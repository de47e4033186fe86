"""Taking a step: the one verb that moves a task, for pages, the API and the system alike."""

import threading
from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from django.db import connection, transaction
from django.db.models import F, Max
from django.utils import timezone

from hetao.errors import HetaoError
from hetao.web.accounts.history import acting
from hetao.web.accounts.models import User
from hetao.web.accounts.policy import may
from hetao.web.site.words import words
from hetao.web.tasks.evidence import keep_files
from hetao.web.tasks.models import Evidence, Reading, Step, Task
from hetao.web.tasks.telling import tell_of_step
from hetao.web.tasks.transitions import OVER, Transition, extensions_at_most, transitions

if TYPE_CHECKING:
    from collections.abc import Sequence
    from contextlib import AbstractContextManager

    from django.core.files.base import File


@dataclass(eq=False)
class StepRefused(HetaoError):
    """A step that cannot be taken now; what the person wrote is not lost, it is theirs to keep."""

    key: str
    facts: dict[str, Any] = field(default_factory=dict)

    def text(self, language: str) -> str:
        """Return why."""
        return words()[f"tasks.refused.{self.key}"][language].format(**self.facts)

    def __str__(self) -> str:
        return self.text("en")


@dataclass(frozen=True)
class Given:
    """What a person gave with a step."""

    note: str = ""
    until: date | None = None
    files: "Sequence[File[bytes]]" = ()
    version: int | None = None


NOTHING = Given()
_turn = threading.Lock()
"""SQLite lets writers try again and again, and starves some when there are many."""


def steps_open(user: Any, task: Task) -> list[Transition]:  # noqa: ANN401
    """Return the steps that a person may take with a task as it stands."""
    granted: dict[str, bool] = {}
    found = []
    for step in transitions().values():
        if task.state not in step.start:
            continue
        if step.policy not in granted:
            granted[step.policy] = may(user, step.policy, task)
        if granted[step.policy]:
            found.append(step)
    taken = _taken_by(task, user) if any(step.apart for step in found) else frozenset()
    return [step for step in found if not taken & set(step.apart)]


def take_step(
    task: Task,
    action: str,
    *,
    by: User | None,
    given: Given = NOTHING,
    at: datetime | None = None,
) -> Step:
    """
    Take a step: check, change, write down, tell; all of it or nothing.

    Of several people who take a step from the same state at once, one succeeds; the others are
    told what happened in the meantime.

    Parameters
    ----------
    by : User or None
        None for the system.
    at : datetime, optional
        When it was taken, where it is entered later; now unless told.

    Raises
    ------
    StepRefused
        If the person may not, the state does not allow it, something needed is missing, or
        somebody was faster.
    """
    step = transitions().get(action)
    if step is None:
        raise StepRefused("unknown", {"action": action})
    at = at or timezone.now()
    check = partial(_check, step=step, by=by, given=given, day=timezone.localdate(at))
    files = []
    if given.files:  # files are written before the task is locked, but for nobody who may not
        check(Task.objects.select_related("lead").get(pk=task.pk))
        files = keep_files(given.files)
    with _in_turn(), transaction.atomic():
        task = Task.objects.select_for_update(of=("self",)).select_related("lead").get(pk=task.pk)
        check(task)
        changed = _changed(task, step, given, at)
        now = Task.objects.filter(pk=task.pk, version=task.version)
        if not now.update(version=F("version") + 1):
            raise StepRefused("overtaken", {"number": task.number})
        kept = Step.objects.create(
            task=task, place=_next_place(task), action=action, before=task.state,
            after=changed.get("state", task.state), by=by, body=by.body if by else None, at=at,
            note=given.note.strip(), due_before=task.due, due_after=changed.get("due", task.due),
        )  # fmt: skip
        change(task, changed, by=by)
        Evidence.objects.bulk_create(Evidence(task=task, step=kept, **one) for one in files)
        task.refresh_from_db()
        tell_of_step(task, kept)
    return kept


def _in_turn() -> "AbstractContextManager[object]":
    """Let the threads of a process write one after another where the database has no queue."""
    return _turn if connection.vendor == "sqlite" else nullcontext()


def change(task: Task, changed: Mapping[str, Any], *, by: User | None) -> None:
    """Change fields of a task; the history says who, from what to what."""
    for field_, value in changed.items():
        setattr(task, field_, value)
    with acting(by):
        task.save(update_fields=list(changed))


def _check(task: Task, step: Transition, by: User | None, given: Given, day: date) -> None:
    number = {"number": task.number}
    if given.version is not None and given.version != task.version:
        raise StepRefused("overtaken", number)
    if task.state not in step.start:
        raise StepRefused("state", number)
    if by is not None and not may(by, step.policy, task):
        raise StepRefused("role", number)
    if by is not None and step.apart and _taken_by(task, by) & set(step.apart):
        raise StepRefused("apart", number)
    for part, value in (("until", given.until), ("files", given.files)):
        if value and part not in step.asks:
            raise StepRefused(f"takes_no_{part}", number)
    for need in step.needs:
        if not _has(task, need, given):
            raise StepRefused(f"needs_{need}", number)
    _check_days(task, step, given.until, day)


def _check_days(task: Task, step: Transition, until: date | None, day: date) -> None:
    if "due" in step.needs and task.due is not None and task.due <= day:
        raise StepRefused("past", {"until": task.due.isoformat()})
    if until is not None and until <= day:
        raise StepRefused("past", {"until": until.isoformat()})
    if "later" in step.needs and until is not None and task.due is not None and until <= task.due:
        raise StepRefused("not_later", {"until": until.isoformat(), "due": task.due.isoformat()})
    if step.action == "ask_extension":
        if task.due is not None and task.due < day:
            raise StepRefused("asked_late", {"number": task.number})
        if task.steps.filter(action="extend").count() >= extensions_at_most():
            raise StepRefused("often", {"number": task.number, "times": extensions_at_most()})


def _taken_by(task: Task, user: User) -> frozenset[str]:
    """Return the steps that a person took of a task at any time."""
    return frozenset(task.steps.filter(by=user.pk).values_list("action", flat=True))


def _has(task: Task, need: str, given: Given) -> bool:
    if need in ("lead", "due"):
        return getattr(task, need) is not None
    if need == "note":
        return bool(given.note.strip())
    if need in ("until", "later"):
        return given.until is not None
    if need == "evidence":
        return not task.evidence_needed or bool(given.files) or task.evidence.exists()
    return is_measured_gone(task) or bool(given.note.strip())


def is_measured_gone(task: Task) -> bool:
    """Say whether the last run read since the task was issued, or reopened, shows it gone."""
    begun = task.steps.filter(action__in=("issue", "reopen")).order_by("-place").first()
    last = task.readings.order_by("-at", "-pk").first()
    if last is None or last.state != Reading.GONE:
        return False
    return begun is None or last.at >= begun.at


def _changed(task: Task, step: Transition, given: Given, now: datetime) -> dict[str, Any]:
    changed: dict[str, Any] = {}
    if step.to:
        changed |= {"state": step.to, "asked_until": None}
    if step.level > task.level:
        changed["level"] = step.level
    if step.action == "issue":
        changed |= {"issued_at": now, "first_due": task.due}
    if step.action == "ask_extension":
        changed["asked_until"] = given.until
    elif given.until is not None:
        changed |= {"due": given.until, "level": 0}  # a new deadline is pressed for anew
    if step.to in OVER:
        changed |= {"proposed": False, "relapsed": False}
    if step.to == "closed":
        changed["closed_at"] = now
    if step.action == "reopen":
        changed |= {"closed_at": None, "relapsed": False}
    return changed


def _next_place(task: Task) -> int:
    last: int | None = task.steps.aggregate(last=Max("place"))["last"]
    return (last or 0) + 1
