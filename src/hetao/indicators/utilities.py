"""Figures of utilities, streets and sites that follow a formula of their own."""

from collections.abc import Sequence

import geopandas as gpd
import numpy as np

from hetao.indicators.counted import NO_ROWS
from hetao.indicators.listed import Floats, in_year, numbers
from hetao.indicators.measurement import Measurement, unknown
from hetao.indicators.ratios import of_sums

DAYS = 365


def sewage_collection(
    zones: gpd.GeoDataFrame,
    logs: gpd.GeoDataFrame,
    population: gpd.GeoDataFrame,
    *,
    year: int,
    load_g_per_head_day: float,
) -> Measurement:
    """
    Return the pollutant load that reaches the plants over the load that people make.

    Parameters
    ----------
    logs : GeoDataFrame
        A row a plant and month: `inflow_m3`, `bod_in_mg_l`.
    population : GeoDataFrame
        A row a zone and year: `water_users`.
    load_g_per_head_day : float
        BOD that a person makes in a day, in grams.

    Returns
    -------
    Measurement
        In kg a day; unknown where a plant's year is not whole, for a load of ten months says
        nothing about twelve.
    """
    mine, people = in_year(logs, "month", year), in_year(population, "year", year)
    if not len(mine):
        return unknown(zones, NO_ROWS)
    if not len(people):
        return unknown(zones, "no_water_users")
    months = mine.groupby("plant")["month"].nunique()
    if (months < 12).any():  # noqa: PLR2004  (months of a year)
        return unknown(zones, "months_missing")
    kg = numbers(mine, "inflow_m3") * numbers(mine, "bod_in_mg_l") * 1e-3 / DAYS
    made = numbers(people, "water_users") * load_g_per_head_day * 1e-3
    return _over(zones, (mine, kg), (people, made))


def fatality(
    zones: gpd.GeoDataFrame,
    accidents: gpd.GeoDataFrame,
    projects: gpd.GeoDataFrame,
    *,
    year: int,
) -> Measurement:
    """Return deaths in accidents of the year for each hundred projects under construction."""
    sites = projects[numbers(projects, "under_construction") == 1].reset_index(drop=True)
    if not len(sites):
        return unknown(zones, NO_ROWS)
    mine = in_year(accidents, "happened_on", year)
    return _over(zones, (mine, numbers(mine, "deaths")), (sites, np.full(len(sites), 0.01)))


def peak_speed(
    zones: gpd.GeoDataFrame, segments: gpd.GeoDataFrame, *, classes: Sequence[str]
) -> Measurement:
    """
    Return the mean speed of vehicles at the peak, in km/h: vehicle-km over vehicle-hours.

    A mean of the segments' speeds would count an empty street like a full one.
    """
    mine = segments[segments["class"].isin(classes)].reset_index(drop=True)
    if not len(mine):
        return unknown(zones, NO_ROWS)
    vehicles = numbers(mine, "vehicles")
    km = vehicles * numbers(mine, "length_m") * 1e-3
    hours = vehicles * numbers(mine, "travel_seconds") / 3600
    return of_sums(zones, mine, km, hours)


def raw_leakage(zones: gpd.GeoDataFrame, utilities: gpd.GeoDataFrame, *, year: int) -> Measurement:
    """Return the water supplied and not used by registered users over the water supplied."""
    mine = in_year(utilities, "year", year)
    if not len(mine):
        return unknown(zones, NO_ROWS)
    supplied = numbers(mine, "supplied_m3") * 1e-4
    return of_sums(zones, mine, supplied - numbers(mine, "used_m3") * 1e-4, supplied)


def assessed_leakage(  # noqa: PLR0913
    zones: gpd.GeoDataFrame,
    utilities: gpd.GeoDataFrame,
    *,
    year: int,
    household_meter_factor: float,
    length_factor: float,
    length_base: float,
    length_bounds: tuple[float, float],
    pressure_steps: Sequence[tuple[float, float]],
    frost_over_m: float,
    frost_points: float,
) -> Measurement:
    """
    Return the raw leakage less the four corrections, weighted by the water supplied.

    Parameters
    ----------
    utilities : GeoDataFrame
        A row a utility and year, with `household_meter_share` (%), `pipe_km`,
        `outlet_pressure_mpa` and `frost_depth_m`.
    household_meter_factor : float
        Points for each per cent of water that is metered at households.
    length_factor, length_base, length_bounds : float, float, pair of float
        Points by km of mains for each 10 000 m³ supplied, less a base, within bounds.
    pressure_steps : sequence of pairs of float
        Above this pressure in MPa, so many points; the highest step reached counts.
    frost_over_m, frost_points : float
        Points where the ground freezes deeper than this.

    References
    ----------
    CJJ 92-2016 (2018 revision), 5.2.1 to 5.2.3.
    """
    mine = in_year(utilities, "year", year)
    if not len(mine):
        return unknown(zones, NO_ROWS)
    supplied = numbers(mine, "supplied_m3") * 1e-4
    raw = (supplied - numbers(mine, "used_m3") * 1e-4) / supplied * 100
    meters = household_meter_factor * numbers(mine, "household_meter_share")
    length = length_factor * (numbers(mine, "pipe_km") / supplied - length_base)
    pressure = numbers(mine, "outlet_pressure_mpa")
    points = np.where(np.isnan(pressure), np.nan, 0.0)
    for least, step in sorted(pressure_steps):
        points = np.where(pressure > least, step, points)
    frost = numbers(mine, "frost_depth_m")
    cold = np.where(np.isnan(frost), np.nan, np.where(frost > frost_over_m, frost_points, 0.0))
    net = raw - meters - np.clip(length, *length_bounds) - points - cold
    return of_sums(zones, mine, net / 100 * supplied, supplied)


def _over(
    zones: gpd.GeoDataFrame,
    above: tuple[gpd.GeoDataFrame, Floats],
    below: tuple[gpd.GeoDataFrame, Floats],
) -> Measurement:
    """Return the sum over the rows of one register by the sum over those of another."""
    (first, top), (second, bottom) = above, below
    rows = gpd.GeoDataFrame(
        {"id": [*first["id"], *second["id"]], "zone": [*first["zone"], *second["zone"]]},
        geometry=[*first.geometry, *second.geometry],
        crs=zones.crs,
    )
    return of_sums(
        zones,
        rows,
        np.concatenate([top, np.zeros(len(second))]),
        np.concatenate([np.zeros(len(first)), bottom]),
    )
