"""The share of land within straight-line reach of facilities: the check-up's own method."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import geopandas as gpd
import numpy as np
import shapely

from hetao.indicators.demand import SLIVER_M2, Land
from hetao.indicators.measurement import (
    Measurement,
    no_findings,
    require_columns,
    require_metric_crs,
    unknown,
)
from hetao.indicators.membership import Shapes
from hetao.indicators.service import (
    Radii,
    Service,
    constant_radius,
    fire_radii,
    greenways_counted,
    park_radii,
    radius_by_kind,
)
from hetao.indicators.shortfall import Patches, land_findings, shares, unserved_land
from hetao.indicators.travel import land_of

QUARTER_SEGMENTS = 32
"""A circle drawn so lacks 0.04 % of its area."""


def buffer_coverage(
    zones: gpd.GeoDataFrame,
    demand: gpd.GeoDataFrame,
    facilities: gpd.GeoDataFrame,
    residents: gpd.GeoDataFrame | None = None,
    *,
    radius_m: float,
    uncertain_kinds: Sequence[str] = (),
) -> Measurement:
    """
    Return the share of demand land within a straight-line distance of a facility.

    Facilities outside a zone count where they reach in; land reached twice counts once.

    Parameters
    ----------
    zones : GeoDataFrame
        Indexed by zone code; levels may overlap.
    demand : GeoDataFrame
        The land to be served, for example residential land; overlaps count once.
    facilities : GeoDataFrame
        Points, or polygons that serve from their outline.
    residents : GeoDataFrame, optional
        Points with `persons`, for the people affected by each finding.
    radius_m : float
        How far each facility serves.
    uncertain_kinds : sequence of str
        Kinds of facility that may serve or not: a school whose level nobody says. Where they
        matter the value is unknown, with "kind_uncertain".

    Returns
    -------
    Measurement
        m² per m². Unknown with "no_residential_land" where there is no demand land at all, and
        "no_facilities_in_source" where no facility is known anywhere. Findings are the land
        features with at least 2 000 m² unserved: `area_ha`, `nearest_m` (straight, from the
        middle of the unserved land), `radius_m` and `persons`.

    Raises
    ------
    CrsError
        If a layer does not measure in metres.
    """
    service = constant_radius(facilities, radius_m, uncertain_kinds)
    return straight_coverage(zones, demand, service, residents=residents)


def park_buffer_coverage(  # noqa: PLR0913  (three of them say how far parks serve)
    zones: gpd.GeoDataFrame,
    demand: gpd.GeoDataFrame,
    parks: gpd.GeoDataFrame,
    residents: gpd.GeoDataFrame | None = None,
    *,
    radii_m: Sequence[Sequence[float]],
    historic_from_m2: float | None = None,
    public_kinds: Sequence[str] = (),
) -> Measurement:
    """
    Return the share of demand land within the radius that each park's size serves.

    The radius runs from the park's boundary. See `park_radii` for the rows of `radii_m` and for
    parks of unknown access or size, and `buffer_coverage` for the rest.
    """
    require_columns("parks", parks, ["kind", "public", "historic_district", "area_m2"])
    service = park_radii(
        parks, radii_m=radii_m, historic_from_m2=historic_from_m2, public_kinds=public_kinds
    )
    return straight_coverage(zones, demand, service, residents=residents)


def any_park_buffer_coverage(
    zones: gpd.GeoDataFrame,
    demand: gpd.GeoDataFrame,
    parks: gpd.GeoDataFrame,
    residents: gpd.GeoDataFrame | None = None,
    *,
    radius_m: float,
    public_kinds: Sequence[str] = (),
) -> Measurement:
    """
    Return the share of demand land within one radius of any park, whatever its size.

    See `park_radii` for parks of unknown access, and `buffer_coverage` for the rest.

    References
    ----------
    GB/T 51346-2019 annex A.0.3.
    """
    require_columns("parks", parks, ["kind", "public", "historic_district", "area_m2"])
    service = park_radii(parks, radii_m=[[0, radius_m, radius_m]], public_kinds=public_kinds)
    return straight_coverage(zones, demand, service, residents=residents)


def greenway_buffer_coverage(
    zones: gpd.GeoDataFrame,
    demand: gpd.GeoDataFrame,
    greenways: gpd.GeoDataFrame,
    residents: gpd.GeoDataFrame | None = None,
    *,
    radius_m: float,
    path_from_m: float,
) -> Measurement:
    """
    Return the share of demand land within a distance on both sides of greenways.

    See `greenways_counted` for widths and `buffer_coverage` for the rest.
    """
    require_columns("greenways", greenways, ["path_width_m"])
    service = greenways_counted(greenways, radius_m=radius_m, path_from_m=path_from_m)
    return straight_coverage(zones, demand, service, residents=residents)


def kind_buffer_coverage(
    zones: gpd.GeoDataFrame,
    demand: gpd.GeoDataFrame,
    facilities: gpd.GeoDataFrame,
    residents: gpd.GeoDataFrame | None = None,
    *,
    radii_m: Mapping[str, float],
) -> Measurement:
    """
    Return the share of demand land within the radius that each facility's `kind` serves.

    See `radius_by_kind` for missing kinds and `buffer_coverage` for the rest.
    """
    require_columns("facilities", facilities, ["kind"])
    service = radius_by_kind(facilities, "kind", radii_m, "kind_unknown")
    return straight_coverage(zones, demand, service, residents=residents)


def fire_circle_coverage(
    zones: gpd.GeoDataFrame,
    demand: gpd.GeoDataFrame,
    stations: gpd.GeoDataFrame,
    residents: gpd.GeoDataFrame | None = None,
    *,
    service_area_m2: Mapping[str, float],
) -> Measurement:
    """
    Return the share of construction land within circles as large as stations' service areas.

    See `fire_radii` and, for the rest, `buffer_coverage`; without any construction land the
    reason is "no_construction_land".
    """
    require_columns("stations", stations, ["class"])
    service = fire_radii(stations, service_area_m2=service_area_m2)
    return straight_coverage(
        zones, demand, service, residents=residents, no_land="no_construction_land"
    )


def straight_coverage(
    zones: gpd.GeoDataFrame,
    demand: gpd.GeoDataFrame,
    service: Service,
    *,
    residents: gpd.GeoDataFrame | None = None,
    no_land: str = "no_residential_land",
    finding: bool = True,
) -> Measurement:
    """Return the share of demand land within the straight-line reach of a service."""
    require_metric_crs(zones=zones, demand=demand, facilities=service.sites)
    if demand.empty:
        return unknown(zones, no_land)
    if service.sites.empty:
        return unknown(zones, "no_facilities_in_source")
    land = land_of(demand, zones)
    left = _Left(land, service)
    certain_low, certain_high = service.bounds
    served = {
        name: land.zones.total(land.area - shapely.area(left.of(radii)))
        for name, radii in {
            "low": service.low_m,
            "from": certain_low,
            "to": certain_high,
            "high": service.high_m,
        }.items()
    }
    values = shares(served, land.zones.total(land.area), zones, service.reason)
    if not finding:
        return Measurement(values, no_findings(zones.crs), service.facts)
    patches = unserved_land(land, left.of(certain_high))
    findings = told(patches, demand, zones, service, certain_high, residents)
    return Measurement(values, findings, service.facts)


@dataclass
class _Left:
    """What no facility reaches of each piece of land, computed once for each set of radii."""

    land: Land
    service: Service
    done: dict[bytes, Shapes] = field(default_factory=dict)

    def of(self, radii: Radii) -> Shapes:
        key = radii.tobytes()
        if key not in self.done:
            sites = np.asarray(self.service.sites.geometry, dtype=object)
            self.done[key] = uncovered(self.land.pieces, sites, radii)
        return self.done[key]


def uncovered(pieces: Shapes, sites: Shapes, radii: Radii) -> Shapes:
    """
    Return what is left of each piece outside the reach of every site.

    Parameters
    ----------
    pieces : array of polygons
    sites : array of geometries
    radii : array of float
        Metres that each site reaches; 0 or less reaches nothing.
    """
    serving = radii > 0
    sites, radii = sites[serving], radii[serving]
    reaches = shapely.buffer(sites, radii, quad_segs=QUARTER_SEGMENTS)
    tree = shapely.STRtree(reaches)
    left = pieces.copy()
    left[np.unique(tree.query(pieces, predicate="covered_by")[0])] = shapely.Polygon()
    rest = np.flatnonzero(~shapely.is_empty(left))
    piece, by = tree.query(left[rest], predicate="intersects")
    piece = rest[piece]
    distance = shapely.distance(shapely.centroid(pieces[piece]), sites[by])
    order = np.lexsort((distance, piece))
    piece, by = piece[order], by[order]
    turn = np.arange(len(piece)) - np.searchsorted(piece, piece)
    for step in range(int(turn.max(initial=-1)) + 1):
        now = turn == step
        now[now] = ~shapely.is_empty(left[piece[now]])
        left[piece[now]] = shapely.difference(left[piece[now]], reaches[by[now]])
    left[shapely.area(left) < SLIVER_M2] = shapely.Polygon()
    return left


def told(
    patches: Patches,
    demand: gpd.GeoDataFrame,
    zones: gpd.GeoDataFrame,
    service: Service,
    radii: Radii,
    residents: gpd.GeoDataFrame | None,
) -> gpd.GeoDataFrame:
    """Return the findings for land that falls short of a straight-line service."""
    serving = radii > 0
    middle = shapely.point_on_surface(patches.shape)
    nearest = np.full(len(middle), np.inf)
    if serving.any() and len(middle):
        tree = shapely.STRtree(np.asarray(service.sites.geometry, dtype=object)[serving])
        _, nearest = tree.query_nearest(middle, return_distance=True, all_matches=False)
    return land_findings(patches, demand, zones, nearest_m=nearest, residents=residents).assign(
        radius_m=float(radii.max(initial=0.0))
    )
