"""The blocks between the streets of the demo city, and what is built on them."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import shapely
from numpy.random import Generator

from hetao.demo import plan
from hetao.demo.streets import Piece

SMALLEST_M2 = 1200.0
USES = ("residential", "commercial", "public", "green", "office")
SHARES = (0.63, 0.10, 0.12, 0.09, 0.06)
UNKNOWN_STOREYS = 0.04
STOREYS = (6, 11, 18, 26)
STOREY_SHARES = (0.52, 0.26, 0.17, 0.05)


@dataclass(frozen=True)
class Building:
    """A building with what the city knows of it; None is not known."""

    shape: shapely.Polygon
    use: str
    storeys: int | None
    year: int
    dwellings: int = 0


@dataclass
class Block:
    """A piece of land between streets, without the streets themselves."""

    shape: shapely.Polygon
    kind: str
    number: int
    buildings: list[Building] = field(default_factory=list)
    lanes: list[shapely.LineString] = field(default_factory=list)
    wall: shapely.LineString | None = None
    gates: list[shapely.Point] = field(default_factory=list)

    @property
    def middle(self) -> shapely.Point:
        """Return a point inside the block."""
        return self.shape.representative_point()


def blocks(kept: list[Piece], planned: plan.Planned, rng: Generator) -> list[Block]:
    """Return the blocks of the city, built up."""
    lines = [piece.line for piece in kept]
    faces = shapely.get_parts(shapely.polygonize(lines))
    order = np.lexsort((shapely.get_y(shapely.centroid(faces)).round(1),
                        shapely.get_x(shapely.centroid(faces)).round(1)))  # fmt: skip
    found: list[Block] = []
    for face in faces[order]:
        for land in _land(face, planned):
            block = Block(land, "", len(found) + 1)
            block.kind = _kind(block, planned, rng)
            found.append(block)
    for block in found:
        _build(block, rng)
    return found


def _land(face: shapely.Polygon, planned: plan.Planned) -> Iterator[shapely.Polygon]:
    """Yield the parts of a face that are dry, off the railway and off the streets."""
    dry = face.difference(planned.water).difference(planned.railway.buffer(18))
    for part in shapely.get_parts(dry):
        inner = part.buffer(-9, join_style="mitre")
        for land in shapely.get_parts(inner):
            if land.area > SMALLEST_M2 and isinstance(land, shapely.Polygon):
                yield shapely.Polygon(land.exterior)


def _kind(block: Block, planned: plan.Planned, rng: Generator) -> str:
    middle = block.middle
    drawn = str(rng.choice(USES, p=SHARES))
    distance = middle.distance(shapely.Point(0, 0))
    if distance > plan.CITY_M + 40:
        return "village"
    if planned.bank.contains(middle) or block.shape.area / block.shape.length < 14:
        return "green"
    if plan.lonely_point().distance(middle) < plan.LONELY_RADIUS_M:
        return "residential"
    low, high = plan.INDUSTRY
    if distance > plan.RINGS_M[3] - 40 and low < plan.bearing_of(middle) < high:
        return "industrial"
    if distance < plan.OLD_TOWN_M:
        return "old" if drawn in {"residential", "office", "green"} else drawn
    lonely = plan.lonely_point().distance(middle) < plan.LONELY_GUARD_M
    return "residential" if lonely and drawn in {"public", "green"} else drawn


def _build(block: Block, rng: Generator) -> None:
    match block.kind:
        case "residential":
            _compound(block, rng)
        case "old" | "village":
            _courtyards(block, rng, "residential")
        case "industrial":
            _rows(block, rng, "industrial", (64, 32), (84, 52), (1, 2))
        case "commercial":
            _rows(block, rng, "commercial", (40, 24), (58, 46), (2, 5))
        case "office":
            _rows(block, rng, "office", (36, 26), (60, 52), (8, 20))
        case "public":
            _rows(block, rng, "public", (52, 16), (76, 44), (2, 5))


def _compound(block: Block, rng: Generator) -> None:
    """Lay out a gated compound: a wall with gates, a lane around, rows of slabs facing south."""
    inner = block.shape.buffer(-4)
    if not isinstance(inner, shapely.Polygon) or inner.is_empty:
        return
    storeys = int(rng.choice(STOREYS, p=STOREY_SHARES))
    year = int(rng.integers(1986, 2004) if storeys == STOREYS[0] else rng.integers(2003, 2025))
    tower = storeys >= STOREYS[2]
    size = (26, 20) if tower else (52, 13)
    step = (50, 58) if tower else (62, 30 + storeys)
    flats = (4 if tower else 6) * storeys
    _rows(
        block, rng, "residential", size, step, (storeys, storeys), year=year, flats=flats, margin=14
    )
    block.wall = shapely.LineString(inner.exterior.coords)
    lane = inner.buffer(-7)
    if isinstance(lane, shapely.Polygon) and not lane.is_empty and len(block.buildings) > 3:
        ring = shapely.LineString(lane.exterior.simplify(2).coords)
        block.lanes.append(ring)
        for share in (0.05, 0.55):
            block.gates.append(block.wall.interpolate(share, normalized=True))


def _rows(  # noqa: PLR0913
    block: Block, rng: Generator, use: str, size: tuple[float, float], step: tuple[float, float],
    storeys: tuple[int, int], *, year: int | None = None, flats: int = 0, margin: float = 10,
) -> None:  # fmt: skip
    """Set buildings in rows that face south, as many as fit."""
    room = block.shape.buffer(-margin)
    if room.is_empty:
        return
    west, south, east, north = room.bounds
    x = np.arange(west + size[0] / 2, east, step[0])
    y = np.arange(south + size[1] / 2, north, step[1])
    columns, rows = (axis.ravel() for axis in np.meshgrid(x, y))
    shapes = shapely.box(
        columns - size[0] / 2, rows - size[1] / 2, columns + size[0] / 2, rows + size[1] / 2
    )
    shapely.prepare(room)
    for shape in shapes[shapely.contains(room, shapes)]:
        levels = int(rng.integers(storeys[0], storeys[1] + 1))
        known = rng.random() > UNKNOWN_STOREYS
        built = year or int(rng.integers(1992, 2024))
        block.buildings.append(Building(shape, use, levels if known else None, built, flats))


def _courtyards(block: Block, rng: Generator, use: str) -> None:
    room = block.shape.buffer(-3)
    west, south, east, north = room.bounds
    columns, rows = (
        axis.ravel() for axis in np.meshgrid(np.arange(west, east, 19), np.arange(south, north, 17))
    )
    columns = columns + rng.uniform(0, 2.5, len(columns)).round(2)
    shapes = shapely.box(columns, rows, columns + 13, rows + 9)
    shapely.prepare(room)
    for shape in shapes[shapely.contains(room, shapes) & (rng.random(len(shapes)) > 0.16)]:
        levels = int(rng.integers(1, 4))
        block.buildings.append(
            Building(shape, use, levels if rng.random() > UNKNOWN_STOREYS else None,
                     int(rng.integers(1955, 1999)), levels)
        )  # fmt: skip
