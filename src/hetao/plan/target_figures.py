"""Figures of a sentence: numbers in their clauses, with the verbs and words beside them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal

from hetao.plan.target_numbers import Quantity
from hetao.plan.target_subjects import BASELINE
from hetao.plan.target_text import BLANK, Span
from hetao.plan.target_units import COUNTED
from hetao.plan.target_words import CHANGES, HELPERS, any_of

Kind = Literal["to", "by", "make", ""]

_MARKS = re.compile(r"[，。；：、！？\n（）]|$")
_TRAILS = re.compile(
    r"(?:[和及与或、并且，等]|以及|的?规模|大关|关口|台阶|的?产业规模|的?水平|的?目标|的?任务|的?能力|同时|其中)*"
)
_EACH = r"每\d*[十百千万亿]*(?:名|位)?(?:人|户|平方公里|公里|名职工)口?"
_DATED = r"20\d\d年(?:底|末)?的?"
GOALS = re.compile(r"的(?:目标|要求|标准|水平|任务|速度|增速|比例|规模|左右)")


@dataclass(frozen=True)
class Figure:
    """
    A number in its clause.

    Attributes
    ----------
    left : Span
        Words before the figure, up to its verb, that may name what it measures.
    right : Span
        Words after it up to the next mark or figure.
    change : str
        下降, 增长 … where the figure is a change.
    """

    quantity: Quantity
    clause: Span
    left: Span
    right: Span
    kind: Kind
    change: str = ""

    @property
    def counted(self) -> bool:
        """Tell whether the unit counts things: 家, 万个."""
        return COUNTED.fullmatch(self.quantity.unit) is not None and bool(self.quantity.unit)


@cache
def _leading() -> re.Pattern[str]:
    verbs = any_of("adverbs", "to", "by")
    return re.compile(rf"(?:{verbs}|{CHANGES}|了|{HELPERS}|{BASELINE}|{_EACH}|{_DATED})+$")


@cache
def _changing() -> re.Pattern[str]:
    return re.compile(rf"(?P<verb>{any_of('by')}|{CHANGES})(?:了|{HELPERS}|{any_of('adverbs')})*$")


@cache
def making() -> re.Pattern[str]:
    """Return the pattern of a verb that makes things, where it ends the words before a figure."""
    return re.compile(rf"{any_of('make')}(?:了|{HELPERS}|{any_of('adverbs')})*$")


@cache
def _reaching() -> re.Pattern[str]:
    return re.compile(rf"{any_of('to')}")


def place_figures(plain: str, placed: Sequence[tuple[Quantity, Span]]) -> list[Figure]:
    """Return numbers and their clauses as figures, each with the words up to its neighbours."""
    found: list[Figure] = []
    stop = len(plain)
    for at in range(len(placed) - 1, -1, -1):
        quantity, clause = placed[at]
        before = placed[at - 1][0].end if at and placed[at - 1][1] == clause else clause.start
        figure = _figure(plain, quantity, clause, Span(before, min(stop, clause.end)))
        found.insert(0, figure)
        stop = figure.left.end
    return found


def _figure(plain: str, quantity: Quantity, clause: Span, reach: Span) -> Figure:
    match = _leading().search(plain[reach.start : quantity.bound])
    lead = reach.start + match.start() if match else quantity.bound
    verbs = match.group() if match else ""
    kind, change = _kind(
        verbs, quantity, made=making().search(plain, reach.start, lead) is not None
    )
    mark = _MARKS.search(plain, quantity.end, max(reach.end, quantity.end))
    stop = max(mark.start() if mark else reach.end, quantity.end)
    return Figure(quantity, clause, Span(reach.start, lead), Span(quantity.end, stop), kind, change)


def _kind(verbs: str, quantity: Quantity, *, made: bool) -> tuple[Kind, str]:
    """Return what the verbs before a figure say it is, and the word for a change."""
    changing = _changing().search(verbs)
    if changing:
        return "by", ("年均" if "年均" in verbs else "") + changing["verb"].removesuffix("了")
    reaches = quantity.bound < quantity.start or _reaching().search(verbs) is not None
    if reaches and not (made and quantity.operator == "="):
        return "to", ""
    return ("make" if made else ""), ""


def is_mainly(plain: str, quantity: Quantity) -> bool:
    """Tell 以6层为主."""
    return plain.startswith("为主", quantity.end) and plain.endswith("以", 0, quantity.start)


def words_of(plain: str, span: Span) -> str:
    """Return the words after a figure, "" if they name nothing."""
    words = plain[span.start : span.end].replace(BLANK, "").strip()
    return "" if _TRAILS.fullmatch(words) else words
