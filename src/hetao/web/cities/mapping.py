"""What of the one map a person may see: layers, archives, bounds, zones to choose from."""

from collections.abc import Mapping
from typing import Any

from django.urls import reverse

from hetao.registers.definition import Register, registers
from hetao.web.accounts import policy
from hetao.web.cities.keeping import kept_by
from hetao.web.cities.layers import drawing_of, themes
from hetao.web.cities.models import Zone
from hetao.web.cities.tiles import BASE, FINDINGS, manifest_of, tiles_root
from hetao.web.site.words import language, name_of, say

WHOLE = "all"
CHOSEN_LEVELS = ("county", "subdistrict", "community")


def base_map() -> dict[str, Any]:
    """Return the address of the newest base map's archive, and what to show first."""
    from hetao.web.checkups.models import Run

    run = Run.newest()
    told = manifest_of(run.snapshot) if run else None
    if run is None or told is None:
        return {"url": "", "bounds": None}
    url = reverse("map_tiles", args=(run.snapshot, BASE))
    return {"url": url, "bounds": told["home"]}


def archive_of(user: Any, name: str) -> str:  # noqa: ANN401
    """Return the archive of a layer that a person may read: whole, their county's, "" for none."""
    if name == BASE:
        return BASE if policy.may(user, "map.view") else ""
    granted = policy.scopes(user, _action(name))
    if WHOLE in granted or ("own" in granted and name in kept_by(user.body_id)):
        return name
    return f"{name}@{user.county}" if "county" in granted and user.county else ""


def _action(name: str) -> str:
    if name == FINDINGS:
        return "finding.view"
    restricted = name in registers() and registers()[name].restricted
    return "register.view_restricted" if restricted else "register.view"


def layers_of(user: Any, snapshot: str) -> list[dict[str, Any]]:  # noqa: ANN401
    """Return the layers that were cut of a snapshot, theme by theme, those locked without tiles."""
    manifest = manifest_of(snapshot)
    found = []
    for id_, told in (manifest or {}).get("layers", {}).items():
        name = archive_of(user, id_)
        county = name.partition("@")[2]
        count = told["counties"].get(county, 0) if county else told["count"]
        found.append({
            "id": id_, "title": name_of(registers()[id_]), "theme": drawing_of(id_).theme,
            "by": drawing_of(id_).by, "locked": not name,
            "archive": f"{snapshot}/{name}" if name and count else "",
            "count": count if name else None, "dimension": told["dimension"],
            "from_zoom": told["from_zoom"],
            "fields": _fields(registers()[id_], told) if name else [],
        })  # fmt: skip
    order = list(themes())
    return sorted(found, key=lambda one: (order.index(one["theme"]), one["title"]))


def _fields(register: Register, told: Mapping[str, Any]) -> list[dict[str, Any]]:
    found = []
    drawing = drawing_of(register.id)
    for name, one in told["fields"].items():
        colours = drawing.colours if name == drawing.by else {}
        column = register.field(name)
        entry = {"name": name, "title": name_of(column, "title"), "unit": column.unit,
                 "kind": one["kind"], "known": one["known"]}  # fmt: skip
        if one["kind"] == "listed":
            entry["values"] = [
                {
                    "id": value,
                    "title": _value(column, value),
                    "count": count,
                    "colour": colours.get(value, ""),
                }
                for value, count in one["values"].items()
            ]
        else:
            entry["breaks"] = one["breaks"]
        found.append(entry)
    return found


def _value(column: Any, value: str) -> str:  # noqa: ANN401
    if column.type == "boolean":
        return say("site.yes" if value == "True" else "site.no")
    return str(column.values.get(value, value))


def theme_names() -> list[dict[str, str]]:
    """Return the themes with their names in the reader's language."""
    return [{"id": id_, "title": names[language()]} for id_, names in themes().items()]


def zones_to_choose() -> list[dict[str, Any]]:
    """Return counties, sub-districts and communities with their bounds, the larger first."""
    rows = Zone.objects.filter(level__in=CHOSEN_LEVELS).defer("shape", "outline")
    order = {level: place for place, level in enumerate(CHOSEN_LEVELS)}
    return [
        {"code": zone.code, "name": zone.name, "level": zone.level, "parent": zone.parent,
         "bounds": [zone.west, zone.south, zone.east, zone.north]}
        for zone in sorted(rows, key=lambda one: (order[one.level], one.code))
    ]  # fmt: skip


def has_tiles(folder: str, name: str) -> bool:
    """Say whether an archive was cut."""
    return (tiles_root() / folder / f"{name}.pmtiles").is_file()
