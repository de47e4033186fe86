"""The demo city is the same from the same seed, and a check-up finds what was planted."""

import subprocess
import sys
from collections import Counter
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely

from hetao.checkup.run import Run, begin_checkup
from hetao.demo import plan
from hetao.demo.city import MadeCity, make_city, write_sources
from hetao.demo.tour import demo_city
from hetao.registers.definition import registers
from hetao.registers.snapshot import Snapshot
from hetao.registers.workspace import Workspace


@pytest.fixture(scope="module")
def made() -> MadeCity:
    return make_city()


@pytest.fixture(scope="module")
def toured(tmp_path_factory: pytest.TempPathFactory) -> tuple[Workspace, Run]:
    return demo_city(tmp_path_factory.mktemp("demo") / "city")


@pytest.fixture(scope="module")
def snapshot(toured: tuple[Workspace, Run]) -> Snapshot:
    workspace, run = toured
    return run.snapshot(workspace)


def test_the_same_seed_makes_the_same_bytes(tmp_path: Path, made: MadeCity):
    write_sources(made, tmp_path / "here")
    code = (
        "import pathlib, sys; from hetao.demo.city import make_city, write_sources; "
        "write_sources(make_city(), pathlib.Path(sys.argv[1]))"
    )
    subprocess.run([sys.executable, "-c", code, tmp_path / "there"], check=True)
    here, there = (sorted((tmp_path / name).iterdir()) for name in ("here", "there"))
    assert [file.name for file in here] == [file.name for file in there]
    assert [file.read_bytes() for file in here] == [file.read_bytes() for file in there]


def test_another_seed_makes_another_city(made: MadeCity):
    other = make_city(seed=7)
    assert [len(block.buildings) for block in made.blocks] != [
        len(block.buildings) for block in other.blocks
    ]


def test_neighbours_multiply_the_extract(tmp_path: Path, made: MadeCity):
    one = write_sources(made, tmp_path / "one")["osm"].stat().st_size
    three = write_sources(make_city(size=3), tmp_path / "three")["osm"].stat().st_size
    assert three > 2.5 * one


def test_the_city_has_what_a_city_has(snapshot: Snapshot):
    levels = snapshot.zones["level"].value_counts()
    assert (levels["county"], levels["built_up_area"], levels["subdistrict"]) == (7, 1, 5)
    assert levels["community"] > 30
    assert 5000 < len(snapshot.register("buildings")) < 8000
    roads = snapshot.register("roads")
    assert {"expressway", "arterial", "secondary", "branch", "lane"} <= set(roads["class"].dropna())
    assert snapshot.register("facilities")["kind"].nunique() >= 35
    assert snapshot.register("buildings")["storeys"].isna().any()
    assert roads["class"].isna().any()


def test_no_street_runs_through_a_house(made: MadeCity):
    houses = shapely.STRtree([item.shape for block in made.blocks for item in block.buildings])
    streets = np.array([piece.line for piece in made.streets], dtype=object)
    assert not houses.query(streets, predicate="intersects").size


def test_blocks_and_houses_lie_apart(made: MadeCity):
    for shapes in (
        [block.shape for block in made.blocks],
        [item.shape for block in made.blocks for item in block.buildings],
    ):
        one, other = shapely.STRtree(shapes).query(shapes, predicate="overlaps")
        assert not (one < other).any()


def test_streets_of_the_city_end_only_where_it_was_planned(made: MadeCity):
    joints = Counter(
        (round(x, 2), round(y, 2)) for piece in made.streets for x, y in piece.line.coords
    )
    tips = [
        shapely.Point(end)
        for piece in made.streets
        for end in (piece.line.coords[0], piece.line.coords[-1])
        if joints[round(end[0], 2), round(end[1], 2)] == 1
        and made.planned.city.contains(piece.line)
    ]
    meant = [fault.place for fault in made.planted if fault.kind in {"dead_end", "missing_bridge"}]
    assert len(tips) == 3 + 2  # and both ends at the river
    assert all(min(tip.distance(place) for place in meant) < 60 for tip in tips)


def test_the_sources_of_the_city_are_clean_but_for_what_was_planted(snapshot: Snapshot):
    said = [fault for source in snapshot.manifest["sources"] for fault in source["faults"]]
    assert all("没有等级" in fault or "没有层数" in fault or "坐标系" in fault for fault in said)
    assert all(len(snapshot.register(id_)) for id_ in registers())


def planted(made: MadeCity, kind: str) -> gpd.GeoSeries:
    middles = [fault.place.centroid for fault in made.planted if fault.kind == kind]
    degrees = plan.to_degrees(shapely.points([(place.x, place.y) for place in middles]))
    return gpd.GeoSeries(degrees, crs="EPSG:4490").to_crs("EPSG:4545")


def found(run: Run, indicator: str) -> gpd.GeoDataFrame:
    return run.findings[indicator].to_crs("EPSG:4545")


def test_the_planted_dead_ends_are_found(made: MadeCity, toured: tuple[Workspace, Run]):
    told = found(toured[1], "dead_end_roads").geometry
    for place in planted(made, "dead_end"):
        assert told.distance(place).min() < 5


def test_the_missing_bridge_is_found(made: MadeCity, toured: tuple[Workspace, Run]):
    links = found(toured[1], "missing_links").geometry
    (bridge,) = planted(made, "missing_bridge")
    assert links.distance(bridge).min() < 30


def test_the_towers_in_the_county_town_are_found(made: MadeCity, toured: tuple[Workspace, Run]):
    towers = found(toured[1], "dwellings_above_18_storeys").geometry
    for place in planted(made, "tower"):
        assert towers.distance(place).min() < 5


@pytest.mark.parametrize("indicator", ["secondary_school_coverage", "park_service_coverage"])
def test_the_quarter_without_facilities_is_found(
    made: MadeCity, toured: tuple[Workspace, Run], indicator: str
):
    uncovered = found(toured[1], indicator)
    uncovered = uncovered[uncovered["variant"] == "network"].make_valid().union_all()
    (quarter,) = planted(made, "uncovered_quarter")
    assert uncovered.intersection(quarter.buffer(300)).area > 0.3 * quarter.buffer(300).area


def test_the_documents_are_there_and_say_that_the_city_is_made(toured: tuple[Workspace, Run]):
    _, run = toured
    names = {file.name for file in run.folder.iterdir()}
    for name in ("observations.parquet", "observations.csv", "findings.gpkg", "lists.xlsx",
                 "map.pmtiles", "report.docx", "manifest.json"):  # fmt: skip
        assert name in names
    assert run.manifest["made_place"] is True


def test_the_made_city_can_be_checked_up_again(toured: tuple[Workspace, Run]):
    workspace, first = toured
    again = begin_checkup(
        workspace, edition="2025", date=first.manifest["date"], only=["dead_end_roads"]
    )
    assert again.manifest["snapshot_digest"] == first.manifest["snapshot_digest"]
    own = first.observations.query("indicator == 'dead_end_roads'").reset_index(drop=True)
    assert again.observations.equals(own)
