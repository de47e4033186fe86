"""The share of land within walking distance of facilities, and within the fire engines' time."""

from collections.abc import Mapping, Sequence

import geopandas as gpd
import numpy as np
import shapely

from hetao.geo.reach import Reach
from hetao.indicators.measurement import Measurement, require_columns
from hetao.indicators.service import (
    constant_radius,
    engines_in_time,
    greenways_counted,
    park_radii,
    radius_by_kind,
)
from hetao.indicators.travelled import travelled_land


def walking_coverage(  # noqa: PLR0913  (two of them say who serves)
    zones: gpd.GeoDataFrame,
    demand: gpd.GeoDataFrame,
    facilities: gpd.GeoDataFrame,
    walking: Reach,
    residents: gpd.GeoDataFrame | None = None,
    *,
    radius_m: float,
    uncertain_kinds: Sequence[str] = (),
) -> Measurement:
    """
    Return the share of demand land within a walking distance of a facility.

    Parameters
    ----------
    zones, demand, facilities, residents : GeoDataFrame
        As in `coverage.buffer_coverage`.
    walking : Reach
        The streets as walkers use them. The way counts from each sample of land, 25 m apart, to
        where the facility can be entered, the straight legs at both ends included.
    radius_m : float
    uncertain_kinds : sequence of str
        Kinds of facility that may serve or not.

    Returns
    -------
    Measurement
        As `coverage.buffer_coverage`, with "no_streets" where there is no network; `nearest_m`
        is the walk from the middling sample of the unserved land, infinite beyond 10 km.

    Raises
    ------
    CrsError
        If a layer does not measure in metres.
    """
    service = constant_radius(facilities, radius_m, uncertain_kinds)
    return travelled_land(zones, demand, service, walking, residents=residents)


def park_walking_coverage(  # noqa: PLR0913  (three of them say how far parks serve)
    zones: gpd.GeoDataFrame,
    demand: gpd.GeoDataFrame,
    parks: gpd.GeoDataFrame,
    walking: Reach,
    entrances: gpd.GeoDataFrame,
    residents: gpd.GeoDataFrame | None = None,
    *,
    radii_m: Sequence[Sequence[float]],
    historic_from_m2: float | None = None,
    public_kinds: Sequence[str] = (),
) -> Measurement:
    """
    Return the share of demand land within the walk that each park's size serves.

    Parks are entered at their `entrances`, or where streets cross their edge. See `park_radii`
    for what each serves and `walking_coverage` for the rest.
    """
    require_columns("parks", parks, ["kind", "public", "historic_district", "area_m2"])
    service = park_radii(
        parks, radii_m=radii_m, historic_from_m2=historic_from_m2, public_kinds=public_kinds
    )
    return travelled_land(zones, demand, service, walking, entrances=entrances, residents=residents)


def greenway_walking_coverage(  # noqa: PLR0913  (two of them say what is served)
    zones: gpd.GeoDataFrame,
    demand: gpd.GeoDataFrame,
    greenways: gpd.GeoDataFrame,
    walking: Reach,
    residents: gpd.GeoDataFrame | None = None,
    *,
    radius_m: float,
    path_from_m: float,
) -> Measurement:
    """
    Return the share of demand land within a walking distance of a greenway.

    See `greenways_counted` for widths and `walking_coverage` for the rest.
    """
    require_columns("greenways", greenways, ["path_width_m"])
    service = greenways_counted(greenways, radius_m=radius_m, path_from_m=path_from_m)
    return travelled_land(zones, demand, service, walking, residents=residents)


def kind_walking_coverage(
    zones: gpd.GeoDataFrame,
    demand: gpd.GeoDataFrame,
    facilities: gpd.GeoDataFrame,
    walking: Reach,
    residents: gpd.GeoDataFrame | None = None,
    *,
    radii_m: Mapping[str, float],
) -> Measurement:
    """
    Return the share of demand land within the walk that each facility's `kind` serves.

    See `radius_by_kind` for missing kinds and `walking_coverage` for the rest.
    """
    require_columns("facilities", facilities, ["kind"])
    service = radius_by_kind(facilities, "kind", radii_m, "kind_unknown")
    return travelled_land(zones, demand, service, walking, residents=residents)


def fire_driving_coverage(  # noqa: PLR0913  (two of them say what is served)
    zones: gpd.GeoDataFrame,
    demand: gpd.GeoDataFrame,
    stations: gpd.GeoDataFrame,
    driving: Reach,
    residents: gpd.GeoDataFrame | None = None,
    *,
    drive_s: float,
    no_engine_classes: Sequence[str] = (),
) -> Measurement:
    """
    Return the share of construction land that fire engines reach in time.

    Parameters
    ----------
    driving : Reach
        The streets as drivers use them; engines drive from the station, so one-way streets
        count in that direction.
    drive_s : float
        Seconds on the way.
    no_engine_classes : sequence of str
        Classes of station that send none.

    Returns
    -------
    Measurement
        As `walking_coverage`; `nearest_m` is the straight distance, and "no_construction_land"
        the reason without any land.

    Raises
    ------
    CrsError
        If a layer does not measure in metres.
    """
    require_columns("stations", stations, ["class"])
    service = engines_in_time(stations, drive_s=drive_s, no_engine_classes=no_engine_classes)
    measured = travelled_land(
        zones,
        demand,
        service,
        driving,
        residents=residents,
        no_land="no_construction_land",
        inbound=True,
    )
    findings = measured.findings
    if findings.empty:
        return measured
    sites = np.asarray(stations.geometry, dtype=object)[service.value_m > 0]
    straight = shapely.distance(
        shapely.point_on_surface(np.asarray(findings.geometry, dtype=object)),
        shapely.union_all(sites),
    )
    findings = findings.assign(nearest_m=np.nan_to_num(straight, nan=np.inf), radius_m=np.nan)
    return Measurement(measured.values, findings, measured.facts)
