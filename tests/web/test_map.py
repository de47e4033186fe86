"""The one map: who may read which tiles, what a polygon holds, what the page is told."""

import json
import shutil

import geopandas as gpd
import pytest
import shapely
import shapely.affinity
from django.conf import settings

from hetao.registers.definition import STORAGE_CRS, registers
from hetao.report.pmtiles import read_tileset
from hetao.web.accounts.policy import ROLES
from hetao.web.checkups.models import Measured, Observation
from hetao.web.checkups.on_map import coloured_zones
from hetao.web.cities import tiles
from hetao.web.cities.mapping import archive_of
from hetao.web.cities.tiles import MANIFEST, Places, layer_of
from hetao.web.cities.within import PolygonRefused, polygon_of, within

OWN_COUNTY, OTHER_COUNTY = "159921", "159922"
FOLDER = "2026-06-30"


def zone_frame():
    rows = [
        ("159900", "榆湾市", "city", None, shapely.box(107, 40, 109, 41)),
        (OWN_COUNTY, "东渠县", "county", "159900", shapely.box(107, 40, 108, 41)),
        (OTHER_COUNTY, "西沙县", "county", "159900", shapely.box(108, 40, 109, 41)),
    ]
    frame = gpd.GeoDataFrame(
        [dict(zip(("id", "name", "level", "parent"), row[:4], strict=True)) for row in rows],
        geometry=[row[4] for row in rows], crs=STORAGE_CRS,
    )  # fmt: skip
    return frame.set_index("id", drop=False)


def pipe_frame():
    """Two pipes: one of known depth in the first county, one of unknown in the second."""
    frame = gpd.GeoDataFrame(
        {"id": ["W1", "W2"], "name": ["一段", "二段"], "year": [1998, 2016],
         "material": ["铸铁", None], "length_m": [900.0, 900.0]},
        geometry=[
            shapely.LineString([(107.4, 40.5), (107.41, 40.5)]),
            shapely.LineString([(108.4, 40.5), (108.41, 40.5)]),
        ],
        crs=STORAGE_CRS,
    )  # fmt: skip
    return registers()["water_pipes"].conform(frame)


@pytest.fixture
def cut_pipes():
    """Tiles of two pipes, as the newest snapshot's."""
    layer = layer_of(registers()["water_pipes"], pipe_frame(), Places(zone_frame()))
    folder = tiles.tiles_root() / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    told = {
        "snapshot": FOLDER, "bounds": [107, 40, 109, 41], "home": [107, 40, 109, 41],
        "layers": {"water_pipes": tiles._cut(layer, "water_pipes", folder)},
    }  # fmt: skip
    (folder / "base.pmtiles").write_bytes(b"base map")
    (folder / MANIFEST).write_text(json.dumps(told), "utf-8")
    yield folder
    shutil.rmtree(folder)


def tile_texts(path):
    return b"".join(read_tileset(path).tiles.values())


def test_a_countys_archive_holds_that_county_alone(cut_pipes):
    whole = tile_texts(cut_pipes / "water_pipes.pmtiles")
    own = tile_texts(cut_pipes / f"water_pipes@{OWN_COUNTY}.pmtiles")
    assert b"W1" in whole
    assert b"W2" in whole
    assert b"W1" in own
    assert b"W2" not in own


def test_tiles_tell_what_legends_need(cut_pipes):
    told = json.loads((cut_pipes / MANIFEST).read_text("utf-8"))["layers"]["water_pipes"]
    assert told["count"] == 2
    assert told["dimension"] == 1
    assert told["counties"] == {OWN_COUNTY: 1, OTHER_COUNTY: 1}
    assert told["fields"]["material"] == {"known": 1, "kind": "listed", "values": {"铸铁": 1}}
    assert told["fields"]["year"]["known"] == 2
    assert "note" not in told["fields"]  # never known, so there is nothing to colour by


@pytest.mark.parametrize("role", ROLES)
def test_restricted_tiles_go_to_those_entitled_alone(role, signed_in, run, cut_pipes):
    """Pipes: the table gives all to three roles, the keeper its own, a county officer theirs."""
    may_read = {
        "administrator": "water_pipes", "plan_office": "water_pipes", "analyst": "water_pipes",
        "department_officer": "water_pipes",  # housing keeps the pipes
        "county_officer": f"water_pipes@{OWN_COUNTY}",
    }  # fmt: skip
    client = signed_in(role)
    for name in ("water_pipes", f"water_pipes@{OWN_COUNTY}", f"water_pipes@{OTHER_COUNTY}"):
        wanted = 200 if may_read.get(role) == name else 404
        assert client.get(f"/map/tiles/{FOLDER}/{name}.pmtiles").status_code == wanted, name
    told = client.get("/map/layers.json").json()["layers"][0]
    assert told["locked"] == (role not in may_read)
    assert told["archive"] == (f"{FOLDER}/{may_read[role]}" if role in may_read else "")
    assert (told["count"] is None) == told["locked"]


def test_nobody_reads_tiles_without_signing_in(client, cut_pipes, people):
    assert client.get(f"/map/tiles/{FOLDER}/base.pmtiles").status_code == 302


@pytest.mark.parametrize(
    "path", ["../../hetao", "..", ".", "%2e%2e", "base/../../secret_key", "2026-06-30/..%2fbase"]
)
def test_no_address_leads_out_of_the_tiles(path, signed_in, cut_pipes):
    assert signed_in("administrator").get(f"/map/tiles/{path}/x.pmtiles").status_code == 404


@pytest.mark.parametrize(
    ("asked", "status", "content", "told"),
    [
        pytest.param("bytes=0-3", 206, b"base", "bytes 0-3/8", id="the first four"),
        pytest.param("bytes=5-", 206, b"map", "bytes 5-7/8", id="from the sixth on"),
        pytest.param("bytes=5-900", 206, b"map", "bytes 5-7/8", id="past the end"),
        pytest.param("bytes=9-12", 416, b"", "bytes */8", id="beyond the end"),
        pytest.param("", 200, b"base map", None, id="all of it"),
        pytest.param("rows=1-2", 200, b"base map", None, id="of no known unit"),
    ],
)
def test_a_range_of_an_archive_is_sent(asked, status, content, told, signed_in, cut_pipes):
    response = signed_in("leader").get(
        f"/map/tiles/{FOLDER}/base.pmtiles", headers={"Range": asked} if asked else {}
    )
    assert response.status_code == status
    assert response.content == content
    assert response.get("Content-Range") == told


def test_a_server_in_front_is_told_the_file(signed_in, cut_pipes, settings):
    settings.ACCEL = "/protected"
    response = signed_in("leader").get(f"/map/tiles/{FOLDER}/base.pmtiles")
    assert response["X-Accel-Redirect"] == f"/protected/platform/tiles/{FOLDER}/base.pmtiles"
    assert response.content == b""


def test_findings_lie_under_the_policy_too(people):
    assert archive_of(people["leader"], "findings") == "findings"
    assert archive_of(people["inspector"], "findings") == f"findings@{OWN_COUNTY}"
    assert archive_of(people["public"], "findings") == ""


def test_a_polygon_counts_what_touches_it_and_measures_what_is_inside(people, db):
    """Along the parallel 40° a degree is 85 394 m on the ellipsoid; half of 0.02° is inside."""
    from hetao.web.cities.models import Thing

    line = shapely.LineString([(107.0, 40.0), (107.02, 40.0)])
    for ref, shape in (("R1", line), ("R2", shapely.affinity.translate(line, 0, 0.5))):
        west, south, east, north = shape.bounds
        Thing.objects.create(
            register="roads", ref=ref, west=west, south=south, east=east, north=north,
            shape=shapely.to_wkb(shape),
        )  # fmt: skip
    half = shapely.box(106.9, 39.9, 107.01, 40.1)
    [found] = within(people["administrator"], half, ["roads", "buildings"])
    assert [thing.ref for thing in found.things] == ["R1"]
    assert found.length_m == pytest.approx(853.94, rel=1e-4)
    assert found.area_m2 == 0


def test_a_polygon_shows_nobody_more_than_their_lists(people, things):
    things("water_pipes", "W1", OWN_COUNTY)
    things("water_pipes", "W2", OTHER_COUNTY)
    everywhere = shapely.box(100, 30, 120, 50)
    [found] = within(people["county_officer"], everywhere, ["water_pipes"])
    assert [thing.ref for thing in found.things] == ["W1"]
    assert within(people["inspector"], everywhere, ["water_pipes"]) == []


@pytest.mark.parametrize(
    "text",
    [
        "", "nonsense", '{"type": "Point", "coordinates": [107, 40]}',
        '{"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [0, 1], [1, 0], [0, 0]]]}',
        '{"type": "Polygon", "coordinates": [[[0, 0]]]}',
        '{"type": "Polygon", "coordinates": [[["a", "b"]]]}',
    ],
)  # fmt: skip
def test_no_broken_polygon_is_looked_into(text):
    with pytest.raises(PolygonRefused):
        polygon_of(text)


def test_a_selection_comes_as_json_and_as_a_workbook(signed_in, things):
    things("bridges", "B1", OWN_COUNTY)
    client = signed_in("analyst")
    given = {"polygon": shapely.to_geojson(shapely.box(107, 40, 108, 41)), "layers": "bridges"}
    [row] = client.post("/map/within/", given).json()["rows"]
    assert (row["register"], row["count"]) == ("bridges", 1)
    assert row["things"] == [{"key": "bridges/B1", "title": "B1号"}]
    workbook = client.post("/map/within/", given | {"excel": "1"})
    assert workbook.content[:2] == b"PK"
    assert client.get("/map/within/").status_code == 405


def test_search_finds_by_pinyin_and_hides_what_may_not_be_seen(signed_in, things, zones):
    thing = things("bridges", "B1", OWN_COUNTY)
    thing.name, thing.sought = "人民桥", "人民桥 renminqiao rmq b1"
    thing.save()
    things("water_pipes", "B2", OWN_COUNTY)
    found = signed_in("inspector").get("/map/find.json", {"q": "RMQ"}).json()["found"]
    assert [one["thing"] for one in found] == ["bridges/B1"]
    assert signed_in("inspector").get("/map/find.json", {"q": "b2"}).json()["found"] == []
    assert signed_in("public").get("/map/find.json", {"q": "rmq"}).json()["found"] == []
    zones = signed_in("public").get("/map/find.json", {"q": "东渠"}).json()["found"]
    assert [one["zone"] for one in zones] == [OWN_COUNTY]


def test_zones_are_coloured_by_class_and_the_unknown_stay_unknown(run, zones):
    measured = Measured.objects.get(run=run)
    Observation.objects.filter(measured=measured, zone=OTHER_COUNTY).update(
        value=None, state="unknown", reason_zh="没有桥梁台账"
    )
    told = json.loads(coloured_zones(measured, "county", {"level": "county"}))
    by_zone = {one["properties"]["zone"]: one["properties"] for one in told["features"]}
    assert by_zone[OWN_COUNTY]["value"] == 2
    assert by_zone[OWN_COUNTY]["rank"] == 1
    assert by_zone[OTHER_COUNTY]["value"] is None
    assert by_zone[OTHER_COUNTY]["rank"] == 0
    assert by_zone[OTHER_COUNTY]["reason"] == "没有桥梁台账"
    assert told["unknown"] == 1


def test_a_things_panel_is_refused_to_another_county(signed_in, things, run):
    things("bridges", "B1", OWN_COUNTY)
    things("bridges", "B9", OTHER_COUNTY)
    client = signed_in("county_officer")
    shown = client.get("/map/thing/bridges/B1/")
    assert shown.status_code == 200
    assert "桥面开裂" in shown.text  # the finding of the newest run
    assert client.get("/map/thing/bridges/B9/").status_code == 404
    assert signed_in("public").get("/map/thing/bridges/B1/").status_code == 403


def test_what_was_edited_since_the_snapshot_is_shown(signed_in, things):
    things("bridges", "B1", OWN_COUNTY)
    thing = things("bridges", "B2", OWN_COUNTY)
    thing.changed = True
    thing.save()
    told = signed_in("analyst").get("/map/edited.json").json()
    assert [one["properties"]["key"] for one in told["features"]] == ["bridges/B2"]


def test_the_page_tells_what_to_do_without_its_scripts(signed_in, monkeypatch):
    from hetao.web.site import shell

    shell.bundled.cache_clear()
    monkeypatch.setattr(shell, "BUNDLE", settings.ROOT / "nowhere")
    page = signed_in("leader").get("/map/").text
    shell.bundled.cache_clear()
    assert "uv sync" in page
    assert "/static/bundle/" not in page
