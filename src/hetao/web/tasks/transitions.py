"""The table of a task's steps: what draws the buttons also checks and documents them."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

STATES = (
    "drafted", "issued", "accepted", "asked", "extended", "reported", "returned", "verified",
    "closed", "withdrawn",
)  # fmt: skip
OVER = ("closed", "withdrawn")
OWED = ("issued", "accepted", "asked", "extended", "returned")
"""States in which the lead body has something to do."""

COURSE = ("drafted", "issued", "accepted", "reported", "verified", "closed")
"""The straight way, as the page draws it."""

BESIDE = {"asked": "accepted", "extended": "accepted", "returned": "accepted"}
"""Where on the straight way the other states stand."""

ASKED_FOR = {"measured": "note", "later": "until", "evidence": "files"}
"""What a person fills in for a need that is more than a box to fill."""


@dataclass(frozen=True)
class Transition:
    """
    One step that may be taken.

    Attributes
    ----------
    to : str
        The state after it; "" where it changes none.
    needs, takes : tuple of str
        What must, and what may, come with it: note, until, files, lead, due, measured; "later" is
        a day after the present deadline, "evidence" a file where the task asks for some.
    apart : tuple of str
        Steps of the same task whose taker may not take this one.
    policy : str
        The row of the policy that says who may.
    """

    action: str
    start: tuple[str, ...]
    to: str
    needs: tuple[str, ...]
    takes: tuple[str, ...]
    apart: tuple[str, ...]
    policy: str
    look: str
    level: int

    @property
    def asks(self) -> tuple[str, ...]:
        """Return what a person fills in for it."""
        wanted = {ASKED_FOR.get(part, part) for part in (*self.needs, *self.takes)}
        return tuple(part for part in ("note", "until", "files") if part in wanted)


@cache
def transitions() -> Mapping[str, Transition]:
    """Return every step by its action."""
    return {
        row["action"]: Transition(
            action=row["action"],
            start=tuple(row["from"]),
            to=row.get("to", ""),
            needs=tuple(row.get("needs", ())),
            takes=tuple(row.get("takes", ())),
            apart=tuple(row.get("apart", ())),
            policy=f"task.{row.get('as', row['action'])}",
            look=row.get("look", ""),
            level=row.get("level", 0),
        )
        for row in _raw()["steps"]
    }


def extensions_at_most() -> int:
    """Return how often one task may be given more time."""
    most: int = _raw()["limits"]["extensions"]
    return most


@cache
def _raw() -> Mapping[str, Any]:
    return tomllib.loads((files("hetao.web.tasks") / "transitions.toml").read_text("utf-8"))
