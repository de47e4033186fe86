"""Pages by cursor: the next begins behind the last row, whatever was added or taken out."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Generic, TypeVar

from django.core import signing
from django.db.models import F, Func, Model, Q, QuerySet
from django.db.models.expressions import OrderBy
from django.http import HttpRequest
from ninja import Schema
from pydantic import Field

from hetao.web.api.problems import Problem
from hetao.web.site.words import say

SALT = "hetao.api.cursor"
USUAL, AT_MOST = 100, 1000
NOTHING = Q(pk__in=())

M = TypeVar("M", bound=Model)
T = TypeVar("T")


class Paging(Schema):
    """Which page is asked for."""

    cursor: str = ""
    limit: int = Field(USUAL, ge=1, le=AT_MOST)


class Page(Schema, Generic[T]):
    """A page and where the next one is."""

    items: list[T]
    next: str | None


@dataclass(frozen=True)
class Key:
    """One thing that rows are ordered by; rows without it come last."""

    path: str
    down: bool
    nullable: bool = False

    def equal(self, value: Any) -> Q:  # noqa: ANN401
        """Return which rows have this value."""
        return Q(**{f"{self.path}__isnull": True}) if value is None else Q(**{self.path: value})

    def behind(self, value: Any) -> Q:  # noqa: ANN401
        """Return which rows come after those that have this value."""
        if value is None:
            return NOTHING
        last = Q(**{f"{self.path}__isnull": True}) if self.nullable else NOTHING
        if isinstance(value, bool):  # SQLite keeps what JSON says of them as words
            return last if value != self.down else last | Q(**{self.path: not value})
        return last | Q(**{f"{self.path}__{'lt' if self.down else 'gt'}": value})


def page_of(
    request: HttpRequest, rows: QuerySet[M], paging: Paging, told: Callable[[M], Any]
) -> dict[str, Any]:
    """Return a page of rows as they are told, and the address of the next."""
    found, cursor = cut(request, rows, paging.cursor, paging.limit)
    return {"items": [told(row) for row in found], "next": next_link(request, cursor)}


def cut(
    request: HttpRequest, rows: QuerySet[M], cursor: str, limit: int
) -> tuple[list[M], str | None]:
    """
    Return the rows behind a cursor, and the cursor behind them; None where there are no more.

    Raises
    ------
    Problem
        If the cursor is not one that this list gave.
    """
    keys = keys_of(rows)
    mark = _mark(request, keys)
    if cursor:
        rows = rows.filter(_behind(keys, _read(cursor, mark, len(keys))))
    order = [_by(key) for key in keys]
    found = list(rows.order_by(*order)[: limit + 1])
    if len(found) <= limit:
        return found, None
    return found[:limit], cursor_at(request, rows, found[limit - 1])


def cursor_at(request: HttpRequest, rows: QuerySet[M], row: M) -> str:
    """Return the cursor behind a row."""
    keys = keys_of(rows)
    return signing.dumps([_mark(request, keys), [_value(row, key) for key in keys]], salt=SALT)


def next_link(request: HttpRequest, cursor: str | None) -> str | None:
    """Return the address of this list from a cursor on."""
    if cursor is None:
        return None
    query = request.GET.copy()
    query["cursor"] = cursor
    return request.build_absolute_uri(f"{request.path}?{query.urlencode()}")


def keys_of(rows: QuerySet[Any]) -> tuple[Key, ...]:
    """
    Return the fields that rows are ordered by, the primary key last so that no two are alike.

    What is computed of a row, such as how near it comes to some words, is no key to go on from.
    """
    order: Sequence[Any] = rows.query.order_by or rows.model._meta.ordering or ()
    keys = [_key(one) for one in order if not isinstance(one, Func)]
    if not any(key.path in ("pk", "id") for key in keys):
        keys.append(Key("pk", down=False))
    return tuple(keys)


def _key(one: str | OrderBy) -> Key:
    if isinstance(one, str):
        return Key(one.removeprefix("-"), down=one.startswith("-"))
    assert isinstance(one.expression, F)
    name: str = one.expression.name  # type: ignore[attr-defined]
    return Key(name, down=bool(one.descending), nullable=bool(one.nulls_last))


def _by(key: Key) -> OrderBy:
    last = True if key.nullable else None
    return F(key.path).desc(nulls_last=last) if key.down else F(key.path).asc(nulls_last=last)


def _behind(keys: Sequence[Key], values: Sequence[Any]) -> Q:
    wanted, alike = NOTHING, Q()
    for key, value in zip(keys, values, strict=True):
        wanted |= alike & key.behind(value)
        alike &= key.equal(value)
    return wanted


def _value(row: Model, key: Key) -> Any:  # noqa: ANN401
    first, *rest = key.path.split("__")
    value = getattr(row, first)
    for part in rest:
        value = value.get(part) if isinstance(value, Mapping) else None
    return value.isoformat() if isinstance(value, date) else value


def _mark(request: HttpRequest, keys: Sequence[Key]) -> str:
    """Return what tells the cursors of one list and order from all others."""
    return hashlib.sha256(f"{request.path} {keys}".encode()).hexdigest()[:12]


def _read(cursor: str, mark: str, count: int) -> list[Any]:
    try:
        given, values = signing.loads(cursor, salt=SALT)
    except (signing.BadSignature, ValueError):
        given, values = "", []
    if given != mark or len(values) != count:
        raise Problem(422, "faults", {"cursor": say("api.fault.cursor")})
    return list(values)
