"""A session ends with the account, and with the password it was opened by."""

import pytest
from django.test import Client

from hetao.web.accounts.models import Token, User


@pytest.fixture
def two_browsers(people):
    browsers = (Client(), Client())
    for browser in browsers:
        browser.post("/sign-in/", {"username": "county_officer", "password": "correct horse"})
        assert browser.get("/me/").status_code == 200
    return browsers


def assert_out(browser: Client, page: str = "/me/") -> None:
    answer = browser.get(page)
    assert answer.status_code == 302
    assert answer["Location"] == f"/sign-in/?next={page}"


def test_who_is_deactivated_is_out_at_once_on_every_page(two_browsers, signed_in, people):
    officer = people["county_officer"]
    given = {"username": officer.username, "shown_name": "x", "role": officer.role,
             "body": officer.body_id, "email": ""}  # fmt: skip
    answer = signed_in("administrator").post(f"/accounts/{officer.pk}/", given)
    assert answer.status_code == 302
    for browser in two_browsers:
        for page in ("/me/", "/", "/tasks/", "/notices/"):
            assert_out(browser, page)
        assert browser.post("/me/tokens/", {"name": "x"}).status_code == 302
    assert not Token.objects.exists()


def test_who_is_deactivated_cannot_come_back(people):
    User.objects.filter(username="county_officer").update(is_active=False)
    browser = Client()
    answer = browser.post("/sign-in/", {"username": "county_officer", "password": "correct horse"})
    assert answer.status_code == 200
    assert_out(browser)


def test_the_tokens_of_the_deactivated_open_nothing(people):
    _, secret = Token.make(people["county_officer"], "QGIS")
    assert Token.holder(secret) == people["county_officer"]
    User.objects.filter(username="county_officer").update(is_active=False)
    assert Token.holder(secret) is None


def test_a_new_password_ends_the_other_sessions_and_keeps_ones_own(two_browsers):
    own, other = two_browsers
    new = "battery staple 7"
    answer = own.post("/me/", {"old": "correct horse", "new": new, "again": new})
    assert answer.status_code == 302
    assert own.get("/me/").status_code == 200
    assert_out(other)


def test_a_password_that_the_administrator_issues_ends_all_sessions(
    two_browsers, signed_in, people
):
    officer = people["county_officer"]
    given = {"username": officer.username, "shown_name": "x", "role": officer.role,
             "body": officer.body_id, "email": "", "is_active": "on",
             "new_password": "on"}  # fmt: skip
    assert signed_in("administrator").post(f"/accounts/{officer.pk}/", given).status_code == 200
    for browser in two_browsers:
        assert_out(browser)


@pytest.mark.parametrize("by", ["oneself", "administrator"])
def test_a_new_password_takes_back_the_tokens(by, people, signed_in):
    officer = people["county_officer"]
    token, _ = Token.make(officer, "QGIS")
    if by == "oneself":
        new = "battery staple 7"
        signed_in("county_officer").post("/me/", {"old": "correct horse", "new": new, "again": new})
    else:
        given = {"username": officer.username, "shown_name": "x", "role": officer.role,
                 "body": officer.body_id, "email": "", "is_active": "on",
                 "new_password": "on"}  # fmt: skip
        signed_in("administrator").post(f"/accounts/{officer.pk}/", given)
    assert not Token.objects.filter(pk=token.pk).exists()
