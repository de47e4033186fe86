"""A body's workbook: checked when it comes, loaded when it is accepted, locked from then on."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from hetao.collection.receiving import mark, read_delivery, receive
from hetao.errors import HetaoError
from hetao.registers.workspace import disk_full_told, open_workspace
from hetao.web.accounts.models import Body, Notice, User
from hetao.web.cities.corrections import keep_edits
from hetao.web.cities.keeping import known_bodies
from hetao.web.cities.models import Delivery
from hetao.web.cities.workspaces import workspace_held
from hetao.web.site.words import words

if TYPE_CHECKING:
    from django.core.files.base import File

SUFFIXES = (".xlsx", ".xls", ".ods", ".csv")
FAULTS_KEPT = 500


@dataclass(eq=False)
class DeliveryRefused(HetaoError):
    """A workbook or a review that is not taken."""

    key: str
    facts: Mapping[str, Any] = field(default_factory=dict)

    def text(self, language: str) -> str:
        """Return why."""
        return words()[f"cities.delivery.refused.{self.key}"][language].format(**self.facts)

    def __str__(self) -> str:
        return self.text("en")


def deliver(file: "File[bytes]", *, by: User, correction: str = "") -> Delivery:
    """
    Keep a workbook and check every cell of it.

    It waits for review where it has no fault; where it has, a copy is marked for the sender. What
    is there already stays as it is either way.

    Raises
    ------
    DeliveryRefused
        If it is too large, of another kind, another body's, or of a year that is locked while no
        reason for a correction is given.
    """
    name = Path(file.name or "").name
    if Path(name).suffix.lower() not in SUFFIXES:
        raise DeliveryRefused("kind", {"name": name})
    if (file.size or 0) > settings.UPLOAD_LIMIT_BYTES:
        raise DeliveryRefused("large", {"limit": settings.UPLOAD_LIMIT_BYTES // 1_000_000})
    path = _kept(file, name)
    workspace = open_workspace(settings.ROOT)
    told = read_delivery(path, workspace)
    body = _sender(told.body, by)
    accepted = Delivery.objects.filter(body=body, year=told.year, state=Delivery.ACCEPTED)
    if accepted.exists() and not correction.strip():
        raise DeliveryRefused("locked", {"body": body.name, "year": told.year})
    marked = ""
    if told.faults:
        target = path.with_name(f"{path.stem}-marked.xlsx")
        if path.suffix.lower() != ".csv":
            mark(path, told, target)
            marked = target.relative_to(settings.MEDIA_ROOT).as_posix()
    return Delivery.objects.create(
        body=body, year=told.year or timezone.localdate().year, file_name=name[:200],
        stored=path.relative_to(settings.MEDIA_ROOT).as_posix(), marked=marked,
        sha256=path.parent.name, state=Delivery.FAULTY if told.faults else Delivery.WAITING,
        faults=[
            {"sheet": one.sheet, "cell": one.cell, "zh": one.text("zh"), "en": one.text("en")}
            for one in told.faults[:FAULTS_KEPT]
        ],
        rows={"figures": len(told.rows)}
        | {register: len(rows) for register, rows in told.registers.items()},
        by=by, correction=correction.strip()[:500],
    )  # fmt: skip


def accept(delivery: Delivery, *, by: User) -> Delivery:
    """
    Load a delivery into the workspace, whole or not at all, and lock it.

    Raises
    ------
    DeliveryRefused
        If it does not wait for review, or the workspace refused it by now.
    """
    with workspace_held(), transaction.atomic():
        now = _waiting(delivery)
        workspace = open_workspace(settings.ROOT)
        keep_edits(workspace)  # what was edited before the delivery must not come after it
        told = receive(workspace, settings.MEDIA_ROOT / now.stored)
        if told.faults:
            raise DeliveryRefused("faults", {"why": "；".join(f.text("zh") for f in told.faults)})
        _reviewed(now, Delivery.ACCEPTED, by, "")
    _tell(now, "cities.told.accepted")
    return now


def send_back(delivery: Delivery, *, by: User, reason: str) -> Delivery:
    """
    Return a delivery to its sender with a reason.

    Raises
    ------
    DeliveryRefused
        If it does not wait for review, or no reason is given.
    """
    if not reason.strip():
        raise DeliveryRefused("needs_reason")
    with transaction.atomic():
        now = _waiting(delivery)
        _reviewed(now, Delivery.RETURNED, by, reason.strip()[:500])
    _tell(now, "cities.told.returned")
    return now


def _waiting(delivery: Delivery) -> Delivery:
    now = Delivery.objects.select_for_update(of=("self",)).get(pk=delivery.pk)
    if now.state != Delivery.WAITING:
        raise DeliveryRefused("reviewed", {"name": now.file_name})
    return now


def _reviewed(delivery: Delivery, state: str, by: User, reason: str) -> None:
    delivery.state, delivery.reviewed_by, delivery.reviewed_at = state, by, timezone.now()
    delivery.reason = reason
    delivery.save()


def _tell(delivery: Delivery, key: str) -> None:
    facts = {"name": delivery.file_name, "year": delivery.year, "reason": delivery.reason}
    Notice.objects.create(user=delivery.by, key=key, facts=facts, url=f"/deliveries/{delivery.pk}/")


def _kept(file: "File[bytes]", name: str) -> Path:
    content = file.read()
    digest = hashlib.sha256(content).hexdigest()
    folder: Path = settings.MEDIA_ROOT / "deliveries" / digest
    path = folder / f"workbook{Path(name).suffix.lower()}"
    with disk_full_told(folder):
        folder.mkdir(parents=True, exist_ok=True)
        draft = folder / f"{path.name}.part"
        draft.write_bytes(content)
        draft.rename(path)
    return path


def _sender(name: str, by: User) -> Body:
    """
    Return the body on the cover: the sender's own, unless they may send for all.

    Raises
    ------
    DeliveryRefused
        If it is another's.
    """
    known = known_bodies().find(name) if name else None
    body = Body.objects.filter(pk=known.id).first() if known else None
    if body is None and not name and by.body is not None:
        return by.body  # a cover that names nobody is a fault of its own, told with the others
    if body is None or (by.role != "administrator" and body.pk != by.body_id):
        raise DeliveryRefused("other_body", {"body": name, "own": by.body.name if by.body else ""})
    return body
