import openpyxl
import pytest

from hetao.report.plan_ledger import write_plan_ledger


@pytest.fixture(scope="module")
def book(made_plan, made_assessment, tmp_path_factory):
    path = tmp_path_factory.mktemp("ledger") / "plan-ledger.xlsx"
    write_plan_ledger(made_plan, path, made_assessment)
    return openpyxl.load_workbook(path)


def rows(sheet, head):
    """Return the rows of the table whose head begins with a word, each by its columns."""
    lines = [[cell or "" for cell in row] for row in sheet.iter_rows(values_only=True)]
    first = next(index for index, line in enumerate(lines) if line[: len(head)] == head)
    names = [name for name in lines[first] if name]
    told = []
    for line in lines[first + 1 :]:
        if not line[0]:
            break
        told.append(dict(zip(names, line, strict=False)))
    return told


def test_the_same_ledger_gives_the_same_bytes(made_plan, made_assessment, tmp_path):
    for name in ("first", "second"):
        write_plan_ledger(made_plan, tmp_path / name, made_assessment)
    assert (tmp_path / "first").read_bytes() == (tmp_path / "second").read_bytes()


def test_every_body_has_a_sheet_with_a_legal_name_behind_the_whole_plan(book):
    assert book.sheetnames == [
        "总表", "目标", "索引", "市住建局", "市交通局", "各县区人民政府", "市水务局", "市农牧局",
        "市财政局", "市园林中心", "市委宣传部 文明办",
    ]  # fmt: skip


def test_a_measure_says_who_answers_for_it_and_what_its_list_lacks(book):
    told = {row["条款"]: row for row in rows(book["总表"], ["条款"])}
    assert told["（一）"]["措施"] == "织密道路网络"
    assert told["（一）"]["所属部分"] == "二、补齐设施短板"
    assert told["（一）"]["牵头"] == "市住建局"
    assert told["（一）"]["分工负责"] == "市交通局"
    assert told["（一）"]["旗县区"] == "各县区人民政府（概括）"
    assert told["（二）"]["牵头"] == "市水务局、市农牧局"
    assert told["（二）"]["配合"] == "市财政局"
    assert told["（二）"]["目标数"] == 2
    assert told["（三）"]["提示"] == "名单以“等”结尾，可能不全；没有指定牵头单位"


@pytest.mark.parametrize(("id_", "told", "year", "state", "figure"), [
    ("t1", "未给出数值", "2025 年", "□ 无法判定", "—"),
    ("t2", "不低于 8 公里/平方公里", "2025 年", "◆ 未达标", "7.6 公里/平方公里"),
    ("t3", "累计 1,200 个", "2027 年", "◑ 推进中", "900 个"),
    ("t4", "不超过 10%", "2025 年", "● 达标", "10.0%"),
    ("t5", "不低于 90%", "2025 年", "◎ 部分达标", "—"),
    ("t6", "不低于 12 平方米", "2027 年", "▲ 滞后", "11 平方米"),
    ("t7", "超过 40%", "2027 年", "▼ 变差", "38.0%"),
])  # fmt: skip
def test_a_target_is_told_in_words_with_its_state(book, id_, told, year, state, figure):
    row = next(row for row in rows(book["目标"], ["编号"]) if row["编号"] == id_)
    assert [row["目标"], row["时限"], row["状态"], row["数值"]] == [told, year, state, figure]


def test_a_target_names_what_measures_it_how_firm_it_is_and_its_sentence(book):
    told = {row["编号"]: row for row in rows(book["目标"], ["编号"])}
    assert told["t2"]["度量指标"] == "城市道路网密度（官方口径）"
    assert told["t6"]["力度"] == "弹性（力争）"
    assert told["t7"]["力度"] == "刚性"
    assert told["t9"]["提示"] == "比率超过 100，请核对正式文本"
    assert told["t2"]["原句"] == "到2025年，城市道路网密度达到8公里/平方公里以上。"


def test_the_index_counts_what_each_body_owes_and_leads_to_its_sheet(book):
    sheet = book["索引"]
    told = {row["单位"]: row for row in rows(sheet, ["单位"])}
    water = told["市水务局"]
    assert [water["牵头"], water["分工负责"], water["相关目标"], water["主责目标"]] == [1, 1, 4, 1]
    assert told["各县区人民政府"]["旗县区"] == 3
    links = {cell.hyperlink.location for row in sheet for cell in row if cell.hyperlink}
    assert {"'市水务局'!A1", "'市委宣传部 文明办'!A1"} <= links
    assert len(links) == 8


def test_a_body_sees_the_sentences_it_answers_for_and_its_own_targets_first(book):
    duty, first, second = rows(book["市农牧局"], ["条款", "类型"])
    assert [duty["条款"], duty["类型"], duty["事项"], duty["角色"]] == [
        "（二）", "措施", "守护城乡饮水", "牵头",
    ]  # fmt: skip
    assert duty["负责的内容、目标原句"].startswith("第 2 款：推进城乡供水一体化")
    assert duty["责任条款原文"] == "（市农牧局牵头，市财政局配合）"
    assert [first["类型"], first["事项"], first["角色"]] == ["目标", "农村集中供水率", "主责"]
    assert [first["目标"], first["状态"]] == ["不低于 90%", "◎ 部分达标"]
    assert [second["事项"], second["角色"]] == ["供水管网漏损率", "牵头"]


def test_a_duty_that_the_plan_lays_on_all_counties_is_told_as_such(book):
    duties = rows(book["各县区人民政府"], ["条款", "类型"])
    assert [duty["角色"] for duty in duties[:3]] == ["属地落实（概括）"] * 3


def test_every_sheet_can_be_filtered_and_prints_on_a4_lying_down(book):
    for sheet in book:
        assert sheet.auto_filter.ref
        assert sheet.freeze_panes
        assert sheet.print_title_rows
        assert sheet.page_setup.orientation == "landscape"
        assert sheet.page_setup.paperSize == 9
        assert sheet.page_setup.fitToWidth == 1
        assert len(sheet.title) <= 31


def test_a_ledger_that_nobody_judged_has_no_states(made_plan, tmp_path):
    write_plan_ledger(made_plan, tmp_path / "plan-ledger.xlsx")
    book = openpyxl.load_workbook(tmp_path / "plan-ledger.xlsx")
    assert "状态" not in rows(book["目标"], ["编号"])[0]
    assert book["总表"]["A1"].value == "临水市城市更新行动方案责任分工表"


def test_the_ledger_of_a_made_place_says_so_on_every_sheet(made_plan, tmp_path):
    write_plan_ledger(made_plan, tmp_path / "plan-ledger.xlsx", made=True)
    for sheet in openpyxl.load_workbook(tmp_path / "plan-ledger.xlsx"):
        assert any("示例数据" in str(row[0].value) for row in sheet.iter_rows(max_row=6))
