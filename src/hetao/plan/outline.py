"""The numbered outline of a plan: headings found by their sequence, with or without line breaks."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

_DIGITS = {mark: value for value, mark in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_CJK = "一二三四五六七八九十百〇零"
_CIRCLES = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"

_HEADING = re.compile(
    rf"(?P<chapter>第[{_CJK}\d]{{1,4}}[章篇编部](?:分)?)"
    rf"|(?P<article>第[{_CJK}\d]{{1,5}}条)"
    rf"|(?P<section>(?<![{_CJK}第])[{_CJK}]{{1,5}})、"
    rf"|（(?P<item>[{_CJK}]{{1,5}})）、?"
    r"|(?<![\d.])(?P<point>\d{1,3})(?:[.．、](?!\d)|(?<=\d)(?=[一-龥“《]))"
    r"|（(?P<sub>\d{1,3})）"
    rf"|(?P<circle>[{_CIRCLES}])"
)
_MARKED_POINT = re.compile(r"\d{1,3}[.．、]")
_BEFORE = "\n。；！？”）：》…"  # what may stand before a heading that has no line of its own
_UNITS = re.compile(
    r"\d+(?:年|月|日|个|家|亿|万|千|百|项|条|座|处|所|次|户|人|米|公里|平方|吨|度|号|届|分|小时|天|周|倍|级|种|类|批|套|层|岁|元|名|"
    r"以上|以内|至|到|周岁|余|多|大|位|期|辆|台|部|张|件|块|线|带|轴|区|心|核|县|市)"
)
_BOX = re.compile(r"\n(?:专栏|表|图)\s?[\d一二三四五六七八九十]{1,3}")
_TAIL = re.compile(
    r"\n(?:附件|附表|附录|附)(?:[\d一二三四五六七八九十]{0,3})?(?:[：:\n]|$)|\n抄送[：:]|\n（此件[^）]{2,12}）|\n[^\n]{0,30}\d{4}年\d{1,2}月\d{1,2}日印发"
)

LEVELS = ("chapter", "section", "item", "point", "sub", "circle")


@dataclass
class Node:
    """
    A heading and what stands under it.

    Attributes
    ----------
    style : str
        One of `LEVELS`, "article", or "root".
    number : str
        As written, without the marks that only set it apart: 二, （十二）, 3.
    start, body, end : int
        Where the number, the words after it and the next heading of its rank begin.
    """

    style: str
    number: str
    value: int
    start: int
    body: int
    end: int
    children: list["Node"] = field(default_factory=list)
    parent: "Node | None" = None

    @property
    def depth(self) -> int:
        """Return how many headings stand above."""
        return 0 if self.parent is None else self.parent.depth + 1

    def intro_end(self) -> int:
        """Return where the first heading below begins, or the end."""
        return self.children[0].start if self.children else self.end

    def walk(self) -> Iterator["Node"]:
        """Yield this heading and all below it, in the order of the text."""
        yield self
        for child in self.children:
            yield from child.walk()


@dataclass(frozen=True)
class _Candidate:
    style: str
    number: str
    value: int
    start: int
    body: int
    own_line: bool
    inline: bool


def number_value(words: str) -> int:
    """
    Return the number that Chinese numerals or digits write, 0 for anything else.

    Examples
    --------
    >>> number_value("二十三"), number_value("十"), number_value("一百零二"), number_value("7")
    (23, 10, 102, 7)
    """
    if words.isdigit():
        return int(words)
    total, digit = 0, 0
    for mark in words:
        if mark in _DIGITS:
            digit = _DIGITS[mark]
        elif mark == "十":
            total, digit = total + (digit or 1) * 10, 0
        elif mark == "百":
            total, digit = total + (digit or 1) * 100, 0
        else:
            return 0
    return total + digit


def outline(text: str, start: int = 0, end: int | None = None) -> Node:
    """
    Return the tree of headings.

    A number counts as a heading where it opens a line or follows the end of a sentence, and
    where it goes on a list: 1 opens one, n + 1 follows n. Numbers may run on under the next
    parent or start again there.

    Parameters
    ----------
    text : str
        Normalised text.
    start, end : int
        Where the plan itself begins and ends.
    """
    stop = len(text) if end is None else end
    root = Node("root", "", 0, start, start, stop)
    stack = [root]
    last: dict[str, int] = {}
    for found in _candidates(text, start, stop):
        level = next((i for i, node in enumerate(stack) if node.style == found.style), None)
        if found.inline and not _follows_title(text, stack[-1], found):
            continue
        if not _goes_on(found, stack, level, last):
            continue
        keep = level if level is not None else _rank_floor(stack, found.style)
        for node in stack[keep:]:
            node.end = found.start
        del stack[keep:]
        parent = stack[-1]
        node = Node(found.style, found.number, found.value, found.start, found.body, stop)
        node.parent = parent
        parent.children.append(node)
        stack.append(node)
        last[found.style] = found.value
    _cut_tail(text, root)
    return root


def _cut_tail(text: str, root: Node) -> None:
    """End the last measure where annexes, copies and footers begin."""
    headings = [node for node in root.walk() if node.parent]
    if not headings:
        return
    tail = _TAIL.search(text, headings[-1].body, root.end)
    if tail:
        for node in root.walk():
            node.end = min(node.end, tail.start())


def _candidates(text: str, start: int, end: int) -> Iterator[_Candidate]:
    for match in _HEADING.finditer(text, start, end):
        style = str(match.lastgroup)
        begin = match.start()
        before = text[begin - 1] if begin > start else "\n"
        inline = before not in _BEFORE
        if inline and (style != "item" or not "\u4e00" <= before <= "\u9fff"):
            continue
        words = match[style]
        marked = bool(_MARKED_POINT.match(match.group()))
        if (
            style == "point"
            and not marked
            and (before != "\n" or _UNITS.match(text[begin : begin + 8]))
        ):
            continue
        if style == "circle":
            value = _CIRCLES.index(words) + 1
        else:
            value = number_value(words.strip("第章篇编部分条"))
        number = match.group().rstrip("、") if style != "section" else words
        yield _Candidate(style, number, value, begin, match.end(), before == "\n", inline)


def _goes_on(
    found: _Candidate, stack: Sequence[Node], level: int | None, last: dict[str, int]
) -> bool:
    """Say whether this number goes on a list of its style or opens one."""
    if found.value == 0:
        return False
    previous = last.get(found.style, 0)
    if found.value == previous + 1:
        return True
    if found.value == 1:
        if level is None:  # a list of this style opens below the latest heading
            return True
        open_ = stack[level]
        return found.own_line and (len(open_.children) > 0 or open_.value > 1 or level == 1)
    skipped = found.own_line and previous < found.value <= previous + 3
    return skipped and (level is not None or previous > 0)


def _follows_title(text: str, above: Node, found: _Candidate) -> bool:
    """Say whether a number stands right behind the title of a section, without a line break."""
    title = text[above.body : found.start]
    return above.style == "section" and bool(re.fullmatch(r"[^，。；：\n]{2,40}", title))


def _rank_floor(stack: Sequence[Node], style: str) -> int:
    """
    Return how much of the stack stands above a list of this style.

    A style of higher rank than what is open (一、 after （一）) closes it.
    """
    if style not in LEVELS:
        return len(stack)
    rank = LEVELS.index(style)
    for index, node in enumerate(stack[1:], start=1):
        if node.style in LEVELS and LEVELS.index(node.style) >= rank:
            return index
    return len(stack)


def boxes(text: str, start: int, end: int) -> list[int]:
    """Return where boxes (专栏) begin, which stand between measures and belong to none."""
    return [match.start() + 1 for match in _BOX.finditer(text, start, end)]


def chinese_numeral(number: int) -> str:
    """
    Return a number from 1 to 999 in Chinese numerals.

    Examples
    --------
    >>> [chinese_numeral(number) for number in (7, 10, 23, 105, 310)]
    ['七', '十', '二十三', '一百零五', '三百一十']
    """
    digits = "零一二三四五六七八九"
    hundreds, rest = divmod(number, 100)
    tens, ones = divmod(rest, 10)
    words = f"{digits[hundreds]}百" if hundreds else ""
    if tens:
        words += ("" if tens == 1 and not hundreds else digits[tens]) + "十"
    elif hundreds and ones:
        words += "零"
    return words + (digits[ones] if ones else "")
