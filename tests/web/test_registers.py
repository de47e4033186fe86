"""A register in the browser: filtered, sorted, paged, its columns chosen, downloaded."""

import io

import openpyxl
import pytest
from town_world import sheet_of

from hetao.registers.definition import registers
from hetao.web.cities.delivering import deliver
from hetao.web.cities.models import Thing
from hetao.web.cities.tables import completeness, filtered, shown_columns

OWN_COUNTY, OTHER_COUNTY = "159921", "159922"
BRIDGES = registers()["bridges"]


@pytest.fixture
def bridges(things):
    things("bridges", "Q1", OWN_COUNTY, grade="A", year=1990, length_m=80.5)
    things("bridges", "Q2", OWN_COUNTY, grade="D", year=2005)
    things("bridges", "Q3", OTHER_COUNTY, year=2018, length_m=12.0)
    return Thing.objects.filter(register="bridges")


@pytest.mark.parametrize(
    ("wanted", "refs"),
    [
        pytest.param({}, "Q1 Q2 Q3", id="all, by id"),
        pytest.param({"county": OWN_COUNTY}, "Q1 Q2", id="a county"),
        pytest.param({"grade": "D"}, "Q2", id="a listed value"),
        pytest.param({"grade": "?"}, "Q3", id="whose grade is unknown"),
        pytest.param({"year.from": "1990", "year.to": "2005"}, "Q1 Q2", id="years, both ends in"),
        pytest.param({"length_m.from": "12.5"}, "Q1", id="no number is less than a bound"),
        pytest.param({"year.from": "abc"}, "Q1 Q2 Q3", id="a bound that is no number"),
        pytest.param({"q": "q2"}, "Q2", id="words"),
        pytest.param({"order": "-year"}, "Q3 Q2 Q1", id="newest first"),
        pytest.param({"order": "-length_m"}, "Q1 Q3 Q2", id="unknown last, downwards"),
        pytest.param({"order": "length_m"}, "Q3 Q1 Q2", id="unknown last, upwards"),
        pytest.param({"order": "password"}, "Q1 Q2 Q3", id="no such column"),
    ],
)
def test_rows_are_those_that_are_asked_for(bridges, wanted, refs):
    assert [one.ref for one in filtered(bridges, BRIDGES, wanted)] == refs.split()


def test_a_zone_holds_what_is_written_down_under_it_and_what_lies_in_it(bridges, zones, things):
    things("bridges", "Q4", "", zone=OWN_COUNTY)
    Thing.objects.filter(ref="Q4").update(zone=OWN_COUNTY, west=None, south=None, shape=None)
    found = filtered(bridges, BRIDGES, {"zone": OWN_COUNTY})
    assert [one.ref for one in found] == ["Q1", "Q2", "Q4"]


def test_a_wide_register_shows_its_first_columns_until_others_are_chosen():
    wide = registers()["construction_projects"]
    assert len(shown_columns(wide, [])) == 8
    assert [one.name for one in shown_columns(wide, ["completed_on", "zone"])] == [
        one.name for one in wide.fields if one.name in ("completed_on", "zone")
    ]
    assert len(shown_columns(BRIDGES, [])) == 6


def test_completeness_counts_known_cells_of_each_column(bridges):
    known = {one.field.name: (one.count, one.total) for one in completeness(bridges, BRIDGES)}
    assert known["year"] == (3, 3)
    assert known["grade"] == known["length_m"] == (2, 3)
    assert known["note"] == (0, 3)


def test_a_county_officer_sees_the_rows_of_the_own_county(bridges, signed_in):
    page = signed_in("county_officer").get("/registers/bridges/").content.decode()
    assert "Q1号" in page
    assert "Q3号" not in page


def test_the_page_keeps_columns_density_and_filter_together(bridges, signed_in):
    address = "/registers/bridges/?col=year&density=tight&grade=D"
    page = signed_in("leader").get(address).content.decode()
    assert 'data-density="tight"' in page
    assert '<input type="hidden" name="col" value="year">' in page
    assert "Q2号" in page
    assert "Q1号" not in page


def test_what_no_one_may_see_is_on_no_page(signed_in, things):
    client = signed_in("administrator")
    assert "survey_answers" not in client.get("/registers/").content.decode()
    assert client.get("/registers/survey_answers/").status_code == 404
    things("compound_inspections", "X1", OWN_COUNTY, inspector="张三")
    page = client.get("/registers/compound_inspections/").content.decode()
    assert "张三" not in page
    assert "inspector" not in page


def test_restricted_registers_are_for_the_entitled(signed_in, things):
    things("gas_pipes", "G1", OWN_COUNTY)
    assert signed_in("leader").get("/registers/gas_pipes/").status_code == 404
    assert signed_in("leader").get("/registers/gas_pipes/table.xlsx").status_code == 404
    assert signed_in("plan_office").get("/registers/gas_pipes/").status_code == 200


def test_a_filtered_download_holds_the_filtered_rows(bridges, signed_in):
    answer = signed_in("leader").get("/registers/bridges/table.xlsx?grade=D")
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).active
    assert [row[0] for row in sheet.iter_rows(min_row=2, values_only=True)] == ["Q2"]


def test_no_cell_of_a_download_is_a_formula(signed_in, things):
    things("bridges", "Q1", OWN_COUNTY, note="=HYPERLINK(1)")
    answer = signed_in("leader").get("/registers/bridges/table.xlsx")
    cells = openpyxl.load_workbook(io.BytesIO(answer.content)).active[2]
    assert all(cell.data_type != "f" for cell in cells)


def test_the_sheet_that_is_downloaded_can_be_sent_back(people, bodies, signed_in, town_served):
    answer = signed_in("department_officer").get("/registers/bridges/workbook.xlsx")
    book = openpyxl.load_workbook(io.BytesIO(answer.content))
    assert [sheet.title for sheet in book] == ["封面", "城市桥梁"]
    assert [row[0] for row in book["城市桥梁"].iter_rows(min_row=4, values_only=True)] == [
        "Q1", "Q2",
    ]  # fmt: skip
    assert book["城市桥梁"].data_validations.count > 0
    sent = deliver(sheet_of("bridges", {"D4": "B级"}), by=people["department_officer"])
    assert sent.state == "waiting"


def test_the_whole_sheet_is_for_those_who_see_all_of_it(bodies, signed_in, town_served):
    for role, status in (("county_officer", 404), ("leader", 200), ("inspector", 404)):
        assert signed_in(role).get("/registers/bridges/workbook.xlsx").status_code == status
    assert signed_in("leader").get(
        "/registers/dwelling_inspections/workbook.xlsx"
    ).status_code == 404  # fmt: skip
