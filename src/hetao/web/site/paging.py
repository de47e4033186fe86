"""Pages of a list: nobody turns ten thousand pages, so no list counts to its end for that."""

from functools import cached_property
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet

from hetao.web.site.words import say

MOST = 10_000
"""Rows within which a person turns pages; what lies beyond is found by filters and order."""


class Pages(Paginator):  # type: ignore[type-arg]
    """The pages of some rows, counted no further than to `MOST` and one."""

    object_list: Any

    @cached_property
    def counted(self) -> int:
        """Return how many rows there are, or one more than `MOST`."""
        rows = self.object_list
        if isinstance(rows, QuerySet):
            return rows.order_by()[: MOST + 1].count()  # the order of what is counted costs a sort
        return len(rows[: MOST + 1])

    @cached_property
    def count(self) -> int:
        """Return how many rows can be reached by turning pages."""
        return min(self.counted, MOST)

    @property
    def has_more(self) -> bool:
        """Say whether there are rows beyond the last page."""
        return self.counted > MOST

    @property
    def told(self) -> str:
        """Return how many rows there are, in words."""
        return say("site.more_than", count=f"{MOST:,}") if self.has_more else f"{self.counted:,}"


def page_of(rows: Any, each: int, number: str | None) -> Page[Any]:  # noqa: ANN401
    """Return the page of a number; the first or last where there is none of it."""
    return Pages(rows, each).get_page(number)
