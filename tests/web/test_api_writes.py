"""Writing through the API: things, tasks, check-ups; versions, faults, the history."""

import json

import pytest
from api_world import API, PROBLEM, Caller, content_of, picture
from auditlog.models import LogEntry
from django.core.cache import cache
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from town_world import sheet_of

from hetao.web.cities.models import Edit, Thing
from hetao.web.jobs.models import Job
from hetao.web.jobs.worker import work_once
from hetao.web.tasks.models import Task

OWN_COUNTY, OTHER_COUNTY = "159921", "159922"
BRIDGE = f"{API}/registers/bridges/things/B1"
PNG = picture()


@pytest.fixture(autouse=True)
def _no_calls_counted():
    cache.clear()


@pytest.fixture
def bridge(things):
    return things("bridges", "B1", OWN_COUNTY, length_m=12.0, year=1980)


def faults(response, status=422):
    assert (response.status_code, response["Content-Type"]) == (status, PROBLEM)
    return {fault["field"]: fault["detail"] for fault in response.json().get("errors", [])}


def patch(caller, body, tag=None, address=BRIDGE):
    headers = {} if tag is None else {"if-match": tag}
    return caller.patch(address, body, content_type="application/json", headers=headers)


def test_a_thing_is_changed_from_the_version_that_was_read(people, bridge):
    caller = Caller(people["analyst"])
    tag = caller.get(BRIDGE)["ETag"]
    place = {"type": "LineString", "coordinates": [[107.4, 40.7], [107.5, 40.7]]}
    sent = {"reason": "量过", "name": "新桥", "fields": {"length_m": 13.5, "year": None},
            "place": place}  # fmt: skip
    done = patch(caller, sent, tag)
    assert done.status_code == 200, done.content.decode()
    told = done.json()
    assert (told["name"], told["fields"], told["version"]) == ("新桥", {"length_m": 13.5}, 2)
    assert (told["place"], told["bbox"]) == (place, [107.4, 40.7, 107.5, 40.7])
    assert done["ETag"] == caller.get(BRIDGE)["ETag"] != tag
    kept = Edit.objects.get()
    assert (kept.by, kept.reason) == (people["analyst"], "量过")


def test_a_write_that_does_not_say_from_which_version_or_from_an_old_one_is_refused(people, bridge):
    caller = Caller(people["analyst"])
    sent = {"reason": "量过", "fields": {"length_m": 13}}
    assert faults(patch(caller, sent), 428) == {}
    tag = caller.get(BRIDGE)["ETag"]
    assert patch(caller, sent, tag).status_code == 200
    again = patch(caller, {"reason": "又量", "fields": {"length_m": 14}}, tag)
    assert faults(again, 412) == {}
    assert again.json()["type"].endswith("problem-stale")
    assert Thing.objects.get().fields["length_m"] == 13
    assert faults(patch(caller, sent, f'"{bridge.pk + 1}-2.abc"'), 412) == {}
    assert patch(caller, {"reason": "量"}, "*").status_code == 200


def test_a_tag_that_a_proxy_weakened_still_tells_the_version(people, bridge):
    caller = Caller(people["analyst"])
    tag = caller.get(BRIDGE)["ETag"]
    sent = {"reason": "量过", "fields": {"length_m": 13}}
    assert patch(caller, sent, f"W/{tag}").status_code == 200


def test_all_faults_of_a_change_are_told_by_field_and_nothing_is_kept(people, bridge):
    caller = Caller(people["analyst"], language="en")
    sent = {
        "reason": " ", "fields": {"length_m": "long", "colour": "red", "year": 1},
        "place": {"type": "Point", "coordinates": [40.7, 107.4]},
    }  # fmt: skip
    told = faults(patch(caller, sent, caller.get(BRIDGE)["ETag"]))
    assert set(told) == {"reason", "fields.length_m", "fields.colour", "fields.year", "place"}
    assert told["fields.colour"] == "the register has no such field"
    del sent["fields"]["length_m"], sent["fields"]["year"], sent["place"]
    sent["reason"] = "量过"
    told = faults(patch(caller, sent, caller.get(BRIDGE)["ETag"]))
    assert told == {"fields.colour": "the register has no such field"}
    assert (Thing.objects.get().version, Edit.objects.count()) == (1, 0)
    assert set(faults(patch(caller, {"fields": {"note": ["a"]}}, "*"))) >= {"reason"}


def test_who_sees_a_thing_but_may_not_change_it_is_told_so(people, bridge):
    caller = Caller(people["leader"])
    tag = caller.get(BRIDGE)["ETag"]
    assert faults(patch(caller, {"reason": "量过"}, tag), 403) == {}


@pytest.fixture
def office(people):
    return Caller(people["plan_office"])


def post(caller, address, body, tag=None):
    headers = {} if tag is None else {"if-match": tag}
    return caller.post(address, body, content_type="application/json", headers=headers)


def test_a_task_is_drafted_from_findings_and_says_where_it_is(office, run, bodies):
    keys = [finding.pk for finding in run.findings.all()]
    sent = {"findings": keys, "due": "2099-01-05", "evidence_needed": ["近景照片", "合同"]}
    done = post(office, f"{API}/tasks", sent)
    assert done.status_code == 201, done.content.decode()
    task = Task.objects.get()
    assert done["Location"] == f"http://testserver{API}/tasks/{task.pk}"
    told = office.get(done["Location"]).json()
    assert (told["title"], told["lead"]["id"]) == ("城市危旧桥梁数量（2）", OWN_COUNTY)
    assert [one["feature"] for one in told["bound"]] == ["B1", "B2"]
    assert (told["evidence_needed"], told["due"]) == (["近景照片", "合同"], "2099-01-05")
    assert told["facts"][0] == {"key": "run", "value": run.pk}
    assert {step["action"] for step in told["open_steps"]} == {"issue", "withdraw"}


def test_a_task_is_drafted_from_an_indicator_and_by_hand(office, run, bodies):
    sent = {"run": run.pk, "indicator": "dangerous_bridges", "zone": OWN_COUNTY}
    told = post(office, f"{API}/tasks", sent).json()
    assert (told["origin"], told["indicator"], told["county"]) == (
        "indicator", "dangerous_bridges", OWN_COUNTY,
    )  # fmt: skip
    told = post(office, f"{API}/tasks", {"title": "清淤", "lead": "water"}).json()
    assert (told["origin"], told["lead"]["id"], told["state"]) == ("hand", "water", "drafted")


def test_a_draft_with_faults_is_not_kept(office, run, bodies):
    sent = {"title": "", "lead": "nobody", "due": "2020-01-01", "joint": ["water", "none"]}
    assert set(faults(post(office, f"{API}/tasks", sent))) == {"title", "lead", "due", "joint"}
    assert set(faults(post(office, f"{API}/tasks", {"findings": [0]}))) == {"findings"}
    sent = {"run": run.pk, "indicator": "nothing"}
    assert faults(post(office, f"{API}/tasks", sent), 404) == {}
    assert not Task.objects.exists()


def test_steps_are_taken_from_the_version_that_was_read(issued, people):
    task = issued(OWN_COUNTY)
    caller = Caller(people["county_officer"])
    address = f"{API}/tasks/{task.pk}"
    tag = caller.get(address)["ETag"]
    assert faults(post(caller, f"{address}/steps", {"action": "accept"}), 428) == {}
    done = post(caller, f"{address}/steps", {"action": "accept"}, tag)
    assert (done.status_code, done.json()["state"]) == (200, "accepted")
    assert faults(post(caller, f"{address}/steps", {"action": "accept"}, tag), 412) == {}
    again = post(caller, f"{address}/steps", {"action": "accept"}, done["ETag"])
    assert faults(again, 409) == {}
    assert again.json()["detail"].startswith(task.number)
    verify = post(caller, f"{address}/steps", {"action": "note", "note": ""}, done["ETag"])
    assert verify.status_code == 422
    urged = post(caller, f"{address}/steps", {"action": "urge"}, done["ETag"])
    assert urged.status_code == 403
    nothing = post(caller, f"{address}/steps", {"action": "dance"}, done["ETag"])
    assert nothing.status_code == 422


def test_a_step_brings_files_that_can_be_read_again(issued, people):
    task = issued(OWN_COUNTY)
    caller = Caller(people["county_officer"])
    address = f"{API}/tasks/{task.pk}"
    accepted = post(caller, f"{address}/steps", {"action": "accept"}, caller.get(address)["ETag"])
    sent = {"action": "report", "note": "修好了", "files": SimpleUploadedFile("桥.png", PNG)}
    headers = {"if-match": accepted["ETag"]}
    done = caller.post(f"{address}/steps/files", sent, headers=headers)
    assert (done.status_code, done.json()["state"]) == (200, "reported")
    step = caller.get(address).json()["steps"][-1]
    assert (step["note"], step["files"][0]["name"]) == ("修好了", "桥.png")
    file = caller.get(f"{address}/evidence/{step['files'][0]['id']}")
    assert content_of(file) == PNG
    bad = {"action": "note", "note": "x", "files": SimpleUploadedFile("a.exe", b"MZ")}
    refused = caller.post(f"{address}/steps/files", bad, headers={"if-match": done["ETag"]})
    assert refused.status_code == 422


def test_a_checkup_is_asked_for_and_stopped(people):
    caller = Caller(people["analyst"])
    sent = {"edition": "2025", "date": "2026-06-30", "documents": False}
    done = post(caller, f"{API}/jobs", sent)
    job = Job.objects.get()
    assert (done.status_code, done["Location"]) == (202, f"http://testserver{API}/jobs/{job.pk}")
    assert job.wanted == {"edition": "2025", "date": "2026-06-30", "documents": False}
    assert (job.kind, job.by) == ("checkup", people["analyst"])
    stopped = post(caller, f"{API}/jobs/{job.pk}/stop", {})
    assert stopped.json()["state"] == "stopped"
    assert faults(post(caller, f"{API}/jobs/{job.pk}/stop", {}), 409) == {}
    assert set(faults(post(caller, f"{API}/jobs", sent | {"edition": "1999"}))) == {"edition"}


def test_the_history_tells_who_wrote_with_a_token(people):
    sent = {"edition": "2025", "date": "2026-06-30"}
    post(Caller(people["analyst"]), f"{API}/jobs", sent)
    post(Caller(people["administrator"]), f"{API}/jobs", sent | {"date": "2026-07-01"})
    entries = LogEntry.objects.filter(content_type__model="job").order_by("pk")
    assert [entry.actor.username for entry in entries] == ["analyst", "administrator"]


def test_a_body_that_is_no_object_is_told_so(people):
    caller = Caller(people["analyst"])
    response = caller.post(f"{API}/jobs", json.dumps([]), content_type="application/json")
    assert response.status_code == 422


# --- things that are new, and things that are no more

BRIDGES = f"{API}/registers/bridges/things"
END = f"{API}/registers/bridges/strike-off/B1"


def test_a_thing_is_added_and_led_to(people, bridge, zones):
    caller = Caller(people["analyst"])
    place = {"type": "Point", "coordinates": [107.4, 40.7]}
    sent = {"reason": "新接管", "name": "二号桥", "fields": {"length_m": 30, "grade": "A"},
            "place": place}  # fmt: skip
    done = post(caller, BRIDGES, sent)
    assert done.status_code == 201, done.content.decode()
    assert done["Location"] == f"http://testserver{BRIDGES}/bridges-1"
    told = caller.get(done["Location"]).json()
    assert (told["name"], told["place"], told["county"]) == ("二号桥", place, OWN_COUNTY)
    assert told["fields"] == {"length_m": 30.0, "grade": "A"}


def test_every_fault_of_what_is_new_is_told_under_its_name(people, bridge):
    sent = {"reason": "", "ref": "B1", "fields": {"length_m": -1, "colour": "red"}}
    told = faults(post(Caller(people["analyst"]), BRIDGES, sent))
    assert set(told) == {"fields.length_m", "fields.colour", "reason", "ref"}
    assert Thing.objects.count() == 1


def test_nothing_is_added_beyond_ones_county(people, bodies, bridge):
    place = {"type": "Point", "coordinates": [108.4, 40.7]}
    sent = {"reason": "新接管", "name": "二号桥", "place": place}
    assert faults(post(Caller(people["county_officer"]), BRIDGES, sent), 403) == {}
    assert faults(post(Caller(people["leader"]), BRIDGES, sent), 403) == {}
    assert Thing.objects.count() == 1


def test_a_thing_is_struck_off_from_the_version_that_was_read(people, bridge):
    caller = Caller(people["analyst"])
    tag = caller.get(BRIDGE)["ETag"]
    sent = {"reason": "已拆除"}
    assert faults(post(caller, END, sent), 428) == {}
    assert set(faults(post(caller, END, {"reason": ""}, tag))) == {"reason"}
    patch(caller, {"reason": "量过", "fields": {"length_m": 13}}, tag)
    assert faults(post(caller, END, sent, tag), 412) == {}
    done = post(caller, END, sent, caller.get(BRIDGE)["ETag"])
    assert (done.status_code, done.json()["reason"]) == (200, "已拆除")
    assert caller.get(BRIDGE).status_code == 404


# --- deliveries


def send(caller, file, **more):
    return caller.post(f"{API}/deliveries", {"file": file, **more})


def test_a_workbook_is_sent_and_its_faults_are_told_cell_by_cell(people, bodies, town_served):
    caller = Caller(people["department_officer"])
    done = send(caller, sheet_of("bridges", {"D4": "优"}))
    assert done.status_code == 201, done.content.decode()
    told = caller.get(done["Location"]).json()
    assert (told["state"], told["body_id"]) == ("faulty", "housing")
    assert [(one["sheet"], one["cell"]) for one in told["faults"]] == [("城市桥梁", "D4")]


def test_a_delivery_is_accepted_once_and_not_by_its_sender(people, bodies, town_served):
    sender, reviewer = Caller(people["department_officer"]), Caller(people["analyst"])
    sent = send(sender, sheet_of("bridges", {"D4": "C级"}))
    review = sent["Location"] + "/review"
    assert faults(post(sender, review, {"accept": True}), 403) == {}
    assert set(post(reviewer, review, {"accept": False}).json()) >= {"detail"}
    done = post(reviewer, review, {"accept": True})
    assert (done.status_code, done.json()["is_loading"]) == (200, True)
    assert faults(post(reviewer, review, {"accept": True}), 409) == {}
    assert work_once()
    assert sender.get(sent["Location"]).json()["state"] == "accepted"
    assert Thing.objects.get(register="bridges", ref="Q1").fields["grade"] == "C"


def test_what_is_no_workbook_is_refused_with_the_reason(people, bodies, town_served):
    refused = send(Caller(people["department_officer"]), ContentFile(b"x", name="x.exe"))
    assert faults(refused) == {}
    assert "x.exe" in refused.json()["detail"]
