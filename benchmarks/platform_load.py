"""
Load the platform with a made city and measure every page at 20 requests a second.

    DATABASE_URL=postgres://… uv run python benchmarks/platform_load.py [DIR] [--seconds 300]

Without `DATABASE_URL` and as root, a cluster of Debian's PostgreSQL is made beside the workspace
and stopped at the end. A workspace that was filled before is used again.

Every address of the site is asked, for seven roles, with filters, words, orders and far pages:
first in this process, to count queries, then of `hetao serve`, at fixed times whether or not
earlier answers have come. Map tiles are asked for beside. Client, server and database share the
machine; the client takes about a tenth of a core.
"""

import argparse
import contextlib
import functools
import itertools
import json
import os
import random
import re
import resource
import struct
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from http.client import HTTPConnection
from http.cookies import SimpleCookie
from pathlib import Path

from platform_city import SMALL, Size, make_workspace

BINARIES = Path("/usr/lib/postgresql/15/bin")
FILLED = "load.json"
SERVING_SECONDS = 3_600  # the first start cuts the tiles of a million buildings
ROLES = (
    "administrator", "plan_office", "analyst", "department_officer", "county_officer",
    "inspector", "leader",
)  # fmt: skip
SENT_TO = ("administrator", "department_officer")
"""Roles that ask for exports; a register of a million rows is a minute's work each time."""

QUERIES_AT_MOST, PAGE_MS, TILE_MS = 15, 300, 50
TILE_BYTES = 24_000
EXPORTS = (
    "register_file", "register_sheet", "task_ledger", "bulletin", "delivery_template",
    "marked_delivery", "sent_delivery",
)  # fmt: skip
LEFT_OUT = {
    "sign_in": "measured by signing in", "sign_out": "ends the session",
    "health": "for machines", "ready": "for machines",
    "document": "files of a run folder, sent as they are", "map_tiles": "measured as tiles",
    "evidence": "files, sent as they are", "edit_task": "a draft's form, like new_task",
    "oidc_authentication_init": "not set up", "oidc_authentication_callback": "not set up",
}  # fmt: skip
ASKED = {
    "home": ("", "?only=troubled", "?year=2025"),
    "plan": ("", "?year=2025"),
    "light": ("", "?zone=159921", "?year=2025"),
    "search": (
        "?q=永福", "?q=yongfu", "?q=w5001", "?q=159921", "?q=yfxq", "?q=整治", "?q=没有这样的东西",
        "?q=路", "?q=zz",
    ),
    "register": (
        "", "?page=2", "?page=180", "?page=20000", "?county=159921", "?q=永福", "?q=chaoyang",
        "?order=-name", "?order=-year", "?order=year&county=159922", "?use=office",
        "?use=agricultural&county=159923&order=-height_m", "?zone={zone}",
    ),
    "tasks": (
        "", "?show=open", "?show=late", "?show=waiting", "?show=proposed", "?show=relapsed",
        "?show=over", "?state=reported", "?body=housing", "?county=159921", "?q=整治",
        "?q=RW-2025", "?page=180",
    ),
    "findings": (
        "", "?indicator={indicator}", "?county=159921", "?remedy=deadline", "?page=40",
        "?page=1900", "?indicator={indicator}&county=159922&page=3",
    ),
    "indicator": (
        "", "?level=community", "?level=compound", "?level=county&order=name",
        "?level=community&order=value_up&page=4",
    ),
    "compare_runs": ("", "?a={before}&b={run}"),
    "history": ("", "?page=180", "?who=plan_office-1"),
    "notices": ("", "?page=5"),
    "new_task": (
        "", "?finding={finding}", "?target={target}&zone=159921",
        "?run={run}&indicator={indicator}&variant=official&zone=159921",
    ),
    "deliveries": ("", "?page=4"),
    "map_find": ("?q=永福", "?q=yongfu", "?q=w5001"),
    "map_indicator": ("?run={run}&indicator={indicator}&level=county",
                      "?run={run}&indicator={indicator}&level=community"),
    "api_v1:compareRuns": ("?a={before}&b={run}",),
    "api_v1:listThings": ("", "?limit=100", "?county=159921"),
    "api_v1:listItems": ("?limit=100", "?limit=100&bbox=107.5,40.6,107.6,40.7"),
    "api_v1:listFindings": ("?run={run}", "?run={run}&indicator={indicator}"),
    "api_v1:listObservations": ("?indicator={indicator}",),
}  # fmt: skip


@contextlib.contextmanager
def database(root):
    """Give the database that is asked for, or one of our own."""
    if url := os.environ.get("DATABASE_URL"):
        yield url
        return
    folder = root.parent / f"{root.name}-postgres"
    as_postgres = ["runuser", "-u", "postgres", "--"]
    if not folder.is_dir():
        folder.mkdir(parents=True)
        subprocess.run(["chown", "postgres", folder], check=True)
        init = [BINARIES / "initdb", "-D", folder, "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8"]
        subprocess.run([*as_postgres, *init], check=True, stdout=subprocess.DEVNULL)
        with (folder / "postgresql.conf").open("a") as told:
            told.write(f"port = 5504\nlisten_addresses = '127.0.0.1'\n"
                       f"unix_socket_directories = '{folder}'\nshared_buffers = 1GB\n"
                       "effective_cache_size = 3GB\nrandom_page_cost = 1.1\nmax_wal_size = 4GB\n"
                       "work_mem = 16MB\n")  # fmt: skip
    control = [*as_postgres, BINARIES / "pg_ctl", "-D", folder, "-w", "-l", folder / "log"]
    subprocess.run([*control, "start"], check=True, stdout=subprocess.DEVNULL)
    try:
        yield "postgres://postgres@127.0.0.1:5504/postgres"
    finally:
        subprocess.run([*control, "stop", "-m", "fast"], check=True, stdout=subprocess.DEVNULL)


def fill(root, size, password):
    """Fill workspace and database, telling how long each part took."""
    if not (root / "city.toml").is_file():
        with _timed("the workspace is written"):
            make_workspace(root, size)
    from hetao.web.serving import set_up

    set_up(root)
    from django.core.management import call_command
    from django.db import connection

    call_command("migrate", verbosity=0)
    _take_up(root)
    _people_act(size, password)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")
    (root / FILLED).write_text(json.dumps({"password": password}), "utf-8")


def _take_up(root):
    from hetao.checkup.run import runs
    from hetao.registers.workspace import open_workspace
    from hetao.web.accounts.founding import take_up_bodies
    from hetao.web.checkups.models import Run
    from hetao.web.checkups.take_up import take_up_run
    from hetao.web.cities.take_up import take_up_registers
    from hetao.web.plans.take_up import take_up_plans

    workspace = open_workspace(root)
    folders = runs(workspace)
    with _timed("registers are taken up") as told:
        told.append(f"{take_up_registers(folders[-1].snapshot(workspace)):,} things")
    for folder in folders:
        with _timed(f"run {folder.id} is taken up"):
            run = take_up_run(workspace, folder)
            Run.objects.filter(pk=run.pk).update(taken_up_at=f"{run.date}T20:00:00+08:00")
    with _timed("the plan is judged"):
        take_up_plans(years=tuple(run.date.year for run in Run.objects.all()))
    take_up_bodies(workspace)


def _people_act(size, password):
    from platform_people import made_people, made_tasks, made_traces

    from hetao.web.checkups.models import Run
    from hetao.web.jobs.models import DONE, Job
    from hetao.web.tasks.measuring import measure_tasks

    with _timed("people and tasks are made"):
        made_people(size.people, password)
        made_tasks(size.tasks, seed=1)
    for run in Run.objects.order_by("date"):
        with _timed(f"tasks are measured by {run.pk}") as told:
            told.append(f"{measure_tasks(run):,} tasks")
    with _timed("traces are made"):
        made_traces(seed=2, entries=3 * size.tasks, notices=3 * size.tasks)
    # the day's reminders are work of the background: they must not start while pages are measured
    today = time.strftime("%Y-%m-%d")
    Job.objects.create(
        kind="remind", wanted={"day": today}, state=DONE, ended_at=f"{today}T00:00:01+08:00"
    )


@contextlib.contextmanager
def _timed(what):
    began, told = time.perf_counter(), []
    yield told
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
    print(f"{what}: {time.perf_counter() - began:.1f} s, peak {peak:,.0f} MB {' '.join(told)}",
          file=sys.stderr, flush=True)  # fmt: skip


@dataclass
class World:
    """Samples of what an address names."""

    rng: random.Random
    samples: dict

    def one(self, name):
        return self.rng.choice(self.samples[name])


def sampled(seed):
    """Draw samples of everything that an address may name."""
    from hetao.web.accounts.models import User
    from hetao.web.checkups.models import Finding, Measured, Run
    from hetao.web.cities.models import Delivery, Thing, Zone
    from hetao.web.jobs.models import Job
    from hetao.web.plans.take_up import judgement, ledger
    from hetao.web.tasks.models import Task

    rng = random.Random(seed)
    newest = Run.newest()
    buildings = Thing.objects.filter(register="buildings").order_by("pk")
    first = buildings.first().pk
    refs = [first + rng.randrange(buildings.count()) for _ in range(400)]
    things = list(Thing.objects.filter(pk__in=refs).values_list("register", "ref"))
    for register in ("roads", "parks", "facilities", "water_pipes", "compounds"):
        things += Thing.objects.filter(register=register).values_list("register", "ref")[:20]
    findings = Finding.objects.filter(run=newest)
    return World(rng, {
        "run": [newest.pk], "before": list(Run.objects.values_list("pk", flat=True))[1:],
        "indicator": list(Measured.objects.filter(run=newest).values_list("indicator", flat=True)),
        "register": ["buildings"] * 6 + ["roads", "facilities", "water_pipes", "parks"],
        "thing": things, "measure": [one.id for one in ledger().measures],
        "target": [one["target"]["id"] for one in judgement().targets],
        "task": list(Task.objects.values_list("pk", flat=True)[:5_000]),
        "user": list(User.objects.values_list("pk", flat=True)),
        "delivery": list(Delivery.objects.values_list("pk", flat=True)),
        "job": list(Job.objects.values_list("pk", flat=True)),
        "zone": list(Zone.objects.filter(level="community").values_list("pk", flat=True)),
        "code": ["159900", "159921"], "year": [str(run.year) for run in Run.objects.all()],
        "token": [0], "register_id": ["buildings", "roads", "parks"],
        "collection": ["buildings", "roads", "parks", "zones"],
        "finding": list(findings.values_list("pk", flat=True)[:2_000]),
    })  # fmt: skip


def routes():
    """Yield every address of the site: its name and the names in it."""
    from django.urls import URLPattern, get_resolver

    def walk(patterns, before=""):
        for one in patterns:
            if isinstance(one, URLPattern):
                yield f"{before}{one.name}", list(one.pattern.converters)
            else:
                inner = f"{before}{one.namespace}:" if one.namespace else before
                yield from walk(one.url_patterns, inner)

    yield from walk(get_resolver().url_patterns)


def address(name, converters, query, world):
    """Return an address of a route; None where nothing is known of what it names."""
    from django.urls import reverse

    given, names = {}, set(converters)
    for register in ("register", "register_id"):
        if {register, "ref"} <= names:
            given[register], given["ref"] = world.one("thing")
    if {"collection", "feature"} <= names:
        given["collection"], given["feature"] = world.one("thing")
    for one in names - set(given):
        if one not in world.samples:
            return None
        given[one] = world.one(one)
    wanted = re.sub(r"\{(\w+)\}", lambda found: urllib.parse.quote(str(world.one(found[1]))), query)
    return reverse(name, kwargs=given) + urllib.parse.quote(wanted, safe="?=&%-_.")


@dataclass
class Measured:
    """What was measured of one route."""

    server: list = field(default_factory=list)
    wall: list = field(default_factory=list)
    queries: int = 0
    worst: str = ""
    slowest: tuple = (0.0, "")
    faults: int = 0


def counted(world, known):
    """Ask every address in this process, role by role, and count its queries."""
    from django.test import Client

    from hetao.web.accounts.models import User

    clients = {role: Client(raise_request_exception=False) for role in ROLES}
    for role, client in clients.items():
        client.force_login(User.objects.filter(role=role).order_by("pk").first())
    pages, left, told = {}, dict(LEFT_OUT), {}
    for name, converters in known:
        if name in left:
            continue
        told[name] = Measured()
        roles = SENT_TO if name in EXPORTS else ROLES
        cases = itertools.product(ASKED.get(name, ("",)), roles)
        urls = [(query, role, address(name, converters, query, world)) for query, role in cases]
        if any(url is None for _, _, url in urls):
            left[name] = f"no sample for {', '.join(converters)}"
            continue
        found = [(q, role) for q, role, url in urls if _asked(clients[role], role, url, told[name])]
        if found:
            pages[name] = found
        else:
            left[name] = "takes what is sent, or answered to nobody"
    return pages, left, told


def _asked(client, role, url, told):
    """Say whether a person gets a page; keep the number of its queries if they are the most."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as caught:
        response = client.get(url, HTTP_HOST="localhost")
        if response.streaming:
            b"".join(response.streaming_content)
    if response.status_code >= 500:
        told.faults += 1
        print(f"fault {response.status_code}: {role} {url}", file=sys.stderr)
    if response.status_code == 200 and len(caught) > told.queries:
        told.queries, told.worst = len(caught), f"{role} {url}"
    return response.status_code == 200


class Visitor(threading.local):
    """A connection of one thread, kept open."""

    connection = None

    def ask(self, port, url, cookie, more=()):
        headers = {"Cookie": cookie, "Host": "localhost", **dict(more)}
        for attempt in (1, 2):
            if self.connection is None:
                self.connection = HTTPConnection("127.0.0.1", port, timeout=600)
            try:
                self.connection.request("GET", url, headers=headers)
                response = self.connection.getresponse()
                body = response.read()
            except (ConnectionError, OSError):
                self.connection.close()
                self.connection = None
                if attempt == 2:
                    raise
            else:
                return response, body
        return None


def signed_in(port, name, password):
    """Sign a person in by the page's own form; return the cookie."""
    connection = HTTPConnection("127.0.0.1", port, timeout=600)
    connection.request("GET", "/sign-in/", headers={"Host": "localhost"})
    response = connection.getresponse()
    page = response.read().decode()
    jar = SimpleCookie()
    for one in response.headers.get_all("Set-Cookie", []):
        jar.load(one)
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)[1]
    sent = urllib.parse.urlencode(
        {"csrfmiddlewaretoken": token, "username": name, "password": password}
    )
    cookie = "; ".join(f"{key}={one.value}" for key, one in jar.items())
    connection.request("POST", "/sign-in/", sent, {
        "Host": "localhost", "Cookie": cookie, "Content-Type": "application/x-www-form-urlencoded",
        "Referer": "http://localhost/sign-in/", "Origin": "http://localhost",
    })  # fmt: skip
    response = connection.getresponse()
    response.read()
    for one in response.headers.get_all("Set-Cookie", []):
        jar.load(one)
    if "sessionid" not in jar:
        raise SystemExit(f"{name} could not sign in: {response.status}")
    return "; ".join(f"{key}={one.value}" for key, one in jar.items())


def loaded(port, asked, *, cookies, told, rate, seconds):
    """Ask at fixed times, `rate` a second, whatever has not been answered yet."""
    visitor, lock = Visitor(), threading.Lock()

    def ask(due, name, url, role, more=()):
        response, _ = visitor.ask(port, url, cookies[role], more)
        wall = (time.perf_counter() - due) * 1000
        server = float(re.search(r"dur=([\d.]+)", response.headers["Server-Timing"])[1])
        with lock:
            one = told[name]
            one.server.append(server)
            one.wall.append(wall)
            one.faults += response.status >= 500
            one.slowest = max(one.slowest, (server, f"{role} {url}"))

    start = time.perf_counter() + 0.5
    with ThreadPoolExecutor(64) as pool:
        waiting = []
        for place, one in enumerate(asked):
            due = start + place / rate
            if due - start > seconds:
                break
            time.sleep(max(0.0, due - time.perf_counter()))
            waiting.append(pool.submit(ask, due, *one))
        for one in waiting:
            one.result()


def mixed(pages, known, world, exports):
    """Yield addresses without end: every page as often as any other, its variations in turn."""
    converters = dict(known)
    turns = {
        name: itertools.cycle(world.rng.sample(cases, len(cases)))
        for name, cases in pages.items()
        if name not in exports
    }
    while True:
        names = list(turns)
        world.rng.shuffle(names)
        for name in names:
            query, role = next(turns[name])
            yield name, address(name, converters[name], query, world), role


def tiles(port, cookie, rng):
    """Yield ranges of the tile archives that the map's layers name, as a map asks for them."""
    visitor = Visitor()
    _, body = visitor.ask(port, "/map/layers.json", cookie)
    told = json.loads(body)
    names = [told["base"], *(one["archive"] for one in told["layers"]),
             *(one["archive"] for one in told["runs"])]  # fmt: skip
    archives = []
    for name in filter(None, names):
        url = f"/map/tiles/{name}.pmtiles"
        response, head = visitor.ask(port, url, cookie, {"Range": "bytes=0-126"}.items())
        if response.status == 206:
            start, length = struct.unpack_from("<QQ", head, 56)  # where the tiles lie, how long
            archives.append((url, start, length))
    if not archives:
        return
    weights = [length for _, _, length in archives]
    while True:
        url, start, length = rng.choices(archives, weights)[0]
        first = start + rng.randrange(max(1, length - TILE_BYTES))
        last = min(start + length, first + TILE_BYTES) - 1
        yield "tiles", url, "administrator", (("Range", f"bytes={first}-{last}"),)


def share(values, part):
    """Return the value that so large a part of them does not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(part * len(ordered)))] if ordered else float("nan")


def printed(told, left):
    """Write the tables as Markdown: pages, what is exported, what was not asked."""
    rows = [row for row in told.items() if row[1].server]
    rows.sort(key=lambda row: -share(row[1].server, 0.95))
    pages = [row for row in rows if row[0] not in EXPORTS and row[0] != "tiles"]
    every = Measured(queries=max(one.queries for _, one in pages))
    for _, one in pages:
        every.server += one.server
        every.wall += one.wall
    apart = [row for row in rows if row not in pages]
    _table([*pages, ("**all pages**", every)])
    _table(apart)
    for name, one in pages[:12]:
        print(f"- slowest {name}: {one.slowest[0]:.0f} ms, {one.slowest[1]}")
    for name, one in told.items():
        if one.faults or one.queries > QUERIES_AT_MOST:
            print(f"- {name}: {one.faults} faults, {one.queries} queries ({one.worst})")
    print("- not asked: " + "; ".join(f"{name} ({why})" for name, why in left.items()))


def _table(rows):
    print("| asked | n | server p50 | p95 | max (ms) | wall p95 (ms) | queries |")
    print("|---|---:|---:|---:|---:|---:|---:|")
    for name, one in rows:
        limit = TILE_MS if name == "tiles" else PAGE_MS
        slow = "" if share(one.server, 0.95) < limit or name in EXPORTS else " !"
        many = "" if one.queries <= QUERIES_AT_MOST else " !"
        print(f"| {name} | {len(one.server)} | {share(one.server, 0.5):.0f} |"
              f" {share(one.server, 0.95):.0f}{slow} | {max(one.server):.0f} |"
              f" {share(one.wall, 0.95):.0f} | {one.queries}{many} |")  # fmt: skip
    print()


def main():
    parser = argparse.ArgumentParser(description=__doc__.strip().splitlines()[0])
    parser.add_argument("root", nargs="?", type=Path, help="the workspace; a temporary one if none")
    parser.add_argument("--port", type=int, default=8401)
    parser.add_argument("--rate", type=float, default=20.0)
    parser.add_argument("--tiles", type=float, default=10.0, help="tiles a second, beside")
    parser.add_argument("--seconds", type=float, default=300.0)
    parser.add_argument("--small", action="store_true", help="a small city, to try the script")
    parser.add_argument("--only", help="pages, comma-separated")
    asked = parser.parse_args()
    with contextlib.ExitStack() as held:
        root = asked.root
        if root is None:
            scratch = held.enter_context(tempfile.TemporaryDirectory())
            Path(scratch).chmod(0o755)  # the database's user must reach its own folder in it
            root = Path(scratch) / "city"
        root = root.absolute()
        os.environ["DATABASE_URL"] = held.enter_context(database(root))
        os.environ["HETAO_LOG"] = "WARNING"
        measure(root, asked)


def measure(root, asked):
    """Fill what is not filled, count queries, then load the server."""
    if not (root / FILLED).is_file():
        fill(root, SMALL if asked.small else Size(), "made-" + os.urandom(6).hex())
    password = json.loads((root / FILLED).read_text("utf-8"))["password"]
    from hetao.web.serving import set_up

    set_up(root)
    from hetao.web.accounts.models import User

    world = sampled(7)
    known = [one for one in routes() if not asked.only or one[0] in asked.only.split(",")]
    pages, left, told = counted(world, known)
    names = {role: User.objects.filter(role=role).order_by("pk").first().username for role in ROLES}
    with _served(root, asked.port):
        cookies = {role: signed_in(asked.port, name, password) for role, name in names.items()}
        warm = mixed(pages, known, sampled(8), EXPORTS)
        load = functools.partial(loaded, asked.port, cookies=cookies)
        load(warm, told=defaultdict(Measured), rate=asked.rate / 2, seconds=15)
        told["tiles"] = Measured()
        beside = threading.Thread(target=load, args=(
            tiles(asked.port, cookies["administrator"], world.rng),
        ), kwargs={"told": told, "rate": asked.tiles, "seconds": asked.seconds})  # fmt: skip
        beside.start()
        load(
            mixed(pages, known, sampled(9), EXPORTS), told=told, rate=asked.rate,
            seconds=asked.seconds,
        )  # fmt: skip
        beside.join()
        for name in EXPORTS:
            for query, role in pages.get(name, ()):
                one = (name, address(name, dict(known)[name], query, world), role)
                load([one], told=told, rate=1.0, seconds=1)
    printed(told, left)


@contextlib.contextmanager
def _served(root, port):
    """Serve the workspace as a deployment does, until the block ends."""
    command = [Path(sys.executable).with_name("hetao"), "serve", root, "--port", str(port)]
    with (root / "serve.log").open("w") as log:
        server = subprocess.Popen(command, stdout=log, stderr=log)
        try:
            for _ in range(2 * SERVING_SECONDS):
                with contextlib.suppress(OSError):
                    connection = HTTPConnection("127.0.0.1", port, timeout=5)
                    connection.request("GET", "/health/", headers={"Host": "localhost"})
                    if connection.getresponse().status == 200:
                        break
                time.sleep(0.5)
            yield
        finally:
            server.terminate()
            server.wait(timeout=30)


if __name__ == "__main__":
    main()
