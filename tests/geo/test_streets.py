"""What a street network says of itself."""

import geopandas as gpd
import shapely

from hetao.geo.network import walking_network

STREETS = walking_network(
    gpd.GeoDataFrame(
        geometry=[
            shapely.LineString([(0, 0), (100, 0), (100, 50)]),
            shapely.LineString([(100, 0), (200, 0)]),
            shapely.LineString([(500, 500), (510, 500)]),
        ],
        crs="EPSG:4547",
    )
)


def test_ends_bends_and_junctions_have_one_two_and_more_edges():
    degree = dict(
        zip(zip(STREETS.node_x, STREETS.node_y, strict=True), STREETS.degree(), strict=True)
    )
    assert degree[0, 0] == 1
    assert degree[100, 0] == 3


def test_edges_are_drawn_in_the_order_of_their_streets():
    lines = STREETS.edge_lines()
    assert lines.crs == "EPSG:4547"
    assert STREETS.edge_feature.tolist() == [0, 0, 1, 2]
    assert lines.length.tolist() == [100, 50, 100, 10]
    assert (lines.length * 1000 == STREETS.edge_mm).all()


def test_streets_that_touch_nothing_are_a_piece_of_their_own():
    pieces = STREETS.components()
    assert len(set(pieces)) == 2
    far = STREETS.node_points().within(shapely.box(400, 400, 600, 600))
    assert len(set(pieces[far])) == 1
