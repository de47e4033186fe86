"""Signing in by the city's identity service: it says who comes, we say whether they may."""

import logging
from collections.abc import Callable, Mapping
from typing import Any

import jwt
import requests
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import SuspiciousOperation
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.http import require_GET
from mozilla_django_oidc.auth import OIDCAuthenticationBackend
from mozilla_django_oidc.views import (
    OIDCAuthenticationCallbackView,
    OIDCAuthenticationRequestView,
)

from hetao.web.accounts.backends import PasswordBackend
from hetao.web.accounts.models import User
from hetao.web.site.shell import tell

Claims = Mapping[str, Any]
_log = logging.getLogger("hetao.oidc")
_FAILURES = (
    SuspiciousOperation, jwt.PyJWTError, requests.RequestException, ValueError, KeyError, TypeError,
    AttributeError,
)  # fmt: skip
"""What the library raises when a service answers nonsense, or somebody else answers for it."""


class CityBackend(OIDCAuthenticationBackend):  # type: ignore[misc]
    """Find the person whom the service names, among those who have an account already."""

    def verify_token(self, token: str, **kwargs: Any) -> Claims:  # noqa: ANN401
        """
        Return what a token says, if it is signed, of our sign-in, for us and from the issuer.

        Raises
        ------
        SuspiciousOperation
            If it is not.
        """
        claims: Claims = super().verify_token(token, **kwargs)
        audience = claims.get("aud")
        ours = audience if isinstance(audience, list) else [audience]
        if settings.OIDC["OIDC_RP_CLIENT_ID"] not in ours or "exp" not in claims:
            raise SuspiciousOperation("audience")
        if len(ours) > 1 and claims.get("azp") != settings.OIDC["OIDC_RP_CLIENT_ID"]:
            raise SuspiciousOperation("authorised party")
        if (
            settings.OIDC["OIDC_ISSUER"]
            and str(claims.get("iss")).rstrip("/") != settings.OIDC["OIDC_ISSUER"]
        ):
            raise SuspiciousOperation("issuer")
        return claims

    def get_or_create_user(self, access_token: str, id_token: str, payload: Claims) -> User | None:
        """
        Return the one person whom the claims name; nobody is ever made.

        Raises
        ------
        SuspiciousOperation
            If the two answers of the service are about different people.
        """
        told: Claims = self.get_userinfo(access_token, id_token, payload)
        if not payload.get("sub") or told.get("sub") != payload["sub"]:
            raise SuspiciousOperation("subject")
        return person_of({**payload, **told})

    def get_user(self, user_id: int) -> Any:  # noqa: ANN401
        """Return the person of a session, if they are still active: the library's own does not."""
        return PasswordBackend().get_user(user_id)


def person_of(claims: Claims) -> User | None:
    """Return the active person of the wanted claim, else of a verified address of e-mail."""
    name = claims.get(settings.OIDC["OIDC_CLAIM"])
    people = User.objects.filter(is_active=True)
    if isinstance(name, str) and name and settings.OIDC["OIDC_CLAIM"] != "email":
        return people.filter(username=name).first()
    address = claims.get("email")
    if claims.get("email_verified") is not True or not isinstance(address, str) or not address:
        return None
    found = list(people.filter(email__iexact=address)[:2])
    return found[0] if len(found) == 1 else None


class Callback(OIDCAuthenticationCallbackView):  # type: ignore[misc]
    """Where the service sends people back to."""

    def get(self, request: HttpRequest) -> HttpResponseBase:
        """Sign the person in, or say that it came to nothing."""
        try:
            answer: HttpResponseBase = super().get(request)
        except _FAILURES as error:
            _log.warning("sign-in refused: %s: %s", type(error).__name__, error)
            return self.login_failure()
        return answer

    def login_failure(self) -> HttpResponseBase:
        """Go back to the sign-in page, with a sentence."""
        tell(self.request, "accounts.oidc_refused", tone="bad")
        return redirect("sign_in")


def _if_on(view: Callable[[HttpRequest], HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    @login_not_required
    @require_GET
    def answer(request: HttpRequest) -> HttpResponseBase:
        if not settings.OIDC:
            raise Http404
        return view(request)

    return answer


def _begun(request: HttpRequest) -> HttpResponseBase:
    try:
        answer: HttpResponseBase = OIDCAuthenticationRequestView.as_view()(request)
    except _FAILURES as error:
        _log.warning("the identity service does not answer: %s: %s", type(error).__name__, error)
        tell(request, "accounts.oidc_down", tone="bad")
        return redirect("sign_in")
    return answer


begin = _if_on(_begun)
callback = _if_on(Callback.as_view())
