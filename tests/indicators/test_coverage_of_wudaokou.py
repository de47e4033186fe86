"""Coverage of a real quarter, against plain shapely and networkx."""

import itertools

import geopandas as gpd
import networkx as nx
import numpy as np
import pandas as pd
import pytest
import shapely

from hetao.geo.network import walking_network
from hetao.geo.reach import prepare
from hetao.indicators.coverage import buffer_coverage, park_buffer_coverage
from hetao.indicators.people_coverage import people_coverage
from hetao.registers.sources.osm import read_osm

pytestmark = pytest.mark.shared_data

CRS = "EPSG:4526"  # 3° zone around 117° E


@pytest.fixture(scope="module")
def wudaokou(shared):
    path = shared / "osm_beijing_haidian" / "beijing_haidian_wudaokou_2017.osm.pbf"
    return {name: layer.to_crs(CRS) for name, layer in read_osm(path).registers.items()}


@pytest.fixture(scope="module")
def quarters(wudaokou):
    west, south, east, north = wudaokou["land_use"].total_bounds
    middle = (west + east) / 2
    shapes = {
        "city": shapely.box(west, south, east, north),
        "west": shapely.box(west, south, middle, north),
        "east": shapely.box(middle, south, east, north),
    }
    columns = {"name": list(shapes), "level": ["city", "community", "community"]}
    index = pd.Index(list(shapes), name="zone")
    return gpd.GeoDataFrame(columns, index=index, geometry=list(shapes.values()), crs=CRS)


def residential(registers):
    land = registers["land_use"]
    return land[land["use"] == "residential"].reset_index(drop=True)


def bus_stops(registers):
    stops = registers["facilities"]
    return stops[stops["kind"] == "bus_stop"].reset_index(drop=True)


def shares(land, reached, zones):
    demand = land.union_all()
    return {
        code: shape.intersection(demand).intersection(reached).area
        / shape.intersection(demand).area
        for code, shape in zones.geometry.items()
    }


def test_bus_stops_cover_what_plain_unions_say(wudaokou, quarters):
    land, stops = residential(wudaokou), bus_stops(wudaokou)
    measured = buffer_coverage(quarters, land, stops, radius_m=300).values["value"]
    reached = stops.geometry.buffer(300, quad_segs=64).union_all()
    expected = shares(land, reached, quarters)
    assert 0.3 < expected["city"] < 0.99
    for code, share in expected.items():
        assert measured[code] == pytest.approx(share, abs=1e-3)


def test_parks_cover_what_their_size_says(wudaokou, quarters):
    land, parks = residential(wudaokou), wudaokou["parks"]
    rules = {"radii_m": [[50_000, 800, 1000], [10_000, 500, 500], [2_000, 300, 300]]}
    table = park_buffer_coverage(quarters, land, parks, **rules).values
    reached = [
        park.buffer(800 if area >= 50_000 else 500 if area >= 10_000 else 300, 64)
        for park, area, public in zip(
            parks.geometry, parks.area, parks["public"].fillna(value=False), strict=True
        )
        if public and area >= 2_000
    ]
    expected = shares(land, shapely.union_all(reached), quarters)
    for code, share in expected.items():
        assert table.loc[code, "low"] == pytest.approx(share, abs=1e-3)


def test_walks_to_bus_stops_are_those_of_networkx(wudaokou, quarters):
    registers, stops = wudaokou, bus_stops(wudaokou)
    network = walking_network(registers["roads"], registers["footways"], registers["barriers"])
    homes = registers["buildings"].geometry.representative_point()
    homes = homes[homes.within(quarters.geometry["city"])].reset_index(drop=True)
    residents = gpd.GeoDataFrame({"persons": np.arange(1.0, len(homes) + 1)}, geometry=homes)
    walks = walked(network, homes, stops.geometry)
    for radius in (200, 400):
        measured = people_coverage(quarters, residents, stops, prepare(network), radius_m=radius)
        served = residents["persons"][walks <= radius].sum()
        row = measured.values.loc["city"]
        assert row["denominator"] == residents["persons"].sum()
        assert row["numerator"] == pytest.approx(served, rel=5e-3)  # ties to the millimetre
        assert 0 < served < residents["persons"].sum()


def walked(network, homes, stops):
    """Return the walk from each home to the nearest stop, by Dijkstra over split edges."""
    lines = network.edge_lines()
    tree = shapely.STRtree(lines.to_numpy())
    street = nx.MultiGraph()
    cuts = {}

    def joins(points, name):
        edges = tree.nearest(points.to_numpy())
        for at, (point, edge) in enumerate(zip(points, edges, strict=True)):
            street.add_edge((name, at), (name, at, "foot"), weight=point.distance(lines[edge]))
            cuts.setdefault(edge, []).append((lines[edge].project(point), (name, at, "foot")))

    joins(homes, "home")
    joins(stops, "stop")
    for edge, line in enumerate(lines):
        along = [
            (0.0, int(network.edge_from[edge])),
            *sorted(cuts.get(edge, []), key=lambda c: c[0]),
        ]
        along.append((line.length, int(network.edge_to[edge])))
        for (start, one), (stop, other) in itertools.pairwise(along):
            street.add_edge(one, other, weight=stop - start)
    sources = {("stop", at) for at in range(len(stops))}
    distance = nx.multi_source_dijkstra_path_length(street, sources, weight="weight")
    return np.array([distance.get(("home", at), np.inf) for at in range(len(homes))])
