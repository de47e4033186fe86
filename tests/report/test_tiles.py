import pyogrio
import pytest

from hetao.report.pmtiles import Tileset, read_tileset, write_tileset
from hetao.report.tiles import write_tiles


def test_the_map_holds_streets_houses_zones_and_findings(town, tmp_path):
    path = tmp_path / "map.pmtiles"
    write_tiles(town, path)
    layers = {name for name, _ in pyogrio.list_layers(path)}
    assert layers == {"land_use", "water", "parks", "roads", "buildings", "zones", "findings"}
    assert set(pyogrio.read_dataframe(path, layer="findings")["indicator"]) == {
        "park_service_coverage", "dead_end_roads",
    }  # fmt: skip


def test_the_map_names_its_sources_and_its_place(town, tmp_path):
    path = tmp_path / "map.pmtiles"
    write_tiles(town, path)
    tileset = read_tileset(path)
    west, south, east, north = town.zones.total_bounds
    assert tileset.metadata["attribution"] == "© OpenStreetMap 贡献者"
    assert tileset.zooms == (9, 14)
    assert tileset.bounds == pytest.approx((west, south, east, north), abs=2e-3)


def test_a_town_without_streets_has_a_map_of_its_zones(bare_town, tmp_path):
    path = tmp_path / "map.pmtiles"
    write_tiles(bare_town, path)
    assert [name for name, _ in pyogrio.list_layers(path)] == ["zones"]


def test_an_archive_too_large_for_one_directory_is_read_back_whole(tmp_path):
    tiles = {
        number * 3 + number % 2: f"{number * 7919 % 10007}".encode() for number in range(30_000)
    }
    tileset = Tileset(tiles, {"vector_layers": []}, (0, 14), (-1.0, -2.0, 3.0, 4.0))
    write_tileset(tileset, tmp_path / "large.pmtiles")
    assert read_tileset(tmp_path / "large.pmtiles") == tileset
