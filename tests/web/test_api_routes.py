"""Every route of the API, from its own definition: who is refused what, and how many queries."""

import shutil
from urllib.parse import quote

import pytest
from api_world import API, PROBLEM, Caller, content_of, picture, write_plan
from django.conf import settings
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from hetao.web.accounts.models import Notice
from hetao.web.accounts.policy import table
from hetao.web.api.describing import operations
from hetao.web.api.service import definition
from hetao.web.cities.models import Delivery, Edit
from hetao.web.jobs.models import Job
from hetao.web.plans.take_up import take_up_plans
from hetao.web.tasks.stepping import Given, take_step

OWN_COUNTY, OTHER_COUNTY = "159921", "159922"
QUERIES_AT_MOST = {"get": 15, "patch": 15, "post": 18}  # a step locks, checks, keeps and tells
STATUS = {"draftTask": 201, "addThing": 201, "sendDelivery": 201, "beginCheckup": 202}
ROUTES = {
    operation["operationId"]: (method, path, operation)
    for method, path, operation in operations(definition())
}
RESTRICTED = ("water_pipes", "P 1/a")
"""A pipe in the first county; its id has what an address must escape."""


@pytest.fixture
def world(people, bodies, run, zones, things, issued):
    """One of everything, all of it in the first county."""
    cache.clear()
    write_plan()
    take_up_plans(years=(2025,))
    thing = things("bridges", "B1", OWN_COUNTY, length_m=12.0)
    things(*RESTRICTED, OWN_COUNTY, length_m=3.0)
    Edit.objects.create(
        register="bridges", ref="B1", by=people["analyst"], reason="量过",
        before={"name": "", "fields": {}}, after={"name": "B1号", "fields": {"length_m": 12.0}},
    )  # fmt: skip
    task = issued(OWN_COUNTY, joint=("housing", "water"))
    take_step(task, "accept", by=people["county_officer"])
    files = [SimpleUploadedFile(f"{n}.png", picture(n)) for n in range(3)]
    report = Given(note="办完了", files=files)
    take_step(task, "report", by=people["county_officer"], given=report)
    task.refresh_from_db()
    delivery = Delivery.objects.create(
        body=bodies["housing"], year=2026, file_name="x.xlsx", stored="x", sha256="0",
        state="waiting", by=people["administrator"],
        faults=[{"sheet": "桥", "cell": "C5", "zh": "不是数字", "en": "no number"}],
    )  # fmt: skip
    job = Job.objects.create(kind="checkup", by=people["analyst"])
    for person in people.values():
        Notice.objects.create(user=person, key="cities.told.accepted", facts={"name": "x"})
    documents = settings.ROOT / "runs" / run.pk
    documents.mkdir(parents=True, exist_ok=True)
    (documents / "observations.csv").write_text("a", "utf-8")
    yield {
        "code": OWN_COUNTY, "register_id": "bridges", "ref": "B1", "run": run.pk,
        "indicator": "dangerous_bridges", "name": "observations.csv",
        "finding": run.findings.first().pk, "measure": "m1", "year": 2025, "target": "t1",
        "task": task.pk, "evidence": task.evidence.first().pk, "delivery": delivery.pk,
        "job": job.pk, "collection": "bridges", "feature": "B1",
        "versions": {"thing": f'"{thing.pk}-1.x"', "task": f'"{task.pk}-{task.version}.x"'},
    }  # fmt: skip
    shutil.rmtree(settings.ROOT / "plan")
    (settings.ROOT / "plan").mkdir()
    shutil.rmtree(settings.ROOT / "runs")
    (settings.ROOT / "runs").mkdir()


def call(client, name, world, **other):
    """Call a route with what the world holds."""
    method, path, _ = ROUTES[name]
    ids = {key: quote(str(value), safe="") for key, value in (world | other).items()}
    address = path.format(**ids)
    if name == "compareRuns":
        address += f"?a={world['run']}&b={world['run']}"
    if method == "get":
        return client.get(address)
    sent = {
        "changeThing": ({"reason": "又量过", "fields": {"length_m": 13}}, "thing"),
        "draftTask": ({"title": "修桥", "lead": "housing"}, ""),
        "takeStep": ({"action": "verify"}, "task"),
        "takeStepWithFiles": (
            {"action": "verify", "files": [SimpleUploadedFile("a.png", picture())]}, "task"
        ),
        "addThing": ({"reason": "新接管", "name": "二号桥"}, ""),
        "strikeOffThing": ({"reason": "已拆除"}, "thing"),
        "sendDelivery": ({"file": SimpleUploadedFile("x.csv", "填报单位,市住建局\n".encode())}, ""),
        "reviewDelivery": ({"accept": False, "reason": "缺签字页"}, ""),
        "beginCheckup": ({"edition": "2025", "date": "2026-06-30"}, ""),
        "stopJob": ({}, ""),
    }  # fmt: skip
    body, version = sent[name]
    headers = {"if-match": world["versions"][version]} if version else {}
    is_form = name in ("takeStepWithFiles", "sendDelivery")
    kind = {} if is_form else {"content_type": "application/json"}
    return getattr(client, method)(address, body, headers=headers, **kind)


def answered(client, world, expected):
    """Call every route, taking back what it did; return those that answer otherwise."""
    wrong = {}
    for name in ROUTES:
        with transaction.atomic():
            response = call(client, name, world)
            content_of(response)
            transaction.set_rollback(True)
        kind = PROBLEM if response.status_code >= 400 else response["Content-Type"]
        found = (response.status_code, response["Content-Type"])
        if found != (expected(name), kind):
            wrong[name] = found, content_of(response)[:300]
    return wrong


def test_every_route_answers_an_administrator_with_few_queries(world, people):
    caller, wrong = Caller(people["administrator"]), {}
    caller.get(f"{API}/me")  # that a token was used is noted once an hour
    for name in ROUTES:
        with transaction.atomic():
            with CaptureQueriesContext(connection) as asked:
                response = call(caller, name, world)
            content_of(response)
            transaction.set_rollback(True)
        told = [one["sql"] for one in asked if "SAVEPOINT" not in one["sql"]]
        status = STATUS.get(name, 200)
        if response.status_code != status or len(told) > QUERIES_AT_MOST[ROUTES[name][0]]:
            wrong[name] = response.status_code, len(told), [one[:90] for one in told]
    assert wrong == {}


def test_the_heaviest_routes_keep_to_it_for_those_whose_reach_is_asked_for(world, people):
    caller, counts = Caller(people["county_officer"]), {}
    for name in ("getTask", "getThing", "getThingAbout", "getMeasured", "listItems"):
        with CaptureQueriesContext(connection) as asked:
            assert call(caller, name, world).status_code == 200
        counts[name] = len(asked)
    assert max(counts.values()) <= QUERIES_AT_MOST["get"], counts


def test_a_stranger_gets_nothing_from_any_route(world):
    assert answered(Client(), world, lambda _: 401) == {}


@pytest.mark.parametrize("by", ["token", "session"])
def test_the_deactivated_get_nothing_from_any_route(by, world, people, signed_in):
    user = people["administrator"]
    client = Caller(user) if by == "token" else signed_in("administrator")
    assert client.get(f"{API}/me").status_code == 200
    user.is_active = False
    user.save()
    assert answered(client, world, lambda _: 401) == {}


def test_the_public_get_from_every_route_what_the_policy_lets_them(world, people):
    def expected(name):
        action = ROUTES[name][2]["x-policy"]
        if action and "public" not in table()[action]:
            return 403
        return 404 if name in OF_A_REGISTER else 200

    assert answered(Caller(people["public"]), world, expected) == {}


OF_A_REGISTER = {"getCollection", "listItems", "getItem"}
"""Routes under an action that the public may, to a register that they may not."""

OTHERS = {
    "getThing": 404, "getThingAbout": 404, "changeThing": 404, "getFinding": 404, "getTask": 404,
    "takeStep": 404, "takeStepWithFiles": 404, "getEvidence": 404, "getDelivery": 404,
    "strikeOffThing": 404, "addThing": 403, "sendDelivery": 422, "reviewDelivery": 403,
    "getItem": 404, "draftTask": 403, "beginCheckup": 403, "stopJob": 403, "getDocument": 403,
}  # fmt: skip
"""What an officer of the other county is refused of what is in the first."""


def test_an_officer_of_another_county_gets_nothing_that_lies_in_this_one(world, people, bodies):
    people["county_officer"].body = bodies[OTHER_COUNTY]
    people["county_officer"].save()
    caller = Caller(people["county_officer"])
    assert answered(caller, world, lambda name: OTHERS.get(name, 200)) == {}
    for name in ("listThings", "listFindings", "listTasks", "listDeliveries"):
        assert call(caller, name, world).json() == {"items": [], "next": None}
    assert call(caller, "listItems", world).json()["features"] == []


PIPES = ("getRegister", "listThings", "getThing", "getThingAbout", "changeThing")
PIPES_OF_OGC = ("getCollection", "listItems", "getItem")


@pytest.mark.parametrize("role", ["leader", "inspector", "public"])
def test_pipes_are_shown_to_nobody_whom_the_policy_does_not_name(role, world, people):
    register, ref = RESTRICTED
    pipe = {"register_id": register, "ref": ref, "collection": register, "feature": ref}
    assert role not in table()["register.view_restricted"]
    caller = Caller(people[role])
    for name in (*PIPES, *PIPES_OF_OGC):
        refused = call(caller, name, world, **pipe)
        assert refused.status_code == (403 if role == "public" and name in PIPES else 404), name


def test_pipes_of_this_county_are_shown_to_its_officer_and_not_to_the_others(world, people, bodies):
    register, ref = RESTRICTED
    pipe = {"register_id": register, "ref": ref, "collection": register, "feature": ref}
    own = Caller(people["county_officer"])
    assert call(own, "getThing", world, **pipe).json()["ref"] == ref
    assert call(own, "getItem", world, **pipe).json()["id"] == ref
    people["county_officer"].body = bodies[OTHER_COUNTY]
    people["county_officer"].save()
    for name in ("getThing", "getThingAbout", "getItem"):
        assert call(own, name, world, **pipe).status_code == 404
    assert call(own, "listThings", world, **pipe).json()["items"] == []
    assert call(own, "listItems", world, **pipe).json()["features"] == []


def test_registers_that_a_caller_may_not_see_are_not_even_named(world, people):
    for role, named in (("analyst", True), ("leader", False)):
        caller = Caller(people[role])
        listed = {row["id"] for row in call(caller, "listRegisters", world).json()}
        assert ("water_pipes" in listed) is named
        shown = {row["id"] for row in call(caller, "listCollections", world).json()["collections"]}
        assert ("water_pipes" in shown) is named


def test_pages_and_api_show_the_same(world, people):
    caller = Caller(people["analyst"])
    thing = call(caller, "getThing", world).json()
    assert thing["fields"] == {"length_m": 12.0}
    assert thing["place"] == {"type": "Point", "coordinates": [107.4, 40.7]}
    about = call(caller, "getThingAbout", world).json()
    assert about["changes"][0]["after"] == {"length_m": 12.0, "name": "B1号"}
    assert [task["id"] for task in about["tasks"]] == [world["task"]]
    assert about["editable"] is True
    measured = call(caller, "listMeasured", world).json()
    assert [(row["indicator"], row["value"], row["found"]) for row in measured] == [
        ("dangerous_bridges", 2.0, 2)
    ]
    shown = call(caller, "getMeasured", world).json()
    assert [row["zone"] for row in shown["observations"]] == [OWN_COUNTY, OTHER_COUNTY]
    plan = call(caller, "getPlan", world).json()
    assert (plan["years"], plan["targets"][0]["id"]) == ([2025], "t1")
    light = call(caller, "getLight", world).json()
    assert light["target"]["indicator"] == "危桥数量"
    assert call(caller, "getMeasure", world).json()["targets"][0]["state"] == light["state"]
    task = call(caller, "getTask", world).json()
    assert [step["action"] for step in task["steps"]] == ["draft", "issue", "accept", "report"]
    assert {step["action"] for step in task["open_steps"]} == {"return", "verify", "note"}
    assert call(caller, "getDelivery", world).json()["faults"][0]["cell"] == "C5"
    assert call(caller, "listNotices", world).json()["items"][0]["text"] == "报送 x 已验收"
    zone = call(caller, "getZone", world).json()
    assert zone["bbox"] == [107.0, 40.0, 108.0, 41.0]


def test_lists_are_filtered_as_the_pages_are(world, people):
    caller = Caller(people["analyst"])

    def count(address):
        return len(caller.get(f"{API}{address}").json()["items"])

    assert count("/zones?level=county") == 2
    assert count(f"/zones?county={OTHER_COUNTY}") == 1
    assert count("/registers/bridges/things?q=b1") == 1
    assert count("/registers/bridges/things?q=b2") == 0
    assert count(f"/registers/bridges/things?county={OTHER_COUNTY}") == 0
    assert count("/registers/bridges/things?grade=D") == 0
    assert count(f"/findings?run={world['run']}&indicator=dangerous_bridges") == 2
    assert count("/findings?remedy=best_effort") == 0
    assert count(f"/runs/{world['run']}/observations?level=county") == 2
    assert count(f"/runs/{world['run']}/observations?zone={OWN_COUNTY}&variant=people") == 0
    assert count("/tasks?show=open&body=159921") == 1
    assert count("/tasks?state=closed") == 0
