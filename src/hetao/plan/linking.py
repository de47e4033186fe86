"""Tie the targets of a plan to the indicators that measure them and the bodies that owe them."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from importlib.resources import as_file, files
from typing import Any

from hetao.plan.ledger import Document, Ledger, Measure, Target
from hetao.plan.ledger_file import read_ledger

REFERENCES = "reference"


def linked(ledger: Ledger) -> Ledger:
    """
    Return a ledger whose targets name their indicator, variant and owner where that is known.

    The reference ledger of the same plan says first, then the words of `linking.toml`. What a
    target names already stays.
    """
    reference = reference_for(ledger.document)
    measures = {measure.id: measure for measure in ledger.measures}
    return replace(
        ledger,
        targets=tuple(
            _linked(target, measures.get(target.measure_id), reference) for target in ledger.targets
        ),
    )


def reference_for(document: Document) -> Ledger | None:
    """Return the ledger, checked by hand, of a plan that ships with the package."""
    for ledger in references():
        known = ledger.document
        if document.number == known.number or (
            not document.number and document.title == known.title
        ):
            return ledger
    return None


@cache
def references() -> tuple[Ledger, ...]:
    """Return every ledger that ships with the package."""
    found = []
    folder = files("hetao.plan") / REFERENCES
    for file in sorted(folder.iterdir(), key=lambda item: item.name):
        if file.name.endswith(".toml"):
            with as_file(file) as path:
                found.append(read_ledger(path))
    return tuple(found)


def link(target: Target) -> Mapping[str, Any]:
    """
    Return the row of `linking.toml` that tells what measures a target; empty where none does.

    Examples
    --------
    >>> link(Target("t1", "（七）", "城镇供水管网漏损率", "<="))["link"]
    'water_leakage_rate'
    >>> link(Target("t1", "（七）", "农村供水普及率", ">="))
    {}
    """
    return next((rule for rule in link_rules() if _fits(rule, target)), {})


def _fits(rule: Mapping[str, Any], target: Target) -> bool:
    context = " ".join(
        (target.indicator, target.things, target.scope, target.written, target.frequency)
    )
    return bool(
        re.search(rule["words"], target.indicator)
        and re.search(rule.get("needs", ""), context)
        and not ("unless" in rule and re.search(rule["unless"], context))
        and rule.get("unit", target.unit) == target.unit
        and target.operator in rule.get("operators", (target.operator,))
        and rule.get("value", target.value) == target.value
    )


@cache
def link_rules() -> Sequence[Mapping[str, Any]]:
    """Return what `linking.toml` says."""
    text = (files("hetao.plan") / "linking.toml").read_text("utf-8")
    rules: Sequence[Mapping[str, Any]] = tomllib.loads(text)["links"]
    return rules


def _linked(target: Target, measure: Measure | None, reference: Ledger | None) -> Target:
    known = _same_target(target, reference) if reference else None
    rule = link(target)
    name = known.link if known else rule.get("link", "")
    variant = known.variant if known else rule.get("variant", "")
    return replace(
        target,
        link=target.link or name,
        variant=target.variant or ("" if target.link else variant),
        owner=target.owner or (known.owner if known else "") or _owner(measure),
        by_county=target.by_county or (known.by_county if known else rule.get("by_county", False)),
    )


def _same_target(target: Target, reference: Ledger) -> Target | None:
    """Return the reference's target that says the same: measure, operator, value, like words."""
    same = [
        other
        for other in reference.targets
        if (other.measure, other.operator, other.value)
        == (target.measure, target.operator, target.value)
    ]
    shared = {other.id: len(set(other.indicator) & set(target.indicator)) for other in same}
    best = max(same, key=lambda other: shared[other.id], default=None)
    return best if best and shared[best.id] >= min(len(set(best.indicator)), 3) else None


def _owner(measure: Measure | None) -> str:
    """Return the lead body of a measure; the first named one where none leads."""
    named = [a for a in measure.assignments if a.named and a.role != "county"] if measure else []
    leads = [a.body for a in named if a.role == "lead"]
    return leads[0] if leads else named[0].body if named else ""
