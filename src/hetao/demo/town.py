"""
A town of blocks on a grid, so plain that every indicator follows from its plan by arithmetic.

It has homes beside their streets, land that is not homes, two communities, a river, and things
that nobody knows.

Sixteen by sixteen square blocks of 250 m, a street around each. In blocks from the south-west
corner of the streets:

- all blocks are homes but four of shops in the south-west corner, one park, and the sixteen of
  the works in the north-east corner, which a river runs through;
- each block of homes has two slabs, one 40 m from its southern and one 40 m from its northern
  street, at the middle of the street;
- every kind of facility stands at the crossing (8, 8), the secondary school at (7, 8), the gate
  of the park at (8, 10);
- three streets end in the block they lead into, and where the river is, street 14 lacks its bridge;
- an expressway of two carriageways runs along a strip of fields in the east, on bridges, so
  that no street meets it.

Every street but the expressway is posted at 30 km/h. What the indicators must be is worked out
in `town_truth`.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import geopandas as gpd
import shapely

from hetao.catalogue.facilities import facility_kinds
from hetao.registers.definition import STORAGE_CRS, registers

NAME, CODE = "方格镇（示例数据 made-up data）", "159999"
CRS = "EPSG:4545"
WEST_M, SOUTH_M = 498_023.0, 4_522_001.0
"""Of the streets' corner. Land is sampled every 25 m: so placed, no sample lies on a street, on a
block's diagonal or just as far as a service reaches."""

BLOCKS, BLOCK_M = 16, 250.0
MARGIN_M = 10.0
"""From the outermost streets to the town's outline, which they run along."""

BELT_M = 250.0
"""Fields in the east."""

CENTRE, SCHOOL, STATION = (8, 8), (7, 8), (8, 8)
PARK, PARK_GATE = (7, 10), (8, 10)
SHOPS = frozenset((a, b) for a in (0, 1) for b in (0, 1))
WORKS = frozenset((a, b) for a in range(12, 16) for b in range(12, 16))
RIVER = frozenset((14, b) for b in range(12, 16))
"""Blocks of the works that are water."""

GREENWAY = ((6, 4), (10, 4))
PITCHES = (("eleven", (8, 8)), ("seven", (8, 8)), ("five", (13, 3)), ("three", (2, 13)))
EAST_FROM = 12
"""Where the eastern community begins."""

SPEED_KMH = 30.0
ARTERIALS, SECONDARY, CLASSLESS = (8,), (0, 4, 12, 16), ("north", 3)
BROKEN, GONE = 14, (13, 15)
"""Streets eastwards that the river cuts between streets 14 and 15 northwards."""

STUB_M = 80.0
"""What is left of the broken street on either bank."""

DEAD_ENDS = (((0.5, 1), (0.5, 0.5)), ((1.5, 1), (1.5, 0.5)), ((1, 1.5), (1.5, 1.5)))
CUL_DE_SAC = ((1.5, 2), (1.5, 1.75))
SHORT = ((0.5, 2), (0.5, 1.84))
ALLEYS = ((4.0, 100.0), (2.5, 75.0), (None, 50.0))
"""Paved width and length."""

SLAB_M = (60.0, 12.0)
LEG_M = 40.0
"""From the middle of a slab to the middle of its street."""

DWELLINGS = 40
PERSONS_WEST, PERSONS_EAST = 200, 600
"""Residents of a block."""

TOWER, JUST_18, UNKNOWN_STOREYS = (4, 4), (5, 4), (6, 4)
"""Blocks whose slabs have 24, 18 and nobody knows how many storeys."""

NEW_FROM, NEW, OLD = 8, 2022, 2000
"""From this row of blocks northwards homes are new."""

Place = tuple[float, float]
Block = tuple[int, int]


@dataclass(frozen=True)
class MadeTown:
    """
    A town that does not exist.

    Attributes
    ----------
    registers : mapping of str to GeoDataFrame
        Every register, conformed, in the storage CRS; `zones` among them, the town first.
    """

    name: str
    code: str
    registers: Mapping[str, gpd.GeoDataFrame]

    @property
    def zones(self) -> gpd.GeoDataFrame:
        """Return the zones indexed by code, the town first."""
        return self.registers["zones"].set_index("id", drop=False).rename_axis("zone")


def make_town() -> MadeTown:
    """Return the test town."""
    drawn = {
        "roads": _roads(),
        "buildings": _buildings(),
        "land_use": _land_use(),
        "parks": [_row(_square(PARK), name="方格公园", kind="park", public=True)],
        "entrances": [_row(_point(PARK_GATE), kind="park", open=True)],
        "water": [_row(_river(), name="方格河", kind="river")],
        "facilities": _facilities(),
        "fire_stations": [_row(_point(STATION), name="方格站", **{"class": "first"})],
        "football_pitches": [_row(_point(at), kind=kind, public=True) for kind, at in PITCHES],
        "greenways": [_row(_line(*GREENWAY), name="方格绿道", path_width_m=3.0)],
        "population": [_row(_square(block), persons=persons(block)) for block in homes()],
        "zones": _zones(),
    }
    return MadeTown(NAME, CODE, {id_: _register(id_, drawn.get(id_, ())) for id_ in registers()})


def homes() -> list[Block]:
    """Return the blocks of homes by their column and row."""
    every = [(a, b) for a in range(BLOCKS) for b in range(BLOCKS)]
    return [block for block in every if block not in SHOPS | WORKS | {PARK}]


def persons(block: Block) -> int:
    """Return how many live in a block of homes."""
    return PERSONS_EAST if block[0] >= EAST_FROM else PERSONS_WEST


def storeys(block: Block) -> int | None:
    """Return the storeys of a block's slabs: 6 and 11 by turns of the columns, but for three."""
    special = {TOWER: 24, JUST_18: 18, UNKNOWN_STOREYS: None}
    return special.get(block, 6 if block[0] % 2 == 0 else 11)


def class_of(number: int) -> str:
    """Return the class of a street by its number."""
    if number in ARTERIALS:
        return "arterial"
    return "secondary" if number in SECONDARY else "branch"


Row = dict[str, object]


def _roads() -> Iterator[Row]:
    for number in range(BLOCKS + 1):
        known = ("north", number) != CLASSLESS
        yield _street(
            _line((number, 0), (number, BLOCKS)),
            f"第{number}街",
            class_of(number) if known else None,
        )
        for line in _eastwards(number):
            yield _street(line, f"横{number}路", class_of(number))
    for dead_end in DEAD_ENDS:
        yield _street(_line(*dead_end), "断头路", "branch")
    yield _street(_line(*CUL_DE_SAC), "回车支路", "branch", cul_de_sac=True)
    yield _street(_line(*SHORT), "短支路", "branch")
    for at, (width_m, length_m) in enumerate(ALLEYS):
        start: Place = (0.2 + 0.1 * at, 1.0)
        end: Place = (start[0], 1 - length_m / BLOCK_M)
        yield _street(_line(start, end), "", "lane", width_m=width_m)
    middle, half = BLOCKS + BELT_M / BLOCK_M / 2, 8.0 / BLOCK_M
    low, high = -MARGIN_M / BLOCK_M, BLOCKS + MARGIN_M / BLOCK_M
    north = _line((middle + half, low), (middle + half, high))
    south = _line((middle - half, high), (middle - half, low))
    for line in (north, south):
        yield _row(
            line, name="东绕城快速路", oneway="forward", bridge=True, layer=1,
            **{"class": "expressway"},
        )  # fmt: skip


def _eastwards(number: int) -> Iterator[shapely.LineString]:
    if number not in (BROKEN, *GONE):
        yield _line((0, number), (BLOCKS, number))
        return
    left = STUB_M / BLOCK_M if number == BROKEN else 0.0
    yield _line((0, number), (14 + left, number))
    yield _line((15 - left, number), (BLOCKS, number))


def _street(line: shapely.LineString, name: str, class_: str | None, **more: object) -> Row:
    return _row(line, name=name or None, speed_kmh=SPEED_KMH, **{"class": class_}, **more)


def _buildings() -> Iterator[Row]:
    for block in homes():
        a, b = block
        for y_m in (b * BLOCK_M + LEG_M, (b + 1) * BLOCK_M - LEG_M):
            slab = _slab((a + 0.5) * BLOCK_M, y_m)
            year = NEW if b >= NEW_FROM else OLD
            yield _row(
                slab, use="residential", storeys=storeys(block), year=year, dwellings=DWELLINGS
            )
    for a, b in sorted(SHOPS):
        office = _slab((a + 0.8) * BLOCK_M, (b + 0.8) * BLOCK_M)
        yield _row(office, use="office", storeys=24, year=NEW)


def _slab(x_m: float, y_m: float) -> shapely.Polygon:
    half = SLAB_M[0] / 2, SLAB_M[1] / 2
    x_m, y_m = x_m + WEST_M, y_m + SOUTH_M
    return shapely.box(x_m - half[0], y_m - half[1], x_m + half[0], y_m + half[1])


def _land_use() -> Iterator[Row]:
    for block in homes():
        yield _row(_square(block), use="residential")
    for block in sorted(SHOPS):
        yield _row(_square(block), use="commercial")
    for block in sorted(WORKS):
        yield _row(_square(block), use="water" if block in RIVER else "industrial")
    yield _row(_square(PARK), use="green")
    yield _row(_box((BLOCKS, 0), (BLOCKS + BELT_M / BLOCK_M, BLOCKS)), use="farmland")


def _river() -> shapely.Polygon:
    half = 30 / BLOCK_M
    return _box((14.5 - half, 12), (14.5 + half, BLOCKS))


def _facilities() -> Iterator[Row]:
    for kind in facility_kinds().values():
        place = SCHOOL if kind.id == "junior_secondary_school" else CENTRE
        yield _row(_point(place), name=kind.name_zh, kind=kind.id)


def _zones() -> Iterator[Row]:
    low, east = -MARGIN_M / BLOCK_M, BLOCKS + BELT_M / BLOCK_M
    high = BLOCKS + MARGIN_M / BLOCK_M
    yield _row(_box((low, low), (east, high)), id=CODE, name=NAME, level="city")
    halves = (("西社区", low, EAST_FROM), ("东社区", EAST_FROM, east))
    for at, (name, start, end) in enumerate(halves, start=1):
        shape = _box((start, low), (end, high))
        yield _row(shape, id=f"{CODE}00{at}", name=name, level="community", parent=CODE)


def _row(shape: shapely.Geometry, **columns: object) -> Row:
    return {"geometry": shape, "source": NAME, **columns}


def _register(id_: str, rows: Iterable[Row]) -> gpd.GeoDataFrame:
    table = list(rows)
    if not table:
        return registers()[id_].empty()
    names = dict.fromkeys(name for row in table for name in row)
    columns = {name: [row.get(name) for row in table] for name in names}
    columns.setdefault("id", [f"{id_}{at}" for at in range(len(table))])
    frame = gpd.GeoDataFrame(columns, geometry="geometry", crs=CRS)
    return registers()[id_].conform(frame.to_crs(STORAGE_CRS))


def _at(place: Place) -> Place:
    return WEST_M + place[0] * BLOCK_M, SOUTH_M + place[1] * BLOCK_M


def _point(place: Place) -> shapely.Point:
    return shapely.Point(_at(place))


def _line(start: Place, end: Place) -> shapely.LineString:
    return shapely.LineString([_at(start), _at(end)])


def _box(low: Place, high: Place) -> shapely.Polygon:
    return shapely.box(*_at(low), *_at(high))


def _square(block: Block) -> shapely.Polygon:
    return _box(block, (block[0] + 1, block[1] + 1))
