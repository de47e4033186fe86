"""Registers and their things: reading them, and changing one."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from ninja import Query, Router, Schema

from hetao.registers.definition import Field, Register, registers
from hetao.web.accounts.people import person
from hetao.web.api.checkups import FindingRow
from hetao.web.api.paging import Page, Paging, page_of
from hetao.web.api.problems import Problem
from hetao.web.api.routes import CREATED, OK, route
from hetao.web.api.tasks import TaskRow, task_row
from hetao.web.api.versions import require_version, single, version_of
from hetao.web.api.zones import geojson_of
from hetao.web.cities.editing import EditRefused, add, edit, fields_of, strike_off
from hetao.web.cities.keeping import keepers
from hetao.web.cities.models import Thing
from hetao.web.cities.reaching import may_edit, visible_registers, visible_things
from hetao.web.cities.registering import may_add
from hetao.web.cities.tables import columns_of, filtered
from hetao.web.cities.views import thing_context
from hetao.web.site.words import language, say

router = Router(tags=["registers"])
ACTION = "register.view"
UNORDERED = ("integers",)


class FieldTold(Schema):
    """A field of a register."""

    name: str
    type: str
    title_zh: str
    title_en: str
    required: bool
    unit: str
    values: dict[str, str]
    low: float | None
    high: float | None
    refers_to: str


class RegisterTold(Schema):
    """A register and what is written down of each of its things."""

    id: str
    name_zh: str
    name_en: str
    geometry: str
    restricted: bool
    rhythm: str
    keeper: str
    fields: list[FieldTold]


class ThingFilter(Schema):
    """Which things are asked for, in which order."""

    county: str = ""
    zone: str = ""
    q: str = ""
    order: str = ""


class ThingRow(Schema):
    """A thing in a list."""

    register_id: str
    ref: str
    name: str
    zone: str
    county: str
    fields: dict[str, Any]
    bbox: list[float] | None
    version: int


class ThingWhole(ThingRow):
    """A thing with its place."""

    place: dict[str, Any] | None


class ThingChange(Schema):
    """What is to be changed of a thing; what is absent stays."""

    model_config = {"extra": "forbid"}

    reason: str
    name: str | None = None
    fields: dict[str, str | float | bool | None] = {}
    place: dict[str, Any] | None = None


class ThingGiven(ThingChange):
    """A thing that is new; what is absent is unknown."""

    ref: str = ""


class Reason(Schema):
    """Why something is done."""

    model_config = {"extra": "forbid"}

    reason: str


class ChangeTold(Schema):
    """A change that was made to a thing."""

    at: datetime
    by: str
    reason: str
    is_end: bool
    before: dict[str, Any]
    after: dict[str, Any]


class StruckOff(Schema):
    """What was struck off."""

    register_id: str
    ref: str
    at: datetime
    reason: str


class ThingAbout(Schema):
    """What is known of a thing beside its fields."""

    editable: bool
    findings: list[FindingRow]
    tasks: list[TaskRow]
    changes: list[ChangeTold]


@route(router, "GET /registers", name="listRegisters", action=ACTION, answer=list[RegisterTold])
def list_registers(request: HttpRequest) -> Any:  # noqa: ANN401
    """List the registers of which the caller may see anything."""
    return [_register(one) for one in visible_registers(request.user)]


@route(
    router, "GET /registers/{register_id}", name="getRegister", action=ACTION, answer=RegisterTold
)
def get_register(request: HttpRequest, register_id: str) -> HttpResponse:
    """Return a register with its fields."""
    return single(request, RegisterTold(**_register(visible_register(request, register_id))))


@route(
    router, "GET /registers/{register_id}/things", name="listThings", action=ACTION,
    answer=Page[ThingRow],
)  # fmt: skip
def list_things(
    request: HttpRequest, register_id: str, wanted: Query[ThingFilter], paging: Query[Paging]
) -> Any:  # noqa: ANN401
    """List the things of a register: filtered by its fields too, by their names."""
    definition = visible_register(request, register_id)
    _check_order(wanted.order, definition)
    mine = visible_things(request.user).filter(register=register_id).defer("shape", "sought")
    return page_of(request, filtered(mine, definition, request.GET), paging, thing_row)


@route(
    router, "GET /registers/{register_id}/things/{path:ref}/about", name="getThingAbout",
    action=ACTION, answer=ThingAbout,
)  # fmt: skip
def get_thing_about(request: HttpRequest, register_id: str, ref: str) -> Any:  # noqa: ANN401
    """Return a thing's findings, tasks and changes."""
    context = thing_context(request, _thing(request, register_id, ref))
    return {
        "editable": context["may_edit"],
        "findings": list(context["findings"]),
        "tasks": [task_row(task) for task in context["tasks"]],
        "changes": [
            {"at": one.at, "by": one.by.shown_name, "reason": one.reason, "is_end": one.is_end,
             "before": {key: old for key, old, _ in changed},
             "after": {key: new for key, _, new in changed}}
            for one, changed in context["edits"]
        ],
    }  # fmt: skip


@route(
    router, "GET /registers/{register_id}/things/{path:ref}", name="getThing", action=ACTION,
    answer=ThingWhole,
)  # fmt: skip
def get_thing(request: HttpRequest, register_id: str, ref: str) -> HttpResponse:
    """Return a thing with its fields and place."""
    return _single(request, _thing(request, register_id, ref))


@route(
    router, "PATCH /registers/{register_id}/things/{path:ref}", name="changeThing", action=ACTION,
    answer=ThingWhole,
)  # fmt: skip
def change_thing(
    request: HttpRequest, register_id: str, ref: str, given: ThingChange
) -> HttpResponse:
    """Change fields and place of a thing; the change is kept with its reason."""
    thing = _thing(request, register_id, ref)
    if not may_edit(request.user, thing):
        raise PermissionDenied
    require_version(request, version_of(thing))
    with _checked(given, thing.definition) as (typed, reason):
        edit(
            thing, typed, by=person(request), version=thing.version, place=given.place,
            reason=reason,
        )  # fmt: skip
    thing.refresh_from_db()
    return _single(request, thing)


@route(
    router, "POST /registers/{register_id}/things", name="addThing", action="register.edit",
    answer=ThingWhole, status=CREATED,
)  # fmt: skip
def add_thing(request: HttpRequest, register_id: str, given: ThingGiven) -> HttpResponse:
    """Add a thing to a register; without an id it gets the next number."""
    register = visible_register(request, register_id)
    if not may_add(request.user, register):
        raise PermissionDenied
    with _checked(given, register) as (typed, reason):
        thing = add(
            register, typed, by=person(request), reason=reason, ref=given.ref, place=given.place
        )
    response = _single(request, thing, status=CREATED)
    response["Location"] = request.build_absolute_uri(
        reverse("api_v1:getThing", kwargs={"register_id": register_id, "ref": thing.ref})
    )
    return response


@route(
    router, "POST /registers/{register_id}/strike-off/{path:ref}", name="strikeOffThing",
    action="register.edit", answer=StruckOff,
)  # fmt: skip
def strike_off_thing(request: HttpRequest, register_id: str, ref: str, given: Reason) -> Any:  # noqa: ANN401
    """Take a thing that is no more out of its register."""
    thing = _thing(request, register_id, ref)
    if not may_edit(request.user, thing):
        raise PermissionDenied
    require_version(request, version_of(thing))
    try:
        end = strike_off(thing, by=person(request), reason=given.reason, version=thing.version)
    except EditRefused as refused:
        if "" in refused.faults:
            raise
        faults = {name: fault[language()] for name, fault in refused.faults.items()}
        raise Problem(422, "faults", faults) from None
    return {"register_id": register_id, "ref": ref, "at": end.at, "reason": end.reason}


@contextmanager
def _checked(given: ThingChange, register: Register) -> Iterator[tuple[dict[str, str], str]]:
    """Give what is typed, and the reason; a refusal tells every fault under the caller's names."""
    typed = {name: _typed(value) for name, value in given.fields.items()}
    if given.name is not None:
        typed["name"] = given.name
    foreign = typed.keys() - {one.name for one in fields_of(register)}
    faults = {f"fields.{name}": say("api.fault.no_field") for name in sorted(foreign)}
    try:
        # without a reason nothing is changed: not while anything is wrong
        yield typed, "" if faults else given.reason
    except EditRefused as refused:
        if "" in refused.faults:
            raise
        faults |= _placed(refused, given)
        raise Problem(422, "faults", faults) from None


def visible_register(request: HttpRequest, register_id: str) -> Register:
    """
    Return a register of which the caller may see anything.

    Raises
    ------
    Http404
        If there is none, or none for them.
    """
    found = registers().get(register_id)
    if found is None or found not in visible_registers(request.user):
        raise Http404
    return found


def told_fields(thing: Thing) -> dict[str, Any]:
    """Return a thing's fields that are known, without what is personal."""
    names = [one.name for one in columns_of(thing.definition)]
    return {name: thing.fields[name] for name in names if name in thing.fields}


def thing_row(thing: Thing) -> dict[str, Any]:
    """Return a thing as lists tell it."""
    box = [thing.west, thing.south, thing.east, thing.north]
    return {
        "register_id": thing.register, "ref": thing.ref, "name": thing.name, "zone": thing.zone,
        "county": thing.county, "fields": told_fields(thing), "version": thing.version,
        "bbox": None if thing.west is None else box,
    }  # fmt: skip


def _single(request: HttpRequest, thing: Thing, status: int = OK) -> HttpResponse:
    told = ThingWhole(**thing_row(thing), place=geojson_of(thing.geometry))
    return single(request, told, version=version_of(thing), status=status)


def _thing(request: HttpRequest, register_id: str, ref: str) -> Thing:
    thing = visible_things(request.user).filter(register=register_id, ref=ref).first()
    if thing is None:
        raise Http404
    return thing


def _register(register: Register) -> dict[str, Any]:
    names = ("id", "name_zh", "name_en", "geometry", "restricted", "rhythm")
    return {
        **{name: getattr(register, name) for name in names},
        "keeper": keepers().get(register.id, ""),
        "fields": [_field(one) for one in columns_of(register)],
    }


def _field(one: Field) -> dict[str, Any]:
    return {name: getattr(one, name) for name in FieldTold.model_fields}


def _check_order(order: str, register: Register) -> None:
    known = [one.name for one in columns_of(register) if one.type not in UNORDERED]
    if order and order.removeprefix("-") not in ("ref", "name", *known):
        raise Problem(422, "faults", {"order": say("api.fault.order")})


def _typed(value: Any) -> str:  # noqa: ANN401
    """Return a value of JSON as the form of the register would have it typed."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value)
    return f"{value:.15g}" if isinstance(value, float) else str(value)


def _placed(refused: EditRefused, given: ThingChange) -> dict[str, str]:
    told = {name: fault[language()] for name, fault in refused.faults.items()}
    if given.reason.strip():
        told.pop("reason", None)
    own = {"reason": "reason", "place": "place", "name": "name", "id": "ref"}
    return {own.get(name, f"fields.{name}"): text for name, text in told.items()}
