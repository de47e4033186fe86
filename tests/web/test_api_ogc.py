"""OGC API - Features, Part 1: Core (17-069r4), requirement by requirement, by hand."""

import re
from urllib.parse import quote, urlsplit

import pytest
import shapely
from api_world import PROBLEM, Caller, basic
from django.core.cache import cache
from django.test import Client

from hetao.web.cities.models import Thing

OWN_COUNTY, OTHER_COUNTY = "159921", "159922"
OGC = "/api/v1/ogc"
CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
GEOJSON, JSON = "application/geo+json", "application/json"


@pytest.fixture(autouse=True)
def _nothing_kept():
    cache.clear()


@pytest.fixture
def gis(people):
    return Caller(people["analyst"])


@pytest.fixture
def roads(db):
    """Four roads: along the south, along the east, a diagonal, and one without a place."""
    lines = {
        "R1": [(107.0, 40.0), (107.9, 40.0)], "R2": [(107.9, 40.0), (107.9, 40.9)],
        "R 3/ü": [(107.0, 40.0), (107.9, 40.9)], "R4": None,
    }  # fmt: skip
    for ref, points in lines.items():
        shape = shapely.LineString(points) if points else None
        west, south, east, north = shape.bounds if shape else (None,) * 4
        Thing.objects.create(
            register="roads", ref=ref, name=ref, county=OWN_COUNTY, sought=ref.lower(),
            fields={"class": "arterial" if ref == "R1" else "branch"}, west=west, south=south,
            east=east, north=north, shape=shapely.to_wkb(shape) if shape else None,
        )  # fmt: skip


def links(body, rel):
    return [link for link in body["links"] if link["rel"] == rel]


def ids(response):
    assert response.status_code == 200, response.content.decode()
    return [feature["id"] for feature in response.json()["features"]]


def test_landing_page(gis, signed_in):
    """/req/core/root-op, root-success, api-definition-op, api-definition-success."""
    landing = gis.get(f"{OGC}/")
    assert (landing.status_code, landing["Content-Type"]) == (200, JSON)
    body = landing.json()
    for rel in ("service-desc", "service-doc", "conformance", "data", "self"):
        link = links(body, rel)[0]
        assert link["href"].startswith("http://testserver/api/v1/")
        reader = signed_in("analyst") if rel == "service-doc" else gis  # a page for people
        answer = reader.get(link["href"])
        assert answer.status_code == 200, rel
        if rel not in ("service-desc", "service-doc"):
            assert answer["Content-Type"] == link["type"]
    definition = gis.get(links(body, "service-desc")[0]["href"]).json()
    assert definition["openapi"].startswith("3.1")
    assert links(body, "service-desc")[0]["type"].startswith("application/vnd.oai.openapi+json")
    assert gis.get(OGC).json()["title"] == body["title"] == "榆湾市 空间数据"


def test_conformance(gis):
    """/req/core/conformance-op, conformance-success."""
    answer = gis.get(f"{OGC}/conformance")
    assert (answer.status_code, answer["Content-Type"]) == (200, JSON)
    base = "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/"
    assert set(answer.json()["conformsTo"]) == {f"{base}core", f"{base}geojson"}


def test_collections(gis, roads, zones):
    """/req/core/fc-md-op, fc-md-success, fc-md-links, fc-md-items, fc-md-items-links."""
    body = gis.get(f"{OGC}/collections").json()
    assert links(body, "self")[0]["href"] == "http://testserver/api/v1/ogc/collections"
    found = {one["id"]: one for one in body["collections"]}
    assert {"roads", "zones", "findings", "water_pipes"} <= set(found)
    assert not {"trainings", "survey_answers", "peer_figures"} & set(found)  # have no place
    for one in found.values():
        assert one["title"]
        assert links(one, "items")[0]["type"] == GEOJSON
        assert all(link["rel"] and link["type"] for link in one["links"])


def test_extent_holds_all_that_is_there(gis, roads, zones):
    """/req/core/fc-md-extent: the box holds every feature, by default in CRS84."""
    extent = gis.get(f"{OGC}/collections/roads").json()["extent"]["spatial"]
    assert extent == {"bbox": [[107.0, 40.0, 107.9, 40.9]], "crs": CRS84}
    zones_extent = gis.get(f"{OGC}/collections/zones").json()["extent"]["spatial"]["bbox"]
    assert zones_extent == [[107.0, 40.0, 109.0, 41.0]]
    assert "extent" not in gis.get(f"{OGC}/collections/parks").json()
    Thing.objects.create(
        register="roads", ref="R9", west=110.0, south=40.0, east=110.0, north=40.0,
        shape=shapely.to_wkb(shapely.Point(110, 40)),
    )  # fmt: skip
    told = gis.get(f"{OGC}/collections/roads").json()["extent"]["spatial"]
    assert told["bbox"][0][2] == 110.0


def test_a_collection(gis, roads):
    """/req/core/sfc-md-op, sfc-md-success: the same as in the list; unknown ones are 404."""
    listed = gis.get(f"{OGC}/collections").json()["collections"]
    one = gis.get(f"{OGC}/collections/roads")
    assert one.json() == next(row for row in listed if row["id"] == "roads")
    assert one.json()["crs"] == [CRS84]
    unknown = gis.get(f"{OGC}/collections/nothing")
    assert (unknown.status_code, unknown["Content-Type"]) == (404, PROBLEM)


def test_items(gis, roads):
    """/req/core/fc-op, fc-response, fc-links, fc-timeStamp, fc-numberReturned; geojson/content."""
    answer = gis.get(f"{OGC}/collections/roads/items")
    assert answer["Content-Type"] == GEOJSON
    body = answer.json()
    assert body["type"] == "FeatureCollection"
    assert [one["id"] for one in body["features"]] == ["R 3/ü", "R1", "R2", "R4"]
    assert body["numberReturned"] == 4
    assert "numberMatched" not in body  # would have to be counted
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", body["timeStamp"])
    assert links(body, "self")[0]["href"].endswith("/api/v1/ogc/collections/roads/items")
    assert links(body, "next") == []
    assert [link["type"] for link in links(body, "alternate")] == ["text/html"]
    assert gis.get(links(body, "collection")[0]["href"]).json()["id"] == "roads"
    first, last = body["features"][1], body["features"][3]
    assert first["geometry"] == {
        "type": "LineString",
        "coordinates": [[107.0, 40.0], [107.9, 40.0]],
    }
    assert first["properties"]["class"] == "arterial"
    assert last["geometry"] is None


@pytest.mark.parametrize("limit", [1, 2, 3])
@pytest.mark.parametrize("box", ["", "&bbox=106,39,108,41"])
def test_limit_and_next(gis, roads, limit, box):
    """/req/core/fc-limit-definition, fc-limit-response-1, /rec/core/fc-next-1: all, each once."""
    address, found = f"{OGC}/collections/roads/items?limit={limit}{box}", []
    while address:
        body = gis.get(address).json()
        assert body["numberReturned"] == len(body["features"]) <= limit
        found += [one["id"] for one in body["features"]]
        address = next((link["href"] for link in links(body, "next")), None)
    placed = {"R 3/ü", "R1", "R2"}
    assert len(found) == len(set(found))
    assert set(found) == (placed if box else placed | {"R4"})


def test_a_limit_that_is_too_high_is_brought_down(gis, roads):
    """/req/core/fc-limit-response-1 C: more than the greatest is no fault."""
    assert len(ids(gis.get(f"{OGC}/collections/roads/items?limit=100000"))) == 4


@pytest.mark.parametrize(
    ("box", "expected"),
    [
        pytest.param("107.4,39.9,107.5,40.1", {"R1"}, id="on the southern road alone"),
        pytest.param("107.6,40.2,107.8,40.3", set(), id="in the diagonal's box, beside its line"),
        pytest.param("107.4,40.4,107.5,40.5", {"R 3/ü"}, id="on the diagonal"),
        pytest.param("107.9,40.9,108,41", {"R2", "R 3/ü"}, id="touches the corner of both"),
        pytest.param("107.4,39.9,0,107.5,40.1,9", {"R1"}, id="with heights"),
        pytest.param("170,39,108,41", {"R1", "R2", "R 3/ü"}, id="across the antimeridian"),
        pytest.param("170,39,-170,41", set(), id="around the antimeridian"),
        pytest.param("-180,-90,180,90", {"R1", "R2", "R 3/ü"}, id="the world"),
    ],
)
def test_bbox(gis, roads, box, expected):
    """/req/core/fc-bbox-definition, fc-bbox-response: features that intersect the box, no other."""
    assert set(ids(gis.get(f"{OGC}/collections/roads/items?bbox={box}"))) == expected


def test_a_page_is_full_though_many_rows_lie_beside_the_box(gis, db):
    for place in range(30):  # diagonals whose boxes hold the wanted one, every fifth runs through
        shift = 0.0 if place % 5 == 0 else 0.2
        line = shapely.LineString([(107.0, 40.0 + shift), (107.9, 40.9 + shift)])
        west, south, east, north = line.bounds
        Thing.objects.create(
            register="roads", ref=f"R{place:02}", west=west, south=south, east=east, north=north,
            shape=shapely.to_wkb(line),
        )  # fmt: skip
    address = f"{OGC}/collections/roads/items?limit=4&bbox=107.44,40.44,107.46,40.46"
    first = gis.get(address).json()
    assert [one["id"] for one in first["features"]] == ["R00", "R05", "R10", "R15"]
    second = gis.get(links(first, "next")[0]["href"]).json()
    assert [one["id"] for one in second["features"]] == ["R20", "R25"]


@pytest.mark.parametrize(
    "time", ["2026-06-30T00:00:00Z", "2026-06-30T08:00:00+08:00", "../2026-06-30T00:00:00Z",
             "2026-06-30T00:00:00Z/..", "2026-01-01T00:00:00Z/2026-06-30T00:00:00Z"],
)  # fmt: skip
def test_datetime(gis, roads, time):
    """/req/core/fc-time-definition, fc-time-response: features without a time are not left out."""
    answer = gis.get(f"{OGC}/collections/roads/items?datetime={quote(time)}")
    assert len(ids(answer)) == 4


WRONG = [
    "limit=0", "limit=-1", "limit=many", "limit=1.5", "bbox=1,2,3", "bbox=a,b,c,d", "bbox=",
    "bbox=107,41,108,40", "bbox=107,40,308,41", "bbox=nan,0,1,1", "datetime=yesterday",
    "datetime=2026-06-30", "datetime=2026-13-30T00:00:00Z", "datetime=../..",
    "datetime=2026-06-30T00:00:00Z/2026-01-01T00:00:00Z", "colour=red", "crs=EPSG:3857",
    "cursor=nonsense",
]  # fmt: skip


@pytest.mark.parametrize("query", WRONG)
def test_wrong_parameters(gis, roads, query):
    """/req/core/query-param-unknown, query-param-invalid: 400."""
    refused = gis.get(f"{OGC}/collections/roads/items?{query}")
    assert (refused.status_code, refused["Content-Type"]) == (400, PROBLEM)
    assert refused.json()["errors"][0]["field"] == query.partition("=")[0]


@pytest.mark.parametrize("path", ["/", "/conformance", "/collections", "/collections/roads"])
def test_no_resource_takes_parameters_it_does_not_know(gis, path):
    """/req/core/query-param-unknown."""
    assert gis.get(f"{OGC}{path}?colour=red").status_code == 400


def test_properties_filter(gis, roads, zones, run):
    """/rec/core/fc-filters: properties with listed values, the county, words."""
    items = f"{OGC}/collections/roads/items"
    assert ids(gis.get(f"{items}?class=arterial")) == ["R1"]
    assert ids(gis.get(f"{items}?q=r2&limit=9")) == ["R2"]
    assert ids(gis.get(f"{items}?county={OTHER_COUNTY}")) == []
    assert ids(gis.get(f"{OGC}/collections/zones/items?county={OTHER_COUNTY}")) == [OTHER_COUNTY]
    assert ids(gis.get(f"{OGC}/collections/zones/items?bbox=108.5,40.2,108.6,40.3")) == [
        OTHER_COUNTY
    ]
    findings = f"{OGC}/collections/findings/items"
    assert len(ids(gis.get(f"{findings}?indicator=dangerous_bridges&bbox=107,40,108,41"))) == 2
    assert ids(gis.get(f"{findings}?bbox=108,40,109,41")) == []
    assert ids(gis.get(f"{findings}?run=nothing")) == []


def test_a_feature(gis, roads, zones, run):
    """/req/core/f-op, f-success, f-links; unknown ones are 404."""
    body = gis.get(f"{OGC}/collections/roads/items").json()
    for one in body["features"]:
        address = f"{OGC}/collections/roads/items/{quote(one['id'], safe='')}"
        answer = gis.get(address)
        assert answer["Content-Type"] == GEOJSON
        told = answer.json()
        assert told["type"] == "Feature"
        assert (told["id"], told["properties"]) == (one["id"], one["properties"])
        assert urlsplit(links(told, "self")[0]["href"]).path == address
        assert gis.get(links(told, "self")[0]["href"]).json() == told
        assert links(told, "collection")[0]["href"].endswith("/collections/roads")
        assert gis.get(address, headers={"if-none-match": answer["ETag"]}).status_code == 304
    finding = run.findings.first().pk
    assert gis.get(f"{OGC}/collections/findings/items/{finding}").json()["id"] == finding
    assert gis.get(f"{OGC}/collections/zones/items/{OWN_COUNTY}").status_code == 200
    for unknown in ("roads/items/R0", "findings/items/0", "findings/items/x", "zones/items/0"):
        assert gis.get(f"{OGC}/collections/{unknown}").status_code == 404


def test_a_desktop_connects_with_a_name_and_a_token(people, roads):
    caller = Caller(people["analyst"])
    headers = basic("analyst", caller.secret)
    answer = Client().get(f"{OGC}/collections/roads/items", headers=headers)
    assert len(ids(answer)) == 4


def test_extents_are_those_of_what_a_caller_may_see(people, things):
    things("bridges", "B1", OWN_COUNTY)  # at 107.4
    things("bridges", "B2", OTHER_COUNTY)  # at 108.4
    for role, east in (("analyst", 108.4), ("county_officer", 107.4)):
        told = Caller(people[role]).get(f"{OGC}/collections/bridges").json()
        assert told["extent"]["spatial"]["bbox"][0][2] == east
