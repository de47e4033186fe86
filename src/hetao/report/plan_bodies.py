"""Who owes what of a plan: the measures and targets of every body."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from hetao.plan.ledger import Assignment, Ledger, Measure, Role, Target
from hetao.report.texts import say


@dataclass
class Duties:
    """
    What one body owes.

    Attributes
    ----------
    measures : list of (Measure, Assignment)
        In the order of the plan; a measure stands once for each role.
    targets : list of Target
        Those it owes itself first, then those of its other measures.
    """

    body: str
    measures: list[tuple[Measure, Assignment]] = field(default_factory=list)
    targets: list[Target] = field(default_factory=list)

    @property
    def roles(self) -> Counter[Role]:
        """Return how many measures it has in each role."""
        return Counter(one.role for _, one in self.measures)

    @property
    def owned(self) -> int:
        """Return how many targets it owes itself."""
        return sum(target.owner == self.body for target in self.targets)


def duties(ledger: Ledger) -> list[Duties]:
    """Return every body that the plan names, as it comes up, with what it owes."""
    found: dict[str, Duties] = {}
    for measure in ledger.measures:
        for one in measure.assignments:
            mine = found.setdefault(one.body, Duties(one.body))
            mine.measures.append((measure, one))
    for target in ledger.targets:
        if target.owner:
            found.setdefault(target.owner, Duties(target.owner))
    for mine in found.values():
        mine.targets = _targets(mine, ledger)
    return list(found.values())


def _targets(mine: Duties, ledger: Ledger) -> list[Target]:
    held = {measure.id for measure, _ in mine.measures}
    owned = [target for target in ledger.targets if target.owner == mine.body]
    others = [
        target
        for target in ledger.targets
        if target.owner != mine.body and (one := measure_of(ledger, target)) and one.id in held
    ]
    return [*owned, *others]


def measure_of(ledger: Ledger, target: Target) -> Measure | None:
    """Return the measure that holds a target; by its number where it names no id."""
    if target.measure_id:
        return next((one for one in ledger.measures if one.id == target.measure_id), None)
    return next((one for one in ledger.measures if one.number == target.measure), None)


def covers_told(measure: Measure, one: Assignment) -> str:
    """Return what of a measure a body answers for: all of it, or the sentences of its clauses."""
    mine = clauses_of(measure, one)
    parts = [
        say("plan.ledger.cover", number=measure.clauses[index].number, covers=covers)
        for index, covers in mine
        if covers
    ]
    return "\n".join(parts) or say("plan.ledger.whole")


def clauses_of(measure: Measure, one: Assignment) -> Sequence[tuple[int, str]]:
    """Return place and sentences of the clauses of a measure that name a body."""
    return [
        (index, clause.covers)
        for index, clause in enumerate(measure.clauses)
        if clause.number in one.clauses
    ]


def written_told(measure: Measure, one: Assignment) -> str:
    """Return the clauses that name a body, as the text has them."""
    return "\n".join(measure.clauses[index].written for index, _ in clauses_of(measure, one))
