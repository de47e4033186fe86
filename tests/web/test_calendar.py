"""Working days, against two published calendars and against themselves."""

from datetime import date, timedelta

import chinese_calendar
import holidays
import pytest
from django.conf import settings
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from hetao.web.tasks.calendar import Calendar, calendar
from hetao.web.tasks.models import Task

YEARS = (2023, 2024, 2025, 2026)
days = st.dates(date(2023, 1, 1), date(2028, 12, 31))
counts = st.integers(1, 400)


def every_day(year):
    first = date(year, 1, 1)
    return [first + timedelta(days=n) for n in range((date(year + 1, 1, 1) - first).days)]


@pytest.fixture
def own_calendar():
    path = settings.ROOT / "platform" / "calendar.toml"
    path.parent.mkdir(exist_ok=True)
    calendar.cache_clear()
    yield path
    path.unlink(missing_ok=True)
    calendar.cache_clear()


def test_the_calendar_holds_these_years():
    assert calendar().years == set(YEARS)


@pytest.mark.parametrize("year", YEARS)
def test_every_day_is_worked_or_not_as_the_chinesecalendar_package_has_it(year):
    worked = [day for day in every_day(year) if calendar().is_worked(day)]
    assert worked == [day for day in every_day(year) if chinese_calendar.is_workday(day)]


@pytest.mark.parametrize("year", YEARS)
def test_every_day_is_worked_or_not_as_the_holidays_package_has_it(year):
    china = holidays.country_holidays("CN", years=year)
    worked = [day for day in every_day(year) if calendar().is_worked(day)]
    assert worked == [day for day in every_day(year) if china.is_working_day(day)]


@given(day=days, count=counts)
def test_the_day_after_so_many_working_days_is_that_many_away(day, count):
    after = calendar().after(day, count)
    assert calendar().between(day, after) == count
    assert calendar().is_worked(after)


@given(day=days, count=counts)
def test_no_earlier_day_would_do(day, count):
    before = calendar().after(day, count) - timedelta(days=1)
    assert before == day or calendar().between(day, before) == count - 1


@given(start=days, middle=days, end=days)
def test_working_days_add_up_over_any_day_in_between(start, middle, end):
    first, last = calendar().between(start, middle), calendar().between(middle, end)
    assert first + last == calendar().between(start, end)


@given(start=days, end=days)
def test_there_and_back_is_nothing(start, end):
    assert calendar().between(start, end) == -calendar().between(end, start)


@given(day=days, first=counts, second=counts)
def test_two_waits_are_one_long_wait(day, first, second):
    twice = calendar().after(calendar().after(day, first), second)
    assert twice == calendar().after(day, first + second)


@pytest.mark.parametrize("count", [0, -1])
def test_no_day_lies_no_working_days_ahead(count):
    with pytest.raises(ValueError, match=str(count)):
        calendar().after(date(2026, 1, 1), count)


@pytest.mark.parametrize(
    ("start", "end", "count"),
    [  # counted on a printed calendar of 2026
        pytest.param(date(2026, 9, 30), date(2026, 10, 8), 1, id="over the National Day holiday"),
        pytest.param(date(2026, 10, 8), date(2026, 10, 12), 3, id="a Saturday that is worked"),
        pytest.param(date(2026, 2, 13), date(2026, 2, 24), 2, id="over Spring Festival"),
        pytest.param(date(2026, 7, 3), date(2026, 7, 6), 1, id="over a plain weekend"),
        pytest.param(date(2026, 7, 6), date(2026, 7, 3), -1, id="and back"),
        pytest.param(date(2026, 7, 4), date(2026, 7, 5), 0, id="within a weekend"),
    ],
)
def test_working_days_counted_by_hand(start, end, count):
    assert calendar().between(start, end) == count


def test_a_year_not_announced_goes_by_the_week_alone_and_says_so():
    assert calendar().is_worked(date(2027, 1, 1))  # a Friday, and New Year's Day in truth
    assert not calendar().is_certain(date(2026, 12, 30), date(2027, 1, 2))
    assert not calendar().is_certain(date(2027, 1, 2), date(2026, 12, 30))
    assert calendar().is_certain(date(2025, 12, 30), date(2026, 1, 6))


def test_a_year_missing_in_between_is_uncertain():
    gap = Calendar(frozenset(), frozenset(), frozenset({2026, 2028}))
    assert not gap.is_certain(date(2026, 1, 1), date(2028, 1, 1))


def test_a_city_announces_a_year_of_its_own(own_calendar):
    own_calendar.write_text("[[years]]\nyear = 2027\noff = [2027-01-01]\n", "utf-8")
    assert not calendar().is_worked(date(2027, 1, 1))
    assert calendar().is_certain(date(2026, 12, 30), date(2027, 3, 1))
    assert not calendar().is_worked(date(2026, 10, 1))  # ours still holds for other years


def test_a_city_replaces_a_year_whole(own_calendar):
    own_calendar.write_text("[[years]]\nyear = 2026\nworked = [2026-07-04]\n", "utf-8")
    assert calendar().is_worked(date(2026, 7, 4))
    assert calendar().is_worked(date(2026, 10, 1))  # none of our days of 2026 is left


@pytest.mark.parametrize("page", ["task", "draft"])
def test_a_deadline_in_a_year_not_announced_is_told_as_provisional(page, signed_in, issued):
    unknown = max(calendar().years) + 1
    task = issued(days=20)
    words = "工作日数为暂定"
    office = signed_in("plan_office")
    if page == "task":
        Task.objects.filter(pk=task.pk).update(due=date(unknown, 6, 1))
        assert words in office.get(f"/tasks/{task.pk}/").text
        Task.objects.filter(pk=task.pk).update(due=timezone.localdate())
        assert words not in office.get(f"/tasks/{task.pk}/").text
    else:
        proposed = calendar().after(timezone.localdate(), 30)
        shown = office.get("/tasks/new/").text
        assert (words in shown) == (not calendar().is_certain(timezone.localdate(), proposed))
