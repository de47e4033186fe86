"""Targets in a stretch of a plan's text."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from hetao.plan.ledger import Operator
from hetao.plan.target_context import Context, Counting, Standing, context_of
from hetao.plan.target_figures import Figure, read_figures
from hetao.plan.target_lists import names_of_run, runs_of, years_of_run
from hetao.plan.target_subjects import baseline_in, merged, topic_of
from hetao.plan.target_text import Sentence, sentences

__all__ = ["Found", "Standing", "find_targets"]

_INTRODUCES = re.compile(r"[：:]\s*(?:——?.*)?$|目标|如下")
_PERCENTAGE_LIKE = re.compile(
    r"率$|比重|占比|比例|(?:下降|降低|提高|提升|增长|减少)$|增速|增幅|覆盖面"
)
_MAY_PASS_100 = re.compile(
    r"增长|增速|增幅|提高|提升|翻|增加|密度|周转率|杠杆率|覆盖率.*拨备|拨备|充足率|保障率|产销率|贷款率"
)
_MOST = 100


@dataclass(frozen=True)
class Found:
    """
    A target as found; its fields are those of `ledger.Target` that the sentence tells.

    Attributes
    ----------
    start, end : int
        Where `written` stands in the text.
    """

    indicator: str
    operator: Operator
    value: float | None = None
    unit: str = ""
    year: int | None = None
    scope: str = ""
    soft: bool = False
    high: float | None = None
    things: str = ""
    since: int | None = None
    frequency: str = ""
    baseline: str = ""
    soft_word: str = ""
    counting: Counting = ""
    confidence: Literal["high", "medium", "low"] = "high"
    rule: str = ""
    flags: tuple[str, ...] = ()
    written: str = ""
    sentence: str = ""
    start: int = 0
    end: int = 0


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
    held = standing
    for sentence in sentences(text, start, stop):
        context = context_of(sentence, held if sentence.is_bullet or held is standing else standing)
        by = [m for m in context.mentions if m.kind == "by"]
        if by and _INTRODUCES.search(sentence.words) and not sentence.is_bullet:
            held = replace(standing, year=by[-1].year, since=by[-1].since)
        yield context


def _in_sentence(context: Context) -> list[Found]:
    found: list[Found] = []
    inherited = ""
    for run in runs_of(context, read_figures(context)):
        names = names_of_run(context, run, inherited or topic_of(context, run[0].clause))
        years = years_of_run(context, run)
        for figure, indicators, year in zip(run, names, years, strict=True):
            for name in indicators:
                target = _found(context, figure, name)
                found.append(target if year is None else replace(target, year=year))
        inherited = names[-1][-1]
    return found


def _found(context: Context, figure: Figure, name: str) -> Found:
    sentence, quantity, clause = context.sentence, figure.quantity, figure.clause
    when = context.when(quantity.start, clause)
    soft = context.soft_word(quantity.start, clause) or (
        quantity.after if quantity.operator == "~" else ""
    )
    indicator = _with_change(merged(topic_of(context, clause), name), figure)
    begin = _written_from(sentence, figure)
    finish = max(quantity.end, figure.right.end)
    return Found(
        indicator=indicator,
        operator=quantity.operator,
        value=quantity.value,
        high=quantity.high,
        unit=quantity.unit,
        year=when.year,
        since=when.since,
        scope=context.scope(quantity.start, clause),
        soft=bool(soft),
        soft_word=soft,
        baseline=baseline_in(sentence.plain[clause.start : quantity.start]),
        counting=context.counting(quantity.start, clause),
        frequency=context.frequency(quantity.start, clause),
        rule=_RULES[figure.kind],
        flags=_flags(figure, indicator, guessed=when.guessed),
        written=sentence.quote(begin, finish).strip(),
        sentence=sentence.words,
        start=begin,
        end=finish,
    )


_RULES = {"to": "level", "by": "change", "make": "count", "": "figure"}


def _with_change(name: str, figure: Figure) -> str:
    """Return the name with the word that tells which way it changes: 能耗强度下降."""
    return name


def _written_from(sentence: Sentence, figure: Figure) -> int:
    return figure.clause.start


def _flags(figure: Figure, indicator: str, *, guessed: bool) -> tuple[str, ...]:
    quantity, flags = figure.quantity, []
    if not quantity.unit:
        flags.append("no_unit")
    share = quantity.unit == "%" or (not quantity.unit and _PERCENTAGE_LIKE.search(indicator))
    if share and quantity.value > _MOST and not _MAY_PASS_100.search(indicator):
        flags.append("above_100")
    if guessed:
        flags.append("year_guessed")
    return tuple(flags)
