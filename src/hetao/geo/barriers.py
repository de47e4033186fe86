"""Gates, walls and fences that cut the ways of walkers."""

from dataclasses import replace

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely

from hetao.geo.draft import Draft
from hetao.geo.vertices import Bool, Float64, Int64, flag

GATE_REACH_M = 3.0  # how far from a street or a wall its gate may be drawn
EXACT_M = 0.001
ASIDE_M = 0.05  # how far from a wall to look for the side on which an edge leaves it


def without_barred(draft: Draft, barriers: gpd.GeoDataFrame) -> Draft:
    """Return the draft severed at what is marked as not passable; unknown ones let pass."""
    passable = flag(barriers, "passable", missing=True)
    shapes = barriers.geometry.to_numpy()
    point = shapely.get_dimensions(shapes) == 0
    walls = shapes[~passable & ~point]
    walls = np.where(shapely.get_dimensions(walls) > 1, shapely.boundary(walls), walls)
    draft = _without_gates(draft, barriers[~passable & point])
    return _without_walled(draft, shapely.get_parts(walls), shapes[passable & point])


def _without_gates(draft: Draft, gates: gpd.GeoDataFrame) -> Draft:
    """Return the draft severed at each gate: at its own node, or the nearest place on a street."""
    has_ids = gates["nodes"].notna() if "nodes" in gates else gates.geometry.isna()
    ids = [np.empty(0, np.int64), *(gates["nodes"][has_ids] if has_ids.any() else [])]
    draft = _severed_at(draft, np.isin(draft.id, np.concatenate(ids)))
    loose = gates.geometry[~has_ids].to_numpy()
    if not len(loose) or not len(draft.ends):
        return draft
    gate, edge = shapely.STRtree(draft.lines).query_nearest(
        loose, max_distance=GATE_REACH_M, all_matches=False
    )
    share = shapely.line_locate_point(draft.lines[edge], loose[gate], normalized=True)
    at_node = np.minimum(share, 1 - share) * shapely.length(draft.lines[edge]) <= ASIDE_M
    nodes = np.zeros(len(draft.xy), bool)
    nodes[draft.ends[edge[at_node], np.rint(share[at_node]).astype(np.int64)]] = True
    draft = _severed_between(draft, edge[~at_node], share[~at_node])
    return _severed_at(draft, np.r_[nodes, np.zeros(len(draft.xy) - len(nodes), bool)])


def _severed_at(draft: Draft, nodes: Bool) -> Draft:
    """Return the draft with an own copy of these nodes for every edge that ends there."""
    ends = draft.ends.copy()
    row, side = np.nonzero(nodes[ends])
    old = ends[row, side]
    ends[row, side] = len(draft.xy) + np.arange(len(old))
    return replace(draft.with_nodes(draft.xy[old], draft.id[old]), ends=ends)


def _severed_between(draft: Draft, edge: Int64, share: Float64) -> Draft:
    """Return the draft with edges severed between their ends."""
    start, stop = draft.xy[draft.ends[edge, 0]], draft.xy[draft.ends[edge, 1]]
    xy = start + share[:, None] * (stop - start)
    before = len(draft.xy) + np.arange(len(edge))
    draft = draft.with_nodes(np.concatenate([xy, xy]), np.full(2 * len(edge), -1, np.int64))
    return draft.cut(edge, share, before, before + len(edge))


def _without_walled(
    draft: Draft, walls: npt.NDArray[np.object_], gates: npt.NDArray[np.object_]
) -> Draft:
    """Return the draft severed where edges on the ground cross a wall away from its gates."""
    ground = np.flatnonzero(draft.level == 0)
    wall, edge = shapely.STRtree(draft.lines[ground]).query(walls, predicate="intersects")
    edge = ground[edge]
    met, pair = shapely.get_parts(
        shapely.intersection(walls[wall], draft.lines[edge]), return_index=True
    )
    crossing = shapely.get_dimensions(met) == 0  # a way along the wall does not cross it
    if len(gates):
        distance = np.full(len(met), np.inf)
        (at, _), found = shapely.STRtree(gates).query_nearest(
            met, max_distance=GATE_REACH_M, return_distance=True, all_matches=False
        )
        distance[at] = found
        crossing &= distance > GATE_REACH_M
    met, wall, edge = met[crossing], wall[pair[crossing]], edge[pair[crossing]]
    share = shapely.line_locate_point(draft.lines[edge], met, normalized=True)
    at_node = np.minimum(share, 1 - share) * shapely.length(draft.lines[edge]) <= EXACT_M
    side = np.rint(share[at_node]).astype(np.int64)
    parted = _parted_by_walls(draft, walls[wall[at_node]], wall[at_node], edge[at_node], side)
    return _severed_between(parted, edge[~at_node], share[~at_node])


def _parted_by_walls(
    draft: Draft, walls: npt.NDArray[np.object_], number: Int64, edge: Int64, side: Int64
) -> Draft:
    """
    Return the draft with nodes on walls parted into one for each side.

    Each row is an edge whose end `side` lies on a wall. Edges that leave the node on the right
    of the wall get a node of their own; with several walls, one for each combination.
    """
    node, far = draft.ends[edge, side], draft.ends[edge, 1 - side]
    right = _leaves_right(walls, draft.xy[node], draft.xy[far])
    sides: dict[tuple[int, int], set[int]] = {}
    for row in np.flatnonzero(right):
        sides.setdefault((int(edge[row]), int(side[row])), set()).add(int(number[row]))
    ends = draft.ends.copy()
    copies: dict[tuple[int, frozenset[int]], int] = {}
    for (at_edge, at_side), right_of in sides.items():
        key = (int(draft.ends[at_edge, at_side]), frozenset(right_of))
        ends[at_edge, at_side] = copies.setdefault(key, len(draft.xy) + len(copies))
    old = np.array([key[0] for key in copies], np.int64)
    return replace(draft.with_nodes(draft.xy[old], draft.id[old]), ends=ends)


def _leaves_right(walls: npt.NDArray[np.object_], at: Float64, to: Float64) -> Bool:
    """Say whether a way from a point on a wall to another leaves it to the right."""
    length = shapely.length(walls)
    along = shapely.line_locate_point(walls, shapely.points(at))
    ring = shapely.is_closed(walls)
    back, on = along - ASIDE_M, along + ASIDE_M
    inner = ring | ((back >= 0) & (on <= length))  # one can walk round the end of a wall
    back, on = np.where(ring, back % length, back), np.where(ring, on % length, on)
    angles = [
        np.arctan2(way[:, 1], way[:, 0])
        for way in (
            shapely.get_coordinates(shapely.line_interpolate_point(walls, back)) - at,
            shapely.get_coordinates(shapely.line_interpolate_point(walls, on)) - at,
            to - at,
        )
    ]
    # turning left from where the wall goes on, one meets first the left side, then the wall
    wall_turn, way_turn = (
        (angles[0] - angles[1]) % (2 * np.pi),
        (angles[2] - angles[1]) % (2 * np.pi),
    )
    return np.asarray(inner & (way_turn > wall_turn), bool)
