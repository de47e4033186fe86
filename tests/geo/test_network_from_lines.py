"""Networks from plain lines, as GIS files have them: joined where they meet on the ground."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from hetao.geo.join import join
from hetao.geo.network import walking_network
from hetao.geo.reach import nearest, prepare

METRES = "EPSG:4547"
WEST, EAST, SOUTH, NORTH = (0, 50), (100, 50), (50, 0), (50, 100)
ACROSS, UP = [WEST, EAST], [SOUTH, NORTH]


def register(*lines, **columns):
    shapes = [shapely.LineString(line) for line in lines]
    return gpd.GeoDataFrame(columns, geometry=shapes, crs=METRES)


def barriers(*shapes, passable=False):
    passable = pd.array([passable] * len(shapes) if isinstance(passable, bool) else passable)
    return gpd.GeoDataFrame(
        {"passable": passable.astype("boolean")}, geometry=list(shapes), crs=METRES
    )


def metres(network, start, stop):
    reach = prepare(network)
    here, there = join(network, np.array([start])), join(network, np.array([stop]))
    return nearest(reach, here, {"there": there}, 10_000_000)[0, 0]


def test_streets_that_cross_meet_there():
    network = walking_network(register(ACROSS, UP))
    assert metres(network, WEST, NORTH) == 100
    assert sorted(network.degree()) == [1, 1, 1, 1, 4]


@pytest.mark.parametrize(
    "columns",
    [
        {"bridge": [True, None]},
        {"tunnel": [None, True]},
        {"layer": pd.array([None, 2], dtype="Int64")},
        {"bridge": [True, True], "layer": pd.array([1, 2], dtype="Int64")},
    ],
)
def test_a_bridge_or_tunnel_does_not_meet_what_it_passes(columns):
    assert metres(walking_network(register(ACROSS, UP, **columns)), WEST, NORTH) == np.inf


def test_a_bridge_meets_the_streets_at_its_ends():
    lines = [[(-50, 50), WEST], ACROSS, UP, [EAST, (150, 50)], [(100, 0), (100, 100)]]
    bridge = [None, True, None, None, None]
    network = walking_network(register(*lines, bridge=bridge))
    assert metres(network, (-50, 50), (150, 50)) == 200
    assert metres(network, (-50, 50), (100, 100)) == 200  # it ends on the middle of a street
    assert metres(network, (-50, 50), NORTH) == np.inf


def test_a_street_that_ends_under_a_bridge_does_not_climb_it():
    network = walking_network(register(ACROSS, [SOUTH, (50, 50)], bridge=[True, None]))
    assert metres(network, WEST, SOUTH) == np.inf


@pytest.mark.parametrize("gap", [0, 0.4, -0.4])
def test_a_street_that_ends_at_the_middle_of_another_joins_it(gap):
    network = walking_network(register(ACROSS, [SOUTH, (50, 50 - gap)]))
    assert metres(network, WEST, SOUTH) == pytest.approx(100, abs=1)
    assert sorted(network.degree()) == [1, 1, 1, 3]


def test_a_street_that_ends_a_metre_short_of_another_does_not_join_it():
    network = walking_network(register(ACROSS, [SOUTH, (50, 49)]))
    assert metres(network, WEST, SOUTH) == np.inf


def test_ends_within_half_a_metre_are_one():
    network = walking_network(register([WEST, (50, 50)], [(50.3, 50.2), EAST]))
    assert metres(network, WEST, EAST) == pytest.approx(100, abs=0.7)
    assert metres(walking_network(register([WEST, (50, 50)], [(50.6, 50), EAST])), WEST, EAST) == (
        np.inf
    )


def test_streets_meet_at_a_vertex_that_lies_on_another():
    network = walking_network(register(ACROSS, [SOUTH, (50, 50), (60, 0)]))
    assert metres(network, WEST, SOUTH) == 100
    bent = walking_network(register([WEST, (50, 50), (100, 60)], [SOUTH, (50, 50), (60, 100)]))
    assert metres(bent, WEST, SOUTH) == 100


def test_streets_drawn_over_each_other_for_a_stretch_are_joined_there():
    network = walking_network(register([(0, 0), (60, 0)], [(40, 0), (100, 0)]))
    assert metres(network, (0, 0), (100, 0)) == 100


def test_a_street_that_crosses_itself_meets_itself():
    loop = [(0, 0), (100, 0), (100, 50), (50, 50), (50, -50)]
    assert metres(walking_network(register(loop)), (0, 0), (50, -50)) == 100


def test_lines_without_ids_join_streets_with_ids():
    shared = register(ACROSS).assign(nodes=pd.Series([[1, 2]], dtype=object))
    plain = register([SOUTH, (50, 49.7)]).assign(nodes=pd.Series([None], dtype=object))
    network = walking_network(pd.concat([shared, plain], ignore_index=True))
    assert metres(network, WEST, SOUTH) == pytest.approx(100, abs=0.5)


def test_a_wall_cuts_the_street_that_crosses_it():
    wall = barriers(shapely.LineString([(30, 0), (30, 100)]))
    network = walking_network(register(ACROSS), barriers=wall)
    assert metres(network, WEST, EAST) == np.inf
    assert metres(network, WEST, (29, 50)) == 29


def test_a_wall_round_a_compound_is_open_at_its_gate():
    yard = shapely.box(30, 40, 70, 60)
    gate = barriers(yard, shapely.Point(31, 52), passable=[False, True])
    network = walking_network(register(ACROSS), barriers=gate)
    assert metres(network, WEST, (50, 50)) == 50
    assert metres(network, WEST, EAST) == np.inf  # the other side has no gate
    both = barriers(
        yard, shapely.Point(31, 52), shapely.Point(70, 50), passable=[False, True, True]
    )
    assert metres(walking_network(register(ACROSS), barriers=both), WEST, EAST) == 100


def test_a_wall_does_not_cut_the_bridge_over_it():
    wall = barriers(shapely.LineString([(30, 0), (30, 100)]))
    assert (
        metres(walking_network(register(ACROSS, bridge=[True]), barriers=wall), WEST, EAST) == 100
    )


def test_a_wall_through_a_node_parts_its_two_sides_only():
    # four streets meet at (50, 50); the wall comes from the south-west and leaves north-east
    wall = barriers(shapely.LineString([(0, 0), (50, 50), (100, 100)]))
    network = walking_network(register(ACROSS, UP), barriers=wall)
    assert metres(network, WEST, NORTH) == 100
    assert metres(network, SOUTH, EAST) == 100
    assert metres(network, WEST, EAST) == np.inf


def test_one_can_walk_round_the_end_of_a_wall():
    wall = barriers(shapely.LineString([(0, 0), (50, 50)]))
    assert metres(walking_network(register(ACROSS, UP), barriers=wall), WEST, EAST) == 100


def test_a_shut_gate_near_a_street_parts_it_where_it_stands():
    network = walking_network(register(ACROSS), barriers=barriers(shapely.Point(30, 51)))
    assert metres(network, WEST, EAST) == np.inf
    assert metres(network, (30.5, 50), EAST) == pytest.approx(69.5)


def test_a_barrier_of_which_nothing_is_known_lets_pass():
    wall = barriers(shapely.LineString([(30, 0), (30, 100)]), passable=[None])
    assert metres(walking_network(register(ACROSS), barriers=wall), WEST, EAST) == 100
