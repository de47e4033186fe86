"""The plan of the demo city: its river, railway, rings and radials, in metres around the centre."""

from dataclasses import dataclass

import numpy as np
import shapely
from pyproj import Transformer

LON, LAT = 107.46, 40.87
"""A place on a plain without a city; every output says that the city is made."""

RINGS_M = (560.0, 960.0, 1360.0, 1800.0, 2200.0, 2600.0)
"""Radii before the plan is bent; the second and fourth are streets of each sector's own."""

OLD_TOWN_M, CORE_M, CITY_M = RINGS_M[0], RINGS_M[2], RINGS_M[-1]
OUTSIDE_M = 8200.0
"""How far the roads out of the city are drawn."""

SECTORS = 8
RIVER_HALF_M = 45.0
BANK_M = 112.0
"""From the middle of the river to the riverside roads."""

LONELY = (-40.0, 2120.0)
"""Bearing in degrees (east is 0, north 90) and distance of the quarter without facilities."""

LONELY_RADIUS_M = 560.0
LONELY_GUARD_M = 1250.0
INDUSTRY = (90.0, 135.0)
"""Bearings between which the industrial park lies, outside the fourth ring."""

COUNTY_TOWN = (21_000.0, 9_000.0)
VILLAGES = tuple(
    (round(r * np.cos(np.radians(a))), round(r * np.sin(np.radians(a))))
    for r, a in ((4700, 12), (5200, 57), (4900, 112), (5600, 150), (4700, 195), (5300, 231),
                 (4800, 276), (5500, 317), (7000, 35), (6900, 257))
)  # fmt: skip


@dataclass(frozen=True)
class Planned:
    """The lines and areas that everything else is laid out around."""

    river: shapely.LineString
    water: shapely.Polygon
    bank: shapely.Polygon
    canals: tuple[shapely.LineString, ...]
    railway: shapely.LineString
    core: shapely.Polygon
    old_town: shapely.Polygon
    city: shapely.Polygon


def planned() -> Planned:
    """Return the lines and areas of the plan."""
    x = np.arange(-9000.0, 9001.0, 30.0)
    bends = 190 * np.sin(x / 760 + 3.6) + 70 * np.sin(x / 350 + 0.9)
    river = shapely.LineString(np.column_stack([x, -765 + 0.02 * x + bends]))
    rail_x = np.arange(-9000.0, 9001.0, 60.0)
    rail_y = 1735 + 0.05 * rail_x + 140 * np.tanh(rail_x / 1800)
    canal_x = np.arange(-9000.0, 9001.0, 120.0)
    canals = (
        shapely.LineString(np.column_stack([canal_x, 3600 + 200 * np.sin(canal_x / 2500)])),
        shapely.LineString(np.column_stack([canal_x, -3700 - 260 * np.sin(canal_x / 2100 + 1)])),
        shapely.LineString([(3700.0, 3790.0), (3800.0, 1200.0), (3600.0, -900.0)]),
    )
    return Planned(
        river=river,
        water=river.buffer(RIVER_HALF_M),
        bank=river.buffer(BANK_M, cap_style="flat"),
        canals=canals,
        railway=shapely.LineString(np.column_stack([rail_x, rail_y])),
        core=disc(CORE_M),
        old_town=disc(OLD_TOWN_M),
        city=disc(CITY_M),
    )


def bent(flat: np.ndarray) -> np.ndarray:
    """
    Return where points of the plan lie once it is bent to the land.

    Rings become rounded squares, wider along the river than across it, and nothing stays
    quite straight; the city keeps its area.
    """
    x, y = flat[:, 0], flat[:, 1]
    square = 1 - 0.075 * np.cos(4 * np.arctan2(y, x))
    east = 1.074 * square * x + 48 * np.sin(y / 760 + 1.1) + 34 * np.sin((x + y) / 1250)
    north = 0.919 * square * y + 46 * np.sin(x / 830 + 0.4) + 32 * np.sin((x - y) / 1430 + 2)
    return np.column_stack([east, north])


def flat(point: shapely.Point) -> tuple[float, float]:
    """Return where a point lies on the plan before it is bent."""
    there = np.array([[point.x, point.y]])
    here = there.copy()
    for _ in range(60):
        here = here + there - bent(here)
    return float(here[0, 0]), float(here[0, 1])


def disc(radius_m: float) -> shapely.Polygon:
    """Return the area within a ring."""
    return shapely.Polygon(arc(radius_m, 0, 360))


def wedge(start: float, stop: float, radius_m: float) -> shapely.Polygon:
    """Return the area between two bearings, within a ring."""
    sides = [ray(bearing, 0, radius_m).coords for bearing in (start, stop)]
    return shapely.Polygon([*sides[0], *arc(radius_m, start, stop), *reversed(sides[1])])


def arc(radius_m: float, start: float, stop: float) -> np.ndarray:
    """Return points along a ring from one bearing to another, about every 45 m."""
    steps = max(2, round(abs(radius_m * np.radians(stop - start)) / 45))
    angle = np.radians(np.linspace(start, stop, steps + 1) % 360)
    return bent(np.column_stack([radius_m * np.cos(angle), radius_m * np.sin(angle)]))


def ray(bearing: float, start_m: float, stop_m: float) -> shapely.LineString:
    """Return a street from the centre outwards, with a vertex about every 60 m."""
    steps = max(1, round((stop_m - start_m) / 60))
    radius = np.linspace(start_m, stop_m, steps + 1)
    angle = np.radians(bearing)
    return shapely.LineString(
        bent(np.column_stack([radius * np.cos(angle), radius * np.sin(angle)]))
    )


def polar(radius_m: float, bearing: float) -> shapely.Point:
    """Return the place at a distance and bearing of the plan."""
    angle = np.radians(bearing)
    at = np.array([[radius_m * np.cos(angle), radius_m * np.sin(angle)]])
    return shapely.Point(bent(at)[0])


def radius_of(point: shapely.Point) -> float:
    """Return the radius of the ring that a point lies on."""
    return float(np.hypot(*flat(point)))


def bearing_of(point: shapely.Point) -> float:
    """Return the bearing of a point on the plan in degrees, 0 to 360."""
    x, y = flat(point)
    return float(np.degrees(np.arctan2(y, x)) % 360)


def in_industry(point: shapely.Point) -> bool:
    """Say whether a point lies in the industrial park."""
    low, high = INDUSTRY
    return radius_of(point) > RINGS_M[3] and low < bearing_of(point) < high


def lonely_point() -> shapely.Point:
    """Return the middle of the quarter without facilities."""
    return polar(LONELY[1], LONELY[0])


def to_degrees(shapes: np.ndarray) -> np.ndarray:
    """Return geometries of the plan in longitude and latitude (CGCS2000), to a centimetre."""
    there = Transformer.from_crs("EPSG:4490", "EPSG:4545", always_xy=True)
    back = Transformer.from_crs("EPSG:4545", "EPSG:4490", always_xy=True)
    east, north = there.transform(LON, LAT)

    def move(points: np.ndarray) -> np.ndarray:
        lon, lat = back.transform(points[:, 0] + east, points[:, 1] + north)
        return np.round(np.column_stack([lon, lat]), 7)

    return np.asarray(shapely.transform(shapes, move))
