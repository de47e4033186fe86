"""Street networks built from the registers of roads and footways."""

from collections.abc import Mapping
from typing import Literal

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pyproj

from hetao.errors import CrsError
from hetao.geo.barriers import without_barred
from hetao.geo.draft import Draft
from hetao.geo.noding import noded
from hetao.geo.streets import WHICH, StreetNetwork
from hetao.geo.vertices import Bool, Float64, Int64, Vertices, flag, vertices_of

Int32 = npt.NDArray[np.int32]

__all__ = ["WHICH", "StreetNetwork", "driving_network", "walking_network"]

NOT_FOR_WALKERS = ("expressway", "motorway")  # unless the register says otherwise


def walking_network(
    roads: gpd.GeoDataFrame,
    footways: gpd.GeoDataFrame | None = None,
    barriers: gpd.GeoDataFrame | None = None,
    *,
    crs: object = None,
) -> StreetNetwork:
    """
    Return the network of what can be walked, costs in millimetres.

    Streets that share node ids meet at those; others meet where they end, where they cross on
    the same level, and where an end comes within 0.5 m of a street.

    Parameters
    ----------
    roads, footways : GeoDataFrame
        Registers in a CRS that measures in metres. Where `walkable` is missing, expressways and
        motorways are taken as closed to walkers and all else as open.
    barriers : GeoDataFrame, optional
        Gates and the like as points, walls and fences as lines. Those marked not passable cut
        the streets they stand on or cross on the ground; a wall is open within 3 m of a point
        marked passable.
    crs : optional
        Of the network, where it should not be taken from `roads`.

    Raises
    ------
    CrsError
        If a register does not measure in metres.
    """
    registers = [("roads", roads), ("footways", footways), ("barriers", barriers)]
    _require_metres({name: layer for name, layer in registers if layer is not None})
    vertices = vertices_of(roads, _walkable(roads), WHICH.index("roads"))
    if footways is not None and len(footways):
        paths = vertices_of(footways, _walkable(footways), WHICH.index("footways"))
        vertices = Vertices.concatenated(vertices, paths)
    draft = noded(vertices)
    if barriers is not None and len(barriers):
        draft = without_barred(draft, barriers)
    length = _millimetres(draft)
    cost = length.astype(np.int32)
    return _network(draft, (length, cost, cost), "mm", crs or roads.crs)


def driving_network(
    roads: gpd.GeoDataFrame, *, speeds_kmh: Mapping[str, float], crs: object = None
) -> StreetNetwork:
    """
    Return the network of what can be driven, costs in milliseconds.

    Parameters
    ----------
    roads : GeoDataFrame
        The register, in a CRS that measures in metres. Where `drivable` is missing a road is
        taken as open; where `oneway` is missing, only a roundabout is one-way.
    speeds_kmh : mapping of str to float
        Speed by class, used where the road has no `speed_kmh`; a road without class or of a
        class not listed goes at the lowest of them.
    crs : optional
        Of the network, where it should not be taken from `roads`.

    Raises
    ------
    CrsError
        If the register does not measure in metres.
    """
    _require_metres({"roads": roads})
    drivable = flag(roads, "drivable", missing=True)
    draft = noded(vertices_of(roads, drivable, WHICH.index("roads")))
    length = _millimetres(draft)
    time = np.rint(length * 3.6 / _speeds(roads, speeds_kmh)[draft.feature]).astype(np.int32)
    along, against = _open_ways(roads)
    forward = np.where(along[draft.feature], time, -1)
    backward = np.where(against[draft.feature], time, -1)
    return _network(draft, (length, forward, backward), "ms", crs or roads.crs)


def _require_metres(layers: Mapping[str, gpd.GeoDataFrame]) -> None:
    for name, layer in layers.items():
        if layer.crs is None:
            continue
        unit = pyproj.CRS(layer.crs).axis_info[0].unit_name
        if unit != "metre":
            raise CrsError(name, layer.crs.to_string(), f"{unit}s")


def _walkable(streets: gpd.GeoDataFrame) -> Bool:
    if "class" not in streets:
        return flag(streets, "walkable", missing=True)
    closed = streets["class"].isin(NOT_FOR_WALKERS).to_numpy(bool)
    return np.where(closed, flag(streets, "walkable"), flag(streets, "walkable", missing=True))


def _speeds(roads: gpd.GeoDataFrame, speeds_kmh: Mapping[str, float]) -> Float64:
    """Return metres per second, times 3.6, of each road."""
    speed = np.full(len(roads), min(speeds_kmh.values()))
    if "class" in roads:
        known = roads["class"].map(dict(speeds_kmh)).astype("Float64")
        speed = known.fillna(min(speeds_kmh.values())).to_numpy(np.float64)
    if "speed_kmh" in roads:
        posted = roads["speed_kmh"].astype("Float64").to_numpy(np.float64, na_value=np.nan)
        speed = np.where(posted > 0, posted, speed)
    return speed


def _open_ways(roads: gpd.GeoDataFrame) -> tuple[Bool, Bool]:
    """Say of each road whether it may be driven along its line, and against it."""
    if "oneway" not in roads:
        return np.full(len(roads), True), ~flag(roads, "roundabout")
    oneway = roads["oneway"].astype("object")
    unknown = oneway.isna().to_numpy(bool)
    against_only = (oneway == "backward").to_numpy(bool)
    along_only = (oneway == "forward").to_numpy(bool) | (unknown & flag(roads, "roundabout"))
    return ~against_only, ~along_only


def _millimetres(draft: Draft) -> Int64:
    """Return the length of each edge."""
    way = draft.xy[draft.ends[:, 1]] - draft.xy[draft.ends[:, 0]]
    return np.asarray(np.rint(np.hypot(way[:, 0], way[:, 1]) * 1000), np.int64)


def _network(
    draft: Draft, costs: tuple[Int64, Int32, Int32], unit: Literal["mm", "ms"], crs: object
) -> StreetNetwork:
    """Return the network without edges of no length from a node to itself, or idle nodes."""
    length, forward, backward = costs
    kept = (draft.ends[:, 0] != draft.ends[:, 1]) | (length > 0)
    used, ends = np.unique(draft.ends[kept], return_inverse=True)
    start, stop = ends.reshape(-1, 2).T.astype(np.int32)
    return StreetNetwork(
        draft.xy[used, 0],
        draft.xy[used, 1],
        draft.id[used],
        start.copy(),
        stop.copy(),
        length[kept],
        forward[kept].astype(np.int32),
        backward[kept].astype(np.int32),
        draft.feature[kept],
        draft.which[kept].astype(np.int8),
        unit,
        crs,
    )
