"""What is no more leaves its register, its snapshots and its findings, and can come back."""

import pytest
from town_world import sheet_of

from hetao.registers.definition import registers
from hetao.registers.snapshot import freeze
from hetao.registers.store import stored_sources
from hetao.web.cities.accepting import accept
from hetao.web.cities.corrections import keep_edits
from hetao.web.cities.delivering import deliver
from hetao.web.cities.editing import EditRefused, add, edit, strike_off, take_back
from hetao.web.cities.models import Edit, Held, Thing
from hetao.web.cities.renewing import renew_registers
from hetao.web.cities.sheets import held_rows

OWN_COUNTY, OTHER_COUNTY = "159921", "159922"
DATE = "2026-07-31"


@pytest.fixture
def bridge(things):
    return things("bridges", "Q1", OWN_COUNTY, grade="D", year=1998)


@pytest.fixture
def send(signed_in, bridge):
    def post(way="strike-off", role="administrator", ref="Q1", **typed):
        return signed_in(role).post(f"/things/bridges/{ref}/{way}/", {"reason": "已拆除", **typed})

    return post


@pytest.fixture
def strike(people, town_served):
    def off(register, ref):
        thing = Thing.objects.get(register=register, ref=ref)
        return strike_off(thing, by=people["administrator"], reason="已拆除")

    return off


def ids(workspace, register="bridges"):
    return sorted(freeze(workspace, date=DATE).register(register)["id"])


def test_what_is_struck_off_tells_who_when_why_and_what_it_was(send, signed_in):
    assert send().status_code == 302
    assert not Thing.objects.filter(register="bridges").exists()
    page = signed_in("administrator").get("/things/bridges/Q1/")
    text = page.content.decode()
    assert page.status_code == 200
    for told in ("已拆除", "administrator", "1998", "恢复登记"):
        assert told in text
    assert 'href="/things/bridges/Q1/"' in signed_in("analyst").get(
        "/registers/bridges/").content.decode()  # fmt: skip


def test_it_comes_back_as_it_was_under_a_version_nobody_saw(send, bridge):
    send()
    assert send("take-back", reason="登记有误").status_code == 302
    thing = Thing.objects.get(register="bridges")
    assert (thing.name, thing.fields, thing.shape) == (bridge.name, bridge.fields, bridge.shape)
    assert thing.county == OWN_COUNTY
    assert [one.reason for one in Edit.objects.all()] == ["登记有误", "已拆除"]


def test_without_a_reason_nothing_is_struck_off_or_taken_back(send):
    assert send(reason=" ").status_code == 422
    assert Thing.objects.filter(register="bridges").exists()
    send()
    send("take-back", reason="")
    assert not Thing.objects.filter(register="bridges").exists()


def test_who_looks_at_an_old_version_strikes_nothing_off(send, people, bridge):
    edit(bridge, {"grade": "B"}, by=people["analyst"], reason="检测报告到了")
    page = send(version="1")
    assert page.status_code == 422
    assert "检测报告到了" in page.content.decode()
    assert Thing.objects.filter(register="bridges").exists()


def test_only_who_may_edit_it_strikes_it_off_or_takes_it_back(send, people, bodies):
    for role, status in (("leader", 403), ("public", 403), ("inspector", 403)):
        assert send(role=role).status_code == status
    people["county_officer"].body = bodies[OTHER_COUNTY]
    people["county_officer"].save()
    assert send(role="county_officer").status_code == 404
    send()
    assert send("take-back", role="county_officer").status_code == 404
    people["county_officer"].body = bodies[OWN_COUNTY]
    people["county_officer"].save()
    assert send("take-back", role="county_officer").status_code == 302
    assert Thing.objects.filter(register="bridges").exists()


def test_what_was_struck_off_is_shown_within_ones_reach_alone(send, signed_in, people, bodies):
    send()
    seen = {role: signed_in(role).get("/things/bridges/Q1/").status_code
            for role in ("leader", "county_officer", "public")}  # fmt: skip
    assert seen == {"leader": 200, "county_officer": 200, "public": 403}
    people["county_officer"].body = bodies[OTHER_COUNTY]
    people["county_officer"].save()
    assert signed_in("county_officer").get("/things/bridges/Q1/").status_code == 404


def test_what_others_refer_to_stays_and_the_rows_are_named(things, people):
    tower = things("buildings", "B1", OWN_COUNTY)
    things("high_rises", "J1", OWN_COUNTY, building="B1")
    with pytest.raises(EditRefused) as refused:
        strike_off(tower, by=people["administrator"], reason="已拆除")
    told = refused.value.text("zh")
    assert f"{registers()['high_rises'].name_zh} 1" in told
    assert Thing.objects.filter(register="buildings", ref="B1").exists()


def test_a_snapshot_and_the_sheet_to_fill_in_lack_it(strike, town_served):
    strike("bridges", "Q2")
    held = [row["id"] for row in held_rows(town_served, registers()["bridges"])]
    assert held == ["Q1"]
    kept = keep_edits(town_served)
    assert (kept.rows, kept.gone("bridges")) == ({}, {"Q2"})
    assert ids(town_served) == ["Q1"]
    assert [row["id"] for row in held_rows(town_served, registers()["bridges"])] == ["Q1"]


def test_a_register_of_files_lacks_it_too(strike, town_served):
    before = ids(town_served, "facilities")
    strike("facilities", before[0])
    keep_edits(town_served)
    assert ids(town_served, "facilities") == before[1:]


def test_what_was_taken_back_is_in_the_next_snapshot(strike, people, town_served):
    end = strike("bridges", "Q2")
    keep_edits(town_served)
    take_back(end, by=people["administrator"], reason="误报")
    keep_edits(town_served)
    frame = freeze(town_served, date=DATE).register("bridges").set_index("id")
    assert frame["grade"].to_dict() == {"Q1": "A", "Q2": "D"}


def test_the_last_row_of_a_register_may_go(strike, town_served):
    for ref in ("Q1", "Q2"):
        strike("bridges", ref)
    keep_edits(town_served)
    assert ids(town_served) == []


def test_a_later_delivery_that_lists_it_brings_it_back(strike, people, bodies, town_served):
    sheet = sheet_of("bridges")
    strike("bridges", "Q2")
    accept(deliver(sheet, by=people["administrator"]), by=people["analyst"])
    assert ids(town_served) == ["Q1", "Q2"]
    assert Thing.objects.filter(register="bridges", ref="Q2").exists()


def test_an_edit_made_while_a_run_measures_is_not_lost(people, town_served):
    keep_edits(town_served)
    snapshot = freeze(town_served, date=DATE)
    by = people["administrator"]
    edit(Thing.objects.get(register="bridges", ref="Q1"), {"grade": "E"}, by=by, reason="急报")
    new = add(registers()["bridges"], {"name": "三号桥"}, by=by, reason="新接管")
    strike_off(Thing.objects.get(register="bridges", ref="Q2"), by=by, reason="已拆除")
    renew_registers(snapshot)
    held = {thing.ref: thing for thing in Thing.objects.filter(register="bridges")}
    assert set(held) == {"Q1", new.ref}
    assert held["Q1"].fields["grade"] == "E"
    assert all(thing.changed for thing in held.values())
    if Held.objects.exists():  # PostgreSQL keeps count
        assert Held.objects.get(register="bridges").things == len(held)


def test_a_page_opened_before_the_registers_were_taken_up_writes_over_nothing(people, town_served):
    opened = Thing.objects.get(register="bridges", ref="Q1")
    edit(opened, {"grade": "E"}, by=people["analyst"], reason="急报")
    keep_edits(town_served)
    renew_registers(freeze(town_served, date=DATE))
    with pytest.raises(EditRefused) as refused:
        edit(opened, {"grade": "B"}, by=people["administrator"], reason="复核",
             version=opened.version)  # fmt: skip
    assert refused.value.overtaken == []
    assert Thing.objects.get(register="bridges", ref="Q1").fields["grade"] == "E"
    assert not Thing.objects.get(register="bridges", ref="Q1").changed


def test_sources_without_edits_tell_nothing_as_gone(town_served):
    assert all(source.gone("bridges") == frozenset() for source in stored_sources(town_served))
