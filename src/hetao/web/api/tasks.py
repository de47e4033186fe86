"""Tasks: reading them, drafting one, taking steps."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from django.db.models import F
from django.http import HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.urls import reverse
from ninja import File, Form, Query, Router, Schema, UploadedFile

from hetao.web.accounts import policy
from hetao.web.accounts.people import person
from hetao.web.api.paging import Page, Paging, page_of
from hetao.web.api.problems import Problem
from hetao.web.api.routes import CREATED, OK, route
from hetao.web.api.versions import require_version, single, version_of
from hetao.web.site.words import say
from hetao.web.tasks.drafting import Draft, keep_draft
from hetao.web.tasks.forms import DraftForm
from hetao.web.tasks.models import Task
from hetao.web.tasks.showing import shown_task
from hetao.web.tasks.stepping import Given, take_step
from hetao.web.tasks.views import draft_of, evidence_file, filled_in, filtered

router = Router(tags=["tasks"])
ACTION = "task.view"


class BodyTold(Schema):
    """A body by its id and name."""

    id: str
    name_zh: str
    name_en: str


class TaskRow(Schema):
    """A task in a list."""

    id: int
    number: str
    title: str
    origin: str
    state: str
    level: int
    lead: BodyTold | None
    due: date | None
    is_late: bool
    proposed: bool
    relapsed: bool
    indicator: str
    target: str
    zone: str
    county: str
    version: int


class BoundTold(Schema):
    """A finding that a task is to make disappear."""

    key: str
    feature: str
    words_zh: str
    words_en: str
    lon: float | None
    lat: float | None


class EvidenceTold(Schema):
    """A file that shows what was done."""

    id: int
    name: str
    kind: str
    size: int
    sha256: str


class StepTold(Schema):
    """A step that was taken."""

    place: int
    action: str
    before: str
    after: str
    by: str | None
    body: str | None
    at: datetime
    note: str
    due_before: date | None
    due_after: date | None
    files: list[EvidenceTold]


class ReadingTold(Schema):
    """What a later run says of a task."""

    run_id: str
    state: str
    left: int
    total: int
    value: float | None
    at: datetime


class OpenStep(Schema):
    """A step that the caller may take now, and what must or may come with it."""

    action: str
    to: str
    needs: list[str]
    takes: list[str]


class TaskWhole(TaskRow):
    """A task with all that its page shows."""

    what: str
    run_id: str | None
    variant: str
    clause: str
    remedy: str
    facts: list[dict[str, Any]]
    facts_at: datetime
    joint: list[BodyTold]
    first_due: date | None
    asked_until: date | None
    evidence_needed: list[str]
    made_at: datetime
    issued_at: datetime | None
    closed_at: datetime | None
    bound: list[BoundTold]
    bound_count: int
    steps: list[StepTold]
    readings: list[ReadingTold]
    evidence: list[EvidenceTold]
    open_steps: list[OpenStep]


class TaskFilter(Schema):
    """Which tasks are asked for."""

    show: str = ""
    state: str = ""
    body: str = ""
    county: str = ""
    q: str = ""


class DraftGiven(Schema):
    """A new task; what is absent is taken from what it is drafted from."""

    model_config = {"extra": "forbid"}

    findings: list[int] = []
    run: str = ""
    indicator: str = ""
    variant: str = "official"
    target: str = ""
    zone: str = ""
    title: str | None = None
    what: str | None = None
    lead: str | None = None
    joint: list[str] = []
    due: date | None = None
    evidence_needed: list[str] = []


class StepGiven(Schema):
    """A step that is to be taken."""

    model_config = {"extra": "forbid"}

    action: str
    note: str = ""
    until: date | None = None


OWN = (
    "what", "run_id", "variant", "clause", "remedy", "facts", "facts_at", "first_due",
    "asked_until", "evidence_needed", "made_at", "issued_at", "closed_at",
)  # fmt: skip
PARTS: Mapping[str, type[Schema]] = {
    "bound": BoundTold, "readings": ReadingTold, "evidence": EvidenceTold, "open_steps": OpenStep,
}  # fmt: skip


@route(router, "GET /tasks", name="listTasks", action=ACTION, answer=Page[TaskRow])
def list_tasks(request: HttpRequest, wanted: Query[TaskFilter], paging: Query[Paging]) -> Any:  # noqa: ANN401
    """List the tasks that the caller may see, the next deadline first."""
    rows = filtered(request.user, wanted.model_dump())
    rows = rows.order_by(F("due").asc(nulls_last=True), "-pk").defer("facts")
    return page_of(request, rows, paging, task_row)


@route(router, "GET /tasks/{task}", name="getTask", action=ACTION, answer=TaskWhole)
def get_task(request: HttpRequest, task: int) -> HttpResponse:
    """Return a task: facts, steps, evidence, readings, and what the caller may do with it."""
    return _single(request, _task(request, task))


@route(router, "POST /tasks", name="draftTask", action="task.draft", answer=TaskRow,
       status=CREATED)  # fmt: skip
def draft_task(request: HttpRequest, given: DraftGiven) -> HttpResponse:
    """Draft a task: from findings, an indicator in a zone, a target of the plan, or by hand."""
    form = _form(draft := _draft(request, given), given)
    if not form.is_valid():
        faults = {"evidence_needed" if name == "evidence" else name: "；".join(map(str, texts))
                  for name, texts in form.errors.items()}  # fmt: skip
        raise Problem(422, "faults", faults)
    task = keep_draft(filled_in(draft, form), by=person(request))
    response = _written(request, task, status=CREATED)
    response["Location"] = request.build_absolute_uri(
        reverse("api_v1:getTask", kwargs={"task": task.pk})
    )
    return response


@route(router, "POST /tasks/{task}/steps", name="takeStep", action=ACTION, answer=TaskRow)
def post_step(request: HttpRequest, task: int, given: StepGiven) -> HttpResponse:
    """Take a step; the rules are those of the page."""
    return _stepped(request, task, given.action, Given(note=given.note, until=given.until))


@route(router, "POST /tasks/{task}/steps/files", name="takeStepWithFiles", action=ACTION,
       answer=TaskRow)  # fmt: skip
def post_step_with_files(
    request: HttpRequest, task: int, given: Form[StepGiven], files: File[list[UploadedFile]]
) -> HttpResponse:
    """Take a step with files that show what was done."""
    with_files = Given(note=given.note, until=given.until, files=list(files))
    return _stepped(request, task, given.action, with_files)


@route(router, "GET /tasks/{task}/evidence/{evidence}", name="getEvidence", action=ACTION)
def get_evidence(request: HttpRequest, task: int, evidence: int) -> HttpResponseBase:
    """Send a file that shows what was done."""
    return evidence_file(request, task, evidence)


def task_row(task: Task) -> dict[str, Any]:
    """Return a task as lists tell it."""
    return {name: getattr(task, name) for name in TaskRow.model_fields}


def _task(request: HttpRequest, task: int) -> Task:
    return policy.found(request.user, ACTION, Task.objects.select_related("lead"), pk=task)


def _stepped(request: HttpRequest, task: int, action: str, given: Given) -> HttpResponse:
    found = _task(request, task)
    require_version(request, version_of(found))
    take_step(found, action, by=person(request), given=replace(given, version=found.version))
    return _written(request, _task(request, task))


def _written(request: HttpRequest, task: Task, status: int = OK) -> HttpResponse:
    told = TaskRow(**task_row(task))
    return single(request, told, version=version_of(task), status=status)


def _single(request: HttpRequest, task: Task) -> HttpResponse:
    shown = shown_task(task, request.user)
    told = {
        **task_row(task),
        **{name: getattr(task, name) for name in OWN},
        **{name: shown[name] for name in ("joint", "bound_count")},
        **{key: [_named(one, shape) for one in shown[key]] for key, shape in PARTS.items()},
        "steps": [_step(step) for step in reversed(shown["steps"])],
    }
    return single(request, TaskWhole.model_validate(told), version=version_of(task))


def _named(one: Any, shape: type[Schema]) -> dict[str, Any]:  # noqa: ANN401
    return {name: getattr(one, name) for name in shape.model_fields}


def _step(step: Any) -> dict[str, Any]:  # noqa: ANN401
    names = ("place", "action", "before", "after", "at", "note", "due_before", "due_after")
    return {
        **{name: getattr(step, name) for name in names},
        "by": step.by.shown_name if step.by else None, "body": step.body_id,
        "files": [_named(one, EvidenceTold) for one in step.files.all()],
    }  # fmt: skip


def _draft(request: HttpRequest, given: DraftGiven) -> Draft:
    asked = QueryDict(mutable=True)
    if given.findings:
        asked.setlist("finding", [str(key) for key in given.findings])
    elif given.indicator:
        asked.update({"indicator": given.indicator, "run": given.run, "variant": given.variant})
    elif given.target:
        asked["target"] = given.target
    asked["zone"] = given.zone
    draft = draft_of(request.user, asked)
    if len(draft.findings) != len(set(given.findings)):
        raise Problem(422, "faults", {"findings": say("api.fault.findings")})
    return draft


def _form(draft: Draft, given: DraftGiven) -> DraftForm:
    """Return the form of a draft, filled in as the page would be."""
    lead = given.lead if given.lead is not None else (draft.lead.pk if draft.lead else "")
    due = given.due or draft.due
    data = {
        "title": draft.title if given.title is None else given.title,
        "what": draft.what if given.what is None else given.what,
        "lead": lead, "joint": given.joint, "due": due.isoformat() if due else "",
        "evidence": "\n".join(given.evidence_needed),
    }  # fmt: skip
    return DraftForm(data, instance=Task())
