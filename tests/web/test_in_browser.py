"""The platform in a real browser: journeys of its people, and every page looked at."""

import io
import re

import openpyxl
import pytest
from axe_playwright_python.sync_playwright import Axe
from browser_world import CHROMIUM, DESKTOP, PHONE, chromium, site, somebody  # noqa: F401
from django.urls import get_resolver

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium (apt-get install chromium)"),
]

RUN = "2026-06-30-2025ed-1"
FOUND_IN, COUNTY = "dwellings_above_18_storeys", "159902"
PAGES = {
    "home": "/", "plan": "/plan/", "plan_bodies": "/plan/bodies/", "measure": "/plan/measures/m3/",
    "runs": "/runs/",
    "run": f"/runs/{RUN}/", "findings": f"/runs/{RUN}/findings/",
    "indicator": f"/runs/{RUN}/indicators/park_service_coverage/",
    "compare_runs": f"/runs/compare/?a={RUN}&b={RUN}",
    "search": "/search/?q=jin", "registers": "/registers/", "register": "/registers/buildings/",
    "add_thing": "/registers/bridges/new/",
    "deliveries": "/deliveries/", "map": "/map/",
    "tasks": "/tasks/", "new_task": "/tasks/new/", "task_rules": "/tasks/rules/",
    "me": "/me/", "notices": "/notices/", "accounts": "/accounts/",
    "new_account": "/accounts/new/", "account": "/accounts/1/", "policy": "/accounts/policy/",
    "history": "/history/", "api": "/api/v1/docs/",
}  # fmt: skip
FOUND_BY_LINKS = {
    "task": "/tasks/", "edit_task": "/tasks/?state=drafted", "thing": "/registers/buildings/",
    "edit_thing": "/registers/buildings/", "delivery": "/deliveries/", "light": "/",
}  # fmt: skip
"""Pages whose address is taken from a link on another."""


@pytest.fixture(scope="module")
def addresses(chromium, site):  # noqa: F811
    """Every page with its address, those that hang on what is there looked up."""
    from browser_world import Person

    person = Person(chromium, site, "administrator")
    found = dict(PAGES)
    patterns = {
        "task": r"/tasks/\d+/$", "edit_task": r"/tasks/\d+/$", "thing": r"/things/[^/]+/.+/$",
        "edit_thing": r"/things/[^/]+/.+/$", "delivery": r"/deliveries/\d+/$",
        "light": r"/plan/lights/.+/$",
    }  # fmt: skip
    for name, pattern in patterns.items():
        found[name] = linked(person, FOUND_BY_LINKS[name], pattern)
        found[name] += "edit/" if name.startswith("edit_") else ""
    person.context.close()
    return found


def linked(person, path, pattern):
    """Return the first link of a page that looks so; the first deliveries take the worker long."""
    for _ in range(60):
        person.open(path)
        links = person.page.eval_on_selector_all("a[href]", "all => all.map(a => a.pathname)")
        match = next((link for link in links if re.search(pattern, link)), None)
        if match:
            return match
        person.page.wait_for_timeout(2000)
    raise AssertionError(pattern)


def kinds_of_page():
    """Return the names of the routes that answer with a page of their own."""
    others = {
        "health", "ready", "appearance", "sign_in", "sign_out", "make_token", "drop_token",
        "begin_run", "stop_job", "judge", "step", "review_delivery", "sent_delivery", "digest",
        "oidc_authentication_init", "oidc_authentication_callback", "job", "strike_off",
        "take_back",
    }  # fmt: skip
    found = set()
    for pattern, name in routes(get_resolver()):
        is_file = re.search(
            r"\.(xlsx|docx|json|pmtiles)$|files/|evidence/|bulletin|template", pattern
        )
        if name and name not in others and not is_file and not pattern.startswith(("map/", "api/")):
            found.add(name)
    return found | {"map", "api"}


def routes(resolver, before=""):
    for one in resolver.url_patterns:
        pattern = before + str(one.pattern)
        if hasattr(one, "url_patterns"):
            yield from routes(one, pattern)
        else:
            yield pattern, one.name


def test_every_kind_of_page_is_looked_at(addresses):
    assert kinds_of_page() - set(addresses) == set()


@pytest.mark.parametrize("name", sorted(PAGES | FOUND_BY_LINKS))
@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_a_page_is_whole_reachable_and_of_one_width(name, viewport, addresses, somebody):  # noqa: F811
    person = somebody("administrator", viewport=viewport)
    assert person.open(addresses[name]).status == 200
    person.settled()
    person.screen(name)
    wide = person.page.evaluate("document.documentElement.scrollWidth")
    assert wide <= viewport["width"], f"{wide} px wide"
    assert person.page.query_selector("h1") is not None
    told = Axe().run(person.page).response["violations"]
    grave = [
        f"{one['id']}: {one['nodes'][0]['html'][:160]}"
        for one in told if one["impact"] in ("serious", "critical")
    ]  # fmt: skip
    assert grave == []
    assert person.faults == []
    assert person.strange == []  # nothing is asked of any other machine


def test_the_sign_in_page_is_whole_on_a_phone(somebody):  # noqa: F811
    person = somebody(viewport=PHONE)
    person.open("/sign-in/")
    person.screen("sign_in")
    assert [one["id"] for one in Axe().run(person.page).response["violations"]
            if one["impact"] in ("serious", "critical")] == []  # fmt: skip


@pytest.mark.parametrize(
    "name", ["home", "runs", "run", "registers", "tasks", "deliveries", "plan"]
)
def test_a_page_works_plainly_without_scripts(name, somebody):  # noqa: F811
    person = somebody("leader", java_script_enabled=False)
    assert person.open(PAGES[name]).status == 200
    assert person.page.locator("main h1").inner_text().strip()
    assert person.page.locator("main a").count() > 1


def test_english_is_a_switch_and_fits(somebody):  # noqa: F811
    person = somebody("leader")
    person.page.click("button[name=language]")
    assert person.page.get_attribute("html", "lang") == "en"
    for name in ("home", "run", "tasks", "registers"):
        person.open(PAGES[name])
        person.screen(f"{name}-en")
        assert person.page.evaluate("document.documentElement.scrollWidth") <= DESKTOP["width"]


def test_a_leader_walks_from_a_red_light_to_the_building(somebody):  # noqa: F811
    leader = somebody("leader", viewport=DESKTOP)
    leader.open("/")
    leader.page.click("td.td-missed[data-county='东渠县'] a.lamp >> nth=0")
    leader.page.wait_for_url("**/plan/lights/**zone=159921*")
    assert "未达标" in leader.page.locator("main").inner_text()
    leader.page.click("ul.findings a[href*='/map/']")
    leader.page.wait_for_url("**/map/?finding=*")
    leader.settled()
    panel = leader.page.locator("#panel-card")
    panel.wait_for()
    leader.page.wait_for_selector("#panel-body h2")
    assert "层" in panel.inner_text()  # storeys of the building that is too tall
    leader.screen("journey-building")
    leader.page.click("#panel-body .card-foot a[href*='/things/']")
    leader.page.wait_for_url("**/things/buildings/**")
    assert leader.faults == []


def test_the_map_finds_filters_measures_and_links(somebody):  # noqa: F811
    person = somebody("analyst")
    person.open("/map/?layers=parks#15/40.868/107.46")
    person.settled()
    page = person.page
    page.click("#tool-3d")
    assert page.get_attribute("#tool-3d", "aria-pressed") == "true"
    page.wait_for_timeout(1500)
    page.fill("#map-q", "gongyuan")
    page.wait_for_selector("#map-found button")
    page.click("#map-found button >> nth=0")
    page.wait_for_selector("#panel-body h2")
    assert "3d=1" in page.url
    assert "thing=" in page.url
    person.screen("map-search")
    link = page.url
    again = somebody("analyst")
    again.page.goto(link)
    again.settled()
    assert again.page.get_attribute("#tool-3d", "aria-pressed") == "true"
    assert again.page.locator("#panel-body h2").inner_text() == page.locator(
        "#panel-body h2").inner_text()  # fmt: skip
    page.click("#tool-print")
    page.wait_for_selector("#print-dialog[open] img.print-shown")
    with page.expect_download() as kept:
        page.click("#print-png")
    assert kept.value.suggested_filename.endswith(".png")
    assert person.faults == []


def test_a_polygon_on_the_map_counts_buildings(somebody):  # noqa: F811
    person = somebody("analyst")
    person.open("/map/?layers=buildings#16/40.868/107.46")
    person.settled()
    page = person.page
    page.click("#tool-select")
    corners = [(700, 300), (1100, 300), (1100, 700), (700, 700)]
    for x, y in [*corners, corners[0]]:
        page.mouse.move(x, y)
        page.wait_for_timeout(150)
        page.mouse.click(x, y)
        page.wait_for_timeout(350)
    page.wait_for_selector("#panel-body summary b")
    count = page.locator("#panel-body summary b").inner_text()
    assert int(re.sub(r"\D", "", count)) > 0
    person.screen("map-selection")


def test_an_analyst_runs_a_check_up_and_compares_it(somebody):  # noqa: F811
    analyst = somebody("analyst")
    analyst.open(measured_anew(analyst))
    assert analyst.page.locator("svg.wheel").is_visible()
    analyst.page.click("form[action='/runs/compare/'] button")
    analyst.page.wait_for_url("**/runs/compare/**")
    assert analyst.page.locator("tbody tr").count() > 50


def test_a_task_goes_round_until_a_new_run_closes_it(somebody):  # noqa: F811
    """Issued, reported, returned, reported again; then a new run no longer finds the thing."""
    office, analyst = somebody("plan_office"), somebody("analyst")
    county = somebody("county_officer", viewport=PHONE)
    thing, task = issued_for_a_tower(office)

    step(county, task, "accept")
    step(county, task, "report", note="已编制整改方案")
    step(office, task, "return", note="缺现场照片")
    county.open(task)
    assert "缺现场照片" in county.page.locator("main").inner_text()
    step(county, task, "report", note="加层已拆除，补照片", file=picture())
    step(office, task, "verify")
    office.screen("journey-task")

    corrected(analyst, thing)
    measured_anew(analyst)
    office.open(task)
    assert "已消除" in office.page.locator("main").inner_text()
    step(office, task, "close")
    assert "已销号" in office.page.locator("main").inner_text()
    county.open("/notices/")
    assert "销号" in county.page.locator("main").inner_text()
    assert [office.faults, county.faults, analyst.faults] == [[], [], []]


def issued_for_a_tower(office):
    """Issue a task for one dwelling that is too tall; return the building and the task's page."""
    newest = office.page.get_attribute("a.top-run", "href")
    office.open(f"{newest}findings/?indicator={FOUND_IN}&county={COUNTY}")
    thing = office.page.locator("ul.findings .code").first.inner_text()
    office.page.check("ul.findings input[name=finding] >> nth=0")
    office.page.click("ul.findings ~ .card-foot button")
    office.page.wait_for_url("**/tasks/new/**")
    office.page.select_option("#id_lead", COUNTY)
    office.page.fill("#id_title", "超高住宅整改")
    office.page.click("button[name=issue]")
    office.page.wait_for_url(re.compile(r"/tasks/\d+/$"))
    return thing, office.page.url.removeprefix(office.site.url)


def corrected(analyst, thing):
    analyst.open(f"/things/buildings/{thing}/edit/")
    analyst.page.fill("#f-storeys", "18")
    analyst.page.fill("#f-reason", "加层已拆除，现场复核")
    analyst.page.click("form.form .btn-main")
    analyst.page.wait_for_url(f"**/things/buildings/{thing}/")


def measured_anew(analyst):
    analyst.open("/runs/")
    analyst.page.uncheck("input[name=documents]")
    analyst.page.click("form[action='/runs/begin/'] button")
    analyst.page.wait_for_url("**/jobs/*/")
    analyst.screen("job")
    analyst.page.wait_for_selector("a[href^='/runs/'].btn-main", timeout=600_000)
    return analyst.page.get_attribute("a[href^='/runs/'].btn-main", "href")


def step(person, task, action, note="", file=None):
    person.open(task)
    form = person.page.locator(f"form[action$='/steps/{action}/']")
    if not form.locator("button").is_visible():
        person.page.locator("details", has=form).locator("summary").click()
    if note:
        form.locator("textarea[name=note]").fill(note)
    if file:
        form.locator("input[name=files]").set_input_files(file)
    form.locator("button").last.click()
    person.page.wait_for_selector("div.note-good")


def picture():
    from PIL import Image

    kept = io.BytesIO()
    Image.new("RGB", (64, 48), "#4a7").save(kept, "JPEG")
    return {"name": "整改后.jpg", "mimeType": "image/jpeg", "buffer": kept.getvalue()}


def test_an_officer_gets_a_bad_workbook_back_marked(somebody, tmp_path):  # noqa: F811
    officer = somebody("department_officer")
    officer.open("/deliveries/")
    with officer.page.expect_download() as kept:
        officer.page.click("a[href*='/deliveries/template/']")
    path = tmp_path / "填报表.xlsx"
    kept.value.save_as(path)
    bad = spoiled(path, "供水管道", "敷设年份", "去年")
    officer.page.set_input_files("input[name=file]", path)
    officer.page.fill("input[name=correction]", "更正敷设年份")
    officer.page.click("form[enctype] button.btn-main")
    officer.page.wait_for_url(re.compile(r"/deliveries/\d+/$"))
    assert bad in officer.page.locator("main").inner_text()
    officer.screen("journey-faulty")
    with officer.page.expect_download() as kept:
        officer.page.click("a[href$='marked.xlsx']")
    kept.value.save_as(tmp_path / "marked.xlsx")
    marked = openpyxl.load_workbook(tmp_path / "marked.xlsx")["供水管道"][bad]
    assert marked.comment is not None
    assert officer.faults == []


def spoiled(path, sheet, title, value):
    """Write a value that cannot be into the first row of a column; return the cell's address."""
    book = openpyxl.load_workbook(path)
    rows = book[sheet]
    head = next(cell for row in rows["A1:Z6"] for cell in row if str(cell.value).startswith(title))
    cell = next(
        rows.cell(row, head.column) for row in range(head.row + 1, 60)
        if isinstance(rows.cell(row, head.column).value, int)
    )  # fmt: skip
    cell.value = value
    book.save(path)
    return cell.coordinate


def test_a_stranger_is_refused_everywhere(somebody, addresses):  # noqa: F811
    stranger = somebody()
    for path in addresses.values():
        stranger.open(path)
        assert "/sign-in/" in stranger.page.url or "/api/" in path, path
    citizen = somebody("public")
    for path in ("/tasks/", "/registers/", "/accounts/", "/history/", f"/runs/{RUN}/findings/"):
        assert citizen.open(path).status == 403, path
    assert citizen.open("/").status == 200
    assert citizen.open("/map/").status == 200


def test_the_keyboard_reaches_the_content_first(somebody):  # noqa: F811
    person = somebody("leader")
    person.open("/tasks/")
    person.page.keyboard.press("Tab")
    assert person.page.evaluate("document.activeElement.className") == "skip"
    person.page.keyboard.press("Enter")
    assert person.page.evaluate("document.activeElement.id") == "main"
