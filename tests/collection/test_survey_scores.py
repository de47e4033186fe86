"""What residents think, and how sure that is."""

import pandas as pd
import pytest

from hetao.collection.questionnaire import questionnaire
from hetao.collection.survey import (
    Breach,
    Survey,
    UnderSampled,
    indicator_scores,
    survey_scores,
    valid_answers,
)
from hetao.registers.definition import register_named

ITEMS = list(questionnaire().items)
ZONES = pd.DataFrame(
    [
        ("city", "榆湾市", "city", None),
        ("east", "城东街道", "subdistrict", "city"),
        ("west", "城西街道", "subdistrict", "city"),
        ("e1", "东一社区", "community", "east"),
        ("e2", "东二社区", "community", "east"),
        ("w1", "西一社区", "community", "west"),
    ],
    columns=["code", "name", "level", "parent"],
).set_index("code")


def answer(community: str = "e1", **told: object) -> dict[str, object]:
    """Return an answer of 3 and 4 in turn, but for what is told."""
    usual = {item: 3 + number % 2 for number, item in enumerate(ITEMS)}
    return {"community": community, "age": 40, "years_lived": 10, **usual, **told}


def survey(*rows: dict[str, object], margins=None, **persons: float) -> Survey:
    populations = pd.Series(persons or {"e1": 1_000}, dtype=float)
    return survey_scores(pd.DataFrame(rows), ZONES, populations=populations, margins=margins)


def row(result: Survey, item: str, zone: str) -> pd.Series:
    return result.scores.set_index(["item", "zone"]).loc[(item, zone)]


def test_mean_and_interval_of_four_answers():
    # 50 75 75 100: mean 75, s² = (25² + 25²) / 3 = 416.67, s/√4 = 10.2062; t(0.975; 3) = 3.1824,
    # so 75 ± 32.481; above 100 there is nothing
    found = row(survey(*[answer(h1=told) for told in (3, 4, 4, 5)]), "h1", "e1")
    assert found["n"] == 4
    assert found["mean"] == pytest.approx(75)
    assert found["low"] == pytest.approx(42.519, abs=0.01)
    assert found["high"] == 100


def test_communities_count_by_their_residents():
    # e1: 300 persons, eight answers of 50 and 100 in turn; w1: 100 persons, eight of 0 and 50.
    # Weights 1.5 and 0.5: 0.75·75 + 0.25·25 = 62.5. Design effect 16·(8·2.25 + 8·0.25)/16² = 1.25.
    # Variance (12·(37.5² + 12.5²)/2 + 4·(62.5² + 12.5²)/2)/16 = 1093.75, times 16/15 = 1166.67;
    # √(1166.67·1.25/16) = 9.5470; t(0.975; 15) = 2.1314: ± 20.349
    rows = [answer("e1", h1=told) for told in (3, 5) * 4]
    rows += [answer("w1", h1=told) for told in (1, 3) * 4]
    result = survey(*rows, e1=300, w1=100)
    found = row(result, "h1", "city")
    assert result.weighting.design_effect == pytest.approx(1.25)
    assert found["mean"] == pytest.approx(62.5)
    assert found["low"] == pytest.approx(42.151, abs=0.01)
    assert found["high"] == pytest.approx(82.849, abs=0.01)
    assert row(result, "h1", "east")["mean"] == pytest.approx(75)
    assert row(result, "h1", "w1")["mean"] == pytest.approx(25)


def test_the_rest_of_a_subdistrict_speaks_for_a_silent_community():
    # e1 speaks for itself and for e2: 200 of 400 persons, as many as w1
    rows = [answer("e1", h1=5)] * 2 + [answer("w1", h1=3)] * 2
    result = survey(*rows, e1=100, e2=100, w1=200)
    assert row(result, "h1", "city")["mean"] == pytest.approx(75)
    assert row(result, "h1", "e2")["n"] == 0
    assert pd.isna(row(result, "h1", "e2")["mean"])
    assert pd.isna(row(result, "h1", "e2")["unanswered"])


def test_margins_weigh_women_and_men_alike():
    # three women at 100 and one man at 0: 50 when both count for half
    rows = [answer(h1=5, gender="女")] * 3 + [answer(h1=1, gender="男")]
    result = survey(*rows, margins={"gender": {"female": 500, "male": 500}})
    assert row(result, "h1", "city")["mean"] == pytest.approx(50)


def test_six_who_agree_are_still_only_six():
    # Wilson with all of n in favour: from n / (n + z²) = 6 / 9.8415 = 0.6097 up to 1
    found = row(survey(*[answer(h1=5)] * 6), "h1", "e1")
    assert found["mean"] == 100
    assert found["low"] == pytest.approx(60.97, abs=0.01)
    assert found["high"] == 100


def test_one_answer_is_not_an_opinion_of_the_community():
    found = row(survey(answer(h1=5)), "h1", "e1")
    assert found["n"] == 1
    assert found[["mean", "low", "high"]].isna().all()


def test_dont_know_and_empty_are_no_answers():
    found = row(survey(*[answer(h1=told) for told in (5, 3, 0, None)]), "h1", "e1")
    assert found["n"] == 2
    assert found["mean"] == pytest.approx(75)
    assert found["unanswered"] == pytest.approx(0.5)


def test_who_is_left_out_is_counted_under_the_first_reason():
    rows = pd.DataFrame([
        answer(),
        answer(age=15),
        answer(age=15, years_lived=0.1),
        answer(years_lived=0.4),
        answer(age=16, years_lived=0.5),
        answer(age=None),
        {"community": "e1", "age": 40, "years_lived": 3, "h1": 4},
        answer(**dict.fromkeys(ITEMS, 5)),
        answer(**dict.fromkeys(ITEMS[:24], 0)),  # 22 of 46 answered
        answer(**dict.fromkeys(ITEMS[:23], 0)),  # just half
    ])  # fmt: skip
    checked = valid_answers(rows)
    assert checked.excluded == {
        "under_age": 2, "newcomer": 1, "mostly_empty": 2, "straight_lined": 1,
    }  # fmt: skip
    assert checked.answers.index.tolist() == [0, 4, 5, 9]
    assert checked.untold == {"age": 1, "years_lived": 0}


def test_every_reason_has_its_words():
    reasons = questionnaire().reasons
    excluded = valid_answers(pd.DataFrame([answer()])).excluded
    assert {*excluded, "too_few_answers"} == set(reasons)
    assert all({"zh", "en"} == set(words) for words in reasons.values())


def test_communities_with_fewer_than_six_answers_are_named():
    result = survey(*[answer("e1")] * 6, *[answer("e2")] * 5, e1=100, e2=100, w1=100)
    assert result.under_sampled == (
        UnderSampled("e2", "东二社区", 5),
        UnderSampled("w1", "西一社区", 0),
    )


def test_a_community_may_be_given_by_name_and_an_unknown_one_is_told():
    result = survey(answer("东一社区"), answer(" e1 "), answer("东三社区"), e1=100)
    assert row(result, "h1", "e1")["n"] == 2
    assert row(result, "h1", "city")["n"] == 3
    assert result.unplaced == {"东三社区": 1}


def test_a_name_that_two_communities_bear_places_nobody():
    twice = ZONES.assign(name=ZONES["name"].replace("西一社区", "东一社区"))
    rows = pd.DataFrame([answer("东一社区")])
    result = survey_scores(rows, twice, populations=pd.Series({"e1": 100.0, "w1": 100.0}))
    assert result.unplaced == {"东一社区": 1}


def test_quotas_not_kept_are_told():
    # eight women of ten; nobody under 30, nine of ten from 30 to 59; two officials of ten
    rows = [answer(gender="女" if number < 8 else "男", age=70 if number == 0 else 40,
                   occupation="公职人员" if number < 2 else "退休")
            for number in range(10)]  # fmt: skip
    found = {(breach.by, breach.value): breach.share for breach in survey(*rows).breaches}
    assert found == pytest.approx({
        ("gender", "female"): 0.8, ("age", "16-29"): 0.0, ("age", "30-59"): 0.9,
        ("occupation", "official"): 0.2,
    })  # fmt: skip


def test_quotas_just_kept_are_fine():
    # seven women of ten; 35, 50, 15 % by age; 15 % officials
    ages = [20] * 7 + [40] * 10 + [60] * 3
    rows = [answer(gender="女" if number < 14 else "男", age=age,
                   occupation="公职人员" if number < 3 else "学生")
            for number, age in enumerate(ages)]  # fmt: skip
    assert survey(*rows).breaches == ()


def test_an_income_group_nobody_is_from_is_told():
    rows = [answer(income=told) for told in ("3000元以下", "3000—5000元", "10000元以上")]
    breaches = [breach for breach in survey(*rows).breaches if breach.by == "income"]
    assert breaches == [Breach("income", "5000-10000", 0.0, 0.0, 1.0)]


@pytest.mark.parametrize(("persons", "needed"), [(100_000, 1_500), (5_000_000, 3_000)])
def test_a_city_has_a_least_number_of_answers(persons, needed):
    # 0.6 per mille of five million is 3 000
    result = survey(answer(), answer(), e1=persons)
    assert result.needed == needed
    assert result.is_short


def test_an_indicator_has_the_mean_of_its_items():
    # c5 alone speaks of charging: thirty answers of 25 and 75 in turn, mean 50;
    # s² = 30·25²/29 = 646.55, √(646.55/30) = 4.6424, t(0.975; 29) = 2.0452: ± 9.495
    result = indicator_scores(survey(*[answer(c5=told) for told in (2, 4) * 15]))
    found = result["ev_chargers_short"]
    assert found.score == pytest.approx(50)
    assert (found.low, found.high) == pytest.approx((40.505, 59.495), abs=0.01)
    assert (found.n, found.reason) == (30, "")
    assert result["estates_ebike_charging"] == found


def test_an_indicator_that_few_speak_about_is_unknown():
    rows = [answer(c5=told) for told in (2, 4) * 14] + [answer(c5=0)] * 2
    found = indicator_scores(survey(*rows))["ev_chargers_short"]
    assert pd.isna(found.score)
    assert (found.n, found.reason) == (28, "too_few_answers")


def test_answers_as_the_register_holds_them_are_read():
    rows = pd.DataFrame([answer(h1=3), answer(h1=5), answer(h1=None)])
    columns = {field.name: field.dtype for field in register_named("survey_answers").fields}
    typed = rows.astype({name: columns[name] for name in rows})
    result = survey_scores(typed, ZONES, populations=pd.Series({"e1": 100.0}))
    assert row(result, "h1", "e1")["mean"] == pytest.approx(75)


def test_a_survey_without_answers_is_short_and_unknown():
    nobody = pd.DataFrame(columns=["community", *ITEMS])
    result = survey_scores(nobody, ZONES, populations=pd.Series({"e1": 100.0}))
    assert result.is_short
    assert result.scores["mean"].isna().all()
    assert len(result.scores) == len(ITEMS) * 3  # the city, its east, one community


def test_the_order_of_the_answers_changes_nothing():
    rows = [answer("e1", h1=told) for told in (3, 5, 1)] + [answer("w1", h1=2)] * 3
    there = survey(*rows, e1=300, w1=100).scores
    back = survey(*reversed(rows), e1=300, w1=100).scores
    pd.testing.assert_frame_equal(there, back)
