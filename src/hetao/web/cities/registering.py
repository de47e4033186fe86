"""What the page of a register shows beside its rows: who keeps it, how fresh, how complete."""

import datetime
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone

from hetao.registers.definition import Register
from hetao.registers.snapshot import Snapshot
from hetao.web.accounts import policy
from hetao.web.accounts.models import Body
from hetao.web.checkups.models import Run
from hetao.web.cities.editing import is_editable
from hetao.web.cities.keeping import keepers
from hetao.web.cities.models import Delivery, Edit, Thing
from hetao.web.cities.sheets import may_have_sheet, may_send
from hetao.web.cities.tables import SAMPLE, Known, completeness

LATELY = 50
"""Changes among which a register's page looks for what was struck off."""


@dataclass(frozen=True)
class Standing:
    """
    How a register stands.

    Attributes
    ----------
    accepted : Delivery or None
        The last delivery of this year that was accepted and brought it.
    edited : Edit or None
        The last change made here.
    ended : list of Edit
        What was struck off of late.
    sampled : bool
        Whether `known` rests on the first rows alone.
    """

    keeper: Body | None
    accepted: Delivery | None
    edited: Edit | None
    ended: list[Edit]
    known: list[Known]
    sampled: bool

    @property
    def share(self) -> float:
        """Return the share of known cells of all columns."""
        total = sum(one.total for one in self.known)
        return sum(one.count for one in self.known) / total if total else 0.0


def standing_of(register: Register, rows: QuerySet[Thing]) -> Standing:
    """Return how a register stands, by the rows that a person may see."""
    keeper = keepers().get(register.id)
    known = completeness(rows, register)
    lately = list(Edit.objects.filter(register=register.id).select_related("by")[:LATELY])
    return Standing(
        keeper=Body.objects.filter(pk=keeper).first() if keeper else None,
        accepted=_accepted(register, timezone.localdate()),
        edited=lately[0] if lately else None, ended=[one for one in lately if one.is_end],
        known=known, sampled=bool(known) and known[0].total >= SAMPLE,
    )  # fmt: skip


def _accepted(register: Register, today: datetime.date) -> Delivery | None:
    rows = Delivery.objects.filter(
        state=Delivery.ACCEPTED, year=today.year, rows__has_key=register.id
    )
    return rows.defer("faults").select_related("by", "body").first()


def allowed_here(user: Any, register: Register) -> dict[str, bool]:  # noqa: ANN401
    """Return what a person may do with a register as a whole."""
    return {
        "may_add": may_add(user, register),
        "may_send": may_send(user, register),
        "may_have_sheet": may_have_sheet(user, register),
    }


def may_add(user: Any, register: Register) -> bool:  # noqa: ANN401
    """Say whether a person may add rows: everywhere, to what their body keeps, in their county."""
    granted = policy.scopes(user, "register.edit")
    if not is_editable(register) or (register.restricted and not policy.may(
        user, "register.view_restricted")):  # fmt: skip
        return False
    if "all" in granted or "county" in granted:
        return True
    return "own" in granted and keepers().get(register.id) == user.body_id


def has_peers() -> bool:
    """Say whether the newest snapshot holds figures of other cities."""
    run = Run.newest()
    return run is not None and _has_peers(run.snapshot)


@cache
def _has_peers(snapshot: str) -> bool:
    folder = Snapshot(settings.ROOT / "snapshots" / snapshot)
    return bool(folder.manifest["registers"].get("peer_figures", {}).get("rows"))
