"""Networks to race on: OSM extracts, and made ones in the shape of streets or of a dense grid."""

import numpy as np
import osmium
import pyproj

from hetao.geo.network import StreetNetwork

NOT_FOR_WALKERS = {"motorway", "motorway_link", "trunk", "trunk_link", "construction", "proposed"}


class _Walkable(osmium.SimpleHandler):
    """Collect the segments of all ways that can be walked, broken where a node is missing."""

    def __init__(self):
        super().__init__()
        self.places, self.segments = {}, []

    def way(self, way):
        kind = way.tags.get("highway")
        if kind is None or kind in NOT_FOR_WALKERS or way.tags.get("foot") == "no":
            return
        before = None
        for node in way.nodes:
            if not node.location.valid():
                before = None
                continue
            self.places[node.ref] = (node.lon, node.lat)
            if before is not None and before != node.ref:
                self.segments.append((before, node.ref))
            before = node.ref


def read_pbf(file):
    """Return the walking network of an OSM extract in a transverse Mercator of its own."""
    handler = _Walkable()
    handler.apply_file(str(file), locations=True)
    ids, ends = np.unique(np.array(handler.segments), return_inverse=True)
    lon, lat = np.array([handler.places[id_] for id_ in ids.tolist()]).T
    crs = f"+proj=tmerc +lon_0={lon.mean()} +ellps=WGS84 +units=m"
    x, y = pyproj.Transformer.from_crs(4326, crs, always_xy=True).transform(lon, lat)
    return network_of(x, y, ends.reshape(-1, 2))


def made(nodes, shape, seed=1):
    """
    Return a made network: a jittered lattice of which 12 % of the edges are missing.

    A dense grid has its junctions 80 m apart and no bends. Streets have blocks of 120 m and
    some two bends to a block, so that about one node in six is a junction.
    """
    rng = np.random.default_rng(seed)
    bends = 0 if shape == "grid" else 2.8  # on average on each edge
    side = max(int(np.sqrt(nodes / (1 + 1.76 * bends))), 2)
    spacing = 80 if shape == "grid" else 120
    row, column = np.divmod(np.arange(side * side), side)
    xy = np.column_stack([column, row]) * spacing + rng.normal(0, spacing / 8, (side * side, 2))
    east = np.flatnonzero(column < side - 1)
    north = np.flatnonzero(row < side - 1)
    pairs = np.concatenate(
        [np.column_stack([east, east + 1]), np.column_stack([north, north + side])]
    )
    pairs = pairs[rng.random(len(pairs)) > 0.12]
    pairs = pairs[np.argsort(pairs[:, 0], kind="stable")]
    if shape == "grid":
        return network_of(xy[:, 0], xy[:, 1], pairs)
    return _bent(xy, pairs, rng.poisson(bends, len(pairs)), rng)


def _bent(xy, pairs, bends, rng):
    """Return the lattice with so many bends put on each edge."""
    edge = np.repeat(np.arange(len(pairs)), bends)
    first = np.cumsum(bends) - bends
    place = np.arange(len(edge)) - first[edge]
    share = ((place + 1) / (bends[edge] + 1))[:, None]
    start, stop = xy[pairs[edge, 0]], xy[pairs[edge, 1]]
    new = start + share * (stop - start) + rng.normal(0, 4, (len(edge), 2))
    number = len(xy) + np.arange(len(edge))
    begins = np.concatenate([pairs[:, 0], number])
    owner = np.concatenate([np.arange(len(pairs)), edge])
    order = np.argsort(owner, kind="stable")  # each edge's own start, then its bends
    begins, owner = begins[order], owner[order]
    last = np.r_[owner[1:] != owner[:-1], True]
    ends = np.where(last, pairs[owner, 1], np.roll(begins, -1))
    every = np.concatenate([xy, new])
    return network_of(every[:, 0], every[:, 1], np.column_stack([begins, ends]))


def network_of(x, y, ends):
    """Return a walking network of straight edges between these nodes."""
    used, ends = np.unique(ends, return_inverse=True)
    x, y, ends = x[used], y[used], ends.reshape(-1, 2).astype(np.int32)
    start, stop = ends[:, 0].copy(), ends[:, 1].copy()
    length = np.rint(np.hypot(x[stop] - x[start], y[stop] - y[start]) * 1000).astype(np.int64)
    cost = length.astype(np.int32)
    nothing = np.zeros(len(start), np.int64)
    return StreetNetwork(
        x, y, used, start, stop, length, cost, cost, nothing, nothing.astype(np.int8), "mm", None
    )
