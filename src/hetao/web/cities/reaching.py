"""Which things of the city a person may see: the policy, with restricted registers apart."""

from typing import Any

from django.db.models import QuerySet

from hetao.registers.definition import Register, registers
from hetao.web.accounts import policy
from hetao.web.cities.models import Thing

WITHHELD = ("survey_answers",)
"""Registers whose every row is a person's own answer: they are not shown at all."""

RESTRICTED = tuple(register.id for register in registers().values() if register.restricted)


def visible_things(user: Any) -> QuerySet[Thing]:  # noqa: ANN401
    """Return the things that a person may see: one query for lists and for single ones."""
    views = ("register.view", "register.view_restricted")
    if all(policy.EVERYWHERE in policy.scopes(user, view) for view in views):
        return Thing.objects.all()  # a condition that all rows meet would be put to each of them
    plain = policy.within(user, "register.view", Thing.objects.exclude(register__in=RESTRICTED))
    restricted = policy.within(
        user, "register.view_restricted", Thing.objects.filter(register__in=RESTRICTED)
    )
    return plain | restricted


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


def may_edit(user: Any, thing: Thing) -> bool:  # noqa: ANN401
    """Say whether a person may change a thing."""
    from hetao.web.cities.editing import is_editable

    if not is_editable(thing.definition) or not policy.may(user, "register.edit", thing):
        return False
    return visible_things(user).filter(pk=thing.pk).exists()
