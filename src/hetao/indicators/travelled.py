"""The share of land or people that a service reaches along the streets: the common part."""

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from hetao.geo.reach import Reach
from hetao.indicators.demand import Land, Samples
from hetao.indicators.measurement import Measurement, no_findings, require_metric_crs, unknown
from hetao.indicators.membership import Shapes
from hetao.indicators.service import Radii, Service
from hetao.indicators.shortfall import Patches, land_findings, shares, unserved_land
from hetao.indicators.travel import (
    FAR_M,
    Distances,
    Origins,
    Trip,
    joined,
    land_of,
    land_samples,
    point_origins,
    site_places,
)

SPACING_M = 25.0
"""How far apart land is sampled."""


def travelled_land(  # noqa: PLR0913  (the layers, and how to name what is missing)
    zones: gpd.GeoDataFrame,
    demand: gpd.GeoDataFrame,
    service: Service,
    reach: Reach,
    *,
    entrances: gpd.GeoDataFrame | None = None,
    residents: gpd.GeoDataFrame | None = None,
    no_land: str = "no_residential_land",
    inbound: bool = False,
) -> Measurement:
    """
    Return the share of demand land within reach of a service along the streets.

    Parameters
    ----------
    inbound : bool
        Whether facilities come to people, along one-way streets the other way round.
    """
    require_metric_crs(zones=zones, demand=demand, facilities=service.sites)
    if demand.empty:
        return unknown(zones, no_land)
    missing = missing_reason(service, reach)
    if missing:
        return unknown(zones, missing)
    land = land_of(demand, zones)
    samples, origins = land_samples(land, SPACING_M)
    trip = trip_of(service, reach, origins, entrances, inbound=inbound)
    certain = service.bounds[1]
    left = unserved_parts(land, samples, trip.served(certain))
    patches = unserved_land(land, left)
    away = farness(patches, land, samples, trip, certain)
    findings = land_findings(patches, demand, zones, nearest_m=away, residents=residents)
    findings = findings.assign(radius_m=float(certain.max(initial=0.0)))
    return Measurement(travelled_shares(trip, origins, zones), findings, service.facts)


def travelled_people(
    zones: gpd.GeoDataFrame,
    residents: gpd.GeoDataFrame,
    service: Service,
    reach: Reach,
    *,
    entrances: gpd.GeoDataFrame | None = None,
    inbound: bool = False,
) -> Measurement:
    """Return the share of residents within reach, as `travelled_land` does of land."""
    require_metric_crs(zones=zones, residents=residents, facilities=service.sites)
    missing = "no_population" if residents.empty else missing_reason(service, reach)
    if missing:
        return unknown(zones, missing)
    origins = point_origins(residents, "persons", zones)
    trip = trip_of(service, reach, origins, entrances, inbound=inbound)
    values = travelled_shares(trip, origins, zones)
    return Measurement(values, no_findings(zones.crs), service.facts)


def missing_reason(service: Service, reach: Reach) -> str:
    """Return why nothing can be said of a service along these streets; empty if it can."""
    if service.sites.empty:
        return "no_facilities_in_source"
    return "" if len(reach.network.edge_from) else "no_streets"


def trip_of(
    service: Service,
    reach: Reach,
    origins: Origins,
    entrances: gpd.GeoDataFrame | None,
    *,
    inbound: bool,
) -> Trip:
    """Return the trips between origins and the facilities of a service."""
    sites = site_places(reach.network, service.sites, entrances)
    places = joined(reach.network, origins.xy)
    return Trip(reach.reversed() if inbound else reach, places, sites, service)


def travelled_shares(trip: Trip, origins: Origins, zones: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return the value table of the share of origins' weight that is served."""
    least, most = trip.service.bounds
    radii = {
        "low": trip.service.low_m,
        "from": least,
        "to": most,
        "high": trip.service.high_m,
    }
    served = {name: origins.total(trip.served(values)) for name, values in radii.items()}
    return shares(served, origins.total(), zones, trip.service.reason)


def unserved_parts(land: Land, samples: Samples, served: NDArray[np.bool_]) -> Shapes:
    """Return what is not served of each piece of land: whole, or the cells of its samples."""
    pieces = len(land.pieces)
    missed = np.bincount(samples.piece[~served], minlength=pieces)
    whole = missed == np.bincount(samples.piece, minlength=pieces)
    left = land.pieces.copy()
    left[missed == 0] = shapely.Polygon()
    partly = np.flatnonzero((missed > 0) & ~whole)
    rows = np.flatnonzero(~served & np.isin(samples.piece, partly))
    x, y = samples.xy[rows].T
    half = SPACING_M / 2
    cells = shapely.box(x - half, y - half, x + half, y + half)
    starts = np.searchsorted(samples.piece[rows], partly)
    for piece, around in zip(partly, np.split(cells, starts)[1:], strict=True):
        left[piece] = shapely.intersection(land.pieces[piece], shapely.coverage_union_all(around))
    return left


def farness(patches: Patches, land: Land, samples: Samples, trip: Trip, radii: Radii) -> Distances:
    """Return the median way from the unserved samples of each patch to the nearest facility."""
    feature = land.feature[samples.piece]
    rows = np.flatnonzero(~trip.served(radii) & np.isin(feature, patches.feature))
    away = Trip(trip.reach, trip.origins.taken(rows), trip.sites, trip.service)
    metres = pd.Series(away.nearest(radii, FAR_M)).groupby(feature[rows]).median()
    return np.asarray(metres.reindex(patches.feature), dtype=np.float64)
