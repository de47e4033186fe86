"""Rows of registers from OpenStreetMap tags: the fields that no rule of the mapping sets."""

from collections.abc import Callable, Mapping
from typing import Any

from hetao.registers.sources import osm_values as read

Tags = Mapping[str, str]
Row = dict[str, Any]


def fields_of(register: str, tags: Tags, values: Mapping[str, Any], *, is_line: bool) -> Row:
    """
    Return the fields of one row, geometry, id and source left out.

    Parameters
    ----------
    values : mapping
        What the rule of the mapping sets; it goes before what the tags say.
    is_line : bool
        True for ways taken as lines.
    """
    reader = _READERS.get(register)
    row: Row = {"name": read.title(tags)}
    if reader is not None:
        row |= reader(tags)
    elif register == "barriers":
        row |= {"kind": tags["barrier"], "passable": read.passable(tags, is_line=is_line)}
    said = {"public"} & set(row)  # access on the object itself says more than its kind
    return row | {field: value for field, value in values.items() if field not in said}


def _road(tags: Tags) -> Row:
    return {
        "ramp": tags["highway"].endswith("_link"),
        "oneway": read.oneway(tags),
        "dual_carriageway": read.flag(tags.get("dual_carriageway")),
        "roundabout": True if tags.get("junction") in {"roundabout", "circular"} else None,
        "cul_de_sac": True if tags.get("noexit") == "yes" else None,
        "walkable": read.walkable(tags),
        "drivable": read.drivable(tags),
        "speed_kmh": read.speed_kmh(tags.get("maxspeed")),
        "lanes": read.whole(tags.get("lanes"), 1, 16),
        "width_m": read.within(read.number(tags.get("width")), 1, 150),
        **_level(tags),
    }


def _footway(tags: Tags) -> Row:
    return {
        "walkable": read.walkable(tags),
        "width_m": read.within(read.number(tags.get("width")), 0.3, 100),
        **_level(tags),
    }


def _level(tags: Tags) -> Row:
    return {
        "bridge": read.flag(tags.get("bridge")),
        "tunnel": read.flag(tags.get("tunnel")),
        "layer": read.layer(tags.get("layer")),
    }


def _building(tags: Tags) -> Row:
    levels = read.storeys(tags.get("building:levels"))
    return {
        "storeys": levels if levels is not None and levels <= 200 else None,  # noqa: PLR2004
        "height_m": read.within(
            read.number(tags.get("height") or tags.get("building:height")), 1, 900
        ),
        "year": read.year(tags.get("start_date")),
        "dwellings": read.whole(tags.get("building:flats"), 0, 20_000),
    }


def _park(tags: Tags) -> Row:
    said = read.open_to_public(tags)
    return {} if said is None else {"public": said}


def _facility(tags: Tags) -> Row:
    capacity = tags.get("capacity") or tags.get("beds")
    return {"capacity": read.within(read.number(capacity), 0, 1_000_000)}


def _greenway(tags: Tags) -> Row:
    return {"path_width_m": read.within(read.number(tags.get("width")), 0.5, 100)}


_READERS: Mapping[str, Callable[[Tags], Row]] = {
    "roads": _road,
    "footways": _footway,
    "buildings": _building,
    "parks": _park,
    "football_pitches": _park,
    "facilities": _facility,
    "greenways": _greenway,
    "railways": lambda tags: {"kind": tags["railway"]},
    "water": lambda tags: {"kind": tags.get("waterway")},
    "entrances": lambda tags: {"open": read.passable(tags, is_line=False)},
    "charging_stations": lambda tags: {"points": read.whole(tags.get("capacity"), 1, 5_000)},
    "car_parks": lambda tags: {"spaces": read.whole(tags.get("capacity"), 1, 50_000)},
}
