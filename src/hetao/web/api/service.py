"""The API put together: its operations, who may call, how faults are told."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError

from hetao.errors import HetaoError
from hetao.web.api import (
    checkups,
    deliveries,
    jobs,
    ogc,
    people,
    plans,
    registers,
    tasks,
    zones,
)
from hetao.web.api.callers import Bearer, PerMinute, SignedIn, TokenAsPassword
from hetao.web.api.describing import described
from hetao.web.api.problems import answer
from hetao.web.site.words import language

FAULTS = (HetaoError, PermissionDenied, Http404, HttpError, ValidationError)

api = NinjaAPI(
    title="hetao", version="1.0.0", urls_namespace="api_v1", openapi_url=None, docs_url=None,
    auth=[Bearer(), TokenAsPassword(), SignedIn()], throttle=[PerMinute()],
)  # fmt: skip
for fault in FAULTS:
    api.add_exception_handler(fault, answer)
for part in (zones, registers, checkups, plans, tasks, deliveries, jobs, people):
    api.add_router("", part.router)
api.add_router("ogc", ogc.router)


@api.get("/openapi.json", include_in_schema=False)
def get_openapi(request: HttpRequest) -> Any:  # noqa: ANN401
    """Return the definition of the API."""
    del request
    return definition()


def definition() -> Mapping[str, Any]:
    """Return the definition of the API in the reader's language."""
    return _definition(language())


@cache
def _definition(language: str) -> Mapping[str, Any]:
    del language  # it is the one at hand
    return described(api.get_openapi_schema())
