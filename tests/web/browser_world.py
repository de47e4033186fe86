"""The demo city served by a process of its own, and people at Chromium in front of it."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser"))), None)
ARGUMENTS = (
    "--no-sandbox", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--use-gl=angle", "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader", "--ignore-gpu-blocklist",
)  # fmt: skip
SCREENS = Path(os.environ.get("HETAO_SCREENS", Path(__file__).parents[2] / "build" / "screens"))
DESKTOP, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
WAIT_SECONDS = 300
PATIENT_MS = 60_000


@dataclass(frozen=True)
class Site:
    """A site that answers: its address, its workspace, and who may sign in with what."""

    url: str
    root: Path
    passwords: dict[str, str]


@pytest.fixture(scope="session")
def site(tmp_path_factory):
    """Make the demo city without its documents, serve it, and read the passwords it prints."""
    from hetao.checkup.run import begin_checkup
    from hetao.demo.city import DATE
    from hetao.demo.tour import demo_plan, founded_demo

    root = tmp_path_factory.mktemp("served") / "demo-city"
    workspace = founded_demo(root)
    begin_checkup(workspace, edition="2025", date=DATE)
    demo_plan(workspace)
    with served(root, root.parent / "serve.log") as told:
        yield told


@contextmanager
def served(root, log):
    """Serve a workspace by the command that people type, until the block ends."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("HETAO", "DJANGO"))}
    environment |= {"HETAO_LANG": "en", "HETAO_LOG": "WARNING"}
    command = [sys.executable, "-m", "hetao.cli", "serve", str(root), "--port", str(port)]
    with log.open("w") as output:
        process = subprocess.Popen(
            command, stdout=output, stderr=subprocess.STDOUT, env=environment
        )
        try:
            url = f"http://127.0.0.1:{port}"
            _wait_for(f"{url}/health/ready/", process, log)
            accounts = re.findall(r"^  .+?\s([a-z_]+) +(\S+)$", log.read_text("utf-8"), re.M)
            yield Site(url, root, dict(accounts))
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=60)


def _wait_for(url, process, log):
    end = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < end:
        assert process.poll() is None, log.read_text("utf-8")
        try:
            with urllib.request.urlopen(url, timeout=5) as answer:
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.3)
    raise AssertionError(log.read_text("utf-8"))


@pytest.fixture(scope="module")
def chromium():
    """Open Chromium for one file: while it is open, its event loop keeps Django from databases."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(ARGUMENTS))
        yield browser
        browser.close()


class Person:
    """Somebody at a browser: every fault of the pages they open is kept."""

    def __init__(self, browser, site, role="", viewport=None, **context):
        self.site, self.role = site, role
        self.context = browser.new_context(viewport=viewport or DESKTOP, **context)
        self.context.set_default_timeout(PATIENT_MS)
        self.page = self.context.new_page()
        self.faults, self.strange = [], []
        self.page.on("console", self._heard)
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        self.page.on("request", self._asked)
        if role:
            self.sign_in()

    def _heard(self, message):
        if message.type == "error":
            self.faults.append(message.text)

    def _asked(self, request):
        if not request.url.startswith((self.site.url, "data:", "blob:")):
            self.strange.append(request.url)

    def sign_in(self):
        self.open("/sign-in/")
        self.page.fill("#id_username", self.role)
        self.page.fill("#id_password", self.site.passwords[self.role])
        self.page.click("button.btn-main")
        self.page.wait_for_selector("nav.nav", state="attached")

    def open(self, path):
        return self.page.goto(self.site.url + path)

    def settled(self):
        """Wait until the map, where there is one, has drawn what was asked for."""
        if self.page.query_selector("#one-map[data-urls]"):
            self.page.wait_for_selector("#one-map[data-ready]")
            self.page.wait_for_timeout(1500)
        if self.page.query_selector("#place-map"):
            self.page.wait_for_selector("#place-map[data-ready]")

    def screen(self, name):
        width = self.page.viewport_size["width"]
        SCREENS.mkdir(parents=True, exist_ok=True)
        whole = not self.page.query_selector("#one-map")
        self.page.screenshot(path=SCREENS / f"{name}-{width}.png", full_page=whole)


@pytest.fixture
def somebody(chromium, site):
    """Make people; their contexts end with the test."""
    made = []

    def come(role="", **context):
        person = Person(chromium, site, role, **context)
        made.append(person)
        return person

    yield come
    for person in made:
        person.context.close()
