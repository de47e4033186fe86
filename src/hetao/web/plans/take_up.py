"""Judge the city's plans and keep what comes out, a row for each plan and year."""

from functools import lru_cache
from typing import Any

from django.conf import settings
from django.http import Http404
from django.utils import timezone

from hetao.plan.assessment import assess, workspace_of
from hetao.plan.figures import figures_of
from hetao.plan.ledger import Ledger
from hetao.plan.store import Plan, plans
from hetao.report.plan_data import finite
from hetao.web.plans.models import Judgement


def take_up_plans(*, years: tuple[int, ...] = ()) -> int:
    """Judge every plan as at the end of each year, this one and the last unless told otherwise."""
    this_year = timezone.localdate().year
    wanted = years or (this_year - 1, this_year)
    kept = plans(settings.ROOT)
    if not kept:
        return 0
    figures = figures_of(workspace_of(settings.ROOT))
    for plan in kept:
        for year in wanted:
            told = assess(plan.ledger, figures, year=year, name=plan.name)
            Judgement.objects.update_or_create(
                plan=plan.name, year=year,
                defaults={"data": finite(told.as_dict()), "made_at": timezone.now()},
            )  # fmt: skip
    return len(kept)


def kept_plan() -> Plan:
    """
    Return the newest plan of the city, read anew when its ledger changed.

    Raises
    ------
    Http404
        If the city keeps no plan.
    """
    ledgers = sorted(settings.ROOT.glob("plan/*/ledger.toml"))
    if not ledgers:
        raise Http404
    return _plan(max(path.stat().st_mtime_ns for path in ledgers))


@lru_cache(maxsize=2)
def _plan(changed: int) -> Plan:
    del changed
    return plans(settings.ROOT)[-1]


def ledger() -> Ledger:
    """Return the ledger of the newest plan."""
    return kept_plan().ledger


def judgement(year: int | None = None) -> Judgement | None:
    """Return the newest plan's judgement of a year; of this year where none is given."""
    rows = Judgement.objects.filter(plan=kept_plan().name)
    if year is not None:
        return rows.filter(year=year).first()
    return rows.order_by("-year").first()


def target_of(target: str, *, year: int | None = None) -> dict[str, Any]:
    """
    Return a judged target.

    Raises
    ------
    Http404
        If the plan has no such target, or was not judged.
    """
    judged = judgement(year)
    for one in judged.targets if judged else []:
        if one["target"]["id"] == target:
            return one
    raise Http404
