"""Coordinate systems: which one a file is in, and which one a city is measured in."""

import re
from dataclasses import dataclass
from typing import Literal

import geopandas as gpd
import numpy as np
from pyproj import CRS
from pyproj.exceptions import CRSError as PyprojCRSError

from hetao.errors import UserError
from hetao.geo.datum import from_bd09, from_gcj02, unshifted

STORAGE = "EPSG:4490"
CHINA = (73.5, 136.5, 3.0, 54.0)  # west, east, south, north, degrees
SAME_AS_CGCS2000 = ("EPSG:4326", "OGC:CRS84", "EPSG:4490")

Datum = Literal["gcj02", "bd09"]


@dataclass(frozen=True)
class Declared:
    """
    The system that coordinates are said to be in.

    Attributes
    ----------
    crs : CRS
        For the shifted datums the longitude and latitude of WGS 84, in which they are written.
    datum : {"gcj02", "bd09"} or None
    """

    crs: CRS
    datum: Datum | None = None


def metric_crs(lon: float, lat: float) -> CRS:
    """
    Return the system in metres in which a place is measured.

    Parameters
    ----------
    lon, lat : float
        Degrees, CGCS2000 or WGS 84.

    Returns
    -------
    CRS
        The CGCS2000 3° Gauss–Krüger zone without zone prefix (EPSG:4534 to 4554) in China;
        elsewhere a transverse Mercator on the nearest 3° meridian, scale 1, WGS 84.
    """
    meridian = 3 * round(lon / 3)
    west, east, south, north = CHINA
    if west <= lon <= east and south <= lat <= north:
        return CRS.from_epsg(4534 + (meridian - 75) // 3)
    return CRS.from_proj4(
        f"+proj=tmerc +lat_0=0 +lon_0={meridian} +k=1 +x_0=500000 +y_0=0 +datum=WGS84 +units=m"
    )


def parse_crs(text: str) -> Declared:
    """
    Return the system that a user names.

    Parameters
    ----------
    text : str
        "EPSG:4547", "4547", "CGCS2000", "WGS84", "GCJ-02", "BD-09" or whatever PROJ knows.

    Raises
    ------
    UserError
        If nothing of that name exists.

    Examples
    --------
    >>> parse_crs("gcj02").datum, parse_crs("4547").crs.to_epsg(), parse_crs("CGCS2000").crs.name
    ('gcj02', 4547, 'China Geodetic Coordinate System 2000')
    """
    name = re.sub(r"[\s_-]", "", text).lower()
    if name in {"gcj02", "gcj", "火星坐标", "火星坐标系", "高德", "腾讯"}:
        return Declared(CRS.from_epsg(4326), "gcj02")
    if name in {"bd09", "bd09ll", "百度", "百度坐标"}:
        return Declared(CRS.from_epsg(4326), "bd09")
    known = {"cgcs2000": 4490, "国家2000": 4490, "wgs84": 4326}
    try:
        if name in known or name.isdigit():
            return Declared(CRS.from_epsg(known.get(name) or int(name)))
        return Declared(CRS.from_user_input(text))
    except PyprojCRSError as error:
        raise UserError("no_crs", {"text": text}) from error


def to_storage(frame: gpd.GeoDataFrame, declared: Declared) -> gpd.GeoDataFrame:
    """
    Return a layer in CGCS2000 longitude and latitude.

    WGS 84 is taken as CGCS2000: they differ by less than a metre.
    """
    shapes = frame.geometry.to_numpy()
    if declared.datum is not None:
        back = from_gcj02 if declared.datum == "gcj02" else from_bd09
        return frame.set_geometry(gpd.GeoSeries(unshifted(shapes, back), frame.index, crs=STORAGE))
    series = gpd.GeoSeries(shapes, frame.index, crs=declared.crs)
    if declared.crs.is_geographic and declared.crs.equals(
        CRS.from_epsg(4326), ignore_axis_order=True
    ):
        return frame.set_geometry(series.set_crs(STORAGE, allow_override=True))
    return frame.set_geometry(series.to_crs(STORAGE))


def looks_like(bounds: tuple[float, float, float, float]) -> str:
    """
    Say what coordinates within these bounds look like.

    Returns
    -------
    {"degrees", "swapped_degrees", "prefixed_zone", "metres", "nothing"}
        "swapped_degrees" only where the first can be no longitude of a place that the second
        makes possible: a first below 60 beside a second in China's longitudes, or beyond 90.

    Examples
    --------
    >>> looks_like((107.3, 40.7, 107.5, 40.8)), looks_like((40.7, 107.3, 40.8, 107.5))
    ('degrees', 'swapped_degrees')
    >>> looks_like((36_450_000, 4_510_000, 36_460_000, 4_520_000))
    'prefixed_zone'
    """
    west, south, east, north = bounds
    if not np.isfinite(bounds).all():
        return "nothing"
    if west >= -180 and east <= 180 and south >= -90 and north <= 90:  # noqa: PLR2004
        return "degrees"
    if west >= -90 and east <= 90 and south >= -180 and north <= 180:  # noqa: PLR2004
        return "swapped_degrees"
    if west >= 24e6 and east <= 46e6:  # noqa: PLR2004  (zone number before a 6-digit easting)
        return "prefixed_zone"
    return "metres"
