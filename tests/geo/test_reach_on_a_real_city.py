"""Reach on the streets of a real city, held against SciPy and networkx."""

import itertools

import networkx as nx
import numpy as np
import osmium
import pytest
from scipy.sparse import coo_array
from scipy.sparse.csgraph import dijkstra

from hetao.geo.join import Places, join
from hetao.geo.network import StreetNetwork
from hetao.geo.reach import count_within, nearest, prepare

pytestmark = pytest.mark.shared_data

NEAR_M = 1500


@pytest.fixture(scope="module")
def city(shared):
    """Return the streets of the extract on a plane: rough in metres, exact as a network."""
    ids, places, segments = {}, [], []
    file = shared / "heidelberg_streets" / "heidelberg_streets.osm.pbf"
    for way in osmium.FileProcessor(str(file)).with_locations():
        if not way.is_way() or "highway" not in way.tags:
            continue
        nodes = [(node.ref, node.location) for node in way.nodes]
        for (one, at), (other, to) in itertools.pairwise(nodes):
            if not (at.valid() and to.valid()) or one == other:
                continue
            for ref, location in ((one, at), (other, to)):
                if ref not in ids:
                    ids[ref] = len(places)
                    places.append((location.lon * 72_000, location.lat * 111_000))
            segments.append((ids[one], ids[other]))
    x, y = np.array(places).T
    start, stop = np.array(segments, np.int32).T.copy()
    length = np.rint(np.hypot(x[stop] - x[start], y[stop] - y[start]) * 1000).astype(np.int64)
    cost, nothing = length.astype(np.int32), np.zeros(len(start), np.int64)
    node_id = np.full(len(x), -1)
    return StreetNetwork(
        x, y, node_id, start, stop, length, cost, cost, nothing, nothing.astype(np.int8), "mm", None
    )


def shortest(city):
    """Return the shortest edge between each two nodes, as (from, to) -> metres."""
    order = np.argsort(-city.edge_mm, kind="stable")
    ends = np.sort(np.column_stack([city.edge_from, city.edge_to])[order], axis=1)
    return dict(zip(map(tuple, ends.tolist()), (city.edge_mm[order] / 1000).tolist(), strict=True))


def test_the_nearest_from_every_node_is_that_of_scipy(city):
    rng = np.random.default_rng(3)
    nodes = np.arange(len(city.node_x))
    at = rng.choice(nodes, 300, replace=False)
    places = Places.at_nodes(city, nodes)
    found = nearest(prepare(city), places, {"": Places.at_nodes(city, at)}, NEAR_M * 1000)[:, 0]
    ends, metres = zip(*shortest(city).items(), strict=True)
    start, stop = np.array(ends).T
    graph = coo_array((np.maximum(metres, 1e-9), (start, stop)), shape=(len(nodes),) * 2).tocsr()
    expected = dijkstra(graph, directed=False, indices=at, min_only=True, limit=NEAR_M + 1e-6)
    np.testing.assert_allclose(found, expected, atol=1e-4)


def test_homes_and_shops_beside_streets_are_as_far_as_networkx_says(city):
    rng = np.random.default_rng(4)
    middle = rng.choice(len(city.node_x), 400)
    beside = np.column_stack([city.node_x, city.node_y])[middle] + rng.normal(0, 40, (400, 2))
    homes, shops = join(city, beside[:50]), join(city, beside[50:])
    reach = prepare(city)
    metres = nearest(reach, homes, {"shop": shops}, NEAR_M * 1000)[:, 0]
    counts = count_within(reach, homes, {"shop": shops}, NEAR_M * 1000)[:, 0]
    graph = nx.Graph()
    graph.add_weighted_edges_from((*ends, way) for ends, way in shortest(city).items())
    for letter, places in (("home", homes), ("shop", shops)):
        for row, (edge, offset, leg) in enumerate(
            zip(places.edge, places.offset_mm, places.leg_mm, strict=True)
        ):
            along = (int(city.edge_from[edge]), offset), (
                int(city.edge_to[edge]), city.edge_mm[edge] - offset
            )  # fmt: skip
            for end, way in along:
                graph.add_edge((letter, row), end, weight=(leg + way) / 1000)
    same_edge = homes.edge[:, None] == shops.edge[None]
    direct = np.abs(homes.offset_mm[:, None] - shops.offset_mm[None])
    direct = (direct + homes.leg_mm[:, None] + shops.leg_mm[None]) / 1000
    for home in range(len(homes)):
        ways = nx.single_source_dijkstra_path_length(graph, ("home", home), cutoff=NEAR_M)
        far = np.array([ways.get(("shop", shop), np.inf) for shop in range(len(shops))])
        far = np.minimum(far, np.where(same_edge[home], direct[home], np.inf))
        assert metres[home] == pytest.approx(far.min(), abs=1e-4)
        assert counts[home] == (far <= NEAR_M).sum()
