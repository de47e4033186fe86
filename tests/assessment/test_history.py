"""Changes and courses, by hand."""

import pytest

from hetao.assessment.history import change, course
from hetao.plan.judged import Figure


def told(year, value, **more):
    return Figure("x", year, value, "%", **more)


def test_a_ratio_s_change_is_shared_between_its_parts():
    # 40 of 100, then 60 of 120: from 40 % to 50 %. Numerator first: 40→60 of 100 is +20, then
    # 100→120 is −10; denominator first: 40/120 − 40/100 = −6.67, then +16.67. Means +18.33, −8.33.
    series = {2025: told(2025, 40.0, numerator=40.0, denominator=100.0),
              2026: told(2026, 50.0, numerator=60.0, denominator=120.0)}  # fmt: skip
    found = change(series, year=2026, better="higher")
    assert found.difference == pytest.approx(10)
    assert found.from_above == pytest.approx(18.3333, abs=1e-3)
    assert found.from_below == pytest.approx(-8.3333, abs=1e-3)
    assert found.better is True
    assert found.why == ("value",)


def test_another_edition_is_told():
    series = {2025: told(2025, 40.0, edition="2023"), 2026: told(2026, 50.0, edition="2025")}
    found = change(series, year=2026, better="higher")
    assert (found.why, found.better) == (("edition",), None)  # not to be compared


def test_a_numerator_that_was_none_made_all_the_change():
    series = {2025: told(2025, 0.0, numerator=0.0, denominator=100.0),
              2026: told(2026, 20.0, numerator=20.0, denominator=100.0)}  # fmt: skip
    found = change(series, year=2026, better="higher")
    assert (found.from_above, found.from_below) == (pytest.approx(20), pytest.approx(0))


def test_the_last_year_known_is_compared():
    series = {2023: told(2023, 40.0), 2026: told(2026, 50.0)}
    assert change(series, year=2026, better="higher").year_before == 2023


def test_no_year_before_is_no_change():
    assert change({2026: told(2026, 50.0)}, year=2026, better="higher") is None


@pytest.mark.parametrize(("values", "direction"), [
    pytest.param([9, 8, 6, 5, 4], "improving", id="down every year, less is better"),
    pytest.param([4, 5, 6, 8, 9], "worsening", id="up every year"),
    pytest.param([5, 8, 5, 8, 5], "mixed", id="up and down"),
    pytest.param([100, 101, 100, 99, 100], "steady", id="within 2 %"),
])  # fmt: skip
def test_five_years_have_a_direction(values, direction):
    series = {2022 + at: told(2022 + at, float(value)) for at, value in enumerate(values)}
    assert course(series, year=2026, better="lower").direction == direction


def test_two_years_are_no_course():
    series = {2025: told(2025, 4.0), 2026: told(2026, 3.0)}
    assert course(series, year=2026, better="lower").direction == "unknown"
