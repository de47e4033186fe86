"""Check-ups: runs, what they measured, what they found, two of them side by side."""

from datetime import date, datetime
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from ninja import Query, Router, Schema
from pydantic import BaseModel

from hetao.web.accounts import policy
from hetao.web.api.paging import Page, Paging, page_of
from hetao.web.api.routes import route
from hetao.web.api.versions import single
from hetao.web.checkups.models import Finding, Observation, Run
from hetao.web.checkups.reading import Head, compared, findings_of, heads, indicator_page
from hetao.web.checkups.views import DOCUMENTS, document

router = Router(tags=["checkups"])
ACTION = "checkup.view"
FIGURES = ("value", "low", "high", "numerator", "denominator")


class RunRow(Schema):
    """A check-up."""

    id: str
    snapshot: str
    edition: str
    date: date
    number: int
    partial: bool
    taken_up_at: datetime


class DimensionTold(Schema):
    """How a dimension was graded."""

    level: str | None
    counts: dict[str, int]
    share: float | None


class RunWhole(RunRow):
    """A check-up with its dimensions and documents."""

    dimensions: dict[str, DimensionTold]
    documents: list[str]


class MeasuredRow(Schema):
    """An indicator that a run measured, with its value for the whole place."""

    indicator: str
    variant: str
    edition: str
    number: str
    dimension: str
    name_zh: str
    name_en: str
    unit: str
    better: str
    verified: bool
    operator: str
    benchmark: float | None
    benchmark_source: str
    value: float | None
    low: float | None
    high: float | None
    numerator: float | None
    denominator: float | None
    evidence: str
    state: str
    grade: str | None
    found: int


class ObservationRow(BaseModel):  # a page has thousands: a Schema takes six times as long for each
    """The value of an indicator in a zone, or why it is unknown."""

    indicator: str
    variant: str
    edition: str
    unit: str
    zone: str
    zone_name: str
    level: str
    county: str
    value: float | None
    low: float | None
    high: float | None
    numerator: float | None
    denominator: float | None
    evidence: str
    state: str
    reason_zh: str
    reason_en: str


class IndicatorWhole(Schema):
    """All that a run says of an indicator."""

    variants: list[MeasuredRow]
    variant: str
    numerator_unit: str
    denominator_unit: str
    formula_zh: str
    formula_en: str
    parameters: dict[str, Any]
    source: str
    rulings: list[dict[str, Any]]
    course: dict[str, float | None]
    levels: list[str]
    level: str
    observations: list[ObservationRow]
    found: int


class ComparedRow(Schema):
    """An indicator in two runs."""

    indicator: str
    name_zh: str
    name_en: str
    unit: str
    old: float | None
    new: float | None
    change: float | None
    better: bool | None


class FindingRow(Schema):
    """A thing that falls short."""

    id: int
    run_id: str
    indicator: str
    variant: str
    feature: str
    zone: str
    zone_name: str
    county: str
    severity: float | None
    remedy: str
    why_zh: str
    why_en: str
    lon: float | None
    lat: float | None


class ObservationFilter(Schema):
    """Which observations are asked for."""

    indicator: str = ""
    variant: str = ""
    level: str = ""
    zone: str = ""


class FindingFilter(Schema):
    """Which findings are asked for."""

    run: str = ""
    indicator: str = ""
    county: str = ""
    remedy: str = ""


class ShownFilter(Schema):
    """Which variant and level of an indicator are asked for, in which order."""

    variant: str = ""
    level: str = ""
    order: str = ""


@route(router, "GET /runs", name="listRuns", action=ACTION, answer=Page[RunRow])
def list_runs(request: HttpRequest, paging: Query[Paging]) -> Any:  # noqa: ANN401
    """List check-ups, the newest first."""
    return page_of(request, Run.objects.defer("assessed"), paging, _itself)


@route(router, "GET /runs/{run}", name="getRun", action=ACTION, answer=RunWhole)
def get_run(request: HttpRequest, run: str) -> HttpResponse:
    """Return a check-up."""
    found = _run(run)
    told = RunWhole(
        **RunRow.from_orm(found).model_dump(),
        dimensions=found.assessed.get("dimensions", {}),
        documents=[name for name in DOCUMENTS if (found.folder.folder / name).is_file()],
    )
    return single(request, told)


@route(
    router, "GET /runs/{run}/indicators", name="listMeasured", action=ACTION,
    answer=list[MeasuredRow],
)  # fmt: skip
def list_measured(request: HttpRequest, run: str) -> Any:  # noqa: ANN401
    """List the indicators that a run measured, with their values for the whole place."""
    return [measured_row(head) for head in heads(_run(run))]


@route(
    router, "GET /runs/{run}/indicators/{indicator}", name="getMeasured", action=ACTION,
    answer=IndicatorWhole,
)  # fmt: skip
def get_measured(request: HttpRequest, run: str, indicator: str, wanted: Query[ShownFilter]) -> Any:  # noqa: ANN401
    """Return all that a run says of an indicator, zone by zone."""
    found = _run(run)
    shown = indicator_page(found, indicator, user=request.user, **wanted.model_dump())
    if shown is None:
        raise Http404
    measured, graded = shown.head.measured, shown.head.graded
    names = ("variant", "numerator_unit", "denominator_unit", "formula_zh", "formula_en",
             "parameters", "source")  # fmt: skip
    told = {
        **{name: getattr(measured, name) for name in names},
        "variants": [measured_row(head) for head in shown.variants],
        "rulings": graded.get("rulings", []), "course": graded.get("course", {}),
        "levels": list(shown.levels), "level": shown.level, "found": shown.found,
        "observations": [_observation(row, measured) for row in shown.rows],
    }  # fmt: skip
    return single(request, IndicatorWhole.model_validate(told))


@route(
    router, "GET /runs/{run}/observations", name="listObservations", action=ACTION,
    answer=Page[ObservationRow],
)  # fmt: skip
def list_observations(
    request: HttpRequest, run: str, wanted: Query[ObservationFilter], paging: Query[Paging]
) -> Any:  # noqa: ANN401
    """List the observations of a run: of an indicator, a variant, a level, a zone."""
    rows = Observation.objects.filter(measured__in=_run(run).measured.filter(**{
        key: value for key in ("indicator", "variant") if (value := getattr(wanted, key))
    }).order_by().values("pk"))  # fmt: skip
    rows = rows.filter(**{k: v for k in ("level", "zone") if (v := getattr(wanted, k))})
    rows = rows.select_related("measured").order_by("pk")
    return page_of(request, rows, paging, lambda row: _observation(row, row.measured))


@route(router, "GET /runs/{run}/documents/{name}", name="getDocument", action="documents.download")
def get_document(request: HttpRequest, run: str, name: str) -> HttpResponseBase:
    """Send a document of a run."""
    return document(request, run, name)


@route(router, "GET /compare", name="compareRuns", action=ACTION, answer=list[ComparedRow])
def compare_runs(request: HttpRequest, a: str, b: str) -> Any:  # noqa: ANN401
    """Compare two runs indicator by indicator, those that changed first."""
    rows = compared(_run(a), _run(b))
    names = ("indicator", "name_zh", "name_en", "unit")
    figures = ("old", "new", "change", "better")
    return [
        {name: getattr(row["head"].measured, name) for name in names}
        | {name: row[name] for name in figures}
        for row in rows
    ]


@route(router, "GET /findings", name="listFindings", action="finding.view", answer=Page[FindingRow])
def list_findings(request: HttpRequest, wanted: Query[FindingFilter], paging: Query[Paging]) -> Any:  # noqa: ANN401
    """List the findings of a run that the caller may see; of the newest unless told otherwise."""
    run = _run(wanted.run) if wanted.run else Run.newest()
    return page_of(request, findings_of(request.user, run, wanted.model_dump()), paging, _itself)


@route(
    router, "GET /findings/{finding}", name="getFinding", action="finding.view", answer=FindingRow
)
def get_finding(request: HttpRequest, finding: int) -> HttpResponse:
    """Return a finding."""
    found = policy.found(request.user, "finding.view", Finding.objects.all(), pk=finding)
    return single(request, FindingRow.from_orm(found))


def measured_row(head: Head) -> dict[str, Any]:
    """Return an indicator of a run as lists tell it."""
    names = ("indicator", "variant", "edition", "number", "dimension", "name_zh", "name_en", "unit",
             "better", "verified", "operator", "benchmark", "benchmark_source")  # fmt: skip
    return {
        **{name: getattr(head.measured, name) for name in names},
        **{name: getattr(head.row, name, None) for name in FIGURES},
        "evidence": getattr(head.row, "grade", ""), "state": getattr(head.row, "state", ""),
        "grade": head.graded.get("level"), "found": head.found,
    }  # fmt: skip


def _observation(row: Observation, measured: Any) -> dict[str, Any]:  # noqa: ANN401
    own = ("zone", "zone_name", "level", "county", "state", "reason_zh", "reason_en", *FIGURES)
    return {
        **{name: getattr(measured, name) for name in ("indicator", "variant", "edition", "unit")},
        **{name: getattr(row, name) for name in own},
        "evidence": row.grade,
    }


def _run(run: str) -> Run:
    found = Run.objects.filter(pk=run).first()
    if found is None:
        raise Http404
    return found


def _itself(row: Any) -> Any:  # noqa: ANN401
    return row
