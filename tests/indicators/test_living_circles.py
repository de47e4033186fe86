"""Living circles on one street, where every walk can be counted by hand."""

import math
from dataclasses import dataclass, field

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import box

from hetao.geo.network import walking_network
from hetao.geo.reach import prepare
from hetao.indicators.complete_community import complete_communities
from hetao.indicators.full_set import (
    full_set_by_walking,
    full_set_for_homes,
    full_set_for_people,
    full_set_on_land,
)
from hetao.indicators.kinds import one_kind_by_walking, one_kind_for_people, one_kind_on_land
from hetao.indicators.living_circle import community_checklist
from hetao.registers.definition import register_named

CRS = "EPSG:4523"
RADII = {"junior_secondary_school": 500, "post_office": 300}
STRIP = box(0, 0, 1000, 25)  # 40 samples, 12.5 m beside the street


def layer(register, *shapes, **columns):
    ids = [f"f{number}" for number in range(len(shapes))]
    rows = gpd.GeoDataFrame({"id": ids, **columns}, geometry=list(shapes), crs=CRS)
    return register_named(register).conform(rows)


STREET = prepare(walking_network(layer("roads", shapely.LineString([(0, 0), (1000, 0)]))))
LAND = layer("land_use", STRIP)
EVERYBODY = layer(
    "population", shapely.Point(100, 0), shapely.Point(400, 0), shapely.Point(900, 0),
    persons=[10.0, 20.0, 70.0],
)  # fmt: skip
NOBODY = layer("population", persons=[])


def facilities(**places):
    spots = [(kind, x) for kind, along in places.items() for x in along]
    points = [shapely.Point(x, 0) for _, x in spots]
    return layer("facilities", *points, kind=[kind for kind, _ in spots])


def zones(**shapes):
    levels = ["city" if code == "city" else "community" for code in shapes]
    columns = {"name": list(shapes), "level": levels, "parent": None}
    index = pd.Index(list(shapes), name="zone")
    return gpd.GeoDataFrame(columns, index=index, geometry=list(shapes.values()), crs=CRS)


TOWN = zones(city=box(0, -50, 1000, 50), west=box(0, -50, 500, 50), east=box(500, -50, 1000, 50))
BOTH = facilities(junior_secondary_school=[0], post_office=[200])


def value(measurement, zone="city"):
    return measurement.values.loc[zone, "value"]


def test_land_has_the_full_set_where_all_kinds_reach():
    straight = full_set_on_land(TOWN, LAND, BOTH, radii=RADII)
    # the school reaches to 500, the post office from 0 to 500: circles lose 0.3 m at the edge
    assert value(straight) == pytest.approx(0.5, abs=1e-3)
    walked = full_set_by_walking(TOWN, LAND, BOTH, STREET, radii=RADII)
    assert value(walked) == pytest.approx(
        0.5
    )  # to the sample at 487.5, 287.5 m from the post office
    assert value(walked, "east") == 0


def test_people_and_homes_have_the_full_set_where_they_can_walk_to_all_kinds():
    people = full_set_for_people(TOWN, EVERYBODY, BOTH, STREET, radii=RADII)
    assert value(people) == pytest.approx(0.3)
    houses = layer("buildings", box(90, -5, 110, 0), box(890, -5, 910, 0), dwellings=[6, 2])
    homes = full_set_for_homes(TOWN, houses, BOTH, STREET, radii=RADII)
    assert value(homes) == pytest.approx(0.75)
    assert homes.values.loc["city", "denominator"] == 8


def test_a_kind_that_no_source_holds_leaves_the_share_unknown():
    school = facilities(junior_secondary_school=[0])
    for measured in (
        full_set_on_land(TOWN, LAND, school, radii=RADII),
        full_set_by_walking(TOWN, LAND, school, STREET, radii=RADII),
    ):
        row = measured.values.loc["city"]
        assert math.isnan(row["value"])
        assert row["reason"] == "kinds_not_held"
        assert (row["low"], row["high"]) == pytest.approx((0, 0.5), abs=1e-3)
        assert measured.facts["kinds_missing"] == ["post_office"]
        assert measured.facts["kinds_missing_zh"] == "邮政营业场所"
    held = full_set_by_walking(TOWN, LAND, school, STREET, radii=RADII, held_only=True)
    assert value(held) == pytest.approx(0.5)
    assert held.findings.empty  # they would repeat those of the whole set


def test_without_any_facility_nothing_is_known():
    measured = full_set_on_land(TOWN, LAND, facilities(), radii=RADII)
    assert measured.values.loc["city", "reason"] == "no_facilities_in_source"
    measured = full_set_for_people(TOWN, NOBODY, BOTH, STREET, radii=RADII)
    assert measured.values.loc["city", "reason"] == "no_population"


def test_a_community_learns_what_it_lacks_and_how_far_it_is():
    measured = full_set_for_people(TOWN, EVERYBODY, BOTH, STREET, radii=RADII)
    (found,) = measured.findings.to_dict("records")
    assert found["zone"] == found["feature"] == "east"
    assert found["missing"] == 2
    assert found["kinds_zh"] == "初中（900 m）、邮政营业场所（700 m）"
    assert found["kinds_en"] == "junior secondary school (900 m), post office (700 m)"
    assert found["severity"] == 1


def test_one_kind_covers_land_and_people():
    kind = {"kind": "post_office", "radius_m": 300}
    assert value(one_kind_on_land(TOWN, LAND, BOTH, **kind)) == pytest.approx(0.5, abs=1e-3)
    assert value(one_kind_by_walking(TOWN, LAND, BOTH, STREET, **kind)) == pytest.approx(0.5)
    assert value(one_kind_for_people(TOWN, EVERYBODY, BOTH, STREET, **kind)) == 0.3
    absent = one_kind_for_people(TOWN, EVERYBODY, BOTH, STREET, kind="nursery", radius_m=300)
    assert absent.values.loc["city", "reason"] == "no_facilities_in_source"


MAY_BE = {"school_level_unknown": ["primary_school", "junior_secondary_school"]}
ONE_EACH = facilities(junior_secondary_school=[0], school_level_unknown=[1000], post_office=[500])


def test_a_school_of_unknown_level_makes_an_interval():
    kind = {"kind": "junior_secondary_school", "radius_m": 300, "uncertain": MAY_BE}
    for measured, high in (
        (one_kind_on_land(TOWN, LAND, ONE_EACH, **kind), 0.6),
        (one_kind_by_walking(TOWN, LAND, ONE_EACH, STREET, **kind), 0.6),
        (one_kind_for_people(TOWN, EVERYBODY, ONE_EACH, STREET, **kind), 0.8),
    ):
        row = measured.values.loc["city"]
        assert math.isnan(row["value"])
        assert row["reason"] == "kind_uncertain"
        assert row["low"] == pytest.approx(high - (0.3 if high == 0.6 else 0.7), abs=1e-3)
        assert row["high"] == pytest.approx(high, abs=1e-3)


def test_a_school_of_unknown_level_may_complete_a_living_circle():
    rules = {"radii": RADII, "uncertain": MAY_BE}
    for measured in (
        full_set_on_land(TOWN, LAND, ONE_EACH, **rules),
        full_set_by_walking(TOWN, LAND, ONE_EACH, STREET, **rules),
    ):
        row = measured.values.loc["city"]
        assert math.isnan(row["value"])
        assert row["reason"] == "kind_uncertain"
        # the post office in the middle reaches 200 to 800, the school to 500, the other from 500
        assert (row["low"], row["high"]) == pytest.approx((0.3, 0.6), abs=2e-3)
    people = full_set_for_people(TOWN, EVERYBODY, ONE_EACH, STREET, **rules)
    assert tuple(people.values.loc["city", ["low", "high"]]) == (0.2, 0.2)
    assert value(people) == 0.2  # those at 900 m are too far from the post office anyhow
    (found,) = people.findings.to_dict("records")
    assert found["kinds"] == "post_office"


@dataclass(frozen=True)
class Row:
    id: str
    radius_m: float | None
    levels: dict[str, str] = field(default_factory=lambda: {"15": "required"})
    radius_verified: bool = True


def checklist(table, *, residents=EVERYBODY, held=BOTH):
    found = community_checklist(TOWN, held, STREET, residents, table)
    return found.set_index(["zone", "kind"])


def test_the_checklist_says_of_each_community_what_is_there():
    table = checklist(
        [Row("junior_secondary_school", 500), Row("post_office", 300), Row("nursery", 300)]
    )
    assert len(table) == 6  # two communities, three kinds; not the city
    school = table.loc[("west", "junior_secondary_school")]
    assert school["present"]
    assert school["nearest_m"] == 400  # 20 of the 30 people live there
    assert not table.loc[("east", "post_office"), "present"]
    assert table.loc[("east", "post_office"), "nearest_m"] == 700
    assert table.loc[("east", "nursery"), "present"] is pd.NA
    assert math.isnan(table.loc[("east", "nursery"), "nearest_m"])


def test_the_checklist_leaves_open_what_a_school_of_unknown_level_may_be():
    found = community_checklist(
        TOWN, ONE_EACH, STREET, EVERYBODY,
        [Row("junior_secondary_school", 500), Row("primary_school", 500)], uncertain=MAY_BE,
    ).set_index(["kind", "zone"])["present"]  # fmt: skip
    assert found["junior_secondary_school", "west"]
    assert found["junior_secondary_school", "east"] is pd.NA
    assert found["primary_school", "west"] is pd.NA


def test_without_residents_the_walk_begins_in_the_middle_of_the_community():
    table = checklist([Row("post_office", 600)], residents=NOBODY)
    assert table.loc[("east", "post_office"), "nearest_m"] == pytest.approx(550, abs=1)
    assert table.loc[("east", "post_office"), "present"]


def test_a_facility_without_radius_must_stand_in_the_community():
    table = checklist([Row("post_office", None)])
    assert table.loc[("west", "post_office"), "present"]
    assert not table.loc[("east", "post_office"), "present"]


ITEMS = {"kindergarten": ["kindergarten"], "green": ["park"], "shop": ["community_shops"]}


def complete(held, parks, *, elsewhere=("pipes",), held_from=0.0):
    return complete_communities(
        TOWN, held, parks, STREET, EVERYBODY,
        items=ITEMS, walk_m=500, held_from=held_from, elsewhere=elsewhere,
    )  # fmt: skip


PARK = layer("parks", box(100, 10, 150, 40), public=True)
CLOSED = layer("parks", box(100, 10, 150, 40), public=False)
SHOPS = {"kindergarten": [50, 950], "community_shops": [100]}


def test_a_community_that_lacks_one_item_is_not_complete():
    row = complete(facilities(**SHOPS), PARK).values.loc["city"]
    assert math.isnan(row["value"])
    assert row["reason"] == "items_unknown"
    assert (row["low"], row["high"]) == (0, 0.5)  # the east walks 750 m to the park
    table = complete(facilities(**SHOPS), PARK).values
    assert value(complete(facilities(**SHOPS), PARK), "east") == 0
    assert math.isnan(table.loc["west", "value"])
    assert table.loc["city", "denominator"] == 2


def test_a_community_is_complete_only_if_nothing_is_left_to_be_seen():
    measured = complete(facilities(**SHOPS), PARK, elsewhere=())
    assert value(measured, "west") == 1
    assert value(measured) == 0.5
    (found,) = measured.findings.to_dict("records")
    assert found["zone"] == "east"
    assert found["kinds_zh"] == "公园绿地与绿化活动场地、社区商业网点"


def test_a_closed_park_is_no_green_for_a_community():
    measured = complete(facilities(**SHOPS), CLOSED, elsewhere=())
    assert math.isnan(value(measured))  # no source holds an open one: that stays unknown
    assert measured.facts["items_open"] == ["green"]


def test_an_item_of_which_the_source_holds_next_to_none_is_left_open():
    measured = complete(facilities(**SHOPS), PARK, held_from=0.75)  # of two communities
    assert measured.facts["items_shown"] == ["kindergarten"]
    assert math.isnan(value(measured, "east"))


spot = st.integers(0, 20).map(lambda step: step * 50)


@settings(deadline=None, max_examples=30)
@given(
    schools=st.lists(spot, min_size=1, max_size=3),
    posts=st.lists(spot, max_size=3),
    more=st.lists(spot, max_size=3),
)
def test_more_facilities_never_make_fewer_homes_complete(schools, posts, more):
    one = facilities(junior_secondary_school=schools, post_office=posts)
    two = facilities(junior_secondary_school=[*schools, *more], post_office=posts)
    for measure in (
        lambda held: full_set_by_walking(TOWN, LAND, held, STREET, radii=RADII),
        lambda held: full_set_for_people(TOWN, EVERYBODY, held, STREET, radii=RADII),
        lambda held: full_set_on_land(TOWN, LAND, held, radii=RADII),
    ):
        before, after = measure(one).values, measure(two).values
        assert (after["high"] >= before["high"] - 1e-9).all()
        assert before["low"].between(0, 1).all()
        assert before["high"].between(0, 1 + 1e-12).all()
