"""What a later plan changes: measures, bodies and targets that are new, gone or altered."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, fields
from difflib import SequenceMatcher
from typing import Any, Literal, TypeVar

from hetao.plan.ledger import Assignment, Ledger, Measure, Target

_LIKE = 0.6
"""Titles and names at least this like each other are taken for the same thing."""

_DOCUMENT = ("title", "number", "issuer", "date", "status")
_MEASURE = ("number", "title", "section")
_TARGET = (
    "indicator", "operator", "value", "high", "unit", "year", "since", "frequency", "scope",
    "things", "soft", "counting", "baseline", "link", "variant", "owner", "measure",
)  # fmt: skip

Item = TypeVar("Item", Measure, Target)


@dataclass(frozen=True)
class Change:
    """
    One difference between two plans.

    Attributes
    ----------
    what : {"document", "measure", "assignment", "target"}
    kind : {"added", "removed", "changed"}
    name : str
        Number and title of the measure, or the indicator of the target.
    field : str
        What changed of it; "" for what is new or gone.
    old, new : object
        None on the side that lacks it.
    """

    what: Literal["document", "measure", "assignment", "target"]
    kind: Literal["added", "removed", "changed"]
    name: str
    field: str = ""
    old: Any = None
    new: Any = None

    def as_dict(self) -> dict[str, Any]:
        """Return the change as an object."""
        return {part.name: getattr(self, part.name) for part in fields(self)}


def changes_between(old: Ledger, new: Ledger) -> list[Change]:
    """
    Return what a later plan changes against an earlier one.

    Measures are matched by title, targets by the indicator that measures them and their scope,
    else by the words of the indicator, so that numbers may shift and years move on.
    """
    measures = _matched(old.measures, new.measures, _like_measure)
    targets = _matched(old.targets, new.targets, _like_target)
    found = list(_fields("document", "", old.document, new.document, _DOCUMENT))
    for before, after in measures:
        found += _pair("measure", before, after, _measure_name, _MEASURE)
        found += _bodies(before, after)
    for one, other in targets:
        found += _pair("target", one, other, _target_name, _TARGET)
    return found


def _matched(
    old: Sequence[Item], new: Sequence[Item], like: Callable[[Item, Item], float]
) -> list[tuple[Item | None, Item | None]]:
    """Pair items that are most like each other; what finds no partner stands alone."""
    scored = [
        (like(one, other), -abs(i - j), i, j)
        for i, one in enumerate(old)
        for j, other in enumerate(new)
    ]
    partner: dict[int, int] = {}
    taken: set[int] = set()
    for score, _, i, j in sorted(scored, reverse=True):
        if score >= _LIKE and i not in partner and j not in taken:
            partner[i] = j
            taken.add(j)
    pairs: list[tuple[Item | None, Item | None]] = [
        (item, new[partner[i]] if i in partner else None) for i, item in enumerate(old)
    ]
    pairs += [(None, item) for j, item in enumerate(new) if j not in taken]
    return pairs


def _like_measure(one: Measure, other: Measure) -> float:
    return _ratio(one.title, other.title)


def _like_target(one: Target, other: Target) -> float:
    if one.link and other.link:
        same = (one.link, one.scope, one.things) == (other.link, other.scope, other.things)
        return 1.0 + (one.year == other.year) if same else float(one.link == other.link) * _LIKE
    words = _ratio(one.indicator, other.indicator)
    return words if _ratio(one.things + one.scope, other.things + other.scope) > 0 else words / 2


def _ratio(one: str, other: str) -> float:
    return 1.0 if one == other else SequenceMatcher(None, one, other, autojunk=False).ratio()


def _pair(
    what: Literal["measure", "target"],
    before: Item | None,
    after: Item | None,
    name: Callable[[Item], str],
    compared: Sequence[str],
) -> Iterator[Change]:
    if after is None and before is not None:
        yield Change(what, "removed", name(before), old=_told(before))
    elif before is None and after is not None:
        yield Change(what, "added", name(after), new=_told(after))
    elif after is not None:
        yield from _fields(what, name(after), before, after, compared)


def _fields(
    what: Literal["document", "measure", "target"],
    name: str,
    before: object,
    after: object,
    compared: Sequence[str],
) -> Iterator[Change]:
    for part in compared:
        old, new = getattr(before, part), getattr(after, part)
        if old != new:
            yield Change(what, "changed", name, part, old, new)


def _bodies(before: Measure | None, after: Measure | None) -> Iterator[Change]:
    """Yield who joins or leaves a measure, and who changes roles."""
    if before is None or after is None:
        return
    old, new = _roles(before.assignments), _roles(after.assignments)
    for body in [*old, *(body for body in new if body not in old)]:
        if old.get(body) != new.get(body):
            kind: Literal["added", "removed", "changed"] = (
                "added" if body not in old else "removed" if body not in new else "changed"
            )
            yield Change(
                "assignment", kind, _measure_name(after), body, old.get(body), new.get(body)
            )


def _roles(assignments: Sequence[Assignment]) -> dict[str, str]:
    return {assignment.body: assignment.role for assignment in assignments}


def _measure_name(measure: Measure) -> str:
    return f"{measure.number}{measure.title}"


def _target_name(target: Target) -> str:
    return f"{target.measure}{target.indicator}"


def _told(item: Measure | Target) -> str:
    """Return what is new or gone in a few words."""
    if isinstance(item, Measure):
        return item.title
    figure = "" if item.value is None else f"{item.operator}{item.value:g}{item.unit}"
    return " ".join(part for part in (figure, str(item.year or ""), item.scope) if part)
