"""What each community has of a living circle, and how far away the nearest is."""

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
    held_kinds,
    possible_kinds,
    walks,
)
from hetao.indicators.measurement import (
    require_columns,
    require_metric_crs,
)
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
