"""From the text of a plan to its ledger."""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from hetao.errors import UserError
from hetao.plan.clauses import Rules, answer, find_clauses
from hetao.plan.front import Front, front, places_of
from hetao.plan.headings import LONGEST_TITLE, kind_of, measures, title_of
from hetao.plan.ledger import Ledger, Measure, Section, Target
from hetao.plan.outline import Node, outline
from hetao.plan.targets import Found, Standing, find_targets
from hetao.plan.text import PlanText

_PLAN_WORDS = re.compile(r"方案|规划|计划|行动|措施|要点|意见|任务|纲要|政策")
_LEAST_CHARACTERS = 120
_LEAST_ITEMS = 3
_GOALS = re.compile(r"目标|总体要求|指标")
_WIDEST_GAP = 4  # characters between two that were neighbours but for spaces

Place = tuple[int, int, bool]


def read_plan(text: PlanText) -> Ledger:
    """
    Return the ledger of a plan.

    Raises
    ------
    UserError
        If the text is no plan: a regulation in articles, a page of news, too short, without
        numbered measures.
    """
    words = text.text
    head = front(words, text.name)
    root = outline(words, head.start)
    clauses = find_clauses(words, head.start, root.end)
    _require_plan(text, head, root, clauses)
    nodes = measures(root, clauses)
    gap = _gap(text)
    sections = _sections(words, root, nodes, gap)
    named = _measures(words, nodes, clauses, places_of(head.document), gap)
    targets = _targets(text, root, named)
    return Ledger(head.document, sections, tuple(named), tuple(targets))


def _require_plan(text: PlanText, head: Front, root: Node, clauses: Sequence[Place]) -> None:
    nodes = list(root.walk())[1:]
    articles = sum(node.style == "article" for node in nodes)
    others = len(nodes) - articles
    if len(text.text) < _LEAST_CHARACTERS:
        raise UserError("plan_too_short", {"file": text.name, "count": len(text.text)})
    if articles >= _LEAST_ITEMS and articles > others - articles and not clauses:
        raise UserError("plan_is_regulation", {"file": text.name, "count": articles})
    numbered = [node for node in nodes if node.depth > 1] or nodes
    planned = head.titled and bool(_PLAN_WORDS.search(head.document.title))
    enough = len(numbered) >= _LEAST_ITEMS and (planned or len(clauses) > 1)
    if not enough:
        facts = {"file": text.name, "headings": len(nodes), "clauses": len(clauses)}
        raise UserError("no_plan", facts)


def _gap(text: PlanText) -> Callable[[int, int], int]:
    """Return a function that finds the one space the original has between two positions."""

    def between(start: int, end: int) -> int:
        spaces = [
            place
            for place in range(start, min(end, len(text.origins)))
            if 1 < text.origins[place] - text.origins[place - 1] <= _WIDEST_GAP
            and text.original[text.origins[place] - 1].isspace()
            and "\n" not in text.original[text.origins[place - 1] : text.origins[place]]
        ]
        return spaces[0] if len(spaces) == 1 else -1

    return between


def _sections(
    text: str, root: Node, nodes: Sequence[Node], gap: Callable[[int, int], int]
) -> tuple[Section, ...]:
    chosen = {id(node) for node in nodes}
    above = {id(node.parent) for node in nodes if node.parent}
    found: dict[int, Section] = {}
    for node in root.walk():
        is_section = node.depth == 1 or id(node) in above or _holds(node, above)
        if not node.parent or not is_section or (id(node) in chosen and node.depth > 1):
            continue
        if id(node) in chosen and node.style != "section":
            continue
        parent = found.get(id(node.parent))
        found[id(node)] = Section(
            id=f"s{len(found) + 1}",
            number=node.number,
            title=title_of(text, node, gap).words,
            parent=parent.id if parent else "",
            start=node.start,
            end=node.end,
        )
    return tuple(found.values())


def _holds(node: Node, above: set[int]) -> bool:
    return any(id(child) in above for child in node.walk())


def _measures(
    text: str,
    nodes: Sequence[Node],
    clauses: Sequence[Place],
    places: tuple[str, ...],
    gap: Callable[[int, int], int],
) -> list[Measure]:
    rules = Rules(places=places)
    found = []
    for number, node in enumerate(nodes, start=1):
        end = _own_end(node, nodes)
        inside = [place for place in clauses if node.start <= place[0] < end]
        titled = title_of(text, node, gap)
        begin = titled.end + 1 if not titled.guessed else node.body
        told, rules = answer(text, inside, begin, rules)
        section = _section_of(node)
        kind = kind_of(titled.words, title_of(text, section, gap).words if section else "")
        flags = [*told.flags]
        if titled.guessed:
            flags.append("title_guessed")
        if not inside and kind != "frame":
            flags.append("no_body")
        found.append(
            Measure(
                id=f"m{number}",
                number=node.number,
                title=titled.words,
                section=section.number if section else "",
                kind=kind,  # type: ignore[arg-type]
                text=text[node.body : end].strip("\n"),
                start=node.start,
                end=end,
                clauses=told.clauses,
                assignments=() if kind == "frame" and not inside else told.assignments,
                flags=tuple(dict.fromkeys(flags)),
            )
        )
    return found


def _own_end(node: Node, nodes: Sequence[Node]) -> int:
    """Return where a measure ends: at the next measure below it, if it has one."""
    below = [
        other.start for other in nodes if other is not node and node.start < other.start < node.end
    ]
    return min(below, default=node.end)


def _section_of(node: Node) -> Node | None:
    """Return the section that holds a heading: the highest one above it."""
    above = node.parent
    while above is not None and above.parent is not None and above.parent.parent is not None:
        above = above.parent
    return above if above is not None and above.parent is not None else None


def _targets(text: PlanText, root: Node, named: Sequence[Measure]) -> list[Target]:
    """Return the targets of the measures, and of the paragraphs that stand outside of them."""
    stretches: list[tuple[int, int, str, str]] = [
        (_behind_title(text.text, measure), measure.end, measure.number, measure.id)
        for measure in named
    ]
    begin = root.start
    for start, end, _, _ in sorted(stretches[:]):
        if start > begin:
            stretches.append((begin, start, "", ""))
        begin = max(begin, end)
    stretches.append((begin, root.end, "", ""))
    headings = [node for node in root.walk() if node.parent]
    found: list[Target] = []
    for start, end, number, id_ in sorted(stretches):
        goals = bool(_GOALS.search(text.text, start, min(end, start + LONGEST_TITLE)))
        for target in find_targets(text.text, start=start, end=end, standing=Standing(goals=goals)):
            under = number or _heading_at(headings, target.start)
            found.append(_target(target, under, id_, len(found) + 1))
    return found


def _behind_title(text: str, measure: Measure) -> int:
    """Return where a measure's own words begin, where no mark parts them from its title."""
    end = text.find(measure.title, measure.start, measure.end) + len(measure.title)
    parted = text[end : end + 1] in (*"。：；，\n", "")
    return measure.start if parted or not measure.title else end


def _heading_at(headings: Sequence[Node], position: int) -> str:
    """Return the number of the heading over a position that no measure holds."""
    return next((node.number for node in reversed(headings) if node.start <= position), "")


def _target(found: Found, number: str, measure_id: str, count: int) -> Target:
    target = Target(
        id=f"t{count}",
        measure=number,
        indicator=found.indicator,
        operator=found.operator,
        measure_id=measure_id,
    )
    same = {
        name: getattr(found, name) for name in vars(found) if name in Target.__dataclass_fields__
    }
    return replace(target, **same)
