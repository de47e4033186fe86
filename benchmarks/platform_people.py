"""What people did in the made city: accounts, tasks with their course, notices, history."""

import itertools
import random
from datetime import UTC, datetime, timedelta

BODIES_OF = {
    "department_officer": "department", "county_officer": "county", "inspector": "county",
    "analyst": "department", "plan_office": "department",
}  # fmt: skip
SHARES = {
    "administrator": 2, "plan_office": 8, "analyst": 10, "department_officer": 40,
    "county_officer": 25, "inspector": 8, "leader": 4, "public": 3,
}  # fmt: skip
ENDS = {
    "drafted": 3, "issued": 6, "accepted": 20, "asked": 2, "extended": 5, "reported": 8,
    "returned": 3, "verified": 3, "closed": 46, "withdrawn": 4,
}  # fmt: skip
COURSES = {
    "drafted": "draft", "issued": "draft issue", "accepted": "draft issue accept",
    "asked": "draft issue accept ask_extension",
    "extended": "draft issue accept ask_extension extend",
    "reported": "draft issue accept urge report",
    "returned": "draft issue accept report return",
    "verified": "draft issue accept report return report verify",
    "closed": "draft issue accept urge report verify close", "withdrawn": "draft issue withdraw",
}  # fmt: skip
TOLD = ("tasks.told.issue", "tasks.told.report", "tasks.told.urge")
BATCH = 5_000


def made_people(count, password):
    """Make people of all roles, and the bodies they work for; all with one made password."""
    from django.contrib.auth.hashers import make_password

    from hetao.web.accounts.models import Body, User

    digest = make_password(password)
    bodies = {kind: list(Body.objects.filter(kind=kind)) for kind in set(BODIES_OF.values())}
    people = []
    whole = sum(SHARES.values())
    for role, share in SHARES.items():
        for place in range(max(1, round(count * share / whole))):
            kind = BODIES_OF.get(role)
            body = bodies[kind][place % len(bodies[kind])] if kind else None
            people.append(User(
                username=f"{role}-{place}", shown_name=f"{role} {place}", role=role, body=body,
                password=digest,
            ))  # fmt: skip
    return User.objects.bulk_create(people)


def made_tasks(count, *, seed):
    """Make tasks in all states, each with its course, what it is bound to and its evidence."""
    from hetao.web.accounts.models import Body, User
    from hetao.web.checkups.models import Measured, Run
    from hetao.web.plans.take_up import judgement
    from hetao.web.tasks.models import Bound, Evidence, Step, Task

    rng = random.Random(seed)
    runs = list(Run.objects.defer("assessed").order_by("date"))
    office = list(User.objects.filter(role="plan_office"))
    bodies = list(Body.objects.filter(kind__in=("department", "county")))
    world = {
        "rng": rng, "runs": runs, "office": office, "bodies": bodies,
        "officers": list(User.objects.filter(role__endswith="officer")),
        "findings": {run.pk: _findings_of(run, count) for run in runs},
        "measured": list(Measured.objects.filter(run=runs[-1], variant="official")),
        "targets": [one["target"] for one in judgement().targets],
    }  # fmt: skip
    numbers = itertools.count(1)
    for start in range(0, count, BATCH):
        drawn = [_task(world, next(numbers)) for _ in range(start, min(count, start + BATCH))]
        tasks = Task.objects.bulk_create([task for task, _ in drawn])
        Task.joint.through.objects.bulk_create(
            Task.joint.through(task_id=task.pk, body_id=body.pk)
            for task in tasks for body in rng.sample(bodies, rng.randrange(3))
        )  # fmt: skip
        Bound.objects.bulk_create(
            Bound(task=task, key=one.key, feature=one.feature, words_zh=one.why_zh, lon=one.lon,
                  lat=one.lat)
            for task, (_, found) in zip(tasks, drawn, strict=True) for one in found
        )  # fmt: skip
        steps = Step.objects.bulk_create(s for task in tasks for s in _steps(world, task))
        Evidence.objects.bulk_create(
            Evidence(task_id=step.task_id, step=step, name=f"整改后照片{n}.jpg", kind="image/jpeg",
                     stored="evidence/00/none.jpg", size=240_000, sha256="0" * 64)
            for step in steps if step.action == "report" for n in (1, 2)
        )  # fmt: skip


def _findings_of(run, count):
    from hetao.web.checkups.models import Finding

    kept = run.findings.order_by("feature").values_list("pk", flat=True)[: count * 3]
    return list(Finding.objects.filter(pk__in=list(kept)).order_by("indicator", "pk"))


def _task(world, number):
    from hetao.web.tasks.models import FINDINGS, HAND, INDICATOR, TARGET, Task

    rng = world["rng"]
    state = rng.choices(list(ENDS), list(ENDS.values()))[0]
    run = rng.choice(world["runs"][1:])
    made = datetime(run.date.year, 7, 1, 2, tzinfo=UTC) + timedelta(hours=rng.randrange(3_000))
    made = min(made, datetime.now(UTC) - timedelta(days=1))
    due = (made + timedelta(days=rng.randrange(20, 400))).date()
    origin = rng.choices((FINDINGS, INDICATOR, TARGET, HAND), (70, 15, 10, 5))[0]
    lead = rng.choice(world["bodies"])
    task = Task(
        number=f"RW-{made.year}-{number:05d}", title=f"第{number}号整治任务", origin=origin,
        what="现场核实、限期整改并上报证据。", run=run, lead=lead, county=lead.county, due=due,
        first_due=due, state=state, made_by=rng.choice(world["office"]), made_at=made,
        facts=[{"key": "run", "value": run.pk}], evidence_needed=["整改前后近景照片", "验收单"],
        version=len(COURSES[state].split()),
    )  # fmt: skip
    task.issued_at = None if state == "drafted" else made + timedelta(days=1)
    task.closed_at = made + timedelta(days=60) if state == "closed" else None
    found = []
    if origin == FINDINGS:
        all_ = world["findings"][run.pk]
        start = rng.randrange(len(all_))
        found = [one for one in all_[start : start + rng.randrange(1, 13)]
                 if one.indicator == all_[start].indicator]  # fmt: skip
        task.indicator, task.variant = found[0].indicator, found[0].variant
        task.title = f"{found[0].zone_name}{found[0].why_zh[:60]}"
    elif origin == INDICATOR:
        one = rng.choice(world["measured"])
        task.indicator, task.variant, task.zone = (
            one.indicator,
            one.variant,
            lead.county or "159902",
        )
        task.title = one.name_zh
    elif origin == TARGET:
        task.target = rng.choice(world["targets"])["id"]
    return task, found


def _steps(world, task):
    from hetao.web.tasks.models import Step
    from hetao.web.tasks.transitions import transitions

    state, at = "", task.made_at
    for place, action in enumerate(COURSES[task.state].split(), 1):
        after = "drafted" if action == "draft" else transitions()[action].to or state
        by = world["rng"].choice(world["officers" if action in ("accept", "report") else "office"])
        yield Step(
            task=task, place=place, action=action, before=state, after=after, by=by,
            body_id=by.body_id, at=at, due_before=task.due, due_after=task.due,
            note="" if action in ("issue", "accept") else "按要求办理，情况附后。",
        )  # fmt: skip
        state, at = after, at + timedelta(days=5)


def made_traces(*, seed, entries, notices, edits=2_000, deliveries=300):
    """Make the history, what people were told, edits and deliveries."""
    from auditlog.models import LogEntry
    from django.contrib.contenttypes.models import ContentType

    from hetao.web.accounts.models import Body, Notice, User
    from hetao.web.cities.models import Delivery, Edit, Thing
    from hetao.web.tasks.models import Task

    rng = random.Random(seed)
    people = list(User.objects.all())
    tasks = list(Task.objects.values_list("pk", "number", "title", "due"))
    kind = ContentType.objects.get_for_model(Task)
    now = datetime.now(UTC)
    for start in range(0, entries, BATCH):
        LogEntry.objects.bulk_create(
            LogEntry(
                content_type=kind, object_pk=str(task[0]), object_id=task[0], object_repr=task[1],
                action=1, changes={"state": ["accepted", "reported"], "level": ["0", "1"]},
                actor=rng.choice(people), timestamp=now - timedelta(minutes=place * 20),
            )
            for place in range(start, min(entries, start + BATCH))
            for task in (rng.choice(tasks),)
        )  # fmt: skip
    for start in range(0, notices, BATCH):
        Notice.objects.bulk_create(
            Notice(
                user=rng.choice(people), key=rng.choice(TOLD),
                facts={"number": task[1], "title": task[2], "due": str(task[3])},
                url=f"/tasks/{task[0]}/", made_at=now - timedelta(minutes=place * 9),
                read_at=now if place % 3 else None, sent_at=now,
            )
            for place in range(start, min(notices, start + BATCH))
            for task in (rng.choice(tasks),)
        )  # fmt: skip
    things = Thing.objects.filter(register="buildings").order_by("ref")[:edits]
    Edit.objects.bulk_create(
        Edit(
            register=thing.register, ref=thing.ref, reason="实地核对", by=rng.choice(people),
            before={"name": thing.name, "fields": thing.fields, "place": None},
            after={"name": thing.name, "fields": {**thing.fields, "storeys": 3}, "place": None},
        )
        for thing in things.defer("shape")
    )  # fmt: skip
    senders = list(Body.objects.filter(kind="department"))
    analyst = next(one for one in people if one.role == "analyst")
    Delivery.objects.bulk_create(
        Delivery(
            body=rng.choice(senders), year=now.year - place % 4, file_name="台账.xlsx",
            stored="none", sha256="0" * 64, rows={"figures": 12, "bridges": 340},
            by=rng.choice(people), reviewed_by=analyst if place % 3 else None,
            state="accepted" if place % 3 else "waiting", reviewed_at=now if place % 3 else None,
        )
        for place in range(deliveries)
    )  # fmt: skip
