"""People, bodies and a run for the platform's tests: two counties, two departments."""

from datetime import date, timedelta

import pytest
from django.test import Client
from django.utils import timezone
from town_world import town_made, town_root, town_served  # noqa: F401

from hetao.web.accounts.models import Body, User
from hetao.web.accounts.policy import ROLES
from hetao.web.checkups.models import Finding, Measured, Observation, Run
from hetao.web.cities.models import Thing, Zone
from hetao.web.tasks.drafting import Draft, keep_draft
from hetao.web.tasks.models import Task

OWN_COUNTY, OTHER_COUNTY = "159921", "159922"
BODIES = {
    "housing": ("市住建局", "department", ""),
    "water": ("市水利局", "department", ""),
    OWN_COUNTY: ("东渠县", "county", OWN_COUNTY),
    OTHER_COUNTY: ("西沙县", "county", OTHER_COUNTY),
}
WORKS_FOR = {
    "department_officer": "housing", "county_officer": OWN_COUNTY, "inspector": OWN_COUNTY,
    "analyst": "housing", "plan_office": "housing",
}  # fmt: skip


@pytest.fixture
def bodies(db):
    return {
        id_: Body.objects.create(id=id_, name_zh=name, kind=kind, county=county)
        for id_, (name, kind, county) in BODIES.items()
    }


@pytest.fixture
def people(bodies):
    made = {}
    for role in ROLES:
        user = User(username=role, shown_name=role, role=role, body=bodies.get(WORKS_FOR.get(role)))
        user.set_password("correct horse")
        user.save()
        made[role] = user
    return made


@pytest.fixture
def signed_in(people):
    def sign_in(role):
        client = Client()
        client.force_login(people[role])
        return client

    return sign_in


@pytest.fixture
def run(db):
    return make_run("2026-06-30-2025ed-1", date(2026, 6, 30))


def make_run(id_, day, *, missed=(OWN_COUNTY,), findings=("B1", "B2")):
    """Make a run of one indicator: measured in both counties, with findings in the first."""
    run = Run.objects.create(id=id_, snapshot=str(day), edition="2025", date=day, assessed={
        "graded": {"dangerous_bridges": {"level": "poor", "rulings": [], "course": {}}},
        "dimensions": {},
    })  # fmt: skip
    measured = Measured.objects.create(
        run=run, indicator="dangerous_bridges", variant="official", edition="2025", number="40",
        dimension="city", name_zh="危桥数量", name_en="Dangerous bridges", unit="座",
        better="lower", verified=True, operator="<=", benchmark=0,
    )  # fmt: skip
    for zone, level in ((OWN_COUNTY, "county"), (OTHER_COUNTY, "county"), ("159900", "city")):
        bad = zone in missed or (level == "city" and missed)
        Observation.objects.create(
            measured=measured, zone=zone, zone_name=zone, level=level, value=2.0 if bad else 0.0,
            state="missed" if bad else "met", county=zone if level == "county" else "",
        )  # fmt: skip
    for feature in findings:
        Finding.objects.create(
            run=run, indicator="dangerous_bridges", variant="official", feature=feature,
            zone=OWN_COUNTY, zone_name="东渠县", county=OWN_COUNTY, why_zh=f"{feature} 桥面开裂",
            remedy="deadline", lon=107.4, lat=40.7,
        )  # fmt: skip
    return run


@pytest.fixture
def later_run():
    def make(**settings):
        return make_run(f"2026-12-31-2025ed-{timezone.now():%f}", date(2026, 12, 31), **settings)

    return make


@pytest.fixture
def draft(people, bodies, run):
    def make(lead=OWN_COUNTY, *, joint=(), findings=None, days=30, **fields):
        found = list(Finding.objects.filter(run=run)) if findings is None else findings
        return keep_draft(
            Draft(
                title="危桥整治", lead=bodies[lead], joint=[bodies[one] for one in joint],
                due=timezone.localdate() + timedelta(days=days),
                origin="findings" if found else "hand",
                fields={"run": run, "indicator": "dangerous_bridges" if found else "",
                        "variant": "official", "county": bodies[lead].county} | fields,
                findings=found,
            ),
            by=people["plan_office"],
        )  # fmt: skip

    return make


@pytest.fixture
def issued(draft, people):
    def make(*args, **settings) -> Task:
        from hetao.web.tasks.stepping import take_step

        task = draft(*args, **settings)
        take_step(task, "issue", by=people["plan_office"])
        task.refresh_from_db()
        return task

    return make


@pytest.fixture
def zones(db):
    import shapely

    made = {}
    for place, code in enumerate((OWN_COUNTY, OTHER_COUNTY)):
        west = 107.0 + place
        made[code] = Zone.objects.create(
            code=code, name=BODIES[code][0], level="county", parent="159900", county=code,
            west=west, south=40.0, east=west + 1, north=41.0,
            shape=shapely.to_wkb(shapely.box(west, 40, west + 1, 41)),
        )  # fmt: skip
    return made


@pytest.fixture
def things(db):
    import shapely

    def make(register, ref, county, **fields):
        point = shapely.Point(107.4 if county == OWN_COUNTY else 108.4, 40.7)
        west, south, east, north = point.bounds
        return Thing.objects.create(
            register=register, ref=ref, name=f"{ref}号", county=county, fields=fields,
            sought=f"{ref}号 {ref}".lower(), west=west, south=south, east=east, north=north,
            shape=shapely.to_wkb(point),
        )  # fmt: skip

    return make


ROUTES = {
    "drafted": (),
    "issued": ("issue",),
    "accepted": ("issue", "accept"),
    "asked": ("issue", "accept", "ask_extension"),
    "extended": ("issue", "accept", "ask_extension", "extend"),
    "reported": ("issue", "accept", "report"),
    "returned": ("issue", "accept", "report", "return"),
    "verified": ("issue", "accept", "report", "verify"),
    "closed": ("issue", "accept", "report", "verify", "close"),
    "withdrawn": ("issue", "withdraw"),
}
TAKEN_BY = {"accept": "county_officer", "report": "county_officer",
            "ask_extension": "county_officer"}  # fmt: skip


@pytest.fixture
def brought_to(draft, people):
    """Bring a task of the own county to a state by the shortest way."""
    from hetao.web.tasks.stepping import Given, take_step

    def make(state, **settings) -> Task:
        task = draft(**settings)
        for action in ROUTES[state]:
            later = task.due + timedelta(days=20) if "ext" in action else None
            given = Given(note="说明" if action != "accept" else "", until=later)
            take_step(task, action, by=people[TAKEN_BY.get(action, "plan_office")], given=given)
            task.refresh_from_db()
        assert task.state == state
        return task

    return make


@pytest.fixture
def plan_kept(run):
    """Keep a plan of one measure and three targets in the workspace, and judge it."""
    from django.conf import settings

    from hetao.plan.ledger import Assignment, Document, Ledger, Measure, Section, Target
    from hetao.plan.ledger_file import LEDGER, as_tables, dumps
    from hetao.web.plans.take_up import take_up_plans

    bridges = {"measure": "（一）", "indicator": "危桥数量", "unit": "座", "measure_id": "m1",
               "link": "dangerous_bridges", "owner": "市住房和城乡建设局"}  # fmt: skip
    ledger = Ledger(
        Document("榆湾市绿色发展实施方案", number="榆政发〔2023〕1号"),
        sections=(Section("s1", "一", "重点任务"),),
        measures=(
            Measure("m1", "（一）", "整治危桥", "一", assignments=(
                Assignment("市住房和城乡建设局", "lead", True, "市住建局"),
            )),
        ),
        targets=(
            Target(id="t1", operator="<=", value=1.0, year=2030, **bridges),
            Target(id="t3", operator="<=", value=3.0, year=2025, **bridges),
            Target(id="t9", operator="<=", value=9.0, year=2030, **bridges),
        ),
    )  # fmt: skip
    folder = settings.ROOT / "plan" / "green"
    folder.mkdir()
    (folder / LEDGER).write_text(dumps(as_tables(ledger)), "utf-8")
    take_up_plans()
    yield ledger
    for path in folder.iterdir():
        path.unlink()
    folder.rmdir()
