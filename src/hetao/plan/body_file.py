"""The file in which a city adds bodies to those that ship, or sets them otherwise."""

import datetime
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from hetao.errors import UserError

KINDS = ("department", "county", "party", "utility", "agency", "other")
_TEXTS = (
    "id", "name", "short", "kind", "level", "parent", "code", "since", "until", "successor",
    "source", "note",
)  # fmt: skip
_KEYS = (*_TEXTS, "aliases", "verified")
_Row = Mapping[str, Any]


def rows_of(path: Path, known: Callable[[str], bool]) -> list[_Row]:
    """
    Return the bodies that a file lists, as its tables have them.

    Parameters
    ----------
    path : Path
    known : callable
        Whether a body of this name ships; a successor must ship or be in the file.

    Raises
    ------
    UserError
        With every fault: which body, which key, what was found, what was needed.
    """
    try:
        tables = tomllib.loads(path.read_text("utf-8-sig"))
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UserError(*_refused(path, [str(error)])) from None
    rows = tables.get("bodies", [])
    if not isinstance(rows, list):
        raise UserError(*_refused(path, ["bodies → [[bodies]]"]))
    faults = [f"{key} → [[bodies]]" for key in tables if key != "bodies"]
    for number, row in enumerate(rows, 1):
        where = f"[[bodies]] {number}"
        if isinstance(row, dict):
            faults += (f"{where} {fault}" for fault in _faults(row))
        else:
            faults.append(f"{where} = {row!r} → [[bodies]]")
    if not faults:
        faults = list(_clashes(rows, known))
    if faults:
        raise UserError(*_refused(path, faults))
    return rows


def _refused(path: Path, faults: Sequence[str]) -> tuple[str, dict[str, Any]]:
    shown = "".join(f"\n- {fault}" for fault in faults)
    return "bodies_faults", {"path": path, "faults": shown}


def _faults(row: _Row) -> Iterator[str]:
    if not any(row.get(key) for key in ("id", "short", "name")):
        yield "id, short, name = ?"
    for key, value in row.items():
        needed = _needed(key, value)
        if needed:
            yield f"{key} = {value!r} → {needed}"
    since, until = row.get("since"), row.get("until")
    if _is_date(since) and _is_date(until) and str(until) < str(since):
        yield f"until = {until!r} → ≥ {since}"


def _needed(key: str, value: object) -> str:
    """Return what the key needs where the value is not it; else ""."""
    if key == "verified":
        return "" if isinstance(value, bool) else "true | false"
    if key == "aliases":
        is_list = isinstance(value, list) and all(isinstance(name, str) for name in value)
        return "" if is_list else '["…"]'
    if key not in _TEXTS:
        return ", ".join(_KEYS)
    if not isinstance(value, str):
        return '"…"'
    if key in ("since", "until") and value and not _is_date(value):
        return "2024-03-01"
    return " | ".join(KINDS) if key == "kind" and value not in KINDS else ""


def _clashes(rows: Sequence[_Row], known: Callable[[str], bool]) -> Iterator[str]:
    names = [{row.get(key) for key in ("id", "short", "name")} - {None, ""} for row in rows]
    for number, (row, own) in enumerate(zip(rows, names, strict=True), 1):
        before = next((n for n, others in enumerate(names[: number - 1], 1) if others & own), 0)
        if before:
            yield f"[[bodies]] {number} = [[bodies]] {before}"
        follows = row.get("successor", "")
        if follows and not known(follows) and not any(follows in others for others in names):
            yield f"[[bodies]] {number} successor = {follows!r} → id"


def _is_date(words: object) -> bool:
    try:
        # the long form alone, so that dates sort as they read
        return datetime.date.fromisoformat(str(words)).isoformat() == words
    except ValueError:
        return False
