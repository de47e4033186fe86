"""What every answer carries to guard the reader, and what it must not give away."""

import io
import json
import logging
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.exceptions import RequestDataTooBig
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.urls import path

import hetao.web
from hetao.errors import UserError
from hetao.web.site import middleware
from hetao.web.site.logs import JsonLines
from hetao.web.urls import handler403, handler404, handler500, urlpatterns  # noqa: F401

WEB = Path(hetao.web.__file__).parent
TEMPLATES = sorted(WEB.rglob("templates/**/*.html"))
STATIC = sorted(p for p in WEB.rglob("static/**/*") if p.suffix in (".css", ".js", ".svg", ".html"))
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src 'self' data: blob:; font-src 'self'; worker-src 'self' blob:; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'; manifest-src 'self'"
)
GUARDS = {
    "Content-Security-Policy": POLICY,
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), geolocation=(self)",
}
PAGES = ("/sign-in/", "/", "/tasks/", "/me/", "/health/", "/no-such-page/")


def broken(request):
    secret = "passphrase-of-the-database"  # noqa: F841
    raise ZeroDivisionError(request.path)


def refused(request):
    raise UserError("no_workspace", {"root": "x", "path": "x"})


urlpatterns = [
    path("broken/", broken), path("api/v1/broken/", broken), path("told/", refused), *urlpatterns,
]  # fmt: skip


def short(path_):
    return str(path_.relative_to(WEB))


# --- headers


@pytest.mark.parametrize("address", PAGES)
def test_every_answer_carries_the_guards(address, signed_in):
    for client in (Client(), signed_in("leader")):
        answer = client.get(address)
        told = {name: answer.get(name) for name in GUARDS}
        if address == "/health/":  # says one word, to programs, before anybody is asked for
            told["X-Frame-Options"] = "DENY"
        assert told == GUARDS


def test_pages_are_kept_by_nobody_in_between(signed_in):
    answer = signed_in("leader").get("/tasks/")
    assert answer["Cache-Control"] == "private, no-cache"
    assert "Cookie" in answer["Vary"]


def test_cookies_are_for_the_server_and_this_site_alone(people):
    client = Client()
    client.post("/sign-in/", {"username": "leader", "password": "correct horse"})
    client.get("/me/")
    client.post("/appearance/", {"language": "en", "theme": "dark"})
    assert set(client.cookies) == {"sessionid", "csrftoken", "django_language", "theme"}
    for cookie in client.cookies.values():
        assert cookie["httponly"]
        assert cookie["samesite"] == "Lax"
        assert not cookie["secure"]  # loopback, without TLS


READ_SETTINGS = """
import json
from django.conf import settings
names = ("SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE", "SECURE_SSL_REDIRECT",
         "SECURE_HSTS_SECONDS", "DEBUG")
print(json.dumps([getattr(settings, name) for name in names]))
"""


def test_with_https_cookies_go_over_it_alone_and_everybody_is_sent_there(tmp_path):
    """Read the settings as a deployment behind TLS reads them, in a process of its own."""
    told = subprocess.run(
        [sys.executable, "-c", READ_SETTINGS], capture_output=True, text=True, check=True,
        env=os.environ | {"HETAO_HTTPS": "1", "HETAO_ROOT": str(tmp_path),
                          "DJANGO_SETTINGS_MODULE": "hetao.web.settings"},
    )  # fmt: skip
    assert json.loads(told.stdout) == [True, True, True, 31_536_000, False]


# --- templates and files


@pytest.mark.parametrize("path_", TEMPLATES, ids=short)
def test_a_template_has_no_inline_style_script_or_handler(path_):
    text = re.sub(r"\{[#%].*?[#%]\}", "", path_.read_text("utf-8"))
    assert not re.search(r"<style|\sstyle\s*=", text, re.IGNORECASE)
    assert not re.search(r"\son[a-z]+\s*=", text, re.IGNORECASE)
    assert "javascript:" not in text.lower()
    for tag in re.findall(r"<script\b[^>]*>", text, re.IGNORECASE):
        assert re.search(r'\ssrc="/static/|type="application/json"', tag), tag


NAMES_OF_KINDS = ("http://www.w3.org/",)  # name an XML vocabulary; nothing is fetched


@pytest.mark.parametrize("path_", [*TEMPLATES, *STATIC], ids=short)
def test_nothing_is_fetched_from_anywhere_else(path_):
    text = path_.read_text("utf-8")
    found = re.findall(r"""(?:https?:)?//[a-z0-9][a-z0-9.-]+\.[a-z]{2,}[^\s"'<>)]*""", text)
    if path_.parent.name == "bundle":  # made of packages whose texts name their homes
        found = re.findall(r"""(?:src|url|import|fetch)\s*[=(]\s*["']?(https?://[^"')\s]+)""", text)
    assert [url for url in found if not url.startswith((*NAMES_OF_KINDS, "//www.w3.org"))] == []


# --- faults


@pytest.fixture
def broken_site(settings):
    settings.ROOT_URLCONF = __name__
    return Client(raise_request_exception=False)


@pytest.fixture
def lines():
    """Catch log lines as a deployment writes them."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonLines())
    loggers = [logging.getLogger(name) for name in ("hetao.request", "django.request")]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.addHandler(handler)
        logger.setLevel(logging.INFO)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    for logger, level in zip(loggers, levels, strict=True):
        logger.removeHandler(handler)
        logger.setLevel(level)


TRACES = ("ZeroDivisionError", "Traceback", "passphrase", "test_headers", ".py")


@pytest.mark.parametrize(
    ("address", "kind"),
    [("/broken/", "text/html; charset=utf-8"), ("/api/v1/broken/", "application/problem+json")],
)
def test_a_fault_of_ours_is_told_without_a_trace(address, kind, broken_site, people):
    broken_site.force_login(people["leader"])
    answer = broken_site.get(address)
    assert (answer.status_code, answer["Content-Type"]) == (500, kind)
    assert not any(trace in answer.text for trace in TRACES)
    said = answer.json()["title"] if kind.endswith("json") else answer.text
    assert "系统出错" in said
    assert answer["Content-Security-Policy"] == POLICY
    assert answer["X-Request-ID"]


def test_a_fault_in_what_was_given_leads_back_to_where_one_came_from(broken_site, people):
    broken_site.force_login(people["leader"])
    ours = broken_site.get("/told/", headers={"referer": "http://testserver/tasks/?page=2"})
    assert ours.status_code == 422
    assert 'href="http://testserver/tasks/?page=2"' in ours.text
    for elsewhere in ("https://evil.example/", "javascript:alert(1)", ""):
        answer = broken_site.get("/told/", headers={"referer": elsewhere})
        assert "evil" not in answer.text
        assert "javascript" not in answer.text


def test_a_request_is_one_line_with_an_id_that_the_answer_carries(people, lines):
    client = Client()
    client.force_login(people["leader"])
    answer = client.get("/me/?token=hetao_secret")
    (line,) = [one for one in lines() if one["logger"] == "hetao.request"]
    assert line["request"] == answer["X-Request-ID"]
    assert line["path"] == "/me/"
    assert line["status"] == 200
    assert line["method"] == "GET"
    assert line["user"] == people["leader"].pk


def test_the_trace_of_a_fault_is_in_the_log_under_the_same_id(broken_site, people, lines):
    broken_site.force_login(people["leader"])
    answer = broken_site.get("/broken/")
    (fault,) = [one for one in lines() if one["logger"] == "django.request"]
    assert fault["request"] == answer["X-Request-ID"]
    assert "ZeroDivisionError" in fault["traceback"]


def test_no_log_line_holds_what_was_sent(people, lines):
    client = Client()
    client.post("/sign-in/?next=/x", {"username": "leader", "password": "correct horse"})
    client.get("/me/", headers={"authorization": "Bearer hetao_abc"})
    told = json.dumps(lines())
    for secret in ("correct horse", "hetao_abc", client.cookies["sessionid"].value):
        assert secret not in told


def test_ids_of_requests_at_once_do_not_mix():
    from concurrent.futures import ThreadPoolExecutor

    from hetao.web.site.logs import request_id

    def answer(request):
        return HttpResponse(request_id.get())

    site = middleware.logged(answer)
    requests = [RequestFactory().get("/") for _ in range(40)]
    with ThreadPoolExecutor(8) as pool:
        for told in pool.map(site, requests):
            assert told.content.decode() == told["X-Request-ID"]
    assert request_id.get() == ""


# --- limits


def test_a_form_larger_than_the_limit_is_refused(signed_in, settings):
    client = signed_in("leader")
    client.raise_request_exception = False
    answer = client.post("/me/digest/", {"email": "x" * (settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1)})
    assert answer.status_code == 400
    assert RequestDataTooBig.__name__ not in answer.text


def test_a_form_of_very_many_fields_is_refused(signed_in):
    answer = signed_in("leader").post("/me/digest/", {f"f{n}": "" for n in range(1001)})
    assert answer.status_code == 400


def test_a_host_that_is_not_ours_is_refused(db):
    assert Client(headers={"host": "evil.example"}).get("/sign-in/").status_code == 400
