"""What was changed on the platform is in the next snapshot and in what it measures."""

import pytest
from town_world import sheet_of

from hetao.errors import quiet
from hetao.registers.snapshot import freeze
from hetao.web.checkups.begin import checkup
from hetao.web.checkups.models import Observation
from hetao.web.cities.accepting import accept
from hetao.web.cities.corrections import keep_edits
from hetao.web.cities.delivering import deliver
from hetao.web.cities.editing import add, edit
from hetao.web.cities.models import Edit, Thing

BRIDGES = {"only": ["dangerous_bridges"], "documents": False, "date": "2026-07-31"}


@pytest.fixture
def change(people, town_served):
    def make(ref, **fields):
        thing = Thing.objects.get(register="bridges", ref=ref)
        return edit(thing, fields, by=people["administrator"], reason="复核")

    return make


def grades(workspace, date="2026-07-31"):
    frame = freeze(workspace, date=date).register("bridges").set_index("id")
    return frame["grade"].to_dict()


def dangerous():
    rows = Observation.objects.filter(
        measured__indicator="dangerous_bridges", measured__variant="official", level="city"
    )
    return rows.order_by("-measured__run__date").first().value


def test_an_edit_shows_in_the_next_snapshot_and_in_what_it_measures(change, town_served):
    assert dangerous() == 1  # the second bridge is rated D
    change("Q2", grade="B")
    checkup(BRIDGES, quiet)
    assert grades(town_served) == {"Q1": "A", "Q2": "B"}
    assert dangerous() == 0


def test_what_is_added_is_in_the_next_snapshot(people, town_served):
    from hetao.registers.definition import registers

    new = add(registers()["bridges"], {"name": "三号桥", "grade": "E级"},
              by=people["administrator"], reason="新接管")  # fmt: skip
    keep_edits(town_served)
    assert grades(town_served) == {"Q1": "A", "Q2": "D", new.ref: "E"}


def test_of_several_edits_the_last_counts_and_none_is_kept_twice(change, town_served):
    change("Q1", grade="C")
    change("Q1", grade="D")
    first = keep_edits(town_served)
    assert first.rows == {"bridges": 1}
    assert keep_edits(town_served) is None
    assert grades(town_served)["Q1"] == "D"


def test_a_changed_place_is_in_the_next_snapshot(people, town_served):
    home = Thing.objects.filter(register="facilities").order_by("ref").first()
    place = {"type": "Point", "coordinates": [home.west + 0.001, home.south]}
    edit(home, {}, by=people["administrator"], reason="迁址", place=place)
    keep_edits(town_served)
    frame = freeze(town_served, date="2026-07-31").register("facilities").set_index("id")
    assert frame.geometry[home.ref].x == pytest.approx(home.west + 0.001, abs=1e-9)
    assert len(frame) == Thing.objects.filter(register="facilities").count()


def test_a_delivery_accepted_after_an_edit_wins_over_it(change, people, bodies, town_served):
    change("Q1", grade="E", note="桥面开裂")
    sent = deliver(sheet_of("bridges", {"D4": "B级"}), by=people["administrator"])
    accept(sent, by=people["analyst"])
    assert grades(town_served)["Q1"] == "B"


def test_an_edit_after_an_accepted_delivery_keeps_what_was_delivered(
    change, people, bodies, town_served
):
    sent = deliver(sheet_of("bridges", {"D4": "B级"}), by=people["administrator"])
    accept(sent, by=people["analyst"])
    change("Q1", length_m="120")
    keep_edits(town_served)
    frame = freeze(town_served, date="2026-07-31").register("bridges").set_index("id")
    assert (frame["grade"]["Q1"], frame["length_m"]["Q1"]) == ("B", 120)
    assert Edit.objects.get().before["fields"]["grade"] == "B"
