"""The table of a task's steps: what draws the buttons also checks and documents them."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

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


@dataclass(frozen=True)
class Transition:
    """
    One step that may be taken.

    Attributes
    ----------
    to : str
        The state after it; "" where it changes none.
    needs, takes : tuple of str
        What must, and what may, come with it: note, until, files, lead, due, measured.
    policy : str
        The row of the policy that says who may.
    """

    action: str
    start: tuple[str, ...]
    to: str
    needs: tuple[str, ...]
    takes: tuple[str, ...]
    policy: str
    look: str
    level: int

    @property
    def asks(self) -> tuple[str, ...]:
        """Return what a person fills in for it."""
        wanted = (*self.needs, *self.takes, *(("note",) if "measured" in self.needs else ()))
        return tuple(part for part in ("note", "until", "files") if part in wanted)


@cache
def transitions() -> Mapping[str, Transition]:
    """Return every step by its action."""
    raw = tomllib.loads((files("hetao.web.tasks") / "transitions.toml").read_text("utf-8"))
    return {
        row["action"]: Transition(
            action=row["action"],
            start=tuple(row["from"]),
            to=row.get("to", ""),
            needs=tuple(row.get("needs", ())),
            takes=tuple(row.get("takes", ())),
            policy=f"task.{row.get('as', row['action'])}",
            look=row.get("look", ""),
            level=row.get("level", 0),
        )
        for row in raw["steps"]
    }
