"""Signing in and out: the door, how long it stays open, and who gets the first keys."""

from datetime import timedelta

import pytest
from axes.models import AccessAttempt
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.utils import timezone

from hetao.registers.workspace import open_workspace
from hetao.web.accounts.founding import first_accounts
from hetao.web.accounts.models import Body, Token, User
from hetao.web.accounts.policy import ROLES

GOOD, BAD = "correct horse", "wrong horse"


@pytest.fixture
def door(people):
    """Try to come in by the form, from an address."""

    def knock(password, name="leader", address="10.0.0.1", **more):
        client = Client(REMOTE_ADDR=address)
        answer = client.post("/sign-in/", {"username": name, "password": password, **more})
        return client, answer

    return knock


def test_the_right_password_leads_to_the_overview(door):
    client, answer = door(GOOD)
    assert (answer.status_code, answer.url) == (302, "/")
    assert client.get("/me/").status_code == 200


def test_a_wrong_password_says_neither_whether_the_name_exists(door):
    told = [door(BAD)[1], door(BAD, name="nobody-at-all")[1]]
    assert [answer.status_code for answer in told] == [200, 200]
    assert all("账号或密码不对" in answer.text for answer in told)


def test_the_fifth_failure_shuts_the_door_for_a_quarter_of_an_hour(door):
    told = [door(BAD)[1].status_code for _ in range(5)]
    assert told == [200, 200, 200, 200, 429]
    _, answer = door(GOOD)
    assert answer.status_code == 429
    assert "15 分钟后再试" in answer.text
    AccessAttempt.objects.update(attempt_time=timezone.now() - timedelta(minutes=14))
    assert door(GOOD)[1].status_code == 429
    AccessAttempt.objects.update(attempt_time=timezone.now() - timedelta(minutes=16))
    assert door(GOOD)[1].status_code == 302


def test_another_address_and_another_name_are_not_locked_with_it(door):
    for _ in range(6):
        door(BAD)
    assert door(GOOD, address="10.0.0.2")[1].status_code == 302
    assert door(GOOD, name="analyst")[1].status_code == 302


def test_a_success_forgets_the_failures_before_it(door):
    for _ in range(4):
        door(BAD)
    assert door(GOOD)[1].status_code == 302
    for _ in range(4):
        door(BAD)
    assert door(GOOD)[1].status_code == 302


def test_no_password_that_was_tried_is_kept(door):
    door("my other secret")
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            assert "my other secret" not in repr(cursor.fetchall()), table


@pytest.mark.parametrize(
    "elsewhere", ["https://evil.example/", "//evil.example/x", "/\\evil.example", "javascript:x"]
)
def test_signing_in_leads_nowhere_else(elsewhere, door):
    _, answer = door(GOOD, next=elsewhere)
    assert answer.url == "/"
    _, answer = door(GOOD, next="/tasks/")
    assert answer.url == "/tasks/"


# --- passwords


@pytest.mark.parametrize(
    ("new", "why"),
    [
        ("short-1!", "至少 10 位"), ("8406291735028", "数字"), ("password1234", "常见"),
        ("leader-leader", "太像"),
    ],
)  # fmt: skip
def test_a_weak_password_is_refused_with_the_reason(new, why, signed_in):
    user = User.objects.get(username="leader")
    user.username = user.shown_name = "leader-leader"
    user.save()
    answer = signed_in("leader").post("/me/", {"old": GOOD, "new": new, "again": new})
    assert answer.status_code == 422
    assert why in answer.text
    user.refresh_from_db()
    assert user.check_password(GOOD)


@pytest.mark.parametrize(
    "given",
    [{"old": BAD, "new": "river-of-gold-7", "again": "river-of-gold-7"},
     {"old": GOOD, "new": "river-of-gold-7", "again": "river-of-gold-8"}],
)  # fmt: skip
def test_a_password_is_changed_with_the_old_one_and_typed_twice(given, signed_in):
    assert signed_in("leader").post("/me/", given).status_code == 422
    assert User.objects.get(username="leader").check_password(GOOD)


def test_a_changed_password_ends_the_other_sessions_and_keeps_this_one(door):
    here, _ = door(GOOD)
    there, _ = door(GOOD, address="10.0.0.9")
    new = "river-of-gold-7"
    assert here.post("/me/", {"old": GOOD, "new": new, "again": new}).status_code == 302
    assert here.get("/me/").status_code == 200
    assert there.get("/me/").status_code == 302
    assert door(GOOD)[1].status_code == 200
    assert door(new)[1].status_code == 302


# --- sessions


def test_a_session_lasts_a_working_day(door):
    client, _ = door(GOOD)
    cookie = client.cookies["sessionid"]
    assert cookie["max-age"] == 8 * 3600
    Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1))
    assert client.get("/me/").status_code == 302


def test_signing_in_gives_a_session_that_nobody_held_before(people):
    client = Client()
    client.get("/sign-in/")
    session = client.session
    session["x"] = 1
    session.save()
    client.cookies["sessionid"] = session.session_key
    client.post("/sign-in/", {"username": "leader", "password": GOOD})
    assert client.cookies["sessionid"].value != session.session_key


def test_who_is_deactivated_is_out_at_once(door):
    client, _ = door(GOOD)
    _, secret = Token.make(User.objects.get(username="leader"), "QGIS")
    User.objects.filter(username="leader").update(is_active=False)
    assert client.get("/me/").status_code == 302
    assert Token.holder(secret) is None
    assert door(GOOD)[1].status_code == 200


def test_signing_out_is_no_link(door):
    client, _ = door(GOOD)
    assert client.get("/sign-out/").status_code == 405
    assert client.get("/me/").status_code == 200
    assert client.post("/sign-out/").status_code == 302
    assert client.get("/me/").status_code == 302


# --- keys to the API


def test_a_token_opens_until_its_day_and_only_its_digest_is_kept(people):
    token, secret = Token.make(people["leader"], "QGIS", days=1)
    assert Token.holder(secret) == people["leader"]
    assert Token.holder(secret + "x") is None
    assert secret not in repr(Token.objects.values())
    Token.objects.filter(pk=token.pk).update(expires_at=timezone.now())
    assert Token.holder(secret) is None


def test_a_token_is_shown_once_and_kept_by_no_browser(signed_in):
    client = signed_in("leader")
    answer = client.post("/me/tokens/", {"name": "QGIS"})
    assert "hetao_" in answer.text
    assert answer["Cache-Control"] == "no-store"
    assert "hetao_" not in client.get("/me/").text


# --- accounts


def account(**given):
    return {"username": "new", "shown_name": "新人", "role": "leader", "is_active": "on"} | given


def test_a_new_account_has_a_password_that_is_shown_once(signed_in, door):
    client = signed_in("administrator")
    answer = client.post("/accounts/new/", account())
    assert answer.status_code == 200
    assert answer["Cache-Control"] == "no-store"
    password = answer.context["password"]
    assert password in answer.text
    assert door(password, name="new")[1].status_code == 302
    page = client.get(f"/accounts/{User.objects.get(username='new').pk}/")
    assert password not in page.text


def test_a_role_that_means_nothing_without_a_body_asks_for_one(signed_in):
    answer = signed_in("administrator").post("/accounts/new/", account(role="inspector"))
    assert answer.status_code == 422
    assert not User.objects.filter(username="new").exists()


@pytest.mark.parametrize("change", [{"is_active": ""}, {"role": "analyst"}])
def test_the_last_administrator_stays(change, signed_in, people):
    boss = people["administrator"]
    client = signed_in("administrator")
    given = account(username="administrator", shown_name="管理员", role="administrator") | change
    given = {key: value for key, value in given.items() if value}
    assert client.post(f"/accounts/{boss.pk}/", given).status_code == 422
    User.objects.create(username="second", shown_name="x", role="administrator")
    assert client.post(f"/accounts/{boss.pk}/", given).status_code == 302


# --- the first start


@pytest.fixture
def workspace(db):
    from django.conf import settings

    return open_workspace(settings.ROOT)


def test_a_made_city_gets_an_account_a_role_with_a_body_where_the_role_needs_one(workspace, bodies):
    made = first_accounts(workspace)
    assert [role for role, _, _ in made] == list(ROLES)
    for role, name, password in made:
        user = User.objects.get(username=name)
        assert user.role == role
        assert user.check_password(password)
        assert len(password) >= 12
    assert len({password for _, _, password in made}) == len(ROLES)
    needing = ("department_officer", "county_officer", "inspector")
    assert all(User.objects.get(username=role).body for role in needing)
    assert User.objects.get(username="leader").shown_name == "示例领导"


def test_the_first_passwords_are_kept_nowhere(workspace, bodies):
    made = first_accounts(workspace)
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            rows = repr(cursor.fetchall())
            assert not any(password in rows for _, _, password in made), table


def test_a_city_of_its_own_gets_one_administrator(tmp_path, bodies):
    city = 'name = "临河"\ncode = "159900"\nedition = "2025"\n'
    (tmp_path / "city.toml").write_text(city, "utf-8")
    made = first_accounts(open_workspace(tmp_path))
    assert [(role, name) for role, name, _ in made] == [("administrator", "administrator")]


def test_accounts_are_made_at_the_first_start_alone(workspace, people):
    count = User.objects.count()
    assert first_accounts(workspace) == []
    assert User.objects.count() == count


def test_sessions_that_are_over_can_be_swept(door):
    door(GOOD)
    Session.objects.update(expire_date=timezone.now() - timedelta(days=1))
    call_command("clearsessions")
    assert not Session.objects.exists()
    assert Body.objects.exists()
