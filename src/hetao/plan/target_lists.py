"""Several indicators with one figure, or one for each: 甲、乙分别达到5%、6%."""

import re
from collections.abc import Sequence

from hetao.plan.target_context import Context
from hetao.plan.target_figures import Figure, name_of
from hetao.plan.target_words import words
from hetao.plan.target_years import Mention

_SPLIT = re.compile(r"[、，]|(?<!调)和(?!谐|解|平|美)|及(?!其|时|格)|与(?!否)|以及")
_RATES = re.compile(
    r"(?:率|比重|占比|比例|规模|余额|收入|产值|增加值|总量|产量|面积|指数|强度|浓度|用量|能耗)$"
)
_BETWEEN = re.compile(r"^(?:[、，和及与或\s]|以及)*$")
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
    whole = name_of(context, first) or inherited
    lead = context.sentence.plain[first.clause.start : first.quantity.start]
    pieces = split_names(whole)
    if len(run) == 1:
        shared = "分别" in lead or re.search(r"均(?!衡|匀|等|价|值|线|可)", lead[-8:]) is not None
        together = all(_RATES.search(piece) for piece in pieces)
        return [
            pieces if (len(pieces) > 1 and together) or (shared and len(pieces) > 1) else [whole]
        ]
    if len(pieces) == len(run):
        return [[piece] for piece in pieces]
    return [[whole] for _ in run]


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
    if len(pieces) == 1 or any(len(piece) < 2 for piece in pieces):
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


def years_of_run(context: Context, run: Sequence[Figure]) -> list[int | None]:
    """Return a year for each figure where years and figures stand in pairs: 2025年、2030年分别…."""
    if len(run) == 1:
        return [None]
    before = [m for m in context.mentions if m.start < run[0].quantity.start and m.kind == "by"]
    listed = _last_listed(context.sentence.plain, before)
    if len(listed) == len(run):
        return [m.year for m in listed]
    return [None] * len(run)


def _last_listed(plain: str, mentions: Sequence[Mention]) -> list[Mention]:
    """Return the last years that follow one another with nothing but 、 or 和 between."""
    listed: list[Mention] = []
    for mention in reversed(mentions):
        if listed and not _BETWEEN.match(plain[mention.end : listed[0].start]):
            break
        listed.insert(0, mention)
    return listed
