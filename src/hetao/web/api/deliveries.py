"""Deliveries: what bodies sent, and what is wrong with it."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from ninja import File, Form, Query, Router, Schema
from ninja.files import UploadedFile

from hetao.web.accounts import policy
from hetao.web.accounts.people import person
from hetao.web.api.paging import Page, Paging, page_of
from hetao.web.api.routes import CREATED, route
from hetao.web.api.versions import single
from hetao.web.cities.accepting import ask_accept
from hetao.web.cities.delivering import deliver, send_back
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

    is_loading: bool
    rows: dict[str, int]
    faults: list[CellFaultTold]


class ReviewGiven(Schema):
    """What a reviewer decides."""

    model_config = {"extra": "forbid"}

    accept: bool
    reason: str = ""


@route(router, "GET /deliveries", name="listDeliveries", action=ACTION, answer=Page[DeliveryRow])
def list_deliveries(request: HttpRequest, paging: Query[Paging]) -> Any:  # noqa: ANN401
    """List the deliveries that the caller may see, the newest first."""
    rows = policy.within(request.user, ACTION, Delivery.objects.defer("faults", "rows"))
    return page_of(request, rows, paging, lambda row: row)


@route(
    router, "POST /deliveries", name="sendDelivery", action="delivery.send", answer=DeliveryWhole,
    status=CREATED,
)  # fmt: skip
def send_delivery(
    request: HttpRequest, file: File[UploadedFile], correction: Form[str] = ""
) -> HttpResponse:
    """Send a workbook; it waits for review, or comes back with the faults of its cells."""
    kept = deliver(file, by=person(request), correction=correction)
    response = single(request, DeliveryWhole.from_orm(kept), status=CREATED)
    response["Location"] = request.build_absolute_uri(
        reverse("api_v1:getDelivery", kwargs={"delivery": kept.pk})
    )
    return response


@route(
    router, "POST /deliveries/{delivery}/review", name="reviewDelivery", action="delivery.review",
    answer=DeliveryWhole,
)  # fmt: skip
def review_delivery(request: HttpRequest, delivery: int, given: ReviewGiven) -> HttpResponse:
    """Accept a delivery, which is then loaded in the background and locked, or return it."""
    found = policy.found(request.user, "delivery.review", Delivery.objects.all(), pk=delivery)
    if given.accept:
        ask_accept(found, by=person(request))
    else:
        send_back(found, by=person(request), reason=given.reason)
    found.refresh_from_db()
    return single(request, DeliveryWhole.from_orm(found))


@route(
    router, "GET /deliveries/{delivery}", name="getDelivery", action=ACTION, answer=DeliveryWhole
)
def get_delivery(request: HttpRequest, delivery: int) -> HttpResponse:
    """Return a delivery with its faults, cell by cell."""
    found = policy.found(request.user, ACTION, Delivery.objects.all(), pk=delivery)
    return single(request, DeliveryWhole.from_orm(found))
