"""Drafting a task: from findings, an indicator in a zone, a target of the plan, or by hand."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from hetao.catalogue.entries import entries
from hetao.web.accounts.history import acting
from hetao.web.accounts.models import Body, User
from hetao.web.checkups.models import Finding, Measured, Observation, Run
from hetao.web.cities.keeping import known_bodies
from hetao.web.cities.models import Thing
from hetao.web.plans.take_up import target_of
from hetao.web.site.words import words
from hetao.web.tasks.calendar import calendar
from hetao.web.tasks.models import FINDINGS, HAND, INDICATOR, TARGET, Bound, Step, Task
from hetao.web.tasks.stepping import StepRefused, change

NUMBERS = 20_260_630
"""Any number that names the lock on task numbers among the locks of the database."""

BETWEEN_BODIES = "\N{IDEOGRAPHIC COMMA}"
DAYS = {"deadline": 30, "best_effort": 90}
"""Working days proposed for what must be solved by a deadline, and as best one can."""


@dataclass(frozen=True)
class Draft:
    """What a new task says."""

    title: str
    what: str = ""
    lead: Body | None = None
    joint: Sequence[Body] = ()
    due: date | None = None
    evidence_needed: Sequence[str] = ()
    origin: str = HAND
    fields: Mapping[str, Any] = field(default_factory=dict)
    facts: Sequence[Mapping[str, Any]] = ()
    findings: Sequence[Finding] = ()


def keep_draft(draft: Draft, *, by: User, at: datetime | None = None) -> Task:
    """Make a task with its facts frozen as they are now; `at` says when, if it is entered later."""
    at = at or timezone.now()
    with transaction.atomic(), acting(by):
        _hold_numbers()
        return _kept(draft, by, at)


def _hold_numbers() -> None:
    """Let one draft at a time take the next number; SQLite has one writer anyway."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [NUMBERS])


def _kept(draft: Draft, by: User, at: datetime) -> Task:
    task = Task.objects.create(
        number=_next_number(at), title=draft.title[:120], what=draft.what, origin=draft.origin,
        lead=draft.lead, due=draft.due, first_due=draft.due, facts=list(draft.facts),
        evidence_needed=list(draft.evidence_needed), made_by=by, made_at=at, facts_at=at,
        **draft.fields,
    )  # fmt: skip
    task.joint.set(draft.joint)
    held = _registers_of({finding.feature for finding in draft.findings} - {""})
    Bound.objects.bulk_create(
        Bound(
            task=task, key=finding.key, feature=finding.feature, words_zh=finding.why_zh,
            words_en=finding.why_en, lon=finding.lon, lat=finding.lat,
            register=held.get(finding.feature, ""),
        )
        for finding in draft.findings
    )  # fmt: skip
    Step.objects.create(
        task=task, place=1, action="draft", before="", after="drafted", by=by, body=by.body,
        due_after=draft.due, at=at,
    )  # fmt: skip
    return task


def keep_changes(task: Task, draft: Draft, *, by: User, version: int | None = None) -> Task:
    """
    Change what a draft says; what is issued changes by steps alone.

    Raises
    ------
    StepRefused
        If it is no draft any more, or somebody else changed it since the person saw it.
    """
    with transaction.atomic():
        now = Task.objects.select_for_update(of=("self",)).get(pk=task.pk)
        if now.state != "drafted":
            raise StepRefused("state", {"number": now.number})
        if version is not None and version != now.version:
            raise StepRefused("overtaken", {"number": now.number})
        changed = {
            "title": draft.title[:120], "what": draft.what, "lead": draft.lead, "due": draft.due,
            "first_due": draft.due, "evidence_needed": list(draft.evidence_needed),
            "version": now.version + 1,
        }  # fmt: skip
        change(now, changed, by=by)
        with acting(by):
            now.joint.set(draft.joint)
    return now


def _registers_of(features: Collection[str]) -> dict[str, str]:
    """Return the register that holds each thing, where one alone does."""
    found: dict[str, set[str]] = {}
    for register, ref in Thing.objects.filter(ref__in=features).values_list("register", "ref"):
        found.setdefault(ref, set()).add(register)
    return {ref: held.pop() for ref, held in found.items() if len(held) == 1}


def from_findings(findings: Sequence[Finding]) -> Draft:
    """
    Return a draft for findings of one indicator.

    Raises
    ------
    ValueError
        If there is none, or they are of several indicators.
    """
    first = findings[0]
    if len({(one.run_id, one.indicator, one.variant) for one in findings}) != 1:
        raise ValueError([one.indicator for one in findings])
    counties = {one.county for one in findings}
    zones = {one.zone for one in findings}
    entry = entries()[first.indicator]
    county = counties.pop() if len(counties) == 1 else ""
    return Draft(
        title=first.why_zh[:110] if len(findings) == 1 else words()["tasks.of_many"]["zh"].format(
            name=entry.name_zh, count=len(findings)
        ),
        what=first.why_zh if len(findings) == 1 else "",
        lead=_body_of(entry.reporter, county), due=_due(first.remedy), origin=FINDINGS,
        fields={
            "run_id": first.run_id, "indicator": first.indicator, "variant": first.variant,
            "zone": zones.pop() if len(zones) == 1 else "", "county": county,
            "remedy": first.remedy,
        },
        facts=_facts(first.run, first.indicator, first.variant, ""), findings=findings,
    )  # fmt: skip


def from_indicator(run: Run, indicator: str, variant: str, zone: str) -> Draft:
    """Return a draft for an indicator that falls short in a zone."""
    entry = entries()[indicator]
    row = _observation(run, indicator, variant, zone)
    county = row.county if row else ""
    return Draft(
        title=f"{row.zone_name if row else ''} · {entry.name_zh}".strip(" ·"),
        lead=_body_of(entry.reporter, county), due=_due(entry.remedy), origin=INDICATOR,
        fields={"run": run, "indicator": indicator, "variant": variant, "zone": zone,
                "county": county, "remedy": entry.remedy},
        facts=_facts(run, indicator, variant, zone),
    )  # fmt: skip


def from_target(target: str, zone: str = "", year: int | None = None) -> Draft:
    """Return a draft for a target of the plan that is behind, of the whole or of one county."""
    found = target_of(target, year=year)
    judged, place = found, next((z for z in found["zones"] if z["zone"] == zone), None)
    told, figure = judged["target"], (place or judged)["figure"]
    measure = judged["measure"] or {}
    owner = known_bodies().find(told["owner"]) if told["owner"] else None
    lead = Body.objects.filter(pk=zone).first() if zone else None
    if lead is None and owner is not None:
        lead = Body.objects.filter(pk=owner.id).first()
    named = f"{place['zone_name']} · " if place else ""
    run = Run.newest()
    clause = f"{measure.get('number', '')}{measure.get('title', '')}"
    facts = [
        {"key": "clause", "value": clause},
        {"key": "sentence", "value": told["sentence"]},
        {"key": "state", "value": (place or judged)["state"], "words": "site.state."},
    ]
    if figure:
        facts += [
            {"key": "value", "value": figure["value"], "unit": figure["unit"]},
            {"key": "year", "value": figure["year"]},
            {"key": "origin", "value": figure["origin"]},
            {"key": "grade", "value": figure["grade"]},
        ]
    return Draft(
        title=f"{named}{told['indicator']}", what=told["sentence"], lead=lead, due=_due(""),
        origin=TARGET,
        fields={"run": run, "target": target, "clause": clause[:120], "zone": zone,
                "county": zone, "indicator": told["link"] if figure and
                figure["source"] == "run" else "", "variant": told["variant"] or "official"},
        facts=facts,
    )  # fmt: skip


def _facts(run: Run, indicator: str, variant: str, zone: str) -> list[dict[str, Any]]:
    """Return what was known of an indicator when the task was drafted."""
    measured = Measured.objects.filter(run=run, indicator=indicator, variant=variant).first()
    facts: list[dict[str, Any]] = [{"key": "run", "value": run.pk}]
    if measured is None:
        return facts
    facts.append({"key": "indicator", "value": measured.name_zh, "en": measured.name_en,
                  "number": measured.number, "edition": measured.edition})  # fmt: skip
    row = _observation(run, indicator, variant, zone)
    if row is not None:
        facts += [
            {"key": "value", "value": row.value, "low": row.low, "high": row.high,
             "unit": measured.unit, "zone": row.zone_name},
            {"key": "grade", "value": row.grade},
        ]  # fmt: skip
    if measured.benchmark is not None:
        facts.append({"key": "standard", "value": measured.benchmark, "unit": measured.unit,
                      "operator": measured.operator, "source": measured.benchmark_source,
                      "verified": measured.verified})  # fmt: skip
    return facts


def _observation(run: Run, indicator: str, variant: str, zone: str) -> Observation | None:
    rows = Observation.objects.filter(
        measured__run=run, measured__indicator=indicator, measured__variant=variant
    )
    if zone:
        return rows.filter(zone=zone).first()
    return rows.filter(level__in=("built_up_area", "city")).order_by("level").first()


def _body_of(reporter: str, county: str) -> Body | None:
    """Return the county where there is one, else who answers for the indicator."""
    if county and (body := Body.objects.filter(pk=county).first()):
        return body
    known = known_bodies().find(reporter.split(BETWEEN_BODIES)[0]) if reporter else None
    return Body.objects.filter(pk=known.id).first() if known else None


def _due(remedy: str) -> date:
    return calendar().after(timezone.localdate(), DAYS.get(remedy, DAYS["best_effort"]))


def _next_number(at: datetime) -> str:
    head = f"RW-{timezone.localdate(at).year}-"
    last = Task.objects.filter(number__startswith=head).order_by("-number").first()
    return f"{head}{int(last.number.removeprefix(head)) + 1 if last else 1:05d}"
