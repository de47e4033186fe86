"""Length of roads per area: the centre lines of counted classes, clipped at each zone."""

from collections.abc import Mapping, Sequence
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from hetao.indicators.carriageways import CarriagewayRule, carriageway_pieces, flags
from hetao.indicators.measurement import (
    Measurement,
    by_zone,
    no_findings,
    require_columns,
    require_metric_crs,
    unknown,
)
from hetao.indicators.membership import points_in_zones
from hetao.indicators.parallel_lines import Floats, Segments
from hetao.indicators.places import finest_codes, road_labels
from hetao.indicators.zone_lengths import BoundaryRule, lengths_in_zones

ROAD_COLUMNS = ("id", "name", "class", "ramp", "oneway", "dual_carriageway", "roundabout")

Flags = NDArray[np.bool_]


def road_network_density(
    zones: gpd.GeoDataFrame,
    roads: gpd.GeoDataFrame,
    *,
    classes: Sequence[str],
    count_ramps: bool = False,
    boundary_tolerance_m: float = 20.0,
    carriageway_gap_m: float = 40.0,
) -> Measurement:
    """
    Return the length of counted roads per zone area.

    Parameters
    ----------
    zones : GeoDataFrame
        Indexed by zone code.
    roads : GeoDataFrame
        The register `roads` in the CRS of the zones.
    classes : sequence of str
        Classes that count. Roads without a class count in `high` alone.
    count_ramps : bool
        Whether ramps count.
    boundary_tolerance_m : float
        A road counts as boundary road where it runs along the outline of the zone within
        this distance, inside or outside.
    carriageway_gap_m : float
        Two one-way roads of the same class that run in opposite directions, at most this far
        apart and not under different names, are one road where they run side by side: each
        counts half there. A road whose `dual_carriageway` is set is taken at its word.

    Returns
    -------
    Measurement
        m per m². Boundary roads weigh ½ in `value`, 0 in `low` and 1 in `high`. A zone whose
        only roads have no class is unknown for the reason "no_road_classes". Findings are the
        roads without a class.
    """
    require_columns("roads", roads, ROAD_COLUMNS)
    ramps = flags(roads["ramp"]) & (not count_ramps)
    classless = roads["class"].isna().to_numpy()
    counted = roads["class"].isin(list(classes)).to_numpy() & ~ramps
    measurement = _density(
        zones,
        roads,
        counted=counted,
        doubtful=classless & ~ramps,
        boundary=BoundaryRule(boundary_tolerance_m),
        carriageways=CarriagewayRule(carriageway_gap_m),
    )
    facts = {**measurement.facts, "ramps_km": _km(roads.geometry[ramps])}
    return Measurement(measurement.values, _classless(zones, roads[classless & ~ramps]), facts)


def paved_road_density(
    zones: gpd.GeoDataFrame,
    roads: gpd.GeoDataFrame,
    *,
    classes: Sequence[str],
    minimum_width_m: float,
    boundary_tolerance_m: float = 20.0,
    carriageway_gap_m: float = 40.0,
) -> Measurement:
    """
    Return the length of roads wide enough to count in urban statistics, per zone area.

    Roads of the counted classes are wide enough unless their width says otherwise; other roads,
    alleys among them, count where their width is known to suffice and count in `high` alone
    where it is not known. Motorways never count.

    Parameters
    ----------
    zones, roads, classes, boundary_tolerance_m, carriageway_gap_m
        As for `road_network_density`.
    minimum_width_m : float
        From this paved width on a road counts.

    Returns
    -------
    Measurement
        m per m², as `road_network_density` returns it, without findings.
    """
    require_columns("roads", roads, (*ROAD_COLUMNS, "width_m"))
    urban = (roads["class"] != "motorway").fillna(True).to_numpy(dtype=bool)
    urban &= ~flags(roads["ramp"])
    wide = (roads["width_m"] >= minimum_width_m).fillna(False).to_numpy(dtype=bool)
    silent = roads["width_m"].isna().to_numpy()
    sure = wide | (silent & roads["class"].isin(list(classes)).to_numpy())
    return _density(
        zones,
        roads,
        counted=urban & sure,
        doubtful=urban & silent & ~sure,
        boundary=BoundaryRule(boundary_tolerance_m),
        carriageways=CarriagewayRule(carriageway_gap_m),
    )


def _density(
    zones: gpd.GeoDataFrame,
    roads: gpd.GeoDataFrame,
    *,
    counted: Flags,
    doubtful: Flags,
    boundary: BoundaryRule,
    carriageways: CarriagewayRule,
) -> Measurement:
    require_metric_crs(zones=zones, roads=roads)
    present = ~(roads.geometry.isna() | roads.geometry.is_empty).to_numpy()
    used = (counted | doubtful) & present
    if not used.any():
        return unknown(zones, "no_roads")
    chosen = roads[used]
    doubt = doubtful[used]
    pieces, weight = carriageway_pieces(chosen, carriageways)
    lengths = lengths_in_zones(zones, chosen, pieces, weight, boundary)
    sure = _by_zone(lengths[~doubt[lengths["road"]]], len(zones))
    maybe = _by_zone(lengths[doubt[lengths["road"]]], len(zones))
    area = zones.geometry.area
    numerator = (sure["inner"] + 0.5 * sure["edge"]).set_axis(zones.index)
    nothing_sure = (sure.sum(axis=1) == 0) & (maybe.sum(axis=1) > 0)
    silent = pd.Series(nothing_sure.to_numpy(), index=zones.index)
    per_area = 1 / area.where(area > 0)
    values = by_zone(
        zones,
        numerator=numerator.mask(silent),
        denominator=area,
        low=sure["inner"].set_axis(zones.index) * per_area,
        high=(sure + maybe).sum(axis=1).set_axis(zones.index) * per_area,
        reason=pd.Series("", index=zones.index).mask(silent, "no_road_classes"),
    )
    facts = _facts(zones, chosen, lengths, pieces, weight)
    return Measurement(values, no_findings(zones.crs), facts)


def _by_zone(lengths: pd.DataFrame, count: int) -> pd.DataFrame:
    sums = lengths.groupby("zone")[["inner", "edge"]].sum()
    return sums.reindex(range(count), fill_value=0.0)


def _facts(
    zones: gpd.GeoDataFrame,
    roads: gpd.GeoDataFrame,
    lengths: pd.DataFrame,
    pieces: Segments,
    weight: Floats,
) -> Mapping[str, Any]:
    """Return what stands behind the figure of the widest zone."""
    widest = int(np.argmax(zones.geometry.area.to_numpy()))
    here = lengths[lengths["zone"] == widest]
    metres = (here["inner"] + here["edge"]).to_numpy() / 1000
    classes = roads["class"].iloc[here["road"]].to_numpy(dtype=object, na_value="unknown")
    by_class = pd.Series(metres).groupby(classes).sum()
    halved = np.bincount(pieces.owner, (1 - weight) * pieces.lengths, minlength=len(roads))
    return {
        "zone": str(zones.index[widest]),
        "km_by_class": {str(name): round(float(km), 3) for name, km in by_class.items()},
        "boundary_km": round(float(here["edge"].sum()) / 1000, 3),
        "second_carriageways_km": round(float(halved[here["road"].unique()].sum()) / 1000, 3),
        "unknown_class_km": round(float(metres[classes == "unknown"].sum()), 3),
    }


def _classless(zones: gpd.GeoDataFrame, roads: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    middles = shapely.line_interpolate_point(roads.geometry.to_numpy(), 0.5, normalized=True)
    length = roads.geometry.length.to_numpy()
    found = gpd.GeoDataFrame(
        {
            "feature": roads["id"].astype("string").to_numpy(),
            "zone": finest_codes(points_in_zones(zones, middles)),
            "severity": np.minimum(length / 1000, 1.0),
            "road": road_labels(roads, np.arange(len(roads))),
            "length_m": length,
        },
        geometry=roads.geometry.to_numpy(),
        crs=zones.crs,
    )
    return found[found["zone"].notna()].reset_index(drop=True)


def _km(lines: gpd.GeoSeries) -> float:
    return round(float(lines.length.sum()) / 1000, 3)
