"""Findings at points: which zone they lie in, and what a road there is called."""

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hetao.indicators.membership import Membership
from hetao.registers.definition import register_named


def finest_codes(held: Membership) -> Any:  # noqa: ANN401  (pandas names no type for it)
    """Return the code of the smallest zone that holds each thing; missing outside all zones."""
    codes = held.codes.to_numpy(dtype=object)
    known = held.finest >= 0
    found = np.full(len(held.finest), None, dtype=object)
    found[known] = codes[held.finest[known]]
    return pd.array(found, dtype="string")


def road_labels(roads: gpd.GeoDataFrame, rows: NDArray[np.int64]) -> Any:  # noqa: ANN401
    """Return how to call some roads: by name, or by id where they have none."""
    return roads["name"].fillna(roads["id"]).astype("string").array[rows]


def class_titles(roads: gpd.GeoDataFrame, rows: NDArray[np.int64]) -> Any:  # noqa: ANN401
    """Return the Chinese titles of the classes of some roads; missing where none is known."""
    titles = register_named("roads").field("class").values
    return roads["class"].map(titles).astype("string").array[rows]
