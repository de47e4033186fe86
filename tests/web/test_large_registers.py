"""Registers of a million things: kept counts, short words, and indexes of columns."""

import pytest
from conftest import OTHER_COUNTY, OWN_COUNTY
from django.db import connection

from hetao.web.cities import indexing
from hetao.web.cities.indexing import index_large
from hetao.web.cities.models import Thing
from hetao.web.cities.reaching import held_by_register
from hetao.web.cities.seeking import CLOSEST, called
from hetao.web.cities.take_up import sought


@pytest.fixture
def world(things):
    for number in range(3):
        things("parks", f"P{number}", OWN_COUNTY, area_m2=10 * number)
    things("parks", "P9", OTHER_COUNTY)
    things("water_pipes", "W1", OTHER_COUNTY)
    return things


@pytest.mark.parametrize(
    ("role", "expected"),
    [
        ("administrator", {"parks": 4, "water_pipes": 1}),
        ("leader", {"parks": 4}),
        ("county_officer", {"parks": 3}),
        ("public", {}),
    ],
)
def test_a_person_is_told_how_many_things_they_may_see(role, expected, people, world):
    assert held_by_register(people[role]) == expected


def test_the_counts_follow_every_change(people, world):
    told = [held_by_register(people["administrator"])["parks"]]
    Thing.objects.filter(ref="P9").delete()
    told.append(held_by_register(people["administrator"])["parks"])
    Thing.objects.filter(ref="P0").update(county=OTHER_COUNTY)
    told.append(held_by_register(people["county_officer"])["parks"])
    world("parks", "P10", OWN_COUNTY)
    told.append(held_by_register(people["county_officer"])["parks"])
    Thing.objects.filter(register="parks").delete()
    told.append(held_by_register(people["administrator"]).get("parks"))
    assert told == [4, 3, 2, 3, None]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("人民", ["人民公园", "老人民公园"]), ("公园", ["人民公园", "老人民公园"]),
        ("人民公园", ["人民公园", "老人民公园"]), ("renmin", ["人民公园", "老人民公园"]),
        ("rm", ["人民公园"]), ("老", ["老人民公园"]), ("P2", ["老人民公园"]), ("公民", []),
    ],
)  # fmt: skip
def test_short_words_are_found_where_they_begin_and_the_closest_come_first(words, expected, db):
    for ref, name in (("P2", "老人民公园"), ("P1", "人民公园"), ("P3", "")):
        Thing.objects.create(register="parks", ref=ref, name=name, sought=sought(name, ref))
    found = Thing.objects.filter(called(words)).order_by(*CLOSEST)
    names = [one.name for one in found]
    if words == "rm" and connection.vendor != "postgresql":
        expected = ["人民公园", "老人民公园"]  # without an index, within a word too: "lrmgy"
    assert names == expected


def test_columns_of_a_large_register_are_indexed_in_both_orders(world, monkeypatch):
    monkeypatch.setattr(indexing, "LARGE", 2)
    made = index_large()
    if connection.vendor != "postgresql":
        assert made == []
        return
    assert {"thing_parks_name_up", "thing_parks_area_m2_down"} <= set(made)
    assert not any("water_pipes" in name for name in made)
    assert index_large() == made  # again, and they are there already
    rows = Thing.objects.filter(register="parks").order_by("-fields__area_m2", "pk")
    assert [one.ref for one in rows.filter(fields__has_key="area_m2")] == ["P2", "P1", "P0"]
