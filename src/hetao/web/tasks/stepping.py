"""Taking a step: the one verb that moves a task, for pages, the API and the system alike."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import F, Max
from django.utils import timezone

from hetao.errors import HetaoError
from hetao.web.accounts.models import User
from hetao.web.accounts.policy import may
from hetao.web.site.words import words
from hetao.web.tasks.evidence import keep_evidence
from hetao.web.tasks.models import Reading, Step, Task
from hetao.web.tasks.telling import tell_of_step
from hetao.web.tasks.transitions import Transition, transitions

if TYPE_CHECKING:
    from collections.abc import Sequence

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
    return found


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
    with transaction.atomic():
        task = Task.objects.select_for_update(of=("self",)).select_related("lead").get(pk=task.pk)
        _check(task, step, by, given, timezone.localdate(at))
        changed = _changed(task, step, given, at)
        now = Task.objects.filter(pk=task.pk, version=task.version)
        if not now.update(**changed, version=F("version") + 1):
            raise StepRefused("overtaken", {"number": task.number})
        kept = Step.objects.create(
            task=task, place=_next_place(task), action=action, before=task.state,
            after=changed.get("state", task.state), by=by, body=by.body if by else None, at=at,
            note=given.note.strip(), due_before=task.due, due_after=changed.get("due", task.due),
        )  # fmt: skip
        keep_evidence(kept, given.files)
        task.refresh_from_db()
        tell_of_step(task, kept)
    return kept


def _check(task: Task, step: Transition, by: User | None, given: Given, day: date) -> None:
    if given.version is not None and given.version != task.version:
        raise StepRefused("overtaken", {"number": task.number})
    if task.state not in step.start:
        raise StepRefused("state", {"number": task.number})
    if by is not None and not may(by, step.policy, task):
        raise StepRefused("role", {"number": task.number})
    for need in step.needs:
        if not _has(task, need, given):
            raise StepRefused(f"needs_{need}", {"number": task.number})
    if given.until is not None and given.until <= day:
        raise StepRefused("past", {"until": given.until.isoformat()})


def _has(task: Task, need: str, given: Given) -> bool:
    if need in ("lead", "due"):
        return getattr(task, need) is not None
    if need == "note":
        return bool(given.note.strip())
    if need == "until":
        return given.until is not None
    return _is_gone(task) or bool(given.note.strip())


def _is_gone(task: Task) -> bool:
    last = task.readings.order_by("-at").first()
    return last is not None and last.state == Reading.GONE


def _changed(task: Task, step: Transition, given: Given, now: datetime) -> dict[str, Any]:
    changed: dict[str, Any] = {}
    if step.to:
        changed["state"] = step.to
    if step.level > task.level:
        changed["level"] = step.level
    if step.action == "issue":
        changed |= {"issued_at": now, "first_due": task.due}
    if step.action == "ask_extension":
        changed["asked_until"] = given.until
    elif given.until is not None and "until" in step.asks:
        changed |= {"due": given.until, "asked_until": None}
    if step.to == "closed":
        changed |= {"closed_at": now, "proposed": False, "relapsed": False}
    if step.action == "reopen":
        changed |= {"closed_at": None, "relapsed": False}
    return changed


def _next_place(task: Task) -> int:
    last: int | None = task.steps.aggregate(last=Max("place"))["last"]
    return (last or 0) + 1
