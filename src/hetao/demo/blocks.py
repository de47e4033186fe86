"""The blocks between the streets of the demo city, and what is built on them."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import shapely
import shapely.affinity
from numpy.random import Generator
from shapely.geometry.base import BaseGeometry

from hetao.demo import plan
from hetao.demo.streets import Piece

SMALLEST_M2 = 1200.0
FIELDS_M2 = 1e6
"""What streets enclose that is larger is no block."""

LARGEST_M2 = 90_000.0
"""Of a block of shops, offices or public buildings."""

COURTYARDS_M2 = 9000.0
"""Blocks smaller than this are built up in courtyards, whatever their use."""

PARK_M2 = 2500.0
PARK_GATES = (0.1, 0.6)
"""Where along its outline a park is entered."""

STRIP_M = 14.0
"""Area by outline of a strip."""

GATES, LONG_WALL_M = (0.05, 0.3, 0.55, 0.8), 800.0
"""Where along its wall a compound is entered; if the wall is shorter, at every other of them."""

GARDEN_M = 30.0
"""Around the middle of a compound."""
USES = ("residential", "commercial", "public", "green", "office")
SHARES = (0.55, 0.12, 0.15, 0.11, 0.07)
UNKNOWN_STOREYS, UNKNOWN_HEIGHT = 0.04, 0.7
MOST_TURNED = 24.0
"""Degrees; rows face south in blocks that are turned further."""

STOREYS = (6, 11, 18, 26)
STOREY_SHARES = (0.54, 0.28, 0.14, 0.04)


@dataclass(frozen=True)
class Building:
    """A building with what the city knows of it; None is not known."""

    shape: shapely.Polygon
    use: str
    storeys: int | None
    year: int
    dwellings: int = 0
    height_m: float | None = None


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
        if face.area > FIELDS_M2:
            continue
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
    distance = plan.radius_of(middle)
    if distance > plan.CITY_M + 40:
        return "village"
    if planned.bank.contains(middle) or block.shape.area / block.shape.length < STRIP_M:
        return "green"
    if plan.lonely_point().distance(middle) < plan.LONELY_RADIUS_M:
        return "residential"
    if plan.in_industry(middle):
        return "industrial"
    if distance < plan.OLD_TOWN_M:
        return "old" if drawn in {"residential", "office", "green"} else drawn
    lonely = plan.lonely_point().distance(middle) < plan.LONELY_GUARD_M
    large = drawn in {"commercial", "office", "public"} and block.shape.area > LARGEST_M2
    return "residential" if large or (lonely and drawn in {"public", "green"}) else drawn


def _build(block: Block, rng: Generator) -> None:
    small = block.shape.area < COURTYARDS_M2
    match block.kind:
        case "residential":
            _compound(block, rng)
        case "old" | "village":
            _courtyards(block, rng, "residential")
        case "industrial":
            _rows(block, rng, "industrial", (64, 32), (84, 52), (1, 2))
        case "commercial" | "public" if small:
            _courtyards(block, rng, block.kind)
        case "commercial":
            _rows(block, rng, "commercial", (40, 24), (58, 46), (2, 5))
        case "office":
            _rows(block, rng, "office", (36, 26), (60, 52), (8, 20))
        case "public":
            _rows(block, rng, "public", (52, 16), (76, 44), (2, 5))
        case "green":
            _park(block)


def _park(block: Block) -> None:
    """Give a green block two gates and, where it is no mere strip, a path between them."""
    if block.shape.area < PARK_M2:
        return
    block.gates += [block.shape.exterior.interpolate(at, normalized=True) for at in PARK_GATES]
    if block.shape.area / block.shape.length > STRIP_M:
        block.lanes.append(shapely.LineString([block.gates[0], block.middle, block.gates[1]]))


def _compound(block: Block, rng: Generator) -> None:
    """Lay out a gated compound: a wall with gates, a lane around, rows of slabs facing south."""
    inner = block.shape.buffer(-4)
    if not isinstance(inner, shapely.Polygon) or inner.is_empty:
        return
    storeys = int(rng.choice(STOREYS, p=STOREY_SHARES))
    year = int(rng.integers(1986, 2004) if storeys == STOREYS[0] else rng.integers(2003, 2025))
    long = float(rng.choice((40.0, 52.0, 64.0)))
    north = _northern_part(block.shape)
    if storeys >= STOREYS[2]:
        parts = [(block.shape.difference(north), STOREYS[1]), (north, storeys)]
        parts = parts if rng.random() < 0.5 else [(block.shape, storeys)]
    else:
        parts = [(block.shape, storeys)]
    for shape, high in parts:
        tower = high >= STOREYS[2]
        size, flats = ((26, 20), 4 * high) if tower else ((long, 13), round(long / 9) * high)
        step = (48, 56) if tower else (long + 9, 29 + high)
        _rows(
            block, rng, "residential", size, step, (high, high),
            year=year, flats=flats, margin=14, land=shape,
        )  # fmt: skip
    _leave_garden(block)
    block.wall = shapely.LineString(inner.exterior.coords)
    lane = inner.buffer(-7)
    if isinstance(lane, shapely.Polygon) and not lane.is_empty and len(block.buildings) > 3:
        ring = shapely.LineString(lane.exterior.simplify(2).coords)
        block.lanes.append(ring)
        sides = GATES if block.wall.length > LONG_WALL_M else GATES[::2]
        block.gates += [block.wall.interpolate(share, normalized=True) for share in sides]


def _northern_part(shape: shapely.Polygon) -> BaseGeometry:
    west, south, east, north = shape.bounds
    return shape.intersection(shapely.box(west, south + 0.55 * (north - south), east, north))


def _leave_garden(block: Block) -> None:
    """Take away the buildings in the middle of a large compound."""
    garden = block.shape.centroid.buffer(GARDEN_M)
    if len(block.buildings) > 14:
        block.buildings = [item for item in block.buildings if not item.shape.intersects(garden)]


def _rows(  # noqa: PLR0913
    block: Block, rng: Generator, use: str, size: tuple[float, float], step: tuple[float, float],
    storeys: tuple[int, int], *, year: int | None = None, flats: int = 0, margin: float = 10,
    land: BaseGeometry | None = None,
) -> None:  # fmt: skip
    """Set buildings in rows along the block, as many as fit."""
    turn, pivot = _turn(block.shape), block.shape.centroid
    room = shapely.affinity.rotate((land or block.shape).buffer(-margin), -turn, origin=pivot)
    if room.is_empty:
        return
    shapely.prepare(room)
    shapes = _in_rows(room, size, step)
    fitting = shapes[shapely.contains(room, shapes)]
    for shape in fitting:
        levels = int(rng.integers(storeys[0], storeys[1] + 1))
        built = year or int(rng.integers(1992, 2024))
        turned = shapely.affinity.rotate(shape, turn, origin=pivot)
        block.buildings.append(_building(turned, use, levels, built, flats, rng))


def _turn(shape: shapely.Polygon) -> float:
    """Return by how many degrees rows are turned to follow a block that lies almost square."""
    (x0, y0), (x1, y1) = shapely.get_coordinates(shape.minimum_rotated_rectangle)[:2]
    angle = (np.degrees(np.arctan2(y1 - y0, x1 - x0)) + 45) % 90 - 45
    return float(angle) if abs(angle) < MOST_TURNED else 0.0


def _in_rows(
    room: BaseGeometry, size: tuple[float, float], step: tuple[float, float]
) -> np.ndarray:
    """Return boxes in rows from the north, each row in the middle of its stretch of the room."""
    west, south, east, north = room.bounds
    shapes: list[shapely.Polygon] = []
    for top in np.arange(north, south + size[1], -step[1]):
        edges = [shapely.LineString([(west - 1, y), (east + 1, y)]) for y in (top, top - size[1])]
        cuts = [room.intersection(edge).bounds for edge in edges]
        left, right = max(cut[0] for cut in cuts), min(cut[2] for cut in cuts)
        if not right - left >= size[0]:  # nothing at all gives NaN
            continue
        count = int((right - left - size[0]) // step[0]) + 1
        first = (left + right - (count - 1) * step[0] - size[0]) / 2
        for x in first + step[0] * np.arange(count):
            shapes.append(shapely.box(x, top - size[1], x + size[0], top))
    return np.array(shapes, dtype=object)


def _courtyards(block: Block, rng: Generator, use: str) -> None:
    turn, pivot = _turn(block.shape), block.shape.centroid
    room = shapely.affinity.rotate(block.shape.buffer(-3), -turn, origin=pivot)
    west, south, east, north = room.bounds
    columns, rows = (
        axis.ravel() for axis in np.meshgrid(np.arange(west, east, 19), np.arange(south, north, 17))
    )
    columns = columns + rng.uniform(0, 2.5, len(columns)).round(2)
    shapes = shapely.box(columns, rows, columns + 13, rows + 9)
    shapely.prepare(room)
    for shape in shapes[shapely.contains(room, shapes) & (rng.random(len(shapes)) > 0.16)]:
        levels = int(rng.integers(1, 4))
        turned = shapely.affinity.rotate(shape, turn, origin=pivot)
        built = int(rng.integers(1955, 1999))
        flats = levels if use == "residential" else 0
        block.buildings.append(_building(turned, use, levels, built, flats, rng))


def _building(
    shape: shapely.Polygon, use: str, levels: int, year: int, flats: int, rng: Generator
) -> Building:
    """Return a building, of which nobody may have written down the storeys or the height."""
    known, measured = rng.random(2) > (UNKNOWN_STOREYS, UNKNOWN_HEIGHT)
    height = round(3.0 * levels + 0.8, 1) if measured else None
    return Building(shape, use, levels if known else None, year, flats, height)
