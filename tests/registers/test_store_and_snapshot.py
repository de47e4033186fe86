"""Sources go in whole, and snapshots hold what was loaded."""

from pathlib import Path

import geopandas as gpd
import pytest
import shapely

from hetao.errors import UserError
from hetao.registers.definition import STORAGE_CRS, registers
from hetao.registers.reading import Fault, Reading
from hetao.registers.snapshot import freeze
from hetao.registers.store import store, stored_sources
from hetao.registers.workspace import City, Workspace, new_workspace


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return new_workspace(tmp_path / "linhe", City(name="临河", code="150802"))


def parks(*ids: str) -> gpd.GeoDataFrame:
    shapes = [shapely.box(107.4 + 0.01 * step, 40.7, 107.405 + 0.01 * step, 40.705) for step in
              range(len(ids))]  # fmt: skip
    frame = gpd.GeoDataFrame({"id": list(ids)}, geometry=shapes, crs=STORAGE_CRS)
    return registers()["parks"].conform(frame)


def raw(tmp_path: Path, name: str = "parks.geojson", text: str = "{}") -> Path:
    (tmp_path / name).write_text(text, "utf-8")
    return tmp_path / name


def test_a_source_comes_back_as_it_was_stored(workspace: Workspace, tmp_path: Path):
    fault = Fault("note", "parks.geojson", "重复", "repeated", "已删", "dropped", count=2)
    reading = Reading({"parks": parks("a", "b")}, (fault,), "© somebody", "CC BY 4.0")
    store(workspace, raw(tmp_path), reading, options={"register": "parks"})
    (source,) = stored_sources(workspace)
    assert (source.file, source.attribution, dict(source.rows)) == (
        "parks.geojson", "© somebody", {"parks": 2},
    )  # fmt: skip
    assert source.faults == (fault,)
    assert (source.folder / "raw" / "parks.geojson").read_text("utf-8") == "{}"
    assert list(source.frame("parks")["source"].unique()) == [source.name]


def test_loading_a_mended_file_again_takes_the_place_of_the_first(
    workspace: Workspace, tmp_path: Path
):
    for ids in (("a", "b"), ("a", "b", "c")):
        store(workspace, raw(tmp_path), Reading({"parks": parks(*ids)}), options={})
    (source,) = stored_sources(workspace)
    assert source.rows == {"parks": 3}
    assert len(list(workspace.sources.iterdir())) == 2, "the earlier load is kept"


def test_the_same_file_under_other_options_is_another_source(workspace: Workspace, tmp_path: Path):
    for layer in ("north", "south"):
        store(workspace, raw(tmp_path), Reading({"parks": parks("a")}), options={"layer": layer})
    assert [source.options["layer"] for source in stored_sources(workspace)] == ["north", "south"]
    snapshot = freeze(workspace, date="2026-06-30")
    assert list(snapshot.register("parks")["id"]) == ["001-parks:a", "002-parks:a"]


def test_an_empty_workspace_cannot_be_frozen(workspace: Workspace):
    with pytest.raises(UserError, match="has nothing loaded yet"):
        freeze(workspace, date="2026-06-30")


def test_an_unchanged_workspace_gives_the_same_snapshot(workspace: Workspace, tmp_path: Path):
    store(workspace, raw(tmp_path), Reading({"parks": parks("a")}), options={})
    first = freeze(workspace, date="2026-06-30")
    assert freeze(workspace, date="2026-06-30").folder == first.folder
    store(workspace, raw(tmp_path, text="changed"), Reading({"parks": parks("b")}), options={})
    second = freeze(workspace, date="2026-06-30")
    assert second.id == "2026-06-30-2"
    assert second.digest != first.digest
    assert list(first.register("parks")["id"]) == ["a"], "a snapshot never changes"


def test_without_a_boundary_the_extent_of_the_data_stands_for_the_city(
    workspace: Workspace, tmp_path: Path
):
    store(workspace, raw(tmp_path), Reading({"parks": parks("a", "b")}), options={})
    snapshot = freeze(workspace, date="2026-06-30")
    assert snapshot.manifest["boundary"] == "extent"
    assert snapshot.zones.index[0] == "150802"
    # the hull of two squares 0.005° wide whose corners are 0.01° apart
    assert snapshot.zones.geometry.iloc[0].bounds == pytest.approx((107.4, 40.7, 107.415, 40.705))


def test_the_city_is_the_union_of_its_counties(workspace: Workspace, tmp_path: Path):
    counties = gpd.GeoDataFrame(
        {"id": ["1", "2"], "name": ["东", "西"], "level": ["county", "county"]},
        geometry=[shapely.box(107, 40, 108, 41), shapely.box(108, 40, 109, 41)],
        crs=STORAGE_CRS,
    )
    zones = registers()["zones"].conform(counties)
    reading = Reading({"zones": zones, "parks": parks("a")})
    store(workspace, raw(tmp_path), reading, options={})
    snapshot = freeze(workspace, date="2026-06-30")
    assert snapshot.manifest["boundary"] == "counties"
    assert list(snapshot.zones["level"]) == ["city", "county", "county"]
    assert snapshot.zones.geometry.iloc[0].area == pytest.approx(2.0)


def test_a_field_that_a_register_got_later_is_unknown_in_older_snapshots(
    workspace: Workspace, tmp_path: Path
):
    store(workspace, raw(tmp_path), Reading({"parks": parks("a", "b")}), options={})
    snapshot = freeze(workspace, date="2026-06-30")
    path = snapshot.folder / "parks.parquet"
    gpd.read_parquet(path).drop(columns="name").to_parquet(path, index=False)
    frame = snapshot.register("parks")
    assert list(frame) == list(registers()["parks"].empty())
    assert frame["name"].isna().all()
    assert list(frame["id"]) == ["a", "b"]


@pytest.mark.parametrize("corrects", [False, True], ids=["a source", "one that corrects"])
def test_what_a_later_source_tells_as_gone_is_left_out_until_one_brings_it_again(
    corrects: bool, workspace: Workspace, tmp_path: Path
):
    gone = {"gone": {"parks": ["b"]}} | ({"corrects": True} if corrects else {})
    store(workspace, raw(tmp_path, "1.geojson"), Reading({"parks": parks("a", "b")}), options={})
    store(workspace, raw(tmp_path, "2.json"), Reading({}), options=gone)
    assert list(freeze(workspace, date="2026-06-30").register("parks")["id"]) == ["a"]
    again = Reading({"parks": parks("b")})
    back = {"corrects": True} if corrects else {}
    store(workspace, raw(tmp_path, "3.geojson"), again, options=back)
    ids = freeze(workspace, date="2026-06-30").register("parks")["id"]
    assert sorted(ids) == ["a", "b"]
