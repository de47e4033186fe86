"""Signing in by the city's identity service, against a provider that signs real tokens."""

from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from django.core.exceptions import ImproperlyConfigured
from django.test import Client
from provider import CLIENT, SECRET, new_key, running_provider

from hetao.web.accounts.models import User
from hetao.web.oidc_settings import oidc_settings

GIVEN = {"HETAO_OIDC_CLIENT_ID": CLIENT, "HETAO_OIDC_CLIENT_SECRET": SECRET}


@pytest.fixture
def turn_on(settings):
    def turn(environment):
        settings.OIDC = oidc_settings(GIVEN | environment)
        for name, value in settings.OIDC.items():
            setattr(settings, name, value)
        settings.AUTHENTICATION_BACKENDS = [
            *settings.AUTHENTICATION_BACKENDS, "hetao.web.accounts.oidc.CityBackend"
        ]  # fmt: skip

    return turn


@pytest.fixture
def provider(turn_on):
    with running_provider() as running:
        turn_on({"HETAO_OIDC_ISSUER": running.url})
        running.claims = {"preferred_username": "county_officer"}
        yield running


def go_to_provider(browser: Client, next_page: str = "") -> str:
    """Follow the button of the sign-in page; return where the provider sends the browser back."""
    begun = browser.get("/oidc/authenticate/", {"next": next_page})
    assert begun.status_code == 302
    return requests.get(begun["Location"], allow_redirects=False, timeout=5).headers["Location"]


def come_back(browser: Client, location: str):
    parts = urlsplit(location)
    return browser.get(parts.path, {k: v[0] for k, v in parse_qs(parts.query).items()})


def sign_in(browser: Client):
    return come_back(browser, go_to_provider(browser))


def is_in(browser: Client) -> bool:
    return browser.get("/me/").status_code == 200


def assert_refused(browser: Client, answer) -> None:
    assert answer.status_code == 302
    assert answer["Location"] == "/sign-in/"
    assert "没有登录" in browser.get("/sign-in/").content.decode()
    assert not is_in(browser)


def test_a_person_of_that_name_is_signed_in_with_the_role_and_body_they_have_here(people, provider):
    provider.claims |= {"role": "administrator", "groups": ["administrators"]}
    browser = Client()
    answer = come_back(browser, go_to_provider(browser, "/plan/"))
    assert answer["Location"] == "/plan/"
    assert is_in(browser)
    assert browser.session["_auth_user_id"] == str(people["county_officer"].pk)
    person = User.objects.get(username="county_officer")
    assert (person.role, person.body_id) == ("county_officer", "159921")
    assert browser.get("/accounts/").status_code == 403


def test_the_session_ends_after_a_working_day_as_any_other(people, provider, settings):
    browser = Client()
    sign_in(browser)
    assert browser.session.get_expiry_age() == settings.SESSION_COOKIE_AGE == 8 * 3600


def test_a_page_elsewhere_is_not_gone_to_after_signing_in(people, provider):
    browser = Client()
    answer = come_back(browser, go_to_provider(browser, "https://evil.example/"))
    assert answer["Location"] == "/"


def test_nobody_is_made(people, provider):
    before = User.objects.count()
    provider.claims = {"preferred_username": "stranger", "email": "s@x", "email_verified": True}
    browser = Client()
    assert_refused(browser, sign_in(browser))
    assert User.objects.count() == before


def test_the_deactivated_are_refused(people, provider):
    User.objects.filter(username="county_officer").update(is_active=False)
    browser = Client()
    assert_refused(browser, sign_in(browser))


def test_who_is_deactivated_later_is_out_at_once(people, provider):
    browser = Client()
    sign_in(browser)
    assert is_in(browser)
    User.objects.filter(username="county_officer").update(is_active=False)
    answer = browser.get("/me/")
    assert answer.status_code == 302
    assert answer["Location"].startswith("/sign-in/")


@pytest.mark.parametrize(
    ("claims", "found"),
    [
        pytest.param({"email": "LIN@yuwan.example", "email_verified": True}, True, id="verified"),
        pytest.param({"email": "lin@yuwan.example", "email_verified": False}, False, id="claimed"),
        pytest.param({"email": "lin@yuwan.example"}, False, id="not told to be verified"),
        pytest.param({"email": "lin@yuwan.example", "email_verified": "true"}, False, id="a word"),
        pytest.param({"email": "", "email_verified": True}, False, id="none"),
        pytest.param(
            {"preferred_username": "x", "email": "lin@yuwan.example", "email_verified": True},
            False, id="another name",
        ),
    ],
)  # fmt: skip
def test_without_the_name_a_verified_address_tells_who_it_is(people, provider, claims, found):
    User.objects.filter(username="inspector").update(email="lin@yuwan.example")
    provider.claims = claims
    browser = Client()
    sign_in(browser)
    assert is_in(browser) == found


def test_an_address_that_two_have_is_nobodys(people, provider):
    User.objects.filter(username__in=("inspector", "leader")).update(email="lin@yuwan.example")
    provider.claims = {"email": "lin@yuwan.example", "email_verified": True}
    browser = Client()
    assert_refused(browser, sign_in(browser))


def test_the_claim_is_the_deployments_choice(people, provider, settings):
    settings.OIDC = settings.OIDC | {"OIDC_CLAIM": "staff_number"}
    provider.claims = {"staff_number": "leader", "preferred_username": "administrator"}
    browser = Client()
    sign_in(browser)
    assert browser.session["_auth_user_id"] == str(people["leader"].pk)


@pytest.mark.parametrize(
    "wrong",
    [
        pytest.param({"token_claims": {"nonce": "another's"}}, id="another nonce"),
        pytest.param({"token_claims": {"nonce": None}}, id="no nonce"),
        pytest.param({"token_claims": {"aud": "another-client"}}, id="for another client"),
        pytest.param(
            {"token_claims": {"aud": [CLIENT, "x"], "azp": "x"}}, id="another authorised party"
        ),
        pytest.param({"token_claims": {"iss": "https://evil.example"}}, id="another issuer"),
        pytest.param({"token_claims": {"exp": 1_000_000_000}}, id="expired"),
        pytest.param({"token_claims": {"exp": None}}, id="never expires"),
        pytest.param({"signing_key": new_key()}, id="another key"),
        pytest.param({"algorithm": "HS256"}, id="signed with the secret"),
        pytest.param({"userinfo_claims": {"sub": "4712"}}, id="two people"),
    ],
)
def test_a_token_that_is_not_of_this_sign_in_is_refused(people, provider, wrong):
    for name, value in wrong.items():
        setattr(provider, name, value)
    browser = Client()
    assert_refused(browser, sign_in(browser))


def test_an_answer_that_this_browser_did_not_ask_for_is_refused(people, provider):
    victim, attacker = Client(), Client()
    location = go_to_provider(attacker)
    assert_refused(victim, come_back(victim, location))
    go_to_provider(victim)
    assert_refused(victim, come_back(victim, location))


def test_an_answer_is_taken_once(people, provider):
    browser = Client()
    location = go_to_provider(browser)
    come_back(browser, location)
    assert is_in(browser)
    browser.post("/sign-out/")
    assert_refused(browser, come_back(browser, location))


def test_who_cancels_at_the_provider_comes_back_to_the_sign_in_page(people, provider):
    browser = Client()
    go_to_provider(browser)
    assert_refused(browser, browser.get("/oidc/callback/", {"error": "access_denied"}))


def test_the_sign_in_page_offers_it_and_keeps_the_wanted_page(people, provider):
    page = Client().get("/sign-in/", {"next": "/plan/"}).content.decode()
    assert "/oidc/authenticate/?next=/plan/" in page


def test_a_provider_that_does_not_answer_leaves_the_password(people, turn_on):
    turn_on({"HETAO_OIDC_ISSUER": "http://127.0.0.1:9"})
    browser = Client()
    assert browser.get("/oidc/authenticate/")["Location"] == "/sign-in/"
    assert "统一身份认证暂时用不了" in browser.get("/sign-in/").content.decode()
    entered = browser.post("/sign-in/", {"username": "leader", "password": "correct horse"})
    assert entered.status_code == 302
    assert is_in(browser)


def test_where_it_is_off_there_is_no_button_and_no_address(people):
    browser = Client()
    assert "oidc" not in browser.get("/sign-in/").content.decode()
    for path in ("/oidc/authenticate/", "/oidc/callback/"):
        assert browser.get(path).status_code == 404


def test_the_addresses_may_be_given_one_by_one(people, turn_on):
    with running_provider() as running:
        turn_on({
            "HETAO_OIDC_AUTHORIZE_URL": f"{running.url}/authorize",
            "HETAO_OIDC_TOKEN_URL": f"{running.url}/token",
            "HETAO_OIDC_USERINFO_URL": f"{running.url}/userinfo",
            "HETAO_OIDC_JWKS_URL": f"{running.url}/jwks",
        })  # fmt: skip
        running.claims = {"preferred_username": "leader"}
        browser = Client()
        sign_in(browser)
        assert is_in(browser)
        assert running.asked == ["/authorize", "/jwks", "/userinfo"]


@pytest.mark.parametrize(
    ("environment", "missing"),
    [
        ({"HETAO_OIDC_ISSUER": "https://sso.example"}, "HETAO_OIDC_CLIENT_ID"),
        (GIVEN | {"HETAO_OIDC_TOKEN_URL": "https://sso.example/t"}, "HETAO_OIDC_JWKS_URL"),
    ],
)
def test_what_is_missing_is_named_at_the_start(environment, missing):
    with pytest.raises(ImproperlyConfigured, match=missing):
        oidc_settings(environment)
