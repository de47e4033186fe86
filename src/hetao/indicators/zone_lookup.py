"""Which zone a thing lies in, where zones of several levels overlap."""

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray


def smallest_zone(zones: gpd.GeoDataFrame, places: NDArray[np.object_]) -> Any:  # noqa: ANN401
    """
    Return the code of the smallest zone that each place touches.

    Parameters
    ----------
    zones : GeoDataFrame
        Indexed by zone code.
    places : array of geometries

    Returns
    -------
    string array, as long as `places`
        Missing where a place lies in no zone.
    """
    codes = pd.array([None] * len(places), dtype="string")
    order = np.argsort(-zones.geometry.area.to_numpy(), kind="stable")
    shapes = np.asarray(zones.geometry, dtype=object)[order]
    rank, place = shapely.STRtree(places).query(shapes, predicate="intersects")
    smallest = np.full(len(places), -1)
    np.maximum.at(smallest, place, rank)
    known = smallest >= 0
    codes[known] = zones.index.to_numpy()[order][smallest[known]].astype(str)
    return codes
