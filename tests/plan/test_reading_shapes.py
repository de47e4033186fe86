"""Shapes that plans come in: made texts, expected readings by hand."""

from pathlib import Path

import pytest

from hetao.plan.ledger import Ledger
from hetao.plan.reading import read_plan
from hetao.plan.text import normalised


def read(text: str) -> Ledger:
    return read_plan(normalised(text, "made.txt"))


def bodies(ledger: Ledger, number: str) -> list[tuple[str, str]]:
    measure = next(m for m in ledger.measures if m.number == number)
    return [(a.body, a.role) for a in measure.assignments]


LEAD = "为推进数字建设，制定本方案。\n一、总体要求\n（一）工作目标。{goals}\n二、主要任务\n"
TASKS = (
    "（二）建设平台。统一标准，归集数据，分级授权，按需共享。{clause}\n"
    "（三）培育企业。完善梯度，强化服务，优化环境，跟踪问效。（省工业厅牵头）\n"
    "（四）加强监管。健全制度，压实责任，定期通报，严格考核。（省监管局负责）\n"
)


def made(clause: str = "（省数据局牵头）", goals: str = "到2025年，整体水平进入前列。") -> str:
    return f"云海省数字建设行动方案\n{LEAD.format(goals=goals)}{TASKS.format(clause=clause)}"


def test_a_heading_without_mark_ends_at_the_space_behind_it() -> None:
    text = made().replace("（二）建设平台。", "（二）建设平台 ")

    ledger = read(text)

    assert [m.title for m in ledger.measures][1] == "建设平台"


def test_a_number_run_on_to_the_notice_is_the_document_number() -> None:
    text = (
        "云海省人民政府办公厅关于印发云海省数字建设行动方案的通知　云政办字〔2024〕19号"
        f"各市人民政府：现印发给你们。云海省人民政府办公厅2024年3月9日{made()}"
    )

    document = read(text).document

    assert (document.number, document.date) == ("云政办字〔2024〕19号", "2024-03-09")
    assert document.title == "云海省数字建设行动方案"


def test_a_title_that_is_only_cited_is_not_the_plans_own() -> None:
    text = made().replace(
        "为推进数字建设，",
        "为贯彻落实《国务院关于印发数字中国工作方案的通知》（国发〔2023〕6号），",
    )

    assert read(text).document.title == "云海省数字建设行动方案"


def test_a_draft_says_so_below_its_title() -> None:
    text = made().replace("行动方案\n", "行动方案\n（征求意见稿）\n", 1)

    assert read(text).document.status == "draft"


def test_labels_on_lines_of_their_own_make_one_clause() -> None:
    text = made("\n牵头单位：省数据局\n配合单位：省公安厅、市场监管局")

    assert bodies(read(text), "（二）") == [
        ("省数据局", "lead"),
        ("省公安厅", "support"),
        ("省市场监管局", "support"),
    ]


def test_supervisors_of_one_region_share_its_name() -> None:
    text = made("（云海银监局、证监局、保监局牵头，省金融局配合）")

    assert bodies(read(text), "（二）") == [
        ("云海银监局", "lead"),
        ("云海证监局", "lead"),
        ("云海保监局", "lead"),
        ("省金融局", "support"),
    ]


def test_several_clauses_keep_the_sentences_they_answer_for() -> None:
    text = made("（省数据局牵头）推广证照应用。（省公安厅、民政厅负责）")

    measure = read(text).measures[1]

    assert [clause.covers for clause in measure.clauses][1] == "推广证照应用。"
    assert [(a.body, a.clauses) for a in measure.assignments] == [
        ("省数据局", (1,)),
        ("省公安厅", (2,)),
        ("省民政厅", (2,)),
    ]


def test_a_bare_list_of_bodies_behind_the_last_sentence_is_a_clause() -> None:
    text = made("（省数据局、公安厅，省税务局）")

    assert bodies(read(text), "（二）") == [
        ("省数据局", "joint"),
        ("省公安厅", "joint"),
        ("省税务局", "joint"),
    ]


def test_a_body_that_is_no_body_in_particular_is_flagged() -> None:
    measure = read(made("（省有关部门具体实施）")).measures[1]

    assert [(a.body, a.flags) for a in measure.assignments] == [("省有关部门", ("vague",))]


def test_the_year_of_the_goals_goes_on_as_a_guess() -> None:
    goals = "到2025年，接入率提高到90%以上。能源消费总量控制在3.38亿吨标准煤以内。"

    first, second = read(made(goals=goals)).targets

    assert (first.year, first.flags) == (2025, ())
    assert (second.year, second.flags) == (2025, ("year_guessed",))


def test_numbers_whose_signs_were_lost_are_read_and_flagged() -> None:
    goals = "到2025年，单位能耗、水耗、物耗分别下降8、26、7，处理率达到95以上。"

    targets = read(made(goals=goals)).targets

    assert [(t.value, t.unit, "no_unit" in t.flags) for t in targets] == [
        (8.0, "", True),
        (26.0, "", True),
        (7.0, "", True),
        (95.0, "", True),
    ]


def test_bare_nouns_go_on_a_list_of_figures_in_one_unit() -> None:
    goals = "到2025年，核电装机1600万千瓦，风电800万千瓦，光伏600万千瓦。"

    targets = read(made(goals=goals)).targets

    assert [(t.indicator, t.value) for t in targets] == [
        ("核电装机", 1600.0),
        ("风电", 800.0),
        ("光伏", 600.0),
    ]


def test_cities_named_for_a_higher_figure_are_its_scope() -> None:
    goals = "到2025年，全省上云比例达到30%，其中东山、西水等市力争达到40%。"

    first, second = read(made(goals=goals)).targets

    assert (first.indicator, first.scope) == ("上云比例", "全省")
    assert (second.indicator, second.scope, second.soft) == ("上云比例", "东山、西水等市", True)


def test_striving_for_one_thing_does_not_soften_the_next() -> None:
    text = made().replace("统一标准，", "争取试点落地，到2025年，新增平台15家。")

    target = next(t for t in read(text).targets if t.value == 15)

    assert not target.soft


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_bytes_of_any_encoding_read_the_same(encoding: str, tmp_path: Path) -> None:
    from hetao.plan.files import read_text

    path = tmp_path / "plan.txt"
    path.write_bytes(made().encode(encoding))

    assert read_plan(read_text(path)).measures == read(made()).measures


def test_pinyin_and_doubled_commas_that_a_copy_put_in_are_passed_over() -> None:
    text = made().replace("统一标准，", "统一(yī)标(biāo)准，，")

    ledger = read(text)

    assert "统一标准，归集数据" in ledger.measures[1].text
    assert bodies(ledger, "（二）") == [("省数据局", "lead")]
