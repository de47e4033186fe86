"""The shifted datums of Chinese web maps: GCJ-02 and BD-09, taken back to WGS 84."""

from collections.abc import Callable

import numpy as np
import shapely
from numpy.typing import NDArray

Degrees = NDArray[np.float64]
Shift = Callable[[Degrees, Degrees], tuple[Degrees, Degrees]]

SEMI_MAJOR_M = 6_378_245.0  # Krasovsky 1940, on which GCJ-02 is defined
ECCENTRICITY2 = 0.006_693_421_622_965_943
BD_STEP = np.pi * 3000.0 / 180.0
CHINA = (72.004, 137.8347, 0.8293, 55.8271)  # west, east, south, north: no shift beyond
ROUNDS = 12
"""Rounds of the inverse; each gains some three digits, so a few reach 1e-9 degrees."""


def to_gcj02(lon: Degrees, lat: Degrees) -> tuple[Degrees, Degrees]:
    """
    Shift WGS 84 to GCJ-02.

    Parameters
    ----------
    lon, lat : array of float
        Degrees. Places outside China stay where they are.
    """
    east, north = lon - 105.0, lat - 35.0
    wave = 2.0 / 3.0 * (20.0 * np.sin(6 * np.pi * east) + 20.0 * np.sin(2 * np.pi * east))
    d_lat = (
        -100.0 + 2 * east + 3 * north + 0.2 * north**2 + 0.1 * east * north
        + 0.2 * np.sqrt(np.abs(east)) + wave
        + 2.0 / 3.0 * (20.0 * np.sin(np.pi * north) + 40.0 * np.sin(np.pi / 3 * north))
        + 2.0 / 3.0 * (160.0 * np.sin(np.pi / 12 * north) + 320.0 * np.sin(np.pi / 30 * north))
    )  # fmt: skip
    d_lon = (
        300.0 + east + 2 * north + 0.1 * east**2 + 0.1 * east * north
        + 0.1 * np.sqrt(np.abs(east)) + wave
        + 2.0 / 3.0 * (20.0 * np.sin(np.pi * east) + 40.0 * np.sin(np.pi / 3 * east))
        + 2.0 / 3.0 * (150.0 * np.sin(np.pi / 12 * east) + 300.0 * np.sin(np.pi / 30 * east))
    )  # fmt: skip
    phi = np.radians(lat)
    root = np.sqrt(1 - ECCENTRICITY2 * np.sin(phi) ** 2)
    d_lat = np.degrees(d_lat / (SEMI_MAJOR_M * (1 - ECCENTRICITY2) / root**3))
    d_lon = np.degrees(d_lon / (SEMI_MAJOR_M / root * np.cos(phi)))
    inside = _in_china(lon, lat)
    return lon + np.where(inside, d_lon, 0.0), lat + np.where(inside, d_lat, 0.0)


def to_bd09(lon: Degrees, lat: Degrees) -> tuple[Degrees, Degrees]:
    """Shift WGS 84 to BD-09, which lies on top of GCJ-02; places abroad stay where they are."""
    x, y = to_gcj02(lon, lat)
    radius = np.hypot(x, y) + 0.00002 * np.sin(y * BD_STEP)
    angle = np.arctan2(y, x) + 0.000003 * np.cos(x * BD_STEP)
    inside = _in_china(lon, lat)
    east = np.where(inside, radius * np.cos(angle) + 0.0065, lon)
    return east, np.where(inside, radius * np.sin(angle) + 0.006, lat)


def from_gcj02(lon: Degrees, lat: Degrees) -> tuple[Degrees, Degrees]:
    """Take GCJ-02 back to WGS 84, to 1e-9 degrees."""
    return _inverse(to_gcj02, lon, lat)


def from_bd09(lon: Degrees, lat: Degrees) -> tuple[Degrees, Degrees]:
    """Take BD-09 back to WGS 84, to 1e-9 degrees."""
    return _inverse(to_bd09, lon, lat)


def unshifted(shapes: NDArray[np.object_], back: Shift) -> NDArray[np.object_]:
    """Return geometries in degrees with every vertex taken back by `from_gcj02` or `from_bd09`."""

    def move(points: Degrees) -> Degrees:
        return np.column_stack(back(points[:, 0], points[:, 1]))

    moved: NDArray[np.object_] = shapely.transform(shapes, move)
    return moved


def _in_china(lon: Degrees, lat: Degrees) -> NDArray[np.bool_]:
    west, east, south, north = CHINA
    return (lon >= west) & (lon <= east) & (lat >= south) & (lat <= north)


def _inverse(shift: Shift, lon: Degrees, lat: Degrees) -> tuple[Degrees, Degrees]:
    x, y = np.array(lon, dtype=float), np.array(lat, dtype=float)
    for _ in range(ROUNDS):
        east, north = shift(x, y)
        x, y = x + (lon - east), y + (lat - north)
    return x, y
