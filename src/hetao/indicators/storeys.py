"""How high homes are built: towers above a limit, and the share of low buildings."""

from collections.abc import Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hetao.indicators.measurement import (
    Measurement,
    by_zone,
    no_findings,
    require_columns,
    require_metric_crs,
    unknown,
)
from hetao.indicators.membership import Membership, points_in_zones
from hetao.indicators.places import finest_codes

HOME_USES = ("residential", "mixed")
COLUMNS = ("id", "name", "use", "storeys", "height_m", "year", "floor_area_m2")

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Storeys:
    """
    Storeys of buildings.

    Attributes
    ----------
    known : array of float
        NaN where the register is silent.
    low, high : array of float
        Bounds; equal to `known` where it is known.
    """

    known: Floats
    low: Floats
    high: Floats


def storeys_of(
    buildings: gpd.GeoDataFrame,
    storey_height_m: tuple[float, float],
    storey_bounds: tuple[float, float],
) -> Storeys:
    """
    Return storeys, bounded by the height where they are unknown, else by what is thinkable.

    Parameters
    ----------
    buildings : GeoDataFrame
        The register.
    storey_height_m : pair of float
        The lowest and the highest storey.
    storey_bounds : pair of float
        Of a building of which neither storeys nor height are known.
    """
    known = buildings["storeys"].to_numpy(dtype=float, na_value=np.nan)
    height = buildings["height_m"].to_numpy(dtype=float, na_value=np.nan)
    low = np.fmax(np.floor(height / storey_height_m[1]), 1)
    high = np.fmax(np.ceil(height / storey_height_m[0]), 1)
    low = np.where(np.isnan(height), storey_bounds[0], low)
    high = np.where(np.isnan(height), storey_bounds[1], high)
    silent = np.isnan(known)
    return Storeys(known, np.where(silent, low, known), np.where(silent, high, known))


def dwellings_above(
    zones: gpd.GeoDataFrame,
    buildings: gpd.GeoDataFrame,
    *,
    limit_storeys: int,
    storey_height_m: tuple[float, float],
    unbound_codes: Sequence[str] = (),
) -> Measurement:
    """
    Return how many residential buildings have more storeys than a limit.

    Parameters
    ----------
    zones : GeoDataFrame
        Indexed by zone code.
    buildings : GeoDataFrame
        The whole register; residential and mixed buildings count.
    limit_storeys : int
        A building of just so many is within the limit.
    storey_height_m : pair of float
        The lowest and the highest storey, to bound unknown storeys by the height.
    unbound_codes : sequence of str
        Zones whose code begins so are not bound by the rule; their buildings never count.

    Returns
    -------
    Measurement
        Counts over known storeys and uses; `high` counts every building that may be one too.
        A zone whose homes all are of unknown height is unknown for the reason "no_storeys".
        A zone that is not bound is unknown for the reason "rule_does_not_bind".
    """
    return _tall(zones, buildings, limit_storeys + 1, (storey_height_m, unbound_codes))


def dwellings_from(
    zones: gpd.GeoDataFrame,
    buildings: gpd.GeoDataFrame,
    *,
    limit_storeys: int,
    storey_height_m: tuple[float, float],
    unbound_codes: Sequence[str] = (),
) -> Measurement:
    """
    Return how many residential buildings have at least so many storeys as a limit.

    Parameters
    ----------
    zones, buildings, limit_storeys, storey_height_m, unbound_codes
        As for `dwellings_above`, but a building of just `limit_storeys` counts.

    Returns
    -------
    Measurement
        As `dwellings_above`.
    """
    return _tall(zones, buildings, limit_storeys, (storey_height_m, unbound_codes))


def low_rise_floor_area_share(
    zones: gpd.GeoDataFrame,
    buildings: gpd.GeoDataFrame,
    *,
    low_rise_storeys: int,
    storey_bounds: tuple[float, float],
    storey_height_m: tuple[float, float],
    built_from: int | None = None,
) -> Measurement:
    """
    Return the share of residential floor area in low buildings.

    Parameters
    ----------
    zones : GeoDataFrame
        Indexed by zone code.
    buildings : GeoDataFrame
        The whole register; residential and mixed buildings count, with their stated floor area,
        else footprint × storeys.
    low_rise_storeys : int
        A building of at most so many is low.
    storey_bounds, storey_height_m : pairs of float
        Bounds of unknown storeys: thinkable ones, and of one storey's height.
    built_from : int or None
        Only buildings of this year or later count; those without a year widen the interval.

    Returns
    -------
    Measurement
        A share of m² in m²; `value` is over the buildings whose storeys (and year) are known,
        `low` and `high` over everything that the others may be.
    """
    require_metric_crs(zones=zones, buildings=buildings)
    require_columns("buildings", buildings, COLUMNS)
    homes = buildings[buildings["use"].isin(HOME_USES).to_numpy()]
    year = homes["year"].to_numpy(dtype=float, na_value=np.nan)
    homes = homes[(np.isnan(year) | (year >= built_from)) if built_from else slice(None)]
    if homes.empty:
        return unknown(zones, "no_homes")
    storeys = storeys_of(homes, storey_height_m, storey_bounds)
    optional = homes["year"].isna().to_numpy() if built_from else np.zeros(len(homes), dtype=bool)
    held = _held(zones, homes)
    known = ~np.isnan(storeys.known) & ~optional
    area = _floor_area(homes, storeys.known)
    low_rise = storeys.known <= low_rise_storeys
    ends = [
        _extreme_share(homes, storeys, optional, (low_rise_storeys, upper), held)
        for upper in (False, True)
    ]
    numerator = held.total(np.where(known & low_rise, area, 0.0))
    denominator = held.total(np.where(known, area, 0.0))
    empty = (denominator == 0) & (held.total(np.ones(len(homes))) > 0)
    values = by_zone(
        zones,
        numerator=numerator.mask(empty),
        denominator=denominator.mask(empty),
        low=ends[0],
        high=ends[1],
        reason=pd.Series("", index=zones.index).mask(empty, "no_storeys"),
    )
    facts = {"homes": len(homes), "homes_without_storeys": int(np.isnan(storeys.known).sum())}
    return Measurement(values, no_findings(zones.crs), facts)


def _extreme_share(
    homes: gpd.GeoDataFrame,
    storeys: Storeys,
    optional: Flags,
    side: tuple[int, bool],
    held: Membership,
) -> pd.Series:
    """Return the least or greatest share, with every unknown building at its worst or best."""
    limit, upper = side
    may_low, may_high = storeys.low <= limit, storeys.high > limit
    if upper:
        as_low = may_low
        size = np.where(as_low, np.minimum(storeys.high, limit), storeys.low)
    else:
        as_low = ~may_high
        size = np.where(as_low, storeys.low, storeys.high)
    area = _floor_area(homes, size)
    area = np.where(optional & (as_low != upper), 0.0, area)
    low_rise = held.total(np.where(as_low, area, 0.0))
    total = held.total(area)
    return low_rise / total.where(total > 0)


def _floor_area(homes: gpd.GeoDataFrame, storeys: Floats) -> Floats:
    told = homes["floor_area_m2"].to_numpy(dtype=float, na_value=np.nan)
    drawn = homes.geometry.area.to_numpy() * storeys
    return np.asarray(np.where(np.isnan(told), drawn, told), dtype=np.float64)


def _tall(
    zones: gpd.GeoDataFrame,
    buildings: gpd.GeoDataFrame,
    from_storeys: int,
    rule: tuple[tuple[float, float], Sequence[str]],
) -> Measurement:
    require_metric_crs(zones=zones, buildings=buildings)
    require_columns("buildings", buildings, COLUMNS)
    storey_height_m, unbound_codes = rule
    home = buildings["use"].isin(HOME_USES).to_numpy()
    maybe_home = home | buildings["use"].isna().to_numpy()
    chosen = buildings[maybe_home]
    if not home.any():
        return unknown(zones, "no_homes")
    storeys = storeys_of(chosen, storey_height_m, (1, np.inf))
    held = _held(zones, chosen)
    unbound = pd.Series(zones.index.astype(str).str.startswith(tuple(unbound_codes)), zones.index)
    free = np.zeros(len(chosen), dtype=bool)
    free[held.thing[unbound.to_numpy()[held.zone]]] = True
    sure = home[maybe_home] & (storeys.low >= from_storeys) & ~free
    possible = (storeys.high >= from_storeys) & ~free
    silent = np.isnan(storeys.known)
    told = home[maybe_home] & np.isfinite(storeys.high)
    blind = (held.total(told.astype(float)) == 0) & (held.total(possible.astype(float)) > 0)
    reason = pd.Series("", index=zones.index).mask(blind, "no_storeys")
    values = by_zone(
        zones,
        numerator=held.total(sure.astype(float)).mask(unbound | blind),
        low=held.total(sure.astype(float)).mask(unbound),
        high=held.total(possible.astype(float)).mask(unbound),
        reason=reason.mask(unbound, "rule_does_not_bind"),
    )
    facts = {
        "homes": int(home.sum()),
        "homes_without_storeys": int((silent & home[maybe_home]).sum()),
        "buildings_without_use": int((~home[maybe_home]).sum()),
    }
    return Measurement(values, _towers(chosen, storeys, sure, held, from_storeys), facts)


def _towers(
    homes: gpd.GeoDataFrame,
    storeys: Storeys,
    sure: Flags,
    held: Membership,
    from_storeys: int,
) -> gpd.GeoDataFrame:
    shown = np.flatnonzero(sure & (held.finest >= 0))
    towers = homes.iloc[shown]
    height = storeys.low[shown]
    return gpd.GeoDataFrame(
        {
            "feature": towers["id"].astype("string").array,
            "zone": finest_codes(held)[shown],
            "severity": np.clip((height - from_storeys + 1) / from_storeys, 0, 1),
            "building": towers["name"].fillna(towers["id"]).astype("string").array,
            "storeys": height,
            "floor_area_m2": _floor_area(towers, height),
        },
        geometry=towers.geometry.to_numpy(),
        crs=homes.crs,
    )


def _held(zones: gpd.GeoDataFrame, buildings: gpd.GeoDataFrame) -> Membership:
    """Return the zones of each building, by a point inside it."""
    inside = np.asarray(buildings.geometry.representative_point(), dtype=object)
    return points_in_zones(zones, inside)
