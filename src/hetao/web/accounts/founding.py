"""The first start: bodies from the directory and the zones, and the first accounts."""

import secrets

from django.db import transaction

from hetao.plan.store import plans
from hetao.registers.workspace import Workspace
from hetao.web.accounts.models import Body, User
from hetao.web.accounts.policy import ROLES
from hetao.web.cities.keeping import known_bodies
from hetao.web.cities.models import Zone
from hetao.web.site.words import words

DEPARTMENTS = ("housing",)
KINDS = {"county": "county", "government": "government", "enterprise": "institute"}
PASSWORD_BYTES = 9


def take_up_bodies(workspace: Workspace) -> int:
    """Add the bodies that are not there yet: departments, counties, sub-districts, communities."""
    del workspace
    known = set(Body.objects.values_list("pk", flat=True))
    found: dict[str, Body] = {}
    for body in known_bodies().bodies:
        found[body.id] = Body(
            id=body.id, name_zh=body.short or body.name, kind=KINDS.get(body.kind, "department"),
            county=body.code, verified=body.verified,
        )  # fmt: skip
    kinds = {"county": "county", "subdistrict": "subdistrict", "community": "community"}
    for zone in Zone.objects.filter(level__in=kinds):
        found[zone.code] = Body(
            id=zone.code, name_zh=zone.name, kind=kinds[zone.level],
            county=zone.code if zone.level == "county" else zone.county, verified=True,
        )  # fmt: skip
    new = [body for id_, body in found.items() if id_ not in known]
    with transaction.atomic():
        for one in new:  # one by one, so that the history has them
            one.save(force_insert=True)
    return len(new)


def first_accounts(workspace: Workspace) -> list[tuple[str, str, str]]:
    """
    Make the first accounts of an empty database: one a role for a made city, else just one.

    Returns
    -------
    list of (role, name, password)
        Told once; only digests are kept.
    """
    if User.objects.exists():
        return []
    roles = ROLES if workspace.city.made_place else ("administrator",)
    counties = Body.objects.filter(kind="county").order_by("id")
    lead = _leading(workspace)
    made = []
    with transaction.atomic():
        for role in roles:
            password = secrets.token_urlsafe(PASSWORD_BYTES)
            body = None
            if role == "department_officer":
                body = Body.objects.filter(pk__in=(lead, *DEPARTMENTS)).order_by("-pk").first()
            elif role in ("county_officer", "inspector"):
                body = counties.first()
            elif role in ("plan_office", "analyst"):
                body = Body.objects.filter(pk="housing").first()
            name = words()[f"accounts.role.{role}"]["zh"]
            if workspace.city.made_place:
                name = words()["accounts.made_post"]["zh"].format(role=name)
            user = User(username=role, shown_name=name, role=role, body=body)
            user.set_password(password)
            user.save()
            made.append((role, role, password))
    return made


def _leading(workspace: Workspace) -> str:
    """Return the body that leads most measures of the plan."""
    counts: dict[str, int] = {}
    for plan in plans(workspace.root):
        for measure in plan.ledger.measures:
            for one in measure.assignments:
                if one.role == "lead" and (body := known_bodies().find(one.body)):
                    counts[body.id] = counts.get(body.id, 0) + 1
    return max(counts, key=counts.__getitem__, default="housing")
