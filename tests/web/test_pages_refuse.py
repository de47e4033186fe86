"""
Every page, from the site's own addresses: who is let in, who is refused, what is never answered.

The API has the like for its routes in `test_api_routes.py`.
"""

import re
import shutil
from dataclasses import dataclass, field

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import URLResolver, get_resolver, reverse

from hetao.web.accounts.models import Notice, Token, User
from hetao.web.accounts.policy import ROLES, table
from hetao.web.checkups.models import Finding
from hetao.web.cities.editing import strike_off
from hetao.web.cities.models import Delivery
from hetao.web.jobs.models import Job
from hetao.web.tasks.models import Task
from hetao.web.tasks.stepping import Given, take_step

OWN_COUNTY, OTHER_COUNTY = "159921", "159922"
QUERIES_AT_MOST = 15
OPEN = {"health", "ready", "appearance", "sign_in"}
FOR_ALL = {"me", "digest", "make_token", "drop_token", "notices", "sign_out"}
POST_ONLY = {
    "appearance", "sign_out", "digest", "make_token", "drop_token", "judge", "begin_run",
    "stop_job", "step", "review_delivery", "map_within",
    "strike_off", "take_back",
}  # fmt: skip
WITHOUT_CONTENT = {"map_tiles", "delivery_template", "map_indicator"}
"""Pages whose content the small world of these tests does not hold: they may be missing."""

PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\n%%EOF\n"


def routes():
    """Return every address of the site's pages by its name: its view."""
    found = {}

    def walk(patterns, before):
        for one in patterns:
            where = before + str(one.pattern)
            if isinstance(one, URLResolver):
                walk(one.url_patterns, where)
            elif not where.startswith("api/") and one.name:
                found[one.name] = one.callback

    walk(get_resolver("hetao.web.urls").url_patterns, "")
    return found


ROUTES = routes()


@dataclass(frozen=True)
class Aim:
    """A thing that an address names, and whose it is."""

    which: dict = field(default_factory=dict)
    lead: str = ""
    joint: tuple[str, ...] = ()
    county: str = ""
    keeper: str = ""
    action: str = ""

    def is_reached(self, user, action):
        """Say by the table and by plain reading whether a person may; no query of ours."""
        scopes = table()[self.action or action].get(user.role, ())
        body, county = user.body_id or "-", user.county or "-"
        return any(
            scope == "all"
            or (scope == "lead" and self.lead == body)
            or (scope == "own" and body in (self.lead, self.keeper, *self.joint))
            or (scope == "county" and self.county == county)
            for scope in scopes
        )


@pytest.fixture
def filed(run, plan_kept, zones):
    """Keep the files that pages send: a run's report, a delivery as it came and marked."""
    folders = [settings.ROOT / "runs" / run.pk, settings.ROOT / "snapshots" / run.snapshot]
    for folder in (*folders, settings.MEDIA_ROOT):
        folder.mkdir(parents=True, exist_ok=True)
    (folders[0] / "report.docx").write_bytes(b"PK")
    (folders[1] / "manifest.json").write_text('{"registers": {}}', "utf-8")
    for name in ("sent.xlsx", "marked.xlsx"):
        (settings.MEDIA_ROOT / name).write_bytes(b"PK")
    yield run
    for folder in folders:
        shutil.rmtree(folder)


@pytest.fixture
def world(people, bodies, filed, things, issued):
    """Two of everything: of the first county and of another, of one body and of another."""
    tasks = [
        Aim({"task": issued(OWN_COUNTY).pk}, lead=OWN_COUNTY, county=OWN_COUNTY),
        Aim({"task": issued(OTHER_COUNTY).pk}, lead=OTHER_COUNTY, county=OTHER_COUNTY),
        Aim({"task": issued("housing", county="").pk}, lead="housing"),
        Aim({"task": issued("water", joint=("housing",), county="").pk}, "water", ("housing",)),
    ]
    shown = []
    for aim in tasks:
        task = Task.objects.get(pk=aim.which["task"])
        files = (SimpleUploadedFile("验收.pdf", PDF),)
        note = Given(note="见附件", files=files)
        step = take_step(task, "note", by=people["plan_office"], given=note)
        which = aim.which | {"evidence": step.files.get().pk}
        shown.append(Aim(which, aim.lead, aim.joint, aim.county))
    run = filed
    Finding.objects.create(run=run, indicator="dangerous_bridges", variant="official",
                           county=OTHER_COUNTY, zone=OTHER_COUNTY, why_zh="别县的")  # fmt: skip
    places, ended = [], []
    for register, keeper, action in (
        ("bridges", "housing", ""), ("water_pipes", "housing", "register.view_restricted"),
    ):  # fmt: skip
        for county in (OWN_COUNTY, OTHER_COUNTY):
            thing = things(register, f"{register[0]}-{county}", county)
            which = {"register": register, "ref": thing.ref}
            places.append(Aim(which, county=county, keeper=keeper, action=action))
            end = strike_off(things(register, f"end-{county}", county),
                             by=people["administrator"], reason="已拆除")  # fmt: skip
            which = {"register": register, "ref": end.ref}
            ended.append(Aim(which, county=county, keeper=keeper, action=action))
    sent = []
    for id_ in bodies:
        delivery = Delivery.objects.create(
            body=bodies[id_], year=2026, file_name="x.xlsx", stored="sent.xlsx", sha256="0",
            marked="marked.xlsx", state="faulty", by=people["administrator"],
        )  # fmt: skip
        sent.append(Aim({"delivery": delivery.pk}, lead=id_))
    for user in people.values():
        Notice.objects.create(user=user, key="tasks.told.note",
                              facts={"number": "R", "title": "x", "due": ""})  # fmt: skip
        Token.make(user, "QGIS")
    job = Job.objects.create(kind="checkup", by=people["analyst"], state="running")
    one = [Aim({})]
    runs = [Aim({"run": run.pk})]
    return {
        "account": [Aim({"user": people["leader"].pk})],
        "drop_token": one, "job": [Aim({"job": job.pk})], "stop_job": [Aim({"job": job.pk})],
        "run": runs, "document": [Aim({"run": run.pk, "name": "report.docx"})],
        "findings": runs, "indicator": [Aim({"run": run.pk, "indicator": "dangerous_bridges"})],
        "measure": [Aim({"measure": "m1"})], "light": [Aim({"target": "t1"})],
        "register": [Aim({"register": "bridges"})], "register_file": [Aim({"register": "bridges"})],
        "register_sheet": [Aim({"register": "bridges"}, keeper="housing")],
        "add_thing": [Aim({"register": "bridges"})],
        "thing": [*places, *ended], "edit_thing": places, "map_panel": places,
        "strike_off": places, "take_back": ended,
        "map_finding": [
            Aim({"finding": finding.pk}, county=finding.county) for finding in Finding.objects.all()
        ],
        "map_tiles": [Aim({"folder": "x", "name": "x"})],
        "task": tasks, "edit_task": [], "evidence": shown,
        "step": [Aim(aim.which | {"action": "note"}, aim.lead, aim.joint, aim.county)
                 for aim in tasks],
        "delivery": sent, "review_delivery": sent, "marked_delivery": sent, "sent_delivery": sent,
    }  # fmt: skip


def aims(world, name):
    return world.get(name, [Aim()])


def address(name, aim):
    if name == "drop_token":
        return reverse(name, args=(Token.objects.get(user__username="leader").pk,))
    return reverse(name, kwargs=aim.which)


def asked(client, name, aim, **more):
    """Ask for a page and undo what that did."""
    method = "post" if name in POST_ONLY else "get"
    given = {"note": "x"} if name == "step" else {}
    with transaction.atomic():
        answer = getattr(client, method)(address(name, aim), given, **more)
        if answer.streaming:
            list(answer)  # the client closes it then, and leaves the connection alone
        transaction.set_rollback(True)
    return answer


def test_every_page_says_what_one_must_be_allowed_to_do():
    bare = {name for name, view in ROUTES.items() if not hasattr(view, "action")}
    assert bare - {name for name in bare if name.startswith("oidc")} == OPEN | FOR_ALL
    assert {view.action for view in ROUTES.values() if hasattr(view, "action")} <= set(table())


@pytest.mark.parametrize("who", ["anonymous", "deactivated"])
def test_who_is_not_signed_in_is_led_to_the_door_and_sees_nothing(who, world, signed_in):
    client = Client()
    if who == "deactivated":
        client = signed_in("administrator")
        User.objects.filter(username="administrator").update(is_active=False)
    wrong = []
    for name in ROUTES.keys() - OPEN - {"sign_out"}:
        if name.startswith("oidc"):
            continue
        for aim in aims(world, name)[:1]:
            for method in ("get", "post"):
                answer = getattr(client, method)(address(name, aim))
                led = answer.status_code == 302 and answer.url.startswith("/sign-in/?next=/")
                if not led or answer.content:
                    wrong.append((name, method, answer.status_code))
    assert wrong == []


@pytest.mark.parametrize("role", ROLES)
def test_a_role_is_let_in_where_the_policy_says_and_nowhere_else(role, world, signed_in, people):
    client, user = signed_in(role), people[role]
    wrong = []
    for name, view in ROUTES.items():
        action = getattr(view, "action", None)
        if action is None:
            continue
        for aim in aims(world, name):
            status = asked(client, name, aim).status_code
            if not table()[action].get(role):
                good = status == 403
            elif _reached(name, aim, user, action):
                good = status not in (403, 404, 500) or name in WITHOUT_CONTENT | {
                    "judge",
                    "begin_run",
                }
            else:
                good = status == 404
            if not good:
                wrong.append((name, aim.which, status))
    assert wrong == []


def _reached(name, aim, user, action):
    if name == "step":  # seen by who may see the task; what they may not do is told on its page
        action = "task.view"
    if name in ("edit_thing", "strike_off", "take_back"):
        seen = aim.is_reached(user, "register.view")
        return seen and Aim(aim.which, county=aim.county, keeper=aim.keeper).is_reached(
            user, action
        )
    named = aim.lead or aim.county or aim.keeper
    return aim.is_reached(user, action) if named else True


@pytest.mark.parametrize("role", ROLES)
def test_no_page_asks_the_database_more_than_fifteen_times(role, world, signed_in, people):
    client = signed_in(role)
    many = []
    for name in ROUTES.keys() - POST_ONLY:
        for aim in aims(world, name)[:1]:
            with CaptureQueriesContext(connection) as queries:
                answer = asked(client, name, aim)
            count = sum("SAVEPOINT" not in query["sql"] for query in queries)
            if answer.status_code == 200 and count > QUERIES_AT_MOST:
                many.append((name, count))
    assert many == []


def test_what_changes_something_is_no_link(world, signed_in):
    client = signed_in("administrator")
    wrong = []
    for name in sorted(POST_ONLY):
        for aim in aims(world, name)[:1]:
            for headers in ({}, {"X-HTTP-Method-Override": "POST"}):
                answer = client.get(address(name, aim), {"_method": "POST"}, headers=headers)
                if answer.status_code != 405:
                    wrong.append((name, answer.status_code))
    assert wrong == []


def test_no_form_is_taken_from_another_site(world, people):
    client = Client(enforce_csrf_checks=True)
    client.force_login(people["administrator"])
    wrong = []
    for name in ROUTES.keys() - {"health", "ready"}:
        if name.startswith("oidc"):
            continue
        for aim in aims(world, name)[:1]:
            answer = client.post(address(name, aim))
            if answer.status_code != 403:
                wrong.append((name, answer.status_code))
    assert wrong == []


def test_a_form_with_its_token_is_taken(people):
    client = Client(enforce_csrf_checks=True)
    client.force_login(people["leader"])
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', client.get("/me/").text)[1]
    given = {"email": "", "csrfmiddlewaretoken": token}
    assert client.post("/me/digest/", given).status_code == 302


# --- other people's numbers in one's own address


def test_evidence_of_another_task_is_not_had_through_ones_own(world, signed_in):
    mine, other = world["evidence"][0].which, world["evidence"][1].which
    client = signed_in("county_officer")
    assert (
        client.get(reverse("evidence", kwargs=mine | {"evidence": other["evidence"]})).status_code
        == 404
    )
    assert client.get(reverse("evidence", kwargs=other)).status_code == 404


def test_nobody_takes_back_another_persons_token(world, signed_in):
    token = Token.objects.get(user__username="analyst")
    for role in ("leader", "administrator"):
        assert signed_in(role).post(f"/me/tokens/{token.pk}/drop/").status_code == 404
    assert Token.objects.filter(pk=token.pk).exists()


def test_the_notices_of_others_are_not_read_with_ones_own(world, signed_in):
    signed_in("leader").post("/notices/")
    assert not Notice.objects.filter(user__username="leader", read_at=None).exists()
    assert Notice.objects.filter(user__username="analyst", read_at=None).exists()


def test_a_body_cannot_step_in_a_task_of_another(world, signed_in):
    other = world["task"][1].which["task"]
    before = Task.objects.get(pk=other).version
    for action in ("accept", "report", "note", "close"):
        answer = signed_in("county_officer").post(f"/tasks/{other}/steps/{action}/", {"note": "x"})
        assert answer.status_code == 404
    assert Task.objects.get(pk=other).version == before


def test_a_form_cannot_give_more_than_it_has(signed_in, people):
    """The digest's form takes no role, the draft's form no state."""
    signed_in("leader").post("/me/digest/", {"role": "administrator", "is_superuser": "on"})
    assert User.objects.get(username="leader").role == "leader"
    office = signed_in("analyst")
    office.post("/tasks/new/", {
        "title": "x", "lead": "housing", "due": "2099-01-01", "state": "closed", "issue": "1",
        "number": "RW-1", "version": "9",
    })  # fmt: skip
    task = Task.objects.get()
    assert (task.state, task.version) == ("drafted", 1)
    assert task.number.startswith("RW-20")


# --- where one is led


@pytest.mark.parametrize(
    ("wanted", "led"),
    [
        ("/tasks/?page=2", "/tasks/?page=2"), ("https://evil.example/", "/"),
        ("//evil.example", "/"), ("/\\evil.example", "/"), ("javascript:alert(1)", "/"),
        ("", "/"),
    ],
)  # fmt: skip
def test_choosing_a_language_leads_back_and_nowhere_else(wanted, led, db):
    answer = Client().post("/appearance/", {"language": "en", "next": wanted})
    assert (answer.status_code, answer.url) == (302, led)


@pytest.mark.parametrize("wanted", ["xx", "en\r\nSet-Cookie: a=b", ""])
def test_an_unknown_language_or_theme_sets_no_cookie(wanted, db):
    answer = Client().post("/appearance/", {"language": wanted, "theme": wanted})
    assert not answer.cookies


# --- what a person wrote is text, wherever it is shown


def test_what_a_person_wrote_is_never_markup(world, signed_in, people):
    bad = "<img src=x onerror=alert(1)>"
    Task.objects.update(title=bad, what=bad, evidence_needed=[bad], facts=[
        {"key": "value", "value": bad}, {"key": "clause", "value": bad}])  # fmt: skip
    User.objects.filter(username="plan_office").update(shown_name=bad)
    Notice.objects.update(facts={"number": bad, "title": bad, "due": bad})
    task = world["task"][0].which["task"]
    take_step(Task.objects.get(pk=task), "note", by=people["plan_office"], given=Given(note=bad))
    office = signed_in("plan_office")
    for page in ("/", "/tasks/", f"/tasks/{task}/", "/notices/", "/history/", "/me/",
                 f"/search/?q={bad}", f"/tasks/?q={bad}", "/plan/lights/t1/"):  # fmt: skip
        assert "<img src=x" not in office.get(page).text, page
