"""The land that facilities serve: counted once, cut at zone boundaries, sampled on a grid."""

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from hetao.indicators.membership import Membership, Shapes, membership

SLIVER_M2 = 1e-3
"""Pieces below a tenth of a square decimetre are left by rounding."""


@dataclass(frozen=True)
class Land:
    """
    Land in pieces that neither overlap nor cross a zone boundary.

    Attributes
    ----------
    pieces : array of polygons
    area : array of float
        m² of each piece.
    feature : array of int
        Position, in the layer, of the feature that each piece is part of.
    zones : Membership
        The zones that hold each piece whole.
    """

    pieces: Shapes
    area: NDArray[np.float64]
    feature: NDArray[np.intp]
    zones: Membership


def land_in_zones(layer: gpd.GeoDataFrame, zones: gpd.GeoDataFrame) -> Land:
    """
    Return the land of a layer within the zones, every square metre once.

    Where features overlap, the land belongs to the first of them.

    Parameters
    ----------
    layer, zones : GeoDataFrame
        Polygons sharing a CRS in metres; zones of all levels, overlapping or not.
    """
    shapes = polygonal(np.asarray(layer.geometry, dtype=object))
    near, crossing, inside = _relations(shapes, zones)
    shapes[~near] = shapely.Polygon()
    pieces, feature = _split(_once(shapes), zones, crossing)
    area = shapely.area(pieces)
    real = area > SLIVER_M2
    pieces, feature, area = pieces[real], feature[real], area[real]
    thing, zone = _zones_of(pieces, feature, zones, crossing, inside)
    return Land(pieces, area, feature, membership(zones, thing, zone, len(pieces)))


@dataclass(frozen=True)
class Samples:
    """
    Points that stand for pieces of land.

    Attributes
    ----------
    xy : array of float, (samples, 2)
    weight : array of float
        m² that each stands for; those of a piece add up to its area.
    piece : array of int
        Position of the piece.
    """

    xy: NDArray[np.float64]
    weight: NDArray[np.float64]
    piece: NDArray[np.intp]


def grid_samples(pieces: Shapes, spacing_m: float) -> Samples:
    """
    Return the middles of the cells of a fixed grid that lie in each piece.

    The grid begins at the origin of the CRS, so that a place keeps its samples from year to
    year. A piece that holds no middle of a cell has one point on its surface.
    """
    cells = np.floor(shapely.bounds(pieces) / spacing_m)
    cells = np.nan_to_num(cells).astype(np.int64)
    size = cells[:, 2:] - cells[:, :2] + 1
    piece = np.repeat(np.arange(len(pieces)), size.prod(axis=1))
    within = np.arange(len(piece)) - np.repeat(size.prod(axis=1).cumsum(), size.prod(axis=1))
    within += size.prod(axis=1)[piece]
    column, row = within // size[piece, 1], within % size[piece, 1]
    xy = (cells[piece, :2] + np.column_stack([column, row]) + 0.5) * spacing_m
    shapely.prepare(pieces)
    inside = shapely.contains_xy(pieces[piece], xy[:, 0], xy[:, 1])
    xy, piece = xy[inside], piece[inside]
    missed = np.setdiff1d(np.flatnonzero(~shapely.is_empty(pieces)), piece)
    middle = shapely.get_coordinates(shapely.point_on_surface(pieces[missed]))
    xy, piece = np.concatenate([xy, middle]), np.concatenate([piece, missed])
    order = np.argsort(piece, kind="stable")
    xy, piece = xy[order], piece[order]
    count = np.bincount(piece, minlength=len(pieces))
    return Samples(xy, shapely.area(pieces)[piece] / count[piece], piece)


def polygonal(shapes: Shapes) -> Shapes:
    """Return the polygons among shapes and in collections; what has no area becomes empty."""
    shapes = shapes.copy()
    shapes[shapely.is_missing(shapes)] = shapely.Polygon()
    faulty = ~shapely.is_valid(shapes)
    shapes[faulty] = shapely.make_valid(shapes[faulty])
    kind = shapely.get_type_id(shapes)
    for position in np.flatnonzero((kind != 3) & (kind != 6)):  # noqa: PLR2004  (GEOS types)
        parts = shapely.get_parts(shapely.get_parts(shapes[position]))
        shapes[position] = shapely.union_all(parts[shapely.area(parts) > 0])
    return shapes


def _once(shapes: Shapes) -> Shapes:
    """Return the shapes without what earlier shapes already hold."""
    tree = shapely.STRtree(shapes)
    later, earlier = tree.query(shapes, predicate="intersects")
    pairs = later > earlier
    later, earlier = later[pairs], earlier[pairs]
    shared = shapely.area(shapely.intersection(shapes[later], shapes[earlier])) > SLIVER_M2
    later, earlier = later[shared], earlier[shared]
    result = shapes.copy()
    for position in np.unique(later):
        others = shapely.union_all(shapes[earlier[later == position]])
        result[position] = shapely.difference(shapes[position], others)
    return result


Pairs = dict[int, list[int]]


def _relations(
    shapes: Shapes, zones: gpd.GeoDataFrame
) -> tuple[NDArray[np.bool_], Pairs, NDArray[np.intp]]:
    """Return which shapes touch a zone, the zones each crosses, and pairs (shape, zone) inside."""
    tree = shapely.STRtree(shapes)
    areas = np.asarray(zones.geometry, dtype=object)
    touched = tree.query(areas, predicate="intersects")
    held = tree.query(areas, predicate="covers")
    near = np.zeros(len(shapes), dtype=bool)
    near[touched[1]] = True
    whole = set(zip(*held.tolist(), strict=True))
    crossing: Pairs = {}
    for zone, shape in zip(*touched.tolist(), strict=True):
        if (zone, shape) not in whole:
            crossing.setdefault(shape, []).append(zone)
    return near, crossing, np.stack([held[1], held[0]])


def _split(
    shapes: Shapes, zones: gpd.GeoDataFrame, crossing: Pairs
) -> tuple[Shapes, NDArray[np.intp]]:
    """Return the shapes cut along the boundaries of the zones that they cross."""
    areas = np.asarray(zones.geometry, dtype=object)
    shapely.prepare(areas)
    whole = np.ones(len(shapes), dtype=bool)
    whole[list(crossing)] = False
    pieces, features = [shapes[whole]], [np.flatnonzero(whole)]
    for position, cutters in crossing.items():
        parts = np.asarray([shapes[position]], dtype=object)
        for zone in cutters:
            hit = shapely.intersects(areas[zone], parts)
            inner = shapely.intersection(parts[hit], areas[zone])
            outer = shapely.difference(parts[hit], areas[zone])
            parts = np.concatenate([parts[~hit], inner, outer])
            parts = parts[shapely.area(parts) > SLIVER_M2]
        pieces.append(polygonal(parts))
        features.append(np.full(len(parts), position))
    return np.concatenate(pieces), np.concatenate(features).astype(np.intp)


def _zones_of(
    pieces: Shapes,
    feature: NDArray[np.intp],
    zones: gpd.GeoDataFrame,
    crossing: Pairs,
    inside: NDArray[np.intp],
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return the pairs (piece, zone) of pieces that lie in a zone."""
    held = pd.DataFrame({"feature": inside[0], "zone": inside[1]})
    pairs = pd.DataFrame({"feature": feature, "piece": np.arange(len(pieces))}).merge(held)
    cut = np.flatnonzero(np.isin(feature, list(crossing)))
    middle = shapely.point_on_surface(pieces[cut])
    rows = [
        (piece, zone) for piece in range(len(cut)) for zone in crossing[int(feature[cut[piece]])]
    ]
    which, zone = np.asarray(rows, dtype=np.intp).reshape(-1, 2).T
    areas = np.asarray(zones.geometry, dtype=object)
    holds = shapely.contains(areas[zone], middle[which])
    thing = np.concatenate([pairs["piece"].to_numpy(), cut[which[holds]]])
    return thing.astype(np.intp), np.concatenate([pairs["zone"].to_numpy(), zone[holds]])
