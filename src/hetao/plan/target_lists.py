"""Several indicators with one figure, or one for each: 甲、乙分别达到5%、6%."""

import re
from collections.abc import Sequence
from dataclasses import replace

from hetao.plan.target_context import Context
from hetao.plan.target_figures import Figure
from hetao.plan.target_names import doer_of, name_of
from hetao.plan.target_words import words
from hetao.plan.target_years import Mention

_SPLIT = re.compile(r"[、，]|(?<!调)和(?!谐|解|平|美)|及(?!其|时|格)|与(?!否)|以及")
_RATES = re.compile(
    r"(?:率|比重|占比|比例|规模|余额|收入|产值|增加值|总量|产量|面积|指数|强度|浓度|用量|能耗)$"
)
_BETWEEN = re.compile(r"^(?:[、，和及与或\s]|以及)*$")
_FOR_EACH = re.compile(r"分别|(?<![人户平年日月])均(?![衡匀等价值线可]).{0,6}$")
_SHARED_HEAD = re.compile(
    r"^(单位(?:地区)?(?:生产总值|GDP|工业增加值|产值|产品|建筑面积)|人均|万元(?:GDP|工业增加值))"
)


def runs_of(context: Context, figures: Sequence[Figure]) -> list[list[Figure]]:
    """Return the figures in runs: each run shares the words before its first figure."""
    runs: list[list[Figure]] = []
    for figure in figures:
        if runs and _goes_on(context.sentence.plain, runs[-1], figure):
            runs[-1].append(figure)
        else:
            runs.append([figure])
    return runs


def _goes_on(plain: str, run: Sequence[Figure], figure: Figure) -> bool:
    """Tell whether nothing but a comma stands between a figure and the run before it."""
    last, first = run[-1], run[0]
    if "分别" not in plain[first.clause.start : first.quantity.start]:
        return False
    between = plain[last.quantity.end : figure.quantity.bound]
    return bool(_BETWEEN.match(between))


def names_of_run(context: Context, run: Sequence[Figure], inherited: str) -> list[list[str]]:
    """
    Return for each figure of a run the names of the indicators it holds for.

    One name each where there are as many names as figures; all of them where one figure holds for
    all (均达到); else the whole list of names as it stands.
    """
    first = run[0]
    whole = name_of(context, first)
    if whole.startswith("占") and inherited:
        whole = inherited + whole
    whole = whole or inherited or doer_of(context, first)
    pieces = split_names(whole)
    if len(run) == 1:
        lead = context.sentence.plain[first.clause.start : first.quantity.start]
        together = all(_RATES.search(piece) for piece in _SPLIT.split(whole))
        return [pieces if together or _FOR_EACH.search(lead) else [whole]]
    if len(pieces) == len(run):
        return [[piece] for piece in pieces]
    return [[whole] for _ in run]


def operators_of_run(run: Sequence[Figure]) -> list[Figure]:
    """Return the figures of a run with the verb of the first before each: 分别达到5%、6%."""
    first = run[0].quantity
    if first.bound == first.start or first.after:
        return list(run)
    return [
        replace(f, quantity=replace(f.quantity, operator=first.operator))
        if f.quantity.operator == "="
        else f
        for f in run
    ]


def split_names(whole: str) -> list[str]:
    """
    Return the names in a list of names, each with what the list says once.

    Examples
    --------
    >>> split_names("单位产值能耗、二氧化碳排放")
    ['单位产值能耗', '单位产值二氧化碳排放']
    >>> split_names("污水、垃圾处理率")
    ['污水处理率', '垃圾处理率']
    """
    pieces = [piece.strip("的 ") for piece in _SPLIT.split(whole)]
    if len(pieces) == 1 or not all(piece[1:] for piece in pieces):
        return [whole]
    head = _SHARED_HEAD.match(pieces[0])
    if head:
        pieces = [p if _SHARED_HEAD.match(p) else head.group() + p for p in pieces]
    tail = _shared_tail(pieces)
    return [piece if not tail or _ends_in_head(piece) else piece + tail for piece in pieces]


def _shared_tail(pieces: Sequence[str]) -> str:
    """Return what the last name ends in if the others lack it: 污水、垃圾处理率."""
    if all(_ends_in_head(piece) for piece in pieces[:-1]):
        return ""
    match = re.search(
        r"(?:无害化处理率|集中处理率|收集处理率|处理率|治理率|覆盖率|普及率|达标率|利用率|使用率|占比|比重|比例|产业规模|规模|产值|营业收入|收入|余额|产能|"
        r"产量|增速|增长率|率)$",
        pieces[-1],
    )
    return match.group() if match else ""


def _ends_in_head(piece: str) -> bool:
    return piece.endswith(words("heads"))


def years_of_run(context: Context, run: Sequence[Figure]) -> list[list[int | None]]:
    """
    Return the years of each figure where the text lists years: 2025年、2030年分别….

    One each where there are as many years as figures, all of them for a single figure; [None]
    where the year of the sentence holds.
    """
    first = run[0]
    before = [m for m in context.mentions if m.start < first.quantity.start and m.kind == "by"]
    listed = _last_listed(context.sentence.plain, before)
    lead = context.sentence.plain[first.clause.start : first.quantity.start]
    if len(listed) > 1 and "分别" in lead:
        if len(listed) == len(run):
            return [[m.year] for m in listed]
        if len(run) == 1:
            return [[m.year for m in listed]]
    return [[None] for _ in run]


def _last_listed(plain: str, mentions: Sequence[Mention]) -> list[Mention]:
    """Return the last years that follow one another with nothing but 、 or 和 between."""
    listed: list[Mention] = []
    for mention in reversed(mentions):
        if listed and not _BETWEEN.match(plain[mention.end : listed[0].start].strip("“”")):
            break
        listed.insert(0, mention)
    return listed
