"""Classes of amounts: five to seven, at round breaks, with the standard as one of them."""

import math
from collections.abc import Iterator, Sequence

import numpy as np

MOST = 7
MULTIPLES = (1, 2, 2.5, 5)


def round_breaks(values: Sequence[float], benchmark: float | None = None) -> list[float]:
    """
    Return the inner breaks between classes.

    Parameters
    ----------
    values : sequence of float
        NaN is left out.
    benchmark : float, optional
        Becomes one of the breaks, in place of a near one, where it lies among the values.

    Returns
    -------
    list of float
        Ascending, at most six; empty where all values are equal or there are none. A class holds
        its lower break.

    Examples
    --------
    >>> round_breaks([12.0, 55.0, 97.0], benchmark=85.0)
    [20.0, 40.0, 60.0, 85.0]
    >>> round_breaks([3.0, 3.0])
    []
    """
    known = np.asarray([value for value in values if math.isfinite(value)], dtype=float)
    if len(known) == 0:
        return []
    low, high = float(known.min()), float(known.max())
    if low == high:
        return []
    return next(
        breaks
        for step in _round_steps((high - low) / MOST)
        if len(breaks := _with(_multiples(low, high, step), benchmark, step)) < MOST
    )


def _round_steps(least: float) -> Iterator[float]:
    power = 10.0 ** math.floor(math.log10(least))
    for factor in (1, 10, 100):
        for step in MULTIPLES:
            if step * factor * power >= least * (1 - 1e-9):
                yield step * factor * power


def _multiples(low: float, high: float, step: float) -> list[float]:
    first = math.floor(low / step + 1e-9) + 1
    return [round(step * index, 10) for index in range(first, math.ceil(high / step - 1e-9))]


def _with(breaks: list[float], benchmark: float | None, step: float) -> list[float]:
    """Put the standard among the breaks, in place of those nearer than half a step."""
    if benchmark is None or not breaks or not breaks[0] - step < benchmark < breaks[-1] + step:
        return breaks
    kept = [at for at in breaks if abs(at - benchmark) > step / 2]
    return sorted([*kept, float(benchmark)])


def class_of(values: Sequence[float], breaks: Sequence[float]) -> list[int]:
    """
    Return the class of each value; −1 where it is unknown.

    Examples
    --------
    >>> class_of([10.0, 20.0, float("nan")], [20.0])
    [0, 1, -1]
    """
    return [
        int(np.searchsorted(breaks, value, side="right")) if math.isfinite(value) else -1
        for value in values
    ]
