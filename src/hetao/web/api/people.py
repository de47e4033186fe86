"""The caller: who they are, what they may do, what they were told."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Schema

from hetao.web.accounts import policy
from hetao.web.accounts.models import Notice
from hetao.web.accounts.people import person
from hetao.web.api.paging import Page, Paging, page_of
from hetao.web.api.routes import route
from hetao.web.api.tasks import BodyTold
from hetao.web.api.versions import single
from hetao.web.site.words import say

router = Router(tags=["me"])


class Granted(Schema):
    """Something that the caller may do, and to whose things."""

    action: str
    name: str
    scopes: list[str]


class Me(Schema):
    """The caller."""

    username: str
    shown_name: str
    role: str
    body: BodyTold | None
    county: str
    may: list[Granted]


class NoticeTold(Schema):
    """Something that the caller was told."""

    id: int
    text: str
    url: str
    made_at: datetime
    read_at: datetime | None


@route(router, "GET /me", name="getMe", answer=Me)
def get_me(request: HttpRequest) -> HttpResponse:
    """Return who the caller is, and what the policy lets them do."""
    user = person(request)
    granted = [
        {"action": action, "name": say(f"accounts.do.{action}"), "scopes": scopes}
        for action in policy.table()
        if (scopes := list(policy.scopes(user, action)))
    ]
    names = ("username", "shown_name", "role", "body", "county")
    told = {"may": granted} | {name: getattr(user, name) for name in names}
    return single(request, Me.model_validate(told))


@route(router, "GET /notices", name="listNotices", answer=Page[NoticeTold])
def list_notices(request: HttpRequest, paging: Query[Paging]) -> Any:  # noqa: ANN401
    """List what the caller was told, the newest first."""
    return page_of(request, Notice.objects.filter(user=person(request)), paging, lambda row: row)
