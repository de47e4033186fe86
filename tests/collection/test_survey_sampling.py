"""How many residents of each community to ask."""

import math

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hetao.collection.sampling import answers_needed, sample_plan


def communities(*persons: float | None) -> pd.DataFrame:
    codes = [f"c{number}" for number in range(len(persons))]
    return pd.DataFrame({"zone": codes, "name": [f"{code}社区" for code in codes],
                         "persons": list(persons)})  # fmt: skip


@pytest.mark.parametrize(("persons", "expected"), [
    pytest.param(300_000, 1_500, id="450 by share, so the least per city"),
    pytest.param(1_000_000, 1_500, id="1.5 per mille is just the least"),
    pytest.param(2_000_000, 3_000, id="1.5 per mille"),
    pytest.param(1_000_001, 1_501, id="rounded up"),
])  # fmt: skip
def test_answers_a_city_needs(persons, expected):
    assert answers_needed(persons) == expected


def test_each_community_has_its_part_of_the_total():
    # 1 500 answers for 10 000 persons: 0.15 each, so 150, 450, 900
    plan = sample_plan(communities(1_000, 3_000, 6_000))
    assert plan.communities["answers"].tolist() == [150, 450, 900]
    assert plan.total == plan.needed == 1_500


def test_the_largest_remainder_gets_the_answer_left_over():
    # 1 500 · 1/7 = 214.29, · 2/7 = 428.57, · 4/7 = 857.14: the second remainder is the largest
    plan = sample_plan(communities(1, 2, 4))
    assert plan.communities["answers"].tolist() == [214, 429, 857]


def test_a_small_community_has_six_and_the_others_share_the_rest():
    # 1 500 · 20 / 10 020 = 3, raised to 6; 1 494 are left for two equal ones
    plan = sample_plan(communities(20, 5_000, 5_000))
    assert plan.communities["answers"].tolist() == [6, 747, 747]


def test_many_communities_need_more_than_the_city():
    plan = sample_plan(communities(*[1_000] * 300))
    assert plan.needed == 1_500
    assert plan.total == 1_800  # 300 times 6


def test_a_community_of_unknown_population_is_named_and_gets_the_fewest():
    plan = sample_plan(communities(None, 1_000))
    assert plan.unknown == ("c0社区",)
    assert plan.communities["answers"].tolist() == [6, 1_494]


def test_quotas_of_the_whole_city():
    plan = sample_plan(communities(1_000, 3_000, 6_000))
    quotas = plan.quotas.set_index(["by", "value"])
    assert quotas.loc[("gender", "female"), "at_most"] == 1_050  # 70 % of 1 500
    assert quotas.loc[("occupation", "official"), "at_most"] == 225  # 15 %
    middle = quotas.loc[("age", "30-59")]
    assert (middle["target"], middle["at_least"], middle["at_most"]) == (825, 750, 900)  # 55 ± 5 %


def test_rounding_by_age_evens_out_over_small_communities():
    # 300 communities of 6 make 1 800: 540, 990, 270 by 30, 55, 15 %; each alone would get 2, 3, 1
    plan = sample_plan(communities(*[1_000] * 300))
    ages = plan.communities[["16-29", "30-59", "60+"]]
    assert ages.sum().tolist() == [540, 990, 270]
    assert (ages.sum(axis=1) == 6).all()


@given(st.lists(st.integers(0, 50_000), min_size=1, max_size=60))
def test_the_plan_adds_up_and_forgets_nobody(persons):
    plan = sample_plan(communities(*persons))
    assert plan.total == max(plan.needed, 6 * len(persons))
    assert plan.communities["answers"].min() >= 6
    ages = plan.communities[["16-29", "30-59", "60+"]]
    assert (ages.sum(axis=1) == plan.communities["answers"]).all()
    assert ages.min().min() >= 0
    assert abs(ages["60+"].sum() - 0.15 * plan.total) < 1
    assert math.isclose(plan.communities["persons"].sum(), sum(persons))
