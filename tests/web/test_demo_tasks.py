"""The first tasks of a made city: through the rules, over all states, the same every time."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from hetao.demo import town
from hetao.web.accounts.models import Body, Notice
from hetao.web.checkups.models import Finding, Measured, Observation, Run
from hetao.web.cities.models import Thing
from hetao.web.demo_pictures import picture
from hetao.web.demo_tasks import first_tasks, told
from hetao.web.jobs.models import Job
from hetao.web.tasks.models import Step, Task
from hetao.web.tasks.transitions import STATES

NOON = datetime(2026, 11, 30, 12, tzinfo=ZoneInfo("Asia/Shanghai"))
FOUND = {
    "dangerous_bridges": 1, "severe_flood_points_left": 2, "dwellings_gas_hazard": 46,
    "dwellings_envelope_hazard": 30, "estates_ebike_charging": 12, "black_water_bodies": 1,
    "dwellings_stairwell_hazard": 60, "dead_end_roads": 5, "roads_disorderly_parking": 5,
    "heritage_damage_events": 1,
}  # fmt: skip
MEASURED = (
    *FOUND, "park_service_coverage", "fire_station_coverage", "high_rise_fire_monitoring",
    "secondary_school_coverage", "estates_waste_sorting", "estates_property_management",
)  # fmt: skip


@pytest.fixture
def made_city(people, town_root):
    """A run with the findings that the tasks are about, and the bodies that owe them."""
    run = Run.objects.create(id="r", snapshot="s", edition="2025", date=date(2026, 6, 30))
    for indicator in MEASURED:
        measured = Measured.objects.create(
            run=run, indicator=indicator, variant="official", edition="2025", dimension="city",
            name_zh=indicator, name_en=indicator, operator="<=", benchmark=0,
        )  # fmt: skip
        Observation.objects.create(
            measured=measured, zone="159900", zone_name=town.NAME, level="city", value=1.0,
            state="missed",
        )  # fmt: skip
        for place in range(FOUND.get(indicator, 0)):
            ref = f"F00{place + 1}" if "flood" in indicator else f"{indicator}{place}"
            Finding.objects.create(
                run=run, indicator=indicator, variant="official", feature=ref,
                county="159902", why_zh=f"{ref} 有问题", remedy="deadline",
            )  # fmt: skip
    for place in range(9):
        Thing.objects.create(register="compound_inspections", ref=f"X{place}", name=f"{place}号院")
    wanted = {row["lead"] for row in told()["tasks"]} | {row["body"] for row in told()["people"]}
    for id_ in wanted - set(Body.objects.values_list("pk", flat=True)):
        county = id_ if id_.isdigit() else ""
        Body.objects.create(id=id_, name_zh=id_, kind="county" if county else "department",
                            county=county)  # fmt: skip
    people["county_officer"].body_id = "159902"
    people["county_officer"].save()
    return run


@pytest.fixture
def made(made_city):
    first_tasks(NOON)
    return Task.objects.all()


def test_tasks_are_in_all_states(made):
    told_of = {task.state for task in made}
    assert set(STATES) - told_of == set()


def test_some_are_late_pressed_proposed_and_come_back(made):
    late = [task for task in made if task.state in ("accepted", "issued", "extended")
            and task.due < NOON.date()]  # fmt: skip
    assert len(late) >= 4
    assert {task.level for task in made} == {0, 1, 2}
    assert {task.title for task in made if task.relapsed} == {"铁路桥洞积水点销号"}
    assert {task.title for task in made if task.proposed} >= {"6个小区引入物业服务"}


def test_one_is_closed_by_measurement_and_says_so_without_a_note(made):
    task = made.get(title="南关路口易涝积水点整治")
    assert task.state == "closed"
    assert task.steps.get(action="close").note == ""
    assert task.readings.get().state == "gone"


def test_every_step_lies_in_the_past_and_follows_the_one_before(made):
    for task in made:
        moments = list(task.steps.values_list("at", flat=True))
        assert moments == sorted(moments), task.title
        assert moments[-1] <= NOON


def test_bodies_are_told_and_old_notices_are_read(made):
    assert Notice.objects.filter(user__username="county_officer").exists()
    week_old = Notice.objects.filter(made_at__lt=NOON.replace(day=20))
    assert week_old.exists()
    assert not week_old.filter(read_at=None).exists()


def test_deliveries_are_left_to_the_worker(made):
    assert Job.objects.get(kind="first_deliveries").state == "waiting"


def test_it_is_the_same_every_time(made, made_city):
    first = sorted((task.title, task.state, str(task.due)) for task in made)
    steps = Step.objects.count()
    first_tasks(NOON)
    second = sorted((t.title, t.state, str(t.due)) for t in Task.objects.order_by("pk"))
    assert second == sorted(first * 2)
    assert Step.objects.count() == 2 * steps


def test_a_city_without_a_run_gets_none(db):
    assert first_tasks(NOON) == 0
    assert not Task.objects.exists()


def test_a_picture_is_a_small_jpeg_and_the_same_every_time():
    drawn = picture("bridge", "榆河8号桥", "示例")
    assert drawn.startswith(b"\xff\xd8\xff")
    assert len(drawn) < 200_000
    assert drawn == picture("bridge", "榆河8号桥", "示例")
