"""What residents are asked."""

from collections import Counter

import pandas as pd
import pytest

from hetao.catalogue.entries import entries
from hetao.collection.questionnaire import questionnaire
from hetao.registers.definition import register_named

ASKED = questionnaire()


def test_each_part_has_as_many_items_as_the_manual_says():
    # 城市体检工作手册（试行）, 专栏4: housing 8, community 10, block 8, city 20
    parts = Counter(item.part for item in ASKED.items.values())
    assert parts == {"housing": 8, "community": 10, "block": 8, "city": 20}


def test_items_speak_about_indicators_of_the_catalogue():
    linked = {indicator for item in ASKED.items.values() for indicator in item.indicators}
    assert linked <= set(entries())


def test_every_indicator_of_homes_and_communities_is_asked_about():
    linked = {indicator for item in ASKED.items.values() for indicator in item.indicators}
    near = {entry.id for entry in entries().values() if entry.dimension in ("housing", "estate")}
    assert near <= linked


def test_the_register_of_answers_has_a_column_for_each_item_and_question():
    register = register_named("survey_answers")
    columns = {column.name: column for column in register.fields}
    for item in ASKED.items.values():
        column = columns[item.id]
        assert (column.low, column.high) == (0, 5)
        assert column.title_zh == item.label_zh
    for demographic in ASKED.demographics.values():
        column = columns[demographic.id]
        assert column.personal
        if not demographic.is_banded:
            told = {choice.id: choice.text_zh for choice in demographic.values}
            assert column.values == told


def test_the_share_of_the_population_is_not_vouched_for():
    assert not ASKED.rules.share_verified


@pytest.mark.parametrize(("answer", "score"), [(1, 0), (2, 25), (3, 50), (4, 75), (5, 100)])
def test_an_answer_is_worth_a_score(answer, score):
    assert ASKED.scale.scores(pd.DataFrame({"h1": [answer]}))["h1"].tolist() == [score]


@pytest.mark.parametrize("answer", [0, None, 6, 2.5])
def test_what_is_no_answer_has_no_score(answer):
    scores = ASKED.scale.scores(pd.DataFrame({"h1": [answer]}))
    assert scores["h1"].isna().all()


@pytest.mark.parametrize(("by", "written", "group"), [
    ("age", 16, "16-29"), ("age", 29, "16-29"), ("age", 30, "30-59"), ("age", 60, "60+"),
    ("gender", "女", "female"), ("gender", " Male ", "male"), ("occupation", "公务员", "official"),
    ("years_lived", 0.5, "0-4"), ("tenure", "租房", "rented"),
])  # fmt: skip
def test_a_demographic_answer_belongs_to_a_group(by, written, group):
    assert ASKED.demographics[by].groups(pd.Series([written])).tolist() == [group]


def test_what_fits_no_group_belongs_to_none():
    assert ASKED.demographics["gender"].groups(pd.Series(["不愿透露", None])).isna().all()
