"""Targets whose measure is a word: 全覆盖, 全部达到, 全面消除, 显著提升, 一年一体检."""

import re
from collections.abc import Iterator, Sequence

from hetao.plan.target_context import Context
from hetao.plan.target_found import Found
from hetao.plan.target_numerals import value_of
from hetao.plan.target_subjects import baseline_in, level_name
from hetao.plan.target_text import Span
from hetao.plan.target_wordings import ANY, PATTERNS, RULES, VAGUE, Rule


def find_whole(context: Context, taken: Sequence[Span]) -> list[Found]:
    """
    Return the targets of a sentence that state no figure.

    Parameters
    ----------
    taken : sequence of Span
        Where the figures of the sentence stand; wordings that hold one are left to it.
    """
    sentence = context.sentence
    if not ANY.search(sentence.plain, sentence.start, sentence.end):
        return []
    found: list[Found] = []
    for rule, match in _matches(context):
        span = Span(*match.span())
        if any(_overlap(span, other) for other in taken):
            continue
        if any(_overlap(span, Span(other.start, other.end)) for other in found):
            continue
        target = _found(context, rule, match)
        if target:
            found.append(target)
    return sorted(found, key=lambda target: target.start)


def _matches(context: Context) -> Iterator[tuple[Rule, re.Match[str]]]:
    """Yield what each rule finds, a clause at a time; a task may reach over commas."""
    sentence = context.sentence
    for rule, pattern in zip(RULES, PATTERNS, strict=True):
        spans = [Span(sentence.start, sentence.end)] if rule.name == "task" else sentence.clauses
        for span in spans:
            for match in pattern.finditer(sentence.plain, span.start, span.end):
                yield rule, match


def _found(context: Context, rule: Rule, match: re.Match[str]) -> Found | None:
    sentence, start = context.sentence, match.start()
    clause = next((c for c in sentence.clauses if c.start <= start < c.end), Span(*match.span()))
    when = context.when(start, clause)
    groups = match.groupdict()
    scope = context.scope(match.end(), clause)
    things = _bare(_quote(context, match, "things"), scope)
    name = (
        _bare(_quote(context, match, "name"), scope)
        if not things
        else _quote(context, match, "name")
    )
    if when.past or (rule.dated and when.year is None) or VAGUE.search(things or name):
        return None
    if not name[1:] or (groups.get("things") is not None and not things[1:]):
        return None
    soft = context.soft_word(match.end(), clause)
    return Found(
        indicator=things + name.removeprefix("以上"),
        operator=">=" if name.startswith("以上") else rule.operator,
        value=_value(rule, match),
        unit=groups.get("unit") or rule.unit,
        year=when.year,
        since=when.since,
        scope=scope,
        things=things,
        soft=bool(soft),
        soft_word=soft,
        frequency=groups.get("every") or "",
        baseline=groups.get("base") or baseline_in(match.group()),
        confidence=rule.confidence,
        rule=rule.name,
        flags=("needs_definition",) * (rule.operator == "aim") + ("year_guessed",) * when.guessed,
        written=sentence.quote(start, match.end()).strip(),
        sentence=sentence.words,
        start=start,
        end=match.end(),
    )


def _value(rule: Rule, match: re.Match[str]) -> float | None:
    """Return the figure that the words say: 翻两番 is four times."""
    groups = match.groupdict()
    if groups.get("numeral"):
        return value_of(groups["numeral"])
    if groups.get("base"):
        return float(2.0 ** value_of(groups.get("folds") or "一"))
    return rule.value


def _quote(context: Context, match: re.Match[str], group: str) -> str:
    if match.groupdict().get(group) is None:
        return ""
    return context.sentence.quote(*match.span(group)).strip()


def _bare(name: str, scope: str) -> str:
    """Return a name without its verb, and without the place where that is kept apart."""
    name = level_name(name)
    if scope and name.startswith(scope) and len(name) > len(scope) + 1:
        name = level_name(re.sub(r"^(?:范围)?(?:之)?(?:内|中)的?", "", name[len(scope) :]))
    return name


def _overlap(one: Span, other: Span) -> bool:
    return one.start < other.end and other.start < one.end
