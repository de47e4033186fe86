"""Which things lie in which zones, where zones of several levels overlap."""

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

Shapes = NDArray[np.object_]


@dataclass(frozen=True)
class Membership:
    """
    Pairs of a thing and a zone that holds it.

    Attributes
    ----------
    codes : Index
        The zones' codes, in their order.
    thing, zone : array of int
        One entry per pair: position of the thing, position of the zone.
    finest : array of int, one per thing
        Position of the smallest zone that holds the thing; -1 outside all zones.
    """

    codes: pd.Index
    thing: NDArray[np.intp]
    zone: NDArray[np.intp]
    finest: NDArray[np.intp]

    def total(self, amounts: NDArray[np.float64]) -> pd.Series:
        """Return the sum of the things' amounts in each zone, indexed by zone code."""
        sums = np.bincount(self.zone, weights=amounts[self.thing], minlength=len(self.codes))
        return pd.Series(sums.astype(float), index=self.codes)


def membership(
    zones: gpd.GeoDataFrame,
    thing: NDArray[np.intp],
    zone: NDArray[np.intp],
    count: int,
) -> Membership:
    """Return the membership of `count` things from pairs of a thing and its zone."""
    by_area = np.argsort(-zones.geometry.area.to_numpy(), kind="stable")
    rank = np.empty(len(zones), dtype=np.intp)
    rank[by_area] = np.arange(len(zones))
    smallest = np.full(count, -1, dtype=np.intp)
    np.maximum.at(smallest, thing, rank[zone])
    finest = np.where(smallest >= 0, by_area[smallest], -1) if len(zones) else smallest
    return Membership(zones.index, thing, zone, finest)


def points_in_zones(zones: gpd.GeoDataFrame, points: Shapes) -> Membership:
    """
    Return which zones hold which points.

    A point on the boundary between two zones of one level belongs to the first of them.

    Parameters
    ----------
    zones : GeoDataFrame
        Indexed by zone code, with `level`.
    points : array of points
    """
    tree = shapely.STRtree(points)
    shapes = np.asarray(zones.geometry, dtype=object)
    zone, thing = tree.query(shapes, predicate="intersects")
    within_zone, within_thing = tree.query(shapes, predicate="contains_properly")
    level = pd.factorize(zones["level"])[0]
    pairs = pd.DataFrame({"thing": thing, "zone": zone, "level": level[zone]})
    inner = pd.MultiIndex.from_arrays([within_thing, within_zone])
    pairs["inner"] = pd.MultiIndex.from_arrays([thing, zone]).isin(inner)
    held = pairs.groupby(["thing", "level"])["inner"].transform("any")
    edge = pairs[~held].sort_values("zone").drop_duplicates(["thing", "level"])
    kept = pd.concat([pairs[pairs["inner"]], edge]).sort_values(["zone", "thing"])
    return membership(zones, kept["thing"].to_numpy(), kept["zone"].to_numpy(), len(points))
