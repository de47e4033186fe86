"""How far the things of each register reach: counted once for each state of the registers."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.core.cache import cache
from django.db.models import F, Max, Min, QuerySet

from hetao.web.cities.models import Thing, Zone
from hetao.web.cities.reaching import sight_of


@dataclass(frozen=True)
class Extent:
    """
    Where things lie, in longitude and latitude.

    Attributes
    ----------
    widest : float
        How wide the widest of them is: none that reaches a place begins farther west of it.
    """

    west: float
    south: float
    east: float
    north: float
    widest: float

    @property
    def box(self) -> list[float]:
        """Return the corners as GeoJSON writes them."""
        return [self.west, self.south, self.east, self.north]

    def joined(self, other: "Extent") -> "Extent":
        """Return the extent of both."""
        return Extent(
            min(self.west, other.west), min(self.south, other.south), max(self.east, other.east),
            max(self.north, other.north), max(self.widest, other.widest),
        )  # fmt: skip


Parts = Mapping[tuple[str, str], Extent]
"""Extents by register and county."""

ENDS = {
    "west": Min("west"), "south": Min("south"), "east": Max("east"), "north": Max("north"),
    "widest": Max(F("east") - F("west")),
}  # fmt: skip


def extents_of(user: Any) -> Mapping[str, Extent]:  # noqa: ANN401
    """Return the extent of each register's things that a person may see; never too small."""
    sees = sight_of(user)
    found: dict[str, Extent] = {}
    for parts in (_as_taken_up(), _extents(Thing.objects.filter(changed=True))):
        for (register, county), extent in parts.items():
            if sees(register, county):
                found[register] = extent.joined(found.get(register, extent))
    return found


def _as_taken_up() -> Parts:
    """Return extents of what was taken up with the snapshot; looked for once, it is all rows."""
    taken_up = Thing.objects.filter(changed=False)
    key = f"extents-{taken_up.aggregate(last=Max('pk'))['last']}"
    found: Parts | None = cache.get(key)
    if found is None:
        found = _extents(taken_up)
        cache.set(key, found, None)
    return found


def _extents(things: QuerySet[Thing]) -> Parts:
    rows = things.filter(west__isnull=False).order_by().values("register", "county")
    counted: Any = rows.annotate(**{f"{key}_": end for key, end in ENDS.items()})
    return {
        (row["register"], row["county"]): Extent(**{key: row[f"{key}_"] for key in ENDS})
        for row in counted
    }


def extent_of_zones() -> Extent | None:
    """Return the extent of all zones; None where there are none."""
    told = Zone.objects.aggregate(**{f"{key}_": end for key, end in ENDS.items()})
    return None if told["west_"] is None else Extent(**{key: told[f"{key}_"] for key in ENDS})
