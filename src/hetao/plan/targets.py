"""Targets in a stretch of a plan's text."""

import re
from collections.abc import Iterator
from dataclasses import replace

from hetao.plan.target_choice import read_figures
from hetao.plan.target_context import Context, Standing, context_of
from hetao.plan.target_figures import Figure, is_mainly, words_of
from hetao.plan.target_found import Found
from hetao.plan.target_lists import names_of_run, operators_of_run, runs_of, years_of_run
from hetao.plan.target_subjects import baseline_in, merged, topic_of
from hetao.plan.target_text import Span, sentences
from hetao.plan.target_whole import find_whole

__all__ = ["Found", "Standing", "find_targets"]

_INTRODUCES = re.compile(r"[：:]\s*(?:——?.*)?$|目标|如下")
_PERCENTAGE_LIKE = re.compile(
    r"率$|比重|占比|比例|(?:下降|降低|提高|提升|增长|减少)$|增速|增幅|覆盖面"
)
_MAY_PASS_100 = re.compile(
    r"增长|增速|增幅|提高|提升|翻|增加|密度|周转率|杠杆率|覆盖率.*拨备|拨备|充足率|保障率|产销率|贷款率"
)
_NO_UNIT = re.compile(r"PUE|指数|系数|值$|得分|评分|能效比|容积率|分值|之比|倍数")
_PLACES = re.compile(r"(?:[一-龥]{2,5}、)*[一-龥]{2,5}等?(?:市|区|县|旗|州|盟|地)")
_MOST = 100


def find_targets(
    text: str, *, start: int = 0, end: int | None = None, standing: Standing | None = None
) -> list[Found]:
    """
    Return the targets stated in a stretch of a plan's text, in order.

    Parameters
    ----------
    text : str
        Normalised text of the plan (`PlanText.text`).
    start, end : int
        The stretch, usually one measure.
    standing : Standing
        What the text before the stretch says for it.

    Examples
    --------
    >>> [t] = find_targets("到2025年，全市供热普及率力争达到90%以上。")
    >>> t.indicator, t.operator, t.value, t.unit, t.year, t.scope, t.soft
    ('供热普及率', '>=', 90.0, '%', 2025, '全市', True)
    """
    stop = len(text) if end is None else end
    found: list[Found] = []
    for context in _contexts(text, start, stop, standing or Standing()):
        found += _in_sentence(context)
    return found


def _contexts(text: str, start: int, stop: int, standing: Standing) -> Iterator[Context]:
    """Yield the sentences, with the year of a heading paragraph standing for its list."""
    held = loose = standing
    for sentence in sentences(text, start, stop):
        above = held if sentence.is_bullet or held is standing else standing
        context = context_of(sentence, loose if above is standing else above)
        by = [m for m in context.mentions if m.kind == "by"]
        if by and standing.goals:
            loose = replace(standing, year=by[-1].year, guessed=True)
        if by and _INTRODUCES.search(sentence.words) and not sentence.is_bullet:
            held = replace(standing, year=by[-1].year, since=by[-1].since)
        yield context


def _in_sentence(context: Context) -> list[Found]:
    figures = read_figures(context)
    numeric = _numeric(context, figures)
    taken = [Span(figure.quantity.start, figure.quantity.end) for figure in figures]
    return sorted([*numeric, *find_whole(context, taken)], key=lambda target: target.start)


def _numeric(context: Context, figures: list[Figure]) -> list[Found]:
    """Return a target for each figure, or several where it holds for several indicators."""
    found: list[Found] = []
    inherited = scope = ""
    for run in runs_of(context, figures):
        names = names_of_run(context, run, inherited or topic_of(context, run[0].clause))
        for figure, indicators, years in zip(
            operators_of_run(run), names, years_of_run(context, run), strict=True
        ):
            for name in indicators:
                target = _found(context, figure, name, run[0].change)
                if name == inherited and not target.scope:  # 旗县住宅以6层为主，最高不超过18层
                    target = replace(target, scope=scope)
                if inherited and _PLACES.fullmatch(name):  # 其中甲、乙等市达到40%
                    target = replace(target, indicator=inherited, scope=name)
                found += [target if year is None else replace(target, year=year) for year in years]
        if not _PLACES.fullmatch(names[-1][-1]):
            inherited = names[-1][-1]
            scope = found[-1].scope if found else ""
    return found


def _found(context: Context, figure: Figure, name: str, change: str) -> Found:
    sentence, quantity, clause = context.sentence, figure.quantity, figure.clause
    when = context.when(quantity.start, clause)
    mainly = is_mainly(sentence.plain, quantity)
    soft = "为主" if mainly else _soft_word(context, figure)
    topic = topic_of(context, clause)
    indicator = _changed(merged(topic, name), change)
    follows = words_of(sentence.plain, figure.right)
    finish = figure.right.end if follows else quantity.end
    if mainly:
        finish += 2
    counting = context.counting(quantity.start, clause)
    return Found(
        indicator=indicator,
        operator="~" if mainly else quantity.operator,
        value=quantity.value,
        high=quantity.high,
        unit=quantity.unit,
        year=when.year,
        since=when.since,
        scope=context.scope(quantity.start, clause),
        soft=bool(soft),
        soft_word=soft,
        baseline=baseline_in(sentence.plain[clause.start : quantity.start]),
        counting=counting,
        frequency=context.frequency(quantity.start, clause),
        rule="mainly" if mainly else _RULES[figure.kind],
        flags=_flags(figure, indicator, guessed=when.guessed),
        written=sentence.quote(clause.start, finish).strip(),
        sentence=sentence.words,
        start=clause.start,
        end=finish,
    )


def _changed(name: str, change: str) -> str:
    """Return a name with the word that tells which way it changes: 能耗强度下降."""
    return name if not change or name.endswith((change, change[-2:])) else name + change


def _soft_word(context: Context, figure: Figure) -> str:
    """Return 力争, 基本, 左右 and the like where they hold for a figure."""
    word = context.soft_word(figure.quantity.start, figure.clause)
    return word or (figure.quantity.after if figure.quantity.operator == "~" else "")


_RULES = {"to": "level", "by": "change", "make": "count", "": "figure"}


def _flags(figure: Figure, indicator: str, *, guessed: bool) -> tuple[str, ...]:
    quantity, flags = figure.quantity, []
    if not quantity.unit and not _NO_UNIT.search(indicator):
        flags.append("no_unit")
    share = quantity.unit == "%" or (not quantity.unit and _PERCENTAGE_LIKE.search(indicator))
    if share and quantity.value > _MOST and not _MAY_PASS_100.search(indicator):
        flags.append("above_100")
    if guessed:
        flags.append("year_guessed")
    return tuple(flags)
