"""The first tasks of a made city, through the same verbs as everybody's: its pages have life."""

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import cache
from importlib.resources import files
from typing import Any

from django.core.files.base import ContentFile, File
from django.db import transaction
from django.utils import timezone

from hetao.web.accounts.models import Body, Notice, User
from hetao.web.checkups.models import Finding, Measured, Observation, Run
from hetao.web.cities.models import Thing
from hetao.web.demo_pictures import picture
from hetao.web.jobs.asking import ask
from hetao.web.plans.models import Judgement
from hetao.web.tasks.calendar import calendar
from hetao.web.tasks.drafting import (
    Draft,
    from_findings,
    from_indicator,
    from_target,
    keep_draft,
)
from hetao.web.tasks.measuring import measure_tasks
from hetao.web.tasks.models import FINDINGS, Task
from hetao.web.tasks.stepping import Given, take_step

OPENS = time(9, 5)
"""When an office's first step of a day is taken."""

BETWEEN = timedelta(minutes=23)
READ_AFTER_DAYS = 6
"""Notices older than this were read."""

Row = Mapping[str, Any]


@cache
def told() -> Mapping[str, Any]:
    """Return the texts and dates of the made city's tasks, edits and deliveries."""
    return tomllib.loads((files("hetao.web") / "demo_tasks.toml").read_text("utf-8"))


def first_tasks(now: datetime | None = None) -> int:
    """
    Make the first tasks and edits of a made city; return how many tasks there are.

    Its first deliveries, whose workbooks take seconds to check, are left to the worker.

    What the city does not hold is left out: a task whose findings, indicator, target or bodies
    are not there is not made.

    Parameters
    ----------
    now : datetime, optional
        The moment from which days are counted; now unless told.
    """
    from hetao.web.demo_deliveries import first_edits

    if Run.newest() is None:
        return 0
    desk = desk_at(now or timezone.now())
    with transaction.atomic():
        later: list[tuple[Task, Row, int]] = []
        drafts = [(row, _draft(row, desk)) for row in told()["tasks"]]
        for row, draft in drafts:
            later += _made(row, draft, desk) if draft else ()
        measure_tasks(desk.run)
        for task, step, place in later:
            _take(task, step, desk, place)
        first_edits(desk)
        old = desk.now - timedelta(days=READ_AFTER_DAYS)
        Notice.objects.filter(made_at__lt=old).update(read_at=old)
        ask("first_deliveries", {"now": desk.now.isoformat()})
    return sum(draft is not None for _, draft in drafts)


@dataclass(frozen=True)
class Desk:
    """What a task is made from: the newest run, the moment, the people."""

    run: Run
    now: datetime
    people: Mapping[str, User]

    @property
    def today(self) -> date:
        """Return the day from which others are counted."""
        return timezone.localdate(self.now)

    def day(self, ahead: int) -> date:
        """Return a day so many days ahead, or the working day after it."""
        day = self.today + timedelta(days=ahead)
        return day if calendar().is_worked(day) else calendar().after(day, 1)

    def moment(self, ago: int, place: int) -> datetime:
        """Return a moment on the working day so many days ago, or the one before."""
        day = self.today - timedelta(days=max(1, ago))
        while not calendar().is_worked(day):
            day -= timedelta(days=1)
        opens = datetime.combine(day, OPENS, timezone.get_current_timezone())
        return opens + BETWEEN * place


def desk_at(now: datetime) -> Desk:
    """Return the desk of the made city's office at a moment."""
    run = Run.newest()
    assert run is not None
    return Desk(run, now, people())


def people() -> Mapping[str, User]:
    """Return those who act: the first accounts, and officers of other bodies who cannot sign in."""
    for row in told()["people"]:
        body = Body.objects.filter(pk=row["body"]).first()
        if body is None or User.objects.filter(username=row["name"]).exists():
            continue
        user = User(username=row["name"], shown_name=row["shown"], role=row["role"], body=body)
        user.set_unusable_password()
        user.save()
    return {user.username: user for user in User.objects.select_related("body")}


def _made(row: Row, draft: Draft, desk: Desk) -> Iterator[tuple[Task, Row, int]]:
    """Make a task and take its steps; yield those that wait for the newest run's reading."""
    steps: Sequence[Row] = row["steps"]
    first = steps[0]["ago"] + 2 if steps else 2
    drafted = desk.moment(first, 0)
    task = keep_draft(draft, by=desk.people["plan_office"], at=drafted)
    for place, step in enumerate(steps, 1):
        if step.get("measured"):
            yield task, step, place
        else:
            _take(task, step, desk, place)


def _take(task: Task, step: Row, desk: Desk, place: int) -> None:
    until = desk.day(step["until"]) if "until" in step else None
    shown = told()["day"].format(day=until) if until else ""
    given = Given(
        note=step.get("note", "").format(until=shown), until=until, files=_files(step, desk)
    )
    at = desk.now if step.get("measured") else desk.moment(step["ago"], place)
    person = desk.people.get(step["by"])
    if person is not None:
        take_step(task, step["do"], by=person, given=given, at=at)


def _files(step: Row, desk: Desk) -> "list[File[bytes]]":
    if "picture" not in step:
        return []
    day = timezone.localdate(desk.moment(step["ago"], 0))
    content = picture(step["scene"], f"{step['picture']}  {day}", told()["mark"])
    return [ContentFile(content, name=f"{step['picture']}.jpg")]


def _draft(row: Row, desk: Desk) -> Draft | None:
    """Return what a task says; None where the city has nothing to base it on."""
    bodies = Body.objects.in_bulk([row["lead"], *row.get("joint", ())])
    if row["lead"] not in bodies:
        return None
    found = SOURCES[row["from"]](row, desk)
    if found is None:
        return None
    names = {"count": len(found.findings), "first": _first_name(found)}
    return replace(
        found, title=row["title"].format(**names), what=row.get("what", found.what),
        lead=bodies[row["lead"]],
        joint=[bodies[id_] for id_ in row.get("joint", ()) if id_ in bodies],
        due=desk.day(row["due"]), evidence_needed=row.get("evidence", ()),
    )  # fmt: skip


def _first_name(draft: Draft) -> str:
    features = [one.feature for one in draft.findings]
    thing = Thing.objects.filter(ref__in=features).exclude(name="").order_by("ref").first()
    return thing.name if thing else ""


def _of_findings(row: Row, desk: Desk) -> Draft | None:
    rows = Finding.objects.filter(run=desk.run, indicator=row["indicator"], variant="official")
    found = list(rows.select_related("run").order_by("-severity", "pk")[: row["take"]])
    return from_findings(found) if found else None


def _of_indicator(row: Row, desk: Desk) -> Draft | None:
    if not desk.run.measured.filter(indicator=row["indicator"], variant="official").exists():
        return None
    return from_indicator(desk.run, row["indicator"], "official", row["zone"])


def _of_target(row: Row, desk: Desk) -> Draft | None:
    del desk
    judged = Judgement.objects.order_by("-year").first()
    for one in judged.targets if judged else []:
        if one["target"]["indicator"] == row["target"]:
            return from_target(one["target"]["id"], row.get("zone", ""))
    return None


def _of_earlier(row: Row, desk: Desk) -> Draft | None:
    """Return a draft that rests on an earlier year: the newest run then says what became of it."""
    measured = desk.run.measured.filter(indicator=row["indicator"], variant="official").first()
    findings = _sound(row, desk) if "sound" in row else _bound(row)
    if measured is None or not findings:
        return None
    return Draft(
        title="", origin=FINDINGS, findings=findings, facts=_facts(measured, row["before"]),
        fields={"indicator": row["indicator"], "variant": "official", "zone": row["zone"],
                "county": row["county"], "remedy": "best_effort"},
    )  # fmt: skip


def _facts(measured: Measured, before: float) -> list[dict[str, Any]]:
    place = Observation.objects.filter(measured=measured, level="city").first()
    return [
        {"key": "indicator", "value": measured.name_zh, "en": measured.name_en,
         "number": measured.number, "edition": measured.edition},
        {"key": "value", "value": before, "unit": measured.unit,
         "zone": place.zone_name if place else ""},
        {"key": "year", "value": measured.run.year - 1},
    ]  # fmt: skip


def _bound(row: Row) -> list[Finding]:
    return [_finding(row, one["feature"], one["why"]) for one in row["bound"]]


def _sound(row: Row, desk: Desk) -> list[Finding]:
    """Return findings that things had which have none of the kind any more."""
    wanted = row["sound"]
    still = Finding.objects.filter(run=desk.run, indicator=row["indicator"])
    rows = Thing.objects.filter(register=wanted["register"]).exclude(
        ref__in=still.values("feature")
    )
    things = rows.exclude(name="").order_by("ref")[: wanted["take"]]
    return [_finding(row, one.ref, wanted["why"].format(name=one.name)) for one in things]


def _finding(row: Row, feature: str, why: str) -> Finding:
    """Return a finding of an earlier year, which the database does not hold."""
    thing = Thing.objects.filter(ref=feature).first()
    middle = thing.geometry.representative_point() if thing and thing.shape else None
    return Finding(
        indicator=row["indicator"], variant="official", feature=feature, county=row["county"],
        why_zh=why, lon=middle.x if middle else None, lat=middle.y if middle else None,
    )  # fmt: skip


def _by_hand(row: Row, desk: Desk) -> Draft | None:
    del desk
    return Draft(title="", fields={"county": row.get("county", "")})


SOURCES = {
    "findings": _of_findings, "indicator": _of_indicator, "target": _of_target,
    "earlier": _of_earlier, "hand": _by_hand,
}  # fmt: skip
