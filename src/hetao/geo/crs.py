"""Coordinate systems: which one a city is measured in."""

from pyproj import CRS

CHINA = (73.5, 136.5, 3.0, 54.0)  # west, east, south, north, degrees


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
