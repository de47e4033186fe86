"""Zones: the tree of the city's places."""

import json
from typing import Any

import shapely
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from ninja import Query, Router, Schema

from hetao.web.api.paging import Page, Paging, cut, next_link, page_of
from hetao.web.api.routes import route
from hetao.web.api.versions import GEOJSON, single
from hetao.web.cities.models import Zone

router = Router(tags=["zones"])
ACTION = "map.view"
PROPERTIES = ("code", "name", "level", "parent", "county")


class ZoneFilter(Schema):
    """Which zones are asked for."""

    level: str = ""
    county: str = ""
    parent: str = ""


class ZoneRow(Schema):
    """A zone in a list."""

    code: str
    name: str
    level: str
    parent: str
    county: str
    bbox: list[float]


class ZoneWhole(ZoneRow):
    """A zone with its shape."""

    place: dict[str, Any]


def zones(wanted: ZoneFilter) -> QuerySet[Zone]:
    """Return the zones that are asked for, by code."""
    given = {key: value for key, value in wanted.model_dump().items() if value}
    return Zone.objects.filter(**given).order_by("code")


@route(router, "GET /zones", name="listZones", action=ACTION, answer=Page[ZoneRow])
def list_zones(request: HttpRequest, wanted: Query[ZoneFilter], paging: Query[Paging]) -> Any:  # noqa: ANN401
    """List zones."""
    return page_of(request, zones(wanted).defer("shape"), paging, _row)


@route(router, "GET /zones.geojson", name="mapZones", action=ACTION, answer=dict[str, Any])
def map_zones(request: HttpRequest, wanted: Query[ZoneFilter], paging: Query[Paging]) -> Any:  # noqa: ANN401
    """List zones with their shapes, as a collection of features."""
    found, cursor = cut(request, zones(wanted), paging.cursor, paging.limit)
    told = {
        "type": "FeatureCollection", "features": [zone_feature(zone) for zone in found],
        "next": next_link(request, cursor),
    }  # fmt: skip
    return HttpResponse(json.dumps(told, ensure_ascii=False), content_type=GEOJSON)


@route(router, "GET /zones/{code}", name="getZone", action=ACTION, answer=ZoneWhole)
def get_zone(request: HttpRequest, code: str) -> HttpResponse:
    """Return a zone with its shape."""
    zone = Zone.objects.filter(pk=code).first()
    if zone is None:
        raise Http404
    return single(request, ZoneWhole(**_row(zone), place=geojson_of(zone.geometry)))


def zone_feature(zone: Zone) -> dict[str, Any]:
    """Return a zone as a feature of GeoJSON."""
    return {
        "type": "Feature", "id": zone.code, "geometry": geojson_of(zone.geometry),
        "properties": {name: getattr(zone, name) for name in PROPERTIES},
    }  # fmt: skip


def geojson_of(shape: Any) -> Any:  # noqa: ANN401
    """Return a shape as GeoJSON; None where there is none."""
    return None if shape is None else json.loads(shapely.to_geojson(shape))


def _row(zone: Zone) -> dict[str, Any]:
    told = {name: getattr(zone, name) for name in PROPERTIES}
    return told | {"bbox": [zone.west, zone.south, zone.east, zone.north]}
