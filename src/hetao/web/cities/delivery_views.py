"""Pages of deliveries: who has delivered, sending, faults, review."""

import tempfile
from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from hetao.collection.owed import owed_by, rows_held
from hetao.collection.workbooks import write_workbook
from hetao.errors import HetaoError
from hetao.registers.definition import registers
from hetao.registers.workspace import open_workspace
from hetao.web.accounts import policy
from hetao.web.accounts.people import person
from hetao.web.accounts.policy import allowed
from hetao.web.cities.accepting import ask_accept
from hetao.web.cities.asking import answers, deadline_of
from hetao.web.cities.delivering import DeliveryRefused, deliver, send_back
from hetao.web.cities.keeping import known_bodies
from hetao.web.cities.models import Delivery
from hetao.web.cities.views import EXCEL
from hetao.web.site.paging import page_of
from hetao.web.site.shell import tell
from hetao.web.site.words import language

PAGE_ROWS = 30
EARLIER_SHOWN = 12


@allowed("delivery.view")
def deliveries(request: HttpRequest) -> HttpResponse:
    """List what was sent and who is late; take a workbook in."""
    refused = ""
    if request.method == "POST":
        policy.require(request.user, "delivery.send")
        try:
            kept = deliver(
                request.FILES.get("file"), by=person(request),
                correction=request.POST.get("correction", ""),
            )  # fmt: skip
        except HetaoError as error:
            refused = error.text(language())
        else:
            return redirect("delivery", kept.pk)
    year = timezone.localdate().year
    mine = policy.within(
        request.user, "delivery.view", Delivery.objects.select_related("body", "by", "job")
    )
    if body := request.GET.get("body"):
        mine = mine.filter(body=body)
    asked = answers(request.user, year)
    context = {
        "page": page_of(mine.defer("faults"), PAGE_ROWS, request.GET.get("page")),
        "asked": asked, "year": year, "deadline": deadline_of(year), "refused": refused,
        "answered": sum(one.has_answered for one in asked),
        "late": sum(one.late_days > 0 and not one.has_answered for one in asked),
        "chosen": next((one for one in asked if one.body.pk == body), None) if body else None,
        "correction": request.POST.get("correction", ""),
        "sends_for_all": "all" in policy.scopes(request.user, "delivery.send"),
    }  # fmt: skip
    return render(request, "cities/deliveries.html", context, status=422 if refused else 200)


@allowed("delivery.view")
def delivery_page(request: HttpRequest, delivery: int) -> HttpResponse:
    """Show a delivery: its faults cell by cell, or what waits for review, and those before it."""
    rows = Delivery.objects.select_related("body", "by", "reviewed_by", "job__by")
    found = policy.found(request.user, "delivery.view", rows, pk=delivery)
    return _shown(request, found)


def _shown(request: HttpRequest, delivery: Delivery, refused: str = "") -> HttpResponse:
    sheets: dict[str, list[Any]] = {}
    for fault in delivery.faults:
        sheets.setdefault(fault["sheet"], []).append(fault)
    earlier = Delivery.objects.filter(body=delivery.body, year=delivery.year)
    context = {
        "delivery": delivery, "sheets": list(sheets.items()), "refused": refused,
        "rows": [(registers().get(id_), count) for id_, count in delivery.rows.items() if count],
        "others": earlier.exclude(pk=delivery.pk).select_related("by", "reviewed_by", "job")
        .defer("faults")[:EARLIER_SHOWN],
        "reason": request.POST.get("reason", ""),
    }  # fmt: skip
    return render(request, "cities/delivery.html", context, status=422 if refused else 200)


@require_POST
@allowed("delivery.review")
def review(request: HttpRequest, delivery: int) -> HttpResponse:
    """Accept and lock a delivery, or return it with a reason."""
    rows = Delivery.objects.select_related("body", "by", "reviewed_by", "job__by")
    found = policy.found(request.user, "delivery.review", rows, pk=delivery)
    try:
        if "accept" in request.POST:
            ask_accept(found, by=person(request))
            tell(request, "cities.delivery.loading_told")
        else:
            send_back(found, by=person(request), reason=request.POST.get("reason", ""))
            tell(request, "cities.delivery.sent_back")
    except DeliveryRefused as error:
        found.refresh_from_db()
        return _shown(request, found, error.text(language()))
    return redirect("delivery", delivery)


@allowed("delivery.view")
def marked_file(request: HttpRequest, delivery: int) -> HttpResponseBase:
    """Send the marked copy of a faulty workbook."""
    found = policy.found(request.user, "delivery.view", Delivery.objects.all(), pk=delivery)
    name = f"{Path(found.file_name).stem}-marked.xlsx"
    return _file(found.marked, name)


@allowed("delivery.view")
def sent_file(request: HttpRequest, delivery: int) -> HttpResponseBase:
    """Send a workbook as it came."""
    found = policy.found(request.user, "delivery.view", Delivery.objects.all(), pk=delivery)
    return _file(found.stored, found.file_name)


def _file(stored: str, name: str) -> HttpResponseBase:
    path = settings.MEDIA_ROOT / stored
    if not stored or not path.is_file():
        raise Http404
    return FileResponse(path.open("rb"), as_attachment=True, filename=name)


@allowed("delivery.send")
def template_file(request: HttpRequest) -> HttpResponse:
    """Send the workbook that a body fills in: its figures and registers, with what is held."""
    everyone = "all" in policy.scopes(request.user, "delivery.send")
    wanted = request.GET.get("body") if everyone else None
    workspace = open_workspace(settings.ROOT)
    year = timezone.localdate().year
    owed = owed_by(workspace, year=year)
    id_ = wanted or person(request).body_id
    name = next((n for n in owed if (b := known_bodies().find(n)) and b.id == id_), None)
    if name is None:
        raise Http404
    deadline = deadline_of(year)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"{name}-{year}.xlsx"
        write_workbook(
            path, owed[name], city=workspace.city.name, body=name, year=year,
            held=rows_held(workspace), deadline=deadline.isoformat() if deadline else "",
        )  # fmt: skip
        content = path.read_bytes()
    response = HttpResponse(content, content_type=EXCEL)
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{id_}-{year}.xlsx"
    return response
