"""One measure with all that hangs on it: its words, bodies, targets, indicators and figures."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from hetao.catalogue.entries import entries
from hetao.errors import UserError
from hetao.plan.judged import Assessment, Judged, plain
from hetao.plan.ledger import Ledger, Measure, Section
from hetao.plan.outline import number_value

_MARKS = "（）()、.．﹒第条 "


@dataclass(frozen=True)
class Dossier:
    """
    What is known of one measure.

    Attributes
    ----------
    section : Section or None
        The one that holds it.
    judged : tuple of Judged
        Its targets as they stand.
    registers : mapping of str to tuple of str
        The registers that each indicator of its targets is computed from, by its id.
    """

    measure: Measure
    section: Section | None
    judged: tuple[Judged, ...]
    registers: Mapping[str, tuple[str, ...]]

    def as_dict(self) -> dict[str, Any]:
        """Return the dossier as plain objects."""
        told: dict[str, Any] = plain(self)
        return told


def dossier(ledger: Ledger, number: str, assessment: Assessment) -> Dossier:
    """
    Return the dossier of a measure.

    Parameters
    ----------
    number : str
        As the plan writes it, or its bare numeral: （七）, 七, 7; or the id of the measure.

    Raises
    ------
    UserError
        If there is none, or several carry the number.
    """
    measure = measure_called(ledger, number)
    mine = tuple(j for j in assessment.judged if j.target.measure_id == measure.id)
    links = {j.target.link for j in mine if j.target.link in entries()}
    section = next((s for s in ledger.sections if s.number == measure.section), None)
    return Dossier(measure, section, mine, {link: _registers(link) for link in sorted(links)})


def measure_called(ledger: Ledger, number: str) -> Measure:
    """
    Return the measure that a number or id names.

    Raises
    ------
    UserError
        If there is none, or several carry the number.
    """
    wanted = _bare(number)
    found = [
        measure
        for measure in ledger.measures
        if number in (measure.id, measure.number) or wanted in _names(measure)
    ]
    exact = [measure for measure in found if number in (measure.id, measure.number)]
    found = exact or found
    if len(found) == 1:
        return found[0]
    known = ", ".join(measure.number for measure in ledger.measures)
    if not found:
        raise UserError("no_measure", {"name": number, "known": known})
    several = ", ".join(f"{measure.id} {measure.number}{measure.title}" for measure in found)
    raise UserError("several_measures", {"name": number, "found": several})


def _names(measure: Measure) -> set[str]:
    bare = _bare(measure.number)
    return {bare, str(number_value(bare) or bare)}


def _bare(number: str) -> str:
    return number.strip(_MARKS)


def _registers(link: str) -> tuple[str, ...]:
    found = {
        source.layer: None
        for variant in entries()[link].variants.values()
        for source in variant.inputs.values()
    }
    return tuple(found)
