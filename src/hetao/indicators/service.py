"""How far facilities serve: a radius for each, or an interval where the register is silent."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

Radii = NDArray[np.float64]


@dataclass(frozen=True)
class Service:
    """
    Facilities with the distance that each serves.

    Attributes
    ----------
    sites : GeoDataFrame
        The facilities; polygons serve from their outline.
    low_m, value_m, high_m : array of float
        At least, as the standard's figure counts, and at most; 0 serves nobody. `value_m` is NaN
        where the register does not say what the standard needs to know.
    reason : str
        Why a value is unknown where `value_m` is NaN and it matters.
    """

    sites: gpd.GeoDataFrame
    low_m: Radii
    value_m: Radii
    high_m: Radii
    reason: str = ""

    @property
    def bounds(self) -> tuple[Radii, Radii]:
        """Return the radii behind the value, with the unknown ones at their least and most."""
        unknown = np.isnan(self.value_m)
        return (
            np.where(unknown, self.low_m, self.value_m),
            np.where(unknown, self.high_m, self.value_m),
        )

    @property
    def facts(self) -> dict[str, int]:
        """Return how many facilities there are, how many serve, and of how many it is unknown."""
        return {
            "facilities": len(self.sites),
            "serving": int((self.value_m > 0).sum()),
            "unknown": int(np.isnan(self.value_m).sum()),
        }


def constant_radius(
    sites: gpd.GeoDataFrame, radius_m: float, uncertain_kinds: Sequence[str] = ()
) -> Service:
    """
    Return facilities that all serve equally far.

    Those of an uncertain kind, such as schools whose level nobody says, may serve or not.
    """
    radii = np.full(len(sites), float(radius_m))
    if not uncertain_kinds:
        return Service(sites, radii, radii, radii)
    uncertain = sites["kind"].isin(list(uncertain_kinds)).to_numpy(dtype=bool)
    low, value = np.where(uncertain, 0.0, radii), np.where(uncertain, np.nan, radii)
    return Service(sites, low, value, radii, "kind_uncertain")


def radius_by_kind(
    sites: gpd.GeoDataFrame, column: str, radii_m: Mapping[str, float], reason: str
) -> Service:
    """
    Return facilities whose kind sets how far they serve.

    A missing kind serves at least as the smallest and at most as the largest that serves at all.

    Parameters
    ----------
    sites : GeoDataFrame
        With `column`.
    radii_m : mapping
        Radius by kind; 0 where a kind serves nobody.
    reason : str
        The reason of values that hang on a missing kind.
    """
    radii = sites[column].map(radii_m).astype(float).to_numpy()
    serving = [radius for radius in radii_m.values() if radius > 0]
    unknown = np.isnan(radii)
    return Service(
        sites,
        np.where(unknown, min(serving), radii),
        radii,
        np.where(unknown, max(serving), radii),
        reason,
    )


def park_radii(
    parks: gpd.GeoDataFrame,
    *,
    radii_m: Sequence[Sequence[float]],
    historic_from_m2: float | None = None,
    public_kinds: Sequence[str] = (),
) -> Service:
    """
    Return parks and green grounds with the distance that their size serves.

    Closed ones serve nobody. One of unknown access, whose kind is not in `public_kinds`, may
    serve or not; so may a park drawn as a point without `area_m2`. Small ones that may lie in a
    historic district count for the most only.

    Parameters
    ----------
    parks : GeoDataFrame
        With `kind`, `public`, `historic_district` and `area_m2`.
    radii_m : sequence of (from_m2, least, most)
        Radius by size, largest class first; the value uses the least of a range.
    historic_from_m2 : float, optional
        In historic districts the smallest class begins at this size.
    public_kinds : sequence of str
        Kinds that are open by their nature where the register does not say.
    """
    decides = any(row[0] > 0 for row in radii_m)
    area = _park_area(parks) if decides else np.zeros(len(parks))
    least, most = _by_size(area, radii_m)
    if historic_from_m2 is not None:
        small = (area >= historic_from_m2) & (area < radii_m[-1][0])
        old = parks["historic_district"].astype("boolean")
        certain = small & _true(old)
        least[certain] = radii_m[-1][1]
        most[certain | (small & old.isna().to_numpy())] = radii_m[-1][2]
    value = least.copy()
    sizeless = np.isnan(area)
    most[sizeless] = max(row[2] for row in radii_m)
    public = parks["public"].astype("boolean")
    closed = _true(~public)
    told = public.notna().to_numpy() | parks["kind"].isin(list(public_kinds)).to_numpy()
    value[(~told | sizeless) & (most > 0)] = np.nan
    least[~told | sizeless] = 0
    least[closed] = value[closed] = most[closed] = 0
    return Service(parks, least, value, most, "park_unknown")


def _true(flags: pd.Series) -> NDArray[np.bool_]:
    return flags.astype("boolean").to_numpy(dtype=bool, na_value=False)


def _park_area(parks: gpd.GeoDataFrame) -> Radii:
    drawn = parks.geometry.area.to_numpy()
    told = parks["area_m2"].astype(float).to_numpy()
    return np.asarray(np.where(drawn > 0, drawn, told), dtype=np.float64)


def _by_size(area: Radii, radii_m: Sequence[Sequence[float]]) -> tuple[Radii, Radii]:
    least, most = np.zeros(len(area)), np.zeros(len(area))
    for from_m2, low, high in reversed(radii_m):
        reaches = area >= from_m2
        least[reaches], most[reaches] = low, high
    return least, most


def greenways_counted(
    greenways: gpd.GeoDataFrame, *, radius_m: float, path_from_m: float
) -> Service:
    """
    Return greenways that serve land on both sides.

    A path known to be narrower than `path_from_m` does not count. One of unknown width counts
    for the value, since the register calls it a greenway, but not for the least.

    Parameters
    ----------
    greenways : GeoDataFrame
        With `path_width_m`.
    """
    width = greenways["path_width_m"].astype(float)
    narrow = (width < path_from_m).to_numpy()
    value = np.where(narrow, 0.0, float(radius_m))
    low = np.where(width.isna().to_numpy(), 0.0, value)
    return Service(greenways, low, value, value)


def fire_radii(stations: gpd.GeoDataFrame, *, service_area_m2: Mapping[str, float]) -> Service:
    """
    Return fire stations with the radius of a circle as large as their service area.

    Parameters
    ----------
    stations : GeoDataFrame
        With `class`.
    service_area_m2 : mapping
        By class of station; 0 for those that serve no area.
    """
    radii = {kind: float(np.sqrt(area / np.pi)) for kind, area in service_area_m2.items()}
    return radius_by_kind(stations, "class", radii, "class_unknown")


def engines_in_time(
    stations: gpd.GeoDataFrame, *, drive_s: float, no_engine_classes: Sequence[str]
) -> Service:
    """
    Return fire stations whose engines serve what they reach in time.

    A station of unknown class sends engines, but not for the least.

    Parameters
    ----------
    stations : GeoDataFrame
        With `class`.
    drive_s : float
        Seconds, which take the place of metres.
    """
    none = stations["class"].isin(list(no_engine_classes)).to_numpy(dtype=bool)
    value = np.where(none, 0.0, float(drive_s))
    low = np.where(stations["class"].isna().to_numpy(), 0.0, value)
    return Service(stations, low, value, value)
