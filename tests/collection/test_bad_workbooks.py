"""Workbooks as people send them back: every fault by its cell, nothing taken in."""

import datetime

import openpyxl
import pytest

from hetao.catalogue.entries import entries
from hetao.collection.deliveries import compared, deliveries_of
from hetao.collection.owed import owed_by, rows_held
from hetao.collection.receiving import mark, read_delivery, receive
from hetao.collection.workbooks import HEAD, write_workbook
from hetao.errors import UserError
from hetao.registers.loading import load_source
from hetao.registers.snapshot import merged_registers
from hetao.registers.store import stored_sources
from hetao.registers.workspace import City, new_workspace

BODY = "市住建局"


@pytest.fixture
def workspace(tmp_path):
    workspace = new_workspace(tmp_path / "city", City("榆湾市", "159900"))
    before = tmp_path / "城市桥梁.csv"
    before.write_text(
        "编号,名称,技术状况等级,建成年份\nQ1,榆河1号桥,B级,1999\nQ2,榆河2号桥,D级,1985\n", "utf-8"
    )
    load_source(workspace, before, register="bridges")
    earlier = tmp_path / "earlier.csv"
    earlier.write_text("指标,年份,指标值\n城市危旧桥梁数量,2025,10\n", "utf-8")
    load_source(workspace, earlier, register="reported_figures")
    return workspace


@pytest.fixture
def workbook(workspace, tmp_path):
    path = tmp_path / "市住建局.xlsx"
    owed = owed_by(workspace, year=2026)[BODY]
    held = rows_held(workspace)
    write_workbook(path, owed, city="榆湾市", body=BODY, year=2026, held=held)
    return path


def cell_of(sheet, indicator, title):
    heads = {sheet.cell(HEAD, at).value: at for at in range(1, sheet.max_column + 1)}
    row = next(
        row for row in range(HEAD + 1, sheet.max_row + 1)
        if sheet.cell(row, heads["指标"]).value == indicator
    )  # fmt: skip
    return sheet.cell(row, heads[title])


def bridge(sheet, number, title):
    """Return a cell of the bridges' sheet: its third row is the example, rows follow."""
    heads = {str(cell.value).rstrip("*").partition("（")[0]: cell.column for cell in sheet[2]}
    return sheet.cell(3 + number, heads[title])


def faults_of(path, workspace):
    delivery = read_delivery(path, workspace)
    return {(fault.sheet, fault.cell, fault.key) for fault in delivery.faults}


FIGURES = {
    "text": ("城市危旧桥梁数量", "指标值", "若干", "number"),
    "a unit of another kind": ("城市危旧桥梁数量", "指标值", "3公里", "number"),
    "below zero": ("城市危旧桥梁数量", "指标值", -1, "negative"),
    "half a bridge": ("城市危旧桥梁数量", "指标值", 1.5, "whole"),
    "above all": ("应急供水保障率", "指标值", 160, "share"),
    "one: all or one per cent?": ("应急供水保障率", "指标值", 1, "number"),
    "an error value": ("应急供水保障率", "指标值", "#DIV/0!", "number"),
    "a lost reference": ("应急供水保障率", "指标值", "#REF!", "number"),
    "a date": ("城市危旧桥梁数量", "指标值", datetime.date(2026, 6, 30), "number"),
    "a yes": ("城市危旧桥梁数量", "指标值", True, "number"),
    "two numbers": ("城市危旧桥梁数量", "指标值", "3或4", "number"),
    "a range": ("应急供水保障率", "指标值", "50-60", "number"),
    "a half ratio": ("应急供水保障率", "分子", 6, "half"),
    "a formula nobody computed": ("应急供水保障率", "指标值", "=6/10", "formula"),
    "neither yes nor empty": ("城市危旧桥梁数量", "不适用", "可能", "yes"),
    "a jump without a reason": ("城市危旧桥梁数量", "指标值", 14, "jump"),
}


@pytest.mark.parametrize("case", FIGURES)
def test_a_bad_figure_is_told_by_its_cell(workbook, workspace, case):
    indicator, title, value, key = FIGURES[case]
    book = openpyxl.load_workbook(workbook)
    cell = cell_of(book["填报"], indicator, title)
    cell.value = value
    where = cell.coordinate
    if key == "half":
        where = cell_of(book["填报"], indicator, "分母").coordinate
    book.save(workbook)
    before = stored_sources(workspace)
    delivery = receive(workspace, workbook)
    assert ("填报", where, key) in {(f.sheet, f.cell, f.key) for f in delivery.faults}
    assert stored_sources(workspace) == before


ROWS = {
    "no such grade": ("技术状况等级", "F级", "not_listed"),
    "a year in words": ("建成年份", "八十年代", "not_number"),
    "a year before there were any": ("建成年份", 999, "bounds"),
    "a year in the far future": ("建成年份", 20255, "bounds"),
    "half a year": ("建成年份", 1999.5, "not_whole"),
    "a length below zero": ("长度", -3, "bounds"),
    "a length in words": ("长度", "很长", "not_number"),
    "no date": ("检测日期", "去年", "not_date"),
    "the 30th of February": ("检测日期", "2026-02-30", "not_date"),
    "an id twice": ("编号", "Q1", "repeated"),
}


@pytest.mark.parametrize("case", ROWS)
def test_a_bad_row_of_a_register_is_told_by_its_cell(workbook, workspace, case):
    title, value, key = ROWS[case]
    book = openpyxl.load_workbook(workbook)
    cell = bridge(book["城市桥梁"], 2, title)
    cell.value = value
    book.save(workbook)
    before = stored_sources(workspace)
    delivery = receive(workspace, workbook)
    told = {(fault.sheet, fault.cell, fault.key) for fault in delivery.faults}
    assert told == {("城市桥梁", cell.coordinate, key)}
    assert stored_sources(workspace) == before


def test_what_must_be_there_is_asked_for(workbook, workspace):
    book = openpyxl.load_workbook(workbook)
    sheet = book["供水管道"]
    sheet["A4"], sheet["B4"] = "G1", "东街管"
    head = next(cell for cell in sheet[2] if str(cell.value).startswith("长度"))
    book.save(workbook)
    assert faults_of(workbook, workspace) == {("供水管道", f"{head.column_letter}4", "required")}


def test_a_reference_that_leads_nowhere_is_told(workbook, workspace, tmp_path):
    table = tmp_path / "污水处理厂.csv"
    table.write_text("编号,名称\nS1,榆河厂\n", "utf-8")
    load_source(workspace, table, register="sewage_plants")
    book = openpyxl.load_workbook(workbook)
    sheet = book["污水处理厂运行月报"]
    heads = {str(cell.value).rstrip("*"): cell.column_letter for cell in sheet[2]}
    sheet[f"{heads['编号']}4"], sheet[f"{heads['污水处理厂']}4"] = "L1", "榆河厂"
    sheet[f"{heads['月份']}4"] = "2026-01"
    sheet[f"{heads['编号']}5"], sheet[f"{heads['污水处理厂']}5"] = "L2", "不存在的厂"
    sheet[f"{heads['月份']}5"] = "2026年1月"
    book.save(workbook)
    found = faults_of(workbook, workspace)
    assert found == {("污水处理厂运行月报", f"{heads['污水处理厂']}5", "reference")}


def test_all_faults_of_all_sheets_come_at_once_and_nothing_goes_in(workbook, workspace):
    book = openpyxl.load_workbook(workbook)
    cell_of(book["填报"], "城市危旧桥梁数量", "指标值").value = "若干"
    cell_of(book["填报"], "应急供水保障率", "指标值").value = 55
    bridge(book["城市桥梁"], 1, "技术状况等级").value = "F级"
    bridge(book["城市桥梁"], 2, "检测日期").value = "去年"
    book.save(workbook)
    before = stored_sources(workspace)
    delivery = receive(workspace, workbook)
    assert sorted(fault.key for fault in delivery.faults) == ["not_date", "not_listed", "number"]
    assert stored_sources(workspace) == before


def test_the_workbook_of_another_city_is_told(workbook, workspace):
    book = openpyxl.load_workbook(workbook)
    book["封面"]["B3"] = "别的市"
    book.save(workbook)
    assert ("封面", "B3", "other_city") in faults_of(workbook, workspace)


def test_a_figure_merged_over_rows_is_told(workbook, workspace):
    book = openpyxl.load_workbook(workbook)
    sheet = book["填报"]
    cell = cell_of(sheet, "城市危旧桥梁数量", "指标值")
    cell.value = 3
    sheet.merge_cells(start_row=cell.row, end_row=cell.row + 1, start_column=cell.column,
                      end_column=cell.column)  # fmt: skip
    book.save(workbook)
    assert ("填报", cell.coordinate, "merged") in faults_of(workbook, workspace)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 cut off", b"\xd0\xcf\x11\xe0 locked"])
def test_a_damaged_file_is_refused_in_one_sentence(tmp_path, content):
    path = tmp_path / "坏.xlsx"
    path.write_bytes(content)
    with pytest.raises(UserError):
        read_delivery(path)


def test_last_years_rows_stand_in_the_sheet_and_go_in_again(workbook, workspace):
    book = openpyxl.load_workbook(workbook)
    sheet = book["城市桥梁"]
    assert [bridge(sheet, 1, "名称").value, bridge(sheet, 2, "技术状况等级").value] == [
        "榆河1号桥", "D级",
    ]  # fmt: skip
    bridge(sheet, 2, "技术状况等级").value = "C级"
    bridge(sheet, 3, "编号").value = "Q3"
    bridge(sheet, 3, "名称").value = "榆河3号桥"
    bridge(sheet, 3, "建成年份").value = "２００８年"
    bridge(sheet, 3, "检测日期").value = "2026.4"
    book.save(workbook)
    delivery = receive(workspace, workbook)
    assert not delivery.faults
    told = {row["id"]: row for row in delivery.registers["bridges"]}
    assert told["Q2"]["grade"] == "C"
    assert (told["Q3"]["year"], told["Q3"]["inspected_on"]) == (2008, "2026-04")
    bridges = merged_registers(stored_sources(workspace))["bridges"]
    assert list(bridges["id"]) == ["Q1", "Q2", "Q3"]  # each once, though two sources hold them
    assert list(bridges["grade"].fillna("")) == ["B", "C", ""]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_a_table_in_any_encoding_goes_in(workspace, tmp_path, encoding):
    path = tmp_path / "市住建局.csv"
    path.write_text("填报单位,市住建局\n年份,2026\n指标,指标值\n城市危旧桥梁数量,2\n", encoding)
    delivery = receive(workspace, path)
    assert not delivery.faults
    assert [(row["indicator"], row["value"]) for row in delivery.rows] == [("dangerous_bridges", 2)]


def test_what_came_before_is_kept_and_can_be_compared(workspace, tmp_path):
    path = tmp_path / "市住建局.csv"
    told = "填报单位,市住建局\n年份,2026\n指标,指标值\n城市危旧桥梁数量,{value}\n"
    for value in (2, 3):
        path.write_text(told.format(value=value), "utf-8")
        assert not receive(workspace, path).faults
    sent = deliveries_of(workspace, BODY, 2026)
    assert len(sent) == 2
    assert [(one.indicator, one.before, one.after) for one in compared(*sent)] == [
        ("dangerous_bridges", 2, 3)
    ]


def test_a_running_total_cannot_fall(workspace, tmp_path):
    path = tmp_path / "市住建局.csv"
    told = "填报单位,市住建局\n年份,2026\n指标,指标值,上年值,说明\n{name},50,60,{note}\n"
    name = entries()["dwelling_energy_retrofit_area"].name_zh
    path.write_text(told.format(name=name, note=""), "utf-8")
    assert [f.key for f in read_delivery(path, workspace).faults] == ["fell"]
    path.write_text(told.format(name=name, note="核减重复统计"), "utf-8")
    assert not read_delivery(path, workspace).faults


def test_a_head_of_two_merged_rows_is_read(workspace, tmp_path):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["填报单位", "市住建局", "年份", "2026年"])
    sheet.append(["指标", "结果（本年）", None])
    sheet.append([None, "指标值", "说明"])
    sheet.merge_cells("A2:A3")
    sheet.append(["城市危旧桥梁数量", "２座", "检测后"])
    path = tmp_path / "two.xlsx"
    book.save(path)
    delivery = read_delivery(path, workspace)
    assert not delivery.faults
    assert delivery.rows[0]["value"] == 2


def test_the_marked_copy_of_a_table_names_the_cell(workspace, tmp_path):
    path = tmp_path / "市住建局.csv"
    path.write_text("填报单位,市住建局\n年份,2026\n指标,指标值\n城市危旧桥梁数量,若干\n", "gb18030")
    delivery = receive(workspace, path)
    mark(path, delivery, target := tmp_path / "退回.xlsx")
    sheet = openpyxl.load_workbook(target).active
    assert "若干" in sheet["B4"].comment.text


def test_a_delivery_that_cannot_be_kept_whole_leaves_nothing(workbook, workspace, monkeypatch):
    book = openpyxl.load_workbook(workbook)
    cell_of(book["填报"], "应急供水保障率", "指标值").value = 55
    bridge(book["城市桥梁"], 2, "技术状况等级").value = "C级"
    book.save(workbook)
    before = sorted(workspace.sources.iterdir())
    calls = []

    def full(*arguments, **more):
        calls.append(arguments)
        if len(calls) == 2:
            raise UserError("disk_full", {"target": "x", "free_mb": 0.0})
        return load_source(*arguments, **more)

    monkeypatch.setattr("hetao.collection.receiving.load_source", full)
    with pytest.raises(UserError):
        receive(workspace, workbook)
    assert sorted(workspace.sources.iterdir()) == before


@pytest.mark.parametrize(("cell", "value", "key"), [
    ("B4", "市消失局", "other_body"),
    ("B5", 2019, "other_year"),
])  # fmt: skip
def test_a_workbook_that_nobody_asked_for_is_told(workbook, workspace, cell, value, key):
    (workspace.root / "collection" / "2026").mkdir(parents=True)
    book = openpyxl.load_workbook(workbook)
    book["封面"][cell] = value
    cell_of(book["填报"], "应急供水保障率", "指标值").value = 55
    book.save(workbook)
    assert key in {fault.key for fault in read_delivery(workbook, workspace).faults}


def test_new_rows_get_numbers_that_nobody_had(workbook, workspace):
    for name in ("榆河3号桥", "榆河4号桥"):
        book = openpyxl.load_workbook(workbook)
        bridge(book["城市桥梁"], 3, "名称").value = name
        bridge(book["城市桥梁"], 3, "编号").value = None
        book.save(workbook)
        assert not receive(workspace, workbook).faults
    bridges = merged_registers(stored_sources(workspace))["bridges"]
    assert len(set(bridges["id"])) == len(bridges)


def test_a_file_goes_by_its_content_not_its_name(workbook, workspace, tmp_path):
    path = tmp_path / "网页.xls"
    path.write_text("<html><table><tr><td>指标</td></tr></table></html>", "utf-8")
    with pytest.raises(UserError, match=r"不是表格|no table"):
        read_delivery(path, workspace)
    renamed = workbook.rename(tmp_path / "市住建局.xls")
    assert read_delivery(renamed, workspace).body == BODY


def test_the_sheet_of_figures_alone_says_whose_it_is(workspace, tmp_path):
    path = tmp_path / "填报.csv"
    path.write_text("市住建局 2026,\n指标,指标值\n城市危旧桥梁数量,11\n", "gb18030")
    delivery = read_delivery(path, workspace)
    assert (delivery.body, delivery.year, delivery.faults) == (BODY, 2026, [])


def test_a_thing_can_be_placed_and_half_a_place_is_told(workbook, workspace):
    book = openpyxl.load_workbook(workbook)
    sheet = book["城市桥梁"]
    bridge(sheet, 1, "经度").value = 107.4
    book.save(workbook)
    where = bridge(sheet, 1, "纬度").coordinate
    assert ("城市桥梁", where, "half_place") in faults_of(workbook, workspace)
    bridge(sheet, 1, "纬度").value = 40.8
    book.save(workbook)
    assert not receive(workspace, workbook).faults
    bridges = merged_registers(stored_sources(workspace))["bridges"].set_index("id")
    assert (bridges.geometry["Q1"].x, bridges.geometry["Q1"].y) == (107.4, 40.8)
    assert bridges.geometry["Q2"] is None


def test_rows_that_are_not_sent_again_stay_and_are_told(workbook, workspace):
    book = openpyxl.load_workbook(workbook)
    book["城市桥梁"].delete_rows(5)  # the second bridge
    book.save(workbook)
    delivery = receive(workspace, workbook)
    assert not delivery.faults
    assert delivery.left_out == {"bridges": 1}
    assert len(merged_registers(stored_sources(workspace))["bridges"]) == 2
