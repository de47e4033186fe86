"""The vertices of street lines as arrays: where, on which street, on which level."""

from dataclasses import dataclass
from typing import Self

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

Bool = npt.NDArray[np.bool_]
Float64 = npt.NDArray[np.float64]
Int64 = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Vertices:
    """
    Vertices of lines, in order along each part.

    Attributes
    ----------
    xy : array of float, (vertices, 2)
    id : array of int
        The source's node id, -1 where it shares no nodes.
    part : array of int
        Number of the single line; consecutive vertices of a part are joined by an edge.
    feature, which : arrays of int
        Row position of the street, and of which register.
    level : array of int
        0 on the ground; bridges above, tunnels below.
    """

    xy: Float64
    id: Int64
    part: Int64
    feature: Int64
    which: Int64
    level: Int64

    def __len__(self) -> int:
        """Return how many vertices there are."""
        return len(self.part)

    @property
    def edge_starts(self) -> Int64:
        """Return the position of each vertex from which an edge leads to the next."""
        return np.flatnonzero(self.part[:-1] == self.part[1:])

    @property
    def is_end(self) -> Bool:
        """Say of each vertex whether its line ends there."""
        change = np.diff(self.part) != 0
        return np.asarray(np.r_[True, change] | np.r_[change, True])[: len(self)]

    @classmethod
    def concatenated(cls, first: Self, second: Self) -> Self:
        """Return the vertices of both, parts numbered on."""
        shift = first.part.max(initial=-1) + 1
        return cls(
            np.concatenate([first.xy, second.xy]),
            np.concatenate([first.id, second.id]),
            np.concatenate([first.part, second.part + shift]),
            np.concatenate([first.feature, second.feature]),
            np.concatenate([first.which, second.which]),
            np.concatenate([first.level, second.level]),
        )


def vertices_of(streets: gpd.GeoDataFrame, usable: Bool, which: int) -> Vertices:
    """Return the vertices of the `usable` rows of a register of streets."""
    rows = np.flatnonzero(usable)
    shapes = streets.geometry.to_numpy()[rows]
    parts, row_of_part = shapely.get_parts(shapes, return_index=True)
    xy, part = shapely.get_coordinates(parts, return_index=True)
    row = row_of_part[part]
    return Vertices(
        xy,
        _ids(streets, rows, np.bincount(row, minlength=len(rows))),
        part.astype(np.int64),
        rows[row].astype(np.int64),
        np.full(len(part), which, np.int64),
        _levels(streets)[rows[row]],
    )


def _ids(streets: gpd.GeoDataFrame, rows: npt.NDArray[np.intp], sizes: Int64) -> Int64:
    """Return a node id per vertex; -1 for streets whose ids do not match their vertices."""
    if "nodes" not in streets:
        return np.full(sizes.sum(), -1, np.int64)
    missing = streets["nodes"].isna().to_numpy()
    nodes = streets["nodes"].to_numpy()
    pieces = [
        np.asarray(nodes[row], np.int64)
        if not missing[row] and len(nodes[row]) == size
        else np.full(size, -1, np.int64)
        for row, size in zip(rows, sizes, strict=True)
    ]
    return np.concatenate([np.empty(0, np.int64), *pieces], dtype=np.int64)


def _levels(streets: gpd.GeoDataFrame) -> Int64:
    """Return the level of each street: what `layer` says, else 1 on bridges, -1 in tunnels."""
    above, below = flag(streets, "bridge"), flag(streets, "tunnel")
    assumed = pd.Series(np.where(above, 1, np.where(below, -1, 0)), index=streets.index)
    if "layer" not in streets:
        return np.asarray(assumed, np.int64)
    layer = pd.to_numeric(streets["layer"]).astype("Float64")
    return np.asarray(layer.fillna(assumed.astype("Float64")), np.int64)


def flag(frame: gpd.GeoDataFrame, column: str, *, missing: bool = False) -> Bool:
    """Return a column of yes and no as plain booleans, `missing` where nothing is known."""
    if column not in frame:
        return np.full(len(frame), missing)
    return np.asarray(frame[column].astype("boolean").fillna(missing), bool)
