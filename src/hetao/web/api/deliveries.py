"""Deliveries: what bodies sent, and what is wrong with it."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Schema

from hetao.web.accounts import policy
from hetao.web.api.paging import Page, Paging, page_of
from hetao.web.api.routes import route
from hetao.web.api.versions import single
from hetao.web.cities.models import Delivery

router = Router(tags=["deliveries"])
ACTION = "delivery.view"


class DeliveryRow(Schema):
    """A workbook that a body sent."""

    id: int
    body_id: str
    year: int
    file_name: str
    sha256: str
    state: str
    at: datetime
    reviewed_at: datetime | None
    reason: str
    correction: str


class CellFaultTold(Schema):
    """What is wrong with a cell."""

    sheet: str
    cell: str
    zh: str
    en: str


class DeliveryWhole(DeliveryRow):
    """A delivery with its contents and faults."""

    rows: dict[str, int]
    faults: list[CellFaultTold]


@route(router, "GET /deliveries", name="listDeliveries", action=ACTION, answer=Page[DeliveryRow])
def list_deliveries(request: HttpRequest, paging: Query[Paging]) -> Any:  # noqa: ANN401
    """List the deliveries that the caller may see, the newest first."""
    rows = policy.within(request.user, ACTION, Delivery.objects.defer("faults", "rows"))
    return page_of(request, rows, paging, lambda row: row)


@route(
    router, "GET /deliveries/{delivery}", name="getDelivery", action=ACTION, answer=DeliveryWhole
)
def get_delivery(request: HttpRequest, delivery: int) -> HttpResponse:
    """Return a delivery with its faults, cell by cell."""
    found = policy.found(request.user, ACTION, Delivery.objects.all(), pk=delivery)
    return single(request, DeliveryWhole.from_orm(found))
