"""The day's reminders: soon due, urged, supervised, and the digest by mail."""

from datetime import date, timedelta

import pytest
from django.core import mail
from django.utils import timezone

from hetao.web.accounts.models import Notice, User
from hetao.web.tasks.calendar import calendar
from hetao.web.tasks.models import Task
from hetao.web.tasks.reminders import remind, send_digests

FRIDAY = date(2026, 7, 10)  # a plain summer week: Monday to Friday are worked


@pytest.fixture
def due(issued):
    def make(day, state="accepted", **fields):
        task = issued()
        Task.objects.filter(pk=task.pk).update(due=day, state=state, **fields)
        Notice.objects.all().delete()
        task.refresh_from_db()
        return task

    return make


def on(day):
    return remind({"day": day.isoformat()})


def told(key):
    rows = Notice.objects.filter(key=f"tasks.told.{key}")
    return sorted(rows.values_list("user__username", flat=True))


@pytest.mark.parametrize(
    ("due_on", "count"),
    [
        pytest.param(date(2026, 7, 10), 1, id="today"),
        pytest.param(date(2026, 7, 13), 1, id="one working day, over the weekend"),
        pytest.param(date(2026, 7, 15), 1, id="three working days"),
        pytest.param(date(2026, 7, 16), 0, id="four working days"),
    ],
)
def test_what_falls_due_within_three_working_days_is_told(due_on, count, due):
    due(due_on)
    assert on(FRIDAY)["soon"] == count
    assert told("soon") == ["county_officer"] * count


def test_a_deadline_is_told_as_near_once_however_often_the_day_runs(due):
    due(date(2026, 7, 15))
    assert [on(FRIDAY)["soon"], on(FRIDAY)["soon"], on(date(2026, 7, 13))["soon"]] == [1, 0, 0]


def test_a_deadline_before_a_long_holiday_is_told_once_over_all_its_days(due):
    due(date(2026, 10, 9))
    days = [date(2026, 9, 29) + timedelta(days=n) for n in range(11)]
    assert sum(on(day)["soon"] for day in days) == 1


def test_a_new_deadline_is_told_anew(due):
    task = due(date(2026, 7, 13))
    on(FRIDAY)
    Task.objects.filter(pk=task.pk).update(due=date(2026, 7, 15))
    assert on(FRIDAY)["soon"] == 1


def test_what_is_late_is_urged_once_by_the_system(due):
    task = due(date(2026, 7, 9))
    assert on(FRIDAY)["urged"] == 1
    assert on(FRIDAY)["urged"] == 0
    step = task.steps.last()
    assert (step.action, step.by, step.note) == ("urge", None, "逾期 1 个工作日，系统自动提醒")
    assert told("urge") == ["county_officer", "plan_office"]


@pytest.mark.parametrize(
    ("due_on", "level"),
    [  # late by working days on Friday 10 July
        pytest.param(date(2026, 7, 6), 1, id="four"),
        pytest.param(date(2026, 7, 3), 2, id="five"),
        pytest.param(date(2026, 6, 1), 2, id="many"),
    ],
)
def test_what_is_late_by_five_working_days_is_supervised(due_on, level, due):
    task = due(due_on)
    on(FRIDAY)
    on(FRIDAY)
    task.refresh_from_db()
    assert task.level == level
    assert task.steps.filter(by=None).count() == 1


def test_a_task_goes_from_urged_to_supervised_as_the_days_pass(due):
    task = due(date(2026, 7, 9))
    week = [date(2026, 7, 10) + timedelta(days=n) for n in range(9)]
    outcomes = [(day.day, on(day)) for day in week]
    assert [d for d, counts in outcomes if counts["urged"]] == [10]
    assert [d for d, counts in outcomes if counts["supervised"]] == [16]
    assert [step.action for step in task.steps.filter(by=None)] == ["urge", "supervise"]


@pytest.mark.parametrize("day", [date(2026, 7, 11), date(2026, 10, 5)])
def test_nobody_is_pressed_on_a_day_that_is_not_worked(day, due):
    due(date(2026, 7, 9))
    due(day)
    assert not calendar().is_worked(day)
    assert on(day) == {"soon": 0, "urged": 0, "supervised": 0, "mails": 0, "unsent": 0}


@pytest.mark.parametrize("state", ["reported", "verified", "closed", "withdrawn", "drafted"])
def test_who_owes_nothing_is_not_reminded(state, due):
    due(date(2026, 7, 1), state=state, closed_at=timezone.now())
    assert on(FRIDAY)["urged"] == on(FRIDAY)["supervised"] == 0


# --- the digest


@pytest.fixture
def reader(people):
    person = people["county_officer"]
    person.email, person.digest_by_email = "officer@example.org", True
    person.save()
    return person


def test_unread_notices_go_out_in_one_mail_and_once(reader, issued):
    first, second = issued(), issued()
    assert send_digests() == {"mails": 1, "unsent": 0}
    assert send_digests() == {"mails": 0, "unsent": 0}
    (sent,) = mail.outbox
    assert sent.to == ["officer@example.org"]
    assert first.number in sent.body
    assert second.number in sent.body
    assert f"/tasks/{second.pk}/" in sent.body


def test_a_mail_leads_to_the_site_where_it_is_known(reader, issued, settings):
    settings.SITE_URL = "https://city.example"
    task = issued()
    send_digests()
    assert f" https://city.example/tasks/{task.pk}/" in mail.outbox[0].body


def test_a_mail_says_names_as_they_are_written(reader, issued):
    issued()
    Notice.objects.update(facts={"number": "R1", "title": "A & B <道路>", "due": ""})
    send_digests()
    assert "A & B <道路>" in mail.outbox[0].body


def test_what_was_read_on_the_site_is_not_mailed(reader, issued):
    issued()
    Notice.objects.update(read_at=timezone.now())
    assert send_digests()["mails"] == 0


@pytest.mark.parametrize(
    "change", [{"digest_by_email": False}, {"email": ""}, {"is_active": False}]
)
def test_only_the_active_who_asked_and_gave_an_address_get_mail(change, reader, issued):
    issued()
    User.objects.filter(pk=reader.pk).update(**change)
    assert send_digests() == {"mails": 0, "unsent": 0}
    assert mail.outbox == []


def test_one_address_that_cannot_be_reached_hinders_no_other(reader, people, issued, settings):
    settings.EMAIL_BACKEND = f"{__name__}.Unreachable"
    other = people["department_officer"]
    other.email, other.digest_by_email = "lost@example.org", True
    other.save()
    issued(joint=("housing",))
    Unreachable.sent.clear()
    assert send_digests() == {"mails": 1, "unsent": 1}
    assert Unreachable.sent == ["officer@example.org"]
    assert Notice.objects.get(user=other).sent_at is None


class Unreachable:
    """A mail server that knows everybody but one."""

    sent: list[str] = []  # noqa: RUF012

    def __init__(self, **_):
        pass

    def send_messages(self, messages):
        for message in messages:
            if message.to == ["lost@example.org"]:
                raise OSError("no route to host")
            self.sent += message.to


def test_a_person_asks_for_the_digest_on_their_page(signed_in, people):
    client = signed_in("county_officer")
    assert 'name="digest_by_email"' in client.get("/me/").text
    answer = client.post("/me/digest/", {"digest_by_email": "on", "email": "me@example.org"})
    assert answer.status_code == 302
    person = User.objects.get(username="county_officer")
    assert (person.digest_by_email, person.email) == (True, "me@example.org")
    client.post("/me/digest/", {"email": "me@example.org"})
    person.refresh_from_db()
    assert not person.digest_by_email


@pytest.mark.parametrize("email", ["", "not an address"])
def test_mail_is_asked_for_with_an_address(email, signed_in, people):
    client = signed_in("county_officer")
    answer = client.post("/me/digest/", {"digest_by_email": "on", "email": email})
    assert answer.status_code == 422
    assert 'class="error"' in answer.text
    assert not User.objects.get(username="county_officer").digest_by_email


def test_the_worker_asks_for_the_days_reminders_once(db):
    from hetao.web.jobs.models import Job
    from hetao.web.jobs.worker import _daily

    _daily()
    _daily()
    assert Job.objects.filter(kind="remind").count() == 1
