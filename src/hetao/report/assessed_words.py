"""Sentences about graded indicators, each made of facts of its observation and nothing else."""

import math
from collections.abc import Iterator

from hetao.assessment.checkup import Graded, place_level
from hetao.assessment.grading import Ruling
from hetao.assessment.problems import Problem
from hetao.report import numbers, standing
from hetao.report.texts import said_or, say


def figure_of(one: Graded) -> str:
    """Return the figure with its unit, or its bounds; a dash where nothing is known."""
    return standing.figure_of(one.head)


def sentence(one: Graded) -> str:
    """Return what can be said of an indicator: figure, rulers, grade, where the problems are."""
    row, level = one.head, one.grade.level
    name = {"name": row.name_zh, "number": row.number}
    if level == "not_applicable":
        return say("assessed.item.not_applicable", **name, reason=_reason(one)) + "。"
    if figure_of(one) == numbers.UNKNOWN:
        return say("assessed.item.unknown", **name, reason=_reason(one)) + "。"
    parts = [say("assessed.item.fact", **name, figure=figure_of(one)), *basis(one), verdict(one)]
    zones = {problem.zone for problem in one.problems if problem.count}
    if zones:
        count = sum(problem.count for problem in one.problems)
        parts.append(say("assessed.item.problems", zones=len(zones), count=numbers.number(count),
                         place=_place(one)))  # fmt: skip
    return "，".join(parts) + "。"


def verdict(one: Graded) -> str:
    """Return the grade in words, or why there is none."""
    if one.grade.level == "unknown":
        reason = say(f"assessed.reason.{one.grade.reason or 'no_ruler'}")
        return say("assessed.item.nothing", reason=reason)
    told = say("assessed.item.level", level=say(f"assessed.level.{one.grade.level}"))
    return told + ("，" + say("assessed.item.lowered") if one.grade.lowered else "")


def basis(one: Graded) -> list[str]:
    """Return what the rulers compared the figure with."""
    return [told for ruling in one.grade.rulings if (told := _ruling(ruling, one))]


def _ruling(ruling: Ruling, one: Graded) -> str:
    facts = dict(ruling.facts)
    unit = str(one.head.unit)
    if "limit" in facts:
        facts["limit"] = numbers.standard(str(facts["operator"]), float(facts["limit"]), unit)
    for name in ("before", "median"):
        if name in facts:
            facts[name] = numbers.with_unit(float(facts[name]), unit)
    for name in ("score", "low", "high"):
        if name in facts:
            facts[name] = f"{float(facts[name]):.0f}"
    return say(f"assessed.item.{ruling.ruler}", **facts)


def before_of(one: Graded) -> str:
    """Return last year's figure; a dash where there is none."""
    if one.change is None:
        return numbers.UNKNOWN
    return numbers.with_unit(one.change.before, str(one.head.unit))


def changed(one: Graded) -> str:
    """Return how a figure changed and what did it."""
    change = one.change
    assert change is not None
    unit = str(one.head.unit)
    parts = ""
    if not math.isnan(change.from_above):
        parts = say("assessed.followup.part", above=f"{change.from_above:+.2f}",
                    below=f"{change.from_below:+.2f}")  # fmt: skip
    why = "、".join(say(f"assessed.why.{reason}") for reason in change.why)
    return say("assessed.followup.worse", name=one.head.name_zh, why=why, parts=parts,
               before=numbers.with_unit(change.before, unit),
               after=numbers.with_unit(change.after, unit))  # fmt: skip


def problem_told(problem: Problem) -> str:
    """Return what is wrong, with the first things by name."""
    if not problem.count:
        value = problem.value
        told = (numbers.with_unit(value, problem.unit) if numbers.is_known(value)
                else numbers.span(problem.low, problem.high, problem.unit))  # fmt: skip
        return say("assessed.measures.problem_plain", figure=told)
    things = "、".join(_once(problem.things))
    if not things:
        return say("assessed.measures.problem_first", count=problem.count, why=problem.why_zh)
    return say("assessed.measures.problem_counted", count=problem.count, things=things)


def _once(things: tuple[str, ...], most: int = 3) -> Iterator[str]:
    for number, name in enumerate(dict.fromkeys(things)):
        if number == most:
            return
        yield name


def _place(one: Graded) -> str:
    return said_or(f"level.{place_level(one.entry)}", say("assessed.item.place"))


def _reason(one: Graded) -> str:
    return str(one.head.reason_zh or say("assessed.reason.no_value")).rstrip("。")
