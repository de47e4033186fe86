"""What a request to the OGC API asks for: read strictly, as the standard wants."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import NoReturn

import shapely
from django.http import HttpRequest

from hetao.web.api.paging import AT_MOST, USUAL
from hetao.web.api.problems import Problem
from hetao.web.site.words import say

FLAT, SOLID = 4, 6
PARAMETERS = ("bbox", "limit", "datetime", "cursor")
INSTANT = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)"
OPEN = ("", "..")
WORLD = (-180.0, -90.0, 180.0, 90.0)


@dataclass(frozen=True)
class Asked:
    """
    What items are asked for.

    Attributes
    ----------
    box : tuple of float or None
        West, south, east, north; west is greater than east where it spans the antimeridian.
    """

    limit: int
    cursor: str
    box: tuple[float, float, float, float] | None

    @property
    def area(self) -> shapely.Geometry | None:
        """Return the box as a shape; two of them where it spans the antimeridian."""
        if self.box is None:
            return None
        west, south, east, north = self.box
        if west <= east:
            return shapely.box(west, south, east, north)
        return shapely.union(
            shapely.box(west, south, WORLD[2], north), shapely.box(WORLD[0], south, east, north)
        )


def asked_of(request: HttpRequest, filters: Sequence[str]) -> Asked:
    """
    Return what a request for items asks for.

    Raises
    ------
    Problem
        If a parameter is unknown or wrong.
    """
    check_names(request, (*PARAMETERS, *filters))
    given = request.GET
    if "datetime" in given and not _is_time(given["datetime"]):
        _refuse("datetime")
    return Asked(
        limit=_limit(given["limit"]) if "limit" in given else USUAL,
        cursor=given.get("cursor", ""), box=_box(given["bbox"]) if "bbox" in given else None,
    )  # fmt: skip


def check_names(request: HttpRequest, known: Sequence[str]) -> None:
    """
    Refuse parameters that are not known: a mistyped one must not look like an answer.

    Raises
    ------
    Problem
        If there is any.
    """
    foreign = sorted(set(request.GET) - set(known))
    if foreign:
        raise Problem(400, "parameters", {name: say("api.fault.unknown") for name in foreign})


def _refuse(name: str) -> NoReturn:
    raise Problem(400, "parameters", {name: say(f"api.fault.{name}")})


def _limit(text: str) -> int:
    if not re.fullmatch(r"0*[1-9]\d{0,17}", text):
        _refuse("limit")
    return min(int(text), AT_MOST)


def _box(text: str) -> tuple[float, float, float, float]:
    try:
        numbers = [float(part) for part in text.split(",")]
    except ValueError:
        numbers = []
    if len(numbers) == SOLID:  # heights are not held
        numbers = [*numbers[:2], *numbers[3:5]]
    if len(numbers) != FLAT:
        _refuse("bbox")
    west, south, east, north = numbers
    inside = all(WORLD[0] <= lon <= WORLD[2] for lon in (west, east))
    if not inside or not WORLD[1] <= south <= north <= WORLD[3]:  # NaN fails here too
        _refuse("bbox")
    return west, south, east, north


def _is_time(text: str) -> bool:
    """Say whether a text is an instant or an interval; nothing here has one, so all match."""
    parts = text.split("/")
    if len(parts) == 1:
        return _instant(text) is not None
    read = [None if part in OPEN else _instant(part) for part in parts]
    known = [time for time in read if time is not None]
    whole = len(parts) == len(("start", "end")) and known != []
    whole = whole and all(part in OPEN or time for part, time in zip(parts, read, strict=True))
    return whole and all(first <= last for first, last in pairwise(known))


def _instant(text: str) -> datetime | None:
    if not re.fullmatch(INSTANT, text):
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None
