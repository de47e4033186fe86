"""Pages of registers, things and deliveries."""

import json
import tempfile
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from hetao.collection.owed import bodies_asked, owed_by, rows_held
from hetao.collection.workbooks import write_workbook
from hetao.registers.definition import registers
from hetao.registers.workspace import open_workspace
from hetao.web.accounts import policy
from hetao.web.accounts.models import Body
from hetao.web.accounts.people import person
from hetao.web.accounts.policy import allowed
from hetao.web.checkups.models import Finding, Run
from hetao.web.cities.delivering import DeliveryRefused, accept, deliver, send_back
from hetao.web.cities.editing import EditRefused, differences, edit, fields_of
from hetao.web.cities.keeping import keepers, known_bodies
from hetao.web.cities.models import Delivery, Edit, Thing, Zone
from hetao.web.cities.reaching import may_edit, visible_registers, visible_things
from hetao.web.cities.tables import columns_of, filtered, write_table
from hetao.web.site.shell import tell
from hetao.web.site.words import language
from hetao.web.tasks.models import Task

PAGE_ROWS = 50
FOUND_AT_MOST = 60
EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@allowed("overview.view")
def search(request: HttpRequest) -> HttpResponse:
    """Find zones, things and tasks by name, address, code or pinyin."""
    words = request.GET.get("q", "").strip().lower()
    context: dict[str, Any] = {"words": words}
    if words:
        if policy.may(request.user, "register.view"):
            things = visible_things(request.user).filter(sought__contains=words)
            context["things"] = things.order_by("register", "ref")[:FOUND_AT_MOST]
        context["zones"] = Zone.objects.filter(Q(name__contains=words) | Q(code=words))[:20]
        tasks = policy.within(request.user, "task.view", Task.objects.all())
        context["tasks"] = tasks.filter(
            Q(title__icontains=words) | Q(number__icontains=words)
        )[:20]  # fmt: skip
    return render(request, "cities/search.html", context)


@allowed("register.view")
def register_list(request: HttpRequest) -> HttpResponse:
    """List the registers with how much each holds."""
    mine = visible_things(request.user)
    counts = dict(mine.values_list("register").annotate(n=Count("pk")).order_by("register"))
    bodies = {body.pk: body for body in Body.objects.filter(pk__in=set(keepers().values()))}
    rows = [
        {"register": register, "count": counts.get(register.id, 0),
         "keeper": bodies.get(keepers().get(register.id, ""))}
        for register in visible_registers(request.user)
    ]  # fmt: skip
    rows.sort(key=lambda row: (not row["count"], row["register"].id))
    return render(request, "cities/registers.html", {"rows": rows})


@allowed("register.view")
def register_page(request: HttpRequest, register: str) -> HttpResponse:
    """Show a register's rows: filtered, sorted, paged."""
    if register not in registers():
        raise Http404
    definition = registers()[register]
    if definition not in visible_registers(request.user):
        raise Http404
    mine = visible_things(request.user).filter(register=register)
    rows = filtered(mine, definition, request.GET)
    page = Paginator(rows, PAGE_ROWS).get_page(request.GET.get("page"))
    context = {
        "register": definition, "page": page, "columns": columns_of(definition),
        "counties": Zone.objects.filter(level="county").order_by("code"),
        "wanted": request.GET, "listed": [f for f in columns_of(definition) if f.values],
    }  # fmt: skip
    return render(request, "cities/register.html", context)


@allowed("register.view")
def register_file(request: HttpRequest, register: str) -> HttpResponse:
    """Send a register's rows, filtered like the page, as a workbook."""
    if register not in registers():
        raise Http404
    definition = registers()[register]
    mine = visible_things(request.user).filter(register=register)
    content = write_table(filtered(mine, definition, request.GET), definition)
    response = HttpResponse(content, content_type=EXCEL)
    response["Content-Disposition"] = f'attachment; filename="{register}.xlsx"'
    return response


@allowed("register.view")
def thing_page(request: HttpRequest, register: str, ref: str) -> HttpResponse:
    """Show a thing: its fields, findings, tasks, and what was changed."""
    thing = _thing(request, register, ref)
    return render(request, "cities/thing.html", thing_context(request, thing))


def thing_context(request: HttpRequest, thing: Thing) -> dict[str, Any]:
    """Return all that is shown of a thing, on its page and on the map."""
    run = Run.newest()
    found = Finding.objects.filter(run=run, feature=thing.ref)
    tasks = policy.within(request.user, "task.view", Task.objects.select_related("lead"))
    edits = Edit.objects.filter(register=thing.register, ref=thing.ref).select_related("by")
    return {
        "thing": thing, "register": thing.definition,
        "rows": [(one, thing.fields.get(one.name)) for one in columns_of(thing.definition)],
        "findings": policy.within(request.user, "finding.view", found)[:30],
        "tasks": tasks.filter(bound__feature=thing.ref).distinct()[:20],
        "edits": [(one, differences(one)) for one in edits[:20]],
        "may_edit": may_edit(request.user, thing),
        "zone": Zone.objects.filter(pk=thing.zone).first() if thing.zone else None,
    }  # fmt: skip


@allowed("register.edit")
def edit_thing(request: HttpRequest, register: str, ref: str) -> HttpResponse:
    """Change a thing by its register's form."""
    thing = _thing(request, register, ref)
    if not may_edit(request.user, thing):
        raise Http404
    faults: Any = {}
    if request.method == "POST":
        try:
            place = json.loads(request.POST["place"]) if request.POST.get("place") else None
            kept = edit(
                thing, {one.name: request.POST.get(one.name, "") for one in
                        fields_of(thing.definition)},
                by=person(request), reason=request.POST.get("reason", ""), place=place,
                version=int(request.POST.get("version") or 0) or None,
            )  # fmt: skip
        except EditRefused as refused:
            faults = {name: fault[language()] for name, fault in refused.faults.items()}
        except json.JSONDecodeError:
            raise Http404 from None
        else:
            tell(request, "cities.edit.kept" if kept else "cities.edit.same", name=str(thing))
            return redirect("thing", register, ref)
    shown = request.POST if faults else {"name": thing.name, **thing.fields}
    context = {
        "thing": thing, "faults": faults, "reason": request.POST.get("reason", ""),
        "rows": [(one, shown.get(one.name), faults.get(one.name, ""))
                 for one in fields_of(thing.definition)],
        "place": json.dumps(_place(thing)) if thing.shape else "",
    }  # fmt: skip
    return render(request, "cities/edit.html", context, status=422 if faults else 200)


def _place(thing: Thing) -> Any:  # noqa: ANN401
    import shapely

    return json.loads(shapely.to_geojson(thing.geometry))


def _thing(request: HttpRequest, register: str, ref: str) -> Thing:
    thing = visible_things(request.user).filter(register=register, ref=ref).first()
    if thing is None:
        raise Http404
    return thing


@allowed("delivery.view")
def deliveries(request: HttpRequest) -> HttpResponse:
    """List what was sent and who is late; take a workbook in."""
    refused = ""
    if request.method == "POST":
        policy.require(request.user, "delivery.send")
        file = request.FILES.get("file")
        if file is not None:
            try:
                kept = deliver(
                    file, by=person(request), correction=request.POST.get("correction", "")
                )
            except DeliveryRefused as error:
                refused = error.text(language())
            else:
                return redirect("delivery", kept.pk)
    year = timezone.localdate().year
    mine = policy.within(
        request.user, "delivery.view", Delivery.objects.select_related("body", "by")
    )
    page = Paginator(mine, PAGE_ROWS).get_page(request.GET.get("page"))
    context = {"page": page, "owed": _owed(request, year), "year": year, "refused": refused}
    return render(request, "cities/deliveries.html", context, status=422 if refused else 200)


def _owed(request: HttpRequest, year: int) -> list[dict[str, Any]]:
    """Return the bodies that are asked, with the state of their last delivery of the year."""
    asked = {known_bodies().find(name): name for name in bodies_asked()}
    last: dict[str, Delivery] = {}
    for delivery in Delivery.objects.filter(year=year).order_by("pk"):
        last[delivery.body_id] = delivery
    everyone = "all" in policy.scopes(request.user, "delivery.view")
    rows = [
        {"id": body.id, "name": name, "last": last.get(body.id)}
        for body, name in asked.items()
        if body is not None and (everyone or body.id == person(request).body_id)
    ]
    return sorted(rows, key=lambda row: (row["last"] is not None, row["name"]))


@allowed("delivery.view")
def delivery_page(request: HttpRequest, delivery: int) -> HttpResponse:
    """Show a delivery: its faults cell by cell, or what waits for review."""
    found = policy.found(
        request.user, "delivery.view", Delivery.objects.select_related("body", "by", "reviewed_by"),
        pk=delivery,
    )  # fmt: skip
    rows = [(registers().get(id_), id_, count) for id_, count in found.rows.items()]
    return render(request, "cities/delivery.html", {"delivery": found, "rows": rows})


@require_POST
@allowed("delivery.review")
def review(request: HttpRequest, delivery: int) -> HttpResponse:
    """Accept and lock a delivery, or return it with a reason."""
    found = policy.found(request.user, "delivery.review", Delivery.objects.all(), pk=delivery)
    if "accept" in request.POST:
        accept(found, by=person(request))
        tell(request, "cities.delivery.accepted")
    else:
        send_back(found, by=person(request), reason=request.POST.get("reason", ""))
        tell(request, "cities.delivery.sent_back")
    return redirect("delivery", delivery)


@allowed("delivery.view")
def marked_file(request: HttpRequest, delivery: int) -> HttpResponseBase:
    """Send the marked copy of a faulty workbook."""
    found = policy.found(request.user, "delivery.view", Delivery.objects.all(), pk=delivery)
    path = settings.MEDIA_ROOT / found.marked
    if not found.marked or not path.is_file():
        raise Http404
    name = f"{Path(found.file_name).stem}-marked.xlsx"
    return FileResponse(path.open("rb"), as_attachment=True, filename=name, content_type=EXCEL)


@allowed("delivery.send")
def template_file(request: HttpRequest) -> HttpResponse:
    """Send the workbook that a body fills in: its figures and registers, with what is held."""
    user: Any = request.user
    workspace = open_workspace(settings.ROOT)
    year = timezone.localdate().year
    wanted = request.GET.get("body", "") if user.role == "administrator" else user.body_id
    owed = owed_by(workspace, year=year)
    name = next((n for n in owed if (b := known_bodies().find(n)) and b.id == wanted), None)
    if name is None:
        raise Http404
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"{name}-{year}.xlsx"
        write_workbook(
            path, owed[name], city=workspace.city.name, body=name, year=year,
            held=rows_held(workspace),
        )  # fmt: skip
        content = path.read_bytes()
    response = HttpResponse(content, content_type=EXCEL)
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{year}.xlsx"
    return response
