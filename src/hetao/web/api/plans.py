"""The plan: its ledger, what it was judged as, one light."""

from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from ninja import Router, Schema

from hetao.plan.judged import Judged
from hetao.plan.ledger import Document, Measure, Section, Target
from hetao.web.api.routes import route
from hetao.web.api.versions import single
from hetao.web.plans.models import Judgement
from hetao.web.plans.reading import dossier
from hetao.web.plans.take_up import judgement, kept_plan, ledger, target_of

router = Router(tags=["plan"])
ACTION = "plan.view"


class PlanWhole(Schema):
    """The ledger of the newest plan."""

    name: str
    document: Document
    sections: list[Section]
    measures: list[Measure]
    targets: list[Target]
    years: list[int]


class MeasureWhole(Schema):
    """A measure with its section and judged targets."""

    measure: Measure
    section: Section | None
    targets: list[Judged]
    before: str | None
    after: str | None


class JudgementWhole(Schema):
    """The plan judged as at the end of a year."""

    plan: str
    year: int
    made_at: datetime
    counts: dict[str, int]
    targets: list[Judged]


@route(router, "GET /plan", name="getPlan", action=ACTION, answer=PlanWhole)
def get_plan(request: HttpRequest) -> HttpResponse:
    """Return the ledger: sections, measures and targets."""
    kept = kept_plan()
    parts = ("document", "sections", "measures", "targets")
    years = Judgement.objects.filter(plan=kept.name).values_list("year", flat=True)
    told = PlanWhole(
        name=kept.name, years=list(years), **{part: getattr(kept.ledger, part) for part in parts}
    )
    return single(request, told)


@route(router, "GET /plan/measures/{measure}", name="getMeasure", action=ACTION,
       answer=MeasureWhole)  # fmt: skip
def get_measure(request: HttpRequest, measure: str, year: int | None = None) -> HttpResponse:
    """Return a measure of the plan with its targets."""
    told = dossier(ledger(), measure, judgement(year))
    if told is None:
        raise Http404
    beside = {key: told[key].id if told[key] else None for key in ("before", "after")}
    return single(request, MeasureWhole(**(told | beside)))


@route(router, "GET /plan/judgements/{year}", name="getJudgement", action=ACTION,
       answer=JudgementWhole)  # fmt: skip
def get_judgement(request: HttpRequest, year: int) -> HttpResponse:
    """Return the plan judged as at the end of a year."""
    found = judgement(year)
    if found is None:
        raise Http404
    told = {name: getattr(found, name) for name in ("plan", "year", "made_at", "targets")}
    told["counts"] = found.data.get("counts", {})
    return single(request, JudgementWhole.model_validate(told))


@route(router, "GET /plan/lights/{target}", name="getLight", action=ACTION, answer=Judged)
def get_light(request: HttpRequest, target: str, year: int | None = None) -> Any:  # noqa: ANN401
    """Return one judged target: clause, figure, series, counties."""
    return target_of(target, year=year)
