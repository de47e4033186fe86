"""What the report and the lists say of grades is what the assessment found."""

import math
from types import SimpleNamespace

import docx
import openpyxl
import pytest

from hetao.assessment.checkup import Assessed, Graded
from hetao.assessment.grading import Grade, Known, Limit, grade
from hetao.assessment.history import Change, Course
from hetao.catalogue.entries import entries
from hetao.checkup.run import begin_checkup
from hetao.demo.city import DATE
from hetao.demo.tour import founded_demo
from hetao.report.assessed_words import sentence
from hetao.report.documents import write_documents

CHAPTERS = ["1　体检概述", "2　指标体系", "3　总体评价", "4　分维度评价", "5　专项体检与更新片区",
            "6　居民调查分析", "7　上年问题整治与年度变化", "8　对策措施与行动"]  # fmt: skip
ONLY = ("sewage_collection_rate", "rail_commuting_share", "dwellings_gas_hazard",
        "estates_elderly_care", "problems_fixed_rate", "old_industrial_sites")  # fmt: skip


@pytest.fixture(scope="module")
def documents(tmp_path_factory):
    workspace = founded_demo(tmp_path_factory.mktemp("demo") / "city")
    run = begin_checkup(workspace, edition="2025", date=DATE, only=ONLY)
    report, lists, *_ = write_documents(workspace, run)
    return docx.Document(str(report)), openpyxl.load_workbook(lists)


def test_the_report_has_the_eight_official_chapters(documents):
    heads = [one.text for one in documents[0].paragraphs if one.style.name == "Heading 1"]
    assert [head for head in heads if head in CHAPTERS] == CHAPTERS


def test_its_sentences_carry_the_figures_worked_out_by_hand(documents):
    text = "\n".join(one.text for one in documents[0].paragraphs)
    # 5 760 of 9 216 kg a day; below 70 by more than a tenth: 不足
    assert "城市生活污水集中收集率（指标30）为 62.5%，标准为≥ 70%" in text
    assert "轨道站点周边覆盖通勤比例（指标43）不适用：" in text
    assert "上年问题清单到期应整治 20 项，完成 12 项，完成率 60%" in text


def test_each_dimension_has_its_table_ledger_and_two_lists(documents):
    names = documents[1].sheetnames
    for name in ("住房", "小区", "街区", "城区"):
        assert {
            f"{name}-{kind}" for kind in ("指标表", "问题台账", "问题清单", "整治建议清单")
        } <= {*names}


def rows_of(sheet):
    table = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2)]
    return [dict(zip(table[0], row, strict=True)) for row in table[1:]]


def test_the_ledger_names_each_thing_and_the_lists_each_community(documents):
    ledger = rows_of(documents[1]["小区-问题台账"])
    problems = rows_of(documents[1]["小区-问题清单"])
    advice = rows_of(documents[1]["小区-整治建议清单"])
    assert len(ledger) == 29  # every fifth of 141 compounds has no elderly care
    assert sum(row["数量"] for row in problems) == 29
    assert len(advice) == len(problems)
    assert {row["责任单位"] for row in advice} == {"民政局"}
    assert {row["完成时限"] for row in advice} == {"2029年底前"}  # best effort: three years


def graded(known, **more):
    entry = entries()["sewage_collection_rate"]
    head = SimpleNamespace(
        name_zh=entry.name_zh, number="30", value=known.value, low=known.low, high=known.high,
        unit="%", reason_zh=more.pop("reason", ""), grade="B",
    )  # fmt: skip
    return Graded(entry, head, grade(known), None, Course({}, "unknown", math.nan), ())


def test_a_sentence_says_no_more_than_its_facts():
    at_least_70 = Limit(">=", 70, "手册")
    known = Known(62.5, 62.5, 62.5, "higher", standard=at_least_70)
    assert sentence(graded(known)) == (
        "城市生活污水集中收集率（指标30）为 62.5%，标准为≥ 70%，评为“不足”。"
    )
    nothing = Known(math.nan, math.nan, math.nan, "higher", standard=at_least_70)
    assert sentence(graded(nothing, reason="月报不足 12 个月。")) == (
        "城市生活污水集中收集率（指标30）没有数值：月报不足 12 个月。"
    )
    guessed = Known(80, 80, 80, "higher", standard=at_least_70, evidence="E")
    assert "评为" not in sentence(graded(guessed))


def test_an_assessment_lists_its_dimension_alone():
    one = graded(Known(80, 80, 80, "higher"))
    done = Assessed(2026, "2025", (one,), {})
    assert done.of("city") == [one]
    assert done.of("housing") == []
    assert isinstance(one.grade, Grade)
    assert Change(1, 3, 2025, None, math.nan, math.nan, ("value",)).difference == 2
