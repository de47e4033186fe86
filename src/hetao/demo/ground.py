"""The made city as a surveyor walks it, who looks where the departments' things stand."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, TypeVar

import numpy as np
import shapely
from numpy.random import PCG64, Generator
from shapely.geometry.base import BaseGeometry

from hetao.demo.blocks import Block, Building
from hetao.demo.inspections import Row
from hetao.demo.streets import Piece

if TYPE_CHECKING:
    from hetao.demo.city import MadeCity

FORK = 2
"""Where no more streets end than this, one only goes on or stops."""

Thing = TypeVar("Thing")


class Ground:
    """
    What lies in which zone, and what is drawn by lot among it.

    Parameters
    ----------
    register : str
        The register whose things are placed; it has lots of its own, so that the rows of another
        move none of its places.
    rows : mapping of str to sequence of Row
        The rows of all registers.
    """

    def __init__(self, city: "MadeCity", register: str, rows: Mapping[str, Sequence[Row]]) -> None:
        self.city = city
        self.rows = rows
        self.zones = {zone.code: zone.shape for zone in city.zones}
        self.rng = Generator(PCG64([city.seed, *register.encode()]))

    @cached_property
    def built(self) -> BaseGeometry:
        """Return the built-up area."""
        return next(zone.shape for zone in self.city.zones if zone.level == "built_up_area")

    def blocks(self, *kinds: str, within: BaseGeometry | None = None) -> list[Block]:
        """Return the blocks of these kinds in an area, by default in the built-up area."""
        area = self.built if within is None else within
        shapely.prepare(area)
        return [
            block
            for block in self.city.blocks
            if block.kind in kinds and shapely.contains_properly(area, block.middle)
        ]

    def homes(self, area: BaseGeometry) -> list[Building]:
        """Return the homes in an area."""
        shapely.prepare(area)
        return [
            building
            for block in self.city.blocks
            for building in block.buildings
            if building.dwellings and shapely.contains_properly(area, building.shape)
        ]

    def drawn(self, things: Sequence[Thing], count: int) -> list[Thing]:
        """Return some of the things by lot, in their order; all of them differ."""
        chosen = self.rng.choice(len(things), size=count, replace=False)
        return [things[int(at)] for at in sorted(chosen)]

    def crossings(self, area: BaseGeometry) -> list[shapely.Point]:
        """Return where three or more streets meet in an area, the nearest to the river first."""
        ends = np.round([
            end for piece in self.city.streets for end in (piece.line.coords[0], piece.line.coords[-1])
        ], 2)  # fmt: skip
        places, times = np.unique(ends, axis=0, return_counts=True)
        points = np.asarray(shapely.points(places[times > FORK]))
        shapely.prepare(area)
        inside = points[shapely.contains_properly(area, points)]
        return sorted(inside, key=self.city.planned.river.distance)

    def named_streets(self, area: BaseGeometry) -> list[Piece]:
        """Return the streets with a name that lie in an area."""
        shapely.prepare(area)
        return [
            piece
            for piece in self.city.streets
            if piece.street.name and shapely.contains_properly(area, piece.line)
        ]
