"""Weights that make those who answered look like those who live there."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray


@dataclass(frozen=True)
class Raked:
    """
    Weights fitted to known margins.

    Attributes
    ----------
    weights : Series of float
        Indexed like what was given, with the same sum.
    converged : bool
        Whether every margin that can be met is met.
    empty : tuple of (str, str)
        Margin and group of which there are people but no answers.
    rounds : int
        How many were needed.
    """

    weights: pd.Series
    converged: bool
    empty: tuple[tuple[str, str], ...]
    rounds: int

    @property
    def design_effect(self) -> float:
        """Return by how much the weights widen the variance of a mean."""
        return design_effect(self.weights.to_numpy())


@dataclass(frozen=True)
class _Margin:
    """Which group each row is in (−1: none that is known) and the share each group should have."""

    codes: NDArray[np.intp]
    shares: NDArray[np.float64]

    def factors(self, weights: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return what each group's weights are to be multiplied by."""
        sums = np.bincount(self.codes[self.known], weights[self.known], len(self.shares))
        factors: NDArray[np.float64] = self.shares * sums.sum() / sums
        return factors

    @property
    def known(self) -> NDArray[np.bool_]:
        return self.codes >= 0

    def applied(self, weights: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.where(self.known, weights * self.factors(weights)[self.codes], weights)


def design_effect(weights: NDArray[np.float64]) -> float:
    """
    Return Kish's design effect of weighting, 1 + cv²; NaN without weights.

    References
    ----------
    Kish, L. (1965). Survey Sampling. Wiley, section 11.7.

    Examples
    --------
    >>> design_effect(np.array([1.0, 1.0])), design_effect(np.array([1.0, 3.0]))
    (1.0, 1.25)
    """
    total = float(weights.sum())
    return len(weights) * float((weights**2).sum()) / total**2 if total > 0 else float("nan")


def raked(
    weights: pd.Series,
    groups: pd.DataFrame,
    targets: Mapping[str, Mapping[str, float]],
    *,
    tolerance: float = 1e-6,
    rounds: int = 200,
    trim: float | None = None,
) -> Raked:
    """
    Return weights whose margins have the shares of known ones (iterative proportional fitting).

    A row whose group is missing, or has no target, keeps its weight as far as that margin goes.
    The shares of groups nobody answered from are left to the others.

    Parameters
    ----------
    weights : Series of float
        To begin with, above 0.
    groups : DataFrame
        Indexed like `weights`; a column per margin names the group of each row.
    targets : mapping of str to mapping of str to float
        By margin and group: persons, or shares; those that are not above 0 are passed over.
    tolerance : float
        How far a group's weight may be off, as a share of what it should be.
    rounds : int
        After as many it is given up.
    trim : float, optional
        No weight may exceed as many times the mean; above 1.

    References
    ----------
    Deming, W. E. and Stephan, F. F. (1940). On a least squares adjustment of a sampled
    frequency table when the expected marginal totals are known. Annals of Mathematical
    Statistics 11(4).
    """
    margins = [_margin(groups[name], wanted) for name, wanted in targets.items()]
    margins = [margin for margin in margins if margin.known.any()]
    fitted = weights.to_numpy(dtype=float).copy()
    turn, converged = 0, _fits(margins, fitted, tolerance)
    while not converged and turn < rounds:
        for margin in margins:
            fitted = margin.applied(fitted)
        if trim is not None:
            fitted = _trimmed(fitted, trim)
        turn, converged = turn + 1, _fits(margins, fitted, tolerance)
    return Raked(
        weights=pd.Series(fitted, index=weights.index, name="weight"),
        converged=converged,
        empty=tuple(_empty(groups, targets)),
        rounds=turn,
    )


def _margin(groups: pd.Series, wanted: Mapping[str, float]) -> _Margin:
    met = [group for group in _above_zero(wanted) if (groups == group).any()]
    shares = np.array([wanted[group] for group in met], dtype=float)
    codes = pd.Index(met, dtype=object).get_indexer(pd.Index(groups, dtype=object))
    return _Margin(codes, shares / shares.sum())


def _above_zero(wanted: Mapping[str, float]) -> list[str]:
    return [group for group, share in wanted.items() if share > 0]


def _fits(margins: list[_Margin], weights: NDArray[np.float64], tolerance: float) -> bool:
    return all((np.abs(margin.factors(weights) - 1) <= tolerance).all() for margin in margins)


def _trimmed(weights: NDArray[np.float64], trim: float) -> NDArray[np.float64]:
    """Cut weights at so many times the mean; what is cut goes to the others in proportion."""
    total, limit = weights.sum(), trim * weights.mean()
    while (weights > limit).any():
        full = weights >= limit
        left = (total - limit * full.sum()) / weights[~full].sum()
        weights = np.where(full, limit, weights * left)
    return weights


def _empty(
    groups: pd.DataFrame, targets: Mapping[str, Mapping[str, float]]
) -> Iterator[tuple[str, str]]:
    for name, wanted in targets.items():
        met = set(groups[name].dropna())
        yield from ((name, group) for group in _above_zero(wanted) if group not in met)
