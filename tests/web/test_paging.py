"""Pages of long lists: counted only as far as people turn pages."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from hetao.web.cities.models import Thing
from hetao.web.site import paging
from hetao.web.site.paging import page_of


@pytest.fixture
def rows(db):
    Thing.objects.bulk_create(
        Thing(register="parks", ref=f"P{n:02d}", sought=f"p{n:02d}") for n in range(25)
    )
    return Thing.objects.filter(register="parks").order_by("ref")


def test_a_short_list_is_counted_to_its_end(rows):
    page = page_of(rows, 10, "3")
    assert [one.ref for one in page] == ["P20", "P21", "P22", "P23", "P24"]
    assert (page.paginator.num_pages, page.paginator.told) == (3, "25")
    assert not page.paginator.has_more


def test_a_long_list_ends_where_nobody_turns_pages_any_more(rows, monkeypatch):
    monkeypatch.setattr(paging, "MOST", 20)
    page = page_of(rows, 10, "99")
    assert (page.number, page.paginator.num_pages) == (2, 2)
    assert page.paginator.has_more
    assert page.paginator.told == "超过 20"


def test_a_list_of_exactly_so_many_rows_has_no_more(rows, monkeypatch):
    monkeypatch.setattr(paging, "MOST", 25)
    assert not page_of(rows, 10, None).paginator.has_more


def test_counting_neither_sorts_nor_reads_to_the_end(rows):
    with CaptureQueriesContext(connection) as caught:
        assert page_of(rows, 10, None).paginator.count == 25
    (query,) = caught.captured_queries
    assert "LIMIT 10001" in query["sql"]
    assert "ORDER BY" not in query["sql"]


@pytest.mark.parametrize("number", ["0", "-3", "x", "", None])
def test_what_is_no_page_is_the_first_or_the_last(rows, number):
    assert page_of(rows, 10, number).number in (1, 3)
