"""Which vertices of street lines are the same node, and where lines without ids meet."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from hetao.geo.draft import Draft
from hetao.geo.vertices import Bool, Float64, Int64, Vertices

SNAP_M = 0.5  # ends closer than this to a street were meant to touch it
EXACT_M = 0.001


class _Cuts(NamedTuple):
    """Where edges are to be divided, and the node that comes there."""

    edge: Int64
    share: Float64
    node: Int64


def noded(vertices: Vertices) -> Draft:
    """
    Return nodes and edges: streets joined wherever they meet.

    Vertices with the same id are one node, and streets that have ids meet nowhere else. Streets
    without ids meet each other and those with ids: at vertices on the same spot and level, where
    they cross on the same level, and where one ends within 0.5 m of another that ends there too,
    lies on the same level or on the ground.
    """
    draft, node = _drafted(vertices)
    loose = vertices.id < 0
    if not loose.any():
        return draft
    start = vertices.edge_starts
    ends = np.flatnonzero(vertices.is_end & loose)
    links = [_ends_at_vertices(vertices, node, ends)]
    touching = _ends_on_edges(vertices, draft, node, ends)
    end_node = np.zeros(len(draft.xy), bool)
    end_node[node[ends]] = True
    draft, crossing, crossed = _crossings(draft, loose[start], end_node)
    cuts = _Cuts(*(np.concatenate(pair) for pair in zip(touching, crossing, strict=True)))
    return _merged(draft.cut(cuts.edge, cuts.share, cuts.node, cuts.node), [*links, crossed])


def _drafted(vertices: Vertices) -> tuple[Draft, Int64]:
    """Return the edges between nodes that are alike at once, and the node of each vertex."""
    shared = vertices.id >= 0
    spots = np.rint(vertices.xy * 1000).astype(np.int64)
    node = np.zeros(len(vertices), np.int64)
    ids, node[shared] = np.unique(vertices.id[shared], return_inverse=True)
    key = np.column_stack([spots, vertices.level])[~shared]
    if len(key):
        order = np.lexsort(key.T)
        new = np.r_[True, (np.diff(key[order], axis=0) != 0).any(axis=1)]
        number = np.empty(len(key), np.int64)
        number[order] = np.cumsum(new) - 1
        node[~shared] = len(ids) + number
    nodes = node.max(initial=-1) + 1
    xy, id_ = np.empty((nodes, 2)), np.full(nodes, -1, np.int64)
    xy[node[::-1]], id_[node[::-1]] = vertices.xy[::-1], vertices.id[::-1]
    start = vertices.edge_starts
    return Draft(
        xy,
        id_,
        np.column_stack([node[start], node[start + 1]]),
        vertices.feature[start],
        vertices.which[start],
        vertices.level[start],
    ), node


def _ends_at_vertices(vertices: Vertices, node: Int64, ends: npt.NDArray[np.intp]) -> Int64:
    """Return pairs of nodes: ends of lines, and vertices that they touch."""
    near = cKDTree(vertices.xy[ends]).sparse_distance_matrix(
        cKDTree(vertices.xy), SNAP_M, output_type="coo_matrix"
    )
    end, other = ends[near.row], near.col
    meet = _may_meet(vertices.level[end], vertices.level[other], vertices.is_end[other])
    return np.column_stack([node[end], node[other]])[meet]


def _may_meet(end_level: Int64, other_level: Int64, other_ends: Bool | bool) -> Bool:
    """Say whether a line's end joins what it touches: not a bridge from below, or a tunnel."""
    return np.asarray(other_ends | (end_level == other_level) | (other_level == 0), bool)


def _ends_on_edges(
    vertices: Vertices, draft: Draft, node: Int64, ends: npt.NDArray[np.intp]
) -> _Cuts:
    """Return cuts where lines end on the middle of an edge."""
    tree = shapely.STRtree(draft.lines)
    end, edge = tree.query(shapely.points(vertices.xy[ends]), predicate="dwithin", distance=SNAP_M)
    end = ends[end]
    share, length = _share(draft, edge, vertices.xy[end])
    along = share * length
    middle = (along > SNAP_M) & (along < length - SNAP_M)
    meet = middle & _may_meet(vertices.level[end], draft.level[edge], other_ends=False)
    return _Cuts(edge[meet], share[meet], node[end[meet]])


def _share(draft: Draft, edge: Int64, xy: Float64) -> tuple[Float64, Float64]:
    """Return the share of each edge before the place nearest to a point, and its length."""
    start, stop = draft.xy[draft.ends[edge, 0]], draft.xy[draft.ends[edge, 1]]
    way = stop - start
    square = np.maximum((way**2).sum(axis=1), EXACT_M**2)
    share = ((xy - start) * way).sum(axis=1) / square
    return np.clip(share, 0, 1), np.sqrt(square)


def _crossings(draft: Draft, loose: Bool, end_node: Bool) -> tuple[Draft, _Cuts, Int64]:
    """
    Return where edges cross on one level, at least one of them `loose`.

    A node is added for each crossing; where it lies at an end of an edge (within 0.5 m of where
    its line ends, else on the spot) the edge is not cut there but the two nodes are paired.
    """
    rows = np.flatnonzero(loose)
    one, other = shapely.STRtree(draft.lines).query(draft.lines[rows], predicate="intersects")
    one = rows[one]
    apart = (draft.ends[one][:, :, None] != draft.ends[other][:, None, :]).all(axis=(1, 2))
    once = (one < other) | ~loose[other]
    kept = apart & once & (draft.level[one] == draft.level[other])
    one, other = one[kept], other[kept]
    met = shapely.intersection(draft.lines[one], draft.lines[other])
    xy, pair = shapely.get_coordinates(met, return_index=True)
    new = len(draft.xy) + np.arange(len(xy))
    draft = draft.with_nodes(xy, np.full(len(xy), -1, np.int64))
    cuts, links = [], []
    for edge in (one[pair], other[pair]):
        share, length = _share(draft, edge, xy)
        reach = np.where(end_node[draft.ends[edge]], SNAP_M, EXACT_M)
        at_start, at_stop = share * length <= reach[:, 0], (1 - share) * length <= reach[:, 1]
        middle = ~at_start & ~at_stop
        cuts.append(_Cuts(edge[middle], share[middle], new[middle]))
        links.append(np.column_stack([draft.ends[edge, 0], new])[at_start])
        links.append(np.column_stack([draft.ends[edge, 1], new])[at_stop & ~at_start])
    return (
        draft,
        _Cuts(*(np.concatenate(pair) for pair in zip(*cuts, strict=True))),
        np.concatenate(links),
    )


def _merged(draft: Draft, links: list[Int64]) -> Draft:
    """Return the draft with linked nodes made one, each where the first of them was."""
    pairs = np.concatenate(links)
    ones = np.ones(len(pairs), np.int8)
    nodes = len(draft.xy)
    graph = coo_array((ones, (pairs[:, 0], pairs[:, 1])), shape=(nodes, nodes))
    count, label = connected_components(graph, directed=False)
    xy, id_ = np.empty((count, 2)), np.full(count, -1, np.int64)
    xy[label[::-1]], id_[label[::-1]] = draft.xy[::-1], draft.id[::-1]
    ends = np.asarray(label[draft.ends], np.int64)
    return Draft(xy, id_, ends, draft.feature, draft.which, draft.level)
