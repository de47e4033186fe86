"""One target against the figures of one place: reached or not, how far, how fast."""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from hetao.plan.judged import Figure, Reading, State, Verdict
from hetao.plan.judging_units import converted, is_share, judging_data
from hetao.plan.ledger import Target
from hetao.plan.readings import Rule, rules, unit_of

_YEAR = re.compile(r"(?:19|20)\d\d")


def judge(  # noqa: PLR0911  (each return is one answer of the list in docs/guide)
    target: Target, figures: Sequence[Figure], *, year: int, better: str = "", direct: bool = False
) -> Verdict:
    """
    Judge a target by the figures of one place.

    Parameters
    ----------
    figures : sequence of Figure
        One a year; those after `year` are left aside.
    year : int
        The year as whose end things are judged.
    better : {"higher", "lower", ""}
        Which way the indicator gets better.
    direct : bool
        Whether the figures are of the target's own words, so that a change from a baseline
        (能耗强度下降) is reported as such and not computed.

    Returns
    -------
    Verdict
    """
    final = target.year is None or year >= target.year
    flags = damage(target)
    if flags:
        return Verdict("cannot_tell", "damaged", {"flags": flags, "written": target.written})
    known = [f for f in figures if f.year <= year and f.value is not None]
    if not known:
        return _nothing(target, figures, year, final)
    in_unit = _in_unit(target, known, breaches=is_breach(known[-1].indicator))
    if in_unit is None:
        units = {"found": known[-1].unit, "wanted": unit_of(target) or "—"}
        return Verdict("cannot_tell", "unit_mismatch", units, final, known[-1], tuple(known))
    readings = _rules(target, known[-1].indicator, better)
    if not readings:
        return _aim(target, in_unit, better, final)
    if _is_change(target) and not direct:
        in_unit = _changes(target, in_unit)
        if not in_unit:
            facts: dict[str, Any] = {
                "figure_year": known[-1].year,
                "wanted": _base(target) or target.baseline,
            }
            return Verdict("cannot_tell", "no_baseline", facts, final, known[-1], tuple(known))
    if final:
        return _final(target, in_unit, readings, year)
    return _underway(target, in_unit, readings)


def damage(target: Target) -> tuple[str, ...]:
    """Return the flags by which the figure of a target looks damaged in the text."""
    share = re.search(judging_data()["words"]["share"], target.indicator)
    found = [flag for flag in target.flags if flag == "above_100" or (flag == "no_unit" and share)]
    return tuple(found)


def is_breach(indicator: str) -> bool:
    """Say whether an indicator counts what goes against a target."""
    return indicator in judging_data()["readings"]["breaches"]


def _rules(target: Target, indicator: str, better: str) -> tuple[Rule, ...]:
    return (Rule("words", "<=", 0.0),) if is_breach(indicator) else rules(target, better)


def _nothing(target: Target, figures: Sequence[Figure], year: int, final: bool) -> Verdict:
    if target.operator == "aim":
        return Verdict("cannot_tell", "no_definition", {"indicator": target.indicator}, final)
    last = next((f for f in reversed(figures) if f.year <= year and f.reason), None)
    facts = {
        "year": year if target.year is None else min(year, target.year),
        "why_zh": f"：{last.note}" if last and last.note else "",
        "why_en": f": {last.reason}" if last and last.reason else "",
    }
    return Verdict("cannot_tell", "no_observation", facts, final, last)


def _in_unit(target: Target, known: Sequence[Figure], *, breaches: bool) -> list[Figure] | None:
    """Return the figures in the target's unit; None where one cannot be converted."""
    wanted = unit_of(target)
    if breaches or not wanted or target.operator == "none":
        return list(known)
    found = []
    for figure in known:
        share = is_share(figure.unit) or (not figure.unit and is_share(wanted))
        if _relative(target) and not (share and is_share(wanted)):
            found.append(figure)
            continue
        value, low, high = (
            None if part is None else converted(part, figure.unit or wanted, wanted)
            for part in (figure.value, figure.low, figure.high)
        )
        if value is None:
            return None
        found.append(replace(figure, unit=wanted, value=value, low=low, high=high))
    return found


def _relative(target: Target) -> bool:
    """Say whether a target is a change in per cent or points of what a figure measures."""
    return _is_change(target) and (
        is_share(target.unit)
        or target.unit in judging_data()["units"]["points"]
        or "番" in target.unit
    )


def _is_change(target: Target) -> bool:
    words = judging_data()["change"]
    if target.unit == words["doublings"]:
        return True
    named = re.search(f"(?:{words['down']}|{words['up']})$", target.indicator)
    return bool(named and target.baseline)


def _base(target: Target) -> int | None:
    found = _YEAR.search(target.baseline)
    return int(found[0]) if found else None


def _changes(target: Target, series: Sequence[Figure]) -> list[Figure]:
    """Return the change from the baseline at each later year; none where it is not known."""
    base = next((f for f in series if f.year == _base(target)), None)
    if base is None or not base.value:
        return []
    down = re.search(f"(?:{judging_data()['change']['down']})$", target.indicator)
    sign = -1.0 if down else 1.0
    found = []
    for figure in series:
        if figure.year <= base.year or figure.value is None:
            continue
        if target.unit in judging_data()["units"]["points"]:
            value = sign * (figure.value - base.value)
        elif target.unit == judging_data()["change"]["doublings"]:
            value = _doublings(figure.value / base.value)
        else:
            value = sign * (figure.value / base.value - 1) * 100
        found.append(replace(figure, value=value, low=None, high=None, unit=target.unit))
    return found


def _doublings(ratio: float) -> float:
    return math.log2(ratio) if ratio > 0 else float("-inf")


def _aim(target: Target, series: Sequence[Figure], better: str, final: bool) -> Verdict:
    """Return what figures tell of an aim without number: nothing, but that it gets worse."""
    first, last = series[0], series[-1]
    facts = {"indicator": target.indicator}
    pace = _pace(series)
    worse = pace is not None and (pace < 0 if better == "higher" else pace > 0)
    if better and worse and first.year < last.year:
        return Verdict("deteriorating", "", facts, final, last, tuple(series), pace=pace)
    return Verdict("cannot_tell", "no_definition", facts, final, last, tuple(series), pace=pace)


def _final(
    target: Target, series: Sequence[Figure], readings: Sequence[Rule], year: int
) -> Verdict:
    """Judge a target whose year is over, or that holds at all times."""
    figure, told = _of_deadline(target, series, year)
    wanted = target.year or year
    if figure is None:
        last = series[-1]
        if _stays_done(target) and readings[0].satisfied(last) is True:
            figure = last
        else:
            facts = {"figure_year": last.year, "wanted": wanted}
            gap = readings[0].gap(last.value or 0.0)
            return Verdict(
                "cannot_tell",
                "figure_too_old",
                facts,
                True,
                last,
                tuple(series),
                gap,
                _pace(series),
            )
    return _compared(series, figure, readings, told, final=True)


def _of_deadline(
    target: Target, series: Sequence[Figure], year: int
) -> tuple[Figure | None, dict[str, Any]]:
    """Return the figure that tells of the deadline: of its year, or the first after it."""
    if target.year is None:
        last = series[-1]
        recent = last.year > year - judging_data()["readings"]["standing_years"]
        return (last if recent else None), {}
    later = [figure for figure in series if figure.year >= target.year]
    if not later:
        return None, {}
    return later[0], ({} if later[0].year == target.year else {"later": later[0].year})


def _stays_done(target: Target) -> bool:
    """Say whether what was reached before the deadline cannot be lost again."""
    done = target.counting == "cumulative" or re.search(
        judging_data()["words"]["accumulates"], target.indicator + target.written
    )
    states = judging_data()["words"]["states"].split("|")
    return bool(done) and not any(mark in target.unit for mark in states)


def _compared(
    series: Sequence[Figure],
    figure: Figure,
    readings: Sequence[Rule],
    facts: Mapping[str, Any],
    *,
    final: bool,
) -> Verdict:
    """Return met or not met by each reading."""
    told = [(rule, rule.satisfied(figure)) for rule in readings]
    rule, answer = told[0]
    states: dict[bool | None, State] = {True: "met", False: "not_met", None: "cannot_tell"}
    differ = len({answer for _, answer in told}) > 1
    words = dict(facts)
    if answer is None:
        words |= {
            "low": figure.low, "high": figure.high, "value": rule.value, "unit": figure.unit,
        }  # fmt: skip
    return Verdict(
        states[answer],
        "straddles" if answer is None else "",
        words,
        final,
        figure,
        tuple(series),
        None if figure.value is None else rule.gap(figure.value),
        _pace(series),
        None,
        tuple(Reading(r.name, r.operator, r.value, states[a]) for r, a in told) if differ else (),
    )


def _underway(target: Target, series: Sequence[Figure], readings: Sequence[Rule]) -> Verdict:
    """Judge a target whose year is still to come, by the pace so far."""
    last, rule = series[-1], readings[0]
    reached = _compared(series, last, readings, {}, final=False)
    if reached.state == "met" or reached.reason or target.year is None or last.value is None:
        return reached
    gap = rule.gap(last.value)
    needed = gap / (target.year - last.year) * (1 if rule.upward else -1)
    pace = _pace(series)
    if pace is None:
        facts = {"figure_year": last.year, "wanted": f"{last.year - 1}"}
        return replace(
            reached, state="cannot_tell", reason="no_baseline", facts=facts, pace_needed=needed,
            readings=(),
        )  # fmt: skip
    forward = pace if rule.upward else -pace
    expected = last.value + pace * (target.year - last.year)
    if forward < 0:
        state: State = "deteriorating"
    else:
        state = "on_track" if rule.holds(expected) else "behind"
    return replace(reached, state=state, pace_needed=needed, readings=())


def _pace(series: Sequence[Figure]) -> float | None:
    """Return the change a year from the first figure to the last."""
    first, last = series[0], series[-1]
    if last.year <= first.year or first.value is None or last.value is None:
        return None
    return (last.value - first.value) / (last.year - first.year)
