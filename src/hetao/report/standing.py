"""Where each indicator stands: which rows speak for the city, and what they say in words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import geopandas as gpd
import pandas as pd

from hetao.catalogue.entries import Entry, entries
from hetao.checkup.observations import NOT_APPLICABLE
from hetao.report import numbers
from hetao.report.texts import said_or, say
from hetao.report.view import Row, RunView, each

FACILITIES = "facility_coverage."
"""Indicators of this family, one per kind of facility, share a chapter."""

VARIANTS = ("official", "network", "people")
LEVELS = ("community", "subdistrict", "neighbourhood", "county", "compound", "cell")
"""Levels to show by zone, the most telling first."""

ALL_PERCENT = 100


@dataclass(frozen=True)
class Standing:
    """
    One indicator in one run.

    Attributes
    ----------
    rows : DataFrame
        All its observations.
    edition, variant : str
        What the headline is read from: the edition in force and the official variant, where
        there are such.
    zone : str
        The zone that stands for the city.
    level : str
        The level whose zones are compared; empty where there are none to compare.
    entry : Entry or None
        The catalogue's entry, where this version of Hetao has it.
    """

    id: str
    rows: pd.DataFrame
    edition: str
    variant: str
    zone: str
    level: str
    entry: Entry | None

    @property
    def name(self) -> str:
        """Return the Chinese name."""
        return str(self.rows["name_zh"].iloc[0])

    @property
    def unit(self) -> str:
        """Return the unit of its figures."""
        return str(self.rows["unit"].iloc[0])

    @property
    def better_low(self) -> bool:
        """Say whether less is better."""
        return self.entry is not None and self.entry.better == "lower"

    @cached_property
    def head(self) -> Row:
        """Return the row that the finding is read from."""
        return self.at(self.edition, self.variant)

    @cached_property
    def variants(self) -> list[str]:
        """Return the variants of the edition in force, the official one first."""
        found = self.rows.loc[self.rows["edition"] == self.edition, "variant"]
        return list(found.drop_duplicates())

    @cached_property
    def other_editions(self) -> list[str]:
        """Return the editions computed beside the one in force."""
        return [edition for edition in self.rows["edition"].unique() if edition != self.edition]

    def at(self, edition: str, variant: str) -> Row:
        """Return the row of the city in this edition and variant; None where there is none."""
        rows = self.rows
        chosen = rows[
            (rows["edition"] == edition)
            & (rows["variant"] == variant)
            & (rows["zone"] == self.zone)
        ]
        return next(each(chosen), None)

    def by_zone(self, variant: str | None = None) -> pd.DataFrame:
        """Return the rows of the compared zones, the worst first, unknown last."""
        rows = self.rows
        chosen = rows[
            (rows["edition"] == self.edition)
            & (rows["variant"] == (variant or self.variant))
            & (rows["level"] == self.level)
        ]
        return chosen.sort_values(
            ["value", "zone"], ascending=[not self.better_low, True], kind="stable"
        )


def standings(view: RunView) -> list[Standing]:
    """Return every indicator of the run, those of the edition in force first, by number."""
    seen = view.observations
    found = [_standing(view, str(id_), rows) for id_, rows in seen.groupby("indicator", sort=False)]
    return sorted(found, key=lambda standing: _order(view, standing))


def apart(all_: Sequence[Standing]) -> tuple[list[Standing], list[Standing]]:
    """Return the indicators that get a page, and those of the family of facilities."""
    facilities = [standing for standing in all_ if standing.id.startswith(FACILITIES)]
    return [standing for standing in all_ if standing not in facilities], facilities


def _standing(view: RunView, id_: str, rows: pd.DataFrame) -> Standing:
    editions = list(rows["edition"].unique())
    edition = view.edition if view.edition in editions else editions[0]
    mine = rows[rows["edition"] == edition]
    variants = list(mine["variant"].unique())
    variant = next((name for name in VARIANTS if name in variants), variants[0])
    entry = entries().get(id_)
    return Standing(
        id_, rows, edition, variant, _headline_zone(mine, entry), _level(mine, entry), entry
    )


def _headline_zone(rows: pd.DataFrame, entry: Entry | None) -> str:
    area = rows.loc[rows["level"] == "built_up_area", "zone"].unique()
    if len(area) == 1 and entry is not None and entry.official_level == "built_up_area":
        return str(area[0])
    whole = rows.loc[rows["level"] == "city", "zone"]
    return str((whole if len(whole) else rows["zone"]).iloc[0])


def _level(rows: pd.DataFrame, entry: Entry | None) -> str:
    known = rows[rows["value"].notna()].groupby("level")["zone"].nunique()
    zones = rows.groupby("level")["zone"].nunique()
    wanted = [entry.official_level] if entry is not None else []
    for level in [*wanted, *LEVELS]:
        if level in zones.index and zones[level] > 1 and known.get(level, 0) > 0:
            return str(level)
    return ""


def _order(view: RunView, standing: Standing) -> tuple[bool, float, str]:
    digits = "".join(letter for letter in str(standing.head.number) if letter.isdigit())
    number = float(digits) if digits else 1e9
    return standing.edition != view.edition, number, standing.id


def own_findings(view: RunView, id_: str) -> gpd.GeoDataFrame | None:
    """
    Return the findings that an indicator is shown with; None where there are none.

    Variants find much the same things: only those of the official one, or the next best, are
    shown, in the edition in force where it found any.
    """
    found = view.findings.get(id_)
    if found is None or found.empty:
        return None
    for column, order in (("edition", (view.edition,)), ("variant", VARIANTS)):
        present = list(dict.fromkeys(found[column]))
        first = next((name for name in order if name in present), present[0])
        found = found[found[column] == first]
    return found.drop_duplicates("feature", ignore_index=True)


def variant_zh(variant: str) -> str:
    """Return the Chinese name of a variant."""
    return said_or(f"variant.{variant}", variant)


def level_zh(level: str) -> str:
    """Return the Chinese name of a level."""
    return said_or(f"level.{level}", level)


def standard_of(row: Row) -> str:
    """Return the standard that a row is held to."""
    return numbers.standard(str(row.benchmark_operator or ""), row.benchmark, row.unit)


def gap_of(row: Row) -> str:
    """Return how far a value is from its standard."""
    gap = abs(row.value - row.benchmark)
    if row.unit == "%":
        return say("page.points", value=numbers.figure(gap, row.unit))
    return numbers.with_unit(gap, row.unit)


def finding(standing: Standing) -> str:
    """Return the finding of an indicator as a title."""
    row, name = standing.head, standing.name
    if not says_something(row):
        others = [standing.at(standing.edition, variant) for variant in standing.variants]
        known = next((other for other in others if says_something(other)), None)
        if known is None:
            nowhere = all(other.reason == NOT_APPLICABLE for other in others)
            return say("page.finding_" + ("nowhere" if nowhere else "void"), name=name)
        facts = {"name": name, "first": variant_zh(standing.variant)}
        other = {"variant": variant_zh(str(known.variant)), "figure": figure_of(known)}
        return say("page.finding_other", **facts, **other)
    if not numbers.is_known(row.value) and row.state == "none":
        return say("page.finding_bounds", name=name, figure=figure_of(row))
    facts = {
        "name": name,
        "figure": figure_of(row),
        "standard": standard_of(row),
        "gap": gap_of(row) if row.state == "missed" else "",
    }
    return say(f"page.finding_{row.state}", **facts)


def figure_of(row: Row) -> str:
    """Return the figure with its unit; the interval where only that is known."""
    if numbers.is_known(row.value):
        return numbers.with_unit(row.value, row.unit)
    bounds = span_of(row)
    if not bounds:
        return numbers.UNKNOWN
    return f"{bounds}%" if row.unit == "%" else f"{bounds} {numbers.unit_zh(row.unit)}"


def span_of(row: Row) -> str:
    """Return the interval of a row; empty where the value is certain or nothing is known."""
    if not (numbers.is_known(row.low) and numbers.is_known(row.high)):
        return ""
    return numbers.span(row.low, row.high, row.unit)


def straddles(row: Row) -> bool:
    """Say whether the interval crosses the standard."""
    known = numbers.is_known(row.low) and numbers.is_known(row.high)
    return bool(
        known and numbers.is_known(row.benchmark) and row.low <= row.benchmark <= row.high
        and row.low < row.high
    )  # fmt: skip


def doubtful(row: Row) -> bool:
    """Say whether a row has a value and a standard, but the standard may not judge it."""
    known = numbers.is_known(row.value) and numbers.is_known(row.benchmark)
    return bool(known and row.state == "unknown" and not straddles(row))


def void(standing: Standing) -> bool:
    """Say whether nothing could be computed for the city, in any variant."""
    heads = [standing.at(standing.edition, variant) for variant in standing.variants]
    return not any(says_something(row) for row in heads)


def says_something(row: Row) -> bool:
    """Say whether a row has a value, or an interval that leaves anything out."""
    everything = row.unit == "%" and row.low <= 0 and row.high >= ALL_PERCENT
    return bool(numbers.is_known(row.value) or (span_of(row) and not everything))


def why_unknown(row: Row) -> str:
    """Return why a row has no value or no verdict, in words; empty where it has both."""
    if row.reason_zh:
        return str(row.reason_zh)
    if row.state != "unknown":
        return ""
    if straddles(row):
        return say("unknowns.straddles", span=span_of(row), standard=standard_of(row))
    return say("unknowns.benchmark") if numbers.is_known(row.value) else ""


def counts(all_: Sequence[Standing]) -> Mapping[str, int]:
    """Return how many indicators are met, missed, unknown and without a standard."""
    states = [standing.head.state for standing in all_]
    return {state: states.count(state) for state in ("met", "missed", "unknown", "none")}
