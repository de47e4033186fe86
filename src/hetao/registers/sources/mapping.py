"""From the columns of a file to the fields of a register."""

import math
import re
import tomllib
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, partial
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from hetao.errors import UserError
from hetao.registers.dates import read_date
from hetao.registers.definition import Field, Register
from hetao.registers.faults import fault, shown
from hetao.registers.reading import Fault

NOTHING = frozenset(
    {"", "-", "--", "—", "——", "/", "\\", "无", "空", "nan", "none", "null", "n/a", "na"}
)
TRUE = frozenset({"1", "1.0", "true", "t", "yes", "y", "是", "有", "√"})
FALSE = frozenset({"0", "0.0", "false", "f", "no", "n", "否", "无"})
ZONE_CODES = ("code", "adcode", "zone", "代码", "编码", "行政区划代码", "区划代码", "zone_code")
KINDS = {
    "integer": ("整数", "whole number"),
    "number": ("数", "number"),
    "boolean": ("是或否", "yes or no"),
    "date": ("日期", "date"),
}

Cell = Callable[[int, str], str]
"""Names the cell of a row (by position) and a column of the file."""


@dataclass(frozen=True)
class ColumnMapping:
    """
    What a --mapping file says.

    Attributes
    ----------
    columns : mapping of str to str
        Field → column of the file.
    values : mapping
        Field → (value in the file → value of the register).
    constants : mapping
        Field → value for every row.
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    constants: Mapping[str, Any] = field(default_factory=dict)
    register: str | None = None
    crs: str | None = None
    raster: Mapping[str, str] = field(default_factory=dict)
    path: str = ""


def column_mapping(path: Path | None) -> ColumnMapping:
    """
    Read a mapping file; without one, nothing is mapped.

    Raises
    ------
    UserError
        If the file is no TOML or has unknown tables.
    """
    if path is None:
        return ColumnMapping()
    try:
        return ColumnMapping(**{**tomllib.loads(path.read_text("utf-8")), "path": str(path)})
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, TypeError) as error:
        raise UserError("bad_mapping", {"path": path, "why": error}) from error


def column_of(
    register: Register, column: Field, headers: list[str], mapping: ColumnMapping
) -> str | None:
    """Return the header under which a field stands in a file, or None."""
    if column.name in mapping.columns:
        wanted = mapping.columns[column.name]
        return wanted if wanted in headers else None
    exact = [header for header in headers if header.strip().lower() == column.name]
    if register.id == "zones" and column.name == "id":
        exact = [header for header in headers if header.strip().lower() in ZONE_CODES] or exact
    answering = exact or [header for header in headers if column.answers_to(header)]
    return answering[0] if answering else None


def fields_from(
    table: pd.DataFrame, register: Register, mapping: ColumnMapping, *, where: str, cell: Cell
) -> tuple[pd.DataFrame, list[Fault]]:
    """
    Return the fields of a register from a table's columns, with every fault of every cell.

    Parameters
    ----------
    table : DataFrame
        Columns as in the file; rows in its order.
    cell : callable
        Names a cell for people, such as "C7" or "要素 12 · DLDJ".

    Raises
    ------
    UserError
        If the mapping names fields, columns or values that do not exist.
    """
    headers = [str(header) for header in table.columns]
    wrongs = list(_mapping_faults(register, headers, mapping))
    if wrongs:
        raise UserError("bad_mapping", {"path": mapping.path, "why": "; ".join(wrongs)})
    found: dict[str, pd.Series] = {}
    faults: list[Fault] = []
    for column in register.fields:
        header = column_of(register, column, headers, mapping)
        if column.name in mapping.constants:
            found[column.name] = pd.Series(
                mapping.constants[column.name], index=table.index, dtype=column.dtype
            )
        elif header is not None:
            own = mapping.values.get(column.name, {})
            series, wrong = _typed(
                table[header], column, _words(register.id, column, own),
                where=where, cell=partial(_at, cell, header),
            )  # fmt: skip
            found[column.name] = series
            faults += wrong
        elif column.required and column.name != "id":
            faults.append(_absent(column, headers, where))
    return pd.DataFrame(found, index=table.index), faults


def _at(cell: Cell, header: str, row: int) -> str:
    return cell(row, header)


def _mapping_faults(
    register: Register, headers: list[str], mapping: ColumnMapping
) -> Iterator[str]:
    known = {column.name: column for column in register.fields}
    for name in {**mapping.columns, **mapping.values, **mapping.constants}:
        if name not in known and name not in {"lon", "lat"}:
            yield f"{register.id} has no field {name}"
    for name, header in mapping.columns.items():
        if header not in headers:
            yield f"columns.{name}: no column {header}"
    constants = {name: [value] for name, value in mapping.constants.items()}
    targets = {name: list(words.values()) for name, words in mapping.values.items()}
    for name, values in [*constants.items(), *targets.items()]:
        for value in values:
            if name in known and not _may_be(known[name], value):
                yield f"{name} cannot be {value!r}"


def _may_be(column: Field, value: Any) -> bool:  # noqa: ANN401
    if column.values:
        return value in column.values or value == ""
    if column.type in {"integer", "number"}:
        return isinstance(value, int | float) and not isinstance(value, bool)
    return column.type != "boolean" or isinstance(value, bool)


def plain(value: object) -> str | None:
    """
    Return a cell as text with full-width characters made plain, None where it holds nothing.

    Examples
    --------
    >>> plain("１，２３４ "), plain("—"), plain(3.0)
    ('1,234', None, '3')
    """
    if value is None or value is pd.NA or (isinstance(value, float) and math.isnan(value)):
        return None
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    text = unicodedata.normalize("NFKC", str(value)).strip()
    return None if text.lower() in NOTHING else text


def as_number(text: str) -> float | None:
    """
    Return a written number, thousands separators and a unit after it allowed.

    Examples
    --------
    >>> as_number("1,234.5"), as_number("18 m"), as_number("6层"), as_number("about 5")
    (1234.5, 18.0, 6.0, None)
    """
    found = re.fullmatch(r"([+-]?[\d,]*\.?\d+(?:[eE][+-]?\d+)?)\s*[^\d\s.,]{0,6}", text)
    if not found:
        return None
    try:
        return float(found[1].replace(",", ""))
    except ValueError:
        return None


def _typed(
    raw: pd.Series,
    column: Field,
    words: Mapping[str, str],
    *,
    where: str,
    cell: Callable[[int], str],
) -> tuple[pd.Series, list[Fault]]:
    texts = [plain(value) for value in raw]
    values: list[Any]
    if column.type == "boolean":
        values = [_flag(value, text) for value, text in zip(raw, texts, strict=True)]
    elif column.type in {"integer", "number"}:
        values = [None if text is None else as_number(text) for text in texts]
    elif column.type == "date":
        values = [
            None if text is None else read_date(value)
            for value, text in zip(raw, texts, strict=True)
        ]
    elif column.values:
        values = [None if text is None else words.get(text.lower(), "?") for text in texts]
    else:
        return pd.Series(texts, index=raw.index, dtype="string"), []
    wrong = list(_faults_of(column, texts, values, where, cell))
    kept = [_kept(column, value) for value in values]
    return pd.Series(kept, index=raw.index, dtype=column.dtype), wrong


def _faults_of(
    column: Field,
    texts: list[str | None],
    values: list[Any],
    where: str,
    cell: Callable[[int], str],
) -> Iterator[Fault]:
    titles = {"title_zh": column.title_zh, "title_en": column.title_en}
    said = [
        text is not None or value is not None for text, value in zip(texts, values, strict=True)
    ]
    if column.values:
        rows = [row for row, value in enumerate(values) if value == "?"]
        if rows:
            first = {texts[row]: cell(row) for row in reversed(rows)}
            seen = [f"{text!r} ({place})" for text, place in reversed(first.items())]
            known = "、".join(f"{id_} {name}".strip() for id_, name in column.values.items())
            yield fault(
                "unknown_value", where, count=len(rows), cells=shown(seen), known=known, **titles
            )
        return
    bad = [row for row, value in enumerate(values) if value is None and said[row]]
    if bad:
        kind_zh, kind_en = KINDS[column.type]
        cells = shown(f"{cell(row)} {texts[row]!r}" for row in bad)
        yield fault("bad_value", where, count=len(bad), cells=cells, kind_zh=kind_zh,
                    kind_en=kind_en, **titles)  # fmt: skip
    outside = [row for row, value in enumerate(values) if not _within(column, value)]
    if outside:
        cells = shown(f"{cell(row)} {texts[row]}" for row in outside)
        yield fault("out_of_range", where, count=len(outside), cells=cells, low=column.low or 0.0,
                    high=math.inf if column.high is None else column.high, unit=column.unit,
                    **titles)  # fmt: skip


def _flag(value: object, text: str | None) -> bool | None:
    if isinstance(value, bool | np.bool_):
        return bool(value)
    known = (text or str(value)).strip().lower()
    if known in TRUE:
        return True
    return False if known in FALSE else None


def _within(column: Field, value: Any) -> bool:  # noqa: ANN401
    if value is None or isinstance(value, bool | str):
        return True
    return (column.low is None or value >= column.low) and (
        column.high is None or value <= column.high
    )


def _kept(column: Field, value: Any) -> Any:  # noqa: ANN401
    if value is None or value in {"?", ""} or not (column.values or _within(column, value)):
        return None
    return round(value) if column.type == "integer" else value


def _words(register: str, column: Field, own: Mapping[str, str]) -> Mapping[str, str]:
    """Return what each word means as a value of this column, in lower case."""
    aliases = _aliases().get(register, {}).get(column.name, {})
    titles = {title: value for value, title in column.values.items()}
    all_words = {value: value for value in column.values} | titles | dict(aliases) | dict(own)
    return {str(word).strip().lower(): value for word, value in all_words.items()}


def kind_words() -> Mapping[str, str]:
    """Return what each word for a kind of facility means, in lower case."""
    return {word.lower(): kind for word, kind in _aliases()["facilities"]["kind"].items()}


def _absent(column: Field, headers: list[str], where: str) -> Fault:
    return fault("no_column", where, title_zh=column.title_zh, title_en=column.title_en,
                 name=column.name, columns="、".join(headers) or "—")  # fmt: skip


@cache
def _aliases() -> Mapping[str, Mapping[str, Mapping[str, str]]]:
    text = (files("hetao.registers.sources") / "value_aliases.toml").read_text("utf-8")
    return tomllib.loads(text)
