"""What residents of the demo city answered, with the mistakes that people make."""

from collections.abc import Sequence

from hetao.collection.questionnaire import questionnaire
from hetao.demo.inspections import Row, every
from hetao.demo.places import Zone

EACH, FEW = 50, 4
SKIPPED = (7, 22)
"""Communities, by their place in the list, where hardly anybody was asked."""

LOW = {"b5": 1, "c2": 1, "t5": 1}
"""Items that people are unhappy with: parking, and two others."""

PATTERNS = ((3, 4, 5, 4), (4, 4, 5, 5), (3, 4, 4, 4), (3, 4, 3, 4))
"""Answers that people give in turn: means of 75, 87.5, 68.75 and 62.5 points."""


def survey_rows(zones: Sequence[Zone], date: str) -> list[Row]:
    """Return the answers: 50 a community, four in two of them; some young, some ticked through."""
    communities = [zone for zone in zones if zone.level == "community"]
    rows: list[Row] = []
    for at, zone in enumerate(communities):
        rows += [
            _answers(len(rows) + number, zone.code, date)
            for number in range(FEW if at in SKIPPED else EACH)
        ]
    return rows


def _answers(number: int, community: str, date: str) -> Row:
    through = every(number, 149)
    items = {
        item: 5 if through else None if every(number + at, 17) else _one(item, number, at)
        for at, item in enumerate(questionnaire().items)
    }
    return {
        "id": f"A{number + 1:05d}", "community": community, "answered_on": date,
        "gender": "female" if every(number, 2) else "male",
        "age": 15 if every(number, 211) else (22, 34, 41, 47, 52, 66, 27)[number % 7],
        "years_lived": 8, **items,
    }  # fmt: skip


def _one(item: str, number: int, at: int) -> int:
    """Return an answer by the pattern of the item, two steps less where people are unhappy."""
    pattern = PATTERNS[at % len(PATTERNS)]
    answer = pattern[(number // 3) % len(pattern)]
    return answer - 2 if item in LOW else answer
