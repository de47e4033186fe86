"""Networks from streets that share node ids, as OSM has them."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from hetao.errors import CrsError
from hetao.geo.join import join, join_sites
from hetao.geo.network import driving_network, walking_network
from hetao.geo.reach import nearest, prepare

METRES = "EPSG:4547"
AT = {1: (0, 0), 2: (100, 0), 3: (200, 0), 4: (100, 100), 5: (100, -100), 6: (300, 0)}


def register(rows, **columns):
    """Return streets along the numbered nodes, with the given columns."""
    return gpd.GeoDataFrame(
        {"nodes": pd.Series(rows, dtype=object), **columns},
        geometry=[shapely.LineString([AT[node] for node in row]) for row in rows],
        crs=METRES,
    )


def metres(network, start, stop):
    """Return the way on foot from one point to another; infinity where there is none."""
    reach = prepare(network)
    here, there = join(network, np.array([start])), join(network, np.array([stop]))
    return nearest(reach, here, {"there": there}, 10_000_000)[0, 0]


def test_streets_meet_where_they_share_a_node():
    network = walking_network(register([[1, 2, 3], [4, 2, 5]]))
    assert metres(network, AT[1], AT[4]) == 200
    assert list(network.degree()[np.argsort(network.node_id)]) == [1, 4, 1, 1, 1]


def test_a_street_passing_over_another_without_a_shared_node_is_not_joined_to_it():
    rows = [[1, 3], [4, 5]]
    assert metres(walking_network(register(rows)), AT[1], AT[4]) == np.inf


def test_expressways_are_closed_to_walkers_unless_marked():
    rows = [[1, 2], [2, 3], [3, 6]]
    roads = register(rows, **{"class": ["branch", "expressway", "expressway"]})
    assert walking_network(roads).edge_feature.tolist() == [0]
    roads["walkable"] = pd.array([None, True, None], dtype="boolean")
    assert walking_network(roads).edge_feature.tolist() == [0, 1]


def test_a_footway_leads_from_a_road_and_says_where_it_came_from():
    network = walking_network(register([[1, 2, 3]]), register([[2, 4]]))
    assert metres(network, AT[1], AT[4]) == 200
    assert network.edge_which.tolist() == [0, 0, 1]
    assert network.edge_feature.tolist() == [0, 0, 0]


def test_a_shut_gate_on_a_node_parts_the_street():
    gate = gpd.GeoDataFrame(
        {"nodes": pd.Series([[2]], dtype=object), "passable": [False]},
        geometry=gpd.points_from_xy(*zip(AT[2], strict=True)),
        crs=METRES,
    )
    roads = register([[1, 2, 3]])
    assert metres(walking_network(roads, barriers=gate), AT[1], AT[3]) == np.inf
    assert metres(walking_network(roads, barriers=gate.assign(passable=True)), AT[1], AT[3]) == 200


def test_a_street_in_pieces_that_do_not_touch_stays_broken():
    broken = gpd.GeoDataFrame(
        {"nodes": pd.Series([[1, 2, 3, 6]], dtype=object)},
        geometry=[shapely.MultiLineString([[AT[1], AT[2]], [AT[3], AT[6]]])],
        crs=METRES,
    )
    assert metres(walking_network(broken), AT[1], AT[6]) == np.inf


def test_driving_takes_the_posted_speed_or_that_of_the_class_and_keeps_to_one_ways():
    roads = register(
        [[1, 2], [2, 3], [3, 6]],
        **{
            "class": ["arterial", "arterial", None],
            "speed_kmh": [None, 36.0, None],
            "oneway": pd.array([None, "forward", "backward"], dtype="string"),
        },
    )
    network = driving_network(roads, speeds_kmh={"arterial": 72, "lane": 18})
    assert network.edge_forward.tolist() == [5_000, 10_000, -1]
    assert network.edge_backward.tolist() == [5_000, -1, 20_000]


def test_a_roundabout_without_a_mark_is_driven_one_way():
    roads = register([[1, 2]], roundabout=[True], oneway=pd.array([None], dtype="string"))
    network = driving_network(roads, speeds_kmh={"lane": 36})
    assert (network.edge_forward.tolist(), network.edge_backward.tolist()) == ([10_000], [-1])


def test_degrees_are_refused():
    with pytest.raises(CrsError, match="degrees"):
        walking_network(register([[1, 2]]).set_crs(4490, allow_override=True))


def test_a_city_without_streets_reaches_nothing():
    network = walking_network(register([]))
    places = join(network, np.array([[0.0, 0.0]]))
    assert places.edge.tolist() == [-1]
    assert np.isinf(nearest(prepare(network), places, {"": places}, 1000)).all()
    assert len(join_sites(network, gpd.GeoSeries([shapely.box(0, 0, 1, 1)]))) == 0
