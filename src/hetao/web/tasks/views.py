"""Pages of tasks: lists, one task with its steps, drafting, the rules, exports."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from hetao.catalogue.entries import entries
from hetao.errors import HetaoError
from hetao.web.accounts import policy
from hetao.web.accounts.models import Body
from hetao.web.accounts.people import person
from hetao.web.accounts.policy import ROLES, allowed
from hetao.web.checkups.models import Finding, Run
from hetao.web.site.paging import page_of
from hetao.web.site.shell import tell
from hetao.web.site.words import language
from hetao.web.tasks import drafting
from hetao.web.tasks.calendar import calendar
from hetao.web.tasks.documents import write_bulletin, write_ledger
from hetao.web.tasks.forms import DraftForm
from hetao.web.tasks.models import Evidence, Task
from hetao.web.tasks.showing import shown_task
from hetao.web.tasks.stepping import Given, StepRefused, take_step
from hetao.web.tasks.transitions import OVER, OWED, STATES, transitions
from hetao.web.tasks.waiting import OFFICE

PAGE_ROWS = 50
FINDINGS_AT_MOST = 500
HEAVY = ("facts", "evidence_needed", "what")
"""What a list does not show of a task."""

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@allowed("task.view")
def tasks(request: HttpRequest) -> HttpResponse:
    """List the tasks a person may see."""
    wanted = {key: request.GET.get(key, "") for key in ("show", "state", "body", "county", "q")}
    rows = filtered(request.user, wanted)
    page = page_of(rows.defer(*HEAVY), PAGE_ROWS, request.GET.get("page"))
    context = {
        "page": page, "wanted": wanted, "states": STATES,
        "bodies": Body.objects.filter(Exists(Task.objects.filter(lead=OuterRef("pk")))),
        "today": timezone.localdate(),
    }  # fmt: skip
    return render(request, "tasks/list.html", context)


def filtered(user: Any, wanted: Mapping[str, str]) -> QuerySet[Task]:  # noqa: ANN401
    """Return the tasks that a person may see and a list asks for."""
    rows = policy.within(user, "task.view", Task.objects.select_related("lead"))
    today = timezone.localdate()
    shown = {
        "open": ~Q(state__in=OVER), "late": Q(state__in=OWED, due__lt=today),
        "waiting": Q(state__in=OFFICE if policy.may(user, "task.issue") else OWED),
        "proposed": Q(proposed=True), "relapsed": Q(relapsed=True), "over": Q(state__in=OVER),
    }  # fmt: skip
    if wanted["show"] in shown:
        rows = rows.filter(shown[wanted["show"]])
    if wanted["state"] in STATES:
        rows = rows.filter(state=wanted["state"])
    if wanted["body"]:
        rows = rows.filter(lead=wanted["body"])
    if wanted["county"]:
        rows = rows.filter(county=wanted["county"])
    if wanted["q"]:
        rows = rows.filter(Q(title__icontains=wanted["q"]) | Q(number__icontains=wanted["q"]))
    return rows


@allowed("task.view")
def task_page(request: HttpRequest, task: int) -> HttpResponse:
    """Show a task: facts, steps, evidence, readings, and what the person may do."""
    found = policy.found(request.user, "task.view", Task.objects.select_related("lead"), pk=task)
    return render(request, "tasks/task.html", shown_task(found, request.user))


@allowed("task.draft")
def new_task(request: HttpRequest) -> HttpResponse:
    """Draft a task from findings, an indicator, a target, or nothing."""
    draft = draft_of(request.user, request.GET)
    first = Task(title=draft.title, what=draft.what, lead=draft.lead, due=draft.due)
    form = DraftForm(request.POST or None, instance=first)
    if request.method == "POST" and form.is_valid():
        task = drafting.keep_draft(filled_in(draft, form), by=person(request))
        if "issue" in request.POST and policy.may(request.user, "task.issue", task):
            take_step(task, "issue", by=person(request))
            tell(request, "tasks.issued", number=task.number)
        return redirect("task", task.pk)
    context = {
        "form": form, "draft": draft, "findings": list(draft.findings)[:50],
        "certain": draft.due is None or calendar().is_certain(timezone.localdate(), draft.due),
    }  # fmt: skip
    return render(request, "tasks/draft.html", context, status=422 if form.errors else 200)


def draft_of(user: Any, asked: QueryDict) -> drafting.Draft:  # noqa: ANN401
    """Return the draft that is asked for: of findings, an indicator, a target, or an empty one."""
    if "finding" in asked:
        keys = [int(key) for key in asked.getlist("finding") if key.isdigit()][:FINDINGS_AT_MOST]
        rows = policy.within(user, "finding.view", Finding.objects.select_related("run"))
        found = list(rows.filter(pk__in=keys))
        if found:
            first = found[0]
            alike = [f for f in found if (f.run_id, f.indicator, f.variant)
                     == (first.run_id, first.indicator, first.variant)]  # fmt: skip
            return drafting.from_findings(alike)
    zone = str(asked.get("zone", ""))
    if "indicator" in asked:
        if asked["indicator"] not in entries():
            raise Http404
        run = get_object_or_404(Run, pk=asked.get("run", ""))
        return drafting.from_indicator(
            run, str(asked["indicator"]), str(asked.get("variant", "official")), zone
        )
    if "target" in asked:
        return drafting.from_target(str(asked["target"]), zone)
    return drafting.Draft(title="", due=calendar().after(timezone.localdate(), 30))


@allowed("task.draft")
def edit_task(request: HttpRequest, task: int) -> HttpResponse:
    """Change a draft; what is issued changes by steps alone."""
    found = policy.found(request.user, "task.draft", Task.objects.all(), pk=task, state="drafted")
    version = request.POST.get("version", found.version)
    form = DraftForm(request.POST or None, instance=found)
    if request.method == "POST" and form.is_valid():
        written = filled_in(drafting.Draft(title=""), form)
        try:
            drafting.keep_changes(found, written, by=person(request), version=_number(str(version)))
        except StepRefused as error:
            form.add_error(None, error.text(language()))
        else:
            return redirect("task", task)
    context = {"form": form, "task": found, "version": version}
    return render(request, "tasks/draft.html", context, status=422 if form.errors else 200)


def filled_in(draft: drafting.Draft, form: DraftForm) -> drafting.Draft:
    """Return a draft with what a person wrote into the form."""
    given = form.cleaned_data
    return replace(
        draft, title=given["title"], what=given["what"], lead=given["lead"],
        joint=list(given["joint"]), due=given["due"], evidence_needed=form.evidence_needed,
    )  # fmt: skip


@require_POST
@allowed("task.view")
def step(request: HttpRequest, task: int, action: str) -> HttpResponse:
    """Take a step; what was written is shown again if it cannot be taken."""
    found = policy.found(request.user, "task.view", Task.objects.select_related("lead"), pk=task)
    given = Given(
        note=request.POST.get("note", ""), until=_date(request.POST.get("until", "")),
        files=request.FILES.getlist("files"), version=_number(request.POST.get("version", "")),
    )  # fmt: skip
    try:
        take_step(found, action, by=person(request), given=given)
    except HetaoError as error:
        found.refresh_from_db()
        context = shown_task(found, request.user) | {
            "refused": error.text(language()), "tried": action, "note": given.note,
            "until": given.until,
        }  # fmt: skip
        context["lost"] = action not in {one.action for one in context["open_steps"]}
        overtaken = isinstance(error, StepRefused) and error.key in ("overtaken", "state")
        return render(request, "tasks/task.html", context, status=409 if overtaken else 422)
    tell(request, f"tasks.done.{action}", number=found.number)
    return redirect("task", task)


@allowed("task.view")
def evidence_file(request: HttpRequest, task: int, evidence: int) -> HttpResponseBase:
    """Send a file that shows what was done."""
    found = policy.found(request.user, "task.view", Task.objects.all(), pk=task)
    file = get_object_or_404(Evidence, pk=evidence, task=found)
    path = settings.MEDIA_ROOT / file.stored
    if not path.is_file():
        raise Http404
    shown = file.kind.startswith("image/") or file.kind == "application/pdf"
    response = FileResponse(
        path.open("rb"), as_attachment=not shown, filename=file.name, content_type=file.kind
    )
    response["X-Content-Type-Options"] = "nosniff"
    return response


@allowed("task.view")
def rules(request: HttpRequest) -> HttpResponse:
    """Show the table of steps: who may take which, from where to where."""
    rows = [
        (step, [role for role in ROLES if policy.table()[step.policy].get(role)])
        for step in transitions().values()
    ]
    return render(request, "tasks/rules.html", {"rows": rows})


@allowed("task.view")
def ledger_file(request: HttpRequest) -> HttpResponse:
    """Send the ledger of the tasks a person sees, filtered like their list."""
    wanted = {key: request.GET.get(key, "") for key in ("show", "state", "body", "county", "q")}
    content = write_ledger(filtered(request.user, wanted))
    name = f"tasks-{timezone.localdate().isoformat()}.xlsx"
    return _download(content, name, EXCEL)


@allowed("task.issue")
def bulletin(request: HttpRequest) -> HttpResponse:
    """Send the bulletin of a month; of this one unless told otherwise."""
    today = timezone.localdate()
    month = _date(f"{request.GET.get('month', '')}-01") or date(today.year, today.month, 1)
    if month > today:
        raise Http404
    return _download(write_bulletin(month), f"bulletin-{month:%Y-%m}.docx", WORD)


def _download(content: bytes, name: str, kind: str) -> HttpResponse:
    response = HttpResponse(content, content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _number(text: str) -> int | None:
    return int(text) if text.isdigit() else None
