"""A body's workbook: checked when it comes, loaded when it is accepted, locked from then on."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from hetao.collection.receiving import mark, read_delivery
from hetao.errors import HetaoError
from hetao.registers.workspace import disk_full_told, open_workspace
from hetao.web.accounts import policy
from hetao.web.accounts.history import acting
from hetao.web.accounts.models import Body, Notice, User
from hetao.web.cities.keeping import known_bodies
from hetao.web.cities.models import Delivery
from hetao.web.site.words import language, words

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


def deliver(file: "File[bytes] | None", *, by: User, correction: str = "") -> Delivery:
    """
    Keep a workbook and check every cell of it.

    It waits for review where it has no fault; where it has, a copy is marked for the sender. What
    is there already stays as it is either way.

    Raises
    ------
    DeliveryRefused
        If there is none, it is too large, of another kind, another body's, or brings what is
        locked for the year while no reason for a correction is given.
    """
    if file is None:
        raise DeliveryRefused("no_file")
    name = Path(file.name or "").name
    if Path(name).suffix.lower() not in SUFFIXES:
        raise DeliveryRefused("kind", {"name": name})
    if (file.size or 0) > settings.UPLOAD_LIMIT_BYTES:
        raise DeliveryRefused("large", {"limit": settings.UPLOAD_LIMIT_BYTES // 1_000_000})
    path = _kept(file, name)
    workspace = open_workspace(settings.ROOT)
    told = read_delivery(path, workspace)
    body = _sender(told.body, by)
    year = told.year or timezone.localdate().year
    rows = {"figures": len(told.rows)} | {id_: len(held) for id_, held in told.registers.items()}
    earlier = Delivery.objects.filter(body=body, year=year)
    brought = {name for name, count in rows.items() if count}
    if not correction.strip():
        for one in earlier.filter(state=Delivery.ACCEPTED):
            if brought & one.contents:
                raise DeliveryRefused("locked", {"body": body.name, "year": year})
    marked = ""
    if told.faults:
        target = path.with_name(f"{path.stem}-marked.xlsx")
        if path.suffix.lower() != ".csv":
            mark(path, told, target)
            marked = target.relative_to(settings.MEDIA_ROOT).as_posix()
    with transaction.atomic(), acting(by):
        kept = Delivery.objects.create(
            body=body, year=year, file_name=name[:200], marked=marked, sha256=path.parent.name,
            stored=path.relative_to(settings.MEDIA_ROOT).as_posix(),
            state=Delivery.FAULTY if told.faults else Delivery.WAITING,
            faults=[
                {"sheet": one.sheet, "cell": one.cell, "zh": one.text("zh"), "en": one.text("en")}
                for one in told.faults[:FAULTS_KEPT]
            ],
            rows=rows, by=by, correction=correction.strip()[:500],
        )  # fmt: skip
        if not told.faults:
            _set_aside(kept, earlier)
    return kept


def _set_aside(kept: Delivery, earlier: QuerySet[Delivery]) -> None:
    """Return what waits and is brought anew as a whole by a later delivery of the same body."""
    older = earlier.filter(state=Delivery.WAITING, pk__lt=kept.pk).select_related("job")
    for one in older:
        if one.contents <= kept.contents and not one.is_loading:
            reviewed(one, Delivery.RETURNED, None, words()["cities.delivery.replaced"][language()])


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
        now = waiting(delivery)
        with acting(by):
            reviewed(now, Delivery.RETURNED, by, reason.strip()[:500])
    tell_sender(now, "cities.told.returned")
    return now


def waiting(delivery: Delivery, *, loading: bool = False) -> Delivery:
    """
    Return a delivery as it is now, held until the end of the transaction if there is one.

    Parameters
    ----------
    loading : bool
        Whether it may be one that was accepted and is being loaded.

    Raises
    ------
    DeliveryRefused
        If it does not wait for review any more.
    """
    rows = Delivery.objects.select_related("job", "reviewed_by", "body", "by")
    if transaction.get_connection().in_atomic_block:
        rows = rows.select_for_update(of=("self",))
    now = rows.get(pk=delivery.pk)
    if now.state != Delivery.WAITING:
        facts = {"name": now.file_name, "by": _name(now.reviewed_by)}
        raise DeliveryRefused(f"was_{now.state}", facts)
    if now.is_loading and not loading and now.job is not None:
        raise DeliveryRefused("loading", {"name": now.file_name, "by": _name(now.job.by)})
    return now


def _name(person: User | None) -> str:
    return person.shown_name if person else words()["cities.delivery.system"][language()]


def reviewed(delivery: Delivery, state: str, by: User | None, reason: str) -> None:
    """Write down that a delivery was reviewed, and how."""
    delivery.state, delivery.reviewed_by, delivery.reviewed_at = state, by, timezone.now()
    delivery.reason = reason
    delivery.save(update_fields=["state", "reviewed_by", "reviewed_at", "reason"])


def tell_sender(delivery: Delivery, key: str) -> None:
    """Tell the sender what became of a delivery."""
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
    everyone = "all" in policy.scopes(by, "delivery.send")
    if body is None or (not everyone and body.pk != by.body_id):
        raise DeliveryRefused("other_body", {"body": name, "own": by.body.name if by.body else ""})
    return body
