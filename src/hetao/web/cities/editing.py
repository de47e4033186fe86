"""Changing a thing: checked by its register, written down, taken up by the next snapshot."""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from typing import Any

import shapely
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from hetao.collection.cell_faults import CellFault
from hetao.collection.register_sheets import read_field
from hetao.errors import HetaoError
from hetao.registers.definition import Field, Register, registers
from hetao.web.accounts.models import User
from hetao.web.cities.models import Edit, Thing, Zone
from hetao.web.cities.placing import community_of, county_of
from hetao.web.cities.reaching import may_edit
from hetao.web.cities.take_up import ADDRESS, COMMON, next_version, sought
from hetao.web.site.words import words

REF_LETTERS = 120
LONGITUDES, LATITUDES = (73.0, 136.0), (3.0, 54.0)
"""Where China lies; a place outside was typed wrongly or in another system."""


@dataclass(eq=False)
class EditRefused(HetaoError):
    """
    A change that was not made, with all its faults: by field, in both languages.

    `overtaken` holds the changes that others made since the person looked, the last first; `beyond`
    says that the thing would lie beyond their reach.
    """

    faults: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    overtaken: Sequence[Edit] | None = None
    beyond: bool = False

    def text(self, language: str) -> str:
        """Return all faults."""
        return "；".join(fault[language] for fault in self.faults.values())

    def __str__(self) -> str:
        return self.text("en")


def fields_of(register: Register) -> list[Field]:
    """Return the fields that the form of a register shows."""
    own = [one for one in register.fields if one.name not in ("id", "source")]
    return [one for one in own if one.type != "integers"]  # lists of ids that programs keep


def is_editable(register: Register) -> bool:
    """Say whether a register is edited here: what is personal is not held here, so cannot be."""
    return not register.is_personal


def edit(
    thing: Thing,
    given: Mapping[str, str],
    *,
    by: User,
    reason: str,
    version: int | None = None,
    place: Mapping[str, Any] | None = None,
    at: datetime | None = None,
) -> Edit | None:
    """
    Change a thing's fields and place; all of it or nothing.

    Parameters
    ----------
    given : mapping
        What was typed, by field; fields that are absent stay.
    reason : str
        Why, which is kept with the change.
    version : int
        The version that the person saw.
    place : mapping
        GeoJSON in longitude and latitude (CGCS2000, which WGS 84 agrees with); None leaves it.
    at : datetime, optional
        When it was changed, where it is entered later; now unless told.

    Returns
    -------
    Edit or None
        None where nothing changed.

    Raises
    ------
    EditRefused
        With every fault.
    """
    register = thing.definition
    faults: dict[str, Mapping[str, str]] = {}
    told = _read(register, given, faults)
    if not reason.strip():
        faults["reason"] = words()["cities.edit.needs_reason"]
    shape = _shape(place, register, faults)
    if faults:
        raise EditRefused(faults)
    with transaction.atomic():
        now = _held(thing, version)
        before = snapshot_of(now)
        _change(now, told, shape)
        after = snapshot_of(now)
        if after == before:
            return None
        now.version += 1
        now.changed = True
        now.save()
        return Edit.objects.create(
            register=now.register, ref=now.ref, before=before, after=after,
            reason=reason.strip()[:300], by=by, at=at or timezone.now(),
        )  # fmt: skip


def add(
    register: Register,
    given: Mapping[str, str],
    *,
    by: User,
    reason: str,
    ref: str = "",
    place: Mapping[str, Any] | None = None,
) -> Thing:
    """
    Add a thing to a register; the next snapshot takes it up.

    Parameters
    ----------
    ref : str
        Its id; the next free number of the register where none is given.

    Raises
    ------
    EditRefused
        With every fault: also where the id is taken, a row with the same key is there, or the
        thing would lie outside the person's reach.
    """
    faults: dict[str, Mapping[str, str]] = {}
    wanted = {one.name: given.get(one.name, "") for one in fields_of(register)}
    told = _read(register, wanted, faults)
    if not reason.strip():
        faults["reason"] = words()["cities.edit.needs_reason"]
    shape = _shape(place, register, faults)
    if place is None and register.geometry not in ("none", "optional"):
        faults["place"] = words()["cities.edit.needs_place"]
    ref = ref.strip()
    if len(ref) > REF_LETTERS or "\n" in ref:
        faults["id"] = words()["cities.edit.long_id"]
    elif ref and Thing.objects.filter(register=register.id, ref=ref).exists():
        faults["id"] = words()["cities.edit.taken"]
    elif not faults and _repeats(register, told):
        faults[register.key[-1]] = words()["cities.edit.repeated"]
    if faults:
        raise EditRefused(faults)
    with transaction.atomic():
        thing = Thing(register=register.id, ref=ref or _next_ref(register), changed=True)
        before = {**snapshot_of(thing), "new": True}
        _change(thing, told, shape)
        thing.save()
        if not may_edit(by, thing):
            raise EditRefused({"": words()["cities.edit.elsewhere"]}, beyond=True)
        Edit.objects.create(
            register=thing.register, ref=thing.ref, before=before, after=snapshot_of(thing),
            reason=reason.strip()[:300], by=by,
        )  # fmt: skip
    return thing


def strike_off(thing: Thing, *, by: User, reason: str, version: int | None = None) -> Edit:
    """
    Take a thing that is no more out of its register; the next snapshot lacks it.

    Parameters
    ----------
    reason : str
        What became of it: torn down, scrapped, written down twice.
    version : int
        The version that the person saw.

    Raises
    ------
    EditRefused
        With every fault: also where rows of other registers refer to it.
    """
    faults: dict[str, Mapping[str, str]] = {}
    if not reason.strip():
        faults["reason"] = words()["cities.edit.needs_reason"]
    with transaction.atomic():
        now = _held(thing, version)
        if leading := _leading_to(now):
            faults["referred"] = {
                language: text.format(rows="、".join(leading))
                for language, text in words()["cities.edit.referred"].items()
            }
        if faults:
            raise EditRefused(faults)
        now.delete()
        return Edit.objects.create(
            register=now.register, ref=now.ref, before=snapshot_of(now), by=by,
            after={"name": now.name, "fields": {}, "place": None, "gone": True,
                   "county": now.county},
            reason=reason.strip()[:300],
        )  # fmt: skip


def take_back(end: Edit, *, by: User, reason: str) -> Thing:
    """
    Put a thing that was struck off back as it was.

    Raises
    ------
    EditRefused
        If no reason is given, or it is in the register again.
    """
    if not reason.strip():
        raise EditRefused({"reason": words()["cities.edit.needs_reason"]})
    with transaction.atomic():
        if Thing.objects.filter(register=end.register, ref=end.ref).exists():
            raise EditRefused({"": words()["cities.edit.taken"]})
        thing = Thing(
            register=end.register, ref=end.ref, version=next_version(), county=end.after["county"]
        )
        lay(end.before, thing)
        Edit.objects.create(
            register=thing.register, ref=thing.ref, before=end.after, after=snapshot_of(thing),
            reason=reason.strip()[:300], by=by,
        )  # fmt: skip
    return thing


def lay(told: Mapping[str, Any], thing: Thing) -> None:
    """Make a thing what an edit keeps of it, and keep it."""
    thing.name, thing.fields, thing.changed = told["name"], dict(told["fields"]), True
    place = told.get("place")
    _settle(thing, None if place is None else shapely.from_geojson(json.dumps(place)))
    thing.save()


def _held(thing: Thing, version: int | None) -> Thing:
    """
    Return a thing as it is now, held against others, if it is what the person saw.

    Raises
    ------
    EditRefused
        If somebody changed it since, or struck it off.
    """
    rows = Thing.objects.select_for_update().filter(register=thing.register, ref=thing.ref)
    now = rows.first() or rows.first()  # taken up anew while we waited, it is another row
    if now is None:
        raise EditRefused({"": words()["cities.edit.struck_off"]})
    if version is not None and version != now.version:
        others = Edit.objects.filter(register=now.register, ref=now.ref).select_related("by")
        told_of = list(others[: max(0, now.version - version)]) if now.changed else []
        raise EditRefused({"": words()["cities.edit.overtaken"]}, told_of)
    return now


def _leading_to(thing: Thing) -> list[str]:
    """Return what refers to a thing: how many rows of which registers."""
    found = []
    for register in registers().values():
        leading = [one.name for one in register.fields if one.refers_to == thing.register]
        rows = Thing.objects.filter(register=register.id)
        count = sum(rows.filter(**{f"fields__{name}": thing.ref}).count() for name in leading)
        if count:
            found.append(f"{register.name_zh} {count}")
    return found


def _repeats(register: Register, told: Mapping[str, Any]) -> bool:
    """Say whether a row with the same key is there."""
    if not register.key:
        return False
    rows = Thing.objects.filter(register=register.id)
    for name in register.key:
        rows = rows.filter(**{name if name == "name" else f"fields__{name}": told.get(name)})
    return rows.exists()


def _next_ref(register: Register) -> str:
    """Return the next number that no row of a register has, or had on this platform."""
    head = f"{register.id}-"
    used = [Thing.objects.filter(register=register.id), Edit.objects.filter(register=register.id)]
    taken = {ref for rows in used for ref in
             rows.filter(ref__startswith=head).values_list("ref", flat=True)}  # fmt: skip
    return next(ref for at in count(1) if (ref := f"{head}{at}") not in taken)


def snapshot_of(thing: Thing) -> dict[str, Any]:
    """Return what an edit keeps of a thing."""
    shape = thing.geometry
    place = None if shape is None else json.loads(shapely.to_geojson(shape))
    return {"name": thing.name, "fields": dict(thing.fields), "place": place}


def differences(one: Edit) -> list[tuple[str, Any, Any]]:
    """Return what an edit changed: field, from, to; nothing of what was struck off."""
    if one.is_end:
        return []
    before = {"name": one.before["name"], **one.before["fields"]}
    after = {"name": one.after["name"], **one.after["fields"]}
    changed = [
        (key, before.get(key), after.get(key))
        for key in sorted(before.keys() | after.keys())
        if before.get(key) != after.get(key)
    ]
    if one.before.get("place") != one.after.get("place"):
        changed.append(("place", None, None))
    return changed


def _read(
    register: Register, given: Mapping[str, str], faults: dict[str, Mapping[str, str]]
) -> dict[str, Any]:
    told: dict[str, Any] = {}
    for one in fields_of(register):
        if one.name not in given:
            continue
        value, key, needed = read_field(given[one.name], one)
        if key:
            fault = CellFault(one.title_zh, "", key, given[one.name], needed, one.unit)
            faults[one.name] = {"zh": fault.text("zh"), "en": fault.text("en")}
        elif value is None and one.required:
            faults[one.name] = words()["cities.edit.required"]
        elif value is not None and one.refers_to and not _leads(one.refers_to, str(value)):
            faults[one.name] = words()["cities.edit.nowhere"]
        else:
            told[one.name] = value
    return told


def _leads(register: str, value: str) -> bool:
    """Say whether a reference leads to something, where the register it leads to holds anything."""
    if register == "zones":
        rows = Zone.objects.all()
        return not rows.exists() or rows.filter(Q(pk=value) | Q(name=value)).exists()
    things = Thing.objects.filter(register=register)
    return not things.exists() or things.filter(Q(ref=value) | Q(name=value)).exists()


def _shape(
    place: Mapping[str, Any] | None, register: Register, faults: dict[str, Mapping[str, str]]
) -> Any:  # noqa: ANN401
    if place is None:
        return None
    try:
        shape = shapely.force_2d(shapely.from_geojson(json.dumps(place)))
    except shapely.errors.ShapelyError:
        faults["place"] = words()["cities.edit.no_shape"]
        return None
    kinds = {"point": "Point", "line": "LineString", "polygon": "Polygon"}
    wanted = kinds.get(register.geometry)
    west, south, east, north = shape.bounds if not shape.is_empty else (math.nan,) * 4
    inside = LONGITUDES[0] <= west and east <= LONGITUDES[1]
    inside = inside and LATITUDES[0] <= south and north <= LATITUDES[1]
    if not inside:
        faults["place"] = words()["cities.edit.far"]
    elif not shape.is_valid:
        faults["place"] = words()["cities.edit.invalid"]
    elif register.geometry == "none" or (wanted and not shape.geom_type.endswith(wanted)):
        faults["place"] = words()["cities.edit.kind"]
    return shape


def _change(thing: Thing, told: Mapping[str, Any], shape: Any) -> None:  # noqa: ANN401
    if "name" in told:
        thing.name = (told["name"] or "")[:200]
    for key, value in told.items():
        if key in COMMON:
            continue
        if value is None:
            thing.fields.pop(key, None)
        else:
            thing.fields[key] = value
    _settle(thing, shape)


def _settle(thing: Thing, shape: Any) -> None:  # noqa: ANN401
    """Let what follows from a thing's name, fields and new place follow."""
    thing.sought = sought(
        thing.name, thing.ref, *(str(thing.fields.get(name) or "") for name in ADDRESS)
    )
    if shape is not None:
        thing.west, thing.south, thing.east, thing.north = map(float, shape.bounds)
        thing.shape = shapely.to_wkb(shape)
    thing.zone = str(thing.fields.get("zone") or "")[:40]
    thing.county = county_of(thing.geometry, thing.zone) or thing.county
    if shape is not None:
        thing.community = community_of(shape)
