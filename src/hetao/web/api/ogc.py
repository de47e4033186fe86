"""OGC API - Features, Part 1: Core, with GeoJSON: how GIS desktops read the city."""

import json
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

import shapely
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from ninja import Router

from hetao.web.api.ogc_asking import Asked, asked_of, check_names
from hetao.web.api.ogc_collections import Box, Collection, collections_of, shape_of
from hetao.web.api.paging import AT_MOST, USUAL, cursor_at, cut, next_link
from hetao.web.api.problems import Problem, as_bad_request
from hetao.web.api.routes import route
from hetao.web.api.versions import GEOJSON, JSON, single
from hetao.web.site.shell import city
from hetao.web.site.words import say

router = Router(tags=["ogc"])
ACTION = "map.view"
CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
CLASSES = tuple(
    f"http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/{name}" for name in ("core", "geojson")
)
OPENAPI = "application/vnd.oai.openapi+json;version=3.1"
HTML = "text/html"
ROUNDS = 6
"""How often rows are looked through for those that truly reach a box before a page is closed."""

_NUMBERS = {"type": "array", "items": {"type": "number"}, "minItems": 4, "maxItems": 6}
_ITEMS = {
    "parameters": [
        {"in": "query", "name": "limit", "schema": {"type": "integer", "minimum": 1,
         "maximum": AT_MOST, "default": USUAL}, "style": "form", "explode": False},
        {"in": "query", "name": "bbox", "schema": _NUMBERS, "style": "form", "explode": False},
        {"in": "query", "name": "datetime", "schema": {"type": "string"}, "style": "form",
         "explode": False},
        {"in": "query", "name": "cursor", "schema": {"type": "string"}},
    ]
}  # fmt: skip


@route(router, "GET ", name="getLandingBare", action=ACTION, answer=dict[str, Any])
@route(router, "GET /", name="getLanding", action=ACTION, answer=dict[str, Any])
def get_landing(request: HttpRequest) -> HttpResponse:
    """Return the way in: links to the definition, the conformance and the collections."""
    check_names(request, ())
    told = {
        "title": say("api.ogc.title", city=city().name),
        "description": say("api.ogc.description"),
        "links": [
            _link(request, "self", _at(), JSON),
            _link(request, "alternate", reverse("api"), HTML),
            _link(request, "service-desc", reverse("api_v1:get_openapi"), OPENAPI),
            _link(request, "service-doc", reverse("api"), HTML),
            _link(request, "conformance", _at("conformance"), JSON),
            _link(request, "data", _at("collections"), JSON),
        ],
    }
    return _json(told)


@route(router, "GET /conformance", name="getConformance", action=ACTION, answer=dict[str, Any])
def get_conformance(request: HttpRequest) -> HttpResponse:
    """Return the parts of the standard that are kept."""
    check_names(request, ())
    return _json({"conformsTo": list(CLASSES)})


@route(router, "GET /collections", name="listCollections", action=ACTION, answer=dict[str, Any])
def list_collections(request: HttpRequest) -> HttpResponse:
    """Return the collections that the caller may see."""
    check_names(request, ())
    links = [_link(request, "self", _at("collections"), JSON)]
    told = [_told(request, one) for one in collections_of(request.user).values()]
    return _json({"links": links, "collections": told})


@route(
    router, "GET /collections/{collection}", name="getCollection", action=ACTION,
    answer=dict[str, Any],
)  # fmt: skip
def get_collection(request: HttpRequest, collection: str) -> HttpResponse:
    """Return a collection."""
    check_names(request, ())
    return _json(_told(request, _collection(request, collection)))


@route(
    router, "GET /collections/{collection}/items", name="listItems", action=ACTION,
    answer=dict[str, Any], more=_ITEMS,
)  # fmt: skip
def list_items(request: HttpRequest, collection: str) -> HttpResponse:
    """Return features of a collection: in a box, with certain properties, page by page."""
    found = _collection(request, collection)
    asked = asked_of(request, found.filters)
    rows, cursor = _page(request, found, asked)
    links = [
        _link(request, "self", request.get_full_path(), GEOJSON),
        _link(request, "collection", _at("collections", found.id), JSON),
    ]
    if found.page:
        links.append(_link(request, "alternate", found.page, HTML))
    if (address := next_link(request, cursor)) is not None:
        links.append(_link(request, "next", address, GEOJSON))
    told = {
        "type": "FeatureCollection", "links": links,
        "timeStamp": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "numberReturned": len(rows), "features": [found.feature(row) for row in rows],
    }  # fmt: skip
    return _json(told, GEOJSON)


@route(
    router, "GET /collections/{collection}/items/{path:feature}", name="getItem", action=ACTION,
    answer=dict[str, Any],
)  # fmt: skip
def get_item(request: HttpRequest, collection: str, feature: str) -> HttpResponse:
    """Return a feature."""
    check_names(request, ())
    found = _collection(request, collection)
    row = found.one(feature)
    if row is None:
        raise Http404
    told = found.feature(row)
    told["links"] = [
        _link(request, "self", _at("collections", found.id, "items", feature), GEOJSON),
        _link(request, "collection", _at("collections", found.id), JSON),
    ]
    return single(request, json.dumps(told, ensure_ascii=False).encode(), kind=GEOJSON)


def _page(
    request: HttpRequest, collection: Collection, asked: Asked
) -> tuple[list[Any], str | None]:
    """
    Return the rows of a page and the cursor behind it.

    A row whose box meets the wanted one may itself lie beside it, so that more rows are looked
    through than are returned.
    """
    rows, area = collection.rows(request.GET, _whole_box(asked)), asked.area
    kept: list[Any] = []
    cursor: str | None = asked.cursor
    for _ in range(ROUNDS):
        try:
            found, cursor = cut(request, rows, cursor or "", asked.limit)
        except Problem as problem:
            raise as_bad_request(problem) from None
        reached = [row for row in found if area is None or shapely.intersects(area, shape_of(row))]
        room = asked.limit - len(kept)
        if len(reached) > room or (len(reached) == room and reached[-1:] != found[-1:]):
            kept += reached[:room]
            return kept, cursor_at(request, rows, kept[-1])
        kept += reached
        if cursor is None or len(kept) == asked.limit:
            break
    return kept, cursor


def _whole_box(asked: Asked) -> Box | None:
    if asked.area is not None:
        shapely.prepare(asked.area)
    return asked.box


def _collection(request: HttpRequest, collection: str) -> Collection:
    found = collections_of(request.user).get(collection)
    if found is None:
        raise Http404
    return found


def _told(request: HttpRequest, one: Collection) -> dict[str, Any]:
    links = [
        _link(request, "self", _at("collections", one.id), JSON),
        _link(request, "items", _at("collections", one.id, "items"), GEOJSON, one.title),
    ]
    if one.page:
        links.append(_link(request, "alternate", one.page, HTML))
    told: dict[str, Any] = {
        "id": one.id, "title": one.title, "description": one.description, "itemType": "feature",
        "crs": [CRS84], "links": links,
    }  # fmt: skip
    if (extent := one.extent()) is not None:
        told["extent"] = {"spatial": {"bbox": [extent.box], "crs": CRS84}}
    return told


def _at(*parts: str) -> str:
    return reverse("api_v1:getLanding") + "/".join(quote(part, safe="") for part in parts)


def _link(
    request: HttpRequest, rel: str, address: str, kind: str, title: str = ""
) -> dict[str, str]:
    title = title or say(f"api.link.{rel}")
    href = request.build_absolute_uri(address)
    return {"href": href, "rel": rel, "type": kind, "title": title}


def _json(told: dict[str, Any], kind: str = JSON) -> HttpResponse:
    params = {"ensure_ascii": False}
    return JsonResponse(told, content_type=kind, json_dumps_params=params)
