"""Every answer about reach, held against networkx on thousands of small networks."""

import itertools
from dataclasses import dataclass

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hetao.geo.join import Places
from hetao.geo.network import StreetNetwork
from hetao.geo.reach import (
    count_within,
    k_nearest,
    nearest,
    nearest_which,
    prepare,
    reached_edges,
)

MANY = settings(max_examples=1000, deadline=None)


@dataclass
class Scene:
    network: StreetNetwork
    origins: Places
    facilities: Places
    limit: int


def streets(edges, unit="mm"):
    """Return a network of edges given as (from, to, mm, forward, backward)."""
    start, stop, length, forward, backward = np.array(edges, np.int64).reshape(-1, 5).T
    nodes = max(start.max(), stop.max()) + 1
    return StreetNetwork(
        np.arange(nodes, dtype=float),
        np.zeros(nodes),
        np.full(nodes, -1),
        start.astype(np.int32),
        stop.astype(np.int32),
        length.copy(),
        forward.astype(np.int32),
        backward.astype(np.int32),
        np.arange(len(start)),
        np.zeros(len(start), np.int8),
        unit,
        None,
    )


def places(rows):
    edge, offset, leg, owner = np.array(rows, np.int64).reshape(-1, 4).T
    return Places(edge.astype(np.int32), offset.copy(), leg.copy(), owner.copy())


@st.composite
def scenes(draw, unit="mm"):
    """Draw a small network with a few origins and facilities on its edges."""
    nodes = draw(st.integers(1, 9))
    edges = []
    for _ in range(draw(st.integers(1, 14))):
        start, stop = draw(st.integers(0, nodes - 1)), draw(st.integers(0, nodes - 1))
        length = draw(st.integers(0 if start != stop else 1, 12))
        cost = length if unit == "mm" else length * draw(st.integers(1, 3))
        ways = "both" if unit == "mm" else draw(st.sampled_from(["both", "along", "against"]))
        edges.append(
            (
                start,
                stop,
                length,
                cost if ways != "against" else -1,
                cost if ways != "along" else -1,
            )
        )
    network = streets(edges, unit)

    def some(count):
        rows = []
        for owner in range(count):
            for _ in range(draw(st.integers(1, 2)) if count < 5 else 1):
                edge = draw(st.integers(0, len(edges) - 1))
                offset = draw(st.integers(0, edges[edge][2]))
                rows.append((edge, offset, draw(st.integers(0, 3)), owner))
        return places(rows)

    limit = draw(st.one_of(st.integers(0, 30), st.just(1000)))
    return Scene(network, some(draw(st.integers(1, 6))), some(draw(st.integers(1, 4))), limit)


def cut_network(scene):
    """Return a networkx graph cut at every place, with one node ("o"|"f", row) per place."""
    network = scene.network
    on_edge = {edge: [] for edge in range(len(network.edge_from))}
    for letter, group in (("o", scene.origins), ("f", scene.facilities)):
        for row in range(len(group)):
            on_edge[group.edge[row]].append((int(group.offset_mm[row]), letter, row))
    graph = nx.MultiDiGraph()
    graph.add_nodes_from(range(len(network.node_x)))
    for edge, stops in on_edge.items():
        length = int(network.edge_mm[edge])
        cuts = [(0, int(network.edge_from[edge])), (length, int(network.edge_to[edge]))]
        for offset, letter, row in stops:
            if offset in (0, length):
                end = cuts[0][1] if offset == 0 else cuts[1][1]
                graph.add_edge((letter, row), end, cost=0)
                graph.add_edge(end, (letter, row), cost=0)
            else:
                cuts.append((offset, (letter, row)))
        cuts.sort(key=lambda cut: cut[0])
        for (at, one), (to, other) in itertools.pairwise(cuts):
            for cost, (tail, head) in (
                (int(network.edge_forward[edge]), (one, other)),
                (int(network.edge_backward[edge]), (other, one)),
            ):
                if at == to and length:  # two places at one point
                    graph.add_edge(tail, head, cost=0)
                elif cost >= 0:
                    graph.add_edge(tail, head, cost=cost * (to - at) // max(length, 1))
    return graph


def true_costs(scene):
    """Return the cost from every origin to every facility, legs included on foot."""
    graph = cut_network(scene)
    costs = np.full((len(scene.origins), len(scene.facilities)), np.inf)
    walking = scene.network.unit == "mm"
    for origin in range(len(scene.origins)):
        found = nx.single_source_dijkstra_path_length(graph, ("o", origin), weight="cost")
        for facility in range(len(scene.facilities)):
            if ("f", facility) in found:
                legs = scene.origins.leg_mm[origin] + scene.facilities.leg_mm[facility]
                costs[origin, facility] = found["f", facility] + walking * legs
    costs[costs > scene.limit] = np.inf
    return costs


def by_owner(scene, costs):
    owners = np.unique(scene.facilities.owner)
    return np.column_stack(
        [costs[:, scene.facilities.owner == owner].min(axis=1) for owner in owners]
    )


def check(scene):
    reach = prepare(scene.network)
    kinds = {"shops": scene.facilities}
    costs = by_owner(scene, true_costs(scene))
    least = costs.min(axis=1)
    asked = reach, scene.origins, kinds, scene.limit
    np.testing.assert_allclose(nearest(*asked)[:, 0], least / 1000)
    which = np.where(np.isfinite(least), costs.argmin(axis=1), -1)
    np.testing.assert_array_equal(nearest_which(*asked)[:, 0], which)
    np.testing.assert_array_equal(count_within(*asked)[:, 0], np.isfinite(costs).sum(axis=1))
    two, owners = k_nearest(reach, scene.origins, scene.facilities, 2, scene.limit)
    order = np.argsort(costs, axis=1, kind="stable")[:, :2]
    expected = np.take_along_axis(costs, order, axis=1)
    np.testing.assert_allclose(two[:, : expected.shape[1]], expected / 1000)
    np.testing.assert_array_equal(
        owners[:, : expected.shape[1]], np.where(np.isfinite(expected), order, -1)
    )


@MANY
@given(scenes())
def test_walking_answers_are_those_of_networkx(scene):
    check(scene)


@MANY
@given(scenes("ms"))
def test_driving_answers_are_those_of_networkx(scene):
    check(scene)


@settings(max_examples=300, deadline=None)
@given(scenes("ms"))
def test_reversed_reach_travels_from_facilities_to_origins(scene):
    there = nearest(prepare(scene.network).reversed(), scene.origins, {"": scene.facilities}, 1000)
    swapped = Scene(scene.network, scene.facilities, scene.origins, 1000)
    expected = true_costs(swapped).min(axis=0)
    np.testing.assert_allclose(there[:, 0], expected / 1000)


def test_nothing_is_reached_where_nothing_joins():
    network = streets([(0, 1, 10, 10, 10)])
    nowhere = places([(-1, 0, 0, 0)])
    here = places([(0, 5, 0, 0)])
    reach = prepare(network)
    assert np.isinf(nearest(reach, nowhere, {"a": here}, 100)).all()
    assert np.isinf(nearest(reach, here, {"a": nowhere}, 100)).all()
    assert count_within(reach, nowhere, {"a": here}, 100).sum() == 0
    assert nearest(reach, here, {}, 100).shape == (1, 0)


def test_a_walk_of_200_m_each_way_from_the_middle_of_a_street_covers_400_m():
    reach = prepare(streets([(0, 1, 1_000_000, 1_000_000, 1_000_000)]))
    covered = reached_edges(reach, places([(0, 500_000, 0, 0)]), 200_000)
    assert covered.length_m() == pytest.approx(400)
    assert (covered.from_mm, covered.to_mm) == (300_000, 700_000)


def test_a_one_way_street_is_covered_only_onward():
    reach = prepare(streets([(0, 1, 1_000_000, 100_000, -1)], "ms"))
    covered = reached_edges(reach, places([(0, 500_000, 0, 0)]), 20_000)
    assert (covered.from_mm, covered.to_mm) == (500_000, 700_000)


def test_stretches_reached_from_both_ends_are_covered_once():
    ring = [(0, 1, 100, 100, 100), (1, 2, 100, 100, 100), (2, 0, 100, 100, 100)]
    covered = reached_edges(prepare(streets(ring)), places([(0, 0, 0, 0)]), 140)
    # 100 on both sides of node 0, then 40 from either end of the third
    assert covered.length_m() == pytest.approx(0.28)
    covered = reached_edges(prepare(streets(ring)), places([(0, 0, 0, 0)]), 1000)
    assert covered.length_m() == pytest.approx(0.3)
