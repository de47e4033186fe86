"""Steps of a task: from where, by whom, with what; what they leave behind."""

from datetime import date, datetime, timedelta
from itertools import pairwise

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from hetao.web.accounts.models import Notice, User
from hetao.web.tasks.models import Reading, Step, Task
from hetao.web.tasks.stepping import Given, StepRefused, steps_open, take_step
from hetao.web.tasks.transitions import STATES, transitions

OWN_COUNTY, OTHER_COUNTY = "159921", "159922"

OWED = ("issued", "accepted", "asked", "extended", "returned")
WAYS = {  # action: from which states, to which (None: it stays), and who takes it here
    "issue": (("drafted",), "issued", "plan_office"),
    "accept": (("issued",), "accepted", "county_officer"),
    "report": (("accepted", "extended", "returned", "asked"), "reported", "county_officer"),
    "ask_extension": (("accepted", "extended", "returned"), "asked", "county_officer"),
    "extend": (("asked",), "extended", "leader"),
    "refuse_extension": (("asked",), "accepted", "leader"),
    "verify": (("reported",), "verified", "analyst"),
    "return": (("reported", "verified"), "returned", "analyst"),
    "close": (("verified",), "closed", "plan_office"),
    "reopen": (("closed",), "issued", "plan_office"),
    "withdraw": (("drafted", "issued", "accepted", "extended", "asked", "returned"),
                 "withdrawn", "plan_office"),
    "urge": (OWED, None, "leader"),
    "supervise": (OWED, None, "leader"),
    "note": (tuple(s for s in STATES if s not in ("drafted", "withdrawn")), None, "leader"),
}  # fmt: skip
WITH_A_DAY = ("ask_extension", "extend", "reopen")
WITH_A_NOTE = ("report", "ask_extension", "refuse_extension", "return", "close", "reopen",
               "withdraw", "supervise", "note")  # fmt: skip


def whole(action, task):
    """Return all that a step could need: a note, and a day later than the deadline."""
    until = task.due + timedelta(days=30) if action in WITH_A_DAY else None
    return Given(note="写明情况", until=until)


def refusal(task, action, by, given=None):
    before = Task.objects.values().get(pk=task.pk), Step.objects.count(), Notice.objects.count()
    with pytest.raises(StepRefused) as told:
        take_step(task, action, by=by, given=given or whole(action, task))
    assert before == (
        Task.objects.values().get(pk=task.pk), Step.objects.count(), Notice.objects.count()
    )  # fmt: skip
    return told.value.key


def test_there_are_these_steps_and_no_others():
    assert set(transitions()) == set(WAYS)


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("action", WAYS)
def test_a_step_is_taken_from_its_states_alone(action, state, people, brought_to):
    starts, end, role = WAYS[action]
    task = brought_to(state)
    assert (action in [step.action for step in steps_open(people[role], task)]) == (state in starts)
    if state not in starts:
        assert refusal(task, action, people[role]) == "state"
        return
    step = take_step(task, action, by=people[role], given=whole(action, task))
    task.refresh_from_db()
    assert (step.before, step.after) == (state, end or state)
    assert task.state == step.after


@pytest.mark.parametrize("action", WITH_A_NOTE)
def test_a_step_that_needs_a_note_is_refused_with_blanks_for_one(action, people, brought_to):
    start, _, role = WAYS[action][0][0], *WAYS[action][1:]
    task = brought_to(start)
    given = Given(note=" \n", until=whole(action, task).until)
    wanted = "needs_measured" if action == "close" else "needs_note"
    assert refusal(task, action, people[role], given) == wanted


@pytest.mark.parametrize("action", WITH_A_DAY)
def test_a_step_that_needs_a_day_is_refused_without(action, people, brought_to):
    start, role = WAYS[action][0][0], WAYS[action][2]
    task = brought_to(start)
    key = refusal(task, action, people[role], Given(note="写明情况"))
    assert key in ("needs_until", "needs_later")


def test_a_draft_is_issued_with_a_lead_body_and_a_deadline_ahead(people, draft):
    office = people["plan_office"]
    task = draft()
    Task.objects.filter(pk=task.pk).update(lead=None)
    assert refusal(task, "issue", office) == "needs_lead"
    task = draft()
    Task.objects.filter(pk=task.pk).update(due=None)
    task.due = timezone.localdate()
    assert refusal(task, "issue", office, Given()) == "needs_due"
    assert refusal(draft(days=0), "issue", office, Given()) == "past"
    assert take_step(draft(days=1), "issue", by=office).after == "issued"


def test_an_unknown_step_is_refused_by_name(people, brought_to):
    assert refusal(brought_to("issued"), "vanish", people["administrator"], Given()) == "unknown"


def test_a_step_takes_no_day_and_no_files_that_it_does_not_ask_for(people, brought_to):
    task = brought_to("issued")
    county = people["county_officer"]
    tomorrow = timezone.localdate() + timedelta(days=1)
    assert refusal(task, "accept", county, Given(until=tomorrow)) == "takes_no_until"
    assert refusal(task, "accept", county, Given(files=("x",))) == "takes_no_files"


@pytest.mark.parametrize("role", ["administrator", "analyst", "leader", "inspector", "public",
                                  "department_officer", "plan_office"])  # fmt: skip
def test_nobody_but_the_lead_body_accepts_and_reports(role, people, brought_to):
    assert refusal(brought_to("issued"), "accept", people[role]) == "role"
    assert refusal(brought_to("accepted"), "report", people[role]) == "role"


def test_a_body_that_shares_in_a_task_may_note_but_not_report(people, draft):
    task = draft(joint=("housing",))
    take_step(task, "issue", by=people["plan_office"])
    take_step(task, "accept", by=people["county_officer"])
    assert refusal(task, "report", people["department_officer"]) == "role"
    note = take_step(task, "note", by=people["department_officer"], given=Given(note="已联系"))
    assert note.body_id == "housing"


# --- separation of duties


def test_who_reported_may_neither_verify_nor_close_whatever_they_become(people, brought_to):
    task = brought_to("reported")
    reporter = people["county_officer"]
    for role in ("administrator", "plan_office", "analyst"):
        User.objects.filter(pk=reporter.pk).update(role=role)
        reporter.refresh_from_db()
        assert "verify" not in [step.action for step in steps_open(reporter, task)]
        assert refusal(task, "verify", reporter) == "apart"
    take_step(task, "verify", by=people["analyst"])
    User.objects.filter(pk=reporter.pk).update(role="administrator")
    reporter.refresh_from_db()
    task.refresh_from_db()
    assert "close" not in [step.action for step in steps_open(reporter, task)]
    assert refusal(task, "close", reporter) == "apart"
    assert take_step(task, "close", by=people["plan_office"], given=Given(note="资料齐")).after


def test_who_asked_for_more_time_may_not_grant_or_refuse_it(people, brought_to):
    task = brought_to("asked")
    asker = people["county_officer"]
    User.objects.filter(pk=asker.pk).update(role="leader")
    asker.refresh_from_db()
    assert refusal(task, "extend", asker) == "apart"
    assert refusal(task, "refuse_extension", asker) == "apart"


def test_who_reported_may_still_note(people, brought_to):
    task = brought_to("reported")
    assert take_step(task, "note", by=people["county_officer"], given=Given(note="补充"))


# --- deadlines


def test_more_time_is_asked_for_a_later_day_before_the_deadline_passes(people, brought_to):
    county = people["county_officer"]
    task = brought_to("accepted")
    same = Given(note="缺材料", until=task.due)
    assert refusal(task, "ask_extension", county, same) == "not_later"
    Task.objects.filter(pk=task.pk).update(due=timezone.localdate() - timedelta(days=1))
    late = Given(note="缺材料", until=timezone.localdate() + timedelta(days=9))
    assert refusal(task, "ask_extension", county, late) == "asked_late"
    Task.objects.filter(pk=task.pk).update(due=timezone.localdate())
    assert take_step(task, "ask_extension", by=county, given=late).after == "asked"


def test_a_task_is_extended_twice_and_refusals_do_not_count(people, brought_to):
    task = brought_to("accepted")
    county, leader = people["county_officer"], people["leader"]

    def ask():
        task.refresh_from_db()
        given = Given(note="还差一点", until=task.due + timedelta(days=5))
        take_step(task, "ask_extension", by=county, given=given)
        return given

    for _ in range(3):
        ask()
        take_step(task, "refuse_extension", by=leader, given=Given(note="按期办"))
    for _ in range(2):
        wanted = ask()
        take_step(task, "extend", by=leader, given=Given(until=wanted.until))
    task.refresh_from_db()
    assert refusal(task, "ask_extension", county) == "often"


def test_an_extension_moves_the_deadline_and_the_first_one_stays(people, brought_to):
    task = brought_to("asked")
    first, asked = task.due, task.asked_until
    assert asked == first + timedelta(days=20)
    granted = first + timedelta(days=10)
    step = take_step(task, "extend", by=people["leader"], given=Given(until=granted))
    task.refresh_from_db()
    assert (task.due, task.first_due, task.asked_until) == (granted, first, None)
    assert (step.due_before, step.due_after) == (first, granted)


def test_a_refused_extension_leaves_the_deadline_and_no_wish_behind(people, brought_to):
    task = brought_to("asked")
    due = task.due
    take_step(task, "refuse_extension", by=people["leader"], given=Given(note="按期办"))
    task.refresh_from_db()
    assert (task.state, task.due, task.asked_until) == ("accepted", due, None)


def test_a_report_while_more_time_is_asked_for_takes_the_wish_back(people, brought_to):
    task = brought_to("asked")
    take_step(task, "report", by=people["county_officer"], given=Given(note="提前办完"))
    task.refresh_from_db()
    assert task.asked_until is None


def test_a_return_may_set_a_new_deadline_and_needs_none(people, brought_to):
    analyst = people["analyst"]
    task = brought_to("reported")
    due = task.due
    take_step(task, "return", by=analyst, given=Given(note="缺照片"))
    task.refresh_from_db()
    assert task.due == due
    other = brought_to("reported")
    until = timezone.localdate() + timedelta(days=3)
    take_step(other, "return", by=analyst, given=Given(note="缺照片", until=until))
    other.refresh_from_db()
    assert other.due == until


@pytest.mark.parametrize("days", [0, -1])
def test_no_deadline_is_set_that_is_not_ahead(days, people, brought_to):
    task = brought_to("reported")
    until = timezone.localdate() + timedelta(days=days)
    given = Given(note="缺照片", until=until)
    assert refusal(task, "return", people["analyst"], given) == "past"


def test_a_new_deadline_begins_with_nobody_urged(people, brought_to):
    task = brought_to("accepted")
    take_step(task, "supervise", by=people["leader"], given=Given(note="限期说明"))
    task.refresh_from_db()
    assert task.level == 2
    wanted = task.due + timedelta(days=9)
    county, leader = people["county_officer"], people["leader"]
    take_step(task, "ask_extension", by=county, given=Given(note="雨季", until=wanted))
    take_step(task, "extend", by=leader, given=Given(until=wanted))
    task.refresh_from_db()
    assert task.level == 0


def test_urging_after_supervising_takes_nothing_back(people, brought_to):
    task = brought_to("accepted")
    take_step(task, "supervise", by=people["leader"], given=Given(note="限期说明"))
    take_step(task, "urge", by=people["plan_office"])
    task.refresh_from_db()
    assert task.level == 2


# --- closing and opening again


def test_what_was_measured_as_gone_is_closed_without_a_note(people, brought_to, later_run):
    task = brought_to("verified")
    Reading.objects.create(task=task, run=later_run(), state="gone", total=2)
    take_step(task, "close", by=people["plan_office"])
    task.refresh_from_db()
    assert task.closed_at is not None


def test_only_the_last_reading_counts_for_closing(people, brought_to, later_run):
    task = brought_to("verified")
    for state in ("gone", "unknown"):
        Reading.objects.create(task=task, run=later_run(), state=state, total=2)
    assert refusal(task, "close", people["plan_office"], Given()) == "needs_measured"


def test_a_reading_from_before_it_was_reopened_closes_nothing(people, brought_to, later_run):
    task = brought_to("closed")
    Reading.objects.create(task=task, run=later_run(), state="gone", total=2)
    office = people["plan_office"]
    again = Given(note="又裂了", until=timezone.localdate() + timedelta(days=30))
    take_step(task, "reopen", by=office, given=again)
    task.refresh_from_db()
    assert task.closed_at is None
    take_step(task, "accept", by=people["county_officer"])
    take_step(task, "report", by=people["county_officer"], given=Given(note="重做"))
    take_step(task, "verify", by=people["analyst"])
    assert refusal(task, "close", office, Given()) == "needs_measured"


@pytest.mark.parametrize("end", ["withdrawn", "closed"])
def test_what_is_over_is_no_longer_proposed_for_closing(end, people, brought_to):
    task = brought_to("returned" if end == "withdrawn" else "verified")
    Task.objects.filter(pk=task.pk).update(proposed=True)
    action = "withdraw" if end == "withdrawn" else "close"
    take_step(task, action, by=people["plan_office"], given=Given(note="销"))
    task.refresh_from_db()
    assert (task.state, task.proposed) == (end, False)


# --- what happened


def test_steps_are_numbered_without_a_gap_and_name_who_and_which_body(people, brought_to):
    task = brought_to("closed")
    steps = list(task.steps.all())
    assert [step.place for step in steps] == [1, 2, 3, 4, 5, 6]
    assert [step.action for step in steps] == [
        "draft", "issue", "accept", "report", "verify", "close"
    ]  # fmt: skip
    assert [(a.after, b.before) for a, b in pairwise(steps)] == [
        (name, name) for name in ("drafted", "issued", "accepted", "reported", "verified")
    ]
    assert steps[2].by == people["county_officer"]
    assert steps[2].body_id == OWN_COUNTY


def test_a_refused_step_leaves_no_gap(people, brought_to):
    task = brought_to("issued")
    refusal(task, "close", people["plan_office"])
    take_step(task, "accept", by=people["county_officer"])
    assert [step.place for step in task.steps.all()] == [1, 2, 3]


@pytest.mark.parametrize("table", ["tasks_step", "auditlog_logentry", "cities_edit"])
@pytest.mark.parametrize("verb", ["update", "delete"])
def test_the_database_itself_refuses_to_rewrite_what_happened(
    table, verb, people, brought_to, things
):
    from hetao.web.cities.models import Edit

    brought_to("issued")
    Edit.objects.create(register="bridges", ref="B1", before={}, after={}, reason="核对",
                        by=people["analyst"])  # fmt: skip
    words = {"update": f"UPDATE {table} SET id = id + 1000000", "delete": f"DELETE FROM {table}"}
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table}")
        assert cursor.fetchone()[0] > 0
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            cursor.execute(words[verb])


# --- who is told


def told_of(task, key):
    rows = Notice.objects.filter(key=f"tasks.told.{key}", facts__number=task.number)
    return sorted(rows.values_list("user__username", flat=True))


def test_the_lead_and_the_joint_body_are_told_of_a_task_and_the_office_is_not(people, issued):
    task = issued(joint=("housing",))
    assert told_of(task, "issue") == ["county_officer", "department_officer"]


@pytest.mark.parametrize("action", ["accept", "report", "ask_extension"])
def test_the_plan_office_is_told_of_what_a_body_does(action, people, brought_to):
    task = brought_to(WAYS[action][0][0])
    take_step(task, action, by=people["county_officer"], given=whole(action, task))
    assert told_of(task, action) == ["plan_office"]


@pytest.mark.parametrize(
    "action",
    ["extend", "refuse_extension", "verify", "return", "close", "reopen", "withdraw", "urge",
     "supervise"],
)  # fmt: skip
def test_the_bodies_are_told_of_what_is_decided(action, people, brought_to):
    start, role = WAYS[action][0][-1], WAYS[action][2]
    task = brought_to(start)
    Notice.objects.all().delete()
    take_step(task, action, by=people[role], given=whole(action, task))
    assert told_of(task, action) == ["county_officer"]


def test_nobody_is_told_of_what_they_did_themselves(people, brought_to):
    task = brought_to("accepted")
    take_step(task, "note", by=people["plan_office"], given=Given(note="请抓紧"))
    assert told_of(task, "note") == ["county_officer"]


def test_nobody_is_told_of_a_draft_that_is_withdrawn(people, draft):
    task = draft(joint=("housing",))
    take_step(task, "withdraw", by=people["plan_office"], given=Given(note="写错了"))
    assert Notice.objects.count() == 0


def test_neither_the_deactivated_nor_officers_without_a_body_are_told(people, issued):
    User.objects.filter(username="county_officer").update(is_active=False)
    User.objects.create(username="adrift", role="county_officer", shown_name="x")
    assert told_of(issued(), "issue") == []


def test_a_notice_leads_to_its_task_and_says_what_happened_in_both_languages(people, issued):
    from django.utils import translation

    task = issued()
    notice = Notice.objects.get(user=people["county_officer"])
    assert notice.url == f"/tasks/{task.pk}/"
    assert notice.text == f"新任务 {task.number}：危桥整治，期限 {task.due}"
    with translation.override("en"):
        assert notice.text == f"New task {task.number}: 危桥整治, due {task.due}"


# --- entered later


def test_a_step_entered_later_stands_under_the_day_it_was_taken(people, draft):
    past = datetime(2026, 3, 2, 9, 30, tzinfo=timezone.get_current_timezone())
    task = draft()
    Task.objects.filter(pk=task.pk).update(due=date(2026, 4, 1))
    step = take_step(task, "issue", by=people["plan_office"], at=past)
    task.refresh_from_db()
    assert step.at == task.issued_at == past
