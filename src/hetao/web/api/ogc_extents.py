"""How far the things of each register reach: counted once for each state of the registers."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.core.cache import cache
from django.db.models import F, Max, Min

from hetao.web.cities.models import Edit, Thing, Zone
from hetao.web.cities.reaching import visible_things


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


ENDS = {
    "west": Min("west"), "south": Min("south"), "east": Max("east"), "north": Max("north"),
    "widest": Max(F("east") - F("west")),
}  # fmt: skip


def extents_of(user: Any) -> Mapping[str, Extent]:  # noqa: ANN401
    """Return the extent of each register's things that a person may see."""
    last = Thing.objects.aggregate(last=Max("pk"))["last"]
    edit = Edit.objects.aggregate(last=Max("pk"))["last"]
    key = f"extents-{user.role}-{user.body_id}-{last}-{edit}"
    found: dict[str, Extent] | None = cache.get(key)
    if found is None:
        rows = visible_things(user).filter(west__isnull=False).order_by()
        counted: Any = rows.values("register").annotate(**{f"{k}_": end for k, end in ENDS.items()})
        found = {row["register"]: Extent(**{k: row[f"{k}_"] for k in ENDS}) for row in counted}
        cache.set(key, found, None)
    return found


def extent_of_zones() -> Extent | None:
    """Return the extent of all zones; None where there are none."""
    told = Zone.objects.aggregate(**{f"{key}_": end for key, end in ENDS.items()})
    return None if told["west_"] is None else Extent(**{key: told[f"{key}_"] for key in ENDS})
