"""What each community lacks, and whether it is complete."""

from collections.abc import Mapping, Sequence
from typing import Protocol

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from hetao.geo.reach import Reach
from hetao.indicators.gaps import median_walks
from hetao.indicators.kinds import (
    CERTAIN,
    PARK_KIND,
    held_kinds,
    kind_titles,
    possible_kinds,
    walks,
)
from hetao.indicators.measurement import (
    Measurement,
    by_zone,
    no_findings,
    require_columns,
    require_metric_crs,
    unknown,
)
from hetao.indicators.membership import points_in_zones
from hetao.indicators.travel import point_origins
from hetao.indicators.zone_levels import finest_zones


class Standard(Protocol):
    """What a facility table sets for one kind."""

    @property
    def id(self) -> str:
        """Return the kind."""

    @property
    def levels(self) -> Mapping[str, str]:
        """Return by living circle whether it is required or as needed."""

    @property
    def radius_m(self) -> float | None:
        """Return how far it serves."""

    @property
    def radius_verified(self) -> bool:
        """Say whether an independent text confirms the radius."""


def community_checklist(
    zones: gpd.GeoDataFrame,
    facilities: gpd.GeoDataFrame,
    walking: Reach,
    residents: gpd.GeoDataFrame,
    standards: Sequence[Standard],
    *,
    uncertain: Mapping[str, Sequence[str]] = CERTAIN,
) -> pd.DataFrame:
    """
    Return, for each community, which facilities it has and how far the nearest are.

    A community has a kind if one stands in it, or if half of its residents walk no farther than
    the kind's radius. Where no residents are known, the walk begins in its middle.

    Parameters
    ----------
    zones : GeoDataFrame
        Indexed by zone code; the communities among them, or else the next best level.
    facilities : GeoDataFrame
        With `kind`.
    walking : Reach
    residents : GeoDataFrame
        Points with `persons`; may be empty.
    standards : sequence of Standard
        Rows of the facility table.
    uncertain : mapping of str to sequence of str
        Kinds that may turn out to be others, as in `kinds.one_kind_on_land`.

    Returns
    -------
    DataFrame
        One row per community and kind, in the order of the table: `zone`, `kind`, `level` (the
        narrowest circle that requires it, else that may need it), `duty`, `present` (missing
        where no source holds such a facility, or only one of an uncertain kind is near),
        `nearest_m` (infinite beyond 3 km, NaN where unknown), `radius_m`, `verified`.

    Raises
    ------
    CrsError
        If a layer does not measure in metres.
    """
    fine = finest_zones(zones)
    metres = nearest_by_zone(zones, fine, facilities, walking, residents)
    inside = counts_inside(fine, facilities)
    rows = []
    for standard in standards:
        level, duty = _duty(standard.levels)
        kinds = [kind for kind in possible_kinds(standard.id, uncertain) if kind in metres.columns]
        present = [_presence(inside[kind], metres[kind], standard.radius_m) for kind in kinds]
        for at, code in enumerate(fine.index):
            sure = standard.id in kinds
            rows.append(
                {
                    "zone": str(code),
                    "kind": standard.id,
                    "level": level,
                    "duty": duty,
                    "present": _either([column[at] for column in present], sure=sure),
                    "nearest_m": metres[standard.id].iloc[at] if sure else np.nan,
                    "radius_m": np.nan if standard.radius_m is None else standard.radius_m,
                    "verified": standard.radius_verified,
                }
            )
    table = pd.DataFrame(rows)
    return table.astype({"present": "boolean"}) if len(table) else table


def _duty(levels: Mapping[str, str]) -> tuple[str, str]:
    order = ("block", "5", "10", "15")
    for duty in ("required", "as_needed"):
        for level in order:
            if levels.get(level) == duty:
                return level, duty
    return "", ""


def _presence(inside: pd.Series, metres: pd.Series, radius_m: float | None) -> list[bool | None]:
    """Say of each community whether it has a kind: inside it, or near enough."""
    near = [
        None if np.isnan(away) else radius_m is not None and away <= radius_m
        for away in metres.to_numpy(dtype=float).tolist()
    ]
    return [True if count else close for count, close in zip(inside, near, strict=True)]


def _either(present: list[bool | None], *, sure: bool) -> bool | None:
    """Return whether a community has a kind, the first of those that may be it."""
    if not present or (not sure and any(present)):
        return None
    if present[0] is False and any(present[1:]):
        return None
    return present[0] if sure else None


def nearest_by_zone(
    zones: gpd.GeoDataFrame,
    fine: gpd.GeoDataFrame,
    facilities: gpd.GeoDataFrame,
    walking: Reach,
    residents: gpd.GeoDataFrame,
) -> pd.DataFrame:
    """
    Return how far half of each zone's residents walk at most to each kind that is held.

    Returns
    -------
    DataFrame, indexed by the codes of `fine`, one column per kind
        Metres; from the middle of a zone without residents; infinite beyond 3 km; NaN where
        there are no streets.
    """
    require_metric_crs(zones=zones, facilities=facilities, residents=residents)
    require_columns("facilities", facilities, ["kind"])
    kinds = list(held_kinds(facilities))
    if not len(walking.network.edge_from):
        return pd.DataFrame(np.nan, index=fine.index, columns=kinds)
    middles = _middles(fine)
    metres = walks(walking, middles, facilities).metres.astype(np.float64)
    if len(residents):
        origins = point_origins(residents, "persons", zones)
        ways = walks(walking, origins.xy, facilities)
        settled = median_walks(fine, zones, origins, ways, [[kind] for kind in kinds])
        metres = np.where(np.isnan(settled), metres, settled)
    return pd.DataFrame(metres, index=fine.index, columns=kinds)


def _middles(zones: gpd.GeoDataFrame) -> NDArray[np.float64]:
    shapes = np.asarray(zones.geometry, dtype=object)
    return np.asarray(shapely.get_coordinates(shapely.point_on_surface(shapes)))


def counts_inside(fine: gpd.GeoDataFrame, facilities: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return how many facilities of each kind that is held touch each zone."""
    kinds = list(held_kinds(facilities))
    tree = shapely.STRtree(np.asarray(facilities.geometry, dtype=object))
    zone, site = tree.query(np.asarray(fine.geometry, dtype=object), predicate="intersects")
    column = pd.Index(kinds).get_indexer(facilities["kind"].fillna("").to_numpy()[site])
    counts = np.zeros((len(fine), len(kinds)), dtype=int)
    np.add.at(counts, (zone[column >= 0], column[column >= 0]), 1)
    return pd.DataFrame(counts, index=fine.index, columns=kinds)


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
