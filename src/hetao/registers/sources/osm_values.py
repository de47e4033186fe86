"""Values of OpenStreetMap tags as a register holds them; None where they say nothing."""

import re
from collections.abc import Mapping

Tags = Mapping[str, str]

YES = frozenset({"yes", "designated", "permissive", "public", "official", "true", "1"})
NO = frozenset({"no", "private", "military", "false", "0"})
MPH_KMH = 1.609344
WALKABLE_SIDEWALKS = frozenset({"both", "left", "right", "yes", "separate"})


def number(text: str | None) -> float | None:
    """
    Return the number that a tag begins with, in metres where feet are written.

    Examples
    --------
    >>> number("12.5 m"), number("6层"), number("30 ft"), number("high")
    (12.5, 6.0, 9.144, None)
    """
    found = re.match(r"\s*(\d+(?:[.,]\d+)?)\s*(ft|')?", text or "")
    if not found:
        return None
    value = float(found[1].replace(",", "."))
    return round(value * 0.3048, 3) if found[2] else value


def storeys(text: str | None) -> int | None:
    """
    Return the storeys above ground: the highest of several parts, half storeys rounded down.

    Examples
    --------
    >>> storeys("6"), storeys("6;11"), storeys("5.5"), storeys("6层"), storeys("-1")
    (6, 11, 5, 6, None)
    """
    values = [number(part) for part in re.split("[;,/]", text or "")]
    known = [int(value) for value in values if value is not None and value >= 1]
    return max(known, default=None)


def year(text: str | None) -> int | None:
    """
    Return the year of a date that names one.

    Examples
    --------
    >>> year("1998"), year("1998-05"), year("~1950"), year("C19"), year("1990s")
    (1998, 1998, 1950, None, None)
    """
    found = re.fullmatch(r"\s*~?\s*(\d{4})(?:-\d{2}){0,2}\s*", text or "")
    return int(found[1]) if found else None


def speed_kmh(text: str | None) -> float | None:
    """
    Return a speed limit.

    Examples
    --------
    >>> speed_kmh("60"), speed_kmh("30 mph"), speed_kmh("CN:urban"), speed_kmh("none")
    (60.0, 48.3, None, None)
    """
    found = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*(mph|km/h|kmh)?\s*", text or "")
    if not found:
        return None
    value = float(found[1])
    value = round(value * MPH_KMH, 1) if found[2] == "mph" else value
    return value if 3 <= value <= 140 else None  # noqa: PLR2004  (the register's bounds)


def whole(text: str | None, low: int, high: int) -> int | None:
    """Return a whole number within bounds."""
    value = number(text)
    return int(value) if value is not None and low <= value <= high else None


def within(value: float | None, low: float, high: float) -> float | None:
    """Return a number within bounds."""
    return value if value is not None and low <= value <= high else None


def flag(text: str | None) -> bool | None:
    """Return what a yes-or-no tag says."""
    return None if text is None else text != "no"


def layer(text: str | None) -> int | None:
    """Return the layer of a bridge or tunnel."""
    found = re.fullmatch(r"\s*([+-]?\d{1,2})\s*", text or "")
    return int(found[1]) if found and abs(int(found[1])) <= 10 else None  # noqa: PLR2004


def oneway(tags: Tags) -> str:
    """Return in which direction traffic runs: "no", "forward" or "backward"."""
    said = tags.get("oneway")
    if said in {"-1", "reverse"}:
        return "backward"
    if said in {"yes", "true", "1"}:
        return "forward"
    implied = tags.get("junction") in {"roundabout", "circular"} or tags.get("highway") in {
        "motorway",
        "motorway_link",
    }
    return "forward" if implied and said is None else "no"


def walkable(tags: Tags) -> bool | None:
    """Return whether people may walk here, None where the tags do not say."""
    if tags.get("foot") in YES:
        return True
    if tags.get("foot") in NO or tags.get("access") in {"no", "military"}:
        return False
    if tags.get("sidewalk") in WALKABLE_SIDEWALKS:
        return True
    return False if tags.get("highway") in {"motorway", "motorway_link"} else None


def drivable(tags: Tags) -> bool | None:
    """Return whether motor vehicles may pass, None where the tags do not say."""
    for key in ("motorcar", "motor_vehicle", "vehicle"):
        if tags.get(key) in YES:
            return True
        if tags.get(key) == "no":
            return False
    return False if tags.get("access") == "no" else None


def passable(tags: Tags, *, is_line: bool) -> bool | None:
    """Return whether walkers get past a barrier, None where the tags do not say."""
    if tags.get("foot") in YES:
        return True
    if tags.get("foot") == "no" or tags.get("locked") == "yes":
        return False
    if is_line:
        return False
    if tags.get("access") in {"no"}:
        return False
    return None if tags.get("access") in {"private", "permit"} else True


def open_to_public(tags: Tags) -> bool | None:
    """Return whether anybody may enter, None where the tags do not say."""
    access = tags.get("access")
    if access in YES:
        return True
    return False if access in {"private", "no", "customers", "members", "residents"} else None


def title(tags: Tags) -> str | None:
    """Return the name, in Chinese where there is one."""
    return tags.get("name:zh") or tags.get("name:zh-Hans") or tags.get("name")
