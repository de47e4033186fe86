"""Changing a thing: checked by its register, written down, taken up by the next snapshot."""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import shapely
from django.db import transaction

from hetao.collection.cell_faults import CellFault
from hetao.collection.register_sheets import read_field
from hetao.errors import HetaoError
from hetao.registers.definition import Field, Register
from hetao.web.accounts.models import User
from hetao.web.cities.models import Edit, Thing
from hetao.web.cities.take_up import ADDRESS, COMMON, sought
from hetao.web.site.words import words

LONGITUDES, LATITUDES = (73.0, 136.0), (3.0, 54.0)
"""Where China lies; a place outside was typed wrongly or in another system."""


@dataclass(eq=False)
class EditRefused(HetaoError):
    """A change that was not made, with all its faults: by field, in both languages."""

    faults: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def text(self, language: str) -> str:
        """Return all faults."""
        return "；".join(fault[language] for fault in self.faults.values())

    def __str__(self) -> str:
        return self.text("en")


def fields_of(register: Register) -> list[Field]:
    """Return the fields that the form of a register shows."""
    return [one for one in register.fields if one.name not in ("id", "source")]


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
        now = Thing.objects.select_for_update().get(pk=thing.pk)
        if version is not None and version != now.version:
            raise EditRefused({"": words()["cities.edit.overtaken"]})
        before = snapshot_of(now)
        _change(now, told, shape)
        after = snapshot_of(now)
        if after == before:
            return None
        now.version += 1
        now.save()
        return Edit.objects.create(
            register=now.register, ref=now.ref, before=before, after=after,
            reason=reason.strip()[:300], by=by,
        )  # fmt: skip


def snapshot_of(thing: Thing) -> dict[str, Any]:
    """Return what an edit keeps of a thing."""
    shape = thing.geometry
    place = None if shape is None else json.loads(shapely.to_geojson(shape))
    return {"name": thing.name, "fields": dict(thing.fields), "place": place}


def differences(one: Edit) -> list[tuple[str, Any, Any]]:
    """Return what an edit changed: field, from, to."""
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
        else:
            told[one.name] = value
    return told


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
    thing.sought = sought(
        thing.name, thing.ref, *(str(thing.fields.get(name) or "") for name in ADDRESS)
    )
    if shape is not None:
        thing.west, thing.south, thing.east, thing.north = map(float, shape.bounds)
        thing.shape = shapely.to_wkb(shape)
