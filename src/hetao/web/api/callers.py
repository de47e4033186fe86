"""Who calls: a token as bearer or as the password of Basic, or the session of the site."""

import time
from typing import Any

from auditlog.context import auditlog_value
from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest
from ninja.security import APIKeyCookie, HttpBasicAuth, HttpBearer
from ninja.throttling import BaseThrottle
from ninja.utils import check_csrf

from hetao.web.accounts.models import Token, User
from hetao.web.api.problems import Problem

CALLS_A_MINUTE = 3000
MINUTE = 60


def known(request: HttpRequest, user: User | None) -> User | None:
    """Let a caller be the person of the request, for the policy and for the history."""
    if user is None:
        return None
    request.user = request._cached_user = user  # type: ignore[attr-defined]
    if (kept := auditlog_value.get(None)) is not None:
        kept["actor"] = user  # the middleware looked before the token was read
    return user


class Bearer(HttpBearer):
    """A token in `Authorization: Bearer`."""

    def authenticate(self, request: HttpRequest, token: str) -> User | None:
        """Return whose token it is."""
        return known(request, Token.holder(token))


class TokenAsPassword(HttpBasicAuth):
    """A name with a token as its password: what a GIS desktop asks for without more ado."""

    def authenticate(self, request: HttpRequest, username: str, password: str) -> User | None:
        """Return whose token it is, if the name is theirs; a password to sign in is none."""
        user = Token.holder(password)
        return known(request, user if user and user.username == username else None)


class SignedIn(APIKeyCookie):
    """The session of the site; what it writes must come from the site's own pages."""

    param_name = settings.SESSION_COOKIE_NAME

    def __init__(self) -> None:
        super().__init__(csrf=False)

    def authenticate(self, request: HttpRequest, key: str | None) -> Any:  # noqa: ANN401
        """
        Return who is signed in; nobody where a token was given that is no good.

        Raises
        ------
        Problem
            If a write does not carry the token against forgery.
        """
        del key
        user: Any = request.user
        if "Authorization" in request.headers or not user.is_authenticated:
            return None
        if check_csrf(request):
            raise Problem(403, "forged")
        return user


class PerMinute(BaseThrottle):
    """Let a person call so often a minute in each process, and no more."""

    def allow_request(self, request: HttpRequest) -> bool:
        """Count the call."""
        key = f"api-calls-{request.user.pk}-{int(time.time() // MINUTE)}"
        cache.add(key, 0, 2 * MINUTE)
        try:
            return cache.incr(key) <= CALLS_A_MINUTE
        except ValueError:  # crowded out between the two steps
            return True

    def wait(self) -> float:
        """Return how long the minute still lasts."""
        return int(MINUTE - time.time() % MINUTE) + 1
