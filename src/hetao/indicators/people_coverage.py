"""The share of residents within walking distance of facilities, or the fire engines' time."""

from collections.abc import Mapping, Sequence

import geopandas as gpd

from hetao.geo.reach import Reach
from hetao.indicators.measurement import Measurement, require_columns
from hetao.indicators.service import (
    constant_radius,
    engines_in_time,
    greenways_counted,
    park_radii,
    radius_by_kind,
)
from hetao.indicators.travelled import travelled_people


def people_coverage(
    zones: gpd.GeoDataFrame,
    residents: gpd.GeoDataFrame,
    facilities: gpd.GeoDataFrame,
    walking: Reach,
    *,
    radius_m: float,
    uncertain_kinds: Sequence[str] = (),
) -> Measurement:
    """
    Return the share of residents within a walking distance of a facility.

    Parameters
    ----------
    zones, facilities : GeoDataFrame
        As in `coverage.buffer_coverage`.
    residents : GeoDataFrame
        Points with `persons`.
    walking : Reach
        The streets as walkers use them; the straight legs at both ends are part of the way.
    radius_m : float
    uncertain_kinds : sequence of str
        Kinds of facility that may serve or not.

    Returns
    -------
    Measurement
        Persons per person; "no_population", "no_facilities_in_source" or "no_streets" where
        nothing is known. No findings: those of the land say how many people they concern.

    Raises
    ------
    CrsError
        If a layer does not measure in metres.
    """
    return travelled_people(
        zones, residents, constant_radius(facilities, radius_m, uncertain_kinds), walking
    )


def park_people_coverage(  # noqa: PLR0913  (three of them say how far parks serve)
    zones: gpd.GeoDataFrame,
    residents: gpd.GeoDataFrame,
    parks: gpd.GeoDataFrame,
    walking: Reach,
    entrances: gpd.GeoDataFrame,
    *,
    radii_m: Sequence[Sequence[float]],
    historic_from_m2: float | None = None,
    public_kinds: Sequence[str] = (),
) -> Measurement:
    """
    Return the share of residents within the walk that each park's size serves.

    See `park_radii` for what each serves and `people_coverage` for the rest.
    """
    require_columns("parks", parks, ["kind", "public", "historic_district", "area_m2"])
    service = park_radii(
        parks, radii_m=radii_m, historic_from_m2=historic_from_m2, public_kinds=public_kinds
    )
    return travelled_people(zones, residents, service, walking, entrances=entrances)


def greenway_people_coverage(
    zones: gpd.GeoDataFrame,
    residents: gpd.GeoDataFrame,
    greenways: gpd.GeoDataFrame,
    walking: Reach,
    *,
    radius_m: float,
    path_from_m: float,
) -> Measurement:
    """
    Return the share of residents within a walking distance of a greenway.

    See `greenways_counted` for widths and `people_coverage` for the rest.
    """
    require_columns("greenways", greenways, ["path_width_m"])
    service = greenways_counted(greenways, radius_m=radius_m, path_from_m=path_from_m)
    return travelled_people(zones, residents, service, walking)


def kind_people_coverage(
    zones: gpd.GeoDataFrame,
    residents: gpd.GeoDataFrame,
    facilities: gpd.GeoDataFrame,
    walking: Reach,
    *,
    radii_m: Mapping[str, float],
) -> Measurement:
    """
    Return the share of residents within the walk that each facility's `kind` serves.

    See `radius_by_kind` for missing kinds and `people_coverage` for the rest.
    """
    require_columns("facilities", facilities, ["kind"])
    service = radius_by_kind(facilities, "kind", radii_m, "kind_unknown")
    return travelled_people(zones, residents, service, walking)


def fire_people_coverage(
    zones: gpd.GeoDataFrame,
    residents: gpd.GeoDataFrame,
    stations: gpd.GeoDataFrame,
    driving: Reach,
    *,
    drive_s: float,
    no_engine_classes: Sequence[str] = (),
) -> Measurement:
    """
    Return the share of residents whom fire engines reach in time.

    See `walking_coverage.fire_driving_coverage` and, for the rest, `people_coverage`.
    """
    require_columns("stations", stations, ["class"])
    service = engines_in_time(stations, drive_s=drive_s, no_engine_classes=no_engine_classes)
    return travelled_people(zones, residents, service, driving, inbound=True)
