"""The ledger as a TOML file that people read and correct."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import MISSING, fields
from pathlib import Path
from types import UnionType
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

import tomli_w

from hetao.errors import UserError
from hetao.plan.ledger import Assignment, Clause, Document, Ledger, Measure, Section, Target

_EXACT = 2.0**53  # below it every whole number is itself as a float
LEDGER = "ledger.toml"
T = TypeVar("T")

_PARTS: Mapping[str, type] = {"sections": Section, "measures": Measure, "targets": Target}
_NESTED: Mapping[str, type] = {"assignments": Assignment, "clauses": Clause}
EXTRA = ("by_hand", "note", "removed", "conflicts", "source")
"""Keys an item may carry beside its own: what people set, wrote down or took out."""


def as_table(item: object) -> dict[str, Any]:
    """Return an item as a table of TOML: without what is empty or usual."""
    table: dict[str, Any] = {}
    for field in fields(item):  # type: ignore[arg-type]
        value = getattr(item, field.name)
        if value is None or value == field.default:
            continue
        if field.name in _NESTED:
            value = [as_table(part) for part in value]
        elif isinstance(value, tuple):
            value = list(value)
        elif isinstance(value, float) and value.is_integer() and abs(value) < _EXACT:
            value = int(value)
        table[field.name] = value
    return table


def as_tables(ledger: Ledger) -> dict[str, Any]:
    """Return a ledger as the tables of its file."""
    tables: dict[str, Any] = {"document": as_table(ledger.document)}
    for name in _PARTS:
        tables[name] = [as_table(item) for item in getattr(ledger, name)]
    return tables


def dumps(tables: Mapping[str, Any], *, head: str = "") -> str:
    """Return the text of a ledger's file."""
    comment = "".join(f"# {line}\n" for line in head.splitlines())
    return (
        f"{comment}\n{tomli_w.dumps(tables, multiline_strings=True)}"
        if head
        else tomli_w.dumps(tables, multiline_strings=True)
    )


def load_tables(path: Path) -> dict[str, Any]:
    """
    Return the tables of a ledger's file.

    Raises
    ------
    UserError
        If it is no TOML.
    """
    try:
        return tomllib.loads(path.read_text("utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UserError("ledger_damaged", {"path": path, "why": str(error)}) from None


def read_ledger(path: Path) -> Ledger:
    """
    Return the ledger of a file.

    Raises
    ------
    UserError
        If the file cannot be read; every fault of it at once.
    """
    return from_tables(load_tables(path), path)


def from_tables(tables: Mapping[str, Any], path: Path) -> Ledger:
    """
    Return the ledger that these tables hold.

    Raises
    ------
    UserError
        With every fault: which item, which key, what was found, what was needed.
    """
    faults: list[str] = []
    document = _item(Document, tables.get("document", {}), "[document]", faults)
    parts: dict[str, tuple[Any, ...]] = {}
    for name, kind in _PARTS.items():
        rows = tables.get(name, [])
        items = [
            _item(kind, row, f"[[{name}]] {row.get('id') or row.get('number') or index}", faults)
            for index, row in enumerate(rows, start=1)
            if not row.get("removed")
        ]
        parts[name] = tuple(item for item in items if item is not None)
    _unknown_measures(parts, faults)
    if faults or document is None:
        shown = "\n".join(f"- {fault}" for fault in faults)
        raise UserError("ledger_faults", {"path": path, "count": len(faults), "faults": shown})
    return Ledger(document, parts["sections"], parts["measures"], parts["targets"])


def _unknown_measures(parts: Mapping[str, Sequence[Any]], faults: list[str]) -> None:
    known = {measure.id for measure in parts["measures"]}
    for target in parts["targets"]:
        if target.measure_id and target.measure_id not in known:
            faults.append(
                f"[[targets]] {target.id} measure_id = {target.measure_id!r} → [[measures]] id"
            )


def _item(kind: type[T], row: Mapping[str, Any], where: str, faults: list[str]) -> T | None:
    hints = get_type_hints(kind)
    known = {field.name: field for field in fields(kind)}  # type: ignore[arg-type]
    values: dict[str, Any] = {}
    before = len(faults)
    for name, value in row.items():
        if name in known:
            values[name] = _value(name, value, hints[name], f"{where} {name}", faults)
        elif name not in EXTRA:
            faults.append(f"{where} {name} = {value!r} → {', '.join(known)}")
    for name, field in known.items():
        if name not in values and field.default is MISSING and field.default_factory is MISSING:
            faults.append(f"{where} {name} = ?")
    return kind(**values) if len(faults) == before else None


def _value(name: str, value: Any, hint: Any, where: str, faults: list[str]) -> Any:  # noqa: ANN401
    if name in _NESTED:
        rows = [_item(_NESTED[name], row, where, faults) for row in value]
        return tuple(row for row in rows if row is not None)
    allowed = _choices(hint)
    if allowed and value not in allowed:
        faults.append(f"{where} = {value!r} → {' | '.join(map(repr, allowed))}")
        return value
    wanted = _plain_types(hint)
    if wanted == (tuple,):
        if not isinstance(value, list):
            faults.append(f"{where} = {value!r} → [ … ]")
        return tuple(value) if isinstance(value, list) else ()
    if float in wanted and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if not allowed and (
        not isinstance(value, wanted) or (isinstance(value, bool) and bool not in wanted)
    ):
        faults.append(f"{where} = {value!r} → {' | '.join(kind.__name__ for kind in wanted)}")
    return value


def _choices(hint: Any) -> tuple[Any, ...]:  # noqa: ANN401
    return get_args(hint) if get_origin(hint) is Literal else ()


def _plain_types(hint: Any) -> tuple[type, ...]:  # noqa: ANN401
    origin = get_origin(hint)
    if origin in (Union, UnionType):
        return tuple(kind for part in get_args(hint) for kind in _plain_types(part))
    if origin is tuple:
        return (tuple,)
    return (hint,) if isinstance(hint, type) else ()
