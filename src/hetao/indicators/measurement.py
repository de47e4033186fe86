"""What every kind of measure returns: one row per zone, and the things that fall short."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from hetao.errors import ColumnError, CrsError

VALUE_COLUMNS = ("value", "numerator", "denominator", "low", "high", "reason")
FINDING_COLUMNS = ("feature", "zone", "severity", "geometry")


@dataclass(frozen=True)
class Measurement:
    """
    The values of one indicator in one variant, with the findings behind them.

    Attributes
    ----------
    values : DataFrame, indexed by zone code
        Columns `value`, `numerator`, `denominator`, `low`, `high` (float, SI units; a share in
        0–1; NaN is unknown and never 0) and `reason` (a key of the indicator's `reasons`, empty
        where the value is known).
    findings : GeoDataFrame, in the CRS of the zones
        One row per thing that falls short: `feature` (its id), `zone`, `severity` (0 to 1, higher
        is worse), the facts its sentence needs, and `geometry`.
    facts : mapping
        What else the reader must know, by name: how many stations had no class, which
        kinds of facility no source holds.
    """

    values: pd.DataFrame
    findings: gpd.GeoDataFrame
    facts: Mapping[str, Any] = field(default_factory=dict)


def by_zone(  # noqa: PLR0913  (the columns of an observation)
    zones: gpd.GeoDataFrame,
    *,
    numerator: pd.Series,
    denominator: pd.Series | None = None,
    low: pd.Series | None = None,
    high: pd.Series | None = None,
    value: pd.Series | None = None,
    reason: pd.Series | None = None,
) -> pd.DataFrame:
    """
    Return the value table of a measurement.

    Parameters
    ----------
    zones : GeoDataFrame
        Indexed by zone code.
    numerator, denominator, low, high, value : Series of float, indexed like `zones`
        Without `denominator` the value is the numerator; `value` overrides the quotient, for
        example with NaN where only the interval is known. `low` and `high` bound the value
        over everything unknown, and default to it.
    reason : Series of str, indexed like `zones`
        Why a value is unknown; "empty_denominator" is filled in where the denominator is 0.

    Returns
    -------
    DataFrame, indexed like `zones`
        The columns of `VALUE_COLUMNS`.
    """
    table = pd.DataFrame(index=zones.index)
    table["numerator"] = numerator.astype(float)
    if denominator is None:
        table["denominator"] = np.nan
        quotient = table["numerator"]
    else:
        table["denominator"] = denominator.astype(float)
        quotient = table["numerator"] / table["denominator"].where(table["denominator"] > 0)
    table["value"] = (quotient if value is None else value).astype(float)
    table["low"] = (table["value"] if low is None else low).astype(float)
    table["high"] = (table["value"] if high is None else high).astype(float)
    table["reason"] = "" if reason is None else reason
    if denominator is not None:
        empty = table["value"].isna() & ~(table["denominator"] > 0) & (table["reason"] == "")
        table.loc[empty, "reason"] = "empty_denominator"
    return table[list(VALUE_COLUMNS)]


def unknown(zones: gpd.GeoDataFrame, reason: str) -> Measurement:
    """Return a measurement that knows nothing, for this one reason."""
    nothing = pd.Series(np.nan, index=zones.index)
    table = by_zone(zones, numerator=nothing, reason=pd.Series(reason, index=zones.index))
    return Measurement(table, no_findings(zones.crs))


def no_findings(crs: object) -> gpd.GeoDataFrame:
    """Return an empty table of findings in the given CRS."""
    return gpd.GeoDataFrame(
        {"feature": pd.Series(dtype="string"), "zone": pd.Series(dtype="string"),
         "severity": pd.Series(dtype=float)},
        geometry=gpd.GeoSeries([], crs=crs),
    )  # fmt: skip


def require_metric_crs(**layers: gpd.GeoDataFrame | gpd.GeoSeries) -> None:
    """
    Check that every layer measures in metres.

    Raises
    ------
    CrsError
        If one does not.
    """
    for name, layer in layers.items():
        crs = layer.crs
        unit = "nothing" if crs is None else crs.axis_info[0].unit_name
        if crs is None or not crs.is_projected or unit != "metre":
            raise CrsError(name, "no CRS" if crs is None else crs.to_string(), unit)


def require_columns(layer: str, frame: pd.DataFrame, columns: Sequence[str]) -> None:
    """
    Check that a layer has the columns a measure reads.

    Raises
    ------
    ColumnError
        If some are missing; all of them are named.
    """
    missing = tuple(column for column in columns if column not in frame.columns)
    if missing:
        raise ColumnError(layer, missing, tuple(map(str, frame.columns)))
