"""Whether communities are complete: which mandatory items they have, as far as geodata can show."""

from collections.abc import Mapping, Sequence

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from hetao.geo.reach import Reach
from hetao.indicators.kinds import PARK_KIND, kind_titles
from hetao.indicators.living_circle import counts_inside, nearest_by_zone
from hetao.indicators.measurement import (
    Measurement,
    by_zone,
    no_findings,
    require_columns,
    require_metric_crs,
    unknown,
)
from hetao.indicators.membership import points_in_zones
from hetao.indicators.zone_levels import finest_zones


def complete_communities(  # noqa: PLR0913  (the layers a complete community is read from)
    zones: gpd.GeoDataFrame,
    facilities: gpd.GeoDataFrame,
    parks: gpd.GeoDataFrame,
    walking: Reach,
    residents: gpd.GeoDataFrame,
    *,
    items: Mapping[str, Sequence[str]],
    walk_m: float,
    held_from: float = 0.0,
    elsewhere: Sequence[str] = (),
) -> Measurement:
    """
    Return the share of communities that have every mandatory item of a complete community.

    A community has an item if a facility of one of its kinds stands in it, or half of its
    residents reach one within `walk_m`. One that lacks a single item is not complete; one that
    lacks none is complete for all that is known, which shows only if nothing is left to
    `elsewhere` and every item is held.

    Parameters
    ----------
    zones : GeoDataFrame
        The communities among them, or the next best level, are what is counted.
    facilities, parks, residents : GeoDataFrame
    walking : Reach
    items : mapping of str to sequence of str
        The kinds of facility that make each item; "park" stands for the layer `parks`.
    walk_m : float
        How far an item may be.
    held_from : float
        Facilities per community from which the sources are taken to hold an item: with fewer,
        it is the source that lacks them and not the city, and the item is left open.
    elsewhere : sequence of str
        Mandatory items that geodata cannot show: registers and inspections tell them.

    Returns
    -------
    Measurement
        Communities per community; from those surely complete to those not surely incomplete.
        Findings are the communities that surely lack items: `missing`, `kinds_zh`, `kinds_en`.

    Raises
    ------
    CrsError
        If a layer does not measure in metres.
    """
    things = _with_parks(facilities, parks)
    fine = finest_zones(zones)
    counts = things["kind"].value_counts()
    asked = {item: [kind for kind in kinds if kind in counts] for item, kinds in items.items()}
    enough = held_from * len(fine)
    asked = {item: kinds * (counts[kinds].sum() >= enough) for item, kinds in asked.items()}
    open_items = [*elsewhere, *(item for item, kinds in asked.items() if not kinds)]
    asked = {item: kinds for item, kinds in asked.items() if kinds}
    if not asked:
        return unknown(zones, "no_facilities_in_source")
    metres = nearest_by_zone(zones, fine, things, walking, residents)
    inside = counts_inside(fine, things)
    has = pd.DataFrame(
        {
            item: (inside[kinds] > 0).any(axis=1) | (metres[kinds] <= walk_m).any(axis=1)
            for item, kinds in asked.items()
        }
    )
    full = has.all(axis=1).to_numpy()
    values = _counted(zones, fine, full, sure=not open_items)
    facts = {"items_shown": list(asked), "items_open": open_items}
    return Measurement(values, _incomplete(zones, fine, has, items, len(open_items)), facts)


def _with_parks(facilities: gpd.GeoDataFrame, parks: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    require_metric_crs(facilities=facilities, parks=parks)
    require_columns("parks", parks, ["public"])
    closed = (~parks["public"].astype("boolean")).to_numpy(dtype=bool, na_value=False)
    grounds = parks[~closed]
    kinds = [*facilities["kind"].astype("string"), *[PARK_KIND] * len(grounds)]
    shapes = [*facilities.geometry, *grounds.geometry]
    return gpd.GeoDataFrame(
        {"kind": pd.array(kinds, dtype="string")}, geometry=shapes, crs=facilities.crs
    )


def _counted(
    zones: gpd.GeoDataFrame, fine: gpd.GeoDataFrame, full: NDArray[np.bool_], *, sure: bool
) -> pd.DataFrame:
    """Return the value table: communities in each zone, and those complete at least and most."""
    middles = shapely.point_on_surface(np.asarray(fine.geometry, dtype=object))
    held = points_in_zones(zones, middles)
    total = held.total(np.ones(len(fine)))
    most = held.total(full.astype(float))
    whole = total.where(total > 0)
    low, high = (most if sure else most * 0) / whole, most / whole
    return by_zone(
        zones,
        numerator=most.where(low == high),
        denominator=total,
        value=high.where(low == high),
        low=low,
        high=high,
        reason=pd.Series(np.where(low < high, "items_unknown", ""), index=zones.index),
    )


def _incomplete(
    zones: gpd.GeoDataFrame,
    fine: gpd.GeoDataFrame,
    has: pd.DataFrame,
    items: Mapping[str, Sequence[str]],
    open_items: int,
) -> gpd.GeoDataFrame:
    lacking = has.index[~has.all(axis=1)]
    if not len(lacking):
        return no_findings(zones.crs)
    missing = [[item for item in has.columns if not has.at[code, item]] for code in lacking]
    named = [[kind_titles(list(items[item])[:1]) for item in row] for row in missing]
    codes = lacking.astype("string")
    return gpd.GeoDataFrame(
        {
            "feature": codes.to_numpy(),
            "zone": codes.to_numpy(),
            "severity": [len(row) / (has.shape[1] + open_items) for row in missing],
            "missing": [len(row) for row in missing],
            "kinds": [",".join(row) for row in missing],
            "kinds_zh": ["、".join(chinese for chinese, _ in row) for row in named],
            "kinds_en": [", ".join(english for _, english in row) for row in named],
        },
        geometry=fine.geometry.loc[lacking].to_numpy(),
        crs=zones.crs,
    )
