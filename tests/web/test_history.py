"""The history: who, when, what, from what to what; no secret, and nothing ever rewritten."""

import json

import pytest
from auditlog.models import LogEntry
from auditlog.registry import auditlog
from django.db import DatabaseError, transaction
from django.utils import timezone

from hetao.web.accounts.history import acting
from hetao.web.accounts.models import Body, Token, User
from hetao.web.cities.models import Delivery, Edit
from hetao.web.jobs.asking import ask, ask_to_stop
from hetao.web.jobs.models import Job
from hetao.web.tasks.drafting import Draft, keep_changes
from hetao.web.tasks.models import Task
from hetao.web.tasks.stepping import Given, take_step

OWN_COUNTY = "159921"


def last(thing):
    return LogEntry.objects.get_for_object(thing).order_by("pk").last()


def changes(thing):
    return last(thing).changes_dict


def test_the_history_is_kept_of_all_that_people_change():
    kept = {model.__name__ for model in auditlog.get_models()}
    assert {"User", "Body", "Token", "Task", "Delivery", "Job"} <= kept


# --- accounts, bodies, tokens


def edited(signed_in, user, **given):
    form = {"username": user.username, "shown_name": user.shown_name, "role": user.role,
            "is_active": "on", "email": ""} | given  # fmt: skip
    return signed_in("administrator").post(f"/accounts/{user.pk}/", form)


def test_a_changed_account_names_who_when_and_from_what_to_what(signed_in, people):
    leader = people["leader"]
    assert edited(signed_in, leader, role="analyst", shown_name="王主任").status_code == 302
    entry = last(leader)
    assert entry.actor == people["administrator"]
    assert abs((timezone.now() - entry.timestamp).total_seconds()) < 60
    assert entry.changes_dict == {"role": ["leader", "analyst"], "shown_name": ["leader", "王主任"]}


def test_a_changed_password_is_noted_and_not_shown(signed_in, people):
    leader = people["leader"]
    before = leader.password
    answer = edited(signed_in, leader, new_password="on")
    leader.refresh_from_db()
    assert changes(leader) == {"password": ["•••", "•••"]}
    told = json.dumps(list(LogEntry.objects.values("changes", "changes_text", "serialized_data")))
    assert not any(
        secret in told for secret in (before, leader.password, answer.context["password"])
    )


def test_tokens_are_noted_when_made_and_when_taken_back_without_their_digest(signed_in, people):
    client = signed_in("leader")
    client.post("/me/tokens/", {"name": "QGIS"})
    token = Token.objects.get()
    made = last(token)
    assert (made.action, made.actor) == (LogEntry.Action.CREATE, people["leader"])
    assert made.changes_dict["name"] == ["None", "QGIS"]
    client.post(f"/me/tokens/{token.pk}/drop/")
    gone = LogEntry.objects.get_for_model(Token).order_by("pk").last()
    assert (gone.action, gone.actor) == (LogEntry.Action.DELETE, people["leader"])
    assert token.digest not in json.dumps(list(LogEntry.objects.values("changes")))


def test_using_a_token_writes_no_history(people):
    _, secret = Token.make(people["leader"], "QGIS")
    count = LogEntry.objects.count()
    Token.holder(secret)
    assert LogEntry.objects.count() == count


def test_bodies_are_noted_from_the_first_start_on(db):
    from django.conf import settings

    from hetao.registers.workspace import open_workspace
    from hetao.web.accounts.founding import take_up_bodies

    made = take_up_bodies(open_workspace(settings.ROOT))
    assert made == Body.objects.count() > 0
    assert LogEntry.objects.get_for_model(Body).count() == made


# --- tasks


def test_a_step_notes_what_it_changed_under_who_took_it(people, draft):
    task = draft()
    take_step(task, "issue", by=people["plan_office"])
    entry = last(task)
    assert entry.actor == people["plan_office"]
    assert entry.changes_dict["state"] == ["drafted", "issued"]
    take_step(task, "supervise", by=people["leader"], given=Given(note="限期说明"))
    entry = last(task)
    assert (entry.actor, entry.changes_dict) == (people["leader"], {"level": ["0", "2"]})


def test_a_draft_notes_who_made_and_who_changed_it(people, bodies, draft):
    task = draft()
    first = LogEntry.objects.get_for_object(task).order_by("pk").first()
    assert (first.action, first.actor) == (LogEntry.Action.CREATE, people["plan_office"])
    keep_changes(
        task, Draft(title="危桥整治（二期）", lead=bodies["housing"], due=task.due),
        by=people["analyst"], version=task.version,
    )  # fmt: skip
    entry = last(task)
    assert entry.actor == people["analyst"]
    assert entry.changes_dict["title"] == ["危桥整治", "危桥整治（二期）"]


def test_a_draft_that_somebody_else_changed_is_not_written_over(people, bodies, draft, signed_in):
    task = draft()
    given = {"title": "我的题目", "lead": OWN_COUNTY, "due": task.due.isoformat(),
             "version": task.version}  # fmt: skip
    keep_changes(
        task, Draft(title="别人的题目", lead=task.lead, due=task.due), by=people["analyst"]
    )
    answer = signed_in("plan_office").post(f"/tasks/{task.pk}/edit/", given)
    assert answer.status_code == 422
    assert "我的题目" in answer.text
    task.refresh_from_db()
    assert task.title == "别人的题目"


def test_a_draft_that_was_issued_meanwhile_stays_issued(people, draft, signed_in):
    task = draft()
    from hetao.web.tasks.stepping import StepRefused

    take_step(task, "issue", by=people["plan_office"])
    with pytest.raises(StepRefused):
        keep_changes(task, Draft(title="x", due=task.due), by=people["analyst"])
    task.refresh_from_db()
    assert (task.state, task.title) == ("issued", "危桥整治")


def test_what_the_system_does_has_no_actor_and_is_noted_all_the_same(brought_to, later_run):
    from hetao.web.tasks.measuring import measure_tasks

    task = brought_to("reported")
    measure_tasks(later_run(missed=(), findings=()))
    entry = last(task)
    assert (entry.actor, entry.changes_dict) == (None, {"proposed": ["False", "True"]})


# --- jobs, deliveries, edits


def test_who_asked_for_work_and_who_stopped_it_is_noted(signed_in, people):
    with acting(people["analyst"]):
        job = ask("checkup", {"edition": "2025"}, people["analyst"])
    assert last(job).actor == people["analyst"]
    with acting(people["administrator"]):
        ask_to_stop(job)
    entry = last(job)
    assert entry.actor == people["administrator"]
    assert entry.changes_dict["state"] == ["waiting", "stopped"]
    running = Job.objects.create(kind="checkup", state="running")
    with acting(people["analyst"]):
        ask_to_stop(running)
    assert last(running).actor == people["analyst"]
    assert last(running).changes_dict == {"stop_asked": ["False", "True"]}


def test_a_delivery_notes_its_review(people, bodies):
    delivery = Delivery.objects.create(
        body=bodies["housing"], year=2026, file_name="x.xlsx", stored="x", sha256="0",
        state="waiting", by=people["department_officer"],
    )  # fmt: skip
    assert last(delivery).action == LogEntry.Action.CREATE
    delivery.state, delivery.reason = "returned", "缺表"
    delivery.reviewed_at = timezone.now()
    with acting(people["analyst"]):
        delivery.save()
    entry = last(delivery)
    assert entry.actor == people["analyst"]
    assert entry.changes_dict["state"] == ["waiting", "returned"]


def test_an_edit_of_a_thing_is_its_own_history(people, things):
    from hetao.web.cities.editing import edit

    thing = things("bridges", "B1", OWN_COUNTY)
    kept = edit(thing, {"name": "新桥"}, by=people["analyst"], reason="现场核对")
    found = Edit.objects.get()
    assert (found.by, found.reason) == (people["analyst"], "现场核对")
    assert (found.before["name"], found.after["name"]) == ("B1号", "新桥")
    assert kept.pk == found.pk


# --- what the history is


@pytest.mark.parametrize("change", ["save", "delete", "bulk"])
def test_no_line_can_be_rewritten_by_our_own_code_either(change, people):
    entry = LogEntry.objects.first()
    ways = {
        "save": entry.save, "delete": entry.delete,
        "bulk": lambda: LogEntry.objects.all().update(changes=None),
    }  # fmt: skip
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        ways[change]()


def test_those_who_act_within_one_another_keep_their_names(people):
    with acting(people["analyst"]):
        with acting(people["leader"]):
            inner = User.objects.create(username="a", shown_name="a")
        with acting(None):
            same = User.objects.create(username="b", shown_name="b")
        outer = User.objects.create(username="c", shown_name="c")
    nobody = User.objects.create(username="d", shown_name="d")
    names = [
        last(user).actor and last(user).actor.username for user in (inner, same, outer, nobody)
    ]
    assert names == ["leader", "analyst", "analyst", None]


def test_the_page_of_the_history_shows_who_what_and_from_what_to_what(signed_in, people):
    edited(signed_in, people["leader"], shown_name="王主任")
    page = signed_in("plan_office").get("/history/?who=administrator").text
    assert "leader → 王主任" in page
    assert page.count("<tr>") == 2  # the head and this one
    assert Task.objects.count() == 0
