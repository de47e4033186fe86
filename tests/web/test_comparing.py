"""Two runs side by side: what changed first, and whether it is for the better."""

import pytest

from hetao.web.checkups.models import Measured, Observation
from hetao.web.checkups.reading import compared


@pytest.fixture
def two(run, later_run):
    after = later_run(missed=(), findings=())
    for one, value in ((run, None), (after, 7.0)):
        measured = Measured.objects.create(
            run=one, indicator="road_network_density", variant="official", edition="2025",
            number="35", dimension="city", name_zh="城市道路网密度", name_en="", unit="km/km²",
            better="higher",
        )  # fmt: skip
        Observation.objects.create(
            measured=measured, zone="159900", zone_name="榆湾市", level="city", value=value,
            state="unknown" if value is None else "none", reason_zh="没有道路",
        )  # fmt: skip
    return run, after


def test_what_changed_stands_first_and_says_whether_it_is_better(two):
    rows = compared(*two)
    assert [row["head"].measured.indicator for row in rows] == [
        "dangerous_bridges", "road_network_density",
    ]  # fmt: skip
    assert (rows[0]["old"], rows[0]["new"], rows[0]["change"]) == (2.0, 0.0, -2.0)
    assert rows[0]["better"] is True  # fewer dangerous bridges


def test_of_an_unknown_no_change_is_told(two):
    row = compared(*two)[1]
    assert (row["old"], row["new"], row["change"], row["better"]) == (None, 7.0, None, None)


def test_the_other_way_round_it_is_worse(two):
    before, after = two
    assert compared(after, before)[0]["better"] is False


def test_the_page_shows_both_runs_and_a_way_to_each_indicator(two, signed_in):
    before, after = two
    page = signed_in("leader").get(f"/runs/compare/?a={before.pk}&b={after.pk}")
    text = page.content.decode()
    assert page.status_code == 200
    assert f"/runs/{after.pk}/indicators/dangerous_bridges/" in text


def test_runs_that_are_not_there_are_compared_with_nothing(run, signed_in):
    page = signed_in("leader").get("/runs/compare/?a=none&b=none")
    assert page.status_code == 200
