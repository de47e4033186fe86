"""Which county and zones a thing lies in, by the zones that the database holds."""

from typing import Any

import shapely
from django.db.models import Q, QuerySet

from hetao.web.cities.models import Thing, Zone

HOLDING = ("community", "subdistrict")
"""Levels of the zones of which a thing keeps the finest that holds its place."""

LOOKED_AT = 20_000
"""Things near a zone whose shapes are looked at one by one."""


def county_of(shape: Any, zone: str) -> str:  # noqa: ANN401
    """Return the county that holds a place, else that of its zone; "" where neither is known."""
    if shape is not None and not shape.is_empty:
        point = shapely.point_on_surface(shape)
        near = Zone.objects.filter(
            level="county", west__lte=point.x, east__gte=point.x, south__lte=point.y,
            north__gte=point.y,
        )  # fmt: skip
        for one in near:
            if one.geometry.intersects(point):
                return str(one.code)
    found = Zone.objects.filter(pk=zone).values_list("county", flat=True).first() if zone else ""
    return found or ""


def community_of(shape: Any) -> str:  # noqa: ANN401
    """Return the community that holds a place, else its sub-district; "" where none does."""
    if shape is None or shape.is_empty:
        return ""
    point = shapely.point_on_surface(shape)
    near = Zone.objects.filter(
        level__in=HOLDING, west__lte=point.x, east__gte=point.x,
        south__lte=point.y, north__gte=point.y,
    )  # fmt: skip
    held = [one for one in near if one.geometry.intersects(point)]
    return next((one.code for one in sorted(held, key=lambda one: one.level)), "")


def in_zone(rows: QuerySet[Thing], zone: Zone) -> QuerySet[Thing]:
    """Return the things of a zone: those written down under it, and those that lie in it."""
    if zone.level == "county":
        return rows.filter(Q(zone__in=_below(zone)) | Q(zone="", county=zone.code))
    codes = _below(zone)
    near = rows.filter(
        zone="", west__lte=zone.east, east__gte=zone.west, south__lte=zone.north,
        north__gte=zone.south,
    ).order_by("pk")  # fmt: skip
    held = Q(zone__in=codes)
    if zone.level in HOLDING:  # what lies in a community is known without looking
        held |= Q(zone="", community__in=codes)
        near = near.filter(community="")
    inside = _inside(near, zone)
    return rows.filter(held | Q(pk__in=inside) if inside else held)


def _below(zone: Zone) -> set[str]:
    """Return a zone's code and those of all zones below it."""
    children: dict[str, list[str]] = {}
    for code, parent in Zone.objects.exclude(parent="").values_list("code", "parent"):
        children.setdefault(parent, []).append(code)
    codes: set[str] = set()
    waiting = [zone.code]
    while waiting:
        code = waiting.pop()
        if code not in codes:
            codes.add(code)
            waiting += children.get(code, ())
    return codes


def _inside(near: QuerySet[Thing], zone: Zone) -> list[int]:
    told = list(near.values_list("pk", "shape")[:LOOKED_AT])
    if not told:
        return []
    shapes = shapely.from_wkb([bytes(shape or b"") for _, shape in told])
    area = zone.geometry
    shapely.prepare(area)
    held = shapely.intersects(area, shapely.point_on_surface(shapes))
    return [pk for (pk, _), is_in in zip(told, held, strict=True) if is_in]
