"""What lies within a polygon that a person draws: how many, how long, how large."""

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import shapely
from django.db.models import QuerySet
from pyproj import Geod

from hetao.errors import HetaoError
from hetao.registers.definition import registers
from hetao.web.cities.models import Thing
from hetao.web.cities.reaching import visible_things
from hetao.web.site.words import words

THINGS_AT_MOST = 50_000
POINTS_AT_MOST = 500
ELLIPSOID = Geod(ellps="GRS80")  # that of CGCS2000
LINE, AREA = 1, 2


@dataclass(eq=False)
class PolygonRefused(HetaoError):
    """A polygon in which nothing is looked for."""

    key: str
    facts: Mapping[str, Any] = field(default_factory=dict)

    def text(self, language: str) -> str:
        """Return why."""
        return words()[f"cities.map.within.{self.key}"][language].format(**self.facts)

    def __str__(self) -> str:
        return self.text("en")


@dataclass(frozen=True)
class Within:
    """
    The things of a register in a polygon.

    Attributes
    ----------
    things : list of Thing
        Those that touch the polygon.
    length_m, area_m2 : float
        Of their parts inside, on the ellipsoid; 0 where they have none.
    """

    register: str
    things: Sequence[Thing]
    length_m: float
    area_m2: float


def polygon_of(text: str) -> Any:  # noqa: ANN401
    """
    Return a polygon in longitude and latitude from GeoJSON.

    Raises
    ------
    PolygonRefused
        If it is none, is broken, or has more corners than anybody draws.
    """
    try:
        shape = shapely.from_geojson(json.dumps(json.loads(text)))
    except (ValueError, shapely.errors.ShapelyError):
        raise PolygonRefused("broken") from None
    whole = shape is not None and shape.geom_type == "Polygon" and not shape.is_empty
    if not whole or not shape.is_valid or not all(map(math.isfinite, shape.bounds)):
        raise PolygonRefused("broken")
    if shapely.get_num_coordinates(shape) > POINTS_AT_MOST:
        raise PolygonRefused("corners", {"most": POINTS_AT_MOST})
    return shape


def within(user: Any, polygon: Any, wanted: Sequence[str]) -> list[Within]:  # noqa: ANN401
    """
    Return what a person may see of some registers in a polygon.

    Raises
    ------
    PolygonRefused
        If there are more things than can be looked at at once.
    """
    west, south, east, north = polygon.bounds
    near = visible_things(user).filter(
        register__in=[id_ for id_ in wanted if id_ in registers()], west__lte=east,
        east__gte=west, south__lte=north, north__gte=south,
    )  # fmt: skip
    if len(near.order_by()[: THINGS_AT_MOST + 1].values_list("pk")) > THINGS_AT_MOST:
        raise PolygonRefused("many", {"most": THINGS_AT_MOST})
    return list(_by_register(near, polygon))


def _by_register(near: QuerySet[Thing], polygon: Any) -> Iterator[Within]:  # noqa: ANN401
    found: dict[str, list[Thing]] = {}
    for thing in near.order_by("register", "ref").iterator(chunk_size=2000):
        found.setdefault(thing.register, []).append(thing)
    shapely.prepare(polygon)
    for register, things in found.items():
        shapes = shapely.from_wkb([bytes(thing.shape or b"") for thing in things])
        inside = shapely.intersects(polygon, shapes)
        if inside.any():
            parts = shapely.intersection(polygon, shapes[inside])
            kept = [thing for thing, is_in in zip(things, inside, strict=True) if is_in]
            yield Within(register, kept, _length(parts), _area(parts))


def _length(parts: Any) -> float:  # noqa: ANN401
    lines = parts[shapely.get_dimensions(parts) == LINE]
    return float(np.sum([ELLIPSOID.geometry_length(part) for part in lines]))


def _area(parts: Any) -> float:  # noqa: ANN401
    faces = parts[shapely.get_dimensions(parts) == AREA]
    return float(np.sum([abs(ELLIPSOID.geometry_area_perimeter(part)[0]) for part in faces]))
