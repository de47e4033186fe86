"""The share of land, people and homes that have every facility a living circle requires."""

from collections.abc import Mapping

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from hetao.geo.reach import Reach
from hetao.indicators.coverage import uncovered
from hetao.indicators.kinds import LOOKED_FOR_M, Walks, held_kinds, kind_titles, walks
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
from hetao.indicators.zone_levels import finest_zones


def full_set_on_land(
    zones: gpd.GeoDataFrame,
    demand: gpd.GeoDataFrame,
    facilities: gpd.GeoDataFrame,
    *,
    radii: Mapping[str, float],
    held_only: bool = False,
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
        Ask only for those kinds of which any source holds a facility.

    Returns
    -------
    Measurement
        m² per m². A kind that no source holds at all makes the value unknown
        ("kinds_not_held"), at least 0 and at most the share that has all kinds held; the facts
        `kinds_held` and `kinds_missing` list them.

    Raises
    ------
    CrsError
        If a layer does not measure in metres.
    """
    require_metric_crs(zones=zones, demand=demand, facilities=facilities)
    require_columns("facilities", facilities, ["kind"])
    held = _held(facilities, radii)
    if demand.empty or not held:
        return _nothing(zones, facilities, radii, "" if held else "no_facilities_in_source")
    land = land_of(demand, zones)
    complete = land.pieces
    for kind in held:
        sites = facilities.geometry[facilities["kind"] == kind].to_numpy(dtype=object)
        complete = _without(complete, uncovered(complete, sites, np.full(len(sites), radii[kind])))
    total = land.zones.total(land.area)
    values = _table(zones, land.zones.total(shapely.area(complete)), total, radii, held, held_only)
    return Measurement(values, no_findings(zones.crs), _facts(facilities, radii))


def full_set_by_walking(
    zones: gpd.GeoDataFrame,
    demand: gpd.GeoDataFrame,
    facilities: gpd.GeoDataFrame,
    walking: Reach,
    *,
    radii: Mapping[str, float],
    held_only: bool = False,
) -> Measurement:
    """
    Return the share of demand land within a walk of every required kind.

    See `full_set_on_land` for the parameters and the result. Findings are the zones of the
    finest level where a kind is farther than its radius from half of the land: how many are
    `missing`, `kinds_zh` and `kinds_en` with the median walk to each.
    """
    require_metric_crs(zones=zones, demand=demand, facilities=facilities)
    if demand.empty:
        return _nothing(zones, facilities, radii, "")
    _, origins = land_samples(land_of(demand, zones), SPACING_M)
    return _walked(zones, origins, facilities, walking, radii=radii, held_only=held_only)


def full_set_for_people(
    zones: gpd.GeoDataFrame,
    residents: gpd.GeoDataFrame,
    facilities: gpd.GeoDataFrame,
    walking: Reach,
    *,
    radii: Mapping[str, float],
    held_only: bool = False,
) -> Measurement:
    """
    Return the share of residents within a walk of every required kind.

    See `full_set_by_walking`; findings are of people in place of land.
    """
    require_metric_crs(zones=zones, residents=residents, facilities=facilities)
    if residents.empty:
        return _nothing(zones, facilities, radii, "no_population")
    origins = point_origins(residents, "persons", zones)
    return _walked(zones, origins, facilities, walking, radii=radii, held_only=held_only)


def full_set_for_homes(
    zones: gpd.GeoDataFrame,
    homes: gpd.GeoDataFrame,
    facilities: gpd.GeoDataFrame,
    walking: Reach,
    *,
    radii: Mapping[str, float],
    held_only: bool = False,
) -> Measurement:
    """
    Return the share of dwellings within a walk of every required kind.

    See `full_set_by_walking`, without findings; `homes` has `dwellings`, as
    `residents.homes` fills them up.
    """
    require_metric_crs(zones=zones, homes=homes, facilities=facilities)
    if homes.empty:
        return _nothing(zones, facilities, radii, "no_homes")
    origins = point_origins(homes, "dwellings", zones)
    measured = _walked(zones, origins, facilities, walking, radii=radii, held_only=held_only)
    return Measurement(measured.values, no_findings(zones.crs), measured.facts)


def _walked(
    zones: gpd.GeoDataFrame,
    origins: Origins,
    facilities: gpd.GeoDataFrame,
    walking: Reach,
    *,
    radii: Mapping[str, float],
    held_only: bool,
) -> Measurement:
    require_columns("facilities", facilities, ["kind"])
    held = _held(facilities, radii)
    if not held or not len(walking.network.edge_from):
        return _nothing(
            zones, facilities, radii, "no_streets" if held else "no_facilities_in_source"
        )
    ways = walks(walking, origins.xy, facilities)
    complete = np.ones(len(origins.weight), dtype=bool)
    for kind in held:
        complete &= ways.within(kind, radii[kind])
    values = _table(zones, origins.total(complete), origins.total(), radii, held, held_only)
    chosen = {kind: radii[kind] for kind in held}
    return Measurement(values, _gaps(zones, origins, ways, chosen), _facts(facilities, radii))


def _held(facilities: gpd.GeoDataFrame, radii: Mapping[str, float]) -> list[str]:
    there = held_kinds(facilities)
    return [kind for kind in radii if kind in there]


def _without(pieces: Shapes, missing: Shapes) -> Shapes:
    short = ~shapely.is_empty(missing)
    left = pieces.copy()
    left[short] = shapely.difference(pieces[short], missing[short])
    return left


def _facts(facilities: gpd.GeoDataFrame, radii: Mapping[str, float]) -> dict[str, object]:
    held = _held(facilities, radii)
    missing = [kind for kind in radii if kind not in held]
    chinese, english = kind_titles(missing)
    return {
        "kinds_held": held,
        "kinds_missing": missing,
        "kinds_missing_zh": chinese,
        "kinds_missing_en": english,
    }


def _nothing(
    zones: gpd.GeoDataFrame, facilities: gpd.GeoDataFrame, radii: Mapping[str, float], reason: str
) -> Measurement:
    measured = unknown(zones, reason or "no_residential_land")
    return Measurement(measured.values, measured.findings, _facts(facilities, radii))


def _table(
    zones: gpd.GeoDataFrame,
    complete: pd.Series,
    total: pd.Series,
    radii: Mapping[str, float],
    held: list[str],
    held_only: bool,
) -> pd.DataFrame:
    if held_only or len(held) == len(radii):
        share = (complete / total.where(total > 0)).clip(0, 1)
        return by_zone(zones, numerator=complete, denominator=total, value=share)
    nan = pd.Series(np.nan, index=zones.index)
    some = total > 0
    return by_zone(
        zones,
        numerator=nan,
        denominator=total,
        value=nan,
        low=nan.mask(some, 0.0),
        high=(complete / total.where(some)).clip(0, 1),
        reason=pd.Series(np.where(some, "kinds_not_held", ""), index=zones.index),
    )


def _gaps(
    zones: gpd.GeoDataFrame, origins: Origins, ways: Walks, radii: Mapping[str, float]
) -> gpd.GeoDataFrame:
    """Return the finest zones that lack a kind, with what they lack and how far it is."""
    fine = finest_zones(zones)
    metres = median_walks(fine, zones, origins, ways, list(radii))
    rows = []
    for code, distances in zip(fine.index, metres, strict=True):
        known = ~np.isnan(distances)
        lacking = [
            (kind, float(away))
            for kind, away in zip(radii, distances, strict=True)
            if away > radii[kind]
        ]
        if lacking:
            rows.append({"zone": str(code), **_said(lacking), "asked": int(known.sum())})
    if not rows:
        return no_findings(zones.crs)
    table = pd.DataFrame(rows)
    codes = table["zone"].astype("string")
    return gpd.GeoDataFrame(
        table.assign(feature=codes, zone=codes, severity=table["missing"] / table["asked"]),
        geometry=fine.geometry.loc[table["zone"]].to_numpy(),
        crs=zones.crs,
    )


def _said(lacking: list[tuple[str, float]]) -> dict[str, object]:
    named = [(*kind_titles([kind]), _metres(away)) for kind, away in lacking]
    return {
        "missing": len(lacking),
        "kinds": ",".join(kind for kind, _ in lacking),
        "kinds_zh": "、".join(f"{chinese}（{away}）" for chinese, _, away in named),
        "kinds_en": ", ".join(f"{english} ({away})" for _, english, away in named),
        "nearest_m": max(away for _, away in lacking),
    }


def _metres(away: float) -> str:
    return f"{away:.0f} m" if np.isfinite(away) else f">{LOOKED_FOR_M:.0f} m"


def median_walks(
    fine: gpd.GeoDataFrame,
    zones: gpd.GeoDataFrame,
    origins: Origins,
    ways: Walks,
    kinds: list[str],
) -> NDArray[np.float64]:
    """
    Return how far half of the weight in each zone walks at most to each kind.

    Parameters
    ----------
    fine : GeoDataFrame
        Zones of one level, out of `zones`, which the origins are placed in.
    kinds : list of str
        Kinds that are held.

    Returns
    -------
    array of float, (fine zones, kinds)
        Metres; infinite beyond `LOOKED_FOR_M`; NaN where nobody sets out.
    """
    position = zones.index.get_indexer(fine.index)
    row = np.full(len(zones), -1)
    row[position] = np.arange(len(fine))
    of_thing = np.full(len(origins.zones.finest), -1)
    held = row[origins.zones.zone] >= 0
    of_thing[origins.zones.thing[held]] = row[origins.zones.zone[held]]
    of_origin = of_thing[origins.thing]
    metres = np.full((len(fine), len(kinds)), np.nan)
    by_zone_ = np.argsort(of_origin, kind="stable")
    starts = np.searchsorted(of_origin[by_zone_], np.arange(len(fine) + 1))
    for zone in range(len(fine)):
        chosen = by_zone_[starts[zone] : starts[zone + 1]]
        if origins.weight[chosen].sum() > 0:
            for column, kind in enumerate(kinds):
                metres[zone, column] = _median(ways.to(kind)[chosen], origins.weight[chosen])
    return metres


def _median(values: NDArray[np.float32], weights: NDArray[np.float64]) -> float:
    order = np.argsort(values, kind="stable")
    share = weights[order].cumsum()
    return float(values[order][np.searchsorted(share, share[-1] / 2)])
