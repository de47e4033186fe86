"""The ledger in Excel and the month's bulletin in Word: they open, and say what they should."""

import io
from datetime import UTC, date, datetime, timedelta

import docx
import openpyxl
import pytest
from django.utils import timezone, translation

from hetao.web.tasks.documents import write_bulletin, write_ledger
from hetao.web.tasks.models import Reading, Task
from hetao.web.tasks.stepping import Given, take_step

OWN_COUNTY, OTHER_COUNTY = "159921", "159922"


def sheet_of(content):
    sheet = openpyxl.load_workbook(io.BytesIO(content)).active
    head, *rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    return sheet, [dict(zip(head, row, strict=True)) for row in rows]


def text_of(content):
    paper = docx.Document(io.BytesIO(content))
    return [p.text for p in paper.paragraphs], [
        [[cell.text for cell in row.cells] for row in table.rows] for table in paper.tables
    ]


# --- the ledger


def test_the_ledger_has_a_row_a_task_with_its_dates_as_dates(people, draft):
    task = draft(joint=("housing", "water"))
    take_step(task, "issue", by=people["plan_office"])
    _, (row,) = sheet_of(write_ledger(Task.objects.select_related("lead")))
    assert row["编号"] == task.number
    assert row["牵头单位"] == "东渠县"
    assert sorted(row["配合单位"].split("、")) == ["市住建局", "市水利局"]
    assert row["来源"] == "体检问题"
    assert row["状态"] == "已下发待签收"
    assert row["期限"] == row["原期限"] == datetime.combine(task.due, datetime.min.time())
    assert row["下发日期"].date() == timezone.localdate()
    assert (row["逾期天数"], row["督办"], row["复测"], row["销号日期"]) == (
        None,
        "正常",
        None,
        None,
    )


def test_the_ledger_counts_days_late_and_shows_the_last_reading(people, brought_to, later_run):
    task = brought_to("accepted")
    due = timezone.localdate() - timedelta(days=12)
    Task.objects.filter(pk=task.pk).update(due=due, level=2)
    for state in ("still", "unknown"):
        Reading.objects.create(task=task, run=later_run(), state=state)
    _, (row,) = sheet_of(write_ledger(Task.objects.all()))
    assert (row["逾期天数"], row["督办"], row["复测"]) == (12, "已督办", "未能测得")


def test_the_ledger_can_be_had_in_english(issued):
    issued()
    with translation.override("en"):
        sheet, (row,) = sheet_of(write_ledger(Task.objects.all()))
    assert sheet.title == "Task ledger"
    assert row["State"] == "Issued"


@pytest.mark.parametrize(
    "text",
    ['=HYPERLINK("http://x","y")', "+1+1", "-2+3", "@SUM(A1)", "\t=1+1", "  =1+1", "\r=1"],
)
def test_what_a_person_wrote_is_never_a_formula(text, issued):
    task = issued()
    Task.objects.filter(pk=task.pk).update(title=text, what=text)
    sheet, _ = sheet_of(write_ledger(Task.objects.all()))
    for cell in (sheet["B2"], sheet["C2"]):
        assert cell.data_type == "s"
        assert cell.value.startswith("'")


def test_signs_that_no_document_can_hold_are_left_out(issued, people):
    task = issued(days=1)
    Task.objects.filter(pk=task.pk).update(
        title="桥\x0b面\ufffe", what="一\x1b二", due=timezone.localdate() - timedelta(days=2)
    )
    _, (row,) = sheet_of(write_ledger(Task.objects.all()))
    assert (row["任务"], row["要办什么"]) == ("桥面", "一二")


def test_a_ledger_without_tasks_is_its_head_alone(db):
    sheet, rows = sheet_of(write_ledger(Task.objects.all()))
    assert (rows, sheet.max_column) == ([], 14)


def test_the_ledger_of_an_officer_holds_what_they_see_and_what_they_filtered(signed_in, issued):
    mine, _ = issued(OWN_COUNTY), issued(OTHER_COUNTY)
    late = issued(OWN_COUNTY)
    Task.objects.filter(pk=late.pk).update(due=timezone.localdate() - timedelta(days=1))
    officer = signed_in("county_officer")
    _, rows = sheet_of(officer.get("/tasks/ledger.xlsx").content)
    assert {row["编号"] for row in rows} == {mine.number, late.number}
    _, rows = sheet_of(officer.get("/tasks/ledger.xlsx?show=late").content)
    assert {row["编号"] for row in rows} == {late.number}


# --- the bulletin


def at(month, day, hour=4):
    return datetime(2026, month, day, hour, tzinfo=UTC)


OFFICE, COUNTY, ANALYST = "plan_office", "county_officer", "analyst"
YEAR = {  # what was done to each of six tasks: deadline, then (month, day, action, by, until)
    "A": (date(2026, 6, 30), [
        (5, 5, "issue", OFFICE), (5, 6, "accept", COUNTY), (6, 10, "report", COUNTY),
        (6, 12, "verify", ANALYST), (6, 20, "close", OFFICE),
    ]),
    "B": (date(2026, 5, 31), [
        (5, 10, "issue", OFFICE), (5, 11, "accept", COUNTY), (6, 3, "report", COUNTY),
        (6, 5, "return", ANALYST, date(2026, 6, 25)),
    ]),
    "C": (date(2026, 9, 30), [
        (6, 2, "issue", OFFICE), (6, 3, "accept", COUNTY), (6, 20, "report", COUNTY),
        (6, 22, "verify", ANALYST), (6, 28, "close", OFFICE),
        (7, 8, "reopen", OFFICE, date(2026, 10, 31)),
    ]),
    "D": (date(2026, 12, 20), [(7, 3, "issue", OFFICE)]),
    "E": (date(2026, 12, 20), []),
    "F": (date(2026, 12, 20), [(6, 4, "issue", OFFICE), (6, 6, "withdraw", OFFICE)]),
}  # fmt: skip


@pytest.fixture
def year(people, draft, later_run):
    """Do what `YEAR` says, each step on its day; A was measured as gone on 15 June."""
    made = {}
    for name, (due, steps) in YEAR.items():
        task = made[name] = draft()
        Task.objects.filter(pk=task.pk).update(title=name, due=due, first_due=due)
        for month, day, action, role, *until in steps:
            note = "" if action in ("issue", "accept") else "说明"
            given = Given(note=note, until=until[0] if until else None)
            take_step(task, action, by=people[role], given=given, at=at(month, day))
    Reading.objects.create(task=made["A"], run=later_run(), state="gone", at=at(6, 15))
    Task.objects.filter(title="C").update(relapsed=True)
    return made


@pytest.mark.parametrize(
    ("month", "told"),
    [
        pytest.param(
            date(2026, 5, 1),
            "截至 2026-05-31，在办 2 件，逾期 0 件；"
            "本月新下发 2 件，办结 0 件，其中复测销号 0 件。",
            id="May: A and B are open; B is due on its last day",
        ),
        pytest.param(
            date(2026, 6, 1),
            "截至 2026-06-30，在办 1 件，逾期 1 件；"
            "本月新下发 1 件，办结 2 件，其中复测销号 1 件。",
            id="June: B alone is open and late since the 25th; A and C were closed, A as measured",
        ),
        pytest.param(
            date(2026, 7, 1),
            "截至 2026-07-31，在办 3 件，逾期 1 件；"
            "本月新下发 1 件，办结 0 件，其中复测销号 0 件。",
            id="July: C came back, D is new",
        ),
    ],
)
def test_the_bulletin_of_a_month_tells_how_things_stood_at_its_end(month, told, year):
    paragraphs, _ = text_of(write_bulletin(month))
    assert told in paragraphs


def test_the_bulletin_names_what_is_late_and_what_was_closed(year):
    paragraphs, (late, closed, relapsed) = text_of(write_bulletin(date(2026, 6, 1)))
    assert paragraphs[0] == "榆湾市 2026-06 督办通报"
    assert "一、逾期任务（1 件）" in paragraphs
    number = {key: task.number for key, task in year.items()}
    assert late[1:] == [[number["B"], "B", "东渠县", "2026-06-25", "5"]]
    assert [row[0] for row in closed[1:]] == [number["A"], number["C"]]
    assert [row[4] for row in closed[1:]] == ["已销号", "已销号"]
    assert [row[0] for row in relapsed[1:]] == [number["C"]]


def test_a_bulletin_of_a_made_city_says_that_it_is_made(year):
    paragraphs, _ = text_of(write_bulletin(date(2026, 6, 1)))
    assert any("均为演示编造" in told for told in paragraphs)


def test_a_bulletin_without_tasks_says_none(db):
    paragraphs, tables = text_of(write_bulletin(date(2026, 6, 1)))
    assert (paragraphs.count("无。"), tables) == (3, [])


@pytest.mark.parametrize(("month", "status"), [("2026-06", 200), ("9999-01", 404), ("June", 200)])
def test_a_bulletin_is_had_of_any_month_that_has_begun(month, status, signed_in):
    assert signed_in("plan_office").get(f"/tasks/bulletin/?month={month}").status_code == status
