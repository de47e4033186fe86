"""The workbook of the residents' survey."""

import openpyxl
import pandas as pd
from click.testing import CliRunner

from hetao.cli import cli
from hetao.collection.questionnaire import questionnaire
from hetao.collection.sampling import sample_plan
from hetao.collection.survey_book import write_survey_book
from hetao.registers.workspace import City, new_workspace


def test_the_plan_names_each_community_and_the_sheet_takes_answers(tmp_path):
    people = pd.DataFrame(
        {"zone": ["1", "2"], "name": ["东风社区", "红星社区"], "persons": [3000.0, 1000.0]}
    )
    write_survey_book(tmp_path / "s.xlsx", sample_plan(people), date="2026-01-01")
    book = openpyxl.load_workbook(tmp_path / "s.xlsx")
    rows = [[cell.value for cell in row] for row in book["抽样计划"].iter_rows()]
    head = next(row for row in rows if row[0] == "社区编号")
    east = dict(zip(head, next(row for row in rows if row[1] == "东风社区"), strict=True))
    # 1 500 answers at the least, three quarters of the people
    assert east["计划份数"] == 1125
    texts = [row[1].value for row in book["问卷"].iter_rows(min_row=4)]
    assert {item.text_zh for item in questionnaire().items.values()} <= set(texts)
    assert book["居民问卷答卷"].max_row == 3  # title, head, example


def test_a_place_without_communities_is_told(tmp_path):
    new_workspace(tmp_path / "city", City("榆湾市", "159900"))
    told = CliRunner().invoke(cli, ["survey", str(tmp_path / "city")])
    assert told.exit_code != 0
    assert not (tmp_path / "city" / "collection").exists()
