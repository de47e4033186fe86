"""Indicators that bodies report: their figures as measurements beside the computed ones."""

from collections.abc import Iterator, Mapping
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from hetao.catalogue.entries import Entry, Variant
from hetao.catalogue.naming import entry_called, variant_called
from hetao.checkup.observations import NOT_APPLICABLE
from hetao.indicators.measurement import VALUE_COLUMNS, Measurement, no_findings

REGISTER = "reported_figures"
NOT_REPORTED = "not_reported"
_APART = 0.01


def rows_of(figures: pd.DataFrame, *, year: int) -> pd.DataFrame:
    """
    Return the reports of one year with the ids of their indicators and variants.

    Parameters
    ----------
    figures : DataFrame
        The register `reported_figures`.
    """
    mine = figures[figures["year"] == year].copy()
    found = [entry_called(str(words)) for words in mine["indicator"]]
    mine["entry"] = [entry.id if entry else "" for entry in found]
    mine["variant"] = [
        _variant(entry, "" if pd.isna(words) else str(words).strip())
        for entry, words in zip(found, mine["variant"], strict=True)
    ]
    return mine[mine["entry"] != ""]


def is_reported(entry: Entry, variant: Variant, rows: pd.DataFrame) -> bool:
    """Say whether anybody reported a variant of an indicator."""
    return bool(((rows["entry"] == entry.id) & (rows["variant"] == variant.id)).any())


def reported(
    zones: gpd.GeoDataFrame, rows: pd.DataFrame, *, entry: Entry, variant: Variant, city: str
) -> Measurement:
    """
    Return what was reported of one variant of an indicator.

    Parameters
    ----------
    zones : GeoDataFrame
        Indexed by zone code, with `name` and `level`.
    rows : DataFrame
        As `rows_of` returns them; a row without a zone is of the indicator's own level where
        the city has one such zone, as the built-up area, else of the whole city.
    city : str
        Code of the city's own zone.

    Returns
    -------
    Measurement
        A share or a ratio is the numerator over the denominator where no value is given.
        Zones that nobody reported are unknown; what does not apply is told as such.
    """
    mine = rows[(rows["entry"] == entry.id) & (rows["variant"] == variant.id)]
    nothing = dict.fromkeys(VALUE_COLUMNS[:-1], np.nan) | {"reason": NOT_REPORTED}
    told: dict[str, dict[str, object]] = {str(code): dict(nothing) for code in zones.index}
    own = zones.index[zones["level"] == entry.official_level]
    whole = str(own[0]) if len(own) == 1 else city
    codes = {str(name): str(code) for code, name in zones["name"].items()}
    for row in mine.to_dict("records"):
        place = whole if pd.isna(row["zone"]) else str(row["zone"]).strip()
        code = place if place in told else codes.get(place, "")
        if code in told:
            told[code] |= dict(_values(row, entry))
    table = pd.DataFrame(list(told.values()), index=zones.index, columns=list(VALUE_COLUMNS))
    return Measurement(table, no_findings(zones.crs))


def filled(computed: Measurement, told: Measurement, *, scale: float) -> Measurement:
    """
    Return what was computed, and for zones that the registers cannot tell what was reported.

    Returns
    -------
    Measurement
        `facts["reported"]` lists the zones that a report filled, `facts["differs"]` those where
        registers and report are more than 1 % apart: zone, computed, reported, in the unit of
        the indicator.
    """
    values, other = computed.values.copy(), told.values
    takes = values["value"].isna() & (other["value"].notna() | (other["reason"] == NOT_APPLICABLE))
    values.loc[takes] = other.loc[takes]
    both = computed.values["value"].notna() & other["value"].notna()
    apart = both & ~np.isclose(computed.values["value"], other["value"], rtol=_APART, atol=1e-9)
    facts = dict(computed.facts)
    if takes.any():
        facts["reported"] = [str(code) for code in values.index[takes]]
    if apart.any():
        facts["differs"] = [
            [str(code), float(mine) * scale, float(others) * scale]
            for code, mine, others in zip(
                values.index[apart], computed.values.loc[apart, "value"],
                other.loc[apart, "value"], strict=True,
            )
        ]  # fmt: skip
    return Measurement(values, computed.findings, facts)


def _values(row: Mapping[Any, Any], entry: Entry) -> Iterator[tuple[str, object]]:
    above, below, value = (_number(row[name]) for name in ("numerator", "denominator", "value"))
    if row.get("not_applicable") is True:
        yield "reason", NOT_APPLICABLE
        return
    yield "numerator", above
    yield "denominator", below
    si = value / entry.scale
    if np.isnan(si) and below > 0:
        si = above / below
    for name in ("value", "low", "high"):
        yield name, si
    yield "reason", NOT_REPORTED if np.isnan(si) else ""


def _variant(entry: Entry | None, words: str) -> str:
    name = variant_called(entry, words)
    return name or (next(iter(entry.variants)) if entry else "")


def _number(value: Any) -> float:  # noqa: ANN401
    return float("nan") if value is None or pd.isna(value) else float(value)
