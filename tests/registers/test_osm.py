"""OpenStreetMap objects go into the registers they belong to."""

import bz2
import gzip
from collections.abc import Sequence
from pathlib import Path

import pandas as pd
import pytest

from hetao.errors import UserError
from hetao.registers.reading import Reading
from hetao.registers.sources.osm import read_osm

Node = tuple[float, float]


def tags_xml(tags: dict[str, str]) -> str:
    return "".join(f'<tag k="{key}" v="{value}"/>' for key, value in tags.items())


class Extract:
    """A small extract, written as XML."""

    def __init__(self) -> None:
        self.nodes: list[str] = []
        self.ways: list[str] = []

    def node(self, id_: int, lon: float, lat: float, **tags: str) -> "Extract":
        self.nodes.append(f'<node id="{id_}" lon="{lon}" lat="{lat}">{tags_xml(tags)}</node>')
        return self

    def way(self, id_: int, refs: Sequence[int], **tags: str) -> "Extract":
        members = "".join(f'<nd ref="{ref}"/>' for ref in refs)
        self.ways.append(f'<way id="{id_}">{members}{tags_xml(tags)}</way>')
        return self

    def square(self, id_: int, lon: float, lat: float, side: float, **tags: str) -> "Extract":
        first = id_ * 10
        corners = [(lon, lat), (lon + side, lat), (lon + side, lat + side), (lon, lat + side)]
        for step, (east, north) in enumerate(corners):
            self.node(first + step, east, north)
        return self.way(id_, [first, first + 1, first + 2, first + 3, first], **tags)

    def text(self) -> str:
        return f'<osm version="0.6">{"".join(self.nodes)}{"".join(self.ways)}</osm>'

    def read(self, folder: Path, mapping: Path | None = None) -> Reading:
        path = folder / "extract.osm"
        path.write_text(self.text(), "utf-8")
        return read_osm(path, mapping=mapping)


def street(**tags: str) -> Extract:
    extract = Extract()
    for step in range(4):
        extract.node(step + 1, 107.40 + step / 1000, 40.75)
    return extract.way(1, [1, 2, 3, 4], **tags)


@pytest.mark.parametrize(
    ("highway", "road_class"),
    [("motorway", "motorway"), ("trunk", "expressway"), ("primary_link", "arterial"),
     ("secondary", "secondary"), ("residential", "branch"), ("service", "lane")],
)  # fmt: skip
def test_a_highway_has_an_official_class(tmp_path: Path, highway: str, road_class: str):
    roads = street(highway=highway).read(tmp_path).registers["roads"]
    assert list(roads["class"]) == [road_class]
    assert list(roads["ramp"]) == [highway.endswith("_link")]


def test_a_road_without_class_stays_without(tmp_path: Path):
    assert street(highway="road").read(tmp_path).registers["roads"]["class"].isna().all()


def test_a_private_street_is_a_lane(tmp_path: Path):
    roads = street(highway="residential", access="private").read(tmp_path).registers["roads"]
    assert list(roads["class"]) == ["lane"]


@pytest.mark.parametrize(
    ("tags", "oneway"),
    [({"oneway": "yes"}, "forward"), ({"oneway": "-1"}, "backward"), ({}, "no"),
     ({"junction": "roundabout"}, "forward"), ({"junction": "roundabout", "oneway": "no"}, "no")],
)  # fmt: skip
def test_traffic_runs_the_way_the_tags_say(tmp_path: Path, tags: dict[str, str], oneway: str):
    roads = street(highway="primary", **tags).read(tmp_path).registers["roads"]
    assert list(roads["oneway"]) == [oneway]


def test_a_road_keeps_what_its_tags_say(tmp_path: Path):
    tags = {"maxspeed": "30 mph", "lanes": "4", "width": "21 m", "bridge": "viaduct", "layer": "1"}
    road = (
        street(highway="primary", **tags, name="胜利路").read(tmp_path).registers["roads"].iloc[0]
    )
    assert (road["name"], road["speed_kmh"], road["lanes"], road["width_m"]) == (
        "胜利路", 48.3, 4, 21.0,
    )  # fmt: skip
    assert (road["bridge"], road["layer"], list(road["nodes"])) == (True, 1, [1, 2, 3, 4])
    assert pd.isna(road["tunnel"])


def test_a_road_to_a_turning_circle_is_meant_to_end(tmp_path: Path):
    extract = street(highway="residential")
    extract.node(9, 107.403, 40.751, highway="turning_circle").way(2, [4, 9], highway="service")
    roads = extract.read(tmp_path).registers["roads"]
    assert [bool(flag) for flag in roads["cul_de_sac"].fillna(value=False)] == [False, True]


def test_a_way_with_a_missing_node_is_broken_there(tmp_path: Path):
    extract = Extract()
    for step in (1, 2, 4, 5):
        extract.node(step, 107.40 + step / 1000, 40.75)
    reading = extract.way(1, [1, 2, 3, 4, 5], highway="primary").read(tmp_path)
    roads = reading.registers["roads"]
    assert list(roads["id"]) == ["w1", "w1.2"]
    assert [list(nodes) for nodes in roads["nodes"]] == [[1, 2], [4, 5]]
    assert [fault.severity for fault in reading.faults] == ["warning"]
    assert "broken at the gaps, not bridged" in reading.faults[0].text("en")


def test_a_building_has_storeys_use_and_year(tmp_path: Path):
    tags = {"building": "apartments", "building:levels": "6;11", "start_date": "1998-05"}
    building = (
        Extract().square(1, 107.4, 40.75, 0.001, **tags).read(tmp_path).registers["buildings"]
    )
    row = building.iloc[0]
    assert (row["use"], row["storeys"], row["year"]) == ("residential", 11, 1998)


def test_a_building_that_says_nothing_more_has_nothing_more(tmp_path: Path):
    building = Extract().square(1, 107.4, 40.75, 0.001, building="yes").read(tmp_path)
    row = building.registers["buildings"].iloc[0]
    assert row[["use", "storeys", "height_m", "year", "dwellings"]].isna().all()


@pytest.mark.parametrize(
    ("name", "kinds"),
    [("临河区第一中学", {"junior_secondary_school"}), ("实验小学", {"primary_school"}),
     ("蒙古族九年一贯制学校", {"junior_secondary_school", "primary_school"}),
     ("某某学校", {"school_level_unknown"}), ("市高级中学", set())],
)  # fmt: skip
def test_a_school_is_told_by_its_name(tmp_path: Path, name: str, kinds: set[str]):
    reading = Extract().node(1, 107.4, 40.75, amenity="school", name=name).read(tmp_path)
    found = reading.registers.get("facilities")
    assert (set() if found is None else set(found["kind"])) == kinds
    if kinds:
        assert found is not None
        assert found["id"].is_unique


def test_what_is_closed_stays_out(tmp_path: Path):
    extract = street(highway="primary")
    extract.node(9, 107.4, 40.75, **{"amenity": "bank", "disused:shop": "yes"})
    assert "facilities" not in extract.read(tmp_path).registers


def test_a_bank_drawn_twice_counts_once(tmp_path: Path):
    extract = Extract().square(1, 107.4, 40.75, 0.001, amenity="bank", name="农业银行")
    extract.node(1, 107.4005, 40.7505, amenity="bank")
    extract.node(2, 107.4006, 40.7506, amenity="bank", name="建设银行")
    facilities = extract.read(tmp_path).registers["facilities"]
    assert sorted(facilities["id"]) == ["n2", "w1"]


def test_a_gate_on_a_park_is_its_entrance(tmp_path: Path):
    extract = Extract().square(1, 107.4, 40.75, 0.004, leisure="park", name="人民公园")
    extract.node(1, 107.402, 40.75, barrier="gate").node(2, 107.41, 40.75, barrier="gate")
    entrances = extract.read(tmp_path).registers["entrances"].set_index("id")["kind"]
    assert entrances.to_dict() == {"n1": "park", "n2": "other"}


@pytest.mark.parametrize(
    ("tags", "public"),
    [({"leisure": "park"}, True), ({"leisure": "park", "access": "private"}, False),
     ({"leisure": "garden"}, None), ({"leisure": "garden", "access": "yes"}, True)],
)  # fmt: skip
def test_a_park_is_open_unless_its_tags_say_otherwise(
    tmp_path: Path, tags: dict[str, str], public: bool | None
):
    parks = Extract().square(1, 107.4, 40.75, 0.004, **tags).read(tmp_path).registers["parks"]
    value = parks["public"].iloc[0]
    assert (None if pd.isna(value) else bool(value)) is public


@pytest.mark.parametrize(
    ("side", "kind"), [(0.0002, "three"), (0.0004, "five"), (0.0006, "seven"), (0.001, "eleven")]
)
def test_a_pitch_is_told_by_its_area(tmp_path: Path, side: float, kind: str):
    # at 40.75° N a square of 0.0002° is 16.9 m by 22.2 m, 375 m²; the others 4, 9 and 25 times that
    tags = {"leisure": "pitch", "sport": "soccer"}
    pitches = Extract().square(1, 107.4, 40.75, side, **tags).read(tmp_path)
    row = pitches.registers["football_pitches"].iloc[0]
    assert row["kind"] == kind
    assert row["area_m2"] == pytest.approx(375 * (side / 0.0002) ** 2, rel=0.01)


def test_a_locked_gate_stops_walkers_and_an_open_one_does_not(tmp_path: Path):
    extract = street(highway="footway")
    extract.node(11, 107.4, 40.75, barrier="gate", locked="yes")
    extract.node(12, 107.4, 40.76, barrier="gate").node(13, 107.4, 40.77, barrier="wall", foot="no")
    barriers = extract.read(tmp_path).registers["barriers"].set_index("id")["passable"]
    assert barriers.astype(bool).to_dict() == {"n11": False, "n12": True, "n13": False}


@pytest.mark.parametrize(
    ("suffix", "pack"), [(".osm.gz", gzip.compress), (".osm.bz2", bz2.compress)]
)
def test_packed_extracts_are_read_alike(tmp_path: Path, suffix: str, pack):
    path = tmp_path / f"extract{suffix}"
    path.write_bytes(pack(street(highway="primary").text().encode()))
    assert len(read_osm(path).registers["roads"]) == 1


@pytest.mark.parametrize("text", ["", "<osm", street(highway="primary").text()[:200], "PK not osm"])
def test_a_damaged_file_is_refused_in_one_sentence(tmp_path: Path, text: str):
    path = tmp_path / "half.osm"
    path.write_text(text, "utf-8")
    reading = read_osm(path)
    assert [fault.severity for fault in reading.faults] == ["error"]
    assert not reading.registers


def test_a_mapping_of_the_users_comes_first(tmp_path: Path):
    own = tmp_path / "own.toml"
    own.write_text(
        '[[rule]]\nregister = "roads"\non = ["way"]\nwhen = { highway = ["residential"] }\n'
        'set = { class = "lane" }\n', "utf-8",
    )  # fmt: skip
    reading = street(highway="residential").read(tmp_path, mapping=own)
    assert list(reading.registers["roads"]["class"]) == ["lane"]


def test_a_mapping_with_an_unknown_field_is_refused(tmp_path: Path):
    own = tmp_path / "own.toml"
    own.write_text(
        '[[rule]]\nregister = "roads"\nwhen = { highway = "*" }\nset = { klass = "x" }\n'
    )
    with pytest.raises(UserError, match=r"roads\.klass"):
        street(highway="residential").read(tmp_path, mapping=own)


@pytest.mark.shared_data
def test_porto_alegre_is_read_whole(shared: Path):
    # osmium-tool counts 1,054 nodes highway=bus_stop and 26 objects amenity=bus_station
    reading = read_osm(shared / "porto_alegre" / "poa_osm.pbf")
    kinds = reading.registers["facilities"]["kind"].value_counts()
    assert (kinds["bus_stop"], kinds["bus_terminal"]) == (1054, 26)
    assert reading.attribution == "© OpenStreetMap contributors"
