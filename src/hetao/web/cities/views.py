"""Pages of registers and things."""

from typing import Any

from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from hetao.registers.definition import Register, registers
from hetao.web.accounts import policy
from hetao.web.accounts.models import Body
from hetao.web.accounts.people import person
from hetao.web.accounts.policy import allowed
from hetao.web.checkups.models import Finding, Run
from hetao.web.cities.editing import (
    EditRefused,
    add,
    differences,
    edit,
    strike_off,
    take_back,
)
from hetao.web.cities.forms import Form
from hetao.web.cities.keeping import keepers
from hetao.web.cities.models import Edit, Thing, Zone
from hetao.web.cities.reaching import (
    held_by_register,
    may_edit,
    struck_off,
    visible_registers,
    visible_things,
)
from hetao.web.cities.registering import allowed_here, has_peers, may_add, standing_of
from hetao.web.cities.seeking import CLOSEST, called
from hetao.web.cities.sheets import keeper_name, may_have_sheet, write_sheet
from hetao.web.cities.tables import (
    columns_of,
    filtered,
    filters_of,
    shown_columns,
    write_table,
)
from hetao.web.site.paging import page_of
from hetao.web.site.shell import tell
from hetao.web.site.words import language
from hetao.web.tasks.models import Task

PAGE_ROWS = 50
FOUND_AT_MOST = 60
FILTERS_FIRST = 2
DENSITIES = ("tight", "roomy")
EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@allowed("overview.view")
def search(request: HttpRequest) -> HttpResponse:
    """Find zones, things and tasks by name, address, code or pinyin."""
    sought = request.GET.get("q", "").strip().lower()
    context: dict[str, Any] = {"words": sought}
    if sought:
        if policy.may(request.user, "register.view"):
            things = visible_things(request.user).filter(called(sought))
            context["things"] = things.order_by(*CLOSEST)[:FOUND_AT_MOST]
        context["zones"] = Zone.objects.filter(Q(name__contains=sought) | Q(code=sought))[:20]
        tasks = policy.within(request.user, "task.view", Task.objects.all())
        context["tasks"] = tasks.filter(
            Q(title__icontains=sought) | Q(number__icontains=sought)
        )[:20]  # fmt: skip
    return render(request, "cities/search.html", context)


@allowed("register.view")
def register_list(request: HttpRequest) -> HttpResponse:
    """List the registers with how much each holds."""
    counts = held_by_register(request.user)
    bodies = {body.pk: body for body in Body.objects.filter(pk__in=set(keepers().values()))}
    rows: list[dict[str, Any]] = [
        {"register": register, "count": counts.get(register.id, 0),
         "keeper": bodies.get(keepers().get(register.id, ""))}
        for register in visible_registers(request.user)
    ]  # fmt: skip
    kept = sorted({(row["keeper"].pk, row["keeper"].name) for row in rows if row["keeper"]})
    sought, keeper = (request.GET.get(key, "").strip().lower() for key in ("q", "keeper"))
    rows = [
        row for row in rows
        if _is_called(row["register"], sought)
        and (not keeper or (row["keeper"] and row["keeper"].pk == keeper))
    ]  # fmt: skip
    rows.sort(key=lambda row: (not row["count"], row["register"].id))
    context = {
        "rows": rows, "words": sought, "keepers": kept, "keeper": keeper,
        "peers_empty": not has_peers(),
    }  # fmt: skip
    return render(request, "cities/registers.html", context)


def _is_called(register: Register, sought: str) -> bool:
    names = (register.name_zh, register.name_en, register.id)
    return any(sought in name.lower() for name in names)


@allowed("register.view")
def register_page(request: HttpRequest, register: str) -> HttpResponse:
    """Show a register's rows: filtered, sorted, paged; who keeps it, how fresh, how complete."""
    definition = _register(request, register)
    mine = visible_things(request.user).filter(register=register)
    rows = filtered(mine, definition, request.GET)
    page = page_of(rows.defer("shape", "sought"), PAGE_ROWS, request.GET.get("page"))
    columns = shown_columns(definition, request.GET.getlist("col"))
    filters = filters_of(definition, request.GET)
    counties, zones = _places(request.GET.get("county", ""))
    context = {
        "register": definition, "page": page, "columns": columns,
        "all_columns": columns_of(definition), "filters": filters[:FILTERS_FIRST],
        "more_filters": filters[FILTERS_FIRST:],
        "more_open": any(one.is_set for one in filters[FILTERS_FIRST:]),
        "counties": counties, "zones": zones, "wanted": request.GET,
        "density": next((d for d in DENSITIES if d == request.GET.get("density")), ""),
        "kept": [(key, value) for key in ("order", "density", "col")
                 for value in request.GET.getlist(key)],
        "is_narrowed": any(value for key, value in request.GET.items()
                           if key not in ("col", "density", "order", "page")),
        "standing": standing_of(definition, mine), "keeper_name": keeper_name(definition),
        **allowed_here(request.user, definition),
    }  # fmt: skip
    return render(request, "cities/register.html", context)


def _register(request: HttpRequest, register: str) -> Register:
    definition = registers().get(register)
    if definition is None or definition not in visible_registers(request.user):
        raise Http404
    return definition


def _places(county: str) -> tuple[list[Zone], list[Zone]]:
    """
    Return the counties and the zones to choose from, in one query.

    The zones are sub-districts, and communities too where a county is chosen.
    """
    within = Q(level="subdistrict")
    if county:
        within = Q(county=county, level__in=("subdistrict", "community"))
    rows = Zone.objects.filter(Q(level="county") | within).defer("shape").order_by("code")
    counties = [zone for zone in rows if zone.level == "county"]
    return counties, [zone for zone in rows if zone.level != "county"]


@allowed("register.view")
def register_file(request: HttpRequest, register: str) -> HttpResponse:
    """Send a register's rows, filtered like the page, as a workbook."""
    definition = _register(request, register)
    mine = visible_things(request.user).filter(register=register)
    return _workbook(write_table(filtered(mine, definition, request.GET), definition), register)


@allowed("register.view")
def register_sheet(request: HttpRequest, register: str) -> HttpResponse:
    """Send a register as the workbook that its keeper fills in and sends back."""
    definition = _register(request, register)
    if not may_have_sheet(request.user, definition):
        raise Http404
    day = timezone.localdate().isoformat()
    return _workbook(write_sheet(definition), f"{register}-{day}")


def _workbook(content: bytes, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=EXCEL)
    response["Content-Disposition"] = f'attachment; filename="{name}.xlsx"'
    return response


@allowed("register.view")
def thing_page(request: HttpRequest, register: str, ref: str) -> HttpResponse:
    """Show a thing: its fields, findings, tasks, and what was changed; or how it was struck off."""
    thing = visible_things(request.user).filter(register=register, ref=ref).first()
    if thing is None:
        return _struck_off_page(request, register, ref)
    return render(request, "cities/thing.html", thing_context(request, thing))


def _struck_off_page(request: HttpRequest, register: str, ref: str) -> HttpResponse:
    end = struck_off(request.user, "register.view", register, ref)
    if end is None:
        raise Http404
    was = end.before["fields"]
    edits = Edit.objects.filter(register=register, ref=ref).select_related("by")
    context = {
        "end": end, "register": registers()[register], "name": end.after["name"] or ref,
        "rows": [(one, was.get(one.name)) for one in columns_of(registers()[register])],
        "edits": [(one, differences(one)) for one in edits[:20]],
        "thing": Thing(register=register, ref=ref, name=end.after["name"], fields=was),
        "may_edit": struck_off(request.user, "register.edit", register, ref) is not None,
    }  # fmt: skip
    return render(request, "cities/struck_off.html", context)


@require_POST
@allowed("register.edit")
def strike_off_thing(request: HttpRequest, register: str, ref: str) -> HttpResponse:
    """Take a thing that is no more out of its register."""
    thing = _thing(request, register, ref)
    if not may_edit(request.user, thing):
        raise Http404
    form = Form(thing.definition, thing)
    version = request.POST.get("version", "")
    try:
        strike_off(
            thing, by=person(request), reason=request.POST.get("reason", ""),
            version=int(version) if version.isdigit() else None,
        )  # fmt: skip
    except EditRefused as refused:
        form.refuse(refused)
        context = {
            "thing": thing,
            "register": thing.definition,
            "form": form,
            "is_end_refused": True,
        }
        return render(request, "cities/edit.html", context, status=422)
    tell(request, "cities.edit.ended", name=str(thing))
    return redirect("thing", register, ref)


@require_POST
@allowed("register.edit")
def take_thing_back(request: HttpRequest, register: str, ref: str) -> HttpResponse:
    """Put a thing that was struck off back into its register."""
    end = struck_off(request.user, "register.edit", register, ref)
    if end is None:
        raise Http404
    try:
        thing = take_back(end, by=person(request), reason=request.POST.get("reason", ""))
    except EditRefused as refused:
        tell(request, "cities.edit.not_done", tone="bad", why=refused.text(language()))
    else:
        tell(request, "cities.edit.taken_back", name=str(thing))
    return redirect("thing", register, ref)


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
    form = Form(thing.definition, thing)
    if request.method == "POST":
        form.read(request.POST)
        try:
            kept = edit(
                thing, form.given, by=person(request), reason=form.reason, place=form.place(),
                version=form.version,
            )  # fmt: skip
        except EditRefused as refused:
            thing.refresh_from_db()
            form.refuse(refused)
        else:
            tell(request, "cities.edit.kept" if kept else "cities.edit.same", name=str(thing))
            return redirect("thing", register, ref)
    context = {"thing": thing, "register": thing.definition, "form": form}
    return render(request, "cities/edit.html", context, status=422 if form.faults else 200)


@allowed("register.edit")
def add_thing(request: HttpRequest, register: str) -> HttpResponse:
    """Add a thing to a register by its form."""
    definition = _register(request, register)
    if not may_add(request.user, definition):
        raise Http404
    form = Form(definition)
    if request.method == "POST":
        form.read(request.POST)
        try:
            thing = add(
                definition, form.given, by=person(request), reason=form.reason, ref=form.ref,
                place=form.place(),
            )  # fmt: skip
        except EditRefused as refused:
            form.refuse(refused)
        else:
            tell(request, "cities.edit.added", name=str(thing))
            return redirect("thing", register, thing.ref)
    context = {"thing": None, "register": definition, "form": form}
    return render(request, "cities/edit.html", context, status=422 if form.faults else 200)


def _thing(request: HttpRequest, register: str, ref: str) -> Thing:
    thing = visible_things(request.user).filter(register=register, ref=ref).first()
    if thing is None:
        raise Http404
    return thing
