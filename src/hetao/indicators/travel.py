"""Where people set out from, and whether a facility lies within its distance along the streets."""

from dataclasses import dataclass, field
from functools import lru_cache

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from hetao.geo.join import Places, join, join_sites
from hetao.geo.reach import Reach, nearest
from hetao.geo.streets import StreetNetwork
from hetao.indicators.demand import Land, Samples, grid_samples, land_in_zones
from hetao.indicators.membership import Membership, points_in_zones
from hetao.indicators.remembered import Content, of_array, of_layer
from hetao.indicators.service import Radii, Service

FAR_M = 10_000.0
"""How far the nearest facility is looked for, to say how far it is."""

ALONG_M = 50.0
"""How far apart one can step onto a greenway."""

Distances = NDArray[np.float64]


@dataclass(frozen=True)
class Origins:
    """
    Weighted places that people set out from.

    Attributes
    ----------
    xy : array of float, (origins, 2)
    weight : array of float
        Persons, dwellings, or m² of land.
    thing : array of int
        Position, in `zones`, of the point or piece of land that each origin stands for.
    zones : Membership
    """

    xy: Distances
    weight: Distances
    thing: NDArray[np.intp]
    zones: Membership

    def total(self, served: NDArray[np.bool_] | None = None) -> pd.Series:
        """Return the weight in each zone, of all origins or of those served."""
        weight = self.weight if served is None else self.weight * served
        things = len(self.zones.finest)
        amounts = np.bincount(self.thing, weight, minlength=things).astype(np.float64)
        return self.zones.total(amounts)


def land_of(demand: gpd.GeoDataFrame, zones: gpd.GeoDataFrame) -> Land:
    """Return `land_in_zones`, remembered for the next indicator over the same land."""
    return _land_of(of_layer(demand), of_layer(zones, "level"))


@lru_cache(maxsize=4)
def _land_of(demand: Content[gpd.GeoDataFrame], zones: Content[gpd.GeoDataFrame]) -> Land:
    return land_in_zones(demand.value, zones.value)


def land_samples(land: Land, spacing_m: float) -> tuple[Samples, Origins]:
    """Return samples of land, as they are and as origins."""
    samples = grid_samples(land.pieces, spacing_m)
    return samples, Origins(samples.xy, samples.weight, samples.piece, land.zones)


def point_origins(points: gpd.GeoDataFrame, weight: str, zones: gpd.GeoDataFrame) -> Origins:
    """Return points, weighted by a column, as origins; homes stand at a point on their surface."""
    return _point_origins(of_layer(points, weight), weight, of_layer(zones, "level"))


@lru_cache(maxsize=4)
def _point_origins(
    points: Content[gpd.GeoDataFrame], weight: str, zones: Content[gpd.GeoDataFrame]
) -> Origins:
    shapes = shapely.point_on_surface(np.asarray(points.value.geometry, dtype=object))
    weights = points.value[weight].astype(float).to_numpy()
    held = points_in_zones(zones.value, shapes)
    return Origins(shapely.get_coordinates(shapes), weights, np.arange(len(shapes)), held)


def joined(network: StreetNetwork, xy: Distances) -> Places:
    """Return `join`, remembered for the next indicator from the same origins."""
    return _joined(network, of_array(xy))


@lru_cache(maxsize=6)
def _joined(network: StreetNetwork, xy: Content[Distances]) -> Places:
    return join(network, xy.value)


def site_places(
    network: StreetNetwork, sites: gpd.GeoDataFrame, entrances: gpd.GeoDataFrame | None = None
) -> Places:
    """
    Return where facilities join the network.

    Areas join at their entrances (see `join_sites`), lines every 50 m, since a greenway can be
    stepped onto along its whole length.
    """
    shapes = np.asarray(sites.geometry, dtype=object)
    if not (shapely.get_dimensions(shapes) == 1).any():
        return join_sites(network, sites.geometry, entrances)
    points = shapely.get_coordinates(shapely.segmentize(shapes, ALONG_M), return_index=True)
    places = join(network, points[0])
    return Places(places.edge, places.offset_mm, places.leg_mm, points[1].astype(np.int64))


@dataclass(frozen=True)
class Trip:
    """
    Trips from origins to the facilities of a service.

    Attributes
    ----------
    reach : Reach
        Turned round (`Reach.reversed`) where the facilities come to the origins.
    origins, sites : Places
    service : Service
        Its radii are metres, or seconds where the reach counts time.
    """

    reach: Reach
    origins: Places
    sites: Places
    service: Service
    known: dict[bytes, NDArray[np.bool_]] = field(default_factory=dict)

    def served(self, radii: Radii) -> NDArray[np.bool_]:
        """Say of each origin whether it lies within the radius of any facility."""
        key = radii.tobytes()
        if key not in self.known:
            self.known[key] = self._served(radii)
        return self.known[key]

    def _served(self, radii: Radii) -> NDArray[np.bool_]:
        sizes = np.unique(radii[radii > 0])
        if not len(sizes):
            return np.zeros(len(self.origins), dtype=bool)
        of_site = radii[self.sites.owner]
        groups = {str(size): self.sites.taken(of_site == size) for size in sizes}
        limit = int(np.ceil(sizes.max() * 1000))
        distance = nearest(self.reach, self.origins, groups, limit)
        return np.asarray((distance <= sizes + 5e-4).any(axis=1))  # half a millimetre of rounding

    def nearest(self, radii: Radii, limit: float) -> Distances:
        """Return how far the nearest facility is that serves anyone; infinity beyond `limit`."""
        serving = self.sites.taken(radii[self.sites.owner] > 0)
        distance = nearest(self.reach, self.origins, {"": serving}, int(limit * 1000))
        return np.asarray(distance[:, 0])
