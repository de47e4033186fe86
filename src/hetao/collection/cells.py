"""What people write into a cell for a number: 95.6%, ３２, 1.2万, 无, —, 不适用."""

import re
import unicodedata
from dataclasses import dataclass
from typing import Literal

Kind = Literal["number", "unknown", "not_applicable", "fault"]

_UNKNOWN = frozenset(
    ("", *"-—–－…?？", *["--", "——", "不详", "未统计", "暂无", "暂无数据", "待统计", "未知"])
)
_NONE = frozenset({"无", "没有", "零", "未发生", "无此类"})
_NOT_APPLICABLE = frozenset({"/", "\\", "不适用", "不涉及", "N/A", "n/a", "NA"})
_SCALES = {"万亿": 1e12, "亿": 1e8, "万": 1e4, "千": 1e3, "百": 1e2}
_NUMBER = re.compile(
    r"(?P<about>约|大约|近|超|超过)?(?P<number>[-+]?\d+(?:\.\d+)?|[-+]?\.\d+)(?P<scale>万亿|亿|万|千|百)?"
    r"(?P<unit>[^\d（(,;、。]*?)(?P<note>[（(].*[）)]|[,;、。](?!\d).+)?$"
)
_THINGS = frozenset("个处座项")
_SURE = 1.0


@dataclass(frozen=True)
class Cell:
    """
    What a cell says.

    Attributes
    ----------
    value : float or None
        In the unit of the column.
    note : str
        What stood beside the number: 约, （预计）.
    guessed : bool
        Whether a share was written as a fraction (0.32) and was read as per cent.
    """

    kind: Kind
    value: float | None = None
    note: str = ""
    guessed: bool = False


_SPOKEN = {
    _UNKNOWN: Cell("unknown"),
    _NONE: Cell("number", 0.0),
    _NOT_APPLICABLE: Cell("not_applicable"),
}


def read_number(written: object, unit: str, *, shown_as: str = "") -> Cell:
    """
    Read a number as people write it.

    Parameters
    ----------
    written : object
        What the cell holds: a number or text.
    unit : str
        Unit of the column.
    shown_as : str
        Number format of the cell, such as "0.0%".

    Examples
    --------
    >>> [read_number(cell, "%").value for cell in ("95.6%", "３２", 0.32, "九成")]
    [95.6, 32.0, 32.0, None]
    >>> read_number("1.2万", "人").value, read_number("—", "个").kind, read_number("无", "个").value
    (12000.0, 'unknown', 0.0)
    """
    if isinstance(written, (int, float)) and not isinstance(written, bool):
        return _share(float(written), unit, per_cent="%" in shown_as)
    words = unicodedata.normalize("NFKC", "" if written is None else str(written))
    bare = re.sub(r"\s+", "", words)
    bare = re.sub(r"(?<=\d),(?=\d{3})", "", bare).removesuffix("。")
    for known, cell in _SPOKEN.items():
        if bare in known:
            return cell
    found = _NUMBER.fullmatch(bare)
    return Cell("fault") if found is None else _written(found, unit)


def _written(found: re.Match[str], unit: str) -> Cell:
    value = float(found["number"]) * _SCALES.get(found["scale"] or "", 1.0)
    told = found["unit"] or ""
    note = " ".join(
        part for part in (found["about"], (found["note"] or "").strip("()（）,;、。")) if part
    )
    plain = unicodedata.normalize("NFKC", unit)
    if told in ("%", "‰") and plain == "%":
        return Cell("number", value if told == "%" else value / 10, note)
    scaled = _of_column(value, found["scale"] or "", told, plain)
    if scaled is None:
        return Cell("fault")
    shared = _share(scaled, unit) if not told else Cell("number", scaled)
    return Cell(shared.kind, shared.value, note, shared.guessed)


def _of_column(value: float, scale: str, told: str, unit: str) -> float | None:
    """Return a number in the column's unit; None where the unit written beside it is another."""
    head = next((mark for mark in _SCALES if unit.startswith(mark)), "")
    size = _SCALES.get(head, 1.0)
    if not told:
        return value / size if scale and head else value
    same = {unit, unit.removeprefix(head)} | (
        {"个", "处", "座", "项"} if unit in "个处座项" else set()
    )
    if told not in same:
        return None
    return value / size if told != unit or scale else value


def _share(value: float, unit: str, *, per_cent: bool = False) -> Cell:
    """Return a share in per cent: 0.32 is 32, 1 may be either and is a fault."""
    if unit != "%":
        return Cell("number", value)
    if per_cent:
        return Cell("number", round(value * 100, 10))
    if value == _SURE:
        return Cell("fault")
    if 0 < value < _SURE:
        return Cell("number", round(value * 100, 10), guessed=True)
    return Cell("number", value)
