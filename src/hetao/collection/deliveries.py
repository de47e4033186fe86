"""What a body sent, time after time, and what it changed."""

import math
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd

from hetao.checkup.reported import REGISTER
from hetao.collection.receiving import delivery_name
from hetao.registers.store import StoredSource, read_stored
from hetao.registers.workspace import Workspace


@dataclass(frozen=True)
class Sent:
    """One delivery of figures, with the day it came in."""

    source: StoredSource
    date: str


@dataclass(frozen=True)
class Changed:
    """A figure that a later delivery gives otherwise; None is unknown."""

    indicator: str
    variant: str
    zone: str
    before: float | None
    after: float | None


def deliveries_of(workspace: Workspace, body: str, year: int) -> list[Sent]:
    """Return every delivery of figures by a body for a year, the oldest first."""
    if not workspace.sources.is_dir():
        return []
    folders = sorted(path.parent for path in workspace.sources.glob("*/source.json"))
    stored = [read_stored(folder) for folder in folders]
    return [
        Sent(source, _day(source.folder))
        for source in stored
        if source.file == delivery_name(body, year)
    ]


def compared(before: Sent, after: Sent) -> list[Changed]:
    """Return the figures that two deliveries give otherwise, those in one of them only too."""
    old, new = _figures(before), _figures(after)
    return [
        Changed(*key, old.get(key), new.get(key))
        for key in sorted({*old, *new})
        if old.get(key) != new.get(key)
    ]


def _figures(sent: Sent) -> dict[tuple[str, str, str], float | None]:
    frame = sent.source.frame(REGISTER)
    return {
        (_text(row["indicator"]), _text(row["variant"]), _text(row["zone"])): _value(row)
        for row in frame.to_dict("records")
    }


def _value(row: Any) -> float | None:  # noqa: ANN401  (a record of pandas)
    value, above, below = (_number(row[name]) for name in ("value", "numerator", "denominator"))
    if value is None and above is not None and below:
        return above / below
    return value


def _number(value: Any) -> float | None:  # noqa: ANN401
    return None if value is None or pd.isna(value) or math.isnan(float(value)) else float(value)


def _text(value: Any) -> str:  # noqa: ANN401
    return "" if value is None or pd.isna(value) else str(value)


def _day(folder: Path) -> str:
    return f"{datetime.fromtimestamp(folder.stat().st_mtime, tz=UTC).astimezone():%Y-%m-%d}"
