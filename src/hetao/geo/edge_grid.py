"""A square grid over straight edges that finds the nearest point on the nearest of them."""

# ruff: noqa: PLR0915
# kernels are long and take many arrays: cutting them up costs seconds of compilation

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from hetao.geo.compilation import compiled, inlined

Float64 = npt.NDArray[np.float64]
Int32 = npt.NDArray[np.int32]


class EdgeGrid(NamedTuple):
    """
    Edges listed by the cells they pass.

    Cell (column, row) holds the edges `held[first[i]:first[i + 1]]` with i = row·columns + column.
    """

    ends: Float64
    first: Int32
    held: Int32
    left: float
    bottom: float
    size: float
    columns: int
    rows: int


def edge_grid(ends: Float64) -> EdgeGrid:
    """Return a grid over edges given as rows of x, y, x, y; about two edges to a cell."""
    left, bottom = ends[:, [0, 2]].min(), ends[:, [1, 3]].min()
    width, height = ends[:, [0, 2]].max() - left, ends[:, [1, 3]].max() - bottom
    length = float(np.hypot(ends[:, 2] - ends[:, 0], ends[:, 3] - ends[:, 1]).mean())
    # cells as long as an edge, but no more cells than four per edge
    size = max(length, math.sqrt(width * height / (4 * len(ends))), max(width, height) / 30_000)
    size = max(size, 0.001)
    columns, rows = int(width / size) + 1, int(height / size) + 1
    first, held = _fill(ends, float(left), float(bottom), size, columns, rows)
    return EdgeGrid(ends, first, held, float(left), float(bottom), size, columns, rows)


@inlined
def _rows_passed(
    ends: Float64, edge: int, column: int, left: float, bottom: float, size: float
) -> tuple[int, int]:
    """Return the first and last row that an edge passes within a column, a hair wider."""
    x, y, u, v = ends[edge]
    low, high = left + column * size - 1e-6 * size, left + (column + 1) * size + 1e-6 * size
    start, stop = y, v
    if u != x:
        begin = min(max((low - x) / (u - x), 0.0), 1.0)
        end = min(max((high - x) / (u - x), 0.0), 1.0)
        start, stop = y + begin * (v - y), y + end * (v - y)
    under, over = min(start, stop) - 1e-6 * size, max(start, stop) + 1e-6 * size
    return int(max(under - bottom, 0.0) / size), int(max(over - bottom, 0.0) / size)


@compiled
def _fill(
    ends: Float64, left: float, bottom: float, size: float, columns: int, rows: int
) -> tuple[Int32, Int32]:
    first = np.zeros(columns * rows + 2, np.int32)
    held = np.empty(0, np.int32)
    for filling in range(2):  # count, then write
        for edge in range(len(ends)):
            west, east = min(ends[edge, 0], ends[edge, 2]), max(ends[edge, 0], ends[edge, 2])
            begin = max(int((west - left) / size - 1e-6), 0)
            end = min(int((east - left) / size + 1e-6), columns - 1)
            for column in range(begin, end + 1):
                low, high = _rows_passed(ends, edge, column, left, bottom, size)
                for row in range(low, min(high, rows - 1) + 1):
                    cell = row * columns + column
                    if filling:
                        held[first[cell + 1]] = edge
                        first[cell + 1] += 1
                    else:
                        first[cell + 2] += 1
        if not filling:
            for cell in range(columns * rows + 1):
                first[cell + 1] += first[cell]
            held = np.empty(first[columns * rows + 1], np.int32)
    return first, held


@inlined
def _closest(ends: Float64, edge: int, x: float, y: float) -> tuple[float, float]:
    """Return the squared distance from a point to an edge and the share of the edge before it."""
    dx, dy = ends[edge, 2] - ends[edge, 0], ends[edge, 3] - ends[edge, 1]
    square = dx * dx + dy * dy
    share = 0.0
    if square > 0:
        share = ((x - ends[edge, 0]) * dx + (y - ends[edge, 1]) * dy) / square
        share = min(max(share, 0.0), 1.0)
    away_x, away_y = x - ends[edge, 0] - share * dx, y - ends[edge, 1] - share * dy
    return away_x * away_x + away_y * away_y, share


@compiled
def nearest_edges(
    grid: EdgeGrid, points: Float64, edges: Int32, shares: Float64, distances: Float64
) -> None:
    """
    Write for each point the nearest edge, the share of it before the nearest point, and how far.

    Of edges equally near the one listed first is taken. Points that are not finite get -1.
    """
    size, columns, rows = grid.size, grid.columns, grid.rows
    for index in range(len(points)):
        x, y = points[index, 0], points[index, 1]
        edges[index] = -1
        shares[index] = 0.0
        distances[index] = np.inf
        if not (np.isfinite(x) and np.isfinite(y)):
            continue
        # a point outside is looked for from the nearest place on the grid's frame
        near_x = min(max(x, grid.left), grid.left + columns * size)
        near_y = min(max(y, grid.bottom), grid.bottom + rows * size)
        outside = (x - near_x) ** 2 + (y - near_y) ** 2
        column = min(int((near_x - grid.left) / size), columns - 1)
        row = min(int((near_y - grid.bottom) / size), rows - 1)
        margin_x = near_x - grid.left - column * size
        margin_y = near_y - grid.bottom - row * size
        margin = max(min(margin_x, size - margin_x, margin_y, size - margin_y), 0.0)
        best = np.inf
        for ring in range(max(columns, rows)):
            for cell_row in range(max(row - ring, 0), min(row + ring, rows - 1) + 1):
                whole = cell_row in (row - ring, row + ring)
                step = 1 if whole or ring == 0 else 2 * ring
                for cell_column in range(column - ring, column + ring + 1, step):
                    if cell_column < 0 or cell_column >= columns:
                        continue
                    cell = cell_row * columns + cell_column
                    for slot in range(grid.first[cell], grid.first[cell + 1]):
                        edge = grid.held[slot]
                        square, share = _closest(grid.ends, edge, x, y)
                        if square < best or (square == best and edge < edges[index]):
                            best = square
                            edges[index] = edge
                            shares[index] = share
            searched = ring * size + margin
            if best <= outside + searched * searched:
                break
        distances[index] = math.sqrt(best)
