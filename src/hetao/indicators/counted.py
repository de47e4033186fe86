"""Counts of registered and inspected things that fall short, each with its finding."""

from collections.abc import Mapping, Sequence

import geopandas as gpd
import numpy as np
import pandas as pd

from hetao.indicators.listed import Floats, Listed, flagged, in_year, listed, numbers, one_of
from hetao.indicators.measurement import Measurement, by_zone, unknown
from hetao.indicators.places import finest_codes
from hetao.registers.definition import Register, registers

NO_ROWS = "no_rows"
NOT_INSPECTED = "not_inspected"
PARTLY_UNKNOWN = "partly_unknown"


def counted(
    known: Listed,
    bad: Floats,
    *,
    told: Sequence[tuple[str, str]] = (),
    severity: Floats | None = None,
    amounts: Floats | None = None,
    every_zone: bool = False,
) -> Measurement:
    """
    Return how many things fall short in each zone.

    Parameters
    ----------
    bad : array of float
        1 where a thing falls short, 0 where not, NaN where nobody knows.
    told : sequence of pairs of str, optional
        What is wrong with each thing, in Chinese and English.
    amounts : array of float, optional
        What each thing that falls short adds; 1 where not given.
    every_zone : bool
        Whether a zone without things holds none, as with a list of the whole city; else it
        was not inspected and is unknown.

    Returns
    -------
    Measurement
        The value counts what is known to fall short; `high` adds what may.
    """
    size = np.ones(len(bad)) if amounts is None else amounts
    sure = known.total(np.where(bad == 1, size, 0.0))
    doubtful = known.total(np.where(np.isnan(bad), np.nan_to_num(size, nan=1.0), 0.0))
    loose = known.unplaced_total(np.where(bad != 0, np.nan_to_num(size, nan=1.0), 0.0))
    seen = known.total(np.ones(len(bad)))
    blind = known.total(np.isnan(bad).astype(float))
    reason = pd.Series("", index=sure.index)
    reason[(seen > 0) & (blind == seen)] = PARTLY_UNKNOWN
    if not every_zone:
        reason[seen == 0] = NOT_INSPECTED
    low = sure.where(reason != NOT_INSPECTED)
    known_sum = sure.where(reason == "")
    table = by_zone(known.zones, numerator=known_sum, low=low, high=low + doubtful + loose,
                    reason=reason)  # fmt: skip
    return Measurement(table, _findings(known, bad, told, severity, size))


def any_flag(
    zones: gpd.GeoDataFrame,
    things: gpd.GeoDataFrame,
    *,
    limits: Mapping[str, float],
    inspected: bool = True,
    only_from: Mapping[str, tuple[str, float]] | None = None,
) -> Measurement:
    """
    Return how many things show any of several defects.

    Parameters
    ----------
    limits : mapping of str to float
        By column: a yes, or a number above this, is a defect.
    only_from : mapping, optional
        By column: the column and the least value from which on it counts, such as a smoke
        alarm from 10 storeys on.
    """
    if not len(things):
        return unknown(zones, NO_ROWS)
    seen = things.copy()
    for column, (other, least) in (only_from or {}).items():
        below = numbers(things, other) < least
        seen[column] = seen[column].astype("Float64").mask(below, 0.0)
    bad = flagged(seen, dict(limits))
    register = _register_with(tuple(limits))
    told = [
        _listed_titles(register, seen.iloc[[row]], limits) if bad[row] == 1 else ("", "")
        for row in range(len(seen))
    ]
    share = np.column_stack([numbers(seen, name) > limit for name, limit in limits.items()])
    return counted(listed(zones, seen), bad, told=told, every_zone=not inspected,
                   severity=share.mean(axis=1))  # fmt: skip


def any_value(  # noqa: PLR0913
    zones: gpd.GeoDataFrame,
    things: gpd.GeoDataFrame,
    *,
    column: str,
    values: Mapping[str, float],
    inspected: bool = False,
    unless: str = "",
    again: str = "",
) -> Measurement:
    """
    Return how many things are in one of several states.

    Parameters
    ----------
    values : mapping of str to float
        State → severity, 0 to 1.
    unless : str
        A column; where it is yes the thing is put right and counts no more.
    again : str
        A column; where it holds anything, the fault came back and counts again.
    """
    if not len(things):
        return unknown(zones, NO_ROWS)
    bad = one_of(things, column, list(values))
    if unless:
        over = numbers(things, unless) == 1
        back = things[again].notna().to_numpy() if again else np.zeros(len(things), dtype=bool)
        bad = np.where(over & ~back, 0.0, bad)
    titles = _register_with((column,)).field(column).values
    told = [(titles.get(str(value), ""), str(value)) for value in things[column]]
    severity = things[column].map(dict(values)).astype(float).fillna(0).to_numpy()
    return counted(listed(zones, things), bad, told=told, severity=severity,
                   every_zone=not inspected)  # fmt: skip


def happened(  # noqa: PLR0913
    zones: gpd.GeoDataFrame,
    things: gpd.GeoDataFrame,
    *,
    year: int,
    date: str,
    kinds: Sequence[str] = (),
    verified: str = "",
    amount: str = "",
) -> Measurement:
    """
    Return how many things bear a date of the year: events, designations.

    Parameters
    ----------
    date : str
        The column of the date.
    kinds : sequence of str
        Values of `kind` that count; all where empty.
    verified : str
        A column that must be yes; where nothing is known the event may count.
    amount : str
        A column that is summed in place of counting.
    """
    if not len(things):
        return unknown(zones, NO_ROWS)
    mine = in_year(things, date, year)
    if kinds:
        mine = mine[mine["kind"].isin(kinds)].reset_index(drop=True)
    bad = numbers(mine, verified) if verified else np.ones(len(mine))
    amounts = numbers(mine, amount) if amount else None
    return counted(listed(zones, mine), bad, amounts=amounts, every_zone=True)


def summed(
    zones: gpd.GeoDataFrame,
    things: gpd.GeoDataFrame,
    *,
    column: str,
    scale: float = 1.0,
    inspected: bool = True,
) -> Measurement:
    """Return the sum of a column, such as footways that fall short; each above 0 is a finding."""
    if not len(things):
        return unknown(zones, NO_ROWS)
    amounts = numbers(things, column) * scale
    bad = np.where(np.isnan(amounts), np.nan, (amounts > 0).astype(float))
    told = [(f"{amount:.4g}", f"{amount:.4g}") for amount in amounts]
    known = listed(zones, things)
    result = counted(known, bad, amounts=amounts, told=told, every_zone=not inspected)
    endless = known.total(np.isnan(amounts).astype(float)) > 0
    high = result.values["high"].mask(endless)
    return Measurement(result.values.assign(high=high), result.findings)


def gap(
    zones: gpd.GeoDataFrame,
    things: gpd.GeoDataFrame,
    *,
    demand: str,
    supply: Mapping[str, float],
    demand_else: str = "",
) -> Measurement:
    """
    Return by how much demand goes beyond supply, estate by estate; a surplus fills no other gap.

    Parameters
    ----------
    demand : str
        The column of what is needed.
    supply : mapping of str to float
        Column → how much of the need one of it meets: a public charger meets three.
    demand_else : str
        The column that stands in where the demand is not known: one space a household.
    """
    if not len(things):
        return unknown(zones, NO_ROWS)
    need = numbers(things, demand)
    if demand_else:
        need = np.where(np.isnan(need), numbers(things, demand_else), need)
    have = sum((numbers(things, name) * each for name, each in supply.items()), np.zeros(len(need)))
    short = np.maximum(need - have, 0)
    bad = np.where(np.isnan(short), np.nan, (short > 0).astype(float))
    told = [(f"缺 {amount:.0f}", f"{amount:.0f} short") for amount in short]
    return counted(listed(zones, things), bad, amounts=short, told=told)


def below_least(
    zones: gpd.GeoDataFrame,
    things: gpd.GeoDataFrame,
    *,
    least: Mapping[str, Sequence[float]],
    new_from: int,
    unfit: str,
) -> Measurement:
    """
    Return how many estates lack a facility, have one that is too small, or one that is unfit.

    Parameters
    ----------
    least : mapping of str to pair of float
        Column of the size → least size in an existing and in a new estate; a size of 0 is a
        facility that is missing.
    new_from : int
        The year of completion from which on an estate is new; one of unknown year is existing.
    unfit : str
        A column that is yes where functions are missing.
    """
    if not len(things):
        return unknown(zones, NO_ROWS)
    year = numbers(things, "year_opened") if "year_opened" in things else np.zeros(len(things))
    new = np.nan_to_num(year) >= new_from
    lacks = np.zeros(len(things))
    told_zh, told_en = np.full((2, len(things)), "", dtype=object)
    for column, (existing, newer) in least.items():
        size = numbers(things, column)
        wanted = np.where(new, newer, existing)
        short = np.where(np.isnan(size), np.nan, ((size <= 0) | (size < wanted)).astype(float))
        title = _register_with((column,)).field(column)
        for row in np.flatnonzero(short == 1):
            told_zh[row] += f"；{title.title_zh} {size[row]:.0f}，应不小于 {wanted[row]:.0f} 平方米"
            told_en[row] += f"; {title.title_en} {size[row]:.0f} m², at least {wanted[row]:.0f}"
        lacks = np.where((lacks == 1) | (short == 1), 1.0, lacks + short)
    flag = numbers(things, unfit)
    title = _register_with((unfit,)).field(unfit)
    for row in np.flatnonzero(flag == 1):
        told_zh[row] += f"；{title.title_zh}"
        told_en[row] += f"; {title.title_en}"
    bad = np.where((lacks == 1) | (flag == 1), 1.0, lacks + flag)
    told = [(zh.strip("；"), en.strip("; ")) for zh, en in zip(told_zh, told_en, strict=True)]
    return counted(listed(zones, things), bad, told=told)


def _register_with(columns: Sequence[str]) -> Register:
    """Return the register of inspections, or another, that has these columns."""
    return next(
        register
        for register in registers().values()
        if set(columns) <= {field.name for field in register.fields}
    )


def _listed_titles(
    register: Register, thing: gpd.GeoDataFrame, limits: Mapping[str, float]
) -> tuple[str, str]:
    wrong = [register.field(name) for name, limit in limits.items()
             if (numbers(thing, name) > limit).all()]  # fmt: skip
    return "、".join(one.title_zh for one in wrong), ", ".join(one.title_en for one in wrong)


def _findings(
    known: Listed,
    bad: Floats,
    told: Sequence[tuple[str, str]],
    severity: Floats | None,
    amounts: Floats,
) -> gpd.GeoDataFrame:
    rows = np.flatnonzero(bad == 1)
    things = known.things.iloc[rows]
    names = things["name"].fillna(things["id"]) if "name" in things else things["id"]
    words = [told[int(row)] if told else ("", "") for row in rows]
    codes = finest_codes(known.held)
    columns = {
        "feature": things["id"].astype("string").to_numpy(),
        "zone": codes[rows],
        "severity": np.full(len(rows), 0.5) if severity is None else severity[rows],
        "thing": names.astype("string").to_numpy(),
        "what_zh": pd.array([zh for zh, _ in words], dtype="string"),
        "what_en": pd.array([en for _, en in words], dtype="string"),
        "amount": amounts[rows],
    }
    return gpd.GeoDataFrame(columns, geometry=known.places()[rows], crs=known.zones.crs)
