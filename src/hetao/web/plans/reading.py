"""Reading a judged plan for its pages: the wall, shares of lights, the ledger in two orders."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hetao.plan.ledger import Ledger, Measure
from hetao.web.plans.models import Judgement
from hetao.web.site.templatetags.hetao import ALIKE

ORDER = ("met", "track", "behind", "missed", "unknown")
TROUBLED = ("behind", "missed", "unknown")


@dataclass(frozen=True)
class Lamp:
    """One light: a target in a place."""

    zone: str
    zone_name: str
    state: str
    figure: Mapping[str, Any] | None
    reason: str = ""

    @property
    def look(self) -> str:
        """Return which of the six shapes it shows."""
        return ALIKE.get(self.state, "unknown")


@dataclass(frozen=True)
class WallRow:
    """One target and its lights: the whole place first, then the counties."""

    told: Mapping[str, Any]
    whole: Lamp
    lamps: Sequence[Lamp | None]

    @property
    def has_lamps(self) -> bool:
        """Say whether any county is judged by itself."""
        return any(self.lamps)


@dataclass(frozen=True)
class Wall:
    """The wall of lights."""

    counties: Sequence[tuple[str, str]]
    groups: Sequence[tuple[str, Sequence[WallRow]]]
    total: int
    troubled: int


def wall_of(judged: Judgement, *, only: str = "") -> Wall:
    """Return the wall of a judgement; `only` "troubled" leaves out targets without a bad light."""
    counties: dict[str, str] = {}
    for one in judged.targets:
        counties |= {zone["zone"]: zone["zone_name"] for zone in one["zones"]}
    order = sorted(counties)
    rows = [_row(one, order) for one in judged.targets]
    lamps = [lamp for row in rows for lamp in (row.whole, *row.lamps) if lamp]
    shown = [row for row in rows if only != "troubled" or _is_troubled(row)]
    groups = [
        ("final", [row for row in shown if row.told["final"]]),
        ("running", [row for row in shown if not row.told["final"]]),
    ]
    return Wall(
        counties=[(code, counties[code]) for code in order],
        groups=[(name, members) for name, members in groups if members],
        total=len(lamps), troubled=sum(lamp.look in TROUBLED for lamp in lamps),
    )  # fmt: skip


def _row(one: Mapping[str, Any], order: Sequence[str]) -> WallRow:
    zones = {zone["zone"]: zone for zone in one["zones"]}
    lamps = [
        Lamp(code, zones[code]["zone_name"], zones[code]["state"], zones[code]["figure"],
             zones[code]["reason"]) if code in zones else None
        for code in order
    ]  # fmt: skip
    return WallRow(one, Lamp("", "", one["state"], one["figure"], one["reason"]), lamps)


def _is_troubled(row: WallRow) -> bool:
    return any(lamp.look in TROUBLED for lamp in (row.whole, *row.lamps) if lamp)


def shares(wall: Wall) -> list[tuple[str, int, float, float]]:
    """Return how many lights show each state, and where its part of the bar begins and ends."""
    lamps = [lamp for _, rows in wall.groups for row in rows for lamp in (row.whole, *row.lamps)
             if lamp]  # fmt: skip
    counts = Counter(lamp.look for lamp in lamps)
    total, done, found = len(lamps) or 1, 0, []
    for look in ORDER:
        count = counts.get(look, 0)
        found.append((look, count, done / total, max(0.0, count / total - 0.003)))
        done += count
    return found


def changes(judged: Judgement) -> list[dict[str, Any]]:
    """Return the targets whose light differs from a year before, or whose figure moved."""
    before = Judgement.objects.filter(plan=judged.plan, year=judged.year - 1).first()
    then = {one["target"]["id"]: one for one in before.targets} if before else {}
    found = []
    for one in judged.targets:
        series = [figure for figure in one["series"] if figure["value"] is not None]
        old = then.get(one["target"]["id"])
        moved = old is not None and ALIKE.get(old["state"]) != ALIKE.get(one["state"])
        steps = 2
        if len(series) >= steps and series[-1]["value"] != series[-2]["value"]:
            moved = True
        if moved:
            found.append({"told": one, "before": old, "series": series[-2:]})
    return found[:8]


def by_section(ledger: Ledger, judged: Judgement | None) -> list[dict[str, Any]]:
    """Return the sections of a plan with their measures and targets."""
    targets = judged.targets if judged else []
    found = []
    for section in ledger.sections:
        members = [
            {"measure": measure, "targets": _targets_of(targets, measure)}
            for measure in ledger.measures
            if measure.section in (section.id, section.number)
        ]
        if members:
            found.append({"section": section, "measures": members})
    return found


def by_body(ledger: Ledger, judged: Judgement | None) -> list[dict[str, Any]]:
    """Return the bodies with the measures each leads or shares in; the busiest first."""
    targets = judged.targets if judged else []
    found: dict[str, dict[str, Any]] = {}
    for measure in ledger.measures:
        for one in measure.assignments:
            entry = found.setdefault(one.body, {"body": one.body, "lead": [], "share": []})
            role = "lead" if one.role == "lead" else "share"
            entry[role].append({"measure": measure, "targets": _targets_of(targets, measure)})
    return sorted(found.values(), key=lambda row: (-len(row["lead"]), -len(row["share"])))


def dossier(ledger: Ledger, measure: str, judged: Judgement | None) -> dict[str, Any] | None:
    """Return what is known of a measure; None where the plan has none of that id."""
    found = next((one for one in ledger.measures if one.id == measure), None)
    if found is None:
        return None
    place = ledger.measures.index(found)
    return {
        "measure": found,
        "section": next(
            (one for one in ledger.sections if found.section in (one.id, one.number)), None
        ),
        "targets": _targets_of(judged.targets if judged else [], found),
        "before": ledger.measures[place - 1] if place else None,
        "after": ledger.measures[place + 1] if place + 1 < len(ledger.measures) else None,
    }


def _targets_of(targets: Sequence[dict[str, Any]], measure: Measure) -> list[dict[str, Any]]:
    return [one for one in targets if one["target"]["measure_id"] == measure.id]
