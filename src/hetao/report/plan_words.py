"""What a plan's targets, figures, states and duties are called, for every document of a plan."""

import re
from collections.abc import Sequence

from hetao.catalogue.entries import entries
from hetao.plan.judged import Figure, Judged, State
from hetao.plan.judging import is_breach
from hetao.plan.judging_units import judging_data
from hetao.plan.ledger import Assignment, Measure, Role, Target
from hetao.report import numbers
from hetao.report.texts import said_or, say, texts

MOST_DECIMALS = 4
"""As many decimals at most tell a figure from its target."""

NEGLIGIBLE = 1e-9
FEW = 2


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
    >>> target_told(Target("t4", "（十八）", "评估", "=", 1, frequency="五年一评估"))
    '五年一评估'
    """
    if _is_rhythm(target):
        whole = not target.frequency.endswith("一")
        unit = "" if whole else target.unit or say("plan.operator.times")
        return say("plan.operator.rhythm", frequency=target.frequency, unit=unit)
    told = operation(target.operator, target, target.value)
    counted = target.counting or ("per_year" if target.frequency.startswith("每年") else "")
    if counted and target.operator not in ("all", "none", "aim"):
        told = f"{say(f'plan.target.{counted}')}{' ' if told[0].isdigit() else ''}{told}"
    if target.baseline:
        told = say("plan.target.baseline", baseline=target.baseline, told=told)
    return told


def _is_rhythm(target: Target) -> bool:
    """Say whether a target is how often a thing is done: 五年一评估."""
    return target.value in (None, 1) and re.match(r".+[年季月]一", target.frequency) is not None


def deadline_told(target: Target, *, brief: bool = False) -> str:
    """Return by when or since when a target holds."""
    if target.year is not None:
        return str(target.year) if brief else say("plan.target.deadline", year=target.year)
    if target.since is not None:
        return say(f"plan.target.{'since_brief' if brief else 'since'}", year=target.since)
    frequency = "" if _is_rhythm(target) else target.frequency
    return frequency or say("plan.target.standing")


def softness_told(target: Target) -> str:
    """Return how firmly a target is put."""
    if not target.soft:
        return say("plan.target.hard")
    word = target.soft_word
    return say("plan.target.soft_word", word=word) if word else say("plan.target.soft")


def unit_shown(figure: Figure | None, target: Target) -> str:
    """Return the unit of a figure in words: the target's, unless something else was measured."""
    return numbers.unit_zh(figure.unit if figure is not None and figure.unit else target.unit)


def figure_told(figure: Figure | None, target: Target) -> str:
    """
    Return a figure with its unit, never rounded onto the target.

    Examples
    --------
    >>> wanted = Target("t1", "（六）", "普及率", ">=", 95.0, "%")
    >>> [figure_told(Figure("x", 2025, value), wanted) for value in (94.98, 96.04, None)]
    ['94.98%', '96.0%', '—']
    """
    value = None if figure is None else figure.value
    unit = unit_shown(figure, target)
    wanted = target.value if unit == target.unit else None
    return amount(value, unit, decimals_beside(value, wanted, unit))


def interval_told(figure: Figure | None, target: Target) -> str:
    """Return the interval of a figure; empty where it has none."""
    if figure is None or figure.low is None or figure.high is None:
        return ""
    unit = unit_shown(figure, target)
    wanted = target.value if unit == target.unit else None
    decimals = max(decimals_beside(end, wanted, unit) for end in (figure.low, figure.high))
    low, high = (numbers.number(end, decimals) for end in (figure.low, figure.high))
    return f"{low}–{high}" if low != high else ""


def decimals_beside(value: float | None, wanted: float | None, unit: str) -> int:
    """Return how many decimals a figure needs to be told apart from what was wanted."""
    if value is None:
        return 0
    least = 1 if unit == "%" else max(min(_decimals(value), 2), min(_decimals(wanted), 2))
    if wanted is None or abs(value - wanted) < NEGLIGIBLE:
        return least
    apart = (n for n in range(least, MOST_DECIMALS) if round(value, n) != round(wanted, n))
    return next(apart, MOST_DECIMALS)


def _decimals(value: float | None) -> int:
    if value is None:
        return 0
    exact = (n for n in range(MOST_DECIMALS) if abs(round(value, n) - value) < NEGLIGIBLE)
    return next(exact, MOST_DECIMALS)


def difference_told(value: float, unit: str) -> str:
    """
    Return a difference; that of shares is in points.

    Examples
    --------
    >>> difference_told(0.4, "公里/平方公里"), difference_told(6.4, "%"), difference_told(0.02, "%")
    ('0.4 公里/平方公里', '6.4 个百分点', '0.02 个百分点')
    """
    least = 1 if unit == "%" else min(_decimals(value), 2)
    decimals = next((n for n in range(least, MOST_DECIMALS) if round(value, n)), MOST_DECIMALS)
    decimals = least if abs(value) < NEGLIGIBLE else decimals
    return amount(value, say("plan.assessment.points") if unit == "%" else unit, decimals)


def gap_told(judged: Judged) -> str:
    """Return how far the figure is from the target."""
    gap, target = judged.gap, judged.target
    if gap is None:
        return numbers.UNKNOWN
    if abs(gap) < NEGLIGIBLE:
        return say("plan.assessment.exact")
    unit = unit_shown(judged.figure, target)
    told = difference_told(abs(gap), unit)
    if gap < 0:
        return say("plan.assessment.beyond", amount=told)
    kind = "over" if target.operator in ("<=", "<") else "short"
    if target.operator == "none" or (judged.figure and is_breach(judged.figure.indicator)):
        kind = "left"
    return say(f"plan.assessment.{kind}", amount=told)


def pace_told(pace: float | None, unit: str) -> str:
    """Return a change a year with its sign; a dash where unknown."""
    if pace is None:
        return numbers.UNKNOWN
    told = difference_told(pace, unit)
    return f"+{told}" if pace > 0 else told


def measured_by(target: Target, judged: Judged | None = None) -> str:
    """Return the names of the indicator and variant that measure a target."""
    figure = judged.figure if judged is not None else None
    entry = entries().get(target.link)
    name = (judged.measured_by if judged is not None else "") or target.link
    name = entry.name_zh if entry is not None else name
    variant = target.variant or (figure.variant if figure is not None else "")
    if entry is not None and len(entry.variants) == 1:  # nothing to tell apart
        variant = ""
    return f"{name}（{variant_told(variant)}）" if name and variant else name


def variant_told(variant: str) -> str:
    """Return the name of a variant."""
    return said_or(f"variant.{variant}", variant)


def name_told(target: Target) -> str:
    """
    Return what a target is about, with its place where it names a part of the whole.

    Examples
    --------
    >>> name_told(Target("t1", "（三）", "完整社区覆盖率", "aim", scope="临河区"))
    '完整社区覆盖率（临河区）'
    """
    whole = re.fullmatch(judging_data()["scopes"]["whole"], target.scope)
    if not target.scope or whole or target.scope in target.indicator:
        return target.indicator
    return f"{target.indicator}（{target.scope}）"


def responsible_told(target: Target, measure: Measure | None) -> str:
    """Return who is to act: the owner, else those who lead, else the first of those who share."""
    if target.owner or measure is None:
        return target.owner
    leads = bodies_told(measure, "lead")
    shared = [one.body for one in measure.assignments if one.role == "joint"]
    if leads or len(shared) <= FEW:
        return leads or "、".join(shared)
    return say("plan.role.many", bodies="、".join(shared[:FEW]), count=len(shared))


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
