"""The command line, as people and scripts use it."""

import contextlib
import io
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely

from hetao.cli import main
from hetao.demo.city import make_city, write_sources
from hetao.geo.datum import to_gcj02

HETAO = (sys.executable, "-m", "hetao.cli")


def run_apart(*arguments: object, language: str = "en", env: dict[str, str] | None = None):
    """Run the command in a process of its own."""
    settings = {**os.environ, "HETAO_LANG": language, **(env or {})}
    return subprocess.run(
        [*HETAO, *map(str, arguments)], capture_output=True, text=True, env=settings, check=False
    )


@dataclass
class Done:
    returncode: int
    stdout: str
    stderr: str


def run(*arguments: object, language: str = "en") -> Done:
    """Run the command in this process, which spares the imports."""
    out, err = io.StringIO(), io.StringIO()
    with (
        pytest.MonkeyPatch.context() as patch,
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
    ):
        patch.setenv("HETAO_LANG", language)
        patch.setattr(sys, "argv", ["hetao", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            main()
    return Done(int(ended.value.code or 0), out.getvalue(), err.getvalue())


def contents(root: Path) -> dict[str, bytes]:
    return {
        str(file.relative_to(root)): file.read_bytes() for file in root.rglob("*") if file.is_file()
    }


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return write_sources(make_city(), tmp_path_factory.mktemp("made"))


@pytest.fixture(scope="module")
def city(files: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("city") / "yuwan"
    assert (
        run(
            "init", root, "--name", "榆湾", "--code", "159900", "--zones", files["zones"]
        ).returncode
        == 0
    )
    for register, file in (("parks", "parks"), ("population", "population")):
        loaded = run("load", root, files[file], "--register", register)
        assert loaded.returncode == 0, loaded.stderr
    assert run("load", root, files["osm"]).returncode == 0
    return root


def test_help_comes_in_both_languages():
    assert "Make the workspace of a city" in run_apart("--help").stdout
    assert "新建一座城市的工作区" in run_apart("--help", language="zh").stdout


@pytest.mark.parametrize(
    ("lang", "words"), [("zh_CN.UTF-8", "列出台账"), ("en_US.UTF-8", "List the")]
)
def test_help_follows_the_locale(lang: str, words: str):
    env = {"HETAO_LANG": "", "LC_ALL": lang, "LANG": lang}
    assert words in run_apart("--help", env=env).stdout


def test_registers_and_indicators_are_listed_as_json():
    registers = {row["register"]: row for row in json.loads(run("registers", "--json").stdout)}
    assert registers["roads"]["name_zh"] == "城市道路"
    entries = {row["indicator"]: row for row in json.loads(run("indicators", "--json").stdout)}
    numbers = {row["edition"]: row["number"] for row in entries["road_network_density"]["versions"]}
    assert (numbers["2025"], numbers["2023"]) == ("35", "37")
    assert {"official", "network", "people"} <= set(entries["park_service_coverage"]["variants"])


def test_wrong_usage_is_exit_code_2(tmp_path: Path):
    assert run("init", tmp_path / "x").returncode == 2
    assert run("load", tmp_path, "x.shp").returncode == 2
    assert "is no workspace" in run("check", tmp_path).stderr
    assert "不是工作区" in run("check", tmp_path, language="zh").stderr


def test_a_refused_file_is_exit_code_1_and_changes_nothing(city: Path, tmp_path: Path, files):
    before = contents(city)
    half = tmp_path / "half.osm.pbf"
    half.write_bytes(files["osm"].read_bytes()[:80_000])
    refused = run("load", city, half)
    assert refused.returncode == 1
    assert "is no complete OSM file" in refused.stdout
    assert "Traceback" not in refused.stderr
    assert contents(city) == before


def test_check_lists_the_faults_of_everything(city: Path):
    checked = run("check", city, "--json")
    told = [row["text"] for row in json.loads(checked.stdout)]
    assert any("roads have no class" in text for text in told)


@pytest.fixture(scope="module")
def checked_up(city: Path) -> list[dict]:
    wanted = ("road_network_density", "dead_end_roads", "park_service_coverage",
              "secondary_school_coverage")  # fmt: skip
    only = [part for id_ in wanted for part in ("--only", id_)]
    done = run("checkup", city, "--date", "2026-06-30", "--no-report", "--json", *only)
    assert done.returncode == 0, done.stderr
    rows: list[dict] = json.loads(done.stdout)
    return rows


def test_an_observation_says_all_about_itself(checked_up: list[dict]):
    keys = {"indicator", "edition", "variant", "zone", "period", "value", "unit", "numerator",
            "denominator", "low", "high", "grade", "reason"}  # fmt: skip
    assert keys <= set(checked_up[0])
    row = next(row for row in checked_up
               if (row["indicator"], row["level"], row["variant"], row["edition"])
               == ("road_network_density", "built_up_area", "official", "2025"))  # fmt: skip
    assert row["value"] == pytest.approx(1000 * row["numerator"] / row["denominator"])
    assert row["low"] <= row["value"] <= row["high"]
    # the disc of 2,625 m that the made city's built-up area is, as a polygon of arcs
    assert row["denominator"] == pytest.approx(3.14159 * 2625**2, rel=2e-3)


def test_show_prints_what_the_run_found(city: Path, checked_up: list[dict]):
    shown = json.loads(run("show", city, "--json").stdout)
    assert shown == checked_up
    told = run("show", city, "road_network_density", "--zone", "159902.built").stdout
    assert "numerator" in told
    assert "benchmark: >= 8" in told
    missing = run("show", city, "no_such_thing")
    assert missing.returncode == 2
    assert "no_such_thing" in missing.stderr


def test_a_run_can_be_repeated_to_the_last_bit(city: Path, checked_up: list[dict]):
    del checked_up
    wanted = ("--only", "road_network_density", "--date", "2026-06-30", "--no-report")
    for _ in range(2):
        assert run("checkup", city, *wanted).returncode == 0
    one, other = sorted((city / "runs").iterdir())[-2:]
    assert contents(one) == contents(other)


def test_a_killed_checkup_leaves_the_workspace_as_it_was(city: Path, checked_up: list[dict]):
    del checked_up
    before = contents(city)
    started = subprocess.Popen(
        [*HETAO, "checkup", str(city), "--date", "2026-07-31"],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    for _ in range(600):
        time.sleep(0.05)
        if any((city / "snapshots").glob(".unfinished-*")) or started.poll() is not None:
            break
    started.send_signal(signal.SIGKILL)
    started.wait()
    assert run("check", city).returncode in {0, 1}
    after = {name: data for name, data in contents(city).items() if "2026-07-31" not in name}
    assert after == before
    assert not list(city.rglob(".unfinished-*"))


def test_a_full_disk_ends_in_one_sentence(city: Path, checked_up: list[dict]):
    del checked_up
    before = contents(city)
    begin = f"exec {sys.executable} -m hetao.cli checkup {city} --date 2026-08-31"
    limited = ["bash", "-c", f"trap '' XFSZ; ulimit -f 40; {begin}"]  # no file above 40 kB
    env = {**os.environ, "HETAO_LANG": "en"}
    done = subprocess.run(limited, capture_output=True, text=True, env=env, check=False)
    assert done.returncode == 2
    assert "the disk is full" in done.stderr
    assert "Traceback" not in done.stderr
    assert contents(city) == before


def test_a_boundary_box_and_a_grid_make_zones(tmp_path: Path, files: dict[str, Path]):
    root = tmp_path / "grid"
    box = "107.43,40.85,107.49,40.89"
    made = run("init", root, "--name", "榆湾", "--code", "159902", "--boundary", box,
               "--grid", "square:1000")  # fmt: skip
    assert made.returncode == 0, made.stderr
    assert run("load", root, files["osm"]).returncode == 0
    done = run("checkup", root, "--only", "road_network_density", "--no-report", "--json")
    rows = [row for row in json.loads(done.stdout) if row["variant"] == "official"]
    cells = [row for row in rows if row["level"] == "cell" and row["edition"] == "2025"]
    city_row = next(row for row in rows if row["level"] == "city")
    # the cells tile the box: their areas add up to the city's
    assert sum(row["denominator"] for row in cells) == pytest.approx(
        city_row["denominator"], rel=1e-6
    )


def test_a_source_elsewhere_is_refused_and_nothing_changes(tmp_path: Path, files: dict[str, Path]):
    root = tmp_path / "there"
    run("init", root, "--name", "甲", "--code", "150802", "--boundary", "116.3,39.9,116.4,40.0")
    before = contents(root)
    refused = run("load", root, files["osm"])
    assert refused.returncode == 1
    assert "lies within the city's boundary: that is at (116.3500, 39.9500)" in refused.stdout
    assert contents(root) == before


def test_a_layer_shifted_as_web_maps_are_is_refused_until_declared(city: Path, tmp_path: Path):
    before = contents(city)
    buildings = gpd.read_parquet(next(city.glob("sources/*/registers/buildings.parquet")))
    shifted = shapely.transform(
        buildings.geometry.to_numpy(), lambda at: np.column_stack(to_gcj02(at[:, 0], at[:, 1]))
    )
    path = tmp_path / "buildings.geojson"
    gpd.GeoDataFrame({"storeys": buildings["storeys"]}, geometry=shifted, crs=4490).to_file(path)
    refused = run("load", city, path)
    assert refused.returncode == 1
    assert "seems to be shifted as in GCJ-02" in refused.stdout
    assert contents(city) == before
    loaded = run("load", city, path, "--crs", "GCJ-02")
    assert loaded.returncode == 0
    (stored,) = (folder for folder in (city / "sources").iterdir() if "buildings" in folder.name)
    again = gpd.read_parquet(stored / "registers" / "buildings.parquet")
    assert again.geometry.iloc[0].centroid.coords[0] == pytest.approx(
        buildings.geometry.iloc[0].centroid.coords[0], abs=1e-7
    )
    shutil.rmtree(stored)


def test_zones_of_a_level_come_from_a_file(tmp_path: Path):
    frame = gpd.GeoDataFrame(
        {"adcode": ["150802001", "150802002"], "名称": ["东", "西"]},
        geometry=[
            shapely.box(107.40, 40.7, 107.41, 40.71),
            shapely.box(107.41, 40.7, 107.42, 40.71),
        ],
        crs="EPSG:4490",
    )
    frame.to_file(tmp_path / "shequ.gpkg")
    root = tmp_path / "linhe"
    made = run("init", root, "--name", "临河", "--code", "150802",
               "--zones", f"community={tmp_path / 'shequ.gpkg'}")  # fmt: skip
    assert made.returncode == 0, made.stdout
    zones = gpd.read_parquet(next((root / "sources").iterdir()) / "registers" / "zones.parquet")
    assert list(zones["id"]) == ["150802001", "150802002"]
    assert list(zones["level"]) == ["community", "community"]


@pytest.mark.parametrize(
    ("option", "words"),
    [(("--boundary", "nowhere.shp"), "neither a file that exists nor four numbers"),
     (("--boundary", "5,4,3,2"), "is no box in degrees"),
     (("--grid", "circle:5"), "Write square:500"),
     (("--zones", "galaxy=x.shp"), "there is no level 'galaxy'")],
)  # fmt: skip
def test_a_workspace_is_not_made_from_nonsense(tmp_path: Path, option: tuple[str, str], words: str):
    refused = run("init", tmp_path / "x", "--name", "临河", "--code", "150802", *option)
    assert refused.returncode == 2
    assert words in refused.stderr
    assert not (tmp_path / "x").exists()
