"""Closing by measurement: what a later run says of a task, and what it does not say."""

from datetime import date, timedelta

import geopandas as gpd
import pytest
from django.conf import settings
from django.utils import timezone

from hetao.web.accounts.models import Notice
from hetao.web.checkups.models import Finding, Measured, Observation, Run
from hetao.web.cities.editing import strike_off
from hetao.web.cities.models import Thing
from hetao.web.tasks.measuring import measure_tasks
from hetao.web.tasks.models import Reading, Task

OWN_COUNTY, OTHER_COUNTY = "159921", "159922"
GONE, STILL, UNKNOWN = "gone", "still", "unknown"


def read(task, run):
    """Take a run into account and return what it said of a task."""
    measure_tasks(run)
    task.refresh_from_db()
    reading = task.readings.filter(run=run).first()
    return reading and reading.state


def told(key):
    return Notice.objects.filter(key=f"tasks.told.{key}").count()


def rows_of(run, zone=OWN_COUNTY):
    return Observation.objects.filter(measured__run=run, zone=zone)


def test_findings_that_are_gone_propose_the_task_for_closing(brought_to, later_run):
    task = brought_to("reported")
    assert read(task, later_run(missed=(), findings=())) == GONE
    assert (task.proposed, task.state) == (True, "reported")
    assert told("proposed") == 2  # the plan office and the county's officer


def test_findings_that_are_there_are_still(brought_to, later_run):
    task = brought_to("reported")
    assert read(task, later_run()) == STILL
    reading = task.readings.get()
    assert (reading.left, reading.total, task.proposed) == (2, 2, False)
    assert told("proposed") == 0


def test_one_of_two_findings_gone_is_not_enough(brought_to, later_run):
    task = brought_to("reported")
    assert read(task, later_run(findings=("B2",))) == STILL
    reading = task.readings.get()
    assert (reading.left, reading.total) == (1, 2)


def test_new_findings_of_other_things_do_not_hold_a_task_up(brought_to, later_run):
    task = brought_to("reported")
    run = later_run(findings=("B9",))
    Finding.objects.filter(run=run).update(lon=107.5)  # some eight kilometres away
    assert read(task, run) == GONE


def test_a_thing_that_was_given_another_number_is_known_by_its_place(brought_to, later_run):
    task = brought_to("reported")
    run = later_run(findings=("NEW-1", "NEW-2"))  # where B1 and B2 were
    assert read(task, run) == STILL


def test_a_thing_that_left_its_register_is_no_good_news(people, draft, things, later_run):
    things("bridges", "B1", OWN_COUNTY)
    things("bridges", "B2", OWN_COUNTY)
    task = draft()
    Task.objects.filter(pk=task.pk).update(state="reported", issued_at=timezone.now())
    Thing.objects.filter(ref="B2").delete()
    assert read(task, later_run(missed=(), findings=())) == UNKNOWN
    assert task.readings.get().reason == "dropped"
    assert not task.proposed


def test_a_thing_that_was_struck_off_is_gone_whatever_is_unknown_of_its_zone(
    people, draft, things, later_run
):
    made = [things("bridges", ref, OWN_COUNTY) for ref in ("B1", "B2")]
    task = draft()
    Task.objects.filter(pk=task.pk).update(state="reported", issued_at=timezone.now())
    for thing in made:
        strike_off(thing, by=people["administrator"], reason="已拆除")
    run = later_run(missed=(), findings=())
    unknown_zone(run)
    assert read(task, run) == GONE
    assert task.readings.get().reason == "struck_off"


def test_of_several_things_those_that_stand_must_be_known(people, draft, things, later_run):
    things("bridges", "B1", OWN_COUNTY)
    ended = things("bridges", "B2", OWN_COUNTY)
    task = draft()
    Task.objects.filter(pk=task.pk).update(state="reported", issued_at=timezone.now())
    strike_off(ended, by=people["administrator"], reason="已拆除")
    run = later_run(missed=(), findings=())
    unknown_zone(run)
    assert read(task, run) == UNKNOWN


def test_a_thing_that_stays_in_its_register_may_be_gone(people, draft, things, later_run):
    things("bridges", "B1", OWN_COUNTY)
    things("bridges", "B2", OWN_COUNTY)
    task = draft()
    Task.objects.filter(pk=task.pk).update(state="reported", issued_at=timezone.now())
    assert read(task, later_run(missed=(), findings=())) == GONE


# --- what was not measured says nothing


def unknown_zone(run):
    rows_of(run).update(value=None, state="unknown")


def unknown_part(run):
    rows_of(run).update(value=0.0, low=0.0, high=3.0)


def no_zone(run):
    rows_of(run).delete()


def no_indicator(run):
    Measured.objects.filter(run=run).delete()


def other_indicator(run):
    Measured.objects.filter(run=run).update(indicator="park_service_coverage")


def other_variant(run):
    Measured.objects.filter(run=run).update(variant="network")


def other_edition(run):
    Measured.objects.filter(run=run).update(edition="2023")


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [(unknown_zone, "zone"), (unknown_part, "partly"), (no_zone, "zone"),
     (no_indicator, "indicator"), (other_indicator, "indicator"), (other_variant, "edition"),
     (other_edition, "edition")],
)  # fmt: skip
def test_what_was_not_measured_is_unknown_and_never_good_news(spoil, reason, brought_to, later_run):
    task = brought_to("reported")
    run = later_run(missed=(), findings=())
    spoil(run)
    assert read(task, run) == UNKNOWN
    assert task.readings.get().reason == reason
    assert not task.proposed
    assert told("proposed") == 0


def test_a_zone_measured_wholly_between_equal_limits_is_known(brought_to, later_run):
    task = brought_to("reported")
    run = later_run(missed=(), findings=())
    rows_of(run).update(low=0.0, high=0.0)
    assert read(task, run) == GONE


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        pytest.param("B级", GONE, id="known and repaired, so it is gone whatever its neighbours"),
        pytest.param(None, UNKNOWN, id="no longer known, so nobody saw it repaired"),
    ],
)
def test_in_a_zone_known_in_part_a_thing_counts_as_far_as_it_is_known(
    now, expected, draft, things, later_run, run
):
    thing = things("bridges", "B1", OWN_COUNTY)
    Finding.objects.filter(run=run).exclude(feature="B1").delete()
    task = draft()
    Task.objects.filter(pk=task.pk).update(state="reported", issued_at=timezone.now())
    later = later_run(missed=(), findings=())
    unknown_part(later)
    for snapshot, grade in ((run.snapshot, "D级"), (later.snapshot, now)):
        folder = settings.ROOT / "snapshots" / snapshot
        folder.mkdir(exist_ok=True)
        row = {"id": [thing.ref], "name": ["一号桥"], "source": ["x"], "grade": [grade]}
        gpd.GeoDataFrame(row, geometry=[None]).to_parquet(folder / "bridges.parquet")
    assert read(task, later) == expected


def test_a_county_that_was_not_measured_keeps_a_task_of_two_counties_open(
    people, bodies, run, draft, later_run
):
    Finding.objects.create(
        run=run, indicator="dangerous_bridges", variant="official", feature="B3",
        zone=OTHER_COUNTY, county=OTHER_COUNTY, why_zh="B3 桥面开裂", lon=108.4, lat=40.7,
    )  # fmt: skip
    task = draft("housing", zone="")
    Task.objects.filter(pk=task.pk).update(state="reported", issued_at=timezone.now())
    partly = later_run(missed=(), findings=())
    rows_of(partly, OTHER_COUNTY).update(value=None, state="unknown")
    assert read(task, partly) == UNKNOWN
    assert read(task, later_run(missed=(), findings=())) == GONE


def test_an_unknown_takes_back_what_was_proposed(brought_to, later_run):
    task = brought_to("reported")
    read(task, later_run(missed=(), findings=()))
    run = later_run(missed=(), findings=())
    no_zone(run)
    assert read(task, run) == UNKNOWN
    assert not task.proposed


def test_a_partial_run_says_nothing_of_what_it_left_out(brought_to, later_run):
    task = brought_to("reported")
    run = later_run(missed=(), findings=())
    other_indicator(run)
    Run.objects.filter(pk=run.pk).update(partial=True)
    run.refresh_from_db()
    assert read(task, run) is None
    assert not task.readings.exists()


def test_a_partial_run_tells_of_what_it_measured(brought_to, later_run):
    task = brought_to("reported")
    run = later_run(missed=(), findings=())
    Run.objects.filter(pk=run.pk).update(partial=True)
    run.refresh_from_db()
    assert read(task, run) == GONE


# --- which runs and which tasks


def test_a_run_of_an_earlier_day_taken_up_later_says_nothing(brought_to, later_run):
    task = brought_to("reported")
    run = later_run(missed=(), findings=())
    Run.objects.filter(pk=run.pk).update(date=date(2025, 12, 31))
    run.refresh_from_db()
    assert read(task, run) is None


def test_an_older_run_does_not_overrule_a_newer_one(brought_to, later_run):
    task = brought_to("reported")
    read(task, later_run())
    between = later_run(missed=(), findings=())
    Run.objects.filter(pk=between.pk).update(date=date(2026, 9, 30))
    between.refresh_from_db()
    assert read(task, between) is None


def test_the_run_that_a_task_came_from_is_no_new_measurement(brought_to, run):
    task = brought_to("reported")
    assert read(task, run) is None


def test_a_run_is_read_once(brought_to, later_run):
    task = brought_to("reported")
    run = later_run(missed=(), findings=())
    assert measure_tasks(run) == 1
    assert measure_tasks(run) == 0
    assert told("proposed") == 2
    assert task.readings.count() == 1


@pytest.mark.parametrize("state", ["drafted", "withdrawn"])
def test_drafts_and_withdrawn_tasks_are_not_read(state, brought_to, later_run):
    assert read(brought_to(state), later_run(missed=(), findings=())) is None


def test_a_task_bound_to_nothing_is_not_read(draft, later_run):
    task = draft(findings=[])
    Task.objects.filter(pk=task.pk).update(state="reported", issued_at=timezone.now())
    assert read(task, later_run()) is None


# --- closed and back


def test_what_was_closed_and_is_found_again_is_flagged_and_told(brought_to, later_run):
    task = brought_to("closed")
    Notice.objects.all().delete()
    assert read(task, later_run(findings=("B1",))) == STILL
    assert (task.relapsed, task.state) == (True, "closed")
    assert told("relapsed") == 2


def test_what_was_closed_and_stays_gone_is_quiet(brought_to, later_run):
    task = brought_to("closed")
    Notice.objects.all().delete()
    assert read(task, later_run(missed=(), findings=())) == GONE
    assert (task.relapsed, task.proposed) == (False, False)
    assert not Notice.objects.exists()


def test_a_relapse_is_told_once_and_an_unknown_does_not_forgive_it(brought_to, later_run):
    task = brought_to("closed")
    read(task, later_run())
    read(task, later_run())
    assert told("relapsed") == 2
    run = later_run(missed=(), findings=())
    no_zone(run)
    assert read(task, run) == UNKNOWN
    assert task.relapsed


# --- an indicator in a zone, and a target of the plan


@pytest.fixture
def bound_to_zone(draft):
    def make(zone=OWN_COUNTY, **fields):
        task = draft(findings=[], indicator="dangerous_bridges", zone=zone)
        Task.objects.filter(pk=task.pk).update(
            **({"origin": "indicator", "state": "reported", "issued_at": timezone.now()} | fields)
        )
        task.refresh_from_db()
        return task

    return make


def test_an_indicator_that_meets_its_standard_in_the_zone_proposes_closing(
    bound_to_zone, later_run
):
    task = bound_to_zone()
    assert read(task, later_run(missed=(), findings=())) == GONE
    assert task.proposed
    assert task.readings.get().value == 0.0


def test_an_indicator_that_falls_short_in_the_zone_is_still(bound_to_zone, later_run):
    task = bound_to_zone()
    assert read(task, later_run()) == STILL
    assert task.readings.get().value == 2.0


def test_another_zone_that_meets_it_is_no_help(bound_to_zone, later_run):
    assert read(bound_to_zone(), later_run(missed=(OWN_COUNTY,))) == STILL
    assert read(bound_to_zone(OTHER_COUNTY), later_run(missed=(OWN_COUNTY,))) == GONE


def test_without_a_zone_the_whole_city_counts(bound_to_zone, later_run):
    assert read(bound_to_zone(""), later_run(missed=(OWN_COUNTY,))) == STILL
    assert read(bound_to_zone(""), later_run(missed=(), findings=())) == GONE


@pytest.mark.parametrize("state", ["none", "unknown"])
def test_an_indicator_that_cannot_be_judged_is_unknown(state, bound_to_zone, later_run):
    task = bound_to_zone()
    run = later_run(missed=(), findings=())
    rows_of(run).update(state=state)
    assert read(task, run) == UNKNOWN


def test_a_target_of_the_plan_is_held_against_its_own_limit(bound_to_zone, later_run, plan_kept):
    """The standard allows no dangerous bridge; the plan allows three by 2025 and one by 2030."""
    loose = bound_to_zone(origin="target", target="t3")
    strict = bound_to_zone(origin="target", target="t1")
    lost = bound_to_zone(origin="target", target="not in the plan")
    run = later_run()  # two in the county: missed by the standard
    assert read(loose, run) == GONE
    assert read(strict, run) == STILL
    assert read(lost, run) == UNKNOWN


def test_readings_of_several_runs_follow_one_another(brought_to, later_run):
    task = brought_to("reported")
    states = [read(task, later_run()), read(task, later_run(missed=(), findings=()))]
    assert states == list(task.readings.values_list("state", flat=True)) == [STILL, GONE]
    assert Reading.objects.first().at <= timezone.now() + timedelta(seconds=1)
