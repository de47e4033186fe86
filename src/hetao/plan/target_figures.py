"""Figures of a sentence that are targets, each with the words that name what it measures."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal

from hetao.plan.target_context import Context
from hetao.plan.target_exclusions import is_excluded, is_threshold
from hetao.plan.target_numbers import Quantity, find_quantities
from hetao.plan.target_subjects import BASELINE, count_name, level_name
from hetao.plan.target_text import BLANK, Span
from hetao.plan.target_units import COUNTED
from hetao.plan.target_words import any_of

Kind = Literal["to", "by", "make", ""]

_MARKS = re.compile(r"[，。；：、！？\n（）]|$")
_GOALS = re.compile(r"的(?:目标|要求|标准|水平|任务|速度|增速|比例|规模|左右)")
_LINK = re.compile(rf"(?:[、和及与或，\s{BLANK}]|以及|并|其中)*$")
_LINKED = re.compile(rf"(?:[、和及与或，\s{BLANK}]|以及|并)*")
_FROM = re.compile(r"(?:从|由)[^，。；]{0,14}$")
_GOES_ON = re.compile(
    r"(?:以上|左右|的)?(?:逐步|稳步|进一步)?(?:提高|提升|增加|增长|上升|扩大|下降|降低|降|减少|压减|缩短|发展)"
)
_DOES = re.compile(
    r"完成|实现|达到|建成|采用|使用|执行|具备|纳入|开展|上云|入选|落实|建立|配备|拥有|符合|成为|实施|覆盖|进入|接入|通过|"
    r"创建|推行|设立|应用|改造|获得|取得|参与|得到|满足|运行|普及|享受|集中|用于|来自|以上|转化|处理|利用|公开|办理|投放|投向"
)


@dataclass(frozen=True)
class Figure:
    """
    A number in its clause.

    Attributes
    ----------
    left : Span
        Words before the figure that may name what it measures.
    lead : int
        Where the verb and its adverbs begin; the name ends there.
    right : Span
        Words after it up to the next mark or figure.
    """

    quantity: Quantity
    clause: Span
    left: Span
    lead: int
    right: Span
    kind: Kind

    @property
    def counted(self) -> bool:
        """Tell whether the unit counts things: 家, 万个."""
        return COUNTED.fullmatch(self.quantity.unit) is not None and bool(self.quantity.unit)


@cache
def _leading() -> re.Pattern[str]:
    return re.compile(rf"(?:{any_of('adverbs', 'to', 'by')}|了|{BASELINE})+$")


@cache
def _changing() -> re.Pattern[str]:
    return re.compile(rf"{any_of('by')}(?:了|{any_of('adverbs')})*$")


@cache
def _making() -> re.Pattern[str]:
    return re.compile(rf"{any_of('make')}(?:了|{any_of('adverbs')})*$")


@cache
def _reaching() -> re.Pattern[str]:
    return re.compile(rf"{any_of('to')}")


def read_figures(context: Context) -> list[Figure]:
    """Return the figures of a sentence that are targets, in order."""
    sentence = context.sentence
    quantities = find_quantities(sentence.plain, sentence.start, sentence.end)
    clauses = sentence.clauses
    placed = [(q, clause) for q in quantities if (clause := _clause_of(q, clauses))]
    kept = [pair for pair in placed if not is_excluded(context, *pair)]
    wanted = _wanted(sentence.plain, kept)
    return _figures(sentence.plain, wanted)


def _clause_of(quantity: Quantity, clauses: Sequence[Span]) -> Span | None:
    return next((c for c in clauses if c.start <= quantity.start < c.end), None)


def _figures(plain: str, placed: Sequence[tuple[Quantity, Span]]) -> list[Figure]:
    """Return the figures with the words between them."""
    found: list[Figure] = []
    for at, (quantity, clause) in enumerate(placed):
        before = placed[at - 1][0].end if at and placed[at - 1][1] == clause else clause.start
        after = placed[at + 1][0].bound if at + 1 < len(placed) else clause.end
        found.append(_figure(plain, quantity, clause, Span(before, min(after, clause.end))))
    return found


def _figure(plain: str, quantity: Quantity, clause: Span, reach: Span) -> Figure:
    left = plain[reach.start : quantity.bound]
    match = _leading().search(left)
    lead = reach.start + match.start() if match else quantity.bound
    kind: Kind = ""
    if _making().search(plain, reach.start, lead):
        kind = "make"
    if quantity.bound < quantity.start or (match and _reaching().search(match.group())):
        kind = "to" if kind != "make" or quantity.operator != "=" else kind
    if match and _changing().search(match.group()):
        kind = "by"
    mark = _MARKS.search(plain, quantity.end, max(reach.end, quantity.end))
    stop = mark.start() if mark else reach.end
    return Figure(
        quantity,
        clause,
        Span(reach.start, lead),
        lead,
        Span(quantity.end, max(stop, quantity.end)),
        kind,
    )


def _wanted(plain: str, placed: Sequence[tuple[Quantity, Span]]) -> list[tuple[Quantity, Span]]:
    """Return those numbers that say how much is wanted of something."""
    kept: list[tuple[Quantity, Span]] = []
    figures = _figures(plain, placed)
    for at, figure in enumerate(figures):
        following = figures[at + 1] if at + 1 < len(figures) else None
        previous = (
            figures[at - 1] if at and kept and kept[-1][0] is figures[at - 1].quantity else None
        )
        if _qualifies(plain, figure, following) or _was(plain, figure):
            continue
        if _is_target(plain, figure, previous):
            kept.append((figure.quantity, figure.clause))
    return kept


def _qualifies(plain: str, figure: Figure, following: Figure | None) -> bool:
    """Tell the first number of 培育100亿元企业5家, which only says which things are counted."""
    if not following or following.clause != figure.clause:
        return False
    between = plain[figure.quantity.end : following.quantity.bound]
    if not between.strip() or re.search(r"[、，和及与]|以及", between):
        return False
    return following.counted and not figure.counted and not _words(plain, following.right)


def _was(plain: str, figure: Figure) -> bool:
    """Tell the first number of 从20%提高到30%."""
    lead = plain[figure.clause.start : figure.quantity.bound]
    follows = plain[figure.quantity.end : figure.quantity.end + 8]
    return bool(_FROM.search(lead)) and bool(_GOES_ON.match(follows))


def is_mainly(plain: str, quantity: Quantity) -> bool:
    """Tell 以6层为主."""
    return plain.startswith("为主", quantity.end) and plain.endswith("以", 0, quantity.start)


def _is_target(plain: str, figure: Figure, previous: Figure | None) -> bool:
    quantity, right = figure.quantity, _words(plain, figure.right)
    if is_mainly(plain, quantity):
        return True
    if not quantity.unit and not (figure.kind in ("to", "by") and not right):
        return False
    if right.startswith("级"):
        return False
    if figure.kind in ("to", "by"):
        if right and not figure.counted and not _GOALS.match(right):
            return _share_of_things(plain, figure, right)
        return not right.startswith("的") or bool(_GOALS.match(right)) or figure.counted
    if right:
        return _counts_right(plain, figure, right, previous)
    return _measures_left(plain, figure, previous)


def _counts_right(plain: str, figure: Figure, right: str, previous: Figure | None) -> bool:
    """Tell whether a figure with a noun after it is one of something made or of all things."""
    made = figure.kind == "make"
    if _continues(plain, figure, previous):
        made = True
    if made:
        return not is_threshold(plain, figure.quantity, right, led=True)
    return _share_of_things(plain, figure, right)


def _share_of_things(plain: str, figure: Figure, right: str) -> bool:
    """Tell 90%的县完成改造: a share that opens its clause and things that do something."""
    left = level_name(plain[figure.left.start : figure.lead].replace(BLANK, ""))
    opens = len(left) < 2
    return opens and (figure.quantity.unit == "%" or figure.counted) and bool(_DOES.search(right))


def _continues(plain: str, figure: Figure, previous: Figure | None) -> bool:
    """Tell whether a figure goes on the list of the one before it: 工厂5家、园区3个."""
    if previous is None:
        return False
    between = plain[previous.quantity.end : figure.quantity.bound]
    return "。" not in between and bool(_LINKED.match(between)) and len(between) < 30


def _measures_left(plain: str, figure: Figure, previous: Figure | None) -> bool:
    """Tell whether words before a figure name something that it measures."""
    left = plain[figure.clause.start : figure.lead]
    if _continues(plain, figure, previous):
        return True
    if re.search(any_of("make"), left):
        return True
    return bool(re.search(rf"{any_of('heads')}$", left))


def _words(plain: str, span: Span) -> str:
    return plain[span.start : span.end].replace(BLANK, "").strip()


def name_of(context: Context, figure: Figure) -> str:
    """Return the name in the words beside a figure; "" where they hold none."""
    sentence = context.sentence
    if is_mainly(sentence.plain, figure.quantity):
        return level_name(sentence.quote(figure.left.start, figure.quantity.start - 1))
    right = sentence.quote(figure.right.start, figure.right.end).strip()
    left = _left_words(context, figure)
    if right and not _GOALS.match(right) and (figure.counted or figure.kind in ("make", "")):
        return count_name(right)
    if figure.kind in ("to", "by"):
        return level_name(left)
    return count_name(left)


def _left_words(context: Context, figure: Figure) -> str:
    """Return the words before a figure without the years in them."""
    sentence, start = context.sentence, figure.left.start
    inside = [m for m in context.mentions if figure.left.start <= m.start < figure.lead]
    pieces = []
    for mention in inside:
        pieces.append(sentence.quote(start, mention.start))
        start = mention.end
    pieces.append(sentence.quote(start, max(start, figure.lead)))
    return next((p for p in reversed(pieces) if len(level_name(p)) > 1), "")
