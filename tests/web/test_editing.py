"""Changing and adding things: checked by their register, written down, within one's reach."""

import pytest

from hetao.registers.definition import registers
from hetao.web.cities.editing import EditRefused, add, differences, edit
from hetao.web.cities.models import Edit, Thing

OWN_COUNTY, OTHER_COUNTY = "159921", "159922"
HERE, THERE = [107.4, 40.7], [108.4, 40.7]


@pytest.fixture
def bridge(things):
    return things("bridges", "Q1", OWN_COUNTY, grade="D", year=1998)


@pytest.fixture
def form(signed_in, bridge):
    def post(role="administrator", ref="Q1", **typed):
        typed = {"name": "Q1号", "grade": "D", "year": "1998", "version": "1", "reason": "复核",
                 **typed}  # fmt: skip
        return signed_in(role).post(f"/things/bridges/{ref}/edit/", typed)

    return post


def test_a_change_is_kept_with_who_why_and_from_what_to_what(form, people):
    assert form(grade="C").status_code == 302
    kept = Edit.objects.get()
    assert (kept.by, kept.reason) == (people["administrator"], "复核")
    assert differences(kept) == [("grade", "D", "C")]
    assert Thing.objects.get().version == 2


def test_every_fault_stands_at_its_field_and_nothing_changes(form):
    page = form(grade="优", year="3000", reason="")
    text = page.content.decode()
    assert page.status_code == 422
    for field in ("grade", "year", "reason"):
        assert f'id="e-{field}"' in text or f"#f-{field}" in text
    assert 'value="3000"' in text
    assert not Edit.objects.exists()


def test_an_empty_cell_is_unknown_not_nothing(form):
    form(year="")
    assert "year" not in Thing.objects.get().fields


def test_who_comes_second_sees_what_the_first_changed_and_loses_nothing(form, people):
    thing = Thing.objects.get()
    edit(thing, {"grade": "B"}, by=people["analyst"], reason="检测报告到了")
    page = form(grade="C", note="支座老化")
    text = page.content.decode()
    assert page.status_code == 422
    assert "检测报告到了" in text
    assert "支座老化" in text
    assert 'name="version" value="2"' in text
    assert form(grade="C", version="2").status_code == 302
    assert Thing.objects.get().fields["grade"] == "C"


@pytest.mark.parametrize(
    ("typed", "where"),
    [
        pytest.param({"lon": "107.5", "lat": "40.6"}, (107.5, 40.6), id="as longitude, latitude"),
        pytest.param(
            {"place": '{"type":"Point","coordinates":[107.6,40.5]}'}, (107.6, 40.5), id="GeoJSON"
        ),
    ],
)
def test_a_point_is_moved(form, typed, where):
    form(**typed)
    thing = Thing.objects.get()
    assert (thing.geometry.x, thing.geometry.y) == where


@pytest.mark.parametrize(
    "typed",
    [
        pytest.param({"place": "{"}, id="no JSON"),
        pytest.param({"place": '{"type":"Point","coordinates":[40.7,107.4]}'}, id="swapped"),
        pytest.param({"lon": "107.5", "lat": ""}, id="half a place"),
        pytest.param({"lon": "东经107", "lat": "40"}, id="words"),
    ],
)
def test_a_place_that_cannot_be_is_refused_at_its_field(form, typed):
    page = form(**typed)
    assert page.status_code == 422
    assert 'id="e-place"' in page.content.decode()
    assert not Edit.objects.exists()


def test_a_thing_moved_into_another_county_belongs_there(form, zones):
    form(lon=str(THERE[0]), lat=str(THERE[1]))
    assert Thing.objects.get().county == OTHER_COUNTY


def test_a_county_officer_edits_in_the_own_county_alone(form, things, zones):
    things("bridges", "Q9", OTHER_COUNTY, grade="D")
    assert form("county_officer", grade="C").status_code == 302
    assert form("county_officer", ref="Q9", grade="C").status_code == 404
    assert form("leader", grade="B").status_code == 403


def test_a_new_thing_gets_the_next_number_and_a_history(people):
    made = [add(registers()["bridges"], {"name": name}, by=people["administrator"], reason="新建")
            for name in ("甲桥", "乙桥")]  # fmt: skip
    assert [one.ref for one in made] == ["bridges-1", "bridges-2"]
    assert Edit.objects.filter(ref="bridges-1").get().before["new"] is True


def test_an_id_is_given_once_even_after_the_thing_is_gone(people):
    bridge = registers()["bridges"]
    add(bridge, {}, by=people["administrator"], reason="新建").delete()
    assert add(bridge, {}, by=people["administrator"], reason="新建").ref == "bridges-2"
    add(bridge, {}, by=people["administrator"], reason="新建", ref="Q7")
    with pytest.raises(EditRefused) as refused:
        add(bridge, {}, by=people["administrator"], reason="新建", ref="Q7")
    assert set(refused.value.faults) == {"id"}


def test_what_a_register_demands_a_new_thing_must_have(people):
    with pytest.raises(EditRefused) as refused:
        add(registers()["flood_points"], {}, by=people["administrator"], reason="")
    assert set(refused.value.faults) == {"severity", "reason"}
    with pytest.raises(EditRefused) as refused:
        add(registers()["greenways"], {}, by=people["administrator"], reason="新建")
    assert "place" in refused.value.faults


def test_a_row_with_the_same_key_is_not_added_twice(people, things):
    things("waste_years", "W1", "", zone="159921", year=2025)
    with pytest.raises(EditRefused) as refused:
        add(registers()["waste_years"], {"zone": "159921", "year": "2025"},
            by=people["administrator"], reason="补录")  # fmt: skip
    assert "year" in refused.value.faults


def test_a_county_officer_adds_nothing_outside_the_own_county(signed_in, zones):
    client = signed_in("county_officer")
    typed = {"name": "界外桥", "reason": "新建", "lon": str(THERE[0]), "lat": str(THERE[1])}
    assert client.post("/registers/bridges/new/", typed).status_code == 422
    assert not Thing.objects.exists()
    inside = {**typed, "lon": str(HERE[0])}
    assert client.post("/registers/bridges/new/", inside).status_code == 302
    assert Thing.objects.get().county == OWN_COUNTY


def test_what_is_personal_is_not_edited_here(signed_in, things):
    things("dwelling_inspections", "L1", OWN_COUNTY)
    client = signed_in("administrator")
    assert client.get("/things/dwelling_inspections/L1/edit/").status_code == 404
    assert client.get("/registers/dwelling_inspections/new/").status_code == 404
