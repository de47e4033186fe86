"""A target that several counties owe: the state of each, and what follows for all."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from hetao.plan.judged import Figure, State, Verdict, ZoneState
from hetao.plan.judging import judge
from hetao.plan.judging_units import converted, is_share
from hetao.plan.ledger import Target

_GOOD: frozenset[State] = frozenset({"met", "on_track"})
_BAD: tuple[State, ...] = ("not_met", "deteriorating", "behind")


def states_of(
    target: Target,
    series: Mapping[str, Sequence[Figure]],
    names: Mapping[str, str],
    **judging: Any,  # noqa: ANN401  (year, better and direct of `judge`)
) -> tuple[ZoneState, ...]:
    """
    Return the state of a target in each county.

    Parameters
    ----------
    series : mapping of str to sequence of Figure
        The figures of each county that has any, by code.
    names : mapping of str to str
        Name by code of every county; one without figures is unknown.
    """
    found = []
    for code in [*names, *(code for code in series if code not in names)]:
        figures = series.get(code, ())
        verdict = judge(target, figures, **judging)
        name = names.get(code) or (figures[0].zone_name if figures else code)
        found.append(ZoneState(code, name, verdict.state, verdict.figure, verdict.reason))
    return tuple(found)


def together(zones: Sequence[ZoneState], *, final: bool) -> Verdict:
    """
    Return what the counties together say of a target that binds each of them.

    Returns
    -------
    Verdict
        Met where it is met in every county; met in part where some reach it and some do not;
        unknown where those that are known reach it and others are not known.
    """
    good = [zone for zone in zones if zone.state in _GOOD]
    bad = [zone for zone in zones if zone.state in _BAD]
    unknown = [zone.zone_name for zone in zones if zone.state not in (*_GOOD, *_BAD)]
    facts = {
        "met": _list(zone.zone_name for zone in good),
        "missed": _list(zone.zone_name for zone in bad),
        "unknown": _list(unknown),
    }
    if good and bad:
        return Verdict("met_in_part", "", facts, final)
    if bad:
        worst = next(state for state in _BAD if any(zone.state == state for zone in bad))
        return Verdict(worst, "", facts, final)
    if unknown:
        return Verdict("cannot_tell", "counties_unknown", facts, final)
    all_met = all(zone.state == "met" for zone in good)
    return Verdict("met" if all_met else "on_track", "", facts, final)


def summed(series: Mapping[str, Sequence[Figure]], names: Mapping[str, str]) -> list[Figure]:
    """
    Return the figures of the whole place as sums over its counties, a year where all are known.

    Shares are Σ numerator ÷ Σ denominator, never a mean of shares; nothing else is added up.
    """
    by_year: dict[int, list[Figure]] = {}
    for figures in series.values():
        for figure in figures:
            by_year.setdefault(figure.year, []).append(figure)
    found = []
    for year, parts in sorted(by_year.items()):
        total = _share_of(parts) if names and {f.zone for f in parts} >= set(names) else None
        if total is not None:
            found.append(
                replace(
                    parts[0], year=year, zone="", zone_name="", level="city", low=None, high=None,
                    grade=max(f.grade for f in parts), reported_by="", **total,
                )
            )  # fmt: skip
    return found


def _share_of(parts: Sequence[Figure]) -> dict[str, Any] | None:
    above = [figure.numerator for figure in parts]
    below = [figure.denominator for figure in parts]
    unit = parts[0].unit
    if not is_share(unit) or None in above or None in below:
        return None
    one, other = sum(part or 0.0 for part in above), sum(part or 0.0 for part in below)
    if not other:
        return None
    return {
        "value": converted(100 * one / other, "%", unit),
        "numerator": one,
        "denominator": other,
    }


def _list(names: Any) -> str:  # noqa: ANN401
    return "、".join(names)
