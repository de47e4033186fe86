"""How the words of a target are read: as they stand, strictly, and with what a soft word allows."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from hetao.catalogue.entries import satisfies
from hetao.plan.judged import Figure
from hetao.plan.judging_units import is_share, judging_data
from hetao.plan.ledger import Operator, Target

_FULL = 100.0


@dataclass(frozen=True)
class Rule:
    """
    What a figure is held against.

    Attributes
    ----------
    name : {"words", "strict", "near"}
    operator : {">=", ">", "<=", "<"}
    value : float
        In the unit of the target, or in per cent for all, mainly and the like.
    """

    name: Literal["words", "strict", "near"]
    operator: Operator
    value: float

    def holds(self, value: float) -> bool:
        """Say whether a value satisfies the rule."""
        return satisfies(value, self.operator, self.value)

    def satisfied(self, figure: Figure) -> bool | None:
        """Say whether a figure satisfies the rule; None where its interval lies on both sides."""
        ends = {
            self.holds(end) for end in (figure.low, figure.high, figure.value) if end is not None
        }
        return ends.pop() if len(ends) == 1 else None

    def gap(self, value: float) -> float:
        """Return how much is missing; 0 or less where the value reaches the rule."""
        return self.value - value if self.upward else value - self.value

    @property
    def upward(self) -> bool:
        """Say whether more is better."""
        return self.operator in (">=", ">")


def rules(target: Target, better: str = "") -> tuple[Rule, ...]:
    """
    Return the readings of a target: that of its words first, then those that differ from it.

    Parameters
    ----------
    better : {"higher", "lower", ""}
        Which way the indicator gets better; tells how a bare number is meant.

    Examples
    --------
    >>> [rule.operator for rule in rules(Target("t1", "（七）", "漏损率", "<=", 10.0, "%"))]
    ['<=', '<']
    """
    found = list(_read(target, better))
    return tuple(
        rule
        for place, rule in enumerate(found)
        if not any((r.operator, r.value) == (rule.operator, rule.value) for r in found[:place])
    )


def unit_of(target: Target) -> str:
    """Return the unit that figures are compared in."""
    return "%" if target.operator == "all" or is_mainly(target) else target.unit


def is_mainly(target: Target) -> bool:
    """Say whether a target wants most of its things to be so: 以6层为主."""
    mainly: str = judging_data()["words"]["mainly"]
    return target.soft_word == mainly


def _read(target: Target, better: str) -> Iterator[Rule]:
    near = judging_data()["readings"]["near"]
    nearly = re.search(judging_data()["words"]["nearly"], target.soft_word)
    if is_mainly(target):
        yield Rule("words", ">", float(judging_data()["readings"]["mainly"]))
        return
    if target.operator == "none":
        yield Rule("words", "<=", 0.0)
        return
    if target.value is None and target.operator != "all" and not target.frequency:
        return
    value = _wanted(target)
    upward = _upward(target, better)
    inclusive: Operator = ">=" if upward else "<="
    less = value * (1 - near) if upward else value * (1 + near)
    if nearly or target.operator == "~":
        yield Rule("words", inclusive, less)
        yield Rule("strict", inclusive, value)
    elif target.operator in (">", "<"):
        yield Rule("words", target.operator, value)
    elif target.operator == "range" and target.high is not None:
        ends = sorted((value, target.high), reverse=not upward)
        yield Rule("words", inclusive, ends[0])
        yield Rule("strict", inclusive, ends[1])
    else:
        yield Rule("words", inclusive, value)
        if target.operator in (">=", "<=") and not _at_the_end(target, value):
            yield Rule("strict", ">" if upward else "<", value)


def _wanted(target: Target) -> float:
    """Return the number that a target wants: all is 100 %, once a year is 1."""
    if target.operator == "all":
        return _FULL
    return 1.0 if target.value is None else target.value


def _upward(target: Target, better: str) -> bool:
    if target.operator in (">=", ">", "all"):
        return True
    return target.operator not in ("<=", "<") and better != "lower"


def _at_the_end(target: Target, value: float) -> bool:
    """Say whether a limit is the end of the scale, which no figure can pass."""
    return value <= 0 or (is_share(target.unit) and value >= _FULL)
