"""Pages of the plan: the overview with its wall of lights, the ledger, a measure, one light."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from hetao.web.accounts import policy
from hetao.web.accounts.policy import allowed
from hetao.web.checkups.models import Finding, Run
from hetao.web.plans.models import Judgement
from hetao.web.plans.reading import by_body, by_section, changes, dossier, shares, wall_of
from hetao.web.plans.take_up import judgement, kept_plan, ledger, take_up_plans, target_of
from hetao.web.site.shell import tell
from hetao.web.tasks.counting import overview_counts
from hetao.web.tasks.models import Task
from hetao.web.tasks.transitions import OWED

YEARS = (2000, 2100)
LATE_SHOWN = 6
FINDINGS_SHOWN = 10


@allowed("overview.view")
def home(request: HttpRequest) -> HttpResponse:
    """Show the wall of lights, what changed, and what is late."""
    judged = _judged(request)
    wall = wall_of(judged, only=request.GET.get("only", "")) if judged else None
    mine = policy.within(request.user, "task.view", Task.objects.select_related("lead"))
    late = mine.filter(state__in=OWED, due__lt=timezone.localdate()).order_by("due")
    context = {
        "judged": judged, "wall": wall, "shares": shares(wall) if wall else [],
        "changes": changes(judged) if judged else [], "counts": overview_counts(mine),
        "late": late[:LATE_SHOWN], "only": request.GET.get("only", ""),
        "years": _years(), "run": Run.newest(),
    }  # fmt: skip
    return render(request, "plans/home.html", context)


@allowed("plan.view")
def plan(request: HttpRequest) -> HttpResponse:
    """Show the ledger by section."""
    context = {
        "document": ledger().document, "sections": by_section(ledger(), _judged(request)),
        "judged": _judged(request), "years": _years(),
    }  # fmt: skip
    return render(request, "plans/ledger.html", context)


@allowed("plan.view")
def bodies(request: HttpRequest) -> HttpResponse:
    """Show the ledger by body: who owes what."""
    context = {"document": ledger().document, "bodies": by_body(ledger(), _judged(request))}
    return render(request, "plans/bodies.html", context)


@allowed("plan.view")
def measure(request: HttpRequest, measure: str) -> HttpResponse:
    """Show all that is known of a measure."""
    told = dossier(ledger(), measure, _judged(request))
    if told is None:
        raise Http404
    targets = [one["target"]["id"] for one in told["targets"]]
    tasks = policy.within(request.user, "task.view", Task.objects.select_related("lead"))
    told["tasks"] = tasks.filter(target__in=targets)[:50]
    return render(request, "plans/measure.html", told)


@allowed("plan.view")
def light(request: HttpRequest, target: str) -> HttpResponse:
    """Explain one light: clause, figure, series, counties, and the way down to the houses."""
    year = _year(request)
    told = target_of(target, year=year)
    zone = request.GET.get("zone", "")
    place = next((one for one in told["zones"] if one["zone"] == zone), None)
    run, link = Run.newest(), told["target"]["link"]
    found = Finding.objects.none()
    if run and link:
        found = Finding.objects.filter(run=run, indicator=link)
        if zone:
            found = found.filter(county=zone)
    mine = policy.within(request.user, "finding.view", found)
    tasks = policy.within(request.user, "task.view", Task.objects.select_related("lead"))
    context = {
        "told": told, "place": place, "zone": zone, "run": run, "year": year,
        "findings": mine[:FINDINGS_SHOWN], "found": mine.count(),
        "tasks": tasks.filter(target=target, **({"zone": zone} if zone else {}))[:20],
        "units": _units(run, link),
        "measured": bool(run and link and run.measured.filter(indicator=link).exists()),
    }  # fmt: skip
    return render(request, "plans/light.html", context)


def _units(run: Run | None, link: str) -> tuple[str, str] | None:
    """Return the units of numerator and denominator of the linked indicator."""
    measured = run.measured.filter(indicator=link).first() if run and link else None
    if measured is None or not measured.numerator_unit:
        return None
    return measured.numerator_unit, measured.denominator_unit


@require_POST
@allowed("checkup.begin")
def judge(request: HttpRequest) -> HttpResponse:
    """Judge the plan anew, as at the end of a year."""
    year = int(request.POST["year"]) if request.POST.get("year", "").isdigit() else 0
    if not YEARS[0] < year < YEARS[1]:
        raise Http404
    take_up_plans(years=(year,))
    tell(request, "plans.judged", year=year)
    return redirect(f"/plan/?year={year}")


def _judged(request: HttpRequest) -> Judgement | None:
    try:
        return judgement(_year(request))
    except Http404:
        return None


def _year(request: HttpRequest) -> int | None:
    given = request.GET.get("year", "")
    return int(given) if given.isdigit() else None


def _years() -> list[int]:
    try:
        name = kept_plan().name
    except Http404:
        return []
    return list(Judgement.objects.filter(plan=name).values_list("year", flat=True))
