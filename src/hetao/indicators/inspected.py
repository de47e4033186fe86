"""Inspections of buildings and estates that one column alone does not decide."""

from collections.abc import Sequence

import geopandas as gpd
import numpy as np

from hetao.indicators.counted import NO_ROWS, counted
from hetao.indicators.listed import flagged, listed, numbers, one_of
from hetao.indicators.measurement import Measurement, unknown
from hetao.indicators.residents import homes


def gas_hazards(
    zones: gpd.GeoDataFrame, dwellings: gpd.GeoDataFrame, *, years: float, states: Sequence[str]
) -> Measurement:
    """Return how many buildings have gas pipes in use this long that are also unsound."""
    if not len(dwellings):
        return unknown(zones, NO_ROWS)
    used = numbers(dwellings, "gas_pipe_years")
    old = np.where(np.isnan(used), np.nan, (used >= years).astype(float))
    unsound = one_of(dwellings, "gas_pipe_state", list(states))
    bad = np.where((old == 0) | (unsound == 0), 0.0, old * unsound)
    told = [(f"已用 {year:.0f} 年", f"in use for {year:.0f} years") for year in used]
    return counted(listed(zones, dwellings), bad, told=told, severity=np.ones(len(bad)))


def energy_retrofit_needed(
    zones: gpd.GeoDataFrame, dwellings: gpd.GeoDataFrame, *, built_before: int
) -> Measurement:
    """Return how many old buildings need and are worth an energy retrofit and have none."""
    if not len(dwellings):
        return unknown(zones, NO_ROWS)
    year = numbers(dwellings, "year_built")
    old = np.where(np.isnan(year), np.nan, (year < built_before).astype(float))
    needed = one_of(dwellings, "energy_state", ["needed"])
    bad = np.where((old == 0) | (needed == 0), 0.0, old * needed)
    told = [(f"{built:.0f} 年建成", f"built in {built:.0f}") for built in year]
    return counted(listed(zones, dwellings), bad, told=told, severity=np.full(len(bad), 0.3))


def damaged_envelopes(
    zones: gpd.GeoDataFrame, dwellings: gpd.GeoDataFrame, *, bands_m2: Sequence[float]
) -> Measurement:
    """
    Return how many buildings have a damaged envelope; any damage is a hazard.

    Parameters
    ----------
    bands_m2 : sequence of float
        Areas above which the damage is larger, and severe.
    """
    if not len(dwellings):
        return unknown(zones, NO_ROWS)
    area = numbers(dwellings, "envelope_damage_m2")
    bad = np.where(np.isnan(area), np.nan, (area > 0).astype(float))
    band = np.searchsorted(np.asarray(bands_m2), np.nan_to_num(area), side="left")
    told = [(f"破损约 {size:.0f} 平方米", f"about {size:.0f} m² damaged") for size in area]
    severity = (band + 1) / (len(bands_m2) + 1)
    return counted(listed(zones, dwellings), bad, told=told, severity=severity)


def ebike_charging_lacking(zones: gpd.GeoDataFrame, estates: gpd.GeoDataFrame) -> Measurement:
    """Return how many estates have fewer e-bike charging places than needed, or flying wires."""
    if not len(estates):
        return unknown(zones, NO_ROWS)
    short = numbers(estates, "ebike_needed") - numbers(estates, "ebike_places")
    wires = flagged(estates, {"flying_wires": 0.0})
    bad = np.where((short > 0) | (wires == 1), 1.0, np.clip(short, 0, 0) + wires)
    told = [
        (f"缺 {max(gap, 0):.0f} 个" + ("，有飞线" if wire == 1 else ""), f"{max(gap, 0):.0f} short")
        for gap, wire in zip(short, wires, strict=True)
    ]
    return counted(listed(zones, estates), bad, told=told)


def clearance_short(zones: gpd.GeoDataFrame, stations: gpd.GeoDataFrame) -> Measurement:
    """Return how many fuel stations are nearer to what must be protected than they may be."""
    if not len(stations):
        return unknown(zones, NO_ROWS)
    gap = numbers(stations, "clearance_needed_m") - numbers(stations, "clearance_m")
    bad = np.where(np.isnan(gap), np.nan, (gap > 0).astype(float))
    told = [(f"差 {size:.0f} 米", f"{size:.0f} m short") for size in gap]
    return counted(listed(zones, stations), bad, told=told, every_zone=True)


def likely_homes(
    zones: gpd.GeoDataFrame,
    buildings: gpd.GeoDataFrame,
    *,
    built_before: int = 9999,
    storeys_from: int = 0,
) -> Measurement:
    """
    Return how many homes are old or high enough to be looked at: a list to go and see.

    Parameters
    ----------
    buildings : GeoDataFrame
        The whole register; what is not known of a building leaves it in doubt.
    """
    mine = homes(buildings).reset_index(drop=True)
    if not len(mine):
        return unknown(zones, "no_homes")
    year, storeys = numbers(mine, "year"), numbers(mine, "storeys")
    old = np.where(np.isnan(year), np.nan, (year < built_before).astype(float))
    high = np.where(np.isnan(storeys), np.nan, (storeys >= storeys_from).astype(float))
    old = np.ones(len(mine)) if built_before > 9000 else old  # noqa: PLR2004  (no limit asked)
    high = np.ones(len(mine)) if storeys_from == 0 else high
    bad = np.where((old == 0) | (high == 0), 0.0, old * high)
    return counted(listed(zones, mine), bad, severity=np.full(len(bad), 0.2), every_zone=True)
