"""Repair the geometry of a layer, and tell of every repair."""

from collections.abc import Sequence

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from hetao.registers.definition import GeometryType
from hetao.registers.faults import fault, shown
from hetao.registers.reading import Fault

Shapes = NDArray[np.object_]

DIMENSIONS = {"point": 0, "line": 1, "polygon": 2}
NAMES = {0: ("点", "points"), 1: ("线", "lines"), 2: ("面", "polygons")}
NOTICEABLE = 0.01
"""A repair that changes an area by more than this share is a warning."""


def repaired(
    frame: gpd.GeoDataFrame, geometry: GeometryType, *, where: str
) -> tuple[gpd.GeoDataFrame, list[Fault]]:
    """
    Return the features that can be used, with valid geometry of the register's kind.

    Parameters
    ----------
    frame : GeoDataFrame
        With the column `id`, unique; in any CRS.
    geometry : {"point", "line", "polygon", "any", "none"}
        What the register takes.

    Returns
    -------
    GeoDataFrame
        Single lines and points, polygons or multipolygons; ids of split features have a suffix.
    list of Fault
    """
    faults: list[Fault] = []
    frame = _flat(frame, faults, where)
    frame = _present(frame, faults, where)
    frame = _valid(frame, faults, where)
    frame = _one_kind(frame, geometry, faults, where)
    frame = _once(frame, faults, where)
    return _single(frame, faults, where), faults


def _flat(frame: gpd.GeoDataFrame, faults: list[Fault], where: str) -> gpd.GeoDataFrame:
    deep = frame.geometry.has_z.to_numpy()
    if deep.any():
        faults.append(fault("third_dimension", where, count=int(deep.sum())))
    return frame.set_geometry(
        gpd.GeoSeries(shapely.force_2d(frame.geometry.to_numpy()), frame.index, crs=frame.crs)
    )


def _present(frame: gpd.GeoDataFrame, faults: list[Fault], where: str) -> gpd.GeoDataFrame:
    shapes = frame.geometry.to_numpy()
    empty = shapely.is_missing(shapes) | shapely.is_empty(shapes)
    if empty.any():
        faults.append(_told("empty_geometry", where, frame, empty))
    bounds = shapely.bounds(shapes)
    endless = ~empty & ~np.isfinite(bounds).all(axis=1)
    parts, owners = shapely.get_coordinates(shapes, return_index=True)
    endless[np.unique(owners[~np.isfinite(parts).all(axis=1)])] = True
    endless &= ~empty
    if endless.any():
        faults.append(_told("bad_numbers", where, frame, endless))
    return frame[~empty & ~endless]


def _valid(frame: gpd.GeoDataFrame, faults: list[Fault], where: str) -> gpd.GeoDataFrame:
    shapes = frame.geometry.to_numpy()
    wrong = ~shapely.is_valid(shapes) & (shapely.get_dimensions(shapes) == DIMENSIONS["polygon"])
    if not wrong.any():
        return frame
    mended = shapes.copy()
    mended[wrong] = shapely.make_valid(shapes[wrong])
    before, after = shapely.area(shapes), shapely.area(mended)
    moved = wrong & (np.abs(after - before) > NOTICEABLE * np.maximum(before, after))
    for key, rows in (("invalid_ring", wrong & ~moved), ("invalid_ring_area", moved)):
        if rows.any():
            faults.append(_told(key, where, frame, rows))
    return frame.set_geometry(gpd.GeoSeries(mended, frame.index, crs=frame.crs))


def _one_kind(
    frame: gpd.GeoDataFrame, geometry: GeometryType, faults: list[Fault], where: str
) -> gpd.GeoDataFrame:
    """Take mixed collections apart and keep what the register takes."""
    shapes = frame.geometry.to_numpy()
    mixed = shapely.get_type_id(shapes) == shapely.GeometryType.GEOMETRYCOLLECTION
    if mixed.any():
        wanted = DIMENSIONS.get(geometry)
        picked = [_of_dimension(shape, wanted) for shape in shapes[mixed]]
        told = np.array([_is_mixed(shape) for shape in shapes[mixed]])
        shapes = shapes.copy()
        shapes[mixed] = picked
        rows = np.zeros(len(frame), dtype=bool)
        rows[np.flatnonzero(mixed)[told]] = True
        if rows.any():
            faults.append(_told("mixed_parts", where, frame, rows))
        frame = frame.set_geometry(gpd.GeoSeries(shapes, frame.index, crs=frame.crs))
    if geometry not in DIMENSIONS:
        return frame[~shapely.is_empty(frame.geometry.to_numpy())]
    dimensions = shapely.get_dimensions(frame.geometry.to_numpy())
    needed = DIMENSIONS[geometry]
    if geometry == "point" and (dimensions == DIMENSIONS["polygon"]).any():
        inner = frame.geometry.where(
            dimensions != DIMENSIONS["polygon"], frame.representative_point()
        )
        frame, dimensions = frame.set_geometry(inner), np.minimum(dimensions, 1)
        dimensions[dimensions == 1] = shapely.get_dimensions(inner.to_numpy())[dimensions == 1]
    for other in sorted(set(dimensions) - {needed}):
        rows = dimensions == other
        names = NAMES.get(int(other), ("空", "empty"))
        faults.append(
            fault("wrong_geometry", where, count=int(rows.sum()), cells=shown(frame["id"][rows]),
                  found_zh=names[0], found_en=names[1], needed_zh=NAMES[needed][0],
                  needed_en=NAMES[needed][1])
        )  # fmt: skip
    return frame[dimensions == needed]


def _is_mixed(shape: shapely.Geometry) -> bool:
    return len({shapely.get_dimensions(part) for part in shapely.get_parts(shape)}) > 1


def _of_dimension(shape: shapely.Geometry, wanted: int | None) -> shapely.Geometry:
    parts = shapely.get_parts(shape)
    dimensions = shapely.get_dimensions(parts)
    if not len(parts):
        return shape
    kept = parts[dimensions == (dimensions.max() if wanted is None else wanted)]
    return shapely.union_all(kept) if len(kept) else shapely.GeometryCollection()


def _once(frame: gpd.GeoDataFrame, faults: list[Fault], where: str) -> gpd.GeoDataFrame:
    """Drop features that are the same as an earlier one in shape and every attribute."""
    facts = pd.DataFrame(frame.drop(columns=[frame.geometry.name, "id"])).astype("string")
    facts["shape"] = shapely.to_wkb(frame.geometry.to_numpy())
    again = facts.duplicated().to_numpy()
    if again.any():
        faults.append(_told("repeated_feature", where, frame, again))
    return frame[~again]


def _single(frame: gpd.GeoDataFrame, faults: list[Fault], where: str) -> gpd.GeoDataFrame:
    """Split multi-lines and multi-points; multipolygons stay one thing."""
    shapes = frame.geometry.to_numpy()
    kinds = shapely.get_type_id(shapes)
    polygon = kinds == shapely.GeometryType.MULTIPOLYGON
    parts = np.where(polygon, 1, shapely.get_num_geometries(shapes))
    several = parts > 1
    if several.any():
        faults.append(fault("multipart", where, count=int(several.sum())))
    multi = np.isin(kinds, [shapely.GeometryType.MULTILINESTRING, shapely.GeometryType.MULTIPOINT])
    if not multi.any():
        return frame.reset_index(drop=True)
    flat = frame.copy()
    flat["_part"] = 1
    split = flat[multi].explode(ignore_index=False)
    split["_part"] = split.groupby(level=0).cumcount() + 1
    whole = pd.concat([flat[~multi], split]).sort_index(kind="stable")
    suffix = whole["_part"].astype(str).where(whole["_part"] > 1, "")
    ids = whole["id"].astype("string") + suffix.map(lambda part: f".{part}" if part else "")
    return gpd.GeoDataFrame(whole.assign(id=ids).drop(columns="_part"), crs=frame.crs).reset_index(
        drop=True
    )


def _told(key: str, where: str, frame: gpd.GeoDataFrame, rows: NDArray[np.bool_]) -> Fault:
    return fault(key, where, count=int(rows.sum()), cells=shown(_ids(frame, rows)))


def _ids(frame: gpd.GeoDataFrame, rows: NDArray[np.bool_]) -> Sequence[str]:
    return [str(id_) for id_ in frame["id"][rows]]
