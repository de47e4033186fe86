"""Facilities of all kinds at once: how far each kind is, and what one kind covers."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType

import geopandas as gpd
import numpy as np
from numpy.typing import NDArray

from hetao.geo.join import join_sites
from hetao.geo.reach import Reach, nearest
from hetao.indicators.coverage import straight_coverage
from hetao.indicators.measurement import (
    Measurement,
    no_findings,
    require_columns,
    require_metric_crs,
    unknown,
)
from hetao.indicators.remembered import Content, of_array, of_layer
from hetao.indicators.service import constant_radius
from hetao.indicators.shortfall import shares
from hetao.indicators.travel import Distances, Origins, joined, land_of, land_samples, point_origins
from hetao.indicators.travelled import SPACING_M
from hetao.registers.definition import register_named

LOOKED_FOR_M = 3000.0
"""How far facilities are looked for; no radius of the standard is larger than 2 000 m."""

ROUNDING_M = 5e-4

CERTAIN: Mapping[str, Sequence[str]] = MappingProxyType({})
"""Every facility is of the kind it is said to be."""

PARK_KIND = "park"
"""What parks are called where they stand among the kinds of facility."""


@dataclass(frozen=True)
class Walks:
    """
    How far it is from each origin to the nearest facility of each kind.

    Attributes
    ----------
    kinds : tuple of str
        Those of which any source holds a facility.
    metres : array of float, (origins, kinds)
        Infinite beyond `LOOKED_FOR_M`.
    """

    kinds: tuple[str, ...]
    metres: NDArray[np.float32]

    def to(self, *kinds: str) -> NDArray[np.float32]:
        """Return the way to the nearest facility of any of these kinds."""
        columns = [self.kinds.index(kind) for kind in kinds if kind in self.kinds]
        return np.asarray(self.metres[:, columns].min(axis=1, initial=np.inf))

    def within(self, radius_m: float, *kinds: str) -> NDArray[np.bool_]:
        """Say of each origin whether a facility of any of these kinds lies within a walk."""
        return np.asarray(self.to(*kinds) <= radius_m + ROUNDING_M)


def walks(reach: Reach, xy: Distances, facilities: gpd.GeoDataFrame) -> Walks:
    """Return how far it is from origins to each kind of facility, remembered for the next."""
    return _walks(reach, of_array(xy), of_layer(facilities, "kind"))


@lru_cache(maxsize=4)
def _walks(reach: Reach, xy: Content[Distances], facilities: Content[gpd.GeoDataFrame]) -> Walks:
    layer = facilities.value
    kinds = held_kinds(layer)
    sites = join_sites(reach.network, layer.geometry)
    kind = layer["kind"].fillna("").to_numpy(dtype=object)[sites.owner]
    places = {name: sites.taken(kind == name) for name in kinds}
    limit = int(LOOKED_FOR_M * 1000)
    metres = nearest(reach, joined(reach.network, xy.value), places, limit)
    return Walks(kinds, metres.astype(np.float32))


def held_kinds(facilities: gpd.GeoDataFrame) -> tuple[str, ...]:
    """Return the kinds of which there is any facility, in alphabetical order."""
    return tuple(sorted(facilities["kind"].dropna().unique()))


def possible_kinds(kind: str, uncertain: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """Return a kind and those that may turn out to be it: a school of unknown level."""
    return (kind, *(other for other, may_be in uncertain.items() if kind in may_be))


def kind_titles(kinds: Iterable[str]) -> tuple[str, str]:
    """Return how kinds of facility are called in Chinese and English, each as one list."""
    parks = {PARK_KIND: register_named("parks").name_zh}
    titles = {**register_named("facilities").field("kind").values, **parks}
    chosen = list(kinds)
    chinese = "、".join(titles.get(kind, kind) for kind in chosen)
    return chinese, ", ".join(kind.replace("_", " ") for kind in chosen)


def one_kind_on_land(
    zones: gpd.GeoDataFrame,
    demand: gpd.GeoDataFrame,
    facilities: gpd.GeoDataFrame,
    *,
    kind: str,
    radius_m: float,
    uncertain: Mapping[str, Sequence[str]] = CERTAIN,
) -> Measurement:
    """
    Return the share of demand land within a straight-line distance of a facility of one kind.

    Parameters
    ----------
    zones, demand : GeoDataFrame
    facilities : GeoDataFrame
        All kinds, with `kind`.
    kind : str
    radius_m : float
    uncertain : mapping of str to sequence of str
        Kinds that may turn out to be others: `{"school_level_unknown": ["primary_school"]}`.
        Where they matter the value is unknown, with "kind_uncertain".

    Returns
    -------
    Measurement
        As `coverage.buffer_coverage`, without findings: what is missing is told by living circle.

    Raises
    ------
    CrsError
        If a layer does not measure in metres.
    """
    require_columns("facilities", facilities, ["kind"])
    kinds = possible_kinds(kind, uncertain)
    sites = facilities[facilities["kind"].isin(kinds)].reset_index(drop=True)
    service = constant_radius(sites, radius_m, kinds[1:])
    return straight_coverage(zones, demand, service, finding=False)


def one_kind_by_walking(  # noqa: PLR0913  (three of them say which facilities serve)
    zones: gpd.GeoDataFrame,
    demand: gpd.GeoDataFrame,
    facilities: gpd.GeoDataFrame,
    walking: Reach,
    *,
    kind: str,
    radius_m: float,
    uncertain: Mapping[str, Sequence[str]] = CERTAIN,
) -> Measurement:
    """
    Return the share of demand land within a walk of a facility of one kind.

    See `one_kind_on_land` for the parameters, and `walking_coverage.walking_coverage` for the
    walk; `radius_m` is at most `LOOKED_FOR_M`.
    """
    require_metric_crs(zones=zones, demand=demand, facilities=facilities)
    if demand.empty:
        return unknown(zones, "no_residential_land")
    _, origins = land_samples(land_of(demand, zones), SPACING_M)
    kinds = possible_kinds(kind, uncertain)
    return _one_kind(zones, origins, facilities, walking, kinds=kinds, radius_m=radius_m)


def one_kind_for_people(  # noqa: PLR0913  (three of them say which facilities serve)
    zones: gpd.GeoDataFrame,
    residents: gpd.GeoDataFrame,
    facilities: gpd.GeoDataFrame,
    walking: Reach,
    *,
    kind: str,
    radius_m: float,
    uncertain: Mapping[str, Sequence[str]] = CERTAIN,
) -> Measurement:
    """
    Return the share of residents within a walk of a facility of one kind.

    See `one_kind_by_walking`, and `people_coverage.people_coverage` for the result.
    """
    require_metric_crs(zones=zones, residents=residents, facilities=facilities)
    if residents.empty:
        return unknown(zones, "no_population")
    origins = point_origins(residents, "persons", zones)
    kinds = possible_kinds(kind, uncertain)
    return _one_kind(zones, origins, facilities, walking, kinds=kinds, radius_m=radius_m)


def _one_kind(
    zones: gpd.GeoDataFrame,
    origins: Origins,
    facilities: gpd.GeoDataFrame,
    walking: Reach,
    *,
    kinds: tuple[str, ...],
    radius_m: float,
) -> Measurement:
    require_columns("facilities", facilities, ["kind"])
    count = int(facilities["kind"].isin(kinds).sum())
    if not count:
        return unknown(zones, "no_facilities_in_source")
    if not len(walking.network.edge_from):
        return unknown(zones, "no_streets")
    ways = walks(walking, origins.xy, facilities)
    least = origins.total(ways.within(radius_m, kinds[0]))
    most = origins.total(ways.within(radius_m, *kinds))
    served = {"low": least, "from": least, "to": most, "high": most}
    values = shares(served, origins.total(), zones, "kind_uncertain")
    return Measurement(values, no_findings(zones.crs), {"facilities": count})
