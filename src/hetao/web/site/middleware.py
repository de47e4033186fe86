"""What happens to every request: a log line, headers that guard it, faults told in words."""

import logging
import time
import uuid
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.functional import SimpleLazyObject
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation.trans_real import parse_accept_lang_header

from hetao.errors import HetaoError
from hetao.web.site import views
from hetao.web.site.logs import request_id
from hetao.web.site.words import language

Answer = Callable[[HttpRequest], HttpResponse]
_log = logging.getLogger("hetao.request")

POLICY = "; ".join(
    (
        "default-src 'none'", "script-src 'self'", "style-src 'self'", "connect-src 'self'",
        "img-src 'self' data: blob:", "font-src 'self'", "worker-src 'self' blob:",
        "form-action 'self'", "base-uri 'none'", "frame-ancestors 'none'",
        "manifest-src 'self'",
    )
)  # fmt: skip


def logged(answer: Answer) -> Answer:
    """Write one line a request: who, what, how long, under an id that the answer carries too."""

    def respond(request: HttpRequest) -> HttpResponse:
        began = time.perf_counter()
        id_ = uuid.uuid4().hex[:12]
        token = request_id.set(id_)
        try:
            response = answer(request)
        finally:
            request_id.reset(token)
        user = getattr(request, "user", None)
        if isinstance(user, SimpleLazyObject):  # who nobody asked for costs no query
            user = getattr(request, "_cached_user", None)
        facts = {
            "request": id_,
            "method": request.method,
            "path": request.path,
            "status": response.status_code,
            "ms": round((time.perf_counter() - began) * 1000, 1),
            "user": user.pk if user is not None and user.is_authenticated else None,
        }
        _log.info("%s %s", request.method, request.path, extra={"facts": facts})
        response["X-Request-ID"] = id_
        response["Server-Timing"] = f"total;dur={facts['ms']}"
        return response

    return respond


def guarded(answer: Answer) -> Answer:
    """Let pages load nothing but their own, and be kept by no cache in between."""

    def respond(request: HttpRequest) -> HttpResponse:
        response = answer(request)
        response.setdefault("Content-Security-Policy", POLICY)
        response.setdefault("Permissions-Policy", "camera=(self), geolocation=(self)")
        response.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        if not request.path.startswith("/static/"):
            response.setdefault("Cache-Control", "private, no-cache")
            patch_vary_headers(response, ["Cookie"])
        return response

    return respond


def probed(answer: Answer) -> Answer:
    """Answer a probe by whatever name it comes, before anything asks who it is."""
    probes = {"/health/": views.health, "/health/ready/": views.ready}

    def respond(request: HttpRequest) -> HttpResponse:
        return probes.get(request.path, answer)(request)

    return respond


def spoken(answer: Answer) -> Answer:
    """Speak Chinese unless the person chose English, or a program asks for it."""

    def respond(request: HttpRequest) -> HttpResponse:
        chosen = _chosen(request)
        with translation.override(chosen):
            response = answer(request)
        response.setdefault("Content-Language", chosen)
        return response

    return respond


def _chosen(request: HttpRequest) -> str:
    """Return the language of the cookie; a program's wish; a browser's is set by its maker."""
    known = dict(settings.LANGUAGES)
    wanted = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
    if wanted in known:
        return wanted
    if request.path.startswith("/api/") and "text/html" not in request.headers.get("Accept", ""):
        for code, _ in parse_accept_lang_header(request.headers.get("Accept-Language", "")):
            for one in known:
                if one.partition("-")[0] == code.partition("-")[0]:
                    return one
    return settings.LANGUAGE_CODE


class told:
    """Tell a fault that a person can put right in their words, not as a failure of ours."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer."""
        return self.answer(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Return the page of a fault of ours; leave all others to Django."""
        if not isinstance(error, HetaoError):
            return None
        context = {"text": error.text(language()), "back": _back(request)}
        return render(request, "site/fault.html", context, status=422)


def _back(request: HttpRequest) -> str:
    """Return the page of ours that the person came from."""
    came = request.headers.get("Referer", "")
    ours = url_has_allowed_host_and_scheme(came, {request.get_host()}, request.is_secure())
    return came if ours else "/"
