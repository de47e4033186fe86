"""Closing by measurement: what a later run says of what a task is to make disappear."""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import pandas as pd
from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.http import Http404

from hetao.catalogue.entries import entries
from hetao.plan.judged import Figure
from hetao.plan.judging import judge
from hetao.registers.workspace import open_workspace
from hetao.web.checkups.models import Finding, Measured, Observation, Run
from hetao.web.cities.corrections import last_of_each
from hetao.web.cities.models import Edit, Thing
from hetao.web.plans.take_up import ledger
from hetao.web.tasks.models import FINDINGS, TARGET, Bound, Reading, Task
from hetao.web.tasks.stepping import change
from hetao.web.tasks.telling import answering, office, tell

WATCHED = ("issued", "accepted", "asked", "extended", "reported", "returned", "verified", "closed")
STATES = {
    "met": Reading.GONE, "missed": Reading.STILL, "not_met": Reading.STILL,
    "met_in_part": Reading.STILL,
}  # fmt: skip
"""What the state of a figure says of a task; of all others it says nothing."""

SAME_PLACE_M = 2.0
DEGREE_M = 111_320.0
CELL = 1e-4  # degrees: at least 6 m within China, so that one place is never two cells apart
BESIDE = (-1, 0, 1)
FOUND_AT_ONCE = 8
"""Indicators whose findings are held at once; tasks come in the order of their indicators."""

TASKS_AT_ONCE = 500
STRUCK_OFF = "struck_off"
"""Why something is gone: it was struck off its register."""


@dataclass(frozen=True)
class Read:
    """What was read of one task off one run; `reason` says why it is gone, or nothing is known."""

    state: str
    left: int
    total: int
    value: float | None = None
    reason: str = ""


@dataclass(frozen=True)
class Found:
    """The findings of one indicator in one variant of a run: their zones by key, and by place."""

    zones: Mapping[str, str]
    near: Mapping[tuple[int, int], Sequence[Finding]]


FoundOf = Callable[[str | None, str, str], Found]


def measure_tasks(run: Run) -> int:
    """
    Read every watched task off a run that came after it; return how many were read.

    A task whose findings are gone is proposed for closing; one that was closed and whose findings
    are there again is flagged. What a run did not measure it says nothing of: a run of another
    edition, of an earlier day than the task's own, or of some indicators only never brings good
    news of the rest.
    """
    tasks = (
        Task.objects.filter(state__in=WATCHED, made_at__lt=run.taken_up_at)
        .exclude(indicator="")
        .exclude(readings__run=run)
        .exclude(run=run)
        .exclude(Q(run__date__gt=run.date) | Q(readings__run__date__gt=run.date))
    )
    if run.partial:
        tasks = tasks.filter(indicator__in=run.measured.values("indicator"))
    tasks = tasks.order_by("indicator", "variant", "run_id", "pk").prefetch_related("bound")
    found_of = lru_cache(FOUND_AT_ONCE)(_found)
    count = 0
    for task in tasks.iterator(TASKS_AT_ONCE):
        with transaction.atomic():
            _keep(task, run, found_of)
        count += 1
    return count


def _keep(task: Task, run: Run, found_of: FoundOf) -> None:
    read = _of_findings(task, run, found_of) if task.origin == FINDINGS else _of_zone(task, run)
    Reading.objects.create(
        task=task, run=run, state=read.state, left=read.left, total=read.total, value=read.value,
        reason=read.reason,
    )  # fmt: skip
    proposed = read.state == Reading.GONE and task.state != "closed"
    relapsed = read.state == Reading.STILL and task.state == "closed"
    if read.state == Reading.UNKNOWN:  # says nothing new: what was flagged stays flagged
        relapsed = task.relapsed
    news = {
        "tasks.told.proposed": proposed and not task.proposed,
        "tasks.told.relapsed": relapsed and not task.relapsed,
    }
    flags = {"proposed": proposed, "relapsed": relapsed}
    if flags != {name: getattr(task, name) for name in flags}:
        change(task, flags, by=None)
    for key, is_news in news.items():
        if is_news:
            tell({*office(), *answering(task)}, key, task)


def _of_findings(task: Task, run: Run, found_of: FoundOf) -> Read:
    """Return how many of the bound findings a run still has; unknown where it could not look."""
    bound = list(task.bound.all())
    found = found_of(run.pk, task.indicator, task.variant)
    known = found_of(task.run_id, task.indicator, task.variant)
    left = sum(_is_there(one, found, known) for one in bound)
    if left:
        return Read(Reading.STILL, left, len(bound))
    zones, things = known.zones, _things(bound)
    ended = _struck_off(one for one in bound if one.register and one.thing not in things)
    standing = [one for one in bound if one.thing not in ended]
    if not standing:
        return Read(Reading.GONE, 0, len(bound), reason=STRUCK_OFF)
    places = {zones.get(one.key) or task.zone or things.get(one.thing, "") for one in standing}
    reason = _unlooked(task, run, places)
    if reason == "partly" and _all_known(task, run, standing):
        reason = ""
    if not reason and any(one.register and one.thing not in things for one in standing):
        reason = "dropped"  # no longer in its register: nobody saw that it was put right
    if reason:
        return Read(Reading.UNKNOWN, 0, len(bound), reason=reason)
    return Read(Reading.GONE, 0, len(bound), reason=STRUCK_OFF if ended else "")


def _found(run: str | None, indicator: str, variant: str) -> Found:
    """Return the findings of an indicator in a run; nothing of no run."""
    rows = Finding.objects.filter(run=run, indicator=indicator, variant=variant).only(
        "indicator", "variant", "feature", "zone", "lon", "lat"
    )
    zones: dict[str, str] = {}
    near: dict[tuple[int, int], list[Finding]] = {}
    for one in rows if run else ():
        zones[one.key] = one.zone
        near.setdefault(_cell(one), []).append(one)
    return Found(zones, near)


def _cell(one: Finding | Bound) -> tuple[int, int]:
    """Return the cell of a grid in which a finding lies, wider than what counts as one place."""
    return (math.floor((one.lon or 0) / CELL), math.floor((one.lat or 0) / CELL))


def _is_there(one: Bound, found: Found, known: Found) -> bool:
    """Say whether a bound finding is there: under its key, or as a new one at its place."""
    if one.key in found.zones:
        return True
    x, y = _cell(one)
    around = (found.near.get((x + east, y + north), ()) for east in BESIDE for north in BESIDE)
    return any(
        other.key not in known.zones and _same_place(one, other)
        for others in around for other in others
    )  # fmt: skip


def _same_place(one: Bound, other: Finding) -> bool:
    if one.lon is None or one.lat is None or other.lon is None or other.lat is None:
        return False
    east = (one.lon - other.lon) * math.cos(math.radians(one.lat)) * DEGREE_M
    return math.hypot(east, (one.lat - other.lat) * DEGREE_M) <= SAME_PLACE_M


def _unlooked(task: Task, run: Run, zones: Iterable[str]) -> str:
    """
    Say why a run cannot tell that findings of some zones are gone; "" if it can.

    Their zones must have been measured by the same edition, and wholly: where part of a zone is
    unknown, what is not found may be among it.
    """
    rows = _rows(task, run)
    if not rows.exists():
        return "edition" if _measured(task.indicator, run).exists() else "indicator"
    for zone in zones:
        row = rows.filter(zone=zone).first() if zone else _whole(rows)
        if row is None or row.value is None:
            return "zone"
        if row.low is not None and row.high is not None and row.low != row.high:
            return "partly"
    return ""


def _all_known(task: Task, run: Run, bound: Sequence[Bound]) -> bool:
    """
    Say whether the things themselves are known as well as before, though their zone is not.

    Only where an indicator rests on the things' own register alone, and no field that was known
    of any of them when the task was drafted has become unknown since: then what is not found is
    put right, whatever is unknown of its neighbours.
    """
    own = {one.register for one in bound}
    if task.run is None or len(own) != 1 or _layers_of(task) != own:
        return False
    register, refs = own.pop(), sorted({one.thing[1] for one in bound})
    then, now = (_known_of(register, refs, one) for one in (task.run, run))
    return all(ref in then and then[ref] <= now.get(ref, frozenset()) for ref in refs)


def _layers_of(task: Task) -> set[str]:
    """Return the layers that the indicator of a task reads in its variant."""
    entry = entries().get(task.indicator)
    variant = entry.variants.get(task.variant or "official") if entry else None
    return {one.layer for one in variant.inputs.values()} if variant else set()


def _known_of(register: str, refs: Sequence[str], run: Run) -> dict[str, frozenset[str]]:
    """Return which fields of some things are known in the snapshot that a run measured."""
    path = open_workspace(settings.ROOT).snapshots / run.snapshot / f"{register}.parquet"
    if not path.is_file():
        return {}
    table = pd.read_parquet(path, filters=[("id", "in", list(refs))])
    return {
        str(row["id"]): frozenset(str(name) for name, value in row.items() if pd.notna(value))
        for row in table.drop(columns=["geometry", "source"]).to_dict("records")
    }


def _things(bound: Iterable[Bound]) -> dict[tuple[str, str], str]:
    """Return the things of bound findings that the registers hold, with the zone of each."""
    named = [one.thing for one in bound if one.register]
    rows = Thing.objects.filter(
        register__in={register for register, _ in named}, ref__in=[ref for _, ref in named]
    ).values_list("register", "ref", "zone")
    return {(register, ref): zone for register, ref, zone in rows}


def _struck_off(missing: Iterable[Bound]) -> set[tuple[str, str]]:
    """Return those things that somebody struck off their register, with a reason."""
    wanted = {one.thing for one in missing}
    if not wanted:
        return set()
    edits = Edit.objects.filter(ref__in=[ref for _, ref in wanted]).order_by("pk")
    ended = {(one.register, one.ref) for one in last_of_each(edits) if one.is_end}
    return ended & wanted


def _of_zone(task: Task, run: Run) -> Read:
    """Return whether the indicator meets its standard, or the plan's target, in the zone by now."""
    rows = _rows(task, run)
    if not rows.exists():
        reason = "edition" if _measured(task.indicator, run).exists() else "indicator"
        return Read(Reading.UNKNOWN, 0, 1, reason=reason)
    row = rows.filter(zone=task.zone).first() if task.zone else _whole(rows)
    if row is None or row.value is None:
        return Read(Reading.UNKNOWN, 0, 1, reason="zone")
    state = _state_by_target(task.target, row, run) if task.origin == TARGET else row.state
    if state not in STATES:
        return Read(Reading.UNKNOWN, 0, 1, row.value, reason="standard")
    return Read(STATES[state], int(STATES[state] == Reading.STILL), 1, row.value)


def _whole(rows: QuerySet[Observation]) -> Observation | None:
    """Return the observation of the place as a whole, as a task without a zone was drafted by."""
    return rows.filter(level__in=("built_up_area", "city")).order_by("level").first()


def _state_by_target(id_: str, row: Observation, run: Run) -> str:
    """Return how a figure stands against a target of the plan, not the indicator's standard."""
    try:
        target = next((one for one in ledger().targets if one.id == id_), None)
    except Http404:
        target = None
    if target is None:
        return ""
    measured = row.measured
    year = max(run.year, target.year or run.year)  # as if it stayed like this until it is due
    figure = Figure(
        measured.indicator, year, row.value, measured.unit, zone=row.zone, low=row.low,
        high=row.high, source="run", origin=run.pk,
    )  # fmt: skip
    return judge(target, [figure], year=year, better=measured.better).state


def _rows(task: Task, run: Run) -> QuerySet[Observation]:
    """Return what a run measured of a task's indicator by the edition that the task rests on."""
    measured = _measured(task.indicator, run).filter(variant=task.variant or "official")
    if task.run is not None:
        then = _measured(task.indicator, task.run).filter(variant=task.variant or "official")
        if editions := set(then.values_list("edition", flat=True)):
            measured = measured.filter(edition__in=editions)
    return Observation.objects.filter(measured__in=measured).select_related("measured")


def _measured(indicator: str, run: Run) -> QuerySet[Measured]:
    return Measured.objects.filter(run=run, indicator=indicator)
