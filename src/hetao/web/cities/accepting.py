"""
Loading an accepted delivery into the workspace: whole or not at all, also when it is cut off.

Before the first file is stored, a journal beside the deliveries notes which sources there are. A
worker that is killed leaves it behind; whoever comes next takes back what is not in it and begins
anew, so that nobody meets half a delivery.
"""

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction

from hetao.collection.receiving import came_from, receive
from hetao.errors import Tell, quiet
from hetao.registers.definition import registers
from hetao.registers.store import StoredSource, read_stored
from hetao.registers.workspace import Workspace, open_workspace
from hetao.web.accounts.history import acting
from hetao.web.accounts.models import User
from hetao.web.cities.corrections import keep_edits
from hetao.web.cities.delivering import DeliveryRefused, reviewed, tell_sender, waiting
from hetao.web.cities.keeping import known_bodies
from hetao.web.cities.models import Delivery
from hetao.web.cities.renewing import renew_delivered
from hetao.web.cities.workspaces import workspace_held
from hetao.web.jobs.asking import ask
from hetao.web.jobs.models import Job
from hetao.web.secret import PLATFORM


def ask_accept(delivery: Delivery, *, by: User) -> Job:
    """
    Accept a delivery: it is loaded in the background, then locked.

    Raises
    ------
    DeliveryRefused
        If it does not wait for review, or somebody else has just accepted it.
    """
    with transaction.atomic():
        now = waiting(delivery)
        now.job = ask("accept", {"delivery": now.pk, "by": by.pk}, by)
        now.save(update_fields=["job"])
    return now.job


def accept_asked(wanted: Mapping[str, Any], tell: Tell) -> dict[str, Any]:
    """Load what was accepted; a second time, after the worker was cut off, it does no harm."""
    delivery = Delivery.objects.get(pk=wanted["delivery"])
    if delivery.state != Delivery.ACCEPTED:
        accept(delivery, by=User.objects.get(pk=wanted["by"]), tell=tell)
    return {"delivery": delivery.pk}


def accept(delivery: Delivery, *, by: User, tell: Tell = quiet) -> Delivery:
    """
    Load a delivery into the workspace, whole or not at all, show its rows, and lock it.

    Raises
    ------
    DeliveryRefused
        If it does not wait for review, or the workspace refused it by now.
    """
    with workspace_held():
        workspace = open_workspace(settings.ROOT)
        now = waiting(delivery, loading=True)
        _take_back(workspace, now)
        keep_edits(workspace)  # what was edited before the delivery must not come after it
        _begin_journal(workspace, now)
        told = receive(workspace, settings.MEDIA_ROOT / now.stored, tell=tell)
        if told.faults:
            _journal(now).unlink()
            raise DeliveryRefused("faults", {"why": "；".join(f.text("zh") for f in told.faults)})
        tell("take_up", 0, 1)
        with transaction.atomic(), acting(by):
            renew_delivered(workspace, now.contents & set(registers()))
            reviewed(waiting(delivery, loading=True), Delivery.ACCEPTED, by, "")
        _journal(now).unlink()
    now.refresh_from_db()
    tell_sender(now, "cities.told.accepted")
    return now


def _journal(delivery: Delivery) -> Path:
    path: Path = settings.ROOT / PLATFORM / f"accepting-{delivery.pk}.json"
    return path


def _begin_journal(workspace: Workspace, delivery: Delivery) -> None:
    there = sorted(path.name for path in workspace.sources.iterdir())
    path = _journal(delivery)
    draft = path.with_suffix(".part")
    draft.write_text(json.dumps(there), "utf-8")
    draft.replace(path)


def _take_back(workspace: Workspace, delivery: Delivery) -> None:
    """Remove what a worker that was cut off had stored of a delivery."""
    path = _journal(delivery)
    if not path.is_file():
        return
    there = set(json.loads(path.read_text("utf-8")))
    for folder in sorted(workspace.sources.iterdir()):
        whole = (folder / "source.json").is_file()
        if folder.name not in there and whole and _is_of(read_stored(folder), delivery):
            shutil.rmtree(folder)
    path.unlink()


def _is_of(source: StoredSource, delivery: Delivery) -> bool:
    names = [name for name in Path(source.file).stem.split("-") if came_from(
        source, name, delivery.year)]  # fmt: skip
    found = [known_bodies().find(name) for name in names]
    return delivery.body_id in [body.id for body in found if body is not None]
