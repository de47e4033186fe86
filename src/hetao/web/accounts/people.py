"""Who asks."""

from django.http import HttpRequest

from hetao.web.accounts.models import User


def person(request: HttpRequest) -> User:
    """Return the person who is signed in; no view is reached without one."""
    assert isinstance(request.user, User)
    return request.user
