"""Faults as RFC 9457 tells them: one form for all, in the reader's language."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from ninja.errors import HttpError, Throttled, ValidationError

from hetao.errors import HetaoError
from hetao.web.cities.delivering import DeliveryRefused
from hetao.web.cities.editing import EditRefused
from hetao.web.site.words import language, say, words
from hetao.web.tasks.stepping import StepRefused

MEDIA_TYPE = "application/problem+json"
CHALLENGES = {False: 'Bearer realm="hetao"', True: 'Bearer realm="hetao", Basic realm="hetao"'}
STEPS = {
    "overtaken": (412, "stale"), "state": (409, "conflict"), "role": (403, "not_allowed"),
    "apart": (403, "not_allowed"),
}  # fmt: skip
REVIEWED = ("was_accepted", "was_returned", "was_faulty", "loading")
"""Refusals of a review that came too late."""

HTTP = {400: "unreadable", 401: "unknown_caller", 405: "no_method", 429: "too_many"}
UNAUTHORIZED = 401
BODY = "given"
"""How every operation calls what its body holds."""


@dataclass(eq=False)
class Problem(HetaoError):
    """
    A request that is not answered as asked.

    Attributes
    ----------
    key : str
        Names the sentence in `words.toml` under [problem].
    faults : mapping of str to str
        What is wrong, by field, in the reader's language.
    detail : str
        What is told in place of the sentence.
    """

    status: int
    key: str
    faults: Mapping[str, str] = field(default_factory=dict)
    detail: str = ""

    def text(self, language: str) -> str:
        """Return what went wrong."""
        return self.detail or words()[f"api.problem.{self.key}"][language]

    def __str__(self) -> str:
        return self.text("en")


def problem_of(error: Exception) -> Problem:
    """Return what a fault is to the caller."""
    found = error
    match error:
        case PermissionDenied():
            found = Problem(403, "not_allowed")
        case Http404():
            found = Problem(404, "not_found")
        case ValidationError():
            found = Problem(422, "faults", dict(map(_fault, error.errors)))
        case HttpError():
            found = Problem(error.status_code, HTTP.get(error.status_code, "unreadable"))
        case EditRefused() if error.overtaken is not None:
            found = Problem(412, "stale")
        case EditRefused() if "" in error.faults:
            status, key = (403, "not_allowed") if error.beyond else (409, "conflict")
            found = Problem(status, key, detail=error.text(language()))
        case StepRefused():
            status, key = STEPS.get(error.key, (422, "faults"))
            found = Problem(status, key, detail=error.text(language()))
        case DeliveryRefused():
            status, key = (409, "conflict") if error.key in REVIEWED else (422, "faults")
            found = Problem(status, key, detail=error.text(language()))
        case HetaoError() if not isinstance(error, Problem):
            found = Problem(422, "faults", detail=error.text(language()))
    assert isinstance(found, Problem)
    return found


def answer(request: HttpRequest, error: Exception | type[Exception]) -> HttpResponse:
    """Return the answer that tells a fault."""
    assert isinstance(error, Exception)
    found = problem_of(error)
    told: dict[str, Any] = {
        "type": f"{reverse('api')}#problem-{found.key}",
        "title": say(f"api.problem_title.{found.status}"),
        "status": found.status,
        "detail": found.text(language()),
        "instance": request.path,
    }
    if found.faults:
        told["errors"] = [{"field": k, "detail": text} for k, text in found.faults.items()]
    response = JsonResponse(
        told, status=found.status, content_type=MEDIA_TYPE,
        json_dumps_params={"ensure_ascii": False},
    )  # fmt: skip
    if found.status == UNAUTHORIZED:
        # only a GIS desktop asks for a name and a password; a browser shall not pop up
        response["WWW-Authenticate"] = CHALLENGES["/ogc" in request.path]
    if isinstance(error, Throttled) and error.wait is not None:
        response["Retry-After"] = str(error.wait)
    return response


def as_bad_request(found: Problem) -> Problem:
    """Return a fault of a parameter under the status that OGC's standards want."""
    return replace(found, status=400)


def _fault(error: Mapping[str, Any]) -> tuple[str, str]:
    place = [str(part) for part in error["loc"][1:] if part != BODY]
    key = f"api.fault.{error['type']}"
    facts = {name: str(value) for name, value in error.get("ctx", {}).items()}
    text = say(key, **facts) if key in words() else say("api.fault.other")
    return ".".join(place), text
