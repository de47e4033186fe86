import zipfile
from dataclasses import replace

import docx
import pytest
from docx.oxml.ns import qn
from lxml import etree

from hetao.plan.judged import Assessment, Figure, Judged
from hetao.plan.ledger import Document, Ledger, Target
from hetao.report.plan_assessment import counts_told, write_plan_assessment
from hetao.report.plan_pages import finding


@pytest.fixture(scope="module")
def path(made_plan, made_assessment, tmp_path_factory):
    path = tmp_path_factory.mktemp("assessment") / "plan-assessment.docx"
    write_plan_assessment(made_assessment, path, made_plan)
    return path


@pytest.fixture(scope="module")
def document(path):
    return docx.Document(str(path))


def lines(document):
    return [paragraph.text for paragraph in document.paragraphs]


def headings(document, level):
    style = f"Heading {level}"
    return [one.text for one in document.paragraphs if one.style.name == style]


def table(document, *heads):
    """Return the rows of the tables that have these heads."""
    return [
        [cell.text for cell in row.cells]
        for one in document.tables
        if [cell.text for cell in one.rows[0].cells][: len(heads)] == list(heads)
        for row in one.rows[1:]
    ]


def test_the_same_assessment_gives_the_same_bytes(made_plan, made_assessment, tmp_path):
    for name in ("first", "second"):
        write_plan_assessment(made_assessment, tmp_path / name, made_plan)
    assert (tmp_path / "first").read_bytes() == (tmp_path / "second").read_bytes()


def test_every_part_of_the_document_is_well_formed(path):
    with zipfile.ZipFile(path) as archive:
        names = [name for name in archive.namelist() if name.endswith((".xml", ".rels"))]
        assert all(etree.fromstring(archive.read(name)) is not None for name in names)


def test_the_counts_name_every_state_that_occurs(made_assessment):
    assert counts_told(made_assessment) == (
        "共 9 项目标：达标 1 项，推进中 1 项，部分达标 1 项，滞后 1 项，变差 1 项，未达标 1 项，"
        "无法判定 3 项。"
    )


def test_every_target_has_one_lamp_of_shape_and_word_in_the_order_of_the_plan(document):
    assert table(document, "条款", "指标", "目标", "时限") == [
        ["一", "城市面貌", "未给出数值", "2025", "—", "□ 无法判定"],
        ["（一）", "城市道路网密度", "不低于 8 公里/平方公里", "2025", "7.6 公里/平方公里",
         "◆ 未达标"],
        ["（一）", "停车泊位", "累计 1,200 个", "2027", "900 个", "◑ 推进中"],
        ["（二）", "供水管网漏损率", "不超过 10%", "2025", "10.0%", "● 达标"],
        ["（二）", "农村集中供水率（各县区）", "不低于 90%", "2025", "1/3 个旗县区达标",
         "◎ 部分达标"],
        ["（三）", "人均公园绿地面积", "不低于 12 平方米", "2027", "11 平方米", "▲ 滞后"],
        ["（三）", "建成区绿化覆盖率", "超过 40%", "2027", "38.0%", "▼ 变差"],
        ["（四）", "污水集中收集率", "超过 70%", "2025", "—", "□ 无法判定"],
        ["（四）", "水质达标率", "不低于 195%", "2025", "—", "□ 无法判定"],
    ]  # fmt: skip


def test_a_lamp_that_is_good_has_no_ground_and_a_bad_one_has_its_own(document):
    summary = next(one for one in document.tables if one.rows[0].cells[0].text == "条款")
    fills = {}
    for row in summary.rows[1:]:
        shade = row.cells[-1]._tc.tcPr.find(qn("w:shd"))
        fills[row.cells[-1].text] = None if shade is None else shade.get(qn("w:fill"))
    assert fills == {
        "● 达标": None, "◑ 推进中": "e6eef8", "◎ 部分达标": "fdf1da", "▲ 滞后": "fdf1da",
        "▼ 变差": "fde9e4", "◆ 未达标": "fde9e4", "□ 无法判定": "eeeeea",
    }  # fmt: skip


def test_chapters_follow_the_sections_and_measures_of_the_plan(document):
    assert headings(document, 1) == [
        "目标一览", "一、总体要求", "二、补齐设施短板", "三、改善生态环境", "需要补齐的事项",
        "附录　数据依据",
    ]  # fmt: skip
    assert headings(document, 2) == [
        "本部分的总体目标", "（一）织密道路网络", "（二）守护城乡饮水", "（三）增加公园绿地",
        "（四）收集处理污水",
    ]  # fmt: skip
    assert "本部分另有 1 条措施没有可检查的目标：（五）讲好更新故事。" in lines(document)


def test_the_heading_of_a_target_is_its_finding(document):
    assert headings(document, 3) == [
        "城市面貌：无法判定",
        "城市道路网密度 7.6 公里/平方公里，未达标，差 0.4 公里/平方公里",
        "停车泊位 900 个，推进中，差 300 个",
        "供水管网漏损率 10.0%，达标",
        "农村集中供水率（各县区）：部分达标，1/3 个旗县区达标",
        "人均公园绿地面积 11 平方米，滞后，差 1 平方米",
        "建成区绿化覆盖率 38.0%，变差，差 2.0 个百分点",
        "污水集中收集率：无法判定",
        "水质达标率：无法判定",
    ]


def test_the_plan_is_quoted_with_the_number_of_its_clause(document):
    assert "“到2025年，城市道路网密度达到8公里/平方公里以上。”——（一）" in lines(document)
    assert "“到2025年，城市面貌明显改善。”" in lines(document)


def test_a_figure_stands_with_gap_pace_evidence_and_who_owes_it(document):
    figures = table(document, "目标", "数值", "差距")
    assert figures[:2] == [
        ["不低于 8 公里/平方公里", "7.6 公里/平方公里", "差 0.4 公里/平方公里",
         "+0.2 公里/平方公里", "—", "C · 计算"],
        ["累计 1,200 个", "900 个", "差 300 个", "+300 个", "+150 个", "A · 市统计局填报"],
    ]  # fmt: skip
    assert figures[3][1] == "11 平方米\n（10.6–11.3）"
    assert figures[4][2:5] == ["差 2.0 个百分点", "−0.5 个百分点", "+1.0 个百分点"]
    told = lines(document)
    assert (
        "责任：主责 市住建局；牵头 市住建局；分工负责 市交通局；属地落实 各县区人民政府（概括）。"
        in told
    )
    assert "度量：城市道路网密度（官方口径），2025 版，2025 年临水市数值。" in told
    assert "历年：2023 年 7.2 公里/平方公里，2025 年 7.6 公里/平方公里。" in told
    assert "责任：分工负责 市园林中心；属地落实 各县区人民政府（概括）；没有指定牵头单位。" in told


def test_readings_that_differ_stand_side_by_side(document):
    assert table(document, "读法") == [
        ["按字面", "不超过 10%", "● 达标"], ["从严", "低于 10%", "◆ 未达标"],
    ]  # fmt: skip


def test_a_target_of_each_county_shows_every_county(document):
    assert table(document, "旗县区") == [
        ["东河县", "93.0%", "2025", "● 达标", "A · 市统计局填报"],
        ["西岭县", "82.5%", "2025", "◆ 未达标", "A · 市统计局填报"],
        ["北滩区", "—", "—", "□ 无法判定", "没有2025年及以前的指标值"],
    ]


def test_what_cannot_be_judged_says_why_what_next_and_whose_task_it_is(document):
    rows = table(document, "条款", "指标", "原因", "下一步")
    assert [[row[0], row[1], row[4]] for row in rows] == [
        ["一", "城市面貌", "—"], ["（四）", "污水集中收集率", "市水务局"],
        ["（四）", "水质达标率", "市水务局"],
    ]  # fmt: skip
    assert rows[1][2] == "没有2025年及以前的指标值"
    assert "请责任单位填报“污水集中收集率”的数值" in rows[1][3]
    assert any(line.startswith("□ 无法判定：没有2025年及以前") for line in lines(document))


def test_the_annex_tells_computed_reported_and_unverified_figures_apart(document):
    told = lines(document)
    assert "数据快照：2025-12-31。" in told
    assert "由体检运行计算的数值 1 个，由单位填报的数值 6 个。" in told
    assert "下列指标的定义或计算口径尚未核实到可靠文本：人均公园绿地面积。" in told
    assert "该指标的定义尚未核实到可靠文本，数值仅供参考。" in told
    rows = table(document, "指标", "版本")
    assert rows[0] == [
        "城市道路网密度（官方口径）", "2025", "临水市", "2025", "7.6 公里/平方公里", "C",
        "体检运行 2025-12-31-2025",
    ]  # fmt: skip
    assert len(rows) == 7


def test_the_assessment_of_a_made_place_says_so_on_cover_and_every_page(
    made_plan, made_assessment, tmp_path
):
    write_plan_assessment(made_assessment, tmp_path / "made.docx", made_plan, made=True)
    document = docx.Document(str(tmp_path / "made.docx"))
    assert any("不反映任何地方的真实情况" in line for line in lines(document)[:4])
    assert "示例数据" in document.sections[0].header.paragraphs[0].text


def test_a_plan_without_targets_still_has_its_assessment(tmp_path):
    document = Document("临水市宣传工作方案")
    empty = Assessment("plan", document, 2025, ())
    write_plan_assessment(empty, tmp_path / "empty.docx", Ledger(document))
    told = lines(docx.Document(str(tmp_path / "empty.docx")))
    assert "本计划没有读出可检查的目标。" in told
    assert "没有任何数值：没有体检运行，也没有填报值。" in told


def test_a_city_that_reaches_its_target_is_not_told_by_its_counties(made_assessment):
    leakage, villages = made_assessment.judged[3], made_assessment.judged[4]
    assert finding(replace(leakage, zones=villages.zones)) == "供水管网漏损率 10.0%，达标"


def test_houses_against_a_rule_are_counted_and_not_measured_in_its_unit():
    target = Target("t1", "（二）", "新建住宅最高层数", "<=", 18.0, "层")
    figure = Figure("dwellings_above_18_storeys", 2025, 3.0, "栋")
    judged = Judged(target=target, measure=None, state="not_met", figure=figure, gap=3.0)
    assert finding(judged) == "新建住宅最高层数 3 栋，未达标，有 3 栋不符合"
