"""Pages of check-ups: runs, their wheel and table, one indicator, findings, comparison."""

from collections import Counter
from typing import Any

from django.db.models import Count
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from hetao.catalogue.entries import Edition, editions, entries
from hetao.web.accounts import policy
from hetao.web.accounts.policy import allowed
from hetao.web.checkups.models import Finding, Measured, Run
from hetao.web.checkups.reading import (
    Shown,
    by_dimension,
    compared,
    findings_of,
    heads,
    indicator_page,
    wheel_of,
)
from hetao.web.jobs.asking import ask, ask_to_stop
from hetao.web.jobs.models import OPEN, Job
from hetao.web.site.paging import page_of
from hetao.web.site.shell import tell
from hetao.web.site.templatetags.hetao import ruled_by

PAGE_ROWS = 100
DOCUMENTS = {
    "report.docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "lists.xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "findings.gpkg": "application/geopackage+sqlite3",
    "observations.csv": "text/csv",
}


@allowed("checkup.view")
def run_list(request: HttpRequest) -> HttpResponse:
    """List runs, those at work, and what begins a new one."""
    context = {
        "runs": Run.objects.defer("assessed"),
        "jobs": Job.objects.filter(kind="checkup")[:8],
        "editions": _national(),
        "today": timezone.localdate(),
    }
    return render(request, "checkups/list.html", context)


def _national() -> list[tuple[Edition, int]]:
    """Return the editions that a run is of, and how many indicators of each are known here."""
    held = Counter(version.edition for entry in entries().values() for version in entry.versions)
    return [(one, held[one.id]) for one in editions().values() if one.national]


@require_POST
@allowed("checkup.begin")
def begin(request: HttpRequest) -> HttpResponse:
    """Begin a check-up in the background."""
    wanted = {
        "edition": request.POST.get("edition", ""),
        "date": request.POST.get("date", ""),
        "documents": "documents" in request.POST,
    }
    edition = editions().get(request.POST.get("edition", ""))
    if edition is None or not edition.national:
        raise Http404
    job = ask("checkup", wanted, request.user)
    return redirect("job", job.pk)


@allowed("checkup.view")
def job_page(request: HttpRequest, job: int) -> HttpResponse:
    """Show how far long work is; what is no check-up to who began it, and to reviewers."""
    found = get_object_or_404(Job, pk=job)
    is_theirs = found.by_id == request.user.pk or policy.may(request.user, "delivery.review")
    if found.kind != "checkup" and not is_theirs:
        raise Http404
    return render(request, "checkups/job.html", {"job": found})


@require_POST
@allowed("checkup.begin")
def stop(request: HttpRequest, job: int) -> HttpResponse:
    """Ask long work to stop."""
    ask_to_stop(get_object_or_404(Job, pk=job, state__in=OPEN))
    tell(request, "checkups.stop_asked")
    return redirect("job", job)


@allowed("checkup.view")
def run_page(request: HttpRequest, run: str) -> HttpResponse:
    """Show a run: the wheel of dimensions and the table of indicators."""
    found = get_object_or_404(Run, pk=run)
    rows = heads(found)
    context = {
        "run": found,
        "rows": rows,
        "wheel": wheel_of(found, rows),
        "by_dimension": by_dimension(rows),
        "has_peers": any(ruled_by(row.graded, "peers") for row in rows),
        "others": Run.objects.defer("assessed").exclude(pk=run)[:10],
        "documents": [name for name in DOCUMENTS if (found.folder.folder / name).is_file()],
    }
    return render(request, "checkups/run.html", context)


@allowed("checkup.view")
def indicator(request: HttpRequest, run: str, indicator: str) -> HttpResponse:
    """Show one indicator: its zones, variants, years, formula, unknowns and findings."""
    found = get_object_or_404(Run, pk=run)
    shown: Shown | None = indicator_page(
        found,
        indicator,
        user=request.user,
        **{key: request.GET.get(key, "") for key in ("variant", "level", "order", "page")},
    )
    if shown is None:
        raise Http404
    return render(request, "checkups/indicator.html", {"run": found, "shown": shown})


@allowed("finding.view")
def findings(request: HttpRequest, run: str) -> HttpResponse:
    """List the findings of a run that a person may see."""
    found = get_object_or_404(Run.objects.defer("assessed"), pk=run)
    mine = policy.within(request.user, "finding.view", Finding.objects.filter(run=found))
    counts = found.found_of
    if policy.EVERYWHERE not in policy.scopes(request.user, "finding.view"):
        counted = mine.values("indicator").annotate(n=Count("pk")).order_by("indicator")
        counts = {row["indicator"]: row["n"] for row in counted}
    names = {m.indicator: m for m in Measured.objects.filter(run=found, variant="official")}
    wanted = {key: request.GET.get(key, "") for key in ("indicator", "county", "remedy")}
    rows = findings_of(request.user, found, wanted)
    page = page_of(rows, PAGE_ROWS, request.GET.get("page"))
    context = {
        "run": found, "page": page,
        "counts": [(names.get(key), key, count) for key, count in sorted(counts.items())],
        "wanted": wanted, "chosen": names.get(wanted["indicator"]),
    }  # fmt: skip
    return render(request, "checkups/findings.html", context)


@allowed("checkup.view")
def compare(request: HttpRequest) -> HttpResponse:
    """Show two runs side by side, indicator by indicator."""
    known = list(Run.objects.defer("assessed"))
    chosen = [next((r for r in known if r.pk == request.GET.get(key)), None) for key in "ab"]
    context: dict[str, Any] = {"runs": known, "a": chosen[0], "b": chosen[1]}
    if chosen[0] and chosen[1]:
        context["rows"] = compared(chosen[0], chosen[1])
    return render(request, "checkups/compare.html", context)


@allowed("documents.download")
def document(request: HttpRequest, run: str, name: str) -> HttpResponseBase:
    """Send a document of a run."""
    found = get_object_or_404(Run.objects.defer("assessed"), pk=run)
    if name not in DOCUMENTS:
        raise Http404
    path = found.folder.folder / name
    if not path.is_file():
        raise Http404
    told = f"{found.pk}-{name}"
    return FileResponse(
        path.open("rb"), as_attachment=True, filename=told, content_type=DOCUMENTS[name]
    )
