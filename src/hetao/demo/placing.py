"""Where the things of the departments' registers lie in the made city, in the zones they tell."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import shapely
import shapely.ops
from shapely.geometry.base import BaseGeometry

from hetao.demo import plan
from hetao.demo.blocks import LARGEST_M2
from hetao.demo.ground import Ground
from hetao.demo.inspections import Row
from hetao.demo.mains import mains

if TYPE_CHECKING:
    from hetao.demo.city import MadeCity

BESIDE_M = {"drainage_pipes": 0.0, "water_pipes": 2.0, "gas_pipes": 4.0, "heat_pipes": 6.0}
"""How far from the middle of the street each kind of pipe is laid."""

EDGE_M = 12.0
"""Mains stay so far inside the built-up area, wherever beside their street they lie."""

TALL = 18
LOWEST = 5
"""Of a zone's crossings those nearest to the river, of which one is flooded."""

APART_M, BRIDGE_M = 900.0, 60.0
"""Between two villages at least; both carriageways of a bridge lie nearer together."""

UNWALLED_M = 1500.0
"""So much farther a compound seems than land without a wall, where a village is looked for."""

DITCH_M = 14.0
"""From the middle of a divided street or the railway to the ditch beside it."""

QUARTERS = {"东": 0.0, "北": 90.0, "西": 180.0, "南": 270.0}
"""Bearings that the first character of a village's name says."""

Shapes = Sequence[BaseGeometry]
Way = Callable[[Ground, Sequence[Row]], Shapes]


def placed(city: "MadeCity", rows: Mapping[str, Sequence[Row]]) -> dict[str, Sequence[Row]]:
    """
    Return the rows of all registers, with a place, in metres of the plan, under `place`.

    Registers whose things have a place already, have none, or speak of whole zones are returned
    as they are.
    """
    found = dict(rows)
    for id_, way in _WAYS.items():
        shapes = way(Ground(city, id_, rows), rows[id_])
        found[id_] = [{**row, "place": shape} for row, shape in zip(rows[id_], shapes, strict=True)]
    return found


def _pipes(ground: Ground, rows: Sequence[Row], beside_m: float) -> Shapes:
    return mains(
        ground.city.streets, ground.built.buffer(-EDGE_M), count=len(rows),
        length_m=float(rows[0]["length_m"]), beside_m=beside_m, rng=ground.rng,
    )  # fmt: skip


def _bridges(ground: Ground, rows: Sequence[Row]) -> Shapes:
    """Return where streets cross the river, those nearest to the centre, from west to east."""
    river = ground.city.planned.river
    over = [
        shapely.get_parts(piece.line.intersection(river))[0]
        for piece in ground.city.streets
        if piece.bridge and piece.line.intersects(river)
    ]
    apart: list[shapely.Point] = []
    for point in sorted(over, key=lambda point: float(np.hypot(point.x, point.y))):
        if ground.built.contains(point) and all(point.distance(at) > BRIDGE_M for at in apart):
            apart.append(point)
    return sorted(apart[: len(rows)], key=lambda point: point.x)


def _flood_points(ground: Ground, rows: Sequence[Row]) -> Shapes:
    """Return low crossings of the zones told, and where a street passes under the railway."""
    railway = ground.city.planned.railway
    found = []
    for row in rows:
        area = ground.zones[str(row["zone"])]
        if row["name"].startswith("铁路"):
            under = [piece.line for piece in ground.city.streets if piece.tunnel]
            passes = [line.intersection(railway).centroid for line in under]
            found.append(next(place for place in passes if area.contains(place)))
        else:
            found.append(ground.drawn(ground.crossings(area)[:LOWEST], 1)[0])
    return found


def _old_houses(ground: Ground, rows: Sequence[Row]) -> Shapes:
    homes = ground.homes(ground.zones[str(rows[0]["zone"])])
    return [home.shape.representative_point() for home in ground.drawn(homes, len(rows))]


def _heritage_events(ground: Ground, rows: Sequence[Row]) -> Shapes:
    """Return the site that an event's name begins with; else where shops stand in the old town."""
    id_ = "heritage_sites"
    sites = ground.rows[id_]
    houses = _old_houses(Ground(ground.city, id_, ground.rows), sites)
    where = dict(zip((row["name"] for row in sites), houses, strict=True))
    shops = ground.blocks("commercial", within=ground.city.planned.old_town)
    return [
        next((at for name, at in where.items() if row["name"].startswith(name)), shops[0].middle)
        for row in rows
    ]


def _old_trees(ground: Ground, rows: Sequence[Row]) -> Shapes:
    area = ground.zones[str(rows[0]["zone"])]
    yards = ground.blocks("green", "old", "public", within=area)
    return [block.middle for block in ground.drawn(yards, len(rows))]


def _own_zones(ground: Ground, rows: Sequence[Row]) -> Shapes:
    return [ground.zones[str(row["zone"])] for row in rows]


def _inside_own_zones(ground: Ground, rows: Sequence[Row]) -> Shapes:
    return [zone.representative_point() for zone in _own_zones(ground, rows)]


def _projects(ground: Ground, rows: Sequence[Row]) -> Shapes:
    """Return blocks of each project's use; what is municipal lies on a street."""
    streets = [piece.line for piece in ground.named_streets(ground.built)]
    places = {
        "residential": [block.middle for block in ground.blocks("residential")],
        "public": [block.middle for block in ground.blocks("public")],
        "municipal": [line.interpolate(0.5, normalized=True) for line in streets],
    }
    lots = {
        use: iter(ground.drawn(some, sum(row["use"] == use for row in rows)))
        for use, some in places.items()
    }
    return [next(lots[str(row["use"])]) for row in rows]


def _high_rises(ground: Ground, rows: Sequence[Row]) -> Shapes:
    tall = [home for home in ground.homes(ground.built) if home.storeys == TALL]
    return [home.shape.representative_point() for home in ground.drawn(tall, len(rows))]


def _fuel_stations(ground: Ground, rows: Sequence[Row]) -> Shapes:
    stations = [one.place for one in ground.city.facilities if one.kind == "fuel_supply_station"]
    return stations[: len(rows)]


def _sewage_plants(ground: Ground, rows: Sequence[Row]) -> Shapes:
    """Return land at the river's edge of the city, and at the eastern edge."""
    towards = {"榆河污水处理厂": plan.polar(2450, 197), "城东污水处理厂": plan.polar(2450, 18)}
    land = ground.blocks("residential", "commercial", "public", "green", "office", "industrial")
    return [min(land, key=lambda one: one.middle.distance(towards[row["name"]])).middle
            for row in rows]  # fmt: skip


def _of_blocks(*kinds: str) -> Way:
    """Return how things are placed that stand each in a block of these kinds of its own."""
    return lambda ground, rows: [
        block.middle for block in ground.drawn(ground.blocks(*kinds), len(rows))
    ]


def _villages(ground: Ground, rows: Sequence[Row]) -> Shapes:
    """Return places in the fields of each county, the villages of the plan before others."""
    known = [shapely.Point(x, y) for x, y in plan.VILLAGES]
    closed = shapely.union_all([ground.built.buffer(APART_M), ground.city.planned.water])
    found: list[shapely.Point] = []
    for row in rows:
        area = ground.zones[str(row["zone"])].buffer(-APART_M / 2).difference(closed)
        here = [place for place in known if area.contains(place)]
        place = here[0] if here else _in_the_fields(ground, area, [*known, *found])
        known = [other for other in known if other is not place]
        found.append(place)
    return found


def _in_the_fields(
    ground: Ground, area: BaseGeometry, others: Sequence[shapely.Point]
) -> shapely.Point:
    west, south, east, north = area.bounds
    taken = shapely.MultiPoint(others)
    while True:
        point = shapely.Point(*ground.rng.uniform((west, south), (east, north)).round(2))
        if area.contains(point) and point.distance(taken) > APART_M:
            return point


def _towns(ground: Ground, rows: Sequence[Row]) -> Shapes:
    """Return the county town that is built, and the middle of the other counties' fields."""
    built = shapely.Point(plan.COUNTY_TOWN)
    areas = [ground.zones[str(row["zone"])] for row in rows]
    fields = [area.difference(ground.built.buffer(APART_M)) for area in areas]
    return [built if area.contains(built) else area.representative_point() for area in fields]


def _urban_villages(ground: Ground, rows: Sequence[Row]) -> Shapes:
    """Return residential land towards where the village's name says, better without a wall."""
    left = ground.blocks("residential")
    found = []
    for row in rows:
        there = plan.polar(2100, QUARTERS[row["name"][0]])
        land = min(left, key=lambda one: one.middle.distance(there) + UNWALLED_M * bool(one.gates))
        left.remove(land)
        found.append(land.shape)
    return found


def _renewal_areas(ground: Ground, rows: Sequence[Row]) -> Shapes:
    """Return a block of each area's use in its zone; railway flats lie by the railway."""
    kinds = {"commercial": ("commercial",), "industrial": ("industrial", "public"),
             "residential": ("old", "residential")}  # fmt: skip
    railway = ground.city.planned.railway
    found = []
    for row in rows:
        for kind in kinds[str(row["kind"])]:
            land = ground.blocks(kind, within=ground.zones[str(row["zone"])])
            if land:
                break
        # a yard of flats, not the whole strip along the railway
        small = [one for one in land if one.shape.area < LARGEST_M2] or land
        near = min(small, key=lambda one: one.shape.distance(railway))
        found.append(near if row["name"].startswith("铁路") else ground.drawn(land, 1)[0])
    return [block.shape for block in found]


def _ditches(ground: Ground, rows: Sequence[Row]) -> Shapes:
    """Return ditches as long as their row says: beside the eastern street, else the railway."""
    inside = ground.city.planned.railway.intersection(ground.built.buffer(-EDGE_M))
    railway = max(shapely.get_parts(inside), key=lambda part: float(part.length))
    eastern = plan.ray(QUARTERS["东"], plan.CORE_M, plan.CITY_M)
    found = []
    for row in rows:
        along = eastern if row["name"].startswith("东") else railway
        beside = shapely.LineString(along.offset_curve(DITCH_M).coords)
        start = (beside.length - row["length_m"]) / 2
        found.append(shapely.ops.substring(beside, start, start + row["length_m"]))
    return found


def _roads(ground: Ground, rows: Sequence[Row]) -> Shapes:
    """Return places on the streets that were looked at."""
    found = []
    for row in rows:
        named = ground.named_streets(ground.zones[str(row["zone"])])
        lines = [piece.line for piece in named if piece.street.name == row["name"]]
        found.append(
            max(lines, key=lambda line: float(line.length)).interpolate(0.5, normalized=True)
        )
    return found


def _in_county(radius_m: float, bearing: float) -> Way:
    """Return how a thing is placed that stands in the fields around the city."""
    return lambda _, rows: [plan.polar(radius_m, bearing)] * len(rows)


_WAYS: Mapping[str, Way] = {
    **{id_: partial(_pipes, beside_m=beside_m) for id_, beside_m in BESIDE_M.items()},
    "black_water_bodies": _ditches,
    "bridges": _bridges,
    "compound_inspections": _inside_own_zones,
    "compounds": _own_zones,
    "construction_projects": _projects,
    "cultural_buildings": _of_blocks("public"),
    "dual_use_facilities": _in_county(3900, 68),
    "flood_points": _flood_points,
    "fuel_stations": _fuel_stations,
    "heritage_events": _heritage_events,
    "heritage_sites": _old_houses,
    "high_rises": _high_rises,
    "maternal_bodies": _of_blocks("public"),
    "old_trees": _old_trees,
    "renewal_areas": _renewal_areas,
    "retrofits": _of_blocks("residential"),
    "road_inspections": _roads,
    "sewage_plants": _sewage_plants,
    "sports_grounds": _of_blocks("public", "green"),
    "towns": _towns,
    "urban_villages": _urban_villages,
    "villages": _villages,
    "waste_facilities": _in_county(7600, 131),
}
