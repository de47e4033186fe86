"""A body's workbook on its way: checked, returned, accepted, locked, corrected."""

import datetime
from io import BytesIO

import openpyxl
import pytest
from django.core.files.base import ContentFile
from django.utils import timezone
from town_world import sheet_of

from hetao.registers.definition import registers
from hetao.web.accounts.models import Body, Notice
from hetao.web.cities.accepting import accept, ask_accept
from hetao.web.cities.asking import answers, deadline_of
from hetao.web.cities.delivering import DeliveryRefused, deliver, send_back
from hetao.web.cities.models import Delivery, Thing
from hetao.web.jobs.worker import work_once


@pytest.fixture
def send(people, bodies, town_served):
    def make(changes=(), *, by="department_officer", correction=""):
        sheet = sheet_of("bridges", changes)
        return deliver(sheet, by=people[by], correction=correction)

    return make


def test_a_sheet_sent_back_unchanged_has_no_fault_and_waits(send):
    sent = send()
    assert (sent.state, sent.faults, sent.body_id) == ("waiting", [], "housing")
    assert sent.contents == {"bridges"}


def test_every_fault_is_told_by_its_cell_and_nothing_held_changes(send):
    sent = send({"D4": "优", "E5": "去年"})
    assert sent.state == "faulty"
    assert {fault["cell"] for fault in sent.faults} == {"D4", "E5"}
    assert Thing.objects.get(register="bridges", ref="Q1").fields["grade"] == "A"


def test_the_marked_copy_is_red_at_the_same_cells(send, signed_in):
    sent = send({"D4": "优"})
    answer = signed_in("department_officer").get(f"/deliveries/{sent.pk}/marked.xlsx")
    book = openpyxl.load_workbook(BytesIO(b"".join(answer.streaming_content)))
    cell = book[registers()["bridges"].name_zh]["D4"]
    assert cell.fill.fgColor.rgb.endswith("F8D7D0")
    assert "优" in cell.comment.text


def test_the_page_lists_each_fault_by_sheet_and_cell(send, signed_in):
    page = signed_in("department_officer").get(f"/deliveries/{send({'D4': '优'}).pk}/")
    assert "D4" in page.content.decode()
    assert "城市桥梁" in page.content.decode()


def test_an_accepted_delivery_is_loaded_shown_and_locked(send, people):
    sent = send({"D4": "C级"})
    ask_accept(sent, by=people["analyst"])
    assert work_once()
    sent.refresh_from_db()
    assert (sent.state, sent.reviewed_by_id) == ("accepted", people["analyst"].pk)
    assert Thing.objects.get(register="bridges", ref="Q1").fields["grade"] == "C"
    assert Notice.objects.filter(user=sent.by, key="cities.told.accepted").exists()


def test_what_is_locked_is_corrected_with_a_reason_only(send, people):
    accept(send(), by=people["analyst"])
    with pytest.raises(DeliveryRefused, match="locked") as refused:
        send({"D4": "C级"})
    assert refused.value.key == "locked"
    again = send({"D4": "C级"}, correction="复检后改评")
    assert (again.state, again.correction) == ("waiting", "复检后改评")


def test_what_is_locked_leaves_other_registers_of_the_body_open(send, people, town_served):
    accept(send(), by=people["analyst"])
    row = {"A4": "P1", "B4": "一号点", "D4": "一般"}
    other = deliver(sheet_of("flood_points", row), by=people["department_officer"])
    assert other.state == "waiting", other.faults


def test_a_later_delivery_takes_the_place_of_one_that_waits(send):
    first = send()
    second = send({"D4": "B级"})
    first.refresh_from_db()
    assert (first.state, second.state) == ("returned", "waiting")
    assert first.reason


def test_a_return_needs_a_reason_and_tells_it(send, people):
    sent = send()
    with pytest.raises(DeliveryRefused):
        send_back(sent, by=people["analyst"], reason=" ")
    send_back(sent, by=people["analyst"], reason="缺两座桥")
    sent.refresh_from_db()
    assert (sent.state, sent.reason) == ("returned", "缺两座桥")
    assert "缺两座桥" in Notice.objects.get(user=sent.by).text


def test_the_second_of_two_reviewers_is_told_who_was_first(send, people):
    sent = send()
    ask_accept(sent, by=people["analyst"])
    for late in (lambda: send_back(sent, by=people["administrator"], reason="晚了"),
                 lambda: ask_accept(sent, by=people["administrator"])):  # fmt: skip
        with pytest.raises(DeliveryRefused) as refused:
            late()
        assert "analyst" in refused.value.text("zh")


def test_a_reviewer_who_comes_second_sees_why_on_the_page(send, people, signed_in):
    sent = send()
    send_back(sent, by=people["administrator"], reason="先退回")
    page = signed_in("analyst").post(f"/deliveries/{sent.pk}/review/", {"accept": "1"})
    assert page.status_code == 422
    assert "administrator" in page.content.decode()


def test_nobody_sends_another_bodys_workbook_but_on_behalf(send, people):
    with pytest.raises(DeliveryRefused) as refused:
        send(by="county_officer")
    assert refused.value.key == "other_body"
    sent = send(by="administrator")
    assert sent.body_id == "housing"
    assert sent.is_for_others


def test_a_file_is_known_by_its_content_not_its_name(people, signed_in, town_served):
    client = signed_in("department_officer")
    picture = ContentFile(b"\x89PNG\r\n\x1a\n" + bytes(200), name="bridges.xlsx")
    answer = client.post("/deliveries/", {"file": picture})
    assert answer.status_code == 422
    assert not Delivery.objects.exists()


def test_a_file_that_is_too_large_is_refused_in_words(people, signed_in, settings, town_served):
    settings.UPLOAD_LIMIT_BYTES = 1_000_000
    large = ContentFile(bytes(1_000_001), name="bridges.xlsx")
    answer = signed_in("department_officer").post("/deliveries/", {"file": large})
    assert answer.status_code == 422
    assert "1 MB" in answer.content.decode()


def test_who_is_late_is_counted_in_days_from_the_deadline(send, people, town_root):
    year = timezone.localdate().year
    deadline = timezone.localdate() - datetime.timedelta(days=4)
    folder = town_root / "collection" / str(year)
    folder.mkdir(parents=True)
    book = openpyxl.Workbook()
    book.active.append(["截止日期", deadline.isoformat()])
    book.save(folder / "市住建局.xlsx")
    assert deadline_of(year) == deadline
    Body.objects.create(id="sports", name_zh="市体育局", kind="department")
    send()
    told = {one.body.pk: one for one in answers(people["analyst"], year)}
    assert (told["sports"].late_days, told["sports"].has_answered) == (4, False)
    assert (told["housing"].late_days, told["housing"].has_answered) == (4, True)


def test_an_officer_sees_the_deliveries_of_the_own_body_alone(send, signed_in):
    sent = send()
    assert signed_in("county_officer").get(f"/deliveries/{sent.pk}/").status_code == 404
    assert signed_in("department_officer").get(f"/deliveries/{sent.pk}/").status_code == 200
