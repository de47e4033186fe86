"""Numbers as people read them; nothing else in the report turns a number into text."""

import math

UNKNOWN = "—"
MINUS = "−"
DECIMALS = {
    "%": 1, "km/km²": 2, "个/km²": 1, "个/km": 1, "m²/人": 2, "人/百项": 2, "件/km²": 1, "km/h": 1,
    "万m²": 1, "万m³": 1, "万m³/日": 1,
}  # fmt: skip
"""Decimals by displayed unit; counts and metres have none."""

UNITS_ZH = {
    "km/km²": "公里/平方公里", "个/km²": "个/平方公里", "个/km": "个/公里", "m": "米",
    "m²": "平方米", "km": "公里", "km²": "平方公里", "s": "秒", "persons": "人", "count": "个",
}  # fmt: skip
"""Units as running text writes them."""

SMALL = 10
HECTARE_M2, SQUARE_KM_M2, KM_M = 1e4, 1e6, 1e3


def is_known(value: object) -> bool:
    """Say whether this is a finite number."""
    return isinstance(value, (int, float)) and math.isfinite(value)


def number(value: float | None, decimals: int = 0) -> str:
    """
    Return a number with thousands separated and a true minus; a dash where unknown.

    Examples
    --------
    >>> number(4412), number(-0.04, 1), number(-3.25, 1), number(float("nan"))
    ('4,412', '0.0', '−3.2', '—')
    """
    if value is None or not is_known(float(value)):
        return UNKNOWN
    text = f"{float(value):,.{decimals}f}"
    if text.strip("-0.,") == "":
        text = text.lstrip("-")
    return text.replace("-", MINUS)


def decimals_of(unit: str) -> int:
    """Return how many decimals figures in this unit carry."""
    return DECIMALS.get(unit, 0)


def figure(value: float | None, unit: str) -> str:
    """Return a figure in its indicator's unit, without the unit."""
    return number(value, decimals_of(unit))


def unit_zh(unit: str) -> str:
    """Return a unit as running text writes it."""
    return UNITS_ZH.get(unit, unit)


def with_unit(value: float | None, unit: str) -> str:
    """
    Return a figure with its unit, for running text.

    Examples
    --------
    >>> with_unit(78.64, "%"), with_unit(8.1, "km/km²"), with_unit(None, "%")
    ('78.6%', '8.10 公里/平方公里', '—')
    """
    text = figure(value, unit)
    if text == UNKNOWN:
        return text
    return f"{text}%" if unit == "%" else f"{text} {unit_zh(unit)}"


def span(low: float | None, high: float | None, unit: str) -> str:
    """
    Return an interval; empty where it has no width once rounded.

    Examples
    --------
    >>> span(75.3, 79.5, "%"), span(75.31, 75.32, "%")
    ('75.3–79.5', '')
    """
    ends = figure(low, unit), figure(high, unit)
    if ends[0] == ends[1]:
        return ""
    return f"{ends[0]}–{ends[1]}"


_SIGNS = {">=": "≥", "<=": "≤", "=": "＝", ">": "＞", "<": "＜"}


def standard(operator: str, value: float | None, unit: str) -> str:
    """
    Return a standard with its sign; a dash where there is none.

    Examples
    --------
    >>> standard(">=", 85.0, "%"), standard(">=", 8.5, "km/km²"), standard("", None, "%")
    ('≥ 85%', '≥ 8.5 km/km²', '—')
    """
    if value is None or not is_known(float(value)) or not operator:
        return UNKNOWN
    joined = f"{plain(float(value))}%" if unit == "%" else f"{plain(float(value))} {unit}"
    return f"{_SIGNS.get(operator, operator)} {joined}"


def plain(value: float) -> str:
    """
    Return a number with as many decimals as it has, at most two.

    Examples
    --------
    >>> plain(85.0), plain(8.5), plain(1234.0)
    ('85', '8.5', '1,234')
    """
    for decimals in (0, 1, 2):
        if abs(round(value, decimals) - value) < 1e-9:  # noqa: PLR2004
            return number(value, decimals)
    return number(value, 2)


def quantity(value: float | None, unit: str) -> str:
    """
    Return an amount given in SI units, in the unit that suits its size.

    Examples
    --------
    >>> quantity(12_297_000, "m²"), quantity(312_400, "m"), quantity(10_636, "人")
    ('1,229.7 公顷', '312.4 公里', '10,636 人')
    """
    if value is None or not is_known(float(value)):
        return UNKNOWN
    if unit == "m²":
        if abs(value) >= 1e4 * HECTARE_M2:
            return f"{number(value / SQUARE_KM_M2, 1)} 平方公里"
        if abs(value) >= HECTARE_M2:
            return f"{number(value / HECTARE_M2, 1)} 公顷"
        return f"{number(value)} 平方米"
    if unit == "m":
        return f"{number(value / KM_M, 1)} 公里" if abs(value) >= KM_M else f"{number(value)} 米"
    return f"{number(value)} {unit_zh(unit)}".strip()


def distance(metres: float | None) -> str:
    """Return a walking distance in metres, rounded to whole ones."""
    return f"{number(metres)} 米" if metres is not None and is_known(float(metres)) else UNKNOWN


def measured(value: float) -> str:
    """
    Return a number with two decimals where it is small, else with none.

    Examples
    --------
    >>> measured(0.0134), measured(12.97), measured(4805.3)
    ('0.01', '13', '4,805')
    """
    return number(value, 2 if abs(value) < SMALL else 0)
