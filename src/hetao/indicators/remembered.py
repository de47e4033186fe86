"""Values told apart by their content, so that what many indicators need is computed once."""

import hashlib
from dataclasses import dataclass, field
from typing import Generic, TypeVar

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

T = TypeVar("T")


@dataclass(frozen=True)
class Content(Generic[T]):
    """A value that equals another of the same digest: a key for `functools.lru_cache`."""

    digest: bytes
    value: T = field(compare=False, repr=False)


def of_layer(layer: gpd.GeoDataFrame, *columns: str) -> Content[gpd.GeoDataFrame]:
    """Return a layer told apart by its index, its geometry and these columns."""
    total = hashlib.blake2b(digest_size=16)
    shapes = np.asarray(layer.geometry, dtype=object)
    if (shapely.get_type_id(shapes) == 0).all():  # points, of which there are many
        total.update(np.stack([shapely.get_x(shapes), shapely.get_y(shapes)]).tobytes())
    else:
        for part in shapely.to_wkb(shapes):
            total.update(part or b"-")
    table = pd.DataFrame(layer[[*columns]])
    total.update(pd.util.hash_pandas_object(table, index=True).to_numpy().tobytes())
    return Content(total.digest(), layer)


def of_array(array: NDArray[np.float64]) -> Content[NDArray[np.float64]]:
    """Return an array told apart by its shape and numbers."""
    total = hashlib.blake2b(str(array.shape).encode(), digest_size=16)
    total.update(np.ascontiguousarray(array).tobytes())
    return Content(total.digest(), array)
