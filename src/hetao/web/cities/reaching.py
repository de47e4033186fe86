"""Which things of the city a person may see: the policy, with restricted registers apart."""

from collections.abc import Callable
from typing import Any, TypeVar

from django.db import connection
from django.db.models import Count, QuerySet, Sum

from hetao.registers.definition import Register, registers
from hetao.web.accounts import policy
from hetao.web.cities.keeping import kept_by
from hetao.web.cities.models import Edit, Held, Thing

M = TypeVar("M", Thing, Held)
WITHHELD = ("survey_answers",)
"""Registers whose every row is a person's own answer: they are not shown at all."""

RESTRICTED = tuple(register.id for register in registers().values() if register.restricted)


def visible_things(user: Any) -> QuerySet[Thing]:  # noqa: ANN401
    """Return the things that a person may see: one query for lists and for single ones."""
    return _visible(user, Thing.objects.all())


def held_by_register(user: Any) -> dict[str, int]:  # noqa: ANN401
    """Return how many things of each register a person may see."""
    if connection.vendor == "postgresql":
        rows = _visible(user, Held.objects.all()).values_list("register")
        return dict(rows.annotate(n=Sum("things")).order_by("register"))
    things = visible_things(user).values_list("register")
    return dict(things.annotate(n=Count("pk")).order_by("register"))


def _visible(user: Any, rows: QuerySet[M]) -> QuerySet[M]:  # noqa: ANN401
    views = ("register.view", "register.view_restricted")
    if all(policy.EVERYWHERE in policy.scopes(user, view) for view in views):
        return rows  # a condition that all rows meet would be put to each of them
    plain = policy.within(user, views[0], rows.exclude(register__in=RESTRICTED))
    return plain | policy.within(user, views[1], rows.filter(register__in=RESTRICTED))


def sight_of(user: Any) -> Callable[[str, str], bool]:  # noqa: ANN401
    """Return what says whether a person may see the things of a register in a county."""
    plain, restricted = (
        policy.scopes(user, f"register.view{ending}") for ending in ("", "_restricted")
    )
    mine = kept_by(user.body_id)

    def sees(register: str, county: str) -> bool:
        granted = restricted if register in RESTRICTED else plain
        return (
            policy.EVERYWHERE in granted
            or ("own" in granted and register in mine)
            or ("county" in granted and bool(county) and county == user.county)
        )

    return sees


def visible_registers(user: Any) -> list[Register]:  # noqa: ANN401
    """Return the registers of which a person may see anything."""
    may = {
        False: policy.may(user, "register.view"),
        True: policy.may(user, "register.view_restricted"),
    }
    return [
        register
        for register in registers().values()
        if may[register.restricted] and register.id not in WITHHELD
    ]


def struck_off(user: Any, action: str, register: str, ref: str) -> Edit | None:  # noqa: ANN401
    """Return how a thing was struck off, if it was and a person may do something to it; or None."""
    restricted = "register.view_restricted" if register in RESTRICTED else "register.view"
    rows = Edit.objects.filter(register=register, ref=ref)
    last = rows.select_related("by").first()
    if last is None or not last.is_end:
        return None
    if Thing.objects.filter(register=register, ref=ref).exists():  # a delivery brought it again
        return None
    seen = all(policy.may(user, one, last) for one in {action, restricted})
    return last if seen else None


def may_edit(user: Any, thing: Thing) -> bool:  # noqa: ANN401
    """Say whether a person may change a thing."""
    from hetao.web.cities.editing import is_editable

    if not is_editable(thing.definition) or not policy.may(user, "register.edit", thing):
        return False
    return visible_things(user).filter(pk=thing.pk).exists()
