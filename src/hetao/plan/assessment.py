"""Judge every target of a plan by the figures of a workspace."""

import datetime
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from hetao.catalogue.entries import Entry, entries
from hetao.plan.counties import states_of, summed, together
from hetao.plan.figures import Figures, figures_of, whole
from hetao.plan.front import places_of
from hetao.plan.judged import Assessment, Figure, Judged, Reading, Verdict, ZoneState
from hetao.plan.judging import judge
from hetao.plan.judging_units import judging_data
from hetao.plan.ledger import Ledger, Measure, Target
from hetao.plan.reasons import flag_words
from hetao.plan.store import PLANS, Plan
from hetao.registers.workspace import CITY_FILE


def assess_city(root: Path, plan: Plan, *, year: int | None = None) -> Assessment:
    """
    Judge a plan by the figures of the workspace it is kept in.

    Parameters
    ----------
    year : int
        The year as whose end things are judged; this year where none is given.

    Raises
    ------
    UserError
        If the workspace is damaged.
    """
    today = datetime.datetime.now(datetime.UTC).astimezone()
    figures = figures_of(workspace_of(root))
    return assess(plan.ledger, figures, year=year or today.year, name=plan.name)


def workspace_of(root: Path) -> Path:
    """Return the workspace that a folder is, or that it keeps a plan of; else the folder."""
    kept_in = root.resolve().parent.parent
    inside = root.resolve().parent.name == PLANS and (kept_in / CITY_FILE).is_file()
    return kept_in if inside and not (root / CITY_FILE).is_file() else root


def assess(ledger: Ledger, figures: Figures, *, year: int, name: str = "") -> Assessment:
    """
    Judge every target of a ledger.

    Returns
    -------
    Assessment
        Targets in the order of the plan.
    """
    measures = {measure.id: measure for measure in ledger.measures}
    place = _Place.of(ledger, figures)
    return Assessment(
        plan=name,
        document=ledger.document,
        year=year,
        judged=tuple(_judged(t, measures.get(t.measure_id), place, year) for t in ledger.targets),
        city=figures.city,
        snapshot=figures.snapshot,
        runs=figures.runs,
    )


@dataclass(frozen=True)
class _Place:
    """The plan's place and what is known of it."""

    figures: Figures
    edition: str
    names: tuple[str, ...]

    @classmethod
    def of(cls, ledger: Ledger, figures: Figures) -> "_Place":
        return cls(figures, ledger.document.number, places_of(ledger.document))

    @property
    def is_the_city(self) -> bool:
        """Say whether the workspace is of the plan's place, and not of one of its counties."""
        return not (self.names and self.figures.city) or any(
            name in self.figures.city for name in self.names
        )


@dataclass(frozen=True)
class _Known:
    """The figures that measure a target."""

    all: Sequence[Figure]
    entry: Entry | None
    direct: bool

    @property
    def better(self) -> str:
        return self.entry.better if self.entry and self.entry.better in ("higher", "lower") else ""


def _known(target: Target, place: _Place, variant: str) -> _Known:
    """Return what measures a target: its indicator's figures, or those reported by its name."""
    entry = entries().get(target.link)
    found = place.figures.of(target.link, variant, place.edition) if entry else []
    if any(figure.value is not None for figure in found):
        return _Known(found, entry, direct=False)
    names = {target.indicator, target.id, target.link} - {""}
    named = sorted(
        (figure for figure in place.figures.all if figure.indicator in names),
        key=lambda figure: (figure.year, figure.zone),
    )
    return _Known(named, entry, direct=True) if named else _Known(found, entry, direct=False)


def _judged(target: Target, measure: Measure | None, place: _Place, year: int) -> Judged:
    known = _known(target, place, target.variant)
    verdict, zones = _verdict(target, known, place, year)
    strict = judging_data()["readings"]["breaches"].get(target.link)
    if strict and verdict.figure:
        other = _verdict(target, _known(target, place, strict), place, year)[0]
        verdict = _with_strict(target, verdict, other)
    verdict = _explained(target, verdict, known, place)
    return Judged(
        target=target,
        measure=measure,
        zones=zones,
        measured_by=known.entry.name_zh if known.entry else "",
        **vars(verdict),
    )


def _verdict(
    target: Target, known: _Known, place: _Place, year: int
) -> tuple[Verdict, tuple[ZoneState, ...]]:
    """Return what the figures say of a target, of the whole place and of its counties."""
    settings: dict[str, Any] = {"year": year, "better": known.better, "direct": known.direct}
    series, counties = _split(target, known, place)
    names = _bound(target, place.figures.counties if place.is_the_city else {})
    counties = {code: group for code, group in counties.items() if code in names or not names}
    zones: tuple[ZoneState, ...] = ()
    if counties and not _is_division(target.scope):
        zones = states_of(target, counties, names, **settings)
    verdict = judge(target, series or summed(counties, names), **settings)
    if zones and place.is_the_city and (_binds_each(target) or verdict.figure is None):
        verdict = _with_counties(verdict, zones)
    return verdict, zones


def _with_strict(target: Target, verdict: Verdict, other: Verdict) -> Verdict:
    """Return a verdict with the strict reading beside it, which counts other breaches."""
    if other.state == verdict.state:
        return verdict
    words = Reading("words", "<=", target.value, verdict.state)
    return replace(verdict, readings=(words, Reading("strict", "<", target.value, other.state)))


def _split(
    target: Target, known: _Known, place: _Place
) -> tuple[list[Figure], dict[str, list[Figure]]]:
    """Return the series of the target's place, and those of its counties."""
    series = [] if _is_rural(target) else whole(known.all, known.entry, urban=_is_urban(target))
    counties: dict[str, list[Figure]] = {}
    for figure in known.all:
        if figure.level == "county":
            counties.setdefault(figure.zone, []).append(figure)
    if _is_division(target.scope):
        if _same(target.scope, place.figures.city):
            return series, {}
        own = [f for group in counties.values() for f in group if _same(target.scope, f.zone_name)]
        return own, {}
    if not place.is_the_city and series:
        city = place.figures
        counties[city.code] = [
            replace(figure, zone=city.code, zone_name=city.city, level="county")
            for figure in series
        ]
        return [], counties
    return series, counties


def _bound(target: Target, counties: Mapping[str, str]) -> dict[str, str]:
    """Return the counties that a target binds: 旗县 leaves the districts of the city out."""
    district = judging_data()["scopes"]["district"]
    rural = _is_rural(target)
    return {c: name for c, name in counties.items() if not (rural and re.search(district, name))}


def _is_rural(target: Target) -> bool:
    """Say whether a target leaves the districts of the city out, so that no city figure fits."""
    return bool(re.fullmatch(judging_data()["scopes"]["rural"], target.scope))


def _is_urban(target: Target) -> bool:
    """Say whether a target is about the city proper and not the land around it."""
    urban = judging_data()["scopes"]["urban"]
    return bool(re.match(urban, target.scope) or re.match(urban, target.indicator))


def _with_counties(verdict: Verdict, zones: Sequence[ZoneState]) -> Verdict:
    """Return the verdict that the counties give together, with the figure of the whole beside."""
    all_ = together(zones, final=verdict.final)
    return replace(verdict, state=all_.state, reason=all_.reason, facts=all_.facts)


def _explained(target: Target, verdict: Verdict, known: _Known, place: _Place) -> Verdict:
    """Return a verdict whose reason says what is really in the way."""
    reason, facts = verdict.reason, dict(verdict.facts)
    facts |= {"indicator": target.indicator, "scope": target.scope, "city": place.figures.city}
    facts |= {"measured_by": known.entry.name_zh if known.entry else target.indicator}
    if reason == "damaged":
        flags = tuple(facts.pop("flags"))
        facts |= {f"flags_{language}": flag_words(flags, language) for language in ("zh", "en")}
    if reason == "no_observation":
        if known.entry is None and not known.all:
            reason = "not_linked"
        elif not place.is_the_city and known.all:
            reason, facts["place"] = "other_place", "、".join(place.names)
        elif known.all and not verdict.figure and _is_division(target.scope):
            reason, facts["place"] = "other_place", target.scope
    if verdict.figure and _unclear(target, verdict.figure):
        return replace(verdict, state="cannot_tell", reason="scope_unclear", facts=facts)
    return replace(verdict, reason=reason, facts=facts)


def _unclear(target: Target, figure: Figure) -> bool:
    """Say whether a computed figure of a city need not be one of the target's place."""
    words = judging_data()["scopes"]
    known = "|".join(words[name] for name in ("whole", "each", "built_up", "division"))
    clear = not target.scope or re.fullmatch(known, target.scope)
    return "scope_unclear" in target.flags or (figure.source == "run" and not clear)


def _binds_each(target: Target) -> bool:
    each = judging_data()["scopes"]["each"]
    return target.by_county or bool(re.fullmatch(each, target.scope))


def _is_division(scope: str) -> bool:
    """Say whether a scope names one county, district or the like."""
    words = judging_data()["scopes"]
    general = "|".join(words[name] for name in ("whole", "each", "built_up"))
    return bool(re.fullmatch(words["division"], scope)) and not re.fullmatch(general, scope)


def _same(one: str, other: str) -> bool:
    suffix = judging_data()["scopes"]["suffix"]
    return bool(one and other) and re.sub(suffix, "", one) == re.sub(suffix, "", other)
