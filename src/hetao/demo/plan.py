"""The plan of the demo city: its river, railway, rings and radials, in metres around the centre."""

from dataclasses import dataclass

import numpy as np
import shapely
from pyproj import Transformer

LON, LAT = 107.46, 40.87
"""A place on a plain without a city; every output says that the city is made."""

RINGS_M = (560.0, 960.0, 1360.0, 1800.0, 2200.0, 2600.0)
OLD_TOWN_M, CORE_M, CITY_M = RINGS_M[0], RINGS_M[2], RINGS_M[-1]
OUTSIDE_M = 9000.0
"""How far the roads out of the city are drawn."""

SECTORS = 8
RIVER_HALF_M = 45.0
BANK_M = 85.0
"""From the middle of the river to the riverside roads."""

LONELY = (-42.0, 2200.0)
"""Bearing in degrees (east is 0, north 90) and distance of the quarter without facilities."""

LONELY_RADIUS_M = 520.0
LONELY_GUARD_M = 1250.0
INDUSTRY = (104.0, 150.0)
"""Bearings between which the industrial park lies, outside the third ring."""

COUNTY_TOWN = (21_000.0, 9_000.0)
VILLAGES = tuple(
    (round(r * np.cos(np.radians(a))), round(r * np.sin(np.radians(a))))
    for r, a in ((4300, 15), (5200, 62), (4700, 118), (5600, 158), (4400, 200), (5300, 236),
                 (4800, 281), (5500, 322), (7000, 40), (6900, 262))
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
    bends = 330 * np.sin(x / 900 + 0.7) + 120 * np.sin(x / 390)
    river = shapely.LineString(np.column_stack([x, -880 + bends]))
    rail_x = np.arange(-9000.0, 9001.0, 60.0)
    rail_y = 1580 + 0.05 * rail_x + 140 * np.tanh(rail_x / 1800)
    canal_x = np.arange(-9000.0, 9001.0, 120.0)
    canals = (
        shapely.LineString(np.column_stack([canal_x, 3600 + 200 * np.sin(canal_x / 2500)])),
        shapely.LineString(np.column_stack([canal_x, -3500 - 260 * np.sin(canal_x / 2100 + 1)])),
        shapely.LineString([(3400.0, 3790.0), (3500.0, 1200.0), (3300.0, -700.0)]),
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


def disc(radius_m: float) -> shapely.Polygon:
    """Return the area within a ring."""
    return shapely.Polygon(arc(radius_m, 0, 360))


def arc(radius_m: float, start: float, stop: float) -> np.ndarray:
    """Return points along a ring from one bearing to another, about every 45 m."""
    steps = max(2, round(radius_m * np.radians(stop - start) / 45))
    angle = np.radians(np.linspace(start, stop, steps + 1))
    return np.column_stack([radius_m * np.cos(angle), radius_m * np.sin(angle)])


def ray(bearing: float, start_m: float, stop_m: float) -> shapely.LineString:
    """Return a street from the centre outwards, with a vertex about every 60 m."""
    steps = max(1, round((stop_m - start_m) / 60))
    radius = np.linspace(start_m, stop_m, steps + 1)
    angle = np.radians(bearing)
    return shapely.LineString(np.column_stack([radius * np.cos(angle), radius * np.sin(angle)]))


def bearing_of(point: shapely.Point) -> float:
    """Return the bearing of a point in degrees, 0 to 360."""
    return float(np.degrees(np.arctan2(point.y, point.x)) % 360)


def lonely_point() -> shapely.Point:
    """Return the middle of the quarter without facilities."""
    angle = np.radians(LONELY[0])
    return shapely.Point(LONELY[1] * np.cos(angle), LONELY[1] * np.sin(angle))


def to_degrees(shapes: np.ndarray) -> np.ndarray:
    """Return geometries of the plan in longitude and latitude (CGCS2000), to a centimetre."""
    there = Transformer.from_crs("EPSG:4490", "EPSG:4545", always_xy=True)
    back = Transformer.from_crs("EPSG:4545", "EPSG:4490", always_xy=True)
    east, north = there.transform(LON, LAT)

    def move(points: np.ndarray) -> np.ndarray:
        lon, lat = back.transform(points[:, 0] + east, points[:, 1] + north)
        return np.round(np.column_stack([lon, lat]), 7)

    return np.asarray(shapely.transform(shapes, move))
