"""Grades follow from the rulers as the manual and our own thresholds say."""

import math

import pytest

from hetao.assessment.grading import Known, Limit, grade, grade_dimension

AT_LEAST_8 = Limit(">=", 8, "中发〔2016〕6号")
NONE_LEFT = Limit("<=", 0, "国办发〔2021〕11号")
WHOLE = Limit(">=", 100, "手册")


def known(value, better="higher", **more):
    return Known(value, more.pop("low", value), more.pop("high", value), better, **more)


@pytest.mark.parametrize(("value", "level"), [
    pytest.param(8.8, "very_good", id="a tenth above the limit"),
    pytest.param(8.7, "good", id="less than a tenth above"),
    pytest.param(8.0, "good", id="the limit itself is met"),
    pytest.param(7.2, "fair", id="a tenth below"),
    pytest.param(7.1, "poor", id="more than a tenth below"),
    pytest.param(math.nan, "unknown", id="nothing is known"),
])  # fmt: skip
def test_a_standard_decides_by_how_far_it_is_met(value, level):
    assert grade(known(value, standard=AT_LEAST_8)).level == level


def test_what_must_be_none_is_very_good_at_none_and_poor_at_one():
    assert grade(known(0, "lower", standard=NONE_LEFT)).level == "very_good"
    assert grade(known(1, "lower", standard=NONE_LEFT)).level == "poor"


def test_all_of_all_is_very_good():
    assert grade(known(100, standard=WHOLE)).level == "very_good"


def test_an_interval_across_the_limit_decides_nothing():
    told = grade(known(8.1, low=7.9, high=8.3, standard=AT_LEAST_8))
    assert (told.level, told.reason) == ("unknown", "straddles")


def test_an_interval_above_the_limit_counts_its_worse_end():
    assert grade(known(math.nan, low=8.2, high=9.9, standard=AT_LEAST_8)).level == "good"


def test_the_worse_of_standard_and_target_counts():
    target = Limit(">=", 8.5, "（五）")  # 8.2 is 3.5 % short of it
    assert grade(known(8.2, standard=AT_LEAST_8, target=target)).level == "fair"


def test_an_unverified_standard_judges_nothing():
    limit = Limit(">=", 8, "", verified=False)
    assert grade(known(9, standard=limit)).level == "unknown"


def test_without_a_limit_last_year_decides_but_never_very_good_or_poor():
    assert grade(known(90, "lower", before={2025: 100})).level == "good"
    assert grade(known(110, "lower", before={2025: 100})).level == "fair"
    assert grade(known(101, "lower", before={2025: 100})).level == "fair"  # within 2 %: steady


def test_a_bottom_line_is_no_better_than_fair_while_anything_is_left():
    fewer = known(50, "lower", is_count=True, is_veto=True, before={2025: 60})
    more = known(70, "lower", is_count=True, is_veto=True, before={2025: 60})
    none = known(0, "lower", is_count=True, is_veto=True, before={2025: 60})
    assert [grade(one).level for one in (fewer, more, none)] == ["fair", "poor", "very_good"]


@pytest.mark.parametrize(("survey", "level", "lowered"), [
    pytest.param((55, 52, 58), "good", True, id="surely below 60: one grade less"),
    pytest.param((58, 54, 62), "very_good", False, id="perhaps below 60: told, not lowered"),
    pytest.param((60, 60, 60), "very_good", False, id="60 is not below 60"),
])  # fmt: skip
def test_residents_lower_the_grade_by_one(survey, level, lowered):
    told = grade(known(9.5, standard=AT_LEAST_8, survey=survey))
    assert (told.level, told.lowered) == (level, lowered)


def test_residents_lower_nothing_below_poor():
    told = grade(known(4, standard=AT_LEAST_8, survey=(30, 25, 35)))
    assert (told.level, told.lowered) == ("poor", False)


def test_what_an_expert_guessed_is_never_a_conclusion():
    told = grade(known(9.5, standard=AT_LEAST_8, evidence="E"))
    assert (told.level, told.reason) == ("unknown", "evidence_e")
    assert told.rulings[0].level == "very_good"


def test_what_does_not_apply_is_not_graded():
    assert grade(known(math.nan, applies=False)).level == "not_applicable"


def levels(very_good=0, good=0, fair=0, poor=0, unknown=0, not_applicable=0):
    counts = {"very_good": very_good, "good": good, "fair": fair, "poor": poor,
              "unknown": unknown, "not_applicable": not_applicable}  # fmt: skip
    return [level for level, count in counts.items() for _ in range(count)]


@pytest.mark.parametrize(("counted", "level", "in_gap"), [
    pytest.param({"very_good": 8, "fair": 2}, "excellent", False, id="80 % very good, none poor"),
    pytest.param({"very_good": 8, "poor": 2}, "good", False, id="80 % very good, some poor"),
    pytest.param({"good": 8, "fair": 2}, "good", True, id="the table's gap reads as good"),
    pytest.param({"good": 6, "fair": 4}, "good", False, id="60 %, none poor"),
    pytest.param({"good": 6, "poor": 4}, "medium", False, id="60 %, some poor"),
    pytest.param({"good": 4, "fair": 6}, "medium", False, id="40 %, none poor"),
    pytest.param({"good": 4, "poor": 6}, "weak", False, id="40 %, some poor"),
    pytest.param({"good": 3, "fair": 7}, "weak", False, id="below 40 %"),
    pytest.param({"good": 4, "unknown": 6}, "unknown", False, id="most cannot be graded"),
    pytest.param({"very_good": 4, "unknown": 1, "not_applicable": 5}, "excellent", False,
                 id="what does not apply is left out"),
])  # fmt: skip
def test_a_dimension_is_graded_by_the_table(counted, level, in_gap):
    told = grade_dimension(levels(**counted))
    assert (told.level, told.in_gap) == (level, in_gap)


def test_peers_decide_where_nothing_else_does():
    others = (40.0, 45.0, 50.0, 55.0, 70.0)  # the middle is 50
    assert grade(known(52.5, peers=others)).level == "good"
    assert grade(known(49.0, peers=others)).level == "fair"
    assert grade(known(52.5, peers=others[:2])).level == "unknown"  # two are no comparison


def test_a_standard_met_says_nothing_while_the_target_may_be_missed():
    target = Limit(">=", 11, "（五）")
    told = grade(known(11, low=10, high=12, standard=AT_LEAST_8, target=target))
    assert (told.level, told.reason) == ("unknown", "straddles")


def test_no_value_is_told_as_such():
    assert grade(known(math.nan, standard=AT_LEAST_8)).reason == "no_value"


def test_a_standard_nobody_verified_leaves_the_target_to_decide():
    standard = Limit(">=", 90, "", verified=False)
    target = Limit(">=", 50, "（五）")
    assert grade(known(60, standard=standard, target=target)).level == "very_good"
