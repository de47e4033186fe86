"""What zones lack: how far half of their people walk to each kind of facility."""

from collections.abc import Mapping, Sequence

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hetao.indicators.kinds import LOOKED_FOR_M, Walks, kind_titles, possible_kinds
from hetao.indicators.measurement import no_findings
from hetao.indicators.travel import Origins
from hetao.indicators.zone_levels import finest_zones


def gaps(
    zones: gpd.GeoDataFrame,
    origins: Origins,
    ways: Walks,
    radii: Mapping[str, float],
    uncertain: Mapping[str, Sequence[str]],
) -> gpd.GeoDataFrame:
    """
    Return the finest zones that lack a kind, with what they lack and how far it is.

    A zone lacks a kind where half of what sets out from it walks farther than the radius, even
    to facilities that only may be of the kind.
    """
    fine = finest_zones(zones)
    groups = [possible_kinds(kind, uncertain) for kind in radii]
    metres = median_walks(fine, zones, origins, ways, groups)
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
    groups: Sequence[Sequence[str]],
) -> NDArray[np.float64]:
    """
    Return how far half of the weight in each zone walks at most to each group of kinds.

    Parameters
    ----------
    fine : GeoDataFrame
        Zones of one level, out of `zones`, which the origins are placed in.
    groups : sequence of sequences of str
        Kinds of facility, any of a group as good as the others.

    Returns
    -------
    array of float, (fine zones, groups)
        Metres; infinite beyond `LOOKED_FOR_M`; NaN where nobody sets out.
    """
    position = zones.index.get_indexer(fine.index)
    row = np.full(len(zones), -1)
    row[position] = np.arange(len(fine))
    of_thing = np.full(len(origins.zones.finest), -1)
    held = row[origins.zones.zone] >= 0
    of_thing[origins.zones.thing[held]] = row[origins.zones.zone[held]]
    of_origin = of_thing[origins.thing]
    metres = np.full((len(fine), len(groups)), np.nan)
    by_zone_ = np.argsort(of_origin, kind="stable")
    starts = np.searchsorted(of_origin[by_zone_], np.arange(len(fine) + 1))
    for column, kinds in enumerate(groups):
        away = ways.to(*kinds)
        for zone in range(len(fine)):
            chosen = by_zone_[starts[zone] : starts[zone + 1]]
            if origins.weight[chosen].sum() > 0:
                metres[zone, column] = _median(away[chosen], origins.weight[chosen])
    return metres


def _median(values: NDArray[np.float32], weights: NDArray[np.float64]) -> float:
    order = np.argsort(values, kind="stable")
    share = weights[order].cumsum()
    return float(values[order][np.searchsorted(share, share[-1] / 2)])
