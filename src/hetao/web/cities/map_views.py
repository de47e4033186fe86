"""The one map: its page, what it shows, tiles, search, panels, and what lies in a polygon."""

from typing import Any

from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from hetao.registers.definition import registers
from hetao.web.accounts import policy
from hetao.web.accounts.policy import allowed
from hetao.web.checkups.models import Finding, Measured, Run
from hetao.web.checkups.on_map import coloured_zones, indicators_on_map, levels_of, runs_on_map
from hetao.web.cities.mapping import archive_of, layers_of, theme_names, zones_to_choose
from hetao.web.cities.models import Thing, Zone
from hetao.web.cities.reaching import visible_things
from hetao.web.cities.seeking import CLOSEST, called
from hetao.web.cities.tables import write_found
from hetao.web.cities.tiles import BASE, manifest_of, tiles_root
from hetao.web.cities.views import EXCEL, thing_context
from hetao.web.cities.within import Within, polygon_of, within
from hetao.web.site.ranges import send_range
from hetao.web.site.shell import city
from hetao.web.site.words import name_of, words_below
from hetao.web.tasks.models import Bound, Task
from hetao.web.tasks.transitions import OVER, OWED

FOUND_AT_MOST = 20
POINTS_AT_MOST = 3000
LISTED_AT_MOST = 200
TILES = "application/vnd.pmtiles"


@allowed("map.view")
def map_page(request: HttpRequest) -> HttpResponse:
    """Show the map."""
    context = {"words": words_below("cities.map.js."), "urls": {
        "layers": reverse("map_layers"), "tiles": "/map/tiles/", "find": reverse("map_find"),
        "indicator": reverse("map_indicator"), "tasks": reverse("map_tasks"),
        "edited": reverse("map_edited"), "within": reverse("map_within"),
        "thing": "/map/thing/", "finding": "/map/finding/",
    }}  # fmt: skip
    return render(request, "cities/map.html", context)


@allowed("map.view")
def layers(request: HttpRequest) -> HttpResponse:
    """List what the map shows to this person: themes, layers, runs, indicators, zones."""
    run = Run.newest()
    snapshot = run.snapshot if run else ""
    told = manifest_of(snapshot) if snapshot else None
    return JsonResponse({
        "city": city().name, "made": city().made_place, "approval": city().map_approval,
        "snapshot": snapshot, "bounds": told["bounds"] if told else None,
        "home": told["home"] if told else None,
        "base": f"{snapshot}/{BASE}" if told else "", "themes": theme_names(),
        "layers": layers_of(request.user, snapshot) if told else [],
        "runs": runs_on_map(request.user), "indicators": indicators_on_map(),
        "zones": zones_to_choose(), "can_draft": policy.may(request.user, "task.draft"),
        "can_select": policy.may(request.user, "register.view"),
        "can_tasks": policy.may(request.user, "task.view"),
    })  # fmt: skip


@allowed("map.view")
def tiles(request: HttpRequest, folder: str, name: str) -> HttpResponse:
    """Send a range of a tile archive that the person may read."""
    path = tiles_root() / folder / f"{name}.pmtiles"
    readable = name == archive_of(request.user, name.partition("@")[0])
    if folder.startswith(".") or not readable or not path.is_file():
        raise Http404
    return send_range(request, path, kind=TILES)


@allowed("map.view")
def indicator(request: HttpRequest) -> HttpResponse:
    """Send an indicator's zones of one level with their values."""
    asked = request.GET
    measured = get_object_or_404(
        Measured.objects.select_related("run").defer("run__assessed"), run=asked.get("run"),
        indicator=asked.get("indicator"), variant=asked.get("variant") or "official",
    )  # fmt: skip
    levels = levels_of(measured)
    level = asked["level"] if asked.get("level") in levels else _usual(levels)
    told: dict[str, Any] = {"levels": levels, "level": level}
    if not level:
        return JsonResponse({**told, "features": [], "classes": []})
    return HttpResponse(coloured_zones(measured, level, told), content_type="application/json")


def _usual(levels: list[str]) -> str:
    return next((one for one in ("community", *levels) if one in levels), "")


@allowed("task.view")
def task_points(request: HttpRequest) -> HttpResponse:
    """Send where the findings of open tasks lie."""
    mine = policy.within(request.user, "task.view", Task.objects.exclude(state__in=OVER))
    rows = Bound.objects.filter(task__in=mine, lon__isnull=False)
    if request.GET.get("task", "").isdigit():
        rows = rows.filter(task=int(request.GET["task"]))
    today = timezone.localdate()
    told = rows.values_list("lon", "lat", "task", "task__title", "task__state", "task__due")
    return JsonResponse(_points(
        (lon, lat, {"task": task, "title": title,
                    "late": state in OWED and due is not None and due < today})
        for lon, lat, task, title, state, due in told[:POINTS_AT_MOST]
    ))  # fmt: skip


@allowed("register.view")
def edited(request: HttpRequest) -> HttpResponse:
    """Send the things that were changed here since the snapshot was frozen."""
    rows = visible_things(request.user).filter(changed=True, shape__isnull=False).defer("fields")
    return JsonResponse({"type": "FeatureCollection", "features": [
        {"type": "Feature", "geometry": thing.geometry.__geo_interface__,
         "properties": {"key": thing.key, "name": str(thing)}}
        for thing in rows[:POINTS_AT_MOST]
    ]})  # fmt: skip


@allowed("map.view")
def find(request: HttpRequest) -> HttpResponse:
    """Find zones and things by name, address, code or pinyin, with where they lie."""
    asked = request.GET.get("q", "").strip().lower()
    found: list[dict[str, Any]] = []
    if asked:
        zones = Zone.objects.filter(Q(name__contains=asked) | Q(code=asked)).defer("shape")
        found += [
            {"title": one.name, "sub": one.code, "zone": one.code,
             "bounds": [one.west, one.south, one.east, one.north]}
            for one in zones[:5]
        ]  # fmt: skip
        if policy.may(request.user, "register.view"):
            rows = visible_things(request.user).filter(called(asked), west__isnull=False)
            rows = rows.order_by(*CLOSEST).defer("shape", "fields")
            found += [_found(one) for one in rows[:FOUND_AT_MOST]]
    return JsonResponse({"found": found})


def _found(thing: Thing) -> dict[str, Any]:
    return {
        "title": str(thing), "sub": f"{name_of(thing.definition)} {thing.ref}", "thing": thing.key,
        "bounds": [thing.west, thing.south, thing.east, thing.north],
    }  # fmt: skip


@allowed("register.view")
def panel(request: HttpRequest, register: str, ref: str) -> HttpResponse:
    """Show a thing beside the map."""
    thing = visible_things(request.user).filter(register=register, ref=ref).first()
    if thing is None:
        raise Http404
    return render(request, "cities/map_panel.html", thing_context(request, thing))


@allowed("finding.view")
def finding_panel(request: HttpRequest, finding: int) -> HttpResponse:
    """Show a finding beside the map: with its thing where that is known and may be seen."""
    one = policy.found(request.user, "finding.view", Finding.objects.select_related("run").defer(
        "run__assessed"), pk=finding)  # fmt: skip
    thing = visible_things(request.user).filter(ref=one.feature).first() if one.feature else None
    context = thing_context(request, thing) if thing else {}
    context["chosen"] = one
    context["place"] = None if one.lon is None else [one.lon, one.lat]
    return render(request, "cities/map_panel.html", context)


@require_POST
@allowed("register.view")
def within_polygon(request: HttpRequest) -> HttpResponse:
    """Count what lies in a polygon, or send it as a workbook."""
    wanted = [id_ for id_ in request.POST.get("layers", "").split(",") if id_ in registers()]
    found = within(request.user, polygon_of(request.POST.get("polygon", "")), wanted)
    if "excel" in request.POST:
        response = HttpResponse(write_found(found), content_type=EXCEL)
        response["Content-Disposition"] = 'attachment; filename="selection.xlsx"'
        return response
    return JsonResponse({"rows": [_told(one) for one in found]})


def _told(one: Within) -> dict[str, Any]:
    return {
        "register": one.register, "title": name_of(registers()[one.register]),
        "count": len(one.things), "length_m": round(one.length_m, 1),
        "area_m2": round(one.area_m2, 1),
        "things": [{"key": thing.key, "title": str(thing)}
                   for thing in one.things[:LISTED_AT_MOST]],
    }  # fmt: skip


def _points(rows: Any) -> dict[str, Any]:  # noqa: ANN401
    return {"type": "FeatureCollection", "features": [
        {"type": "Feature", "geometry": {"type": "Point", "coordinates": [lon, lat]},
         "properties": told}
        for lon, lat, told in rows
    ]}  # fmt: skip
