"""One target against figures: every expected state is worked out by hand."""

from typing import Any

import pytest

from hetao.plan.judged import Figure
from hetao.plan.judging import judge
from hetao.plan.ledger import Operator, Target


def target(
    operator: Operator = ">=", value: float | None = 95.0, unit: str = "%", **more: Any
) -> Target:
    told = {"indicator": "燃气普及率", "year": 2025} | more
    return Target("t1", "（六）", operator=operator, value=value, unit=unit, **told)


def figures(unit: str = "%", **values: float) -> list[Figure]:
    return [Figure("gas", int(year[1:]), value, unit) for year, value in values.items()]


def test_a_figure_of_the_deadline_that_reaches_the_value_is_met() -> None:
    verdict = judge(target(), figures(y2025=95.0), year=2026)

    assert (verdict.state, verdict.final, verdict.gap) == ("met", True, 0.0)


def test_exactly_95_is_met_by_the_words_and_not_by_the_strict_reading() -> None:
    verdict = judge(target(), figures(y2025=95.0), year=2026)

    assert [(r.name, r.operator, r.state) for r in verdict.readings] == [
        ("words", ">=", "met"),
        ("strict", ">", "not_met"),
    ]


def test_readings_that_agree_are_not_shown() -> None:
    assert judge(target(), figures(y2025=96.0), year=2026).readings == ()


def test_more_than_93_is_not_met_by_93() -> None:
    verdict = judge(target(">", 93.0), figures(y2025=93.0), year=2025)

    assert (verdict.state, verdict.gap, verdict.readings) == ("not_met", 0.0, ())


def test_leakage_of_10_meets_a_limit_of_10_and_misses_the_strict_one() -> None:
    verdict = judge(target("<=", 10.0), figures(y2025=10.0), year=2026, better="lower")

    assert [reading.state for reading in verdict.readings] == ["met", "not_met"]


def test_nearly_everywhere_is_met_by_96_and_not_by_the_strict_reading() -> None:
    wanted = target("all", 100.0, soft=True, soft_word="基本")

    verdict = judge(wanted, figures(y2025=96.0), year=2026)

    assert verdict.state == "met"
    assert [(r.name, r.value, r.state) for r in verdict.readings] == [
        ("words", 95.0, "met"),
        ("strict", 100.0, "not_met"),
    ]


def test_a_figure_in_square_metres_is_compared_in_ten_thousands() -> None:
    verdict = judge(target("=", 90.0, "万平方米"), figures("m²", y2025=885_000.0), year=2026)

    assert verdict.state == "not_met"
    assert verdict.gap == pytest.approx(1.5)


def test_a_unit_that_does_not_convert_is_told() -> None:
    verdict = judge(target("=", 90.0, "万平方米"), figures("公里", y2025=90.0), year=2026)

    assert (verdict.state, verdict.reason) == ("cannot_tell", "unit_mismatch")


def test_an_interval_on_both_sides_cannot_tell() -> None:
    figure = Figure("roads", 2025, 8.6, "公里/平方公里", low=8.2, high=8.9)

    verdict = judge(target(">=", 8.5, "公里/平方公里"), [figure], year=2026)

    assert (verdict.state, verdict.reason) == ("cannot_tell", "straddles")


def test_the_first_later_figure_stands_for_a_deadline_without_one() -> None:
    verdict = judge(target(), figures(y2024=90.0, y2026=96.0), year=2026)

    assert (verdict.state, verdict.facts["later"]) == ("met", 2026)


def test_an_older_figure_of_a_state_tells_nothing_of_the_deadline() -> None:
    verdict = judge(target(), figures(y2024=97.0), year=2026)

    assert (verdict.state, verdict.reason) == ("cannot_tell", "figure_too_old")


def test_an_amount_done_before_the_deadline_stays_done() -> None:
    wanted = target("=", 90.0, "万平方米", indicator="节能改造面积", counting="cumulative")

    assert judge(wanted, figures("万平方米", y2024=92.0), year=2026).state == "met"


def test_the_pace_so_far_tells_on_track() -> None:
    # 80 in 2023, 86 in 2024: 6 a year; 2025 and 2026 bring 98, and 95 is wanted
    verdict = judge(target(year=2026), figures(y2023=80.0, y2024=86.0), year=2024)

    assert (verdict.state, verdict.pace, verdict.pace_needed) == ("on_track", 6.0, 4.5)


def test_too_slow_a_pace_is_behind() -> None:
    verdict = judge(target(year=2026), figures(y2022=80.0, y2024=82.0), year=2024)

    assert (verdict.state, verdict.pace, verdict.pace_needed) == ("behind", 1.0, 6.5)


def test_a_figure_that_moves_away_deteriorates() -> None:
    verdict = judge(target("<=", 10.0, year=2030), figures(y2023=12.0, y2024=13.0), year=2024)

    assert (verdict.state, verdict.pace, verdict.pace_needed) == ("deteriorating", 1.0, -0.5)


def test_one_figure_makes_no_pace() -> None:
    verdict = judge(target(year=2030), figures(y2024=80.0), year=2024)

    assert (verdict.state, verdict.reason, verdict.gap) == ("cannot_tell", "no_baseline", 15.0)
    assert verdict.pace_needed == 2.5


def test_no_figure_is_no_observation() -> None:
    assert judge(target(), [], year=2026).reason == "no_observation"


def test_figures_after_the_year_of_the_assessment_do_not_count() -> None:
    assert judge(target(), figures(y2026=99.0), year=2025).reason == "no_observation"


def test_a_share_without_unit_is_damaged() -> None:
    damaged = target(">=", 95.0, "", flags=("no_unit",))

    assert judge(damaged, figures(y2025=96.0), year=2026).reason == "damaged"


def test_an_aim_without_number_has_no_definition() -> None:
    aim = target("aim", None, "", indicator="完整居住社区覆盖率")

    assert judge(aim, figures(y2025=40.0), year=2026).reason == "no_definition"


def test_an_aim_whose_figure_falls_deteriorates() -> None:
    aim = target("aim", None, "", indicator="完整居住社区覆盖率")

    verdict = judge(aim, figures(y2023=45.0, y2025=40.0), year=2026, better="higher")

    assert verdict.state == "deteriorating"


def test_none_left_is_met_by_zero_alone() -> None:
    none = target("none", 0.0, "", indicator="易涝积水点")

    assert judge(none, figures("处", y2025=0.0), year=2026).state == "met"
    assert judge(none, figures("处", y2025=1.0), year=2026).state == "not_met"


def test_mostly_is_more_than_half() -> None:
    mainly = target("~", 6.0, "层", indicator="新建住宅", year=None, soft=True, soft_word="为主")

    assert judge(mainly, figures("%", y2026=50.0), year=2026).state == "not_met"
    assert judge(mainly, figures("%", y2026=51.0), year=2026).state == "met"


def test_a_fall_against_a_baseline_is_computed() -> None:
    # 1.25 to 1.00 is a fall of 20 %
    fall = target(">=", 18.0, "%", indicator="单位能耗下降", baseline="比2020年")

    verdict = judge(
        fall, figures("吨标准煤/万元", y2020=1.25, y2025=1.0), year=2026, better="lower"
    )

    assert (verdict.state, verdict.figure and verdict.figure.value) == ("met", pytest.approx(20.0))


def test_a_fall_whose_baseline_nobody_knows_cannot_be_told() -> None:
    fall = target(">=", 18.0, "%", indicator="单位能耗下降", baseline="比2020年")

    verdict = judge(fall, figures("吨标准煤/万元", y2021=1.2, y2025=1.0), year=2026)

    assert (verdict.reason, verdict.facts["wanted"]) == ("no_baseline", 2020)


def test_a_standing_duty_needs_a_recent_figure() -> None:
    standing = target("all", 100.0, indicator="新建建筑执行绿色建筑标准", year=None)

    assert judge(standing, figures(y2025=100.0), year=2026).state == "met"
    assert judge(standing, figures(y2024=100.0), year=2026).reason == "figure_too_old"
