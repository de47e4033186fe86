"""Calling the API: who is let in, how faults are told, versions, pages, the definition."""

import json

import pytest
from api_world import API, PROBLEM, Caller, basic, walked
from django.core.cache import cache
from django.test import Client

from hetao.web.accounts.models import Token
from hetao.web.api.callers import CALLS_A_MINUTE
from hetao.web.api.describing import operations
from hetao.web.cities.models import Thing

OWN_COUNTY, OTHER_COUNTY = "159921", "159922"


@pytest.fixture(autouse=True)
def _no_calls_counted():
    cache.clear()


def problem(response, status):
    assert (response.status_code, response["Content-Type"]) == (status, PROBLEM)
    told = response.json()
    assert told["status"] == status
    return told


def test_a_stranger_is_told_to_bring_a_token_and_not_sent_to_the_sign_in_page(db):
    response = Client().get(f"{API}/zones")
    assert problem(response, 401)["type"] == "/api/v1/docs/#problem-unknown_caller"
    assert response["WWW-Authenticate"] == 'Bearer realm="hetao"'
    assert "Basic" in Client().get(f"{API}/ogc/")["WWW-Authenticate"]


def test_a_token_opens_the_door_as_bearer_and_as_the_password_of_basic(people):
    caller = Caller(people["analyst"])
    assert caller.get(f"{API}/me").json()["username"] == "analyst"
    plain = Client()
    told = plain.get(f"{API}/me", headers=basic("analyst", caller.secret)).json()
    assert told["role"] == "analyst"
    problem(plain.get(f"{API}/me", headers=basic("leader", caller.secret)), 401)
    problem(plain.get(f"{API}/me", headers=basic("analyst", "correct horse")), 401)
    problem(plain.get(f"{API}/me", headers={"authorization": "Basic ???"}), 401)


def test_an_old_token_and_one_that_was_taken_back_open_nothing(people):
    caller = Caller(people["analyst"])
    Token.objects.update(expires_at="2020-01-01T00:00:00Z")
    problem(caller.get(f"{API}/me"), 401)
    other = Caller(people["analyst"])
    Token.objects.all().delete()
    problem(other.get(f"{API}/me"), 401)


def test_a_bad_token_is_not_made_good_by_a_session(signed_in):
    client = signed_in("analyst")
    assert client.get(f"{API}/me").status_code == 200
    problem(client.get(f"{API}/me", headers={"authorization": "Bearer nonsense"}), 401)


def test_a_session_reads_but_writes_only_with_the_token_against_forgery(people):
    client = Client(enforce_csrf_checks=True)
    client.force_login(people["plan_office"])
    assert client.get(f"{API}/me").status_code == 200
    body = {"title": "修桥", "lead": "housing"}
    sent = {"data": json.dumps(body), "content_type": "application/json"}
    assert problem(client.post(f"{API}/tasks", **sent), 403)["type"].endswith("forged")
    page = client.get("/me/")
    token = page.content.decode().partition('csrfmiddlewaretoken" value="')[2].partition('"')[0]
    done = client.post(f"{API}/tasks", headers={"x-csrftoken": token}, **sent)
    assert done.status_code == 201


def test_faults_are_told_in_the_language_a_program_asks_for_or_the_cookie_says(people):
    user = people["public"]
    for client, text in (
        (Caller(user), "没有权限"),
        (Caller(user, language="en-GB,en;q=0.8"), "Not allowed"),
        (Caller(user, language="fr, zh-TW;q=0.5"), "没有权限"),
        (Caller(user, language="fr"), "没有权限"),
    ):
        response = client.get(f"{API}/registers")
        assert problem(response, 403)["title"] == text
        assert "Accept-Language" in response["Vary"]
    client = Caller(user, language="en")
    client.cookies["django_language"] = "zh-hans"
    assert problem(client.get(f"{API}/registers"), 403)["title"] == "没有权限"


def test_an_address_that_is_none_and_a_method_that_is_none_are_problems_too(people):
    caller = Caller(people["analyst"])
    problem(caller.get(f"{API}/nothing"), 404)
    refused = caller.delete(f"{API}/me")
    assert problem(refused, 405)["type"].endswith("no_method")
    assert refused["Allow"] == "GET"


def test_what_is_not_there_and_what_is_not_within_reach_get_the_same_answer(people, things):
    hidden = things("bridges", "B9", OTHER_COUNTY)
    caller = Caller(people["county_officer"])
    path = f"{API}/registers/bridges/things/"
    absent, beyond = (problem(caller.get(path + ref), 404) for ref in ("B0", hidden.ref))
    assert {**absent, "instance": ""} == {**beyond, "instance": ""}


def test_every_fault_of_a_request_is_told_by_its_field(people):
    caller = Caller(people["analyst"], language="en")
    told = problem(caller.get(f"{API}/findings?limit=0"), 422)
    assert told["errors"] == [{"field": "limit", "detail": "must be 1 at least"}]
    sent = {"edition": 5, "date": "yesterday", "more": 1}
    told = problem(caller.post(f"{API}/jobs", sent, content_type="application/json"), 422)
    assert {fault["field"]: fault["detail"] for fault in told["errors"]} == {
        "edition": "must be a text", "date": "a date is written 2026-06-30",
        "more": "there is no such field",
    }  # fmt: skip
    broken = caller.post(f"{API}/jobs", "{", content_type="application/json")
    assert problem(broken, 400)["type"].endswith("unreadable")


def test_a_caller_who_calls_too_often_is_told_when_to_come_back(people, monkeypatch):
    monkeypatch.setattr("hetao.web.api.callers.CALLS_A_MINUTE", 2)
    assert CALLS_A_MINUTE > 20 * 60  # what the site must stand
    monkeypatch.setattr("hetao.web.api.callers.time.time", lambda: 119.0)
    caller, other = Caller(people["analyst"]), Caller(people["leader"])
    assert [caller.get(f"{API}/me").status_code for _ in range(3)] == [200, 200, 429]
    refused = caller.get(f"{API}/me")
    assert problem(refused, 429)["type"].endswith("too_many")
    assert refused["Retry-After"] == "2"
    assert other.get(f"{API}/me").status_code == 200


def test_a_thing_that_did_not_change_is_not_sent_again(people, things):
    thing = things("bridges", "B1", OWN_COUNTY)
    caller = Caller(people["analyst"])
    address = f"{API}/registers/bridges/things/B1"
    first = caller.get(address)
    assert first["ETag"].startswith(f'"{thing.pk}-1.')
    again = caller.get(address, headers={"if-none-match": first["ETag"]})
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])
    weak = caller.get(address, headers={"if-none-match": f'"x", W/{first["ETag"]}'})
    assert weak.status_code == 304
    Thing.objects.update(name="改了", version=2)
    assert caller.get(address, headers={"if-none-match": first["ETag"]}).status_code == 200


ORDERS = {
    "": ["B0", "B1", "B2", "B3", "B4"],
    "-ref": ["B4", "B3", "B2", "B1", "B0"],
    "length_m": ["B3", "B0", "B4", "B1", "B2"],  # 5, 10, 10, 20, unknown last
    "-length_m": ["B1", "B0", "B4", "B3", "B2"],
    "hazard": ["B0", "B2", "B1", "B4", "B3"],  # no, no, yes, yes, unknown last
    "-hazard": ["B1", "B4", "B0", "B2", "B3"],
}


@pytest.mark.parametrize("order", list(ORDERS))
@pytest.mark.parametrize("limit", [1, 2, 5])
def test_pages_by_cursor_hold_every_row_once_in_the_order_asked_for(people, things, order, limit):
    lengths = [10, 20, None, 5, 10]
    dangerous = [False, True, False, None, True]
    for place, (length, danger) in enumerate(zip(lengths, dangerous, strict=True)):
        known = {"length_m": length, "hazard": danger}
        fields = {key: value for key, value in known.items() if value is not None}
        things("water_pipes", f"B{place}", OWN_COUNTY, **fields)
    caller = Caller(people["analyst"])
    address = f"{API}/registers/water_pipes/things?limit={limit}&order={order}"
    items, pages = walked(caller, address)
    assert [item["ref"] for item in items] == ORDERS[order]
    assert pages == -(-5 // limit)


def test_a_page_begins_behind_the_last_row_whatever_was_added_or_taken_out(people, things):
    for place in range(4):
        things("bridges", f"B{place}", OWN_COUNTY)
    caller = Caller(people["analyst"])
    first = caller.get(f"{API}/registers/bridges/things?limit=2").json()
    assert first["next"].startswith("http://testserver/api/v1/registers/bridges/things?")
    Thing.objects.filter(ref="B1").delete()
    things("bridges", "A0", OWN_COUNTY)
    assert [row["ref"] for row in caller.get(first["next"]).json()["items"]] == ["B2", "B3"]


def test_a_cursor_that_was_tampered_with_or_is_another_lists_is_refused(people, things):
    for place in range(3):
        things("bridges", f"B{place}", OWN_COUNTY)
    caller = Caller(people["analyst"], language="en")
    address = f"{API}/registers/bridges/things"
    cursor = caller.get(f"{address}?limit=1").json()["next"].partition("cursor=")[2]
    for bad in (
        f"{address}?cursor=A{cursor}", f"{address}?cursor=nonsense",
        f"{address}?order=-ref&cursor={cursor}", f"{API}/zones?cursor={cursor}",
    ):  # fmt: skip
        told = problem(caller.get(bad), 422)
        assert told["errors"] == [{"field": "cursor", "detail": "this list gave no such cursor"}]


def test_a_list_is_not_ordered_by_what_the_register_has_not(people, things):
    caller = Caller(people["analyst"])
    refused = caller.get(f"{API}/registers/bridges/things?order=secret")
    assert problem(refused, 422)["errors"][0]["field"] == "order"


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_definition_describes_every_operation_parameter_and_field(people, language):
    told = Caller(people["analyst"], language=language).get(f"{API}/openapi.json").json()
    names = [operation["operationId"] for _, _, operation in operations(told)]
    assert len(names) == len(set(names))
    for _, path, operation in operations(told):
        assert operation["summary"], path
        assert operation["tags"], path
        assert all(parameter["description"] for parameter in operation["parameters"]), path
    for name, schema in told["components"]["schemas"].items():
        for key, field in schema.get("properties", {}).items():
            assert field["description"], (name, key)
    spoken = json.dumps(told, ensure_ascii=False)
    assert ("列出任务" in spoken) == (language == "zh")
    assert set(told["components"]["securitySchemes"]) == {"Bearer", "TokenAsPassword", "SignedIn"}


def test_names_of_operations_stay(people):
    told = Caller(people["analyst"]).get(f"{API}/openapi.json").json()
    names = {operation["operationId"] for _, _, operation in operations(told)}
    assert names >= {
        "listZones", "getZone", "mapZones", "listRegisters", "listThings", "getThing",
        "changeThing", "listRuns", "getRun", "listMeasured", "listObservations", "compareRuns",
        "listFindings", "getPlan", "getJudgement", "getLight", "listTasks", "getTask", "draftTask",
        "takeStep", "listDeliveries", "getDelivery", "getJob", "beginCheckup", "getMe",
        "listNotices", "getLanding", "listCollections", "listItems", "getItem",
    }  # fmt: skip


def test_the_page_of_the_api_loads_nothing_from_outside_and_is_in_the_navigation(signed_in):
    page = signed_in("analyst").get(f"{API}/docs/")
    text = page.content.decode()
    assert page.status_code == 200
    assert "getThingAbout" in text
    assert 'id="problem-stale"' in text
    assert "//" not in text.replace("http://testserver/api/v1/ogc/", "")
    assert page["Content-Security-Policy"].startswith("default-src 'none'")
    assert 'href="/api/v1/docs/"' in signed_in("analyst").get("/").content.decode()
    assert signed_in("public").get(f"{API}/docs/").status_code == 403


def test_me_tells_what_the_policy_lets_the_caller_do(people):
    told = Caller(people["inspector"], language="en").get(f"{API}/me").json()
    may = {row["action"]: row["scopes"] for row in told["may"]}
    assert (may["register.view"], may["task.view"]) == (["county"], ["own"])
    assert "account.manage" not in may
    assert told["body"]["id"] == OWN_COUNTY
