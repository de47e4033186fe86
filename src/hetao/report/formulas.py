"""How a figure came about: formula with its numbers, standard, parameters, remarks."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from hetao.catalogue.entries import Quantity
from hetao.catalogue.facilities import facility_kinds
from hetao.report import numbers, standing
from hetao.report.document import Paper
from hetao.report.standing import Standing
from hetao.report.texts import said_or, say
from hetao.report.view import Row, RunView

LEFT_OUT = ("elsewhere", "uncertain", "uncertain_kinds")
"""Parameters whose effect the formula says in words."""


def write_formula(paper: Paper, view: RunView, one: Standing) -> None:
    """Write how the figures of an indicator came about, variant by variant."""
    paper.heading(say("page.formula"), 4)
    for variant in one.variants:
        row = one.at(one.edition, variant)
        line = say(
            "page.formula_line", variant=standing.variant_zh(variant), formula=row.formula_zh
        )
        paper.text(f"{line}。{_filled(one, variant, row)}".replace("。。", "。"), "Small")
    row = one.head
    lines = [say("page.source", source=_sources(row))]
    if parameters := parameters_told(row.parameters):
        lines.append(say("page.parameters", text=parameters))
    if facts := _facts(view.manifest.get("facts") or {}, one):
        lines.append(say("page.facts", text=facts))
    paper.text("；".join(lines) + "。", "Small")


def _sources(row: Row) -> str:
    told = str(row.source)
    if not bool(row.verified):
        told += f"（{say('table.unverified')}）"
    benchmark = str(getattr(row, "benchmark_source", "") or "")
    return (
        f"{told}；{say('table.standard')} {standing.standard_of(row)}，{benchmark}"
        if benchmark
        else told
    )


def _filled(one: Standing, variant: str, row: Row) -> str:
    if not numbers.is_known(row.value):
        return ""
    above, below = quantities_of(one, variant)
    numerator = numbers.quantity(row.numerator, str(row.numerator_unit or above.unit))
    if not numbers.is_known(row.denominator):
        return say(
            "page.filled_count", numerator_name=above.name_zh, figure=standing.figure_of(row)
        )
    return say(
        "page.filled", numerator=numerator, numerator_name=above.name_zh,
        denominator=numbers.quantity(row.denominator, str(row.denominator_unit or below.unit)),
        denominator_name=below.name_zh, figure=standing.figure_of(row),
    )  # fmt: skip


def parameters_told(text: object) -> str:
    """
    Return the parameters of a computation in words; names of columns are left to the formula.

    Examples
    --------
    >>> parameters_told('{"radius_m": 500, "classes": ["arterial", "branch"]}')
    '服务半径（米） 500；计入的道路等级 主干路、支路'
    """
    try:
        given = json.loads(str(text or "{}"))
    except ValueError:
        return ""
    return "；".join(
        f"{say(f'parameter.{name}')} {_plain(value)}"
        for name, value in given.items()
        if name not in LEFT_OUT and said_or(f"parameter.{name}", "")
    )


def _plain(value: object) -> str:
    if isinstance(value, bool):
        return say("methods.yes" if value else "methods.no")
    if isinstance(value, (int, float)):
        return numbers.plain(float(value))
    if isinstance(value, Mapping):
        return "、".join(f"{term(str(key))} {_plain(item)}" for key, item in value.items())
    if isinstance(value, Sequence) and not isinstance(value, str):
        nested = any(isinstance(item, (list, tuple)) for item in value)
        return (
            "，".join(f"[{_plain(item)}]" for item in value)
            if nested
            else "、".join(map(_plain, value))
        )
    return term(str(value))


def term(word: str) -> str:
    """Return the Chinese word for a value of the registers, or a kind of facility."""
    kind = facility_kinds().get(word)
    return said_or(f"term.{word}", word) if kind is None else kind.name_zh


def _facts(facts: Mapping[str, Any], one: Standing) -> str:
    mine = facts.get(one.id) or {}
    found = mine.get(f"{one.edition}/{one.variant}") or mine.get(one.variant) or {}
    told = [
        f"{say(f'fact.{name}')} {_plain(value)}"
        for name, value in found.items()
        if isinstance(value, (int, float, str)) and said_or(f"fact.{name}", "")
    ]
    return "；".join(told)


def quantities_of(one: Standing, variant: str) -> tuple[Quantity, Quantity]:
    """Return what stands above and below the line."""
    chosen = None if one.entry is None else one.entry.variants.get(variant)
    if chosen is not None:
        return chosen.numerator, chosen.denominator
    row = one.head
    return (
        Quantity(say("page.numerator"), "", str(row.numerator_unit or "")),
        Quantity(say("page.denominator"), "", str(row.denominator_unit or "")),
    )
