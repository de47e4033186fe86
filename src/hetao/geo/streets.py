"""A street network: nodes, straight edges between them, and what it costs to pass each way."""

from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

Float64 = npt.NDArray[np.float64]
Int8 = npt.NDArray[np.int8]
Int32 = npt.NDArray[np.int32]
Int64 = npt.NDArray[np.int64]

WHICH = ("roads", "footways")  # what `StreetNetwork.edge_which` counts through


@dataclass(frozen=True, eq=False)
class StreetNetwork:
    """
    Streets as arrays, in a CRS that measures in metres.

    Every vertex of a street is a node and every edge is straight, so a bend is a node with two
    edges, a junction one with three or more.

    Attributes
    ----------
    node_x, node_y : arrays of float, one per node
    node_id : array of int
        The source's id of the node; -1 where the source has none.
    edge_from, edge_to : arrays of int, one per edge
        The nodes at the edge's two ends.
    edge_mm : array of int
        Length in millimetres.
    edge_forward, edge_backward : arrays of int
        Cost of passing from `edge_from` to `edge_to` and back, in `unit`; -1 where closed.
    edge_feature : array of int
        Row position of the street in the register that `edge_which` names.
    edge_which : array of int
        Index into `WHICH`.
    unit : {"mm", "ms"}
        What costs count: millimetres on foot, milliseconds driving.
    crs : object
        As geopandas understands it.
    """

    node_x: Float64
    node_y: Float64
    node_id: Int64
    edge_from: Int32
    edge_to: Int32
    edge_mm: Int64
    edge_forward: Int32
    edge_backward: Int32
    edge_feature: Int64
    edge_which: Int8
    unit: Literal["mm", "ms"]
    crs: object

    def degree(self) -> Int64:
        """Return how many edges meet at each node; an edge from a node to itself counts twice."""
        ends = np.concatenate([self.edge_from, self.edge_to])
        return np.bincount(ends, minlength=len(self.node_x)).astype(np.int64)

    @cached_property
    def edge_coordinates(self) -> Float64:
        """Return the ends of each edge as x, y, x, y."""
        start, stop = self.edge_from, self.edge_to
        return np.column_stack(
            [self.node_x[start], self.node_y[start], self.node_x[stop], self.node_y[stop]]
        )

    @cached_property
    def edge_at_node(self) -> Int32:
        """Return for each node one of the edges that meet there; -1 where there is none."""
        edges = np.arange(len(self.edge_from), dtype=np.int32)
        edge = np.full(len(self.node_x), -1, np.int32)
        edge[self.edge_to] = edges
        edge[self.edge_from] = edges
        return edge

    def edge_lines(self) -> gpd.GeoSeries:
        """Return each edge as a line of two points."""
        return gpd.GeoSeries(
            shapely.linestrings(self.edge_coordinates.reshape(-1, 2, 2)), crs=self.crs
        )

    def node_points(self) -> gpd.GeoSeries:
        """Return each node as a point."""
        return gpd.GeoSeries(shapely.points(self.node_x, self.node_y), crs=self.crs)

    def components(self) -> Int32:
        """Return for each node the number of the connected piece it lies in, one-ways ignored."""
        nodes = len(self.node_x)
        ones = np.ones(len(self.edge_from), np.int8)
        links = coo_array((ones, (self.edge_from, self.edge_to)), shape=(nodes, nodes))
        return np.asarray(connected_components(links, directed=False)[1], np.int32)
