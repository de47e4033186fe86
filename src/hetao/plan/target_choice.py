"""Which figures of a sentence are targets."""

import re
from collections.abc import Sequence

from hetao.plan.target_context import Context
from hetao.plan.target_exclusions import is_excluded
from hetao.plan.target_figures import GOALS, Figure, is_mainly, place_figures, words_of
from hetao.plan.target_numbers import Quantity, find_quantities
from hetao.plan.target_subjects import level_name
from hetao.plan.target_text import BLANK, Span
from hetao.plan.target_words import any_of

_WHERE = re.compile(r"^(?:首批|第一批|全部|其中|剩余)$|[市县区旗州盟镇](?:等)?$")
_FROM = re.compile(r"(?:从|由)[^，。；]{0,14}$")
_GOES_ON = re.compile(
    r"(?:以上|左右|的)?(?:逐步|稳步|进一步)?"
    r"(?:提高|提升|增加|增长|上升|扩大|下降|降低|降|减少|压减|缩短|发展)"
)
DOES = re.compile(
    r"完成|实现|达到|建成|采用|使用|执行|具备|纳入|开展|上云|入选|落实|建立|配备|拥有|符合|成为|实施|覆盖|"
    r"进入|接入|通过|创建|推行|设立|应用|改造|获得|取得|参与|得到|满足|运行|普及|享受|集中|用于|来自|以上|"
    r"转化|处理|利用|公开|办理|投放|投向"
)
_SIZES = re.compile(r".*(?:元|吨|吨标准煤|千瓦|千伏|蒸吨)|平方米|立方米|米|层|人|万人|年")
_ALL = 100
_FAR = 30  # characters between two items of a list


def read_figures(context: Context) -> list[Figure]:
    """Return the figures of a sentence that are targets, in order."""
    sentence = context.sentence
    quantities = find_quantities(sentence.plain, sentence.start, sentence.end)
    clauses = sentence.clauses
    placed = [(q, clause) for q in quantities if (clause := _clause_of(q, clauses))]
    kept = [pair for pair in placed if not is_excluded(context, *pair)]
    wanted = _wanted(sentence.plain, kept)
    return place_figures(sentence.plain, wanted)


def _clause_of(quantity: Quantity, clauses: Sequence[Span]) -> Span | None:
    return next((c for c in clauses if c.start <= quantity.start < c.end), None)


def _wanted(plain: str, placed: Sequence[tuple[Quantity, Span]]) -> list[tuple[Quantity, Span]]:
    """Return those numbers that say how much is wanted of something."""
    kept: list[tuple[Quantity, Span]] = []
    previous: Figure | None = None
    figures = place_figures(plain, placed)
    for at, figure in enumerate(figures):
        following = figures[at + 1] if at + 1 < len(figures) else None
        if _qualifies(plain, figure, following) or _was(plain, figure):
            continue
        if _is_target(plain, figure, previous):
            kept.append((figure.quantity, figure.clause))
            previous = figure
    return kept


def _qualifies(plain: str, figure: Figure, following: Figure | None) -> bool:
    """Tell the first number of 培育100亿元企业5家, which only says which things are counted."""
    if not following or following.clause != figure.clause:
        return False
    between = plain[figure.quantity.end : following.quantity.bound]
    if not between.strip() or re.search(r"[、，和及与]|以及", between):
        return False
    return following.counted and not figure.counted and not words_of(plain, following.right)


def _was(plain: str, figure: Figure) -> bool:
    """Tell the first number of 从20%提高到30%."""
    lead = plain[figure.clause.start : figure.quantity.bound]
    follows = plain[figure.quantity.end : figure.quantity.end + 8]
    return bool(_FROM.search(lead)) and bool(_GOES_ON.match(follows))


def _is_target(plain: str, figure: Figure, previous: Figure | None) -> bool:
    quantity, right = figure.quantity, words_of(plain, figure.right)
    if is_mainly(plain, quantity):
        return True
    if right.startswith("级") or _is_size(quantity, right):
        return False
    if not quantity.unit and not (figure.kind in ("to", "by") and not right):
        return _goes_on_bare(plain, figure, previous)
    if figure.kind in ("to", "by"):
        return _changes(plain, figure, right)
    if right:
        return _counts_right(plain, figure, right, previous)
    return _measures_left(plain, figure, previous)


def _goes_on_bare(plain: str, figure: Figure, previous: Figure | None) -> bool:
    """Tell the later numbers of 分别下降8、26、7, whose signs of per cent were lost."""
    if previous is None or previous.quantity.unit or previous.clause != figure.clause:
        return False
    between = plain[previous.quantity.end : figure.quantity.bound]
    return bool(re.fullmatch(r"[、，和及与]|以及", between))


def _changes(plain: str, figure: Figure, right: str) -> bool:
    """Tell 占比达到5% from 占比达到5%的企业, which only says which firms are meant."""
    if not right or figure.counted or GOALS.match(right):
        return True
    return _share_of_things(plain, figure, right)


def _is_size(quantity: Quantity, right: str) -> bool:
    """Tell how large each thing is: 2000平方米以上的社区服务中心."""
    if not right:
        return False
    return quantity.after.endswith("以下") or (
        quantity.after.endswith("以上") and _SIZES.fullmatch(quantity.unit) is not None
    )


def _counts_right(plain: str, figure: Figure, right: str, previous: Figure | None) -> bool:
    """Tell whether a figure with a noun after it is one of something made or of all things."""
    if figure.kind == "make" or _continues(plain, figure, previous):
        return True
    return _share_of_things(plain, figure, right)


def _share_of_things(plain: str, figure: Figure, right: str) -> bool:
    """Tell 90%的县完成改造: a share that opens its clause and things that do something."""
    share = figure.quantity.unit == "%"
    if share and (DOES.match(right) or figure.quantity.value == _ALL):
        return True
    left = level_name(plain[figure.left.start : figure.left.end].replace(BLANK, ""))
    opens = len(left) <= 1 or _WHERE.search(left) is not None
    rest = plain[figure.quantity.end : figure.clause.end]
    return opens and (share or figure.counted) and bool(DOES.search(rest))


def _continues(plain: str, figure: Figure, previous: Figure | None) -> bool:
    """Tell whether a figure goes on the list of the one before it: 工厂5家、园区3个."""
    if previous is None:
        return False
    between = plain[previous.quantity.end : figure.quantity.bound]
    if len(between) > _FAR:
        return False
    same = bool(figure.quantity.unit) and figure.quantity.unit == previous.quantity.unit
    return figure.counted or same or not re.search(r"[，；：]", between)


def _measures_left(plain: str, figure: Figure, previous: Figure | None) -> bool:
    """Tell whether words before a figure name something that it measures."""
    left = plain[figure.clause.start : figure.left.end]
    if _continues(plain, figure, previous):
        return True
    if re.search(any_of("make"), left):
        return True
    if figure.counted and figure.quantity.after and len(level_name(left)) > 1:
        return True
    return bool(re.search(rf"{any_of('heads')}$", left))
