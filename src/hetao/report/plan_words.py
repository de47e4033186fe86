"""What a plan's targets, figures, states and duties are called, for every document of a plan."""

from collections.abc import Sequence

from hetao.catalogue.entries import entries
from hetao.plan.judged import Figure, Judged, State
from hetao.plan.ledger import Assignment, Measure, Role, Target
from hetao.report import numbers
from hetao.report.texts import said_or, say, texts

MOST_DECIMALS = 4
"""As many decimals at most tell a figure from its target."""


def lamp(state: State) -> str:
    """
    Return a state as shape and word.

    Examples
    --------
    >>> lamp("met"), lamp("cannot_tell")
    ('● 达标', '□ 无法判定')
    """
    return f"{say(f'plan.shape.{state}')} {say(f'plan.state.{state}')}"


def colours(state: State) -> tuple[str, str]:
    """Return the names of a state's ink and ground; what is good has no ground."""
    name = say(f"plan.colour.{state}")
    return f"{name}-text", "" if state == "met" else f"{name}-tint"


def amount(value: float | None, unit: str, decimals: int | None = None) -> str:
    """
    Return a number with its unit as the plan writes it; a dash where unknown.

    Examples
    --------
    >>> amount(8.5, "公里/平方公里"), amount(95, "%"), amount(1200, ""), amount(None, "%")
    ('8.5 公里/平方公里', '95%', '1,200', '—')
    """
    told = numbers.plain(value) if decimals is None and value is not None else ""
    told = told or numbers.number(value, decimals or 0)
    if told == numbers.UNKNOWN or not unit:
        return told
    return f"{told}{unit}" if unit in "%％‰" else f"{told} {unit}"


def operation(operator: str, target: Target, value: float | None) -> str:
    """
    Return an operator with its value in words.

    Examples
    --------
    >>> operation("<=", Target("t1", "（二）", "层数", "<=", 18.0, "层"), 18.0)
    '不超过 18 层'
    """
    if value is None and operator not in ("all", "none"):
        operator = "aim"
    word = target.soft_word if target.soft_word in _after() else say("plan.operator.nearly")
    low = numbers.plain(value) if value is not None else ""
    value = target.high if operator == "range" and target.high is not None else value
    told = amount(value, target.unit)
    unit = f" {target.unit}" if target.unit not in ("", "%") else target.unit
    return say(f"plan.operator.{operator}", value=told, low=low, word=word, unit=unit)


def _after() -> Sequence[str]:
    words: Sequence[str] = texts()["plan"]["operator"]["after"]
    return words


def target_told(target: Target) -> str:
    """
    Return what a target wants, in words.

    Examples
    --------
    >>> target_told(Target("t1", "（五）", "路网密度", ">=", 8.5, "公里/平方公里"))
    '不低于 8.5 公里/平方公里'
    >>> target_told(Target("t2", "（五）", "绿道", "=", 3, "公里", counting="per_year"))
    '每年 3 公里'
    >>> target_told(Target("t3", "（十八）", "体检", "=", 1, frequency="一年一"))
    '一年一次'
    """
    if target.frequency.endswith("一") and target.value == 1:
        unit = target.unit or say("plan.operator.times")
        return say("plan.operator.rhythm", frequency=target.frequency, unit=unit)
    told = operation(target.operator, target, target.value)
    counted = target.counting or ("per_year" if target.frequency.startswith("每年") else "")
    if counted and target.operator not in ("all", "none", "aim"):
        told = f"{say(f'plan.target.{counted}')} {told}"
    if target.baseline:
        told = say("plan.target.baseline", baseline=target.baseline, told=told)
    return told


def deadline_told(target: Target) -> str:
    """Return by when or since when a target holds."""
    if target.year is not None:
        return say("plan.target.deadline", year=target.year)
    if target.since is not None:
        return say("plan.target.since", year=target.since)
    return target.frequency or say("plan.target.standing")


def softness_told(target: Target) -> str:
    """Return how firmly a target is put."""
    if not target.soft:
        return say("plan.target.hard")
    word = target.soft_word
    return say("plan.target.soft_word", word=word) if word else say("plan.target.soft")


def figure_told(figure: Figure | None, target: Target) -> str:
    """
    Return a figure in the target's unit, never rounded onto the target.

    Examples
    --------
    >>> wanted = Target("t1", "（六）", "普及率", ">=", 95.0, "%")
    >>> [figure_told(Figure("x", 2025, value), wanted) for value in (94.98, 96.04, None)]
    ['94.98%', '96.0%', '—']
    """
    value = None if figure is None else figure.value
    return amount(value, target.unit, decimals_of(value, target))


def interval_told(figure: Figure | None, target: Target) -> str:
    """Return the interval of a figure in brackets; empty where it has none."""
    if figure is None or figure.low is None or figure.high is None or figure.low == figure.high:
        return ""
    decimals = max(decimals_of(end, target) for end in (figure.low, figure.high))
    low, high = (numbers.number(end, decimals) for end in (figure.low, figure.high))
    return f"（{low}–{high}）" if low != high else ""


def decimals_of(value: float | None, target: Target) -> int:
    """Return how many decimals a figure needs beside its target."""
    if value is None:
        return 0
    own = min(_decimals(value), 2)
    least = 1 if target.unit == "%" else max(own, _decimals(target.value))
    for decimals in range(least, MOST_DECIMALS):
        if target.value is None or value == target.value:
            return decimals
        if round(value, decimals) != target.value:
            return decimals
    return MOST_DECIMALS


def _decimals(value: float | None) -> int:
    if value is None:
        return 0
    known = (n for n in range(MOST_DECIMALS) if abs(round(value, n) - value) < 1e-9)  # noqa: PLR2004
    return next(known, MOST_DECIMALS)


def change_unit(target: Target) -> str:
    """Return the unit of a difference: points for shares."""
    return say("plan.assessment.points") if target.unit == "%" else target.unit


def gap_told(judged: Judged) -> str:
    """Return how far the figure is from the target."""
    gap, target = judged.gap, judged.target
    if gap is None:
        return numbers.UNKNOWN
    told = amount(abs(gap), change_unit(target), _gap_decimals(gap, target))
    if gap > 0:
        return say("plan.assessment.short", amount=told)
    return say("plan.assessment.beyond", amount=told) if gap < 0 else say("plan.assessment.exact")


def _gap_decimals(gap: float, target: Target) -> int:
    least = 1 if target.unit == "%" else min(max(_decimals(gap), _decimals(target.value)), 2)
    return next((n for n in range(least, MOST_DECIMALS) if round(gap, n) != 0), MOST_DECIMALS)


def pace_told(pace: float | None, target: Target) -> str:
    """Return a change a year with its sign; a dash where unknown."""
    if pace is None:
        return numbers.UNKNOWN
    told = amount(pace, change_unit(target), 1 if target.unit == "%" else min(_decimals(pace), 2))
    return f"+{told}" if pace > 0 else told


def measured_by(target: Target, judged: Judged | None = None) -> str:
    """Return the names of the indicator and variant that measure a target."""
    if judged is not None and judged.measured_by:
        return judged.measured_by
    if not target.link:
        return ""
    entry = entries().get(target.link)
    name = entry.name_zh if entry is not None else target.link
    return f"{name}（{variant_told(target.variant)}）" if target.variant else name


def variant_told(variant: str) -> str:
    """Return the name of a variant."""
    return said_or(f"variant.{variant}", variant)


def flags_told(flags: Sequence[str]) -> str:
    """Return flags in words; one that has none stands as it is."""
    return "；".join(said_or(f"plan.flag.{flag}", flag) for flag in dict.fromkeys(flags))


def bodies_told(measure: Measure, role: Role) -> str:
    """Return the bodies that answer for a measure in a role."""
    return "、".join(_body_told(one) for one in measure.assignments if one.role == role)


def _body_told(one: Assignment) -> str:
    return one.body if one.named else say("plan.naming.implied_body", body=one.body)


def numbered(number: str, title: str) -> str:
    """
    Return a title behind its number as the plan writes it.

    Examples
    --------
    >>> numbered("二", "水网"), numbered("（五）", "道路"), numbered("1.", "桥"), numbered("", "路")
    ('二、水网', '（五）道路', '1. 桥', '路')
    """
    if not number or number == title:
        return title
    if number[-1] in "）)、":
        return f"{number}{title}"
    if number[-1] in ".．":
        return f"{number} {title}"
    return f"{number}　{title}" if number.startswith("第") else f"{number}、{title}"
