"""Numbers with their units and the words that say at least, at most, about: 达到95%以上."""

import re
from dataclasses import dataclass

from hetao.plan.ledger import Operator
from hetao.plan.target_units import UNIT

_FIGURE = r"\d+(?:\.\d+)?"
_NUMBER = re.compile(rf"(?<![\d.A-Za-z〔〕/+×*&№_])(?:{_FIGURE})(?![\d.]*(?:〕|\d))(?!\.\d)")
_RANGE = re.compile(
    rf"(?P<unit>%|‰|亿|万|千|个|家|年)?(?:-|—{{1,2}}|–|~|～|－|至|到)(?P<high>{_FIGURE})"
)
_OF = re.compile(r"(?:(?<=达到)|(?<=低于)|(?<=少于)|(?<=超过)|(?<=高于))[^，。；、\d]{2,14}的$")
_YEAR = re.compile(r"(?:19|20)\d\d")
_AFTER = re.compile(
    r"(?P<many>多|余|来)?(?P<post>(?:及其?|\(含\)|（含）)?(?:以上|以下|以内|之内|之间|以外)|左右|上下|内(?=[，。；、]|$))?"
)

_BEFORE: tuple[tuple[str, Operator], ...] = (
    ("不低于", ">="),
    ("不少于", ">="),
    ("不小于", ">="),
    ("不短于", ">="),
    ("不弱于", ">="),
    ("不得低于", ">="),
    ("不得少于", ">="),
    ("不得小于", ">="),
    ("大于等于", ">="),
    ("大于或等于", ">="),
    ("≥", ">="),
    ("至少", ">="),
    ("达到", ">="),
    ("达至", ">="),
    ("达成", ">="),
    ("达", ">="),
    ("不超过", "<="),
    ("不高于", "<="),
    ("不大于", "<="),
    ("不多于", "<="),
    ("不长于", "<="),
    ("不突破", "<="),
    ("不得超过", "<="),
    ("不得高于", "<="),
    ("不得大于", "<="),
    ("不得突破", "<="),
    ("小于等于", "<="),
    ("≤", "<="),
    ("控制在", "<="),
    ("限制在", "<="),
    ("压缩在", "<="),
    ("控制到", "<="),
    ("控制", "<="),
    ("不超", "<="),
    ("超过", ">"),
    ("突破", ">"),
    ("高于", ">"),
    ("大于", ">"),
    ("多于", ">"),
    ("优于", ">"),
    ("超", ">"),
    (">", ">"),
    ("过", ">"),
    ("＞", ">"),
    ("逾", ">"),
    ("低于", "<"),
    ("小于", "<"),
    ("少于", "<"),
    ("短于", "<"),
    ("<", "<"),
    ("＜", "<"),
    ("大约", "~"),
    ("约为", "~"),
    ("约", "~"),
    ("接近", "~"),
    ("近", "~"),
)
_OPERATOR_OF = dict(_BEFORE)
_BOUND = re.compile(
    "(?:" + "|".join(re.escape(w) for w, _ in sorted(_BEFORE, key=lambda p: -len(p[0]))) + ")$"
)


@dataclass(frozen=True)
class Quantity:
    """
    A number as the text states it.

    Attributes
    ----------
    start, end : int
        From the first digit to the last character of the unit or of 以上, 左右.
    bound : int
        Where the words before it begin that set the operator (达到, 不超过); `start` if none.
    after : str
        以上, 以下, 左右 …, "" if none.
    """

    start: int
    end: int
    bound: int
    value: float
    unit: str
    operator: Operator
    high: float | None = None
    after: str = ""
    many: bool = False


def find_quantities(text: str, start: int = 0, end: int | None = None) -> list[Quantity]:
    """
    Return the numbers of a text with unit and operator, in order.

    Years and other dates, document numbers and numbers inside names such as 5G come out too where
    they look like a number with a unit; what is no target is told later.

    Examples
    --------
    >>> [(q.operator, q.value, q.unit) for q in find_quantities("普及率达到95%以上，培育3-5家")]
    [('>=', 95.0, '%'), ('range', 3.0, '家')]
    """
    stop = len(text) if end is None else end
    found: list[Quantity] = []
    position = start
    while match := _NUMBER.search(text, position, stop):
        quantity = _quantity(text, match, stop)
        found.append(quantity)
        position = max(quantity.end, match.end())
    return found


def _quantity(text: str, match: re.Match[str], stop: int) -> Quantity:
    value, end = float(match.group()), match.end()
    high: float | None = None
    span = _RANGE.match(text, end, stop)
    if span and float(span["high"]) > value and _looks_like_range(text, match, span):
        high, end = float(span["high"]), span.end()
    many = (
        end < stop
        and text[end] in "多余"
        and text[end + 1 : end + 2] not in ("元", "种", "样", "年", "热", "压")
    )
    unit = UNIT.match(text, end + many, stop)
    written = unit.group() if unit else ""
    end += many + len(written)
    after = _AFTER.match(text, end, stop)
    post = after["post"] or "" if after else ""
    if after and (written or post):
        many = many or bool(after["many"])
        end = after.end()
    bound, before = _bound(text, match.start())
    if not before and written in ("%", "‰", "倍"):
        bound, before = _bound_of_share(text, match.start())
    operator: Operator = "range" if high is not None else _operator(before, post, many=many)
    return Quantity(match.start(), end, bound, value, written, operator, high, post, many)


def _looks_like_range(text: str, first: re.Match[str], span: re.Match[str]) -> bool:
    """Tell 3-5家 from 2021-2025年 and from a number that goes on, as in 1-2-3."""
    years = _YEAR.fullmatch(first.group()) and text.startswith("年", span.end())
    return not years and text[span.end() : span.end() + 1] not in ("-", "—", "~")


def _bound(text: str, start: int) -> tuple[int, list[Operator]]:
    """Return where the operator words before a number begin, and their operators from the right."""
    operators: list[Operator] = []
    while match := _BOUND.search(text, max(0, start - 6), start):
        operators.append(_OPERATOR_OF[match.group()])
        start = match.start()
    return start, operators


def _bound_of_share(text: str, start: int) -> tuple[int, list[Operator]]:
    """Return the same for 达到常住人口的1%."""
    of = _OF.search(text, max(0, start - 20), start)
    bound, operators = _bound(text, of.start()) if of else (start, [])
    return (bound, operators) if operators else (start, [])


def _operator(before: list[Operator], post: str, *, many: bool) -> Operator:
    """Return what the words before and after a number say together."""
    if post in ("左右", "上下") or "~" in before:
        return "~"
    if post.endswith("以上"):
        return ">" if ">" in before else ">="
    if post.endswith(("以下", "以内", "之内", "内")):
        return "<" if "<" in before else "<="
    if before:
        return before[0]  # the one nearest to the number: 达到不低于
    return ">" if many else "="
