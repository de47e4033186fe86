"""Long work: asking for a check-up, seeing how far it is, stopping it."""

from datetime import date, datetime
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from ninja import Query, Router, Schema

from hetao.catalogue.entries import editions
from hetao.web.api.paging import Page, Paging, page_of
from hetao.web.api.problems import Problem
from hetao.web.api.routes import TAKEN, route
from hetao.web.api.versions import single
from hetao.web.jobs.asking import ask, ask_to_stop
from hetao.web.jobs.models import Job
from hetao.web.site.words import say

router = Router(tags=["jobs"])
VIEW, BEGIN = "checkup.view", "checkup.begin"
KIND = "checkup"


class JobTold(Schema):
    """A piece of long work."""

    id: int
    kind: str
    state: str
    step: str
    done: int
    total: int
    seconds: int
    stop_asked: bool
    asked_at: datetime
    began_at: datetime | None
    ended_at: datetime | None
    outcome: dict[str, Any]


class CheckupGiven(Schema):
    """A check-up that is asked for."""

    model_config = {"extra": "forbid"}

    edition: str
    date: date
    documents: bool = True


@route(router, "GET /jobs", name="listJobs", action=VIEW, answer=Page[JobTold])
def list_jobs(request: HttpRequest, paging: Query[Paging]) -> Any:  # noqa: ANN401
    """List check-ups that are or were at work, the newest first."""
    return page_of(request, Job.objects.filter(kind=KIND), paging, lambda row: row)


@route(router, "GET /jobs/{job}", name="getJob", action=VIEW, answer=JobTold)
def get_job(request: HttpRequest, job: int) -> HttpResponse:
    """Return how far a piece of work is, and how it ended."""
    return single(request, JobTold.from_orm(_job(job)))


@route(router, "POST /jobs", name="beginCheckup", action=BEGIN, answer=JobTold, status=TAKEN)
def begin_checkup(request: HttpRequest, given: CheckupGiven) -> HttpResponse:
    """Ask for a check-up; it runs in the background."""
    if given.edition not in editions():
        raise Problem(422, "faults", {"edition": say("api.fault.edition")})
    job = ask(KIND, given.model_dump(mode="json"), request.user)
    response = single(request, JobTold.from_orm(job), status=TAKEN)
    response["Location"] = request.build_absolute_uri(
        reverse("api_v1:getJob", kwargs={"job": job.pk})
    )
    return response


@route(router, "POST /jobs/{job}/stop", name="stopJob", action=BEGIN, answer=JobTold)
def stop_job(request: HttpRequest, job: int) -> HttpResponse:
    """Ask work to stop; it ends at its next step."""
    found = _job(job)
    if not found.is_open:
        raise Problem(409, "ended")
    ask_to_stop(found)
    found.refresh_from_db()
    return single(request, JobTold.from_orm(found))


def _job(job: int) -> Job:
    found = Job.objects.filter(pk=job).first()
    if found is None:
        raise Http404
    return found
