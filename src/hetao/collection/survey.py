"""What residents think of each zone and each indicator, and how sure that is."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from scipy import stats

from hetao.collection.questionnaire import questionnaire
from hetao.collection.raking import Raked, raked
from hetao.collection.sampling import answers_needed

Level = Literal["city", "subdistrict", "community"]

LEVELS: tuple[Level, ...] = ("city", "subdistrict", "community")
TOO_FEW = "too_few_answers"
_FEWEST = 2  # one answer has no spread, and would show what one person said
_ROUNDING = 1e-9


@dataclass(frozen=True)
class ValidAnswers:
    """
    The answers that count.

    Attributes
    ----------
    answers : DataFrame
        The rows kept, as they were given.
    excluded : mapping of str to int
        Rows left out, by reason (a key of the questionnaire's `reasons`); each is counted once,
        under the first that holds.
    untold : mapping of str to int
        Rows kept that do not say their age or how long they have lived here.
    """

    answers: pd.DataFrame
    excluded: Mapping[str, int]
    untold: Mapping[str, int]


@dataclass(frozen=True)
class Breach:
    """
    A quota that the answers do not keep.

    Attributes
    ----------
    by, value : str
        Ids of the question and of the group.
    share : float
        What the group has of the answers that say.
    low, high : float
        What it should have; 0 to 1 where it should have any at all.
    """

    by: str
    value: str
    share: float
    low: float
    high: float


@dataclass(frozen=True)
class UnderSampled:
    """A community, by its code and name, with fewer answers than the rules ask."""

    zone: str
    name: str
    answers: int


@dataclass(frozen=True)
class Survey:
    """
    A survey evaluated.

    Attributes
    ----------
    scores : DataFrame
        One row per item and zone: item, level, zone (its code), name, n, mean, low, high (on
        0–100; NaN where fewer than two answered) and unanswered, the share of the zone's valid
        answers that are silent on the item.
    valid : int
        Answers that count.
    needed : int
        The fewest the rules ask of the city.
    excluded, untold : mapping of str to int
        As in `ValidAnswers`.
    unplaced : mapping of str to int
        Communities as written that are none of the zones, or several of them: their answers
        count for the city alone.
    under_sampled : tuple of UnderSampled
        Communities with fewer answers than the rules ask, those without any included.
    breaches : tuple of Breach
        Quotas not kept.
    weighting : Raked
        The weights of the valid answers and how well they fit.
    """

    scores: pd.DataFrame
    valid: int
    needed: int
    excluded: Mapping[str, int]
    untold: Mapping[str, int]
    unplaced: Mapping[str, int]
    under_sampled: tuple[UnderSampled, ...]
    breaches: tuple[Breach, ...]
    weighting: Raked

    @property
    def is_short(self) -> bool:
        """Say whether the city has fewer answers than it needs."""
        return self.valid < self.needed


@dataclass(frozen=True)
class IndicatorScore:
    """
    What residents think of what an indicator measures, on 0–100.

    Attributes
    ----------
    score, low, high : float
        NaN where unknown.
    n : int
        Answers to the item that fewest answered, of those used.
    reason : str
        Why it is unknown, a key of the questionnaire's `reasons`; "" where it is known.
    """

    score: float
    low: float
    high: float
    n: int
    reason: str = ""


def valid_answers(answers: pd.DataFrame) -> ValidAnswers:
    """
    Return the answers of those who were to be asked, and who did answer.

    Who is too young or too new is left out, then who left most items open, then who gave the
    same answer throughout. Who does not tell the age or the years lived here is kept.

    Parameters
    ----------
    answers : DataFrame
        Rows of the register `survey_answers`; columns that are absent count as empty.
    """
    asked = questionnaire()
    scores = asked.scale.scores(answers.reindex(columns=list(asked.items)))
    told = scores.notna().sum(axis=1)
    age, lived = _numbers(answers, "age"), _numbers(answers, "years_lived")
    faults = {
        "under_age": age < asked.rules.youngest,
        "newcomer": lived < asked.rules.lived_at_least,
        "mostly_empty": told < asked.quality.answered_at_least * len(asked.items),
        "straight_lined": (told >= asked.quality.straight_lined_from)
        & (scores.min(axis=1) == scores.max(axis=1)),
    }
    kept = pd.Series(True, index=answers.index)
    excluded = {}
    for reason, fault in faults.items():
        excluded[reason] = int((kept & fault).sum())
        kept &= ~fault
    untold = {"age": int(age[kept].isna().sum()), "years_lived": int(lived[kept].isna().sum())}
    return ValidAnswers(answers[kept], excluded, untold)


def survey_scores(
    answers: pd.DataFrame,
    zones: pd.DataFrame,
    *,
    populations: pd.Series,
    margins: Mapping[str, Mapping[str, float]] | None = None,
    trim: float | None = None,
) -> Survey:
    """
    Return the score of each item in the city, each sub-district and each community.

    Answers are weighted so that every community counts by its residents; the residents of a
    community nobody answered from are spoken for by the others of its sub-district. Intervals
    are Student's, widened by the design effect of the weights; communities are strata, of which
    each is asked, so that there is none of clustering.

    Parameters
    ----------
    answers : DataFrame
        Rows of the register `survey_answers`; `community` holds a code or a name.
    zones : DataFrame
        Indexed by code, with name, level and parent (a code).
    populations : Series of float
        Residents by code of community: those of the built-up area, all of which are to be asked.
    margins : mapping of str to mapping of str to float, optional
        Known residents, or shares, by question and group: {"gender": {"female": …}}.
    trim : float, optional
        No weight may exceed as many times the mean.
    """
    checked = valid_answers(answers.reset_index(drop=True))
    valid = checked.answers
    places = _places(valid, zones)
    known = pd.to_numeric(populations, errors="coerce").astype(float)
    weighting = _weighted(valid, places, _represented(known, places, zones), margins or {}, trim)
    counts = places["community"].value_counts()
    frame = list(dict.fromkeys([*populations.index, *counts.index]))
    scale = questionnaire().scale
    values = scale.scores(valid.reindex(columns=list(questionnaire().items)))
    return Survey(
        scores=_scores(values, weighting.weights, places, _frame(frame, zones)),
        valid=len(valid),
        needed=answers_needed(known.sum(), share=questionnaire().rules.population_share[0]),
        excluded=checked.excluded,
        untold=checked.untold,
        unplaced=_counted(valid["community"][places["community"].isna()]),
        under_sampled=tuple(_under_sampled(counts.reindex(frame, fill_value=0), zones)),
        breaches=tuple(_breaches(valid)),
        weighting=weighting,
    )


def indicator_scores(survey: Survey) -> dict[str, IndicatorScore]:
    """
    Return what the city's residents think of each indicator that items speak about.

    The score is the mean of the items that enough people answered. Its interval is the mean of
    theirs: the same people answered them, so that it can be no wider.
    """
    asked = questionnaire()
    city = survey.scores[survey.scores["level"] == "city"].set_index("item")
    linked: dict[str, list[str]] = {}
    for item in asked.items.values():
        for indicator in item.indicators:
            linked.setdefault(indicator, []).append(item.id)
    return {indicator: _indicator_score(city.loc[items]) for indicator, items in linked.items()}


def _indicator_score(items: pd.DataFrame) -> IndicatorScore:
    used = items[items["n"] >= questionnaire().quality.usable_from]
    if used.empty:
        unknown = float("nan")
        return IndicatorScore(unknown, unknown, unknown, int(items["n"].max()), TOO_FEW)
    score, low, high = (float(used[name].mean()) for name in ("mean", "low", "high"))
    return IndicatorScore(score, low, high, int(used["n"].min()))


def _numbers(answers: pd.DataFrame, name: str) -> pd.Series:
    column = answers.get(name, pd.Series(index=answers.index, dtype=float))
    return pd.to_numeric(column, errors="coerce").astype(float)


def _places(answers: pd.DataFrame, zones: pd.DataFrame) -> pd.DataFrame:
    """Return the zone of each level that an answer is from; missing where it is unknown."""
    communities = zones[zones["level"] == "community"]
    single = communities[~communities["name"].duplicated(keep=False)]
    codes = {name: code for code, name in single["name"].items()}
    codes |= {code: code for code in communities.index}
    written = answers["community"].astype("string").str.strip()
    community = written.map(codes).astype(object)
    cities = zones.index[zones["level"] == "city"]
    return pd.DataFrame(
        {
            "city": cities[0] if len(cities) else "",
            "subdistrict": _above(community, zones, "subdistrict"),
            "community": community,
        },
        index=answers.index,
        dtype=object,
    )


def _above(codes: pd.Series, zones: pd.DataFrame, level: Level) -> pd.Series:
    """Return the zone of a level that each zone lies in, found by climbing its parents."""
    parents, levels = zones["parent"].to_dict(), zones["level"].to_dict()

    def climbed(code: str) -> str | None:
        seen: set[str] = set()
        while code in levels and code not in seen:
            if levels[code] == level:
                return code
            seen.add(code)
            code = parents[code]
        return None

    found = {code: climbed(code) for code in codes.dropna().unique()}
    return codes.map(found).astype(object)


def _represented(
    populations: pd.Series, places: pd.DataFrame, zones: pd.DataFrame
) -> dict[str, float]:
    """Return the residents each community that answered speaks for."""
    known = populations[populations > 0]
    around = _above(known.index.to_series(), zones, "subdistrict").fillna("")
    heard = known.index.isin(places["community"].dropna())
    whole = known.groupby(around).sum()
    speaking = known[heard].groupby(around[heard]).sum()
    shares = known[heard] * around[heard].map(whole / speaking)
    return {str(code): float(persons) for code, persons in shares.items()}


def _weighted(
    answers: pd.DataFrame,
    places: pd.DataFrame,
    spoken_for: Mapping[str, float],
    margins: Mapping[str, Mapping[str, float]],
    trim: float | None,
) -> Raked:
    asked = questionnaire().demographics
    groups = pd.DataFrame({"community": places["community"]}, index=answers.index)
    for name in margins:
        groups[name] = asked[name].groups(_written(answers, name)).astype(object)
    even = pd.Series(1.0, index=answers.index)
    return raked(even, groups, {"community": spoken_for, **margins}, trim=trim)


def _written(answers: pd.DataFrame, name: str) -> pd.Series:
    return answers.get(name, pd.Series(index=answers.index, dtype="string"))


def _frame(communities: Sequence[str], zones: pd.DataFrame) -> dict[Level, dict[str, str]]:
    """Return the zones to tell about, with their names, by level."""
    names = zones["name"].to_dict()
    codes = pd.Series(communities, dtype=object)
    around = _above(codes, zones, "subdistrict").dropna().unique()
    city = zones.index[zones["level"] == "city"]
    known = {"city": city[:1] if len(city) else [""], "subdistrict": around, "community": codes}
    return {level: {code: str(names.get(code, code)) for code in known[level]} for level in LEVELS}


def _scores(
    values: pd.DataFrame,
    weights: pd.Series,
    places: pd.DataFrame,
    frame: Mapping[Level, Mapping[str, str]],
) -> pd.DataFrame:
    levels = []
    for level in LEVELS:
        cells = _cells(values, weights, places[level], list(frame[level]))
        names = cells.index.get_level_values("zone").map(frame[level])
        levels.append(_intervals(cells).assign(level=level, name=names).reset_index())
    columns = ["item", "level", "zone", "name", "n", "mean", "low", "high", "unanswered"]
    return pd.concat(levels, ignore_index=True)[columns]


def _cells(
    values: pd.DataFrame, weights: pd.Series, zone: pd.Series, known: Sequence[str]
) -> pd.DataFrame:
    """Return the sums that means and intervals are made of, for each item and zone."""
    long = values.assign(zone=zone, w=weights).melt(["zone", "w"], var_name="item", value_name="x")
    long = long.dropna(subset="zone")
    parts = long.assign(
        w=long["w"].where(long["x"].notna()),
        ww=lambda rows: rows["w"] ** 2,
        wx=lambda rows: rows["w"] * rows["x"],
        wxx=lambda rows: rows["w"] * rows["x"] ** 2,
    )
    cells = parts.groupby(["item", "zone"]).agg(
        asked=("zone", "size"),
        n=("x", "count"),
        least=("x", "min"),
        most=("x", "max"),
        **{name: (name, "sum") for name in ("w", "ww", "wx", "wxx")},
    )
    every = pd.MultiIndex.from_product([list(values), known], names=["item", "zone"])
    return cells.reindex(every).astype(float).fillna({"n": 0.0, "asked": 0.0})


def _intervals(cells: pd.DataFrame) -> pd.DataFrame:
    """Return n, mean, low, high and the share unanswered of each cell."""
    n = cells["n"].where(cells["n"] >= _FEWEST)
    mean = cells["wx"] / cells["w"]
    effective = cells["w"] ** 2 / cells["ww"]  # n over the design effect
    spread = (cells["wxx"] / cells["w"] - mean**2).clip(lower=0) * n / (n - 1)
    confident = 0.5 + questionnaire().quality.confidence / 2
    reach = stats.t.ppf(confident, n - 1) * np.sqrt(spread / effective)
    low, high = (mean - reach).clip(lower=0), (mean + reach).clip(upper=100)
    alike = cells["least"] == cells["most"]
    surest = _wilson(mean / 100, effective, float(stats.norm.ppf(confident)))
    return pd.DataFrame(
        {
            "n": cells["n"].astype(int),
            "mean": mean.where(n.notna()),
            "low": low.where(~alike, surest[0] * 100).where(n.notna()),
            "high": high.where(~alike, surest[1] * 100).where(n.notna()),
            "unanswered": 1 - cells["n"] / cells["asked"].where(cells["asked"] > 0),
        }
    )


def _wilson(share: pd.Series, n: pd.Series, z: float) -> tuple[pd.Series, pd.Series]:
    """
    Return Wilson's interval of a share.

    It stands in where all answers are alike: they have no spread, yet a few of them are not sure.
    """
    middle = (share + z**2 / (2 * n)) / (1 + z**2 / n)
    reach = z * np.sqrt(share * (1 - share) / n + z**2 / (4 * n**2)) / (1 + z**2 / n)
    return (middle - reach).clip(lower=0), (middle + reach).clip(upper=1)


def _under_sampled(counts: pd.Series, zones: pd.DataFrame) -> Iterator[UnderSampled]:
    names = zones["name"].to_dict()
    few = counts[counts < questionnaire().rules.per_community]
    for code, count in few.items():
        yield UnderSampled(str(code), str(names.get(code, code)), int(count))


def _breaches(answers: pd.DataFrame) -> Iterator[Breach]:
    for demographic in questionnaire().demographics.values():
        told = demographic.groups(_written(answers, demographic.id)).dropna()
        for choice in demographic.values if len(told) else ():
            share, (low, high) = float((told == choice.id).mean()), choice.bounds
            silent = demographic.every_value and share == 0
            if silent or not low - _ROUNDING <= share <= high + _ROUNDING:
                yield Breach(demographic.id, choice.id, share, low, high)


def _counted(written: pd.Series) -> dict[str, int]:
    return {str(name): int(count) for name, count in written.fillna("").value_counts().items()}
