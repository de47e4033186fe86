"""Taking a snapshot up: part by part, poured into the tables as they are."""

import geopandas as gpd
import pytest
import shapely

from hetao.registers import snapshot as snapshots
from hetao.registers.definition import STORAGE_CRS, registers
from hetao.registers.snapshot import Snapshot
from hetao.web.cities.models import Thing, Zone
from hetao.web.cities.placing import community_of, in_zone
from hetao.web.cities.take_up import COLUMNS, Counties, rows_of, take_up_registers
from hetao.web.pouring import pour

WEST = shapely.box(107.0, 40.0, 108.0, 41.0)
EAST = shapely.box(108.0, 40.0, 109.0, 41.0)


@pytest.fixture
def frozen(tmp_path):
    """Five parks, the last without a place, and two counties."""
    zones = _frame(
        "zones", [WEST, EAST], id=["159921", "159922"], name=["东渠县", "西沙县"], level="county"
    )
    parks = _frame(
        "parks",
        [shapely.Point(107.5, 40.5), shapely.Point(108.5, 40.5), shapely.Point(107.1, 40.1),
         shapely.Point(109.5, 40.5), None],
        id=[f"P{n}" for n in range(5)], name=["人民公园", None, "Park", None, None],
        kind=["park", None, "garden", None, None], public=[True, None, False, None, None],
        area_m2=[1200.5, None, 300.0, None, None],
    )  # fmt: skip
    zones.to_parquet(tmp_path / "zones.parquet", index=False)
    parks.to_parquet(tmp_path / "parks.parquet", index=False)
    (tmp_path / "manifest.json").write_text('{"registers": {"zones": {}, "parks": {}}}', "utf-8")
    return Snapshot(tmp_path)


def _frame(register, shapes, **columns):
    frame = gpd.GeoDataFrame({"source": "made", **columns}, geometry=shapes, crs=STORAGE_CRS)
    return registers()[register].conform(frame)


@pytest.mark.django_db
@pytest.mark.parametrize("part", [2, 20_000], ids=["in parts of two", "in one part"])
def test_every_row_is_taken_up_whatever_the_size_of_a_part(frozen, monkeypatch, part):
    monkeypatch.setattr(snapshots, "PART_ROWS", part)
    assert take_up_registers(frozen) == 5
    assert Zone.objects.count() == 2
    told = list(Thing.objects.order_by("ref").values_list("ref", "name", "county", "fields"))
    assert told == [
        ("P0", "人民公园", "159921", {"kind": "park", "public": True, "area_m2": 1200.5}),
        ("P1", "", "159922", {}),
        ("P2", "Park", "159921", {"kind": "garden", "public": False, "area_m2": 300.0}),
        ("P3", "", "", {}),
        ("P4", "", "", {}),
    ]


@pytest.mark.django_db
def test_a_place_comes_through_and_its_absence_too(frozen):
    take_up_registers(frozen)
    first, last = Thing.objects.get(ref="P0"), Thing.objects.get(ref="P4")
    assert first.geometry.equals(shapely.Point(107.5, 40.5))
    assert (first.west, first.south, first.east, first.north) == (107.5, 40.5, 107.5, 40.5)
    assert last.geometry is None
    assert last.west is None
    assert first.sought == "人民公园 renmingongyuan rmgy p0 人民 民公 公园"


@pytest.mark.django_db
def test_taking_up_again_replaces_all(frozen):
    take_up_registers(frozen)
    take_up_registers(frozen)
    assert Thing.objects.count() == 5


@pytest.mark.django_db
def test_poured_rows_are_as_objects_would_be_kept(frozen):
    counties = Counties(frozen.zones)
    rows = list(rows_of(registers()["parks"], frozen.register("parks"), counties, 7))
    assert pour(Thing, COLUMNS, rows) == 5
    poured = list(Thing.objects.order_by("ref").values_list(*COLUMNS))
    Thing.objects.all().delete()
    Thing.objects.bulk_create(Thing(**dict(zip(COLUMNS, row, strict=True))) for row in rows)
    assert list(Thing.objects.order_by("ref").values_list(*COLUMNS)) == poured


@pytest.mark.django_db
def test_nothing_poured_is_nothing_kept():
    assert pour(Thing, COLUMNS, []) == 0
    assert not Thing.objects.exists()


def test_a_register_that_a_snapshot_lacks_has_no_parts(frozen):
    assert list(frozen.parts("bridges")) == []


@pytest.fixture
def nested(tmp_path):
    """Two parks in a community, one in its sub-district alone, one in its county alone."""
    zones = _frame(
        "zones",
        [WEST, shapely.box(107.0, 40.0, 107.6, 41.0), shapely.box(107.0, 40.0, 107.3, 41.0),
         shapely.box(107.0, 40.0, 107.1, 41.0)],
        id=["159921", "159921001", "159921001001", "159921001001.001"],
        name=["东渠县", "老城街道", "永福社区", "永福小区"],
        level=["county", "subdistrict", "community", "compound"],
        parent=[None, "159921", "159921001", "159921001001"],
    )  # fmt: skip
    places = [(107.05, 40.5), (107.2, 40.5), (107.5, 40.5), (107.9, 40.5)]
    parks = _frame("parks", [shapely.Point(*place) for place in places],
                   id=[f"P{n}" for n in range(4)], name=None)  # fmt: skip
    zones.to_parquet(tmp_path / "zones.parquet", index=False)
    parks.to_parquet(tmp_path / "parks.parquet", index=False)
    (tmp_path / "manifest.json").write_text('{"registers": {"zones": {}, "parks": {}}}', "utf-8")
    take_up_registers(Snapshot(tmp_path))


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("zone", "expected"),
    [
        ("159921001001.001", ["P0"]), ("159921001001", ["P0", "P1"]),
        ("159921001", ["P0", "P1", "P2"]), ("159921", ["P0", "P1", "P2", "P3"]),
    ],
)  # fmt: skip
def test_a_zone_of_any_level_holds_what_lies_in_it(zone, expected, nested):
    found = in_zone(Thing.objects.order_by("ref"), Zone.objects.get(pk=zone))
    assert [one.ref for one in found] == expected


@pytest.mark.django_db
def test_a_thing_knows_the_finest_of_community_and_sub_district(nested):
    told = list(Thing.objects.order_by("ref").values_list("community", flat=True))
    assert told == ["159921001001", "159921001001", "159921001", ""]
    assert [community_of(one.geometry) for one in Thing.objects.order_by("ref")] == told
