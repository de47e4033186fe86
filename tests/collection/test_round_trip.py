"""Workbooks go out, are filled in by people, and come back."""

from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from hetao.collection.cells import read_number
from hetao.collection.owed import owed_by
from hetao.collection.receiving import mark, read_delivery, receive
from hetao.collection.workbooks import HEAD, write_workbook
from hetao.errors import UserError
from hetao.plan.figures import figures_of
from hetao.registers.loading import load_source
from hetao.registers.store import stored_sources
from hetao.registers.workspace import City, Workspace, new_workspace

BODY = "市住建局"
Fill = Callable[[Callable[[str, str, object], None]], None]


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    workspace = new_workspace(tmp_path / "city", City("榆湾市", "159900"))
    before = tmp_path / "before.csv"
    before.write_text("指标,年份,指标值\n城市危旧桥梁数量,2025,10\n", "utf-8")
    load_source(workspace, before, register="reported_figures")
    return workspace


@pytest.fixture
def workbook(workspace: Workspace, tmp_path: Path) -> Path:
    path = tmp_path / "市住建局.xlsx"
    owed = owed_by(workspace, year=2026)[BODY]
    write_workbook(path, owed, city="榆湾市", body=BODY, year=2026)
    return path


def sheet_of(path: Path) -> tuple[openpyxl.Workbook, Worksheet]:
    book = openpyxl.load_workbook(path)
    return book, book["填报"]


def place(sheet: Worksheet, name: str, title: str, variant: str = "") -> str:
    """Return the cell of an indicator's row under a title."""
    heads = {sheet.cell(HEAD, at).value: at for at in range(1, sheet.max_column + 1)}
    for row in range(HEAD + 1, sheet.max_row + 1):
        called = sheet.cell(row, heads["指标"]).value, sheet.cell(row, heads["口径"]).value or ""
        if called == (name, variant):
            return str(sheet.cell(row, heads[title]).coordinate)
    raise AssertionError(name)


def fill(path: Path, *cells: tuple[str, str, object]) -> dict[tuple[str, str], str]:
    """Fill cells of a workbook in; return where each is."""
    book, sheet = sheet_of(path)
    where = {}
    for name, title, value in cells:
        where[name, title] = place(sheet, name, title)
        sheet[where[name, title]] = value
    book.save(path)
    return where


def test_a_body_is_asked_for_what_it_owes_and_sees_last_years_figure(workbook: Path) -> None:
    _, sheet = sheet_of(workbook)

    assert sheet[place(sheet, "城市危旧桥梁数量", "上年值")].value == 10
    assert sheet[place(sheet, "城市危旧桥梁数量", "单位")].value == "座"
    with pytest.raises(AssertionError):
        place(sheet, "城市黑臭水体数量", "指标值")  # 市生态环境局 owes it


def test_only_the_cells_to_be_filled_are_open(workbook: Path) -> None:
    _, sheet = sheet_of(workbook)

    assert sheet.protection.sheet
    assert not sheet[place(sheet, "城市危旧桥梁数量", "指标值")].protection.locked
    assert sheet[place(sheet, "城市危旧桥梁数量", "上年值")].protection.locked
    assert [sheet.column_dimensions[letter].hidden for letter in "ABCD"] == [True] * 3 + [False]


def test_what_is_filled_in_well_is_taken(workspace: Workspace, workbook: Path) -> None:
    fill(
        workbook,
        ("城市危旧桥梁数量", "指标值", "９ 座"),
        ("应急供水保障率", "分子", "7.2"),
        ("应急供水保障率", "分母", 12),
        ("年度保障性住房占比", "指标值", "12%"),
        ("城中村改造完成率", "不适用", "是"),
        ("历史建筑空置率", "指标值", "—"),
        ("未实施生活垃圾分类的小区数量", "指标值", "无"),
    )

    delivery = receive(workspace, workbook)

    assert delivery.faults == []
    figures = (figure for figure in figures_of(workspace.root).all if figure.year == 2026)
    told = {figure.indicator: (figure.value, figure.reason) for figure in figures}
    assert told == {
        "dangerous_bridges": (9.0, ""),
        "emergency_water_rate": (60.0, ""),
        "affordable_housing_share": (12.0, ""),
        "urban_village_completion": (None, "not_applicable"),
        "heritage_vacancy_rate": (None, "not_reported"),
        "estates_waste_sorting": (0.0, ""),
    }


def test_every_fault_is_told_with_its_cell_and_nothing_goes_in(
    workspace: Workspace, workbook: Path, tmp_path: Path
) -> None:
    where = fill(
        workbook,
        ("城市危旧桥梁数量", "指标值", 20),  # twice last year's 10, no reason given
        ("历史建筑空置率", "指标值", "很少"),
        ("年度保障性住房占比", "指标值", 120),
        ("未实施生活垃圾分类的小区数量", "指标值", 3.5),
        ("未实施物业管理的小区数量", "指标值", -1),
        ("应急供水保障率", "分子", 7.2),
        ("城市生活污水集中收集率", "分子", 50),
        ("城市生活污水集中收集率", "分母", 40),
        ("历史文化街区、历史建筑挂牌建档率", "指标值", 80),
        ("历史文化街区、历史建筑挂牌建档率", "分子", 27),
        ("历史文化街区、历史建筑挂牌建档率", "分母", 30),
        ("城中村改造完成率", "不适用", "对"),
    )
    before = len(stored_sources(workspace))

    delivery = receive(workspace, workbook)

    told = {(fault.cell, fault.key) for fault in delivery.faults}
    assert told == {
        (where["城市危旧桥梁数量", "指标值"], "jump"),
        (where["历史建筑空置率", "指标值"], "number"),
        (where["年度保障性住房占比", "指标值"], "share"),
        (where["未实施生活垃圾分类的小区数量", "指标值"], "whole"),
        (where["未实施物业管理的小区数量", "指标值"], "negative"),
        (where["应急供水保障率", "分子"].replace("I", "J"), "half"),
        (where["城市生活污水集中收集率", "分子"], "parts"),
        (where["历史文化街区、历史建筑挂牌建档率", "指标值"], "quotient"),
        (where["城中村改造完成率", "不适用"], "yes"),
    }
    assert len(stored_sources(workspace)) == before
    mark(workbook, delivery, tmp_path / "back.xlsx")
    _, sheet = sheet_of(tmp_path / "back.xlsx")
    comment = sheet[where["历史建筑空置率", "指标值"]].comment
    assert comment is not None
    assert "很少" in comment.text


def test_a_later_delivery_replaces_the_earlier_one(workspace: Workspace, workbook: Path) -> None:
    fill(workbook, ("城市危旧桥梁数量", "指标值", 9))
    receive(workspace, workbook)
    fill(workbook, ("城市危旧桥梁数量", "指标值", 8))

    receive(workspace, workbook)

    now = [f.value for f in figures_of(workspace.root).of("dangerous_bridges") if f.year == 2026]
    assert now == [8.0]


def test_an_empty_workbook_does_not_wipe_out_what_came_before(
    workspace: Workspace, workbook: Path, tmp_path: Path
) -> None:
    empty = tmp_path / "empty.xlsx"
    empty.write_bytes(workbook.read_bytes())
    fill(workbook, ("城市危旧桥梁数量", "指标值", 9))
    receive(workspace, workbook)

    delivery = receive(workspace, empty)

    assert [fault.key for fault in delivery.faults] == ["empty"]
    assert figures_of(workspace.root).of("dangerous_bridges")[-1].value == 9.0


def test_the_city_is_the_sum_of_its_counties(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    cover = book.active
    assert isinstance(cover, Worksheet)
    for row in (["填报单位", BODY], ["年份", 2026]):
        cover.append(row)
    sheet = book.create_sheet("填报")
    name, id_ = "城镇燃气普及率", "gas_penetration_rate"
    for line in (
        ["指标编号", "口径编号", "地区编号", "指标", "地区", "指标值", "分子", "分母"],
        [id_, "official", "", name, "全市", None, 90, 100],
        [id_, "official", "159921", name, "东渠县", None, 30, 40],
        [id_, "official", "159922", name, "西沙县", None, 50, 60],
    ):
        sheet.append(line)
    book.save(tmp_path / "sum.xlsx")

    delivery = read_delivery(tmp_path / "sum.xlsx")

    # the counties' numerators make 80, not 90; their denominators make 100
    assert [(f.cell, f.key, f.needed) for f in delivery.faults] == [("G2", "sum", "80")]


def test_columns_may_stand_in_any_order_under_extra_rows(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    cover = book.active
    assert isinstance(cover, Worksheet)
    for row in (["填报单位", BODY], ["年份", "2026年"]):
        cover.append(row)
    sheet = book.create_sheet("数据")
    for row in (["某市"], [], ["说明", "指标值", "指标"], ["复核过", "1,2", "城市危旧桥梁数量"]):
        sheet.append(row)
    book.save(tmp_path / "own.xlsx")

    delivery = read_delivery(tmp_path / "own.xlsx")

    assert (delivery.body, delivery.year) == (BODY, 2026)
    assert [(fault.cell, fault.key) for fault in delivery.faults] == [("B4", "number")]


def test_a_file_that_is_no_workbook_is_told(tmp_path: Path) -> None:
    path = tmp_path / "cut.xlsx"
    path.write_bytes(b"PK\x03\x04 cut off")

    with pytest.raises(UserError) as told:
        read_delivery(path)

    assert told.value.key == "workbook_damaged"


@pytest.mark.parametrize(
    ("written", "unit", "kind", "value"),
    [
        ("95.6％", "%", "number", 95.6),
        (0.956, "%", "number", 95.6),
        (1, "%", "fault", None),  # one per cent, or all?
        ("1,234.5", "m²", "number", 1234.5),
        ("1.2万", "万m²", "number", 1.2),
        ("3亿", "元", "number", 3e8),
        ("约12处", "处", "number", 12.0),
        ("12公里", "座", "fault", None),
        ("不涉及", "个", "not_applicable", None),
        ("／", "个", "not_applicable", None),
        ("－", "个", "unknown", None),
        ("", "个", "unknown", None),
        (None, "个", "unknown", None),
        ("没有", "个", "number", 0.0),
        ("三十", "个", "fault", None),
        (True, "个", "fault", None),
        ("12（预计）", "个", "number", 12.0),
    ],
)
def test_numbers_are_read_as_people_write_them(
    written: object, unit: str, kind: str, value: float | None
) -> None:
    cell = read_number(written, unit)

    assert (cell.kind, cell.value) == (kind, value if value is None else pytest.approx(value))
