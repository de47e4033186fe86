"""Where a city keeps its plans: one folder each, with the ledger, its last reading and the text."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

from hetao.errors import UserError
from hetao.plan.corrections import Merged, merge
from hetao.plan.ledger import Ledger
from hetao.plan.ledger_file import LEDGER, as_tables, dumps, from_tables, load_tables, read_ledger
from hetao.plan.text import PlanText
from hetao.registers.workspace import disk_full_told

LAST_READING = "ledger.read.toml"
TEXT = "text.txt"
PLANS = "plan"
CITY = "city.toml"


@dataclass(frozen=True)
class Plan:
    """A plan that a city keeps."""

    folder: Path
    ledger: Ledger

    @property
    def name(self) -> str:
        """Return the folder's name, by which commands call the plan."""
        return self.folder.name


def folder_for(root: Path, ledger: Ledger) -> Path:
    """Return where a plan's files go: in the city's workspace, else in the folder itself."""
    if not (root / CITY).is_file():
        return root
    words = ledger.document.number or ledger.document.title or "plan"
    return root / PLANS / re.sub(r"[\\/:*?\"<>|\s]+", "_", words)[:80]


def keep(folder: Path, ledger: Ledger, text: PlanText) -> tuple[Ledger, Merged]:
    """
    Write a plan's files; what people corrected since the last reading stays.

    Returns
    -------
    Ledger
        As it stands now.
    Merged
        Its tables, and the corrections that the text now contradicts.

    Raises
    ------
    UserError
        If the file that people corrected has faults; nothing is written then.
    """
    now = as_tables(ledger)
    path, last = folder / LEDGER, folder / LAST_READING
    if path.is_file():
        mine = load_tables(path)
        from_tables(mine, path)
        merged = merge(mine, load_tables(last) if last.is_file() else None, now)
    else:
        merged = Merged(now, (), 0)
    result = from_tables(merged.tables, path)
    head = (files("hetao.plan") / "ledger_head.txt").read_text("utf-8")
    with disk_full_told(folder):
        folder.mkdir(parents=True, exist_ok=True)
        _write(folder / TEXT, text.text)
        texts = {path: dumps(merged.tables, head=head), last: dumps(now)}
        for target, content in texts.items():
            _beside(target).write_text(content, "utf-8")
        for target in texts:
            Path(_beside(target)).replace(target)
    return result, merged


def _write(path: Path, content: str) -> None:
    _beside(path).write_text(content, "utf-8")
    Path(_beside(path)).replace(path)


def _beside(path: Path) -> Path:
    return path.with_name(f".{path.name}.new")


def plans(root: Path) -> list[Plan]:
    """
    Return the plans kept in a workspace, or in a folder of one plan; the oldest first.

    Raises
    ------
    UserError
        If a ledger has faults.
    """
    if (root / LEDGER).is_file():
        return [Plan(root, read_ledger(root / LEDGER))]
    folder = root / PLANS
    found = sorted(folder.glob(f"*/{LEDGER}")) if folder.is_dir() else []
    kept = [Plan(path.parent, read_ledger(path)) for path in found]
    return sorted(kept, key=lambda plan: (plan.ledger.document.date, plan.name))


def plan_named(root: Path, name: str | None = None) -> Plan:
    """
    Return a plan of a city by its folder's name, number or title; the latest without a name.

    Raises
    ------
    UserError
        If there is none.
    """
    kept = plans(root)
    if not kept:
        raise UserError("no_ledger", {"root": root})
    if name is None:
        return kept[-1]
    for plan in kept:
        if name in (plan.name, plan.ledger.document.number, plan.ledger.document.title):
            return plan
    raise UserError("no_plan_named", {"root": root, "name": name, "known": _names(kept)})


def _names(kept: Sequence[Plan]) -> str:
    return ", ".join(plan.name for plan in kept)


def as_json(ledger: Ledger) -> dict[str, Any]:
    """Return a ledger as one object, every key of every item in its place."""

    def plain(value: Any) -> Any:  # noqa: ANN401
        if isinstance(value, tuple):
            return [plain(part) for part in value]
        return (
            {key: plain(part) for key, part in vars(value).items()}
            if hasattr(value, "__dict__")
            else value
        )

    return {
        name: plain(getattr(ledger, name))
        for name in ("document", "sections", "measures", "targets")
    }
