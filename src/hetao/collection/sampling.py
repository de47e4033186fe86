"""How many residents of each community to ask, so that the city is spoken for."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hetao.collection.questionnaire import Choice, Rules, questionnaire


@dataclass(frozen=True)
class SamplePlan:
    """
    Whom to ask.

    Attributes
    ----------
    communities : DataFrame
        One row per community, in the order given: zone, name, persons, answers, and the
        answers due from each age band, by the id of the band.
    quotas : DataFrame
        One row per group of people that a rule binds: by, value, target, at_least, at_most,
        all in answers of the whole city; target is missing where the rule is only a limit.
    needed : int
        What the rules ask of the city; the plan has more where the communities ask more.
    unknown : tuple of str
        Names of communities without a population, planned with the fewest answers.
    rules : Rules
        What the rules say.
    """

    communities: pd.DataFrame
    quotas: pd.DataFrame
    needed: int
    unknown: tuple[str, ...]
    rules: Rules

    @property
    def total(self) -> int:
        """Return the answers of all communities together."""
        return int(self.communities["answers"].sum())


def answers_needed(persons: float, *, share: float | None = None) -> int:
    """
    Return how many answers a city of so many residents needs.

    Parameters
    ----------
    persons : float
        Residents of the built-up area.
    share : float, optional
        Answers per resident; the upper end of the range if not given.

    Examples
    --------
    >>> answers_needed(400_000), answers_needed(2_000_000), answers_needed(5e6, share=0.0006)
    (1500, 3000, 3000)
    """
    rules = questionnaire().rules
    due = persons * (rules.population_share[1] if share is None else share)
    return max(rules.per_city, math.ceil(round(due, 6)))


def sample_plan(population: pd.DataFrame, *, share: float | None = None) -> SamplePlan:
    """
    Return how many answers to gather in each community, and from whom.

    Every community has the fewest that the rules allow; beyond that its part of the city's
    total follows its population, rounded by the largest remainder.

    Parameters
    ----------
    population : DataFrame
        One row per community: zone (its code), name, persons.
    share : float, optional
        Answers per resident of the city; the upper end of the range if not given.
    """
    rules = questionnaire().rules
    persons = pd.to_numeric(population["persons"], errors="coerce").astype(float)
    needed = answers_needed(float(persons.sum()), share=share)
    answers = _allocated(persons.fillna(0.0).to_list(), needed, rules.per_community)
    communities = population[["zone", "name"]].assign(persons=persons, answers=answers)
    by_age = _spread(answers, [choice.target or 0.0 for choice in _ages()])
    for band, choice in enumerate(_ages()):
        communities[choice.id] = by_age[:, band]
    return SamplePlan(
        communities=communities.reset_index(drop=True),
        quotas=_quotas(int(answers.sum())),
        needed=needed,
        unknown=tuple(population.loc[persons.isna(), "name"].astype(str)),
        rules=rules,
    )


def _ages() -> Sequence[Choice]:
    return questionnaire().demographics["age"].values


def _allocated(persons: Sequence[float], total: int, fewest: int) -> NDArray[np.int64]:
    """Return the total shared out by population, nobody below the fewest."""
    sizes = np.asarray(persons, dtype=float)
    answers = np.full(len(sizes), fewest, dtype=np.int64)
    above = np.ones(len(sizes), dtype=bool)
    while above.any():
        left = total - fewest * int((~above).sum())
        base = sizes[above] if sizes[above].sum() > 0 else np.ones(int(above.sum()))
        due = left * base / base.sum()
        if (due >= fewest).all():
            answers[above] = _rounded(due)
            break
        above[np.flatnonzero(above)[due < fewest]] = False
    return answers


def _spread(answers: NDArray[np.int64], shares: Sequence[float]) -> NDArray[np.int64]:
    """
    Return each community's answers by band.

    What rounding takes from a band in one community it gives back in the next: rounded one by
    one, forty small communities would all err the same way.
    """
    spread = np.zeros((len(answers), len(shares)), dtype=np.int64)
    owed = np.zeros(len(shares))
    for row, count in enumerate(answers):
        owed += count * np.asarray(shares)
        spread[row] = _rounded(owed)
        owed -= spread[row]
    return spread


def _rounded(due: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return whole numbers with the same sum, by the largest remainder; ties to the first."""
    exact = np.round(due, 9)
    whole = np.floor(exact)
    left = round(float(exact.sum() - whole.sum()))
    first = np.argsort(whole - exact, kind="stable")[:left]
    whole[first] += 1
    return whole.astype(np.int64)


def _quotas(total: int) -> pd.DataFrame:
    rows = [
        {
            "by": demographic.id,
            "value": choice.id,
            "target": None if choice.target is None else round(choice.target * total),
            "at_least": math.ceil(round(choice.bounds[0] * total, 6)),
            "at_most": math.floor(round(choice.bounds[1] * total, 6)),
        }
        for demographic in questionnaire().demographics.values()
        for choice in demographic.values
        if choice.bounds != (0.0, 1.0)
    ]
    return pd.DataFrame(rows).astype({"target": "Int64"})
