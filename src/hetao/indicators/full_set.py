"""The share of land, people and homes that have every facility a living circle requires."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from hetao.geo.reach import Reach
from hetao.indicators.coverage import uncovered
from hetao.indicators.gaps import gaps
from hetao.indicators.kinds import CERTAIN, held_kinds, kind_titles, possible_kinds, walks
from hetao.indicators.measurement import (
    Measurement,
    by_zone,
    no_findings,
    require_columns,
    require_metric_crs,
    unknown,
)
from hetao.indicators.membership import Shapes
from hetao.indicators.travel import Origins, land_of, land_samples, point_origins
from hetao.indicators.travelled import SPACING_M


def full_set_on_land(
    zones: gpd.GeoDataFrame,
    demand: gpd.GeoDataFrame,
    facilities: gpd.GeoDataFrame,
    *,
    radii: Mapping[str, float],
    held_only: bool = False,
    uncertain: Mapping[str, Sequence[str]] = CERTAIN,
) -> Measurement:
    """
    Return the share of demand land within the straight-line radius of every required kind.

    Parameters
    ----------
    zones, demand : GeoDataFrame
    facilities : GeoDataFrame
        With `kind`.
    radii : mapping of str to float
        The kinds required and how far each serves.
    held_only : bool
        Ask only for those kinds of which any source holds a facility, and tell no findings.
    uncertain : mapping of str to sequence of str
        Kinds that may turn out to be others, as in `kinds.one_kind_on_land`.

    Returns
    -------
    Measurement
        m² per m². A kind that no source holds at all makes the value unknown
        ("kinds_not_held"), at least 0 and at most the share that has all kinds held; the facts
        `kinds_held` and `kinds_missing` list them. So do facilities of an uncertain kind where
        they matter ("kind_uncertain").

    Raises
    ------
    CrsError
        If a layer does not measure in metres.
    """
    require_metric_crs(zones=zones, demand=demand, facilities=facilities)
    wanted = _Wanted(facilities, radii, uncertain, held_only)
    if demand.empty or not wanted.held:
        return wanted.unknown(zones, "" if wanted.held else "no_facilities_in_source")
    land = land_of(demand, zones)
    least = most = land.pieces
    for kind in wanted.held:
        kinds = possible_kinds(kind, uncertain)
        least = _served(least, facilities, kinds[:1], radii[kind])
        most = _served(most, facilities, kinds, radii[kind])
    served = [land.zones.total(shapely.area(pieces)) for pieces in (least, most)]
    values = wanted.table(zones, served[0], served[1], land.zones.total(land.area))
    return Measurement(values, no_findings(zones.crs), wanted.facts)


def full_set_by_walking(  # noqa: PLR0913  (three of them say which set)
    zones: gpd.GeoDataFrame,
    demand: gpd.GeoDataFrame,
    facilities: gpd.GeoDataFrame,
    walking: Reach,
    *,
    radii: Mapping[str, float],
    held_only: bool = False,
    uncertain: Mapping[str, Sequence[str]] = CERTAIN,
) -> Measurement:
    """
    Return the share of demand land within a walk of every required kind.

    See `full_set_on_land` for the parameters and the result. Findings are the zones of the
    finest level where a kind is farther than its radius from half of the land: how many are
    `missing`, `kinds_zh` and `kinds_en` with the median walk to each.
    """
    require_metric_crs(zones=zones, demand=demand, facilities=facilities)
    wanted = _Wanted(facilities, radii, uncertain, held_only)
    if demand.empty:
        return wanted.unknown(zones, "")
    _, origins = land_samples(land_of(demand, zones), SPACING_M)
    return _walked(zones, origins, walking, wanted)


def full_set_for_people(  # noqa: PLR0913  (three of them say which set)
    zones: gpd.GeoDataFrame,
    residents: gpd.GeoDataFrame,
    facilities: gpd.GeoDataFrame,
    walking: Reach,
    *,
    radii: Mapping[str, float],
    held_only: bool = False,
    uncertain: Mapping[str, Sequence[str]] = CERTAIN,
) -> Measurement:
    """
    Return the share of residents within a walk of every required kind.

    See `full_set_by_walking`; findings are of people in place of land.
    """
    require_metric_crs(zones=zones, residents=residents, facilities=facilities)
    wanted = _Wanted(facilities, radii, uncertain, held_only)
    if residents.empty:
        return wanted.unknown(zones, "no_population")
    origins = point_origins(residents, "persons", zones)
    return _walked(zones, origins, walking, wanted)


def full_set_for_homes(  # noqa: PLR0913  (three of them say which set)
    zones: gpd.GeoDataFrame,
    homes: gpd.GeoDataFrame,
    facilities: gpd.GeoDataFrame,
    walking: Reach,
    *,
    radii: Mapping[str, float],
    held_only: bool = False,
    uncertain: Mapping[str, Sequence[str]] = CERTAIN,
) -> Measurement:
    """
    Return the share of dwellings within a walk of every required kind.

    See `full_set_by_walking`, without findings; `homes` has `dwellings`, as
    `residents.homes` fills them up.
    """
    require_metric_crs(zones=zones, homes=homes, facilities=facilities)
    wanted = _Wanted(facilities, radii, uncertain, held_only)
    if homes.empty:
        return wanted.unknown(zones, "no_homes")
    origins = point_origins(homes, "dwellings", zones)
    measured = _walked(zones, origins, walking, wanted)
    return Measurement(measured.values, no_findings(zones.crs), measured.facts)


def _served(
    pieces: Shapes, facilities: gpd.GeoDataFrame, kinds: Sequence[str], radius_m: float
) -> Shapes:
    """Return what of each piece of land lies within the radius of any facility of these kinds."""
    sites = facilities.geometry[facilities["kind"].isin(kinds)].to_numpy(dtype=object)
    missing = uncovered(pieces, sites, np.full(len(sites), radius_m))
    short = ~shapely.is_empty(missing)
    left = pieces.copy()
    left[short] = shapely.difference(pieces[short], missing[short])
    return left


def _walked(
    zones: gpd.GeoDataFrame, origins: Origins, walking: Reach, wanted: "_Wanted"
) -> Measurement:
    if not wanted.held:
        return wanted.unknown(zones, "no_facilities_in_source")
    if not len(walking.network.edge_from):
        return wanted.unknown(zones, "no_streets")
    ways = walks(walking, origins.xy, wanted.facilities)
    least = np.ones(len(origins.weight), dtype=bool)
    most = least.copy()
    for kind in wanted.held:
        least &= ways.within(wanted.radii[kind], kind)
        most &= ways.within(wanted.radii[kind], *possible_kinds(kind, wanted.uncertain))
    values = wanted.table(zones, origins.total(least), origins.total(most), origins.total())
    if wanted.held_only:  # the same gaps are told by the indicator that asks for all kinds
        return Measurement(values, no_findings(zones.crs), wanted.facts)
    radii = {kind: wanted.radii[kind] for kind in wanted.held}
    found = gaps(zones, origins, ways, radii, wanted.uncertain)
    return Measurement(values, found, wanted.facts)


@dataclass(frozen=True)
class _Wanted:
    """The set of facilities that is asked for."""

    facilities: gpd.GeoDataFrame
    radii: Mapping[str, float]
    uncertain: Mapping[str, Sequence[str]]
    held_only: bool

    @property
    def held(self) -> list[str]:
        """Return the kinds asked for of which some source holds a facility."""
        require_columns("facilities", self.facilities, ["kind"])
        there = set(held_kinds(self.facilities))
        return [kind for kind in self.radii if there & {*possible_kinds(kind, self.uncertain)}]

    @property
    def facts(self) -> dict[str, object]:
        """Return which kinds are held, and which not."""
        held = self.held
        missing = [kind for kind in self.radii if kind not in held]
        chinese, english = kind_titles(missing)
        return {
            "kinds_held": held,
            "kinds_missing": missing,
            "kinds_missing_zh": chinese,
            "kinds_missing_en": english,
        }

    def unknown(self, zones: gpd.GeoDataFrame, reason: str) -> Measurement:
        """Return that nothing is known, by default for want of residential land."""
        measured = unknown(zones, reason or "no_residential_land")
        return Measurement(measured.values, measured.findings, self.facts)

    def table(
        self, zones: gpd.GeoDataFrame, least: pd.Series, most: pd.Series, total: pd.Series
    ) -> pd.DataFrame:
        """Return the value table from what has all kinds held, at least and at most."""
        whole = total.where(total > 0)
        low, high = (least / whole).clip(0, 1), (most / whole).clip(0, 1)
        unknown_kinds = not self.held_only and len(self.held) < len(self.radii)
        if unknown_kinds:
            low = low * 0
        known = (high - low).abs() <= 1e-9  # noqa: PLR2004  (rounding)
        known &= not unknown_kinds
        reason = np.where(known | whole.isna(), "", self._reason(unknown_kinds=unknown_kinds))
        return by_zone(
            zones,
            numerator=least.where(known),
            denominator=total,
            value=low.where(known),
            low=low,
            high=high,
            reason=pd.Series(reason, index=zones.index),
        )

    def _reason(self, *, unknown_kinds: bool) -> str:
        return "kinds_not_held" if unknown_kinds else "kind_uncertain"
