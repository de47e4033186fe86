"""Where things join the streets, held against shapely's own nearest-edge search."""

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from hetao.geo.join import Places, join, join_sites
from hetao.geo.network import walking_network

METRES = "EPSG:4547"
coordinates = st.integers(-50, 50).map(lambda tenths: tenths * 7.3)


def city(*lines):
    shapes = [shapely.LineString(line) for line in lines]
    return walking_network(gpd.GeoDataFrame(geometry=shapes, crs=METRES))


CROSS = city([(0, 0), (200, 0)], [(100, -100), (100, 100)])


@settings(max_examples=500, deadline=None)
@given(
    hnp.arrays(float, st.tuples(st.integers(1, 20), st.just(4)), elements=coordinates),
    hnp.arrays(float, st.tuples(st.integers(1, 20), st.just(2)), elements=st.floats(-900, 900)),
)
def test_every_point_joins_the_nearest_edge_at_its_nearest_place(ends, points):
    ends = ends[(ends[:, :2] != ends[:, 2:]).any(axis=1)]
    if not len(ends):
        return
    network = city(*ends.reshape(-1, 2, 2))
    places = join(network, points)
    lines = network.edge_lines().to_numpy()
    distance = shapely.distance(shapely.points(points)[:, None], lines[None]).min(axis=1)
    np.testing.assert_allclose(places.leg_mm, distance * 1000, atol=0.51)
    away = shapely.distance(places.points(network).to_numpy(), shapely.points(points))
    np.testing.assert_allclose(away, distance, atol=0.002)


def test_a_home_joins_beside_its_street():
    places = join(CROSS, gpd.GeoSeries([shapely.Point(30, 12)], crs=METRES))
    assert places.leg_mm.tolist() == [12_000]
    assert places.points(CROSS).iloc[0].equals(shapely.Point(30, 0))


def test_missing_and_empty_points_join_nothing():
    places = join(CROSS, gpd.GeoSeries([None, shapely.Point(), shapely.Point(0, 1)], crs=METRES))
    assert (places.edge >= 0).tolist() == [False, False, True]
    assert places.owner.tolist() == [0, 1, 2]


def test_nodes_are_places_without_a_leg():
    nodes = np.arange(len(CROSS.node_x))
    places = Places.at_nodes(CROSS, nodes)
    assert places.leg_mm.sum() == 0
    at = shapely.get_coordinates(places.points(CROSS).to_numpy())
    np.testing.assert_allclose(at, np.column_stack([CROSS.node_x, CROSS.node_y]))


def park_places(entrances=None, park=None):
    park = park or shapely.box(20, -30, 60, 30)
    places = join_sites(CROSS, gpd.GeoSeries([park], crs=METRES), entrances)
    at = places.points(CROSS)
    return sorted(zip(at.x.round(3), at.y.round(3), places.leg_mm.tolist(), strict=True))


def gates(points, **columns):
    return gpd.GeoDataFrame(columns, geometry=gpd.GeoSeries(points), crs=METRES)


def test_a_park_without_entrances_joins_where_streets_cross_its_outline():
    assert park_places() == [(20, 0, 0), (60, 0, 0)]


def test_a_park_joins_at_its_entrances():
    entrances = gates([shapely.Point(40, 40), shapely.Point(40, 70)])  # 10 and 40 m outside
    assert park_places(entrances) == [(40, 0, 40_000)]


def test_a_shut_entrance_does_not_count():
    entrances = gates([shapely.Point(40, 40), shapely.Point(20, 10)], open=[False, None])
    assert park_places(entrances) == [(20, 0, 10_000)]


def test_a_park_off_the_streets_joins_at_the_nearest_place_with_a_leg():
    assert park_places(park=shapely.box(20, 5, 60, 30)) in ([(x, 0, 5_000)] for x in (20, 60))


def test_a_path_inside_a_park_that_leads_nowhere_is_no_way_in():
    network = city([(0, 0), (200, 0)], [(90, 60), (110, 60)])
    places = join_sites(network, gpd.GeoSeries([shapely.box(50, 40, 150, 80)], crs=METRES))
    assert places.leg_mm.tolist() == [40_000]


def test_sites_keep_their_positions_as_owners():
    sites = gpd.GeoSeries(
        [shapely.box(20, -30, 60, 30), None, shapely.Point(0, 3), shapely.Polygon()], crs=METRES
    )
    assert join_sites(CROSS, sites).owner.tolist() == [0, 0, 2]


@pytest.mark.parametrize("far", [1e5, 1e7])
def test_a_place_far_outside_still_joins(far):
    assert join(CROSS, np.array([[far, 0.0]])).leg_mm[0] == pytest.approx((far - 200) * 1000)
