"""What every page shows around its content: city, run, navigation, notices."""

from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from hetao import __version__
from hetao.registers.workspace import City, open_workspace
from hetao.web.accounts import policy
from hetao.web.site.words import language, say

THEMES = ("light", "dark")
SAID = "said"
BUNDLE = Path(__file__).parent / "static" / "bundle"
"""Where the build puts the scripts of the pages."""

NAVIGATION = (
    ("", (("home", "home", "overview.view"), ("map", "map", "map.view"))),
    ("measure", (("runs", "pulse", "checkup.view"), ("plan", "plan", "plan.view"))),
    ("act", (("tasks", "task", "task.view"), ("registers", "table", "register.view"),
             ("deliveries", "report", "delivery.view"), ("api", "link", "register.view"))),
    ("manage", (("accounts", "people", "account.manage"),)),
)  # fmt: skip


def shell(request: HttpRequest) -> dict[str, Any]:
    """Return the context of the frame."""
    theme = request.COOKIES.get("theme", "")
    context: dict[str, Any] = {
        "city": city(),
        "version": __version__,
        "language": language(),
        "theme": theme if theme in THEMES else "",
        "bundle": bundled(),
        "said": _taken(request),
    }
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return context
    from hetao.web.checkups.models import Run
    from hetao.web.tasks.waiting import waiting_for

    waiting = waiting_for(user)
    return context | {
        "navigation": [_group(head, items, request, waiting) for head, items in NAVIGATION],
        "newest_run": Run.newest(),
        "unread": user.notices.filter(read_at=None).count(),
    }


def tell(request: HttpRequest, key: str, tone: str = "good", **facts: object) -> None:
    """Say something on the next page the person sees."""
    said = request.session.get(SAID, [])
    request.session[SAID] = [*said, {"tone": tone, "text": say(key, **facts)}]


@cache
def city() -> City:
    """Return the city that is served."""
    return open_workspace(settings.ROOT).city


@cache
def bundled() -> bool:
    """Say whether the map's scripts were built."""
    return (BUNDLE / "htmx.js").is_file()


def _taken(request: HttpRequest) -> list[dict[str, str]]:
    if not hasattr(request, "session") or SAID not in request.session:
        return []
    icons = {"good": "check", "bad": "warn", "warn": "warn"}
    return [m | {"icon": icons.get(m["tone"], "info")} for m in request.session.pop(SAID)]


def _group(head: str, items: Any, request: HttpRequest, waiting: int) -> dict[str, Any]:  # noqa: ANN401
    shown = [
        {
            "name": say(f"site.nav_{name}"),
            "url": reverse(name),
            "icon": icon,
            "here": _here(request.path, reverse(name)),
            "count": waiting if name == "tasks" else 0,
        }
        for name, icon, action in items
        if policy.may(request.user, action)
    ]
    return {"head": say(f"site.nav_{head}") if head and shown else "", "items": shown}


def _here(path: str, url: str) -> bool:
    return path == url if url == "/" else path.startswith(url)
