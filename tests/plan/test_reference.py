"""The reference ledger that ships with the package, and the reading of the plan's own text."""

from pathlib import Path

import pytest

from hetao.plan.files import read_text
from hetao.plan.linking import linked, references
from hetao.plan.reading import read_plan

IDS = [
    "T01",
    "T02",
    "T03",
    "T04",
    "T05",
    "T06",
    "T07",
    "T08",
    "T09",
    "T10",
    "T11",
    "T12",
    "T13",
    "T14",
    "T15a",
    "T15b",
    "T15c",
    "T16",
    "T17",
    "T18",
    "T19",
    "T20a",
    "T20b",
    "T21",
    "T22",
    "T23",
    "T23b",
    "T24",
]

# indicator, operator, value, unit, year, scope, soft: copied from the plan's sentences by hand
QUANTIFIED = [
    ("（二）", "~", 6.0, "层", None, True),
    ("（二）", "<=", 18.0, "层", None, False),
    ("（四）", ">=", 32.0, "%", 2025, False),
    ("（五）", ">=", 8.5, "公里/平方公里", 2025, False),
    ("（六）", ">=", 95.0, "%", 2025, False),
    ("（六）", ">", 93.0, "%", 2025, False),
    ("（七）", ">", 99.0, "%", 2025, False),
    ("（七）", "<=", 10.0, "%", 2025, False),
    ("（七）", ">", 90.0, "%", 2025, False),
    ("（八）", ">=", 100.0, "%", 2025, False),
    ("（十）", "=", 90.0, "万平方米", 2025, False),
    ("（十二）", ">=", 30.0, "%", 2025, True),
]


def reference():
    return next(ledger for ledger in references() if ledger.document.date == "2023-12-11")


def test_the_reference_holds_23_measures_and_124_named_assignments() -> None:
    ledger = reference()
    assignments = [a for measure in ledger.measures for a in measure.assignments]

    assert len(ledger.measures) == 23
    assert sum(a.named and a.role != "county" for a in assignments) == 124


def test_every_measure_binds_the_counties_and_only_the_first_names_them() -> None:
    counties = [
        [a for a in measure.assignments if a.role == "county"] for measure in reference().measures
    ]

    assert all(len(found) == 1 for found in counties)
    assert [found[0].named for found in counties] == [True] + [False] * 22


def test_every_target_of_the_research_is_there_once() -> None:
    assert sorted(target.id for target in reference().targets) == sorted(IDS)


def test_the_reference_carries_no_sentence_of_the_plan() -> None:
    assert not any(measure.text or measure.clauses for measure in reference().measures)
    assert not any(target.sentence or target.written for target in reference().targets)


def test_a_carried_prefix_gives_the_market_bureau_its_own_name() -> None:
    materials = next(m for m in reference().measures if m.number == "（十三）")

    assert "市市场监管局" in [a.body for a in materials.assignments]


def found(ledger):
    return sorted(
        ((t.measure, t.operator, t.value, t.unit, t.year, t.soft)
        for t in ledger.targets
        if t.value is not None and t.operator not in ("all", "none") and not t.frequency),
        key=str,
    )  # fmt: skip


def test_the_reference_has_the_figures_of_the_plan() -> None:
    assert found(reference()) == sorted(QUANTIFIED, key=str)


@pytest.mark.shared_data
def test_the_text_reads_as_the_reference(shared: Path) -> None:
    read = linked(read_plan(read_text(shared.parent / "domain" / "bayannur-plan.txt")))
    ledger = reference()

    assert found(read) == sorted(QUANTIFIED, key=str)
    assert [(m.number, m.title, m.section) for m in read.measures] == [
        (m.number, m.title, m.section) for m in ledger.measures
    ]
    assert [[(a.body, a.role, a.named) for a in m.assignments] for m in read.measures] == [
        [(a.body, a.role, a.named) for a in m.assignments] for m in ledger.measures
    ]
