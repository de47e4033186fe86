"""Shares and ratios of what registers hold: over things, over columns, per head, per area."""

from collections.abc import Mapping, Sequence

import geopandas as gpd
import numpy as np
import pandas as pd

from hetao.indicators.counted import NO_ROWS, PARTLY_UNKNOWN
from hetao.indicators.listed import Floats, flagged, in_year, listed, numbers, one_of
from hetao.indicators.measurement import Measurement, by_zone, no_findings, unknown
from hetao.indicators.membership import points_in_zones

NO_PERSONS = "no_population"


def share_of(  # noqa: PLR0913  (a share by its condition, weight and year)
    zones: gpd.GeoDataFrame,
    things: gpd.GeoDataFrame,
    *,
    all_of: Sequence[str] = (),
    none_of: Sequence[str] = (),
    column: str = "",
    values: Sequence[str] = (),
    weight: str = "",
    scale: float = 1.0,
    among: str = "",
    date: str = "",
    year: int = 0,
) -> Measurement:
    """
    Return the share of things that meet a condition, counted or by a weight.

    Parameters
    ----------
    all_of, none_of : sequence of str
        Columns that must be yes, and that must be no.
    column, values : str, sequence of str
        A column that must hold one of these values.
    weight : str
        Column that weighs the things, such as floor area; each counts once where empty.
    scale : float
        What numerator and denominator are multiplied by, such as 0.001 for km.
    among : str
        A column that is yes for the things that the share is of.
    date, year : str, int
        Only things of this year, by a column of years or dates.

    Returns
    -------
    Measurement
        A share over partly unknown things is an interval without a value.
    """
    if not len(things):
        return unknown(zones, NO_ROWS)
    mine = in_year(things, date, year)
    if among:
        mine = mine[(numbers(mine, among) == 1)].reset_index(drop=True)
    parts = [numbers(mine, name) for name in all_of]
    parts += [1 - numbers(mine, name) for name in none_of]
    parts += [one_of(mine, column, list(values))] if column else []
    good = np.min(np.vstack([*parts, np.ones(len(mine))]), axis=0)  # NaN wins
    failed = np.any(np.vstack([part == 0 for part in parts] or [good == 0]), axis=0)
    good = np.where(failed, 0.0, good)
    weights = (numbers(mine, weight) if weight else np.ones(len(mine))) * scale
    return _share(zones, mine, good, weights)


def quotient(
    zones: gpd.GeoDataFrame,
    things: gpd.GeoDataFrame,
    *,
    above: Mapping[str, float],
    below: Mapping[str, float],
    date: str = "",
    year: int = 0,
) -> Measurement:
    """
    Return Σ of columns over Σ of other columns, over the rows of a year.

    Parameters
    ----------
    above, below : mapping of str to float
        Column → factor; a row that lacks one of the columns leaves its zones unknown.
    """
    if not len(things):
        return unknown(zones, NO_ROWS)
    mine = in_year(things, date, year)
    if not len(mine):
        return unknown(zones, "no_rows_of_year")
    top, bottom = (
        sum((numbers(mine, name) * factor for name, factor in parts.items()), np.zeros(len(mine)))
        for parts in (above, below)
    )
    return of_sums(zones, mine, top, bottom)


def of_sums(
    zones: gpd.GeoDataFrame, things: gpd.GeoDataFrame, above: Floats, below: Floats
) -> Measurement:
    """Return Σ `above` ÷ Σ `below` in each zone; unknown where a row of it is not known."""
    known = listed(zones, things)
    blind = known.total((np.isnan(above) | np.isnan(below)).astype(float)) > 0
    rows = known.total(np.ones(len(things))) > 0
    reason = pd.Series("", index=zones.index)
    reason[blind] = PARTLY_UNKNOWN
    reason[~rows] = "no_rows_here"
    table = by_zone(
        zones,
        numerator=known.total(above).where(reason == ""),
        denominator=known.total(below).where(reason == ""),
        reason=reason,
    )
    return Measurement(table, no_findings(zones.crs))


def per_head(
    zones: gpd.GeoDataFrame,
    things: gpd.GeoDataFrame,
    residents: gpd.GeoDataFrame,
    *,
    column: str,
) -> Measurement:
    """
    Return an amount for each resident.

    Parameters
    ----------
    residents : GeoDataFrame
        Points with `persons`.
    column : str
        The amount; things without it are left out, and bound the value from below only.
    """
    if not len(things):
        return unknown(zones, NO_ROWS)
    if not len(residents):
        return unknown(zones, NO_PERSONS)
    known = listed(zones, things)
    amounts = numbers(things, column)
    persons = points_in_zones(zones, np.asarray(residents.geometry, dtype=object)).total(
        residents["persons"].to_numpy(dtype=float)
    )
    total = known.total(amounts)
    silent = known.total(np.isnan(amounts).astype(float)) > 0
    loose = known.unplaced_total(np.where(np.isnan(amounts), 0, amounts)) > 0
    open_ended = silent | loose
    low = total / persons.where(persons > 0)
    reason = pd.Series(np.where(open_ended, PARTLY_UNKNOWN, ""), index=zones.index)
    table = by_zone(zones, numerator=total.mask(open_ended), denominator=persons, low=low,
                    high=low.mask(open_ended), reason=reason)  # fmt: skip
    return Measurement(table, no_findings(zones.crs))


def per_area(zones: gpd.GeoDataFrame, things: gpd.GeoDataFrame, *, column: str) -> Measurement:
    """Return an amount for each square kilometre of the zone."""
    if not len(things):
        return unknown(zones, NO_ROWS)
    known = listed(zones, things)
    amounts = numbers(things, column)
    blind = known.total(np.isnan(amounts).astype(float)) > 0
    bound = blind | (known.unplaced_total(np.nan_to_num(amounts)) > 0)
    area = pd.Series(zones.geometry.area.to_numpy() / 1e6, index=zones.index)
    reason = pd.Series(np.where(bound, PARTLY_UNKNOWN, ""), index=zones.index)
    table = by_zone(zones, numerator=known.total(amounts).mask(bound), denominator=area,
                    reason=reason)  # fmt: skip
    return Measurement(table, no_findings(zones.crs))


def monitored_length(zones: gpd.GeoDataFrame, **pipes: gpd.GeoDataFrame) -> Measurement:
    """Return the share of the length of pipes of all kinds that is monitored."""
    layers = [layer[["id", "zone", "length_m", "monitored", "geometry"]]
              for layer in pipes.values() if len(layer)]  # fmt: skip
    if len(layers) < len(pipes):
        return unknown(zones, NO_ROWS)
    together = gpd.GeoDataFrame(pd.concat(layers, ignore_index=True), crs=zones.crs)
    return share_of(zones, together, all_of=["monitored"], weight="length_m", scale=1e-3)


def water_drainage_gas_heat(
    zones: gpd.GeoDataFrame,
    water: gpd.GeoDataFrame,
    drainage: gpd.GeoDataFrame,
    gas: gpd.GeoDataFrame,
    heat: gpd.GeoDataFrame,
) -> Measurement:
    """Return the monitored share of the length of water, drainage, gas and heat pipes."""
    return monitored_length(zones, water=water, drainage=drainage, gas=gas, heat=heat)


def renewed(
    zones: gpd.GeoDataFrame,
    pipes: gpd.GeoDataFrame,
    *,
    year: int,
    old_years: int,
    planned_year: str = "",
) -> Measurement:
    """
    Return the length of pipes renewed over the length that was to be.

    Parameters
    ----------
    old_years : int
        A pipe in use this long when the year ends, or hazardous, or on the frozen list, counts.
    planned_year : str
        A column: count only the pipes planned for this year instead of all old ones.
    """
    if not len(pipes):
        return unknown(zones, NO_ROWS)
    if planned_year:
        mine = in_year(pipes, planned_year, year)
    else:
        age = year - numbers(pipes, "year")
        due = (age >= old_years) | (flagged(pipes, {"hazard": 0.0, "listed": 0.0}) == 1)
        mine = pipes[due].reset_index(drop=True)
    if not len(mine):
        return unknown(zones, "nothing_due")
    done = numbers(mine, "renewed_year")
    good = np.where(np.isnan(done), 0.0, (done <= year).astype(float))
    return _share(zones, mine, good, numbers(mine, "length_m") * 1e-3)


def completed_of_needed(
    zones: gpd.GeoDataFrame, things: gpd.GeoDataFrame, *, year: int, needed: str, completed: str
) -> Measurement:
    """Return the share of the things that need works of which the works are done by a year."""
    if not len(things):
        return unknown(zones, NO_ROWS)
    mine = things[(numbers(things, needed) == 1)].reset_index(drop=True)
    if not len(mine):
        return unknown(zones, "nothing_due")
    done = numbers(mine, completed)
    good = np.where(np.isnan(done), 0.0, (done <= year).astype(float))
    return _share(zones, mine, good, np.ones(len(mine)))


def fixed_problems(
    zones: gpd.GeoDataFrame, problems: gpd.GeoDataFrame, *, year: int, remedies: Sequence[str]
) -> Measurement:
    """
    Return the share of the problems due by a year that are put right.

    Parameters
    ----------
    remedies : sequence of str
        限时解决 ("deadline"), 尽力解决 ("best_effort"), or both; those that a review excluded
        are not counted.
    """
    if not len(problems):
        return unknown(zones, NO_ROWS)
    due = numbers(problems, "due_year")
    ours = problems["remedy"].isin(remedies).to_numpy() & (problems["state"] != "excluded")
    mine = problems[ours & ~(due > year)].reset_index(drop=True)
    if not len(mine):
        return unknown(zones, "nothing_due")
    return _share(zones, mine, one_of(mine, "state", ["fixed"]), np.ones(len(mine)))


def _share(
    zones: gpd.GeoDataFrame, things: gpd.GeoDataFrame, good: Floats, weights: Floats
) -> Measurement:
    """Return Σ weight of the good ÷ Σ weight, with bounds over what is not known."""
    known = listed(zones, things)
    whole = known.total(weights)
    low = known.total(np.where(good == 1, weights, 0.0))
    unsure = known.total(np.where(np.isnan(good), weights, 0.0))
    weightless = known.total(np.isnan(weights).astype(float)) > 0
    loose = known.unplaced_total(np.nan_to_num(weights)) > 0
    blind = (unsure > 0) | weightless | loose
    nothing = (whole <= 0) & ~blind
    told = np.where(blind, PARTLY_UNKNOWN, np.where(nothing, "no_rows_here", ""))
    reason = pd.Series(told, index=zones.index)
    base = whole.where(whole > 0)
    endless = weightless | loose
    table = by_zone(
        zones,
        numerator=low.mask(blind),
        denominator=whole.mask(weightless),
        value=(low / base).mask(blind),
        low=(low / base).mask(endless),
        high=((low + unsure) / base).mask(endless),
        reason=reason,
    )
    return Measurement(table, no_findings(zones.crs))
