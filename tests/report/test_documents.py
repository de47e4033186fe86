import sqlite3
import zipfile

import docx
import openpyxl
import pyogrio
import pytest

from hetao.report.findings import write_findings
from hetao.report.lists import write_lists
from hetao.report.tiles import write_tiles
from hetao.report.word import write_report

WRITERS = [
    pytest.param(write_report, "report.docx", id="report.docx"),
    pytest.param(write_lists, "lists.xlsx", id="lists.xlsx"),
    pytest.param(write_findings, "findings.gpkg", id="findings.gpkg"),
    pytest.param(write_tiles, "map.pmtiles", id="map.pmtiles"),
]


@pytest.mark.parametrize(("write", "name"), WRITERS)
def test_the_same_run_gives_the_same_bytes(town, tmp_path, write, name):
    write(town, tmp_path / f"first-{name}")
    write(town, tmp_path / f"second-{name}")
    assert (tmp_path / f"first-{name}").read_bytes() == (tmp_path / f"second-{name}").read_bytes()


@pytest.mark.parametrize(("write", "name"), WRITERS)
def test_a_town_of_which_nothing_is_known_still_has_its_documents(bare_town, tmp_path, write, name):
    write(bare_town, tmp_path / name)
    assert (tmp_path / name).stat().st_size > 0


@pytest.fixture(scope="module")
def report(town, tmp_path_factory):
    path = tmp_path_factory.mktemp("report") / "report.docx"
    write_report(town, path)
    return path


def words(path):
    document = docx.Document(str(path))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([paragraph.text for paragraph in document.paragraphs] + cells)


def test_the_title_of_a_page_is_its_finding(report):
    titles = [
        paragraph.text
        for paragraph in docx.Document(str(report)).paragraphs
        if paragraph.style.name == "Heading 3"
    ]
    assert "公园绿化活动场地服务半径覆盖率 78.6%，未达标，差 6.4 个百分点" in titles
    assert "绿道服务半径覆盖率无法计算" in titles
    assert "城市道路网密度 8.10 公里/平方公里，能否达标无法判定" in titles


def test_the_report_of_a_made_place_says_so_on_cover_head_and_maps(report):
    document = docx.Document(str(report))
    assert "不反映任何地方的真实情况" in words(report)
    assert "示例数据" in document.sections[0].header.paragraphs[0].text
    assert "示例数据" in document.sections[1].header.paragraphs[0].text


def test_the_report_keeps_room_for_a_map_approval_number(report):
    assert "审图号：________________" in words(report)


def test_the_report_puts_three_variants_side_by_side_with_their_intervals(report):
    told = words(report)
    for figure in ("78.6", "（75.3–79.5）", "63.9", "71.4", "≥ 85%"):
        assert figure in told


def test_what_is_unknown_is_listed_with_what_to_load(report):
    told = words(report)
    assert "没有居住用地图层；请用 hetao load … --register land_use 载入" in told
    assert "可能区间 7.90–8.30 跨过标准 ≥ 8 km/km²" in told


def test_the_credits_of_the_sources_stand_in_the_annex(report):
    told = words(report)
    assert "© OpenStreetMap 贡献者" in told
    assert "ODbL 1.0" in told


def test_every_community_sees_what_it_lacks_and_how_far_the_nearest_is(report):
    assert "菜市场（1,480 米）、邮政营业场所（数据中没有）" in words(report)


def test_contents_lead_to_the_page_of_each_heading(report):
    with zipfile.ZipFile(report) as archive:
        body = archive.read("word/document.xml").decode()
    headings = [
        paragraph
        for paragraph in docx.Document(str(report)).paragraphs
        if paragraph.style.name in {"Heading 1", "Heading 2"}
    ]
    for index in range(1, len(headings) + 1):
        assert f'w:name="_Toc{index:06d}"' in body
    assert body.count("PAGEREF _Toc") == len(headings)


def test_no_column_of_a_table_is_too_narrow_for_three_characters(report):
    for table in docx.Document(str(report)).tables:
        for column in table.columns:
            assert column.width.mm >= 7


def test_the_workbook_has_five_sheets_that_can_be_filtered(town, tmp_path):
    write_lists(town, tmp_path / "lists.xlsx")
    book = openpyxl.load_workbook(tmp_path / "lists.xlsx")
    assert book.sheetnames == ["指标值", "问题清单", "无法判定", "社区设施清单", "数据来源"]
    for sheet in book:
        assert sheet.auto_filter.ref
        assert sheet.freeze_panes == "C3"
    values = book["指标值"]
    assert [values.cell(3, column).value for column in (2, 4, 9, 10, 13, 14)] == [
        "公园绿化活动场地服务半径覆盖率", "官方口径", 78.6, "%", "≥ 85%", "未达标",
    ]  # fmt: skip
    assert values.cell(3, 9).number_format == "#,##0.0"


def test_an_unknown_value_is_an_empty_cell_and_never_zero(town, tmp_path):
    write_lists(town, tmp_path / "lists.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "lists.xlsx")["无法判定"]
    greenway = [row for row in sheet.iter_rows(values_only=True) if row[1] == "绿道服务半径覆盖率"]
    assert {row[7] for row in greenway} == {None}
    assert all("land_use" in row[12] for row in greenway)


def test_findings_open_as_one_layer_per_indicator(town, tmp_path):
    path = tmp_path / "findings.gpkg"
    write_findings(town, path)
    assert {name for name, _ in pyogrio.list_layers(path)} == {
        "zones", "park_service_coverage", "dead_end_roads",
    }  # fmt: skip
    found = pyogrio.read_dataframe(path, layer="dead_end_roads")
    assert len(found) == 7
    assert found.crs.to_epsg() == 4490
    with sqlite3.connect(path) as database:
        days = {row[0] for row in database.execute("select last_change from gpkg_contents")}
    assert days == {"2026-06-30T00:00:00.000Z"}


def test_a_report_without_maps_of_the_ground_still_shows_the_findings(town, tmp_path):
    bare = type(town)(town.observations, town.findings, town.manifest, {}, town.zones)
    write_report(bare, tmp_path / "report.docx")
    with zipfile.ZipFile(tmp_path / "report.docx") as archive:
        assert any(name.startswith("word/media/") for name in archive.namelist())
