"""The collections of features that a person may see: registers, zones, findings."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, partial
from typing import Any

import shapely
from django.db.models import Q, QuerySet
from django.http import QueryDict
from django.urls import reverse

from hetao.registers.definition import Register
from hetao.web.accounts import policy
from hetao.web.api.ogc_extents import Extent, extent_of_zones, extents_of
from hetao.web.api.registers import told_fields
from hetao.web.api.zones import geojson_of, zone_feature
from hetao.web.checkups.models import Finding, Run
from hetao.web.checkups.reading import findings_of
from hetao.web.cities.models import Thing, Zone
from hetao.web.cities.reaching import visible_registers, visible_things
from hetao.web.cities.tables import NUMBERS, columns_of, filtered
from hetao.web.cities.take_up import NOT_THINGS
from hetao.web.site.words import name_of, say

ZONES, FINDINGS = "zones", "findings"
ZONE_FILTERS = ("level", "county", "parent")
FINDING_FILTERS = ("run", "indicator", "county", "remedy")
Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class Collection:
    """
    Features of one kind.

    Attributes
    ----------
    filters : tuple of str
        The properties that items can be filtered by.
    rows : callable
        Returns the rows that a query and a box ask for, in a stable order.
    one : callable
        Returns the row of an id, or None.
    feature : callable
        Returns a row as GeoJSON.
    page : str
        Address of the page that shows the same to people; "" where there is none.
    extent : callable
        Returns where its features lie; None where that is not known.
    """

    id: str
    title: str
    description: str
    filters: tuple[str, ...]
    rows: Callable[[QueryDict, Box | None], QuerySet[Any]]
    one: Callable[[str], Any]
    feature: Callable[[Any], dict[str, Any]]
    page: str = ""
    extent: Callable[[], Extent | None] = lambda: None


def collections_of(user: Any) -> Mapping[str, Collection]:  # noqa: ANN401
    """Return the collections that a person may see, by their ids."""
    extents = cache(partial(extents_of, user))  # looked at only where an answer needs them
    found = [_of_zones()]
    if policy.may(user, "finding.view"):
        found.append(_of_findings(user))
    found += [
        _of_register(register, user, extents)
        for register in visible_registers(user)
        if register.geometry != "none" and register.id not in NOT_THINGS
    ]
    return {one.id: one for one in found}


def shape_of(row: Any) -> Any:  # noqa: ANN401
    """Return the shape of a row; None where it has none."""
    if isinstance(row, Finding):
        if row.lon is None or row.lat is None:
            return None
        return shapely.Point(row.lon, row.lat)
    return row.geometry


def _of_register(
    register: Register, user: Any, extents: Callable[[], Mapping[str, Extent]]  # noqa: ANN401
) -> Collection:  # fmt: skip
    def extent() -> Extent | None:
        return extents().get(register.id)

    def rows(asked: QueryDict, box: Box | None) -> QuerySet[Thing]:
        mine = visible_things(user).filter(register=register.id).defer("sought")
        wanted = {key: str(value) for key, value in asked.items() if key != "order"}
        found = filtered(mine, register, wanted)
        return found if box is None else _in_box(found, box, extent())

    def one(ref: str) -> Thing | None:
        return visible_things(user).filter(register=register.id, ref=ref).first()

    return Collection(
        id=register.id, title=name_of(register), extent=extent,
        description=say("api.ogc.register"), filters=_filters(register), rows=rows, one=one,
        feature=_thing_feature, page=reverse("register", args=(register.id,)),
    )  # fmt: skip


def _filters(register: Register) -> tuple[str, ...]:
    """Return the parameters that `filtered` looks at."""
    names = ["county", "zone", "q"]
    for column in columns_of(register):
        if column.type in NUMBERS:
            names += [f"{column.name}.from", f"{column.name}.to"]
        names.append(column.name)
    return tuple(names)


def _in_box(rows: QuerySet[Thing], box: Box, extent: Extent | None) -> QuerySet[Thing]:
    """Return the things whose own box meets a box: from west to east, as the index has them."""
    west, south, east, north = box
    widest = extent.widest if extent else 0.0
    rows = rows.filter(south__lte=north, north__gte=south).order_by("west", "pk")
    if west > east:  # spans the antimeridian
        return rows.filter(Q(east__gte=west) | Q(west__lte=east))
    return rows.filter(west__gte=west - widest, west__lte=east, east__gte=west)


def _thing_feature(thing: Thing) -> dict[str, Any]:
    common = {"name": thing.name, "zone": thing.zone, "county": thing.county}
    return {
        "type": "Feature", "id": thing.ref, "geometry": geojson_of(thing.geometry),
        "properties": {"ref": thing.ref} | told_fields(thing) | common,
    }  # fmt: skip


def _of_zones() -> Collection:
    def rows(asked: QueryDict, box: Box | None) -> QuerySet[Zone]:
        given = {key: asked[key] for key in ZONE_FILTERS if asked.get(key)}
        found = Zone.objects.filter(**given).order_by("code")
        if box is None:
            return found
        west, south, east, north = box
        across = Q(west__lte=east, east__gte=west)
        across = across if west <= east else Q(east__gte=west) | Q(west__lte=east)
        return found.filter(across, south__lte=north, north__gte=south)

    return Collection(
        id=ZONES, title=say("api.ogc.zones"), description=say("api.ogc.zones_why"),
        filters=ZONE_FILTERS, rows=rows, one=lambda code: Zone.objects.filter(pk=code).first(),
        feature=zone_feature, extent=extent_of_zones,
    )  # fmt: skip


def _of_findings(user: Any) -> Collection:  # noqa: ANN401
    return Collection(
        id=FINDINGS, title=say("api.ogc.findings"), description=say("api.ogc.findings_why"),
        filters=FINDING_FILTERS, rows=partial(_findings, user), one=partial(_finding, user),
        feature=_finding_feature,
    )  # fmt: skip


def _findings(user: Any, asked: QueryDict, box: Box | None) -> QuerySet[Finding]:  # noqa: ANN401
    run = Run.objects.defer("assessed").filter(pk=asked["run"]).first() if asked.get("run") else (
        Run.newest()
    )  # fmt: skip
    if run is None:
        return Finding.objects.none().order_by("pk")
    found = findings_of(user, run, asked).order_by("pk")
    if box is None:
        return found
    west, south, east, north = box
    across = Q(lon__gte=west, lon__lte=east)
    across = across if west <= east else Q(lon__gte=west) | Q(lon__lte=east)
    return found.filter(across, lat__gte=south, lat__lte=north)


def _finding(user: Any, key: str) -> Finding | None:  # noqa: ANN401
    if not key.isdecimal():
        return None
    return policy.within(user, "finding.view", Finding.objects.filter(pk=int(key))).first()


def _finding_feature(finding: Finding) -> dict[str, Any]:
    names = ("run_id", "indicator", "variant", "feature", "zone", "zone_name", "county",
             "severity", "remedy", "why_zh", "why_en")  # fmt: skip
    return {
        "type": "Feature", "id": finding.pk, "geometry": geojson_of(shape_of(finding)),
        "properties": {name: getattr(finding, name) for name in names},
    }  # fmt: skip
