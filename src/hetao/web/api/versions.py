"""Versions of single things: ETags that are given, asked for and needed on writes."""

import hashlib

from django.http import HttpRequest, HttpResponse
from django.utils.http import parse_etags
from ninja import Schema

from hetao.web.api.problems import Problem
from hetao.web.api.routes import OK

JSON, GEOJSON = "application/json", "application/geo+json"


def version_of(thing: object) -> str:
    """
    Return what tells a row's versions apart.

    A register that is taken up anew begins with version 1 again, under another key.
    """
    return f"{thing.pk}-{thing.version}"  # type: ignore[attr-defined]


def single(
    request: HttpRequest,
    told: Schema | bytes,
    *,
    version: str = "",
    status: int = OK,
    kind: str = JSON,
) -> HttpResponse:
    """
    Return the answer that holds one thing, with its ETag; 304 where the caller has it already.

    The tag is the version, which writes are checked by, and a digest of all that is told, since
    what others did beside the thing may change the answer too.
    """
    content = told if isinstance(told, bytes) else told.model_dump_json().encode()
    digest = hashlib.sha256(content).hexdigest()[:12]
    tag = f'"{version or "0"}.{digest}"'
    if request.method == "GET" and _has(request, tag):
        response = HttpResponse(status=304)
    else:
        response = HttpResponse(content, status=status, content_type=kind)
    response["ETag"] = tag
    return response


def require_version(request: HttpRequest, version: str) -> None:
    """
    Let a write pass only if it was made from the version that is there.

    Raises
    ------
    Problem
        If it does not say from which (428), or from another (412).
    """
    given = request.headers.get("If-Match")
    if not given:
        raise Problem(428, "no_version")
    tags = parse_etags(given)
    # a proxy that packs answers marks their tags as weak; the version in them is as exact
    known = {tag.removeprefix("W/").strip('"').partition(".")[0] for tag in tags}
    if "*" not in tags and version not in known:
        raise Problem(412, "stale")


def _has(request: HttpRequest, tag: str) -> bool:
    tags = parse_etags(request.headers.get("If-None-Match", ""))
    return "*" in tags or tag in [one.removeprefix("W/") for one in tags]
