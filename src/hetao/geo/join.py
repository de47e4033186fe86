"""Where homes, facilities and parks join the street network: a place on an edge and a leg to it."""

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Self

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from hetao.geo.compilation import announced
from hetao.geo.edge_grid import EdgeGrid, edge_grid, nearest_edges
from hetao.geo.streets import StreetNetwork

Float64 = npt.NDArray[np.float64]
Int32 = npt.NDArray[np.int32]
Int64 = npt.NDArray[np.int64]

CHUNK = 20_000  # points that a thread takes at a time
ENTRANCE_REACH_M = 30.0  # how far from a site's outline its entrance may be drawn


@dataclass(frozen=True, eq=False)
class Places:
    """
    Places on the edges of a network.

    Attributes
    ----------
    edge : array of int32
        The edge; -1 for what joins nothing.
    offset_mm : array of int64
        How far along the edge, from its `edge_from`.
    leg_mm : array of int64
        Straight way between the thing and its place on the edge.
    owner : array of int64
        Row position of the thing among those that were joined: a park with three entrances has
        three places of one owner.
    """

    edge: Int32
    offset_mm: Int64
    leg_mm: Int64
    owner: Int64

    def __len__(self) -> int:
        """Return how many places there are."""
        return len(self.edge)

    @classmethod
    def at_nodes(cls, network: StreetNetwork, nodes: Int64) -> Self:
        """Return the places of these nodes of the network, with no leg."""
        edge = network.edge_at_node[nodes]
        at_end = network.edge_from[edge] != nodes
        offset = np.where(at_end & (edge >= 0), network.edge_mm[edge], 0)
        return cls(edge, offset, np.zeros(len(edge), np.int64), np.arange(len(edge)))

    def points(self, network: StreetNetwork) -> gpd.GeoSeries:
        """Return the places on the edges as points; empty for what joins nothing."""
        x, y, u, v = network.edge_coordinates[self.edge].T
        share = self.offset_mm / np.maximum(network.edge_mm[self.edge], 1)
        share = np.where(self.edge < 0, np.nan, share)
        return gpd.GeoSeries(
            shapely.points(x + share * (u - x), y + share * (v - y)), crs=network.crs
        )

    def taken(self, rows: npt.NDArray[np.intp] | npt.NDArray[np.bool_]) -> Self:
        """Return the places at these rows."""
        return type(self)(
            self.edge[rows], self.offset_mm[rows], self.leg_mm[rows], self.owner[rows]
        )


def join(network: StreetNetwork, points: gpd.GeoSeries | Float64) -> Places:
    """
    Join each point to the nearest point of the nearest edge.

    Parameters
    ----------
    network : StreetNetwork
    points : GeoSeries of points, or array (n, 2)
        In the network's CRS.

    Returns
    -------
    Places
        One per point, in their order; edge -1 for missing and empty points.
    """
    if isinstance(points, gpd.GeoSeries):
        values = points.to_numpy()
        there = ~(shapely.is_missing(values) | shapely.is_empty(values))
        coordinates = np.full((len(values), 2), np.nan)
        coordinates[there, 0] = shapely.get_x(values[there])
        coordinates[there, 1] = shapely.get_y(values[there])
    else:
        coordinates = np.array(points, np.float64).reshape(-1, 2)
    size = len(coordinates)
    edge, share, distance = np.full(size, -1, np.int32), np.zeros(size), np.zeros(size)
    if size and len(network.edge_from):
        _join_in_threads(edge_grid(network.edge_coordinates), coordinates, (edge, share, distance))
    length = network.edge_mm[edge] if len(network.edge_mm) else np.zeros(size, np.int64)
    return Places(
        edge,
        np.where(edge >= 0, np.rint(share * length), 0).astype(np.int64),
        np.where(edge >= 0, np.rint(np.where(edge >= 0, distance, 0) * 1000), 0).astype(np.int64),
        np.arange(size),
    )


def _join_in_threads(
    grid: EdgeGrid, points: Float64, found: tuple[Int32, Float64, Float64]
) -> None:
    edge, share, distance = found

    def work(at: int) -> None:
        part = slice(at, at + CHUNK)
        nearest_edges(grid, points[part], edge[part], share[part], distance[part])

    with announced(), ThreadPoolExecutor(os.cpu_count()) as pool:
        list(pool.map(work, range(0, len(points), CHUNK)))


def join_sites(
    network: StreetNetwork, sites: gpd.GeoSeries, entrances: gpd.GeoDataFrame | None = None
) -> Places:
    """
    Join sites to the network: points where they are, areas where one can enter them.

    An area joins at its entrances: those inside it or within 30 m of its outline that are not
    marked as shut. Without any, it joins wherever an edge crosses its outline; failing that, at
    the place nearest to the outline, edges inside the area left aside.

    Parameters
    ----------
    network : StreetNetwork
    sites : GeoSeries
        Points, lines or polygons in the network's CRS; a line is treated as its own outline.
    entrances : GeoDataFrame, optional
        Points, with the column `open` where it is known.

    Returns
    -------
    Places
        Ordered by owner, the position of the site; none for a missing or empty site.
    """
    shapes = sites.to_numpy()
    there = ~(shapely.is_missing(shapes) | shapely.is_empty(shapes))
    dimension = shapely.get_dimensions(shapes)
    points = np.flatnonzero(there & (dimension == 0))
    areas = np.flatnonzero(there & (dimension > 0))
    found = [_owned(join(network, gpd.GeoSeries(shapely.centroid(shapes[points]))), points)]
    if len(areas) and len(network.edge_from):
        by_entrance = _at_entrances(network, shapes, areas, entrances)
        areas = np.setdiff1d(areas, by_entrance.owner)
        crossing = _at_crossings(network, shapes, areas)
        areas = np.setdiff1d(areas, crossing.owner)
        found += [by_entrance, crossing, _nearest_outside(network, shapes, areas)]
    return _ordered(found)


def _owned(places: Places, owner: npt.NDArray[np.intp]) -> Places:
    return Places(places.edge, places.offset_mm, places.leg_mm, owner.astype(np.int64))


def _ordered(parts: list[Places]) -> Places:
    """Return all parts as one, by owner, each place of an owner once."""
    columns = ["owner", "edge", "offset_mm", "leg_mm"]
    rows = pd.DataFrame(
        {
            "owner": np.concatenate([part.owner for part in parts]),
            "edge": np.concatenate([part.edge for part in parts]),
            "offset_mm": np.concatenate([part.offset_mm for part in parts]),
            "leg_mm": np.concatenate([part.leg_mm for part in parts]),
        }
    )
    rows = rows[rows["edge"] >= 0].sort_values(columns).drop_duplicates()
    return Places(
        rows["edge"].to_numpy(np.int32, copy=True),
        rows["offset_mm"].to_numpy(np.int64, copy=True),
        rows["leg_mm"].to_numpy(np.int64, copy=True),
        rows["owner"].to_numpy(np.int64, copy=True),
    )


def _at_entrances(
    network: StreetNetwork,
    shapes: npt.NDArray[np.object_],
    areas: npt.NDArray[np.intp],
    entrances: gpd.GeoDataFrame | None,
) -> Places:
    if entrances is None or entrances.empty:
        return _owned(join(network, np.empty((0, 2))), np.empty(0, np.intp))
    if "open" in entrances:
        shut = entrances["open"].eq(False).fillna(value=False).to_numpy(bool)
        entrances = entrances[~shut]
    tree = shapely.STRtree(entrances.geometry.to_numpy())
    area, gate = tree.query(shapes[areas], predicate="dwithin", distance=ENTRANCE_REACH_M)
    return _owned(join(network, entrances.geometry.iloc[gate]), areas[area])


def _at_crossings(
    network: StreetNetwork, shapes: npt.NDArray[np.object_], areas: npt.NDArray[np.intp]
) -> Places:
    """Return where edges cross the outlines; an edge along an outline joins at its ends."""
    lines = network.edge_lines().to_numpy()
    outlines = _outlines(shapes[areas])
    area, edge = shapely.STRtree(lines).query(outlines, predicate="intersects")
    met = shapely.intersection(outlines[area], lines[edge])
    coordinates, pair = shapely.get_coordinates(met, return_index=True)
    x, y, u, v = network.edge_coordinates[edge[pair]].T
    along = np.hypot(coordinates[:, 0] - x, coordinates[:, 1] - y)
    share = along / np.maximum(np.hypot(u - x, v - y), 1e-9)
    return Places(
        edge[pair].astype(np.int32),
        np.rint(np.clip(share, 0, 1) * network.edge_mm[edge[pair]]).astype(np.int64),
        np.zeros(len(pair), np.int64),
        areas[area[pair]].astype(np.int64),
    )


def _outlines(shapes: npt.NDArray[np.object_]) -> npt.NDArray[np.object_]:
    polygonal = shapely.get_dimensions(shapes) == 2  # noqa: PLR2004 (an area)
    return np.where(polygonal, shapely.boundary(shapes), shapes)


def _nearest_outside(
    network: StreetNetwork, shapes: npt.NDArray[np.object_], areas: npt.NDArray[np.intp]
) -> Places:
    """Return the place nearest to each outline, for areas that no edge crosses."""
    lines = network.edge_lines().to_numpy()
    _, inside = shapely.STRtree(lines).query(shapes[areas], predicate="covers")
    candidates = np.setdiff1d(np.arange(len(lines)), inside)
    if not len(candidates) or not len(areas):
        return _owned(join(network, np.empty((0, 2))), np.empty(0, np.intp))
    (area, near), distance = shapely.STRtree(lines[candidates]).query_nearest(
        _outlines(shapes[areas]), return_distance=True, all_matches=False
    )
    edge = candidates[near]
    way = shapely.shortest_line(lines[edge], _outlines(shapes[areas[area]]))
    share = shapely.line_locate_point(lines[edge], shapely.get_point(way, 0), normalized=True)
    return Places(
        edge.astype(np.int32),
        np.rint(share * network.edge_mm[edge]).astype(np.int64),
        np.rint(distance * 1000).astype(np.int64),
        areas[area].astype(np.int64),
    )
