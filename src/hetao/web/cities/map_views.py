"""The one map: its page, its layers, tiles, search and the panel of a thing."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from hetao.web.accounts.policy import allowed


@allowed("map.view")
def map_page(request: HttpRequest) -> HttpResponse:
    """Show the map."""
    return render(request, "cities/map.html", {})


@allowed("map.view")
def layers(request: HttpRequest) -> HttpResponse:
    """List the layers that the person may see."""
    return JsonResponse({"layers": []})


@allowed("map.view")
def tiles(request: HttpRequest, name: str) -> HttpResponse:
    """Send a range of a tile archive."""
    return HttpResponse(status=404)


@allowed("map.view")
def find(request: HttpRequest) -> HttpResponse:
    """Find things for the map's search."""
    return JsonResponse({"things": []})


@allowed("map.view")
def panel(request: HttpRequest, register: str, ref: str) -> HttpResponse:
    """Show a thing beside the map."""
    return HttpResponse(status=404)
