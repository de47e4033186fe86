"""Pages of no app's own: health, faults, appearance."""

from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_POST

from hetao.web.site.shell import THEMES
from hetao.web.site.words import say

YEAR_SECONDS = 365 * 24 * 3600


@login_not_required
@require_GET
def health(request: HttpRequest) -> HttpResponse:
    """Say that the process answers."""
    return JsonResponse({"status": "ok"})


@login_not_required
@require_GET
def ready(request: HttpRequest) -> HttpResponse:
    """Say whether the database and the workspace can be used."""
    from django.db.migrations.executor import MigrationExecutor

    faults = []
    try:
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            faults.append("migrations")
    except DatabaseError:
        faults.append("database")
    if not (settings.ROOT / "city.toml").is_file():
        faults.append("workspace")
    status = 503 if faults else 200
    return JsonResponse({"status": "faults" if faults else "ok", "faults": faults}, status=status)


@login_not_required
@require_POST
def appearance(request: HttpRequest) -> HttpResponse:
    """Keep the wanted language and theme in cookies and go back."""
    back = request.POST.get("next", "/")
    if not url_has_allowed_host_and_scheme(back, {request.get_host()}):
        back = "/"
    response = HttpResponseRedirect(back)
    language = request.POST.get("language")
    if language in dict(settings.LANGUAGES):
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME, language, max_age=YEAR_SECONDS, httponly=True,
            samesite="Lax", secure=settings.HTTPS,
        )  # fmt: skip
    if request.POST.get("theme") in THEMES:
        response.set_cookie(
            "theme", request.POST["theme"], max_age=YEAR_SECONDS, httponly=True,
            samesite="Lax", secure=settings.HTTPS,
        )  # fmt: skip
    return response


def _page(request: HttpRequest, which: str, status: int) -> HttpResponse:
    context = {"title": say(f"site.{which}_title"), "text": say(f"site.{which}")}
    if request.path.startswith("/api/"):
        problem = {"type": "about:blank", "title": context["title"], "status": status,
                   "detail": context["text"]}  # fmt: skip
        return JsonResponse(problem, status=status, content_type="application/problem+json")
    return render(request, "site/refused.html", context, status=status)


@login_not_required
def refused(request: HttpRequest, *_: Any, **__: Any) -> HttpResponse:  # noqa: ANN401
    """Tell that a role may not."""
    return _page(request, "refused", 403)


@login_not_required
def missing(request: HttpRequest, *_: Any, **__: Any) -> HttpResponse:  # noqa: ANN401
    """Tell that there is no such page, or none within reach."""
    return _page(request, "missing", 404)


@login_not_required
def failed(request: HttpRequest) -> HttpResponse:
    """Tell that something broke, without a trace of what; the page needs no database."""
    if request.path.startswith("/api/"):
        return _page(request, "failed", 500)
    context = {"title": say("site.failed_title"), "text": say("site.failed")}
    return HttpResponse(render_to_string("site/plain.html", context), status=500)


@login_not_required
def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Tell that a form was too old, or not ours."""
    del reason
    return _page(request, "csrf", 403)
