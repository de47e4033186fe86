"""
The guide to tasks says what the tables say.

As a program it writes the guide's tables anew from `transitions.toml` and `policy.toml`.
"""

import re
from pathlib import Path

import pytest

from hetao.web.accounts.policy import ROLES, table
from hetao.web.site.words import words
from hetao.web.tasks.transitions import STATES, extensions_at_most, transitions

GUIDE = Path(__file__).parents[2] / "docs" / "guide" / "tasks.md"
MARK = "<!-- {name}: written from the tables -->"


def english(key):
    return words()[key]["en"]


def joined(prefix, names):
    return ", ".join(english(f"{prefix}{name}") for name in names) or "—"


def rows_of_states():
    yield "| state | 状态 | steps from here |"
    yield "|---|---|---|"
    for state in STATES:
        steps = [step.action for step in transitions().values() if state in step.start]
        names = english(f"tasks.state.{state}"), words()[f"tasks.state.{state}"]["zh"]
        yield f"| {names[0]} | {names[1]} | {joined('tasks.do.', steps)} |"


def rows_of_steps():
    yield "| step | 步骤 | from | to | must come with | may come with | who | not by who took |"
    yield "|---|---|---|---|---|---|---|---|"
    for step in transitions().values():
        to = english(f"tasks.state.{step.to}") if step.to else english("tasks.stays")
        roles = [role for role in ROLES if table()[step.policy].get(role)]
        cells = (
            english(f"tasks.do.{step.action}"), words()[f"tasks.do.{step.action}"]["zh"],
            joined("tasks.state.", step.start), to, joined("tasks.need.", step.needs),
            joined("tasks.need.", step.takes), joined("accounts.role.", roles),
            joined("tasks.do.", step.apart),
        )  # fmt: skip
        yield f"| {' | '.join(cells)} |"


TABLES = {"states": rows_of_states, "steps": rows_of_steps}


def pattern(name):
    return re.compile(f"(?<={re.escape(MARK.format(name=name))}\n).*?(?=\n\n)", re.DOTALL)


@pytest.mark.parametrize("name", TABLES)
def test_a_table_of_the_guide_is_what_the_data_say(name):
    found = pattern(name).search(GUIDE.read_text("utf-8"))
    assert found, f"the guide has no place for {name}"
    assert found[0].splitlines() == list(TABLES[name]())


def test_the_guide_tells_how_often_a_task_may_be_extended():
    assert extensions_at_most() == 2
    assert "twice at most" in GUIDE.read_text("utf-8")


if __name__ == "__main__":
    told = GUIDE.read_text("utf-8")
    for name, rows in TABLES.items():
        told = pattern(name).sub(lambda _, rows=rows: "\n".join(rows()), told)
    GUIDE.write_text(told, "utf-8")
