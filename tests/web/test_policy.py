"""The policy's own table, role by role, action by action: own, other body, other county, nobody."""

from typing import TYPE_CHECKING

import pytest
from django.contrib.auth.models import AnonymousUser

from hetao.web.accounts import policy
from hetao.web.accounts.models import Body
from hetao.web.accounts.policy import ROLES, SCOPES, table
from hetao.web.checkups.models import Finding
from hetao.web.cities.models import Delivery, Thing
from hetao.web.cities.reaching import sight_of, visible_things
from hetao.web.site.words import words
from hetao.web.tasks.models import Task

if TYPE_CHECKING:
    from django.db.models import QuerySet

OWN_COUNTY, OTHER_COUNTY = "159921", "159922"
MODELS = {"task": Task, "finding": Finding, "register": Thing, "delivery": Delivery}
CASES = [
    (role, action)
    for action in table()
    for role in ROLES
    if action.partition(".")[0] in MODELS and action not in ("task.draft",)
]


@pytest.fixture
def world(people, bodies, issued, run, things):
    """One thing of each relation: where it is, whose it is."""
    tasks = {
        "lead housing": issued("housing", county=""),
        "joint housing": issued("water", joint=("housing",), county=""),
        "lead county": issued(OWN_COUNTY),
        "other county": issued(OTHER_COUNTY),
        "other body": issued("water", county=""),
    }
    Finding.objects.create(run=run, indicator="x", county=OTHER_COUNTY, why_zh="别县的")
    for register in ("bridges", "black_water_bodies", "water_pipes"):
        for county in (OWN_COUNTY, OTHER_COUNTY):
            things(register, f"{register}-{county}", county)
    for id_ in bodies:
        Delivery.objects.create(
            body=bodies[id_], year=2026, file_name="x.xlsx", stored="x", sha256="0",
            state="waiting", by=people["administrator"],
        )  # fmt: skip
    return tasks


def expected(user, action, thing):
    """Say by the table and by plain reading of the thing whether a person may; no query of ours."""
    granted = table()[action].get(user.role, ())
    if "all" in granted:
        return True
    return any(_related(scope, user, thing) for scope in granted)


def _related(scope, user, thing):
    body, county = user.body_id, user.body.county if user.body else ""
    if isinstance(thing, Task):
        if thing.state == "drafted":
            return False
        leads = body is not None and thing.lead_id == body
        joins = body is not None and any(one.pk == body for one in thing.joint.all())
        return {"own": leads or joins, "lead": leads}.get(
            scope, bool(county) and thing.county == county
        )
    if isinstance(thing, Delivery):
        return scope == "own" and thing.body_id == body
    if scope == "county":
        return bool(county) and thing.county == county
    keeps = {"bridges": "housing", "water_pipes": "housing", "black_water_bodies": "environment"}
    if isinstance(thing, Thing):
        return scope == "own" and keeps[thing.register] == body
    return False


@pytest.mark.parametrize(("role", "action"), CASES)
def test_a_role_reaches_what_the_table_says_and_nothing_else(role, action, people, world):
    user = people[role]
    model = MODELS[action.partition(".")[0]]
    rows: QuerySet = model.objects.all()
    wanted = {thing.pk for thing in rows if expected(user, action, thing)}
    assert {thing.pk for thing in policy.within(user, action, rows)} == wanted
    for thing in rows:
        assert policy.may(user, action, thing) == (thing.pk in wanted), thing


@pytest.mark.parametrize("action", list(table()))
def test_nobody_and_the_deactivated_reach_nothing(action, people, world):
    gone = people["administrator"]
    gone.is_active = False
    for user in (AnonymousUser(), gone):
        assert not policy.may(user, action)
        model = MODELS.get(action.partition(".")[0])
        if model is not None:
            assert not policy.within(user, action, model.objects.all()).exists()


def test_the_world_of_the_matrix_has_every_relation(people, world):
    officer, county = people["department_officer"], people["county_officer"]
    assert expected(officer, "task.view", world["lead housing"])
    assert expected(officer, "task.view", world["joint housing"])
    assert not expected(officer, "task.report", world["joint housing"])
    assert not expected(officer, "task.view", world["other body"])
    assert expected(county, "task.view", world["lead county"])
    assert not expected(county, "task.view", world["other county"])


def test_a_person_without_a_body_owns_nothing(people, world):
    officer = people["department_officer"]
    officer.body = None
    assert not policy.within(officer, "task.view", Task.objects.all()).exists()
    assert not policy.within(officer, "register.edit", Thing.objects.all()).exists()


def test_drafts_are_hidden_from_those_they_will_go_to(people, draft):
    task = draft("housing")
    assert not policy.may(people["department_officer"], "task.view", task)
    assert policy.may(people["plan_office"], "task.view", task)


def test_the_table_names_known_roles_and_scopes_and_every_action_has_a_name():
    for action, row in table().items():
        assert set(row) <= set(ROLES), action
        assert all(set(scopes) <= set(SCOPES) for scopes in row.values()), action
        assert f"accounts.do.{action}" in words()


def test_bodies_of_the_matrix_exist(bodies):
    assert Body.objects.count() == len(bodies)


@pytest.mark.parametrize("role", ROLES)
def test_what_is_seen_without_asking_the_database_is_what_it_would_give(role, people, things):
    for register in ("bridges", "water_pipes", "buildings", "flood_points"):
        for county in (OWN_COUNTY, OTHER_COUNTY, ""):
            things(register, f"{register}-{county}", county)
    every = set(Thing.objects.values_list("register", "county"))
    sees = sight_of(people[role])
    visible = set(visible_things(people[role]).values_list("register", "county"))
    assert {one for one in every if sees(*one)} == visible
