"""What a heading says, and which headings are the plan's measures."""

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from hetao.plan.outline import Node

LONGEST_TITLE = 45
Place = tuple[int, int, bool]

_FRAME = re.compile(
    r"总体要求|总体思路|指导思想|基本原则|工作原则|总体目标|工作目标|主要目标|发展目标|目标要求|目标任务$|目标定位|"
    r"发展基础|现状|形势|背景|实施范围|适用范围|战略定位|总体考虑|发展思路|工作思路"
)
_SAFEGUARD = re.compile(
    r"保障措施|组织实施|组织保障|组织领导|保障机制|保障体系|工作要求|强化保障|加强保障|实施保障|附则|支撑保障|工作保障|有关要求"
)
# titles that are met without any mark behind them
_KNOWN = re.compile(
    r"(?:总体要求|总体思路|指导思想|基本原则|工作原则|总体目标|工作目标|主要目标|发展目标|主要任务|重点任务|保障措施|组织实施|"
    r"组织保障|工作要求)(?=以习近平|坚持|深入|全面|认真|认清|按照|围绕|为|到20|深刻|贯彻|立足|各级|各地|各部门|各有关|加强|[（\d])"
)


@dataclass(frozen=True)
class Titled:
    """The words of a heading, and whether they had to be guessed at."""

    words: str
    end: int
    guessed: bool = False


def title_of(text: str, node: Node, gap: Callable[[int, int], int]) -> Titled:
    """
    Return the words of a heading.

    Parameters
    ----------
    gap : callable
        Takes two positions; returns where the original has a single space between them, -1
        where it has none: some plans end their headings so.
    """
    line_end = _line_end(text, node)
    known = _KNOWN.match(text, node.body, line_end)
    if known:
        return Titled(known.group(), known.end())
    stop = text.find("。", node.body, line_end)
    bracket = text.find("（", node.body, line_end)
    first_end = min(place for place in (stop, line_end) if place >= 0)
    if first_end - node.body <= LONGEST_TITLE:
        words = text[node.body : first_end]
        space = gap(node.body + 2, first_end) if re.search(r"[，；]", words) else -1
        if space > 0:
            return Titled(text[node.body : space], space)
        if 0 <= bracket < first_end and re.search(
            r"负责|牵头|责任单位", words[bracket - node.body :]
        ):
            words = text[node.body : bracket]
        return Titled(words.strip("：:；，"), first_end)
    space = gap(node.body + 2, min(node.body + LONGEST_TITLE, line_end))
    if space > 0:
        return Titled(text[node.body : space], space)
    marks = re.compile(r"[：；，。]")
    mark = marks.search(text, node.body, line_end)
    end = mark.start() if mark else line_end
    end = min(end, node.body + LONGEST_TITLE)
    colon = bool(mark) and text[end : end + 1] == "："
    return Titled(text[node.body : end], end, guessed=not colon)


def _line_end(text: str, node: Node) -> int:
    stop = node.intro_end()
    line = text.find("\n", node.body, stop)
    return line if line >= 0 else stop


def kind_of(title: str, section_title: str) -> str:
    """Return "frame", "safeguard" or "task", as the titles tell."""
    if _FRAME.search(title) or (_FRAME.search(section_title) and not _SAFEGUARD.search(title)):
        return "frame"
    return "safeguard" if _SAFEGUARD.search(section_title) else "task"


def measures(root: Node, clauses: Sequence[Place]) -> list[Node]:
    """
    Return the headings that are measures.

    Where most of the headings below a heading carry a clause of their own, they are the
    measures; where one clause at the end answers for all of them, the upper heading is. In a
    plan without clauses, measures stand below the sections, or lower where their numbers run
    on through the whole plan.
    """
    starts = [place[0] for place in clauses]

    def count(begin: int, end: int) -> int:
        return bisect_left(starts, end) - bisect_left(starts, begin)

    chosen = list(_by_clauses(root, count))
    style = Counter(node.style for node in chosen if count(node.start, node.end)).most_common(1)
    running = style[0][0] if style else _running_style(root)
    return list(_completed(root, count, running))


def _carry(node: Node, count: Callable[[int, int], int]) -> bool:
    """Say whether the headings below carry clauses of their own."""
    with_clause = sum(1 for child in node.children if count(child.start, child.end))
    if len(node.children) == 1:
        return with_clause == 1
    return with_clause >= max(2, (len(node.children) + 1) // 2) or (
        with_clause >= 1 and node.depth == 0
    )


def _by_clauses(node: Node, count: Callable[[int, int], int]) -> Iterator[Node]:
    if node.children and _carry(node, count):
        for child in node.children:
            yield from _by_clauses(child, count)
    elif node.parent:
        yield node


def _completed(node: Node, count: Callable[[int, int], int], style: str) -> Iterator[Node]:
    """Yield the measures below a heading, those without a clause too."""
    if not node.children:
        if node.parent and (node.depth > 1 or node.style == style or count(node.start, node.end)):
            yield node
        return
    carry = _carry(node, count)
    sections_only = node.depth == 0 and all(not child.children for child in node.children)
    below = [child.style for child in node.children]
    goes_down = (
        carry
        or sections_only
        or node.depth == 0
        or style in below
        or (node.depth == 1 and not count(node.start, node.end))
        or (
            node.depth == 1
            and node.style in {"section", "chapter"}
            and node.style != style
            and not count(node.start, node.intro_end())
            and _at_depth_two(node, count)
        )
    )
    if goes_down:
        if node.parent and count(node.body, node.intro_end()):
            yield node
        for child in node.children:
            yield from _completed(child, count, style)
    elif node.parent:
        yield node


def _at_depth_two(node: Node, count: Callable[[int, int], int]) -> bool:
    """Say whether a section's only clause stands inside its last heading, not behind it."""
    return any(count(child.start, child.end) for child in node.children)


def _running_style(root: Node) -> str:
    """Return the deepest style whose numbers run on through the plan, or the second level's."""
    best = ""
    for style in ("item", "point", "sub"):
        nodes = [node for node in root.walk() if node.style == style]
        parents = {id(node.parent) for node in nodes}
        values = [node.value for node in nodes]
        if len(parents) > 1 and values == sorted(values) and len(set(values)) == len(values):
            best = style
    if best:
        return best
    first, second = (
        Counter(node.style for node in root.walk() if node.depth == depth) for depth in (1, 2)
    )
    chosen = (second or first).most_common(1)
    return chosen[0][0] if chosen else ""
