"""What a person may see and do: one function for lists and single things, one table for both."""

import tomllib
from collections.abc import Callable, Mapping
from functools import cache, wraps
from importlib.resources import files
from typing import Any, Protocol, TypeVar

from django.core.exceptions import PermissionDenied
from django.db.models import Model, Q, QuerySet
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase

ROLES = (
    "administrator", "plan_office", "analyst", "department_officer", "county_officer",
    "inspector", "leader", "public",
)  # fmt: skip
SCOPES = ("all", "own", "lead", "county")
EVERYWHERE = "all"

M = TypeVar("M", bound=Model)
View = Callable[..., HttpResponseBase]


class Reached(Protocol):
    """A model whose things lie within somebody's reach."""

    @classmethod
    def reach(cls, user: Any) -> Mapping[str, Q]:  # noqa: ANN401
        """Return which things are the person's own and which lie in their county."""


@cache
def table() -> Mapping[str, Mapping[str, tuple[str, ...]]]:
    """Return the policy: the scopes of every role for every action."""
    raw = tomllib.loads((files("hetao.web.accounts") / "policy.toml").read_text("utf-8"))
    return {
        action: {role: tuple(scopes) for role, scopes in row.items()} for action, row in raw.items()
    }


def scopes(user: Any, action: str) -> tuple[str, ...]:  # noqa: ANN401
    """
    Return where a person may do something: some of `SCOPES`, or nothing.

    Raises
    ------
    KeyError
        If the policy knows no such action.
    """
    row = table()[action]
    if not getattr(user, "is_authenticated", False) or not user.is_active:
        return ()
    return row.get(user.role, ())


def within(user: Any, action: str, rows: QuerySet[M]) -> QuerySet[M]:  # noqa: ANN401
    """Return those of some things to which a person may do something."""
    granted = scopes(user, action)
    if EVERYWHERE in granted:
        return rows
    if not granted:
        return rows.none()
    reach: Mapping[str, Q] = rows.model.reach(user)  # type: ignore[attr-defined]
    wanted = Q(pk__in=())
    for scope in granted:
        wanted |= reach.get(scope, Q(pk__in=()))
    return rows.filter(wanted)


def may(user: Any, action: str, thing: Model | None = None) -> bool:  # noqa: ANN401
    """Say whether a person may do something: to a thing, or to any thing at all."""
    granted = scopes(user, action)
    if thing is None or EVERYWHERE in granted or not granted:
        return bool(granted)
    return within(user, action, type(thing)._default_manager.filter(pk=thing.pk)).exists()


def found(user: Any, action: str, rows: QuerySet[M], **which: Any) -> M:  # noqa: ANN401
    """
    Return one thing to which a person may do something.

    Raises
    ------
    Http404
        If there is no such thing, or none within the person's reach: the answer is the same.
    """
    thing = within(user, action, rows).filter(**which).first()
    if thing is None:
        raise Http404
    return thing


def require(user: Any, action: str, thing: Model | None = None) -> None:  # noqa: ANN401
    """
    Refuse what a person may not do.

    Raises
    ------
    PermissionDenied
        If they may not.
    """
    if not may(user, action, thing):
        raise PermissionDenied(action)


def allowed(action: str) -> Callable[[View], View]:
    """Let a view be reached only by those who may do something at all."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:  # noqa: ANN401
            require(request.user, action)
            return view(request, *args, **kwargs)

        guarded.action = action  # type: ignore[attr-defined]
        return guarded

    return decorate
