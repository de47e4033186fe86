"""Which section of a plan holds a measure or a target."""

from collections.abc import Sequence
from dataclasses import dataclass

from hetao.plan.judged import Assessment, Judged
from hetao.plan.ledger import Ledger, Measure, Section, Target
from hetao.report.plan_bodies import measure_of
from hetao.report.plan_words import numbered


@dataclass(frozen=True)
class Chapter:
    """
    A section with what was judged in it.

    Attributes
    ----------
    section : Section or None
        None for what no section holds.
    parts : sequence of (Measure or None, sequence of Judged)
        In the order of the plan; None for targets that stand in the section itself.
    bare : sequence of Measure
        Measures without a target.
    """

    section: Section | None
    parts: Sequence[tuple[Measure | None, Sequence[Judged]]]
    bare: Sequence[Measure]

    @property
    def count(self) -> int:
        """Return how many targets it holds."""
        return sum(len(judged) for _, judged in self.parts)


def section_of(ledger: Ledger, item: Measure | Target) -> Section | None:
    """Return the section that holds an item: by number, by place where a number comes twice."""
    number = item.section if isinstance(item, Measure) else item.measure
    named = [one for one in ledger.sections if _bare(one.number) == _bare(number) and number]
    if len(named) == 1:
        return named[0]
    around = [one for one in named or ledger.sections if one.start <= item.start < one.end]
    return max(around, key=lambda one: one.start, default=named[0] if named else None)


def _bare(number: str) -> str:
    return number.strip("、.．　 ")


def section_title(section: Section | None, number: str = "") -> str:
    """Return the title of a section with its number."""
    return numbered(section.number, section.title) if section is not None else number


def chapters(assessment: Assessment, ledger: Ledger) -> list[Chapter]:
    """Return what was judged by section, in the order of the plan; sections of none stay out."""
    grouped: dict[str, dict[str, list[Judged]]] = {}
    for one in assessment.judged:
        measure = measure_of(ledger, one.target) or one.measure
        section = section_of(ledger, measure if measure is not None else one.target)
        group = grouped.setdefault(section.id if section else "", {})
        group.setdefault(measure.id if measure else "", []).append(one)
    sections: list[Section | None] = [*ledger.sections, None]
    return [
        _chapter(section, grouped[section.id if section else ""], ledger)
        for section in sections
        if (section.id if section else "") in grouped
    ]


def _chapter(section: Section | None, group: dict[str, list[Judged]], ledger: Ledger) -> Chapter:
    known = {measure.id: measure for measure in ledger.measures}
    parts = [
        (known.get(id_) or judged[0].measure if id_ else None, tuple(judged))
        for id_, judged in group.items()
    ]
    bare = [
        measure
        for measure in ledger.measures
        if section is not None and section_of(ledger, measure) is section
        and measure.id not in group
    ]  # fmt: skip
    return Chapter(section, tuple(parts), tuple(bare))
