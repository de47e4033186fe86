"""Figures to judge a plan by: what the check-ups of a workspace computed, what people reported."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from hetao.catalogue.entries import Entry, entries
from hetao.catalogue.naming import entry_called, variant_called
from hetao.checkup.observations import NOT_APPLICABLE
from hetao.checkup.reported import NOT_REPORTED
from hetao.checkup.reported import REGISTER as REPORTED
from hetao.checkup.run import Run, runs
from hetao.plan.bodies import EXTRA, directory
from hetao.plan.judged import Figure
from hetao.plan.judging_units import converted, is_share
from hetao.registers.store import stored_sources
from hetao.registers.workspace import CITY_FILE, Workspace, open_workspace

CHECKUPS = "checkups_held"
WHOLE = ("city", "built_up_area")
"""Levels of zones that are the whole place; an indicator's own level goes first."""


@dataclass(frozen=True)
class Figures:
    """
    All figures of a workspace for whole places and counties.

    Attributes
    ----------
    city, code : str
        Name and division code of the workspace's city; "" outside of a workspace.
    counties : mapping of str to str
        Name by code of every county that the zones hold.
    all : tuple of Figure
        One for each indicator, variant, zone and year; what was computed goes before what was
        reported for the same one.
    """

    city: str = ""
    code: str = ""
    counties: Mapping[str, str] = field(default_factory=dict)
    all: tuple[Figure, ...] = ()
    snapshot: str = ""
    runs: tuple[str, ...] = ()

    def of(self, indicator: str, variant: str = "", edition: str = "") -> list[Figure]:
        """
        Return the figures of an indicator, the oldest first, one for each zone and year.

        Parameters
        ----------
        variant : str
            The indicator's first one where none is named; so do reports that name none.
        edition : str
            Whose version goes first where several were computed.
        """
        entry = entries().get(indicator)
        usual = next(iter(entry.variants), "") if entry else ""
        found: dict[tuple[int, str], Figure] = {}
        for figure in self.all:
            if figure.indicator != indicator or (figure.variant or usual) != (variant or usual):
                continue
            other = found.get((figure.year, figure.zone))
            if other is None or (figure.edition == edition and other.edition != edition):
                found[figure.year, figure.zone] = figure
        return [found[key] for key in sorted(found)]


def figures_of(root: Path) -> Figures:
    """
    Return the figures of a workspace; none for a folder that holds a plan alone.

    Raises
    ------
    UserError
        If the workspace is damaged.
    """
    if not (root / CITY_FILE).is_file():
        return Figures()
    workspace = open_workspace(root)
    done = runs(workspace)
    names = _names(workspace, done)
    computed = list(_computed(done))
    known = {_key(figure) for figure in computed if figure.value is not None}
    reported = [f for f in _reported(workspace, names) if _key(f) not in known]
    stated = {_key(figure) for figure in reported}
    computed = [f for f in computed if f.value is not None or _key(f) not in stated]
    city = workspace.city
    return Figures(
        city=city.name,
        code=city.code,
        counties={code: name for code, (name, level) in names.items() if level == "county"},
        all=(*computed, *reported, *_held(done)),
        snapshot=str(done[-1].manifest["snapshot"]) if done else "",
        runs=tuple(run.id for run in done),
    )


def whole(
    figures: Iterable[Figure], entry: Entry | None = None, *, urban: bool = False
) -> list[Figure]:
    """
    Return the figures of the whole place, one a year.

    Parameters
    ----------
    urban : bool
        Whether the city proper is meant; else the indicator's own level goes first.
    """
    own = entry.official_level if entry and entry.official_level in WHOLE else WHOLE[0]
    own = WHOLE[1] if urban else own
    order = [own, *(level for level in WHOLE if level != own)]
    best: dict[int, Figure] = {}
    for figure in figures:
        if figure.level not in order:
            continue
        rank = (figure.value is None, order.index(figure.level))
        other = best.get(figure.year)
        if other is None or rank < (other.value is None, order.index(other.level)):
            best[figure.year] = figure
    return [best[year] for year in sorted(best)]


def _key(figure: Figure) -> tuple[str, str, str, int]:
    entry = entries().get(figure.indicator)
    usual = next(iter(entry.variants), "") if entry else ""
    return figure.indicator, figure.variant or usual, figure.zone, figure.year


def _names(workspace: Workspace, done: Sequence[Run]) -> dict[str, tuple[str, str]]:
    """Return name and level of the city's zones by code."""
    city = workspace.city
    known = {city.code: (city.name, "city")}
    frames = [
        source.frame("zones") for source in stored_sources(workspace) if "zones" in source.rows
    ]
    if done:
        frames.append(done[-1].snapshot(workspace).zones)
    for frame in frames:
        for code, name, level in zip(frame["id"], frame["name"], frame["level"], strict=True):
            if level in ("city", "county", "built_up_area"):
                known[str(code)] = (str(name), str(level))
    if not any(level == "county" for _, level in known.values()) and city.code.endswith("00"):
        counties = directory(city.code, workspace.root / EXTRA).counties()
        known |= {body.code: (body.short, "county") for body in counties}
    return known


def _computed(done: Sequence[Run]) -> Iterator[Figure]:
    """Yield what the check-ups computed; the latest run of a year stands."""
    latest: dict[tuple[Any, ...], Figure] = {}
    for run in done:
        for row in run.observed((*WHOLE, "county")).to_dict("records"):
            if _is_report(row):
                continue  # the register itself says more of it
            figure = _observed(row, run)
            latest[(*_key(figure), figure.edition)] = figure
    yield from latest.values()


def _is_report(row: Mapping[Any, Any]) -> bool:
    entry = entries().get(row["indicator"])
    variant = entry.variants.get(row["variant"]) if entry else None
    if variant is None or not variant.may_be_reported:
        return False
    return variant.is_reported or pd.isna(row["value"])


def _observed(row: Mapping[Any, Any], run: Run) -> Figure:
    return Figure(
        indicator=row["indicator"],
        year=int(str(row["period"])[:4]),
        value=_number(row["value"]),
        unit=row["unit"],
        zone=str(row["zone"]),
        zone_name=str(row["zone_name"]),
        level=str(row["level"]),
        variant=row["variant"],
        edition=row["edition"],
        low=_number(row["low"]),
        high=_number(row["high"]),
        numerator=_number(row["numerator"]),
        denominator=_number(row["denominator"]),
        grade=row["grade"],
        verified=bool(row["verified"]),
        source="run",
        origin=run.id,
        reason=row["reason"] or "",
        note=row["reason_zh"] or "",
    )


def _reported(workspace: Workspace, names: Mapping[str, tuple[str, str]]) -> Iterator[Figure]:
    """Yield what people reported; the source loaded last stands."""
    latest: dict[tuple[Any, ...], Figure] = {}
    for source in stored_sources(workspace):
        if REPORTED not in source.rows:
            continue
        for row in source.frame(REPORTED).to_dict("records"):
            figure = _told(row, source.name, workspace, names)
            latest[_key(figure)] = figure
    yield from latest.values()


def _told(
    row: Mapping[Any, Any],
    origin: str,
    workspace: Workspace,
    names: Mapping[str, tuple[str, str]],
) -> Figure:
    entry = entry_called(str(row["indicator"]))
    code, name, level = _place(_text(row["zone"]), workspace, names)
    value, share = _number(row["value"]), _share(row, entry)
    return Figure(
        indicator=entry.id if entry else str(row["indicator"]).strip(),
        year=int(row["year"]),
        value=share if value is None else value,
        unit=_text(row["unit"]) or (entry.unit if entry else ""),
        zone=code,
        zone_name=name,
        level=level,
        variant=variant_called(entry, _text(row["variant"])),
        numerator=_number(row["numerator"]),
        denominator=_number(row["denominator"]),
        grade=_text(row["grade"]) or (entry.grade if entry else ""),
        verified=all(version.source.verified for version in entry.versions) if entry else True,
        origin=origin,
        reported_by=_text(row["reported_by"]),
        note=_text(row["note"]),
        reason=_why(row, known=value is not None or share is not None),
    )


def _why(row: Mapping[Any, Any], *, known: bool) -> str:
    if row.get("not_applicable") is True:
        return NOT_APPLICABLE
    return "" if known else NOT_REPORTED


def _share(row: Mapping[Any, Any], entry: Entry | None) -> float | None:
    """Return what a reported numerator and denominator make, where the unit is per cent."""
    above, below = _number(row["numerator"]), _number(row["denominator"])
    unit = _text(row["unit"]) or (entry.unit if entry else "")
    if above is None or not below or not is_share(unit):
        return None
    return converted(100 * above / below, "%", unit)


def _place(
    words: str, workspace: Workspace, names: Mapping[str, tuple[str, str]]
) -> tuple[str, str, str]:
    """Return code, name and level of a place that a report names, or else of the city."""
    city = workspace.city
    if not words or words in (city.code, city.name) or re.fullmatch(r"全[市县区旗域]|合计", words):
        return city.code, city.name, "city"
    for code, (name, level) in names.items():
        if words in (code, name):
            return code, name, level
    return words, words, "county"


def _held(done: Sequence[Run]) -> Iterator[Figure]:
    """Yield how many snapshots were checked up in each year, as far as this workspace knows."""
    snapshots: dict[int, set[str]] = {}
    for run in done:
        date = str(run.manifest.get("date") or run.manifest["snapshot"])
        snapshots.setdefault(int(date[:4]), set()).add(str(run.manifest["snapshot"]))
    for year, held in sorted(snapshots.items()):
        yield Figure(
            CHECKUPS, year, float(len(held)), "次", grade="A", source="run", origin=done[-1].id
        )


def _number(value: Any) -> float | None:  # noqa: ANN401
    return None if value is None or pd.isna(value) else float(value)


def _text(value: Any) -> str:  # noqa: ANN401
    return "" if value is None or pd.isna(value) else str(value).strip()
