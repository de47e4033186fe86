"""What falls short: land that no facility serves, told by feature, and shares with their bounds."""

from collections.abc import Mapping
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from hetao.indicators.demand import Land
from hetao.indicators.measurement import by_zone, no_findings
from hetao.indicators.membership import Shapes

PATCH_FROM_M2 = 2000.0
"""Land that falls short is reported from this size up."""


def shares(
    served: Mapping[str, pd.Series], total: pd.Series, zones: gpd.GeoDataFrame, reason: str
) -> pd.DataFrame:
    """
    Return the value table of a share from what is served at least, by value and at most.

    Parameters
    ----------
    served : mapping of Series, indexed like `zones`
        "low" and "high" bound what is served; "from" and "to" bound what the value counts, and
        differ where the value hangs on something the register does not say.
    """
    whole = total.where(total > 0)
    hangs = (served["to"] - served["from"]) / whole > 1e-9  # noqa: PLR2004  (rounding)
    numerator = served["from"].where(~hangs)
    return by_zone(
        zones,
        numerator=numerator,
        denominator=total,
        low=(served["low"] / whole).clip(0, 1),
        high=(served["high"] / whole).clip(0, 1),
        value=(numerator / whole).clip(0, 1),
        reason=pd.Series(np.where(hangs, reason, ""), index=zones.index),
    )


@dataclass(frozen=True)
class Patches:
    """Land that falls short, by feature of the demand layer."""

    feature: NDArray[np.intp]
    shape: Shapes
    area: NDArray[np.float64]
    zone: NDArray[np.intp]


def unserved_land(land: Land, left: Shapes) -> Patches:
    """Return the land features with at least `PATCH_FROM_M2` unserved, and what of them is so."""
    short = np.flatnonzero(~shapely.is_empty(left) & (land.zones.finest >= 0))
    table = pd.DataFrame(
        {
            "feature": land.feature[short],
            "zone": land.zones.finest[short],
            "area": shapely.area(left[short]),
            "piece": short,
        }
    )
    total = table.groupby("feature")["area"].transform("sum")
    table = table[total >= PATCH_FROM_M2].sort_values(["feature", "piece"])
    largest = table.groupby(["feature", "zone"])["area"].sum().reset_index()
    largest = largest.sort_values(["feature", "area"], ascending=[True, False], kind="stable")
    zone = largest.drop_duplicates("feature").set_index("feature")["zone"]
    rows = table.groupby("feature")["piece"].agg(list)
    shapes = np.empty(len(rows), dtype=object)
    shapes[:] = [shapely.union_all(left[pieces]) for pieces in rows]
    return Patches(
        feature=rows.index.to_numpy(dtype=np.intp),
        shape=shapes,
        area=table.groupby("feature")["area"].sum().to_numpy(dtype=float),
        zone=zone.reindex(rows.index).to_numpy(dtype=np.intp),
    )


def land_findings(
    patches: Patches,
    demand: gpd.GeoDataFrame,
    zones: gpd.GeoDataFrame,
    *,
    nearest_m: NDArray[np.float64],
    residents: gpd.GeoDataFrame | None,
) -> gpd.GeoDataFrame:
    """
    Return land that falls short as findings.

    Severity grows with the unserved area: one hectare is ½.
    """
    if not len(patches.feature):
        return no_findings(zones.crs)
    return gpd.GeoDataFrame(
        {
            "feature": _ids(demand).iloc[patches.feature].to_numpy(),
            "zone": pd.array(zones.index.to_numpy()[patches.zone].astype(str), dtype="string"),
            "severity": patches.area / (patches.area + 1e4),
            "area_ha": patches.area / 1e4,
            "nearest_m": nearest_m,
            "persons": persons_in(patches.shape, residents),
        },
        geometry=patches.shape,
        crs=zones.crs,
    )


def _ids(layer: gpd.GeoDataFrame) -> pd.Series:
    ids = layer["id"] if "id" in layer.columns else pd.Series(layer.index, index=layer.index)
    return ids.astype("string")


def persons_in(shapes: Shapes, residents: gpd.GeoDataFrame | None) -> NDArray[np.float64]:
    """Return the people living in each shape; NaN where no population is known."""
    if residents is None or residents.empty:
        return np.full(len(shapes), np.nan)
    tree = shapely.STRtree(np.asarray(residents.geometry, dtype=object))
    shape, person = tree.query(shapes, predicate="intersects")
    weights = residents["persons"].to_numpy(dtype=float)[person]
    return np.bincount(shape, weights=weights, minlength=len(shapes)).astype(float)
