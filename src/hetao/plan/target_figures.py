"""Figures of a sentence that are targets, each with the words that name what it measures."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal

from hetao.plan.target_context import Context
from hetao.plan.target_exclusions import is_excluded, is_threshold
from hetao.plan.target_numbers import Quantity, find_quantities
from hetao.plan.target_subjects import BASELINE, count_name, level_name, thing_name
from hetao.plan.target_text import BLANK, Span
from hetao.plan.target_units import COUNTED
from hetao.plan.target_words import HELPERS, any_of

Kind = Literal["to", "by", "make", ""]

_MARKS = re.compile(r"[，。；：、！？\n（）]|$")
_TRAILS = re.compile(
    r"(?:[和及与或、并且]|以及|的?规模|大关|关口|台阶|的?产业规模|的?水平|等|的?目标|的?任务|的?能力|，|同时|其中)*"
)
_WHERE = re.compile(r"^(?:首批|第一批|全部|其中|剩余)$|[市县区旗州盟镇](?:等)?$")
_GOALS = re.compile(r"的(?:目标|要求|标准|水平|任务|速度|增速|比例|规模|左右)")
_EACH = r"每\d*[十百千万亿]*(?:名|位)?(?:人|户|平方公里|公里|名职工)口?"
_DATED = r"20\d\d年(?:底|末)?的?"
_LINK = re.compile(rf"(?:[、和及与或，\s{BLANK}]|以及|并|其中)*$")
_LINKED = re.compile(rf"(?:[、和及与或，\s{BLANK}]|以及|并)*")
_FROM = re.compile(r"(?:从|由)[^，。；]{0,14}$")
_WAS = re.compile(r"(?:从|由)[^，。；]{0,14}\d")
_GOES_ON = re.compile(
    r"(?:以上|左右|的)?(?:逐步|稳步|进一步)?(?:提高|提升|增加|增长|上升|扩大|下降|降低|降|减少|压减|缩短|发展)"
)
_DOES = re.compile(
    r"完成|实现|达到|建成|采用|使用|执行|具备|纳入|开展|上云|入选|落实|建立|配备|拥有|符合|成为|实施|覆盖|进入|接入|通过|"
    r"创建|推行|设立|应用|改造|获得|取得|参与|得到|满足|运行|普及|享受|集中|用于|来自|以上|转化|处理|利用|公开|办理|投放|投向"
)


_SIZES = re.compile(r".*(?:元|吨|吨标准煤|千瓦|千伏|蒸吨)|平方米|立方米|米|层|人|万人|年")


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
    change : str
        下降, 增长 … where the figure is a change.
    """

    quantity: Quantity
    clause: Span
    left: Span
    lead: int
    right: Span
    kind: Kind
    change: str = ""

    @property
    def counted(self) -> bool:
        """Tell whether the unit counts things: 家, 万个."""
        return COUNTED.fullmatch(self.quantity.unit) is not None and bool(self.quantity.unit)


@cache
def _leading() -> re.Pattern[str]:
    return re.compile(
        rf"(?:{any_of('adverbs', 'to', 'by')}|了|{HELPERS}|{BASELINE}|{_EACH}|{_DATED})+$"
    )


@cache
def _changing() -> re.Pattern[str]:
    return re.compile(rf"(?P<verb>{any_of('by')})(?:了|{HELPERS}|{any_of('adverbs')})*$")


@cache
def _making() -> re.Pattern[str]:
    return re.compile(rf"{any_of('make')}(?:了|{HELPERS}|{any_of('adverbs')})*$")


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
    stop = len(plain)
    for at in range(len(placed) - 1, -1, -1):
        quantity, clause = placed[at]
        before = placed[at - 1][0].end if at and placed[at - 1][1] == clause else clause.start
        figure = _figure(plain, quantity, clause, Span(before, min(stop, clause.end)))
        found.insert(0, figure)
        stop = figure.lead
    return found


def _figure(plain: str, quantity: Quantity, clause: Span, reach: Span) -> Figure:
    left = plain[reach.start : quantity.bound]
    match = _leading().search(left)
    lead = reach.start + match.start() if match else quantity.bound
    change = ""
    kind: Kind = ""
    if _making().search(plain, reach.start, lead):
        kind = "make"
    if quantity.bound < quantity.start or (match and _reaching().search(match.group())):
        kind = "to" if kind != "make" or quantity.operator != "=" else kind
    changing = _changing().search(match.group()) if match else None
    if changing:
        kind, change = "by", _change(match.group() if match else "", changing["verb"])
    mark = _MARKS.search(plain, quantity.end, max(reach.end, quantity.end))
    stop = mark.start() if mark else reach.end
    return Figure(
        quantity,
        clause,
        Span(reach.start, lead),
        lead,
        Span(quantity.end, max(stop, quantity.end)),
        kind,
        change,
    )


def _change(lead: str, verb: str) -> str:
    """Return the word for a change as an indicator carries it: 下降, 年均增长."""
    return ("年均" if "年均" in lead else "") + verb.removesuffix("了")


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
    if right.startswith("级") or _is_size(quantity, right):
        return False
    if figure.kind in ("to", "by"):
        if right and not figure.counted and not _GOALS.match(right):
            return _share_of_things(plain, figure, right)
        return not right.startswith("的") or bool(_GOALS.match(right)) or figure.counted
    if right:
        return _counts_right(plain, figure, right, previous)
    return _measures_left(plain, figure, previous)


def _is_size(quantity: Quantity, right: str) -> bool:
    """Tell how large each thing is: 2000平方米以上的社区服务中心."""
    if not right:
        return False
    return quantity.after.endswith("以下") or (
        quantity.after.endswith("以上") and _SIZES.fullmatch(quantity.unit) is not None
    )


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
    share = figure.quantity.unit == "%"
    if share and _DOES.match(right):
        return True
    left = level_name(plain[figure.left.start : figure.lead].replace(BLANK, ""))
    opens = len(left) <= 1 or _WHERE.search(left) is not None
    rest = plain[figure.quantity.end : figure.clause.end]
    return opens and (share or figure.counted) and bool(_DOES.search(rest))


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
    if figure.counted and figure.quantity.after and len(level_name(left)) > 1:
        return True
    return bool(re.search(rf"{any_of('heads')}$", left))


def _words(plain: str, span: Span) -> str:
    """Return the words after a figure, "" if they name nothing."""
    words = plain[span.start : span.end].replace(BLANK, "").strip()
    return "" if _TRAILS.fullmatch(words) else words


def name_of(context: Context, figure: Figure) -> str:
    """Return the name in the words beside a figure; "" where they hold none."""
    sentence = context.sentence
    if is_mainly(sentence.plain, figure.quantity):
        return level_name(sentence.quote(figure.left.start, figure.quantity.start - 1))
    right = _words(sentence.plain, figure.right)
    if right:
        right = sentence.quote(figure.right.start, figure.right.end).strip()
    left = _left_words(context, figure)
    if right and not _GOALS.match(right) and (figure.counted or figure.kind in ("make", "")):
        return _with_doers(context, figure, thing_name(right))
    if figure.kind in ("to", "by"):
        return level_name(left)
    if figure.counted and _making().search(left):  # 各市至少建设2个: the object stands elsewhere
        return ""
    return count_name(left)


def doer_of(context: Context, figure: Figure) -> str:
    """Return the words before a verb that nothing else follows: 幼儿园新建30所."""
    return level_name(_making().sub("", _left_words(context, figure)))


def _with_doers(context: Context, figure: Figure, right: str) -> str:
    """Return the words after a share with those before it that say of what: 项目100%采用…."""
    if figure.quantity.unit != "%" or figure.kind == "make":
        return right.strip("、和及与")
    listed = _LINK.search(right)
    if listed and listed.group():  # 80%的市和70%的县达到…: what they do stands with the last
        done = _DOES.search(context.sentence.plain, figure.right.end, figure.clause.end)
        right = right[: listed.start()]
        if done:
            right += context.sentence.quote(done.start(), figure.clause.end)
    before = _left_words(context, figure)
    links = _LINK.search(before)
    return right if links and links.group() else level_name(before) + right


def _left_words(context: Context, figure: Figure) -> str:
    """Return the words before a figure without the years in them."""
    sentence, start = context.sentence, figure.left.start
    was = _WAS.search(sentence.plain, start, figure.lead)
    lead = was.start() if was else figure.lead
    inside = [m for m in context.mentions if start <= m.start < lead]
    pieces = []
    for mention in inside:
        pieces.append(sentence.quote(start, max(start, mention.start)))
        start = mention.end
    pieces.append(sentence.quote(start, max(start, lead)))
    pieces = [p.rpartition("全覆盖、")[2] for p in pieces]
    return next((p for p in reversed(pieces) if len(level_name(p)) > 1), "")
