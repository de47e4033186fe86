"""What bodies are asked for, until when, and who has answered."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import openpyxl
from django.conf import settings
from django.utils import timezone

from hetao.collection.cell_faults import words as collection_words
from hetao.collection.owed import bodies_asked
from hetao.web.accounts import policy
from hetao.web.accounts.models import Body
from hetao.web.cities.keeping import known_bodies
from hetao.web.cities.models import Delivery

COVER_ROWS = 12


def deadline_of(year: int) -> datetime.date | None:
    """Return until when deliveries of a year are asked for, as the workbooks sent out say."""
    folder: Path = settings.ROOT / "collection" / str(year)
    sent = sorted(folder.glob("*.xlsx"), key=lambda path: path.stat().st_size)
    return _deadline(sent[0], sent[0].stat().st_mtime_ns) if sent else None


@lru_cache(maxsize=8)
def _deadline(path: Path, changed: int) -> datetime.date | None:
    del changed
    label = collection_words()["cover"]["deadline"]
    book = openpyxl.load_workbook(path, read_only=True)
    try:
        rows = book.worksheets[0].iter_rows(max_row=COVER_ROWS, max_col=2, values_only=True)
        found = next((row[1] for row in rows if row[0] == label), None)
    finally:
        book.close()
    try:
        return datetime.date.fromisoformat(str(found)[:10])
    except ValueError:
        return None


@dataclass(frozen=True)
class Answer:
    """
    Whether a body has delivered.

    Attributes
    ----------
    last : Delivery or None
        Its last of the year.
    late_days : int
        Days past the deadline without a delivery that has no faults, or past it when that came.
    """

    body: Body
    name: str
    last: Delivery | None
    late_days: int = 0

    @property
    def has_answered(self) -> bool:
        """Say whether a delivery without faults stands."""
        return self.last is not None and self.last.state in (Delivery.WAITING, Delivery.ACCEPTED)


def answers(user: Any, year: int) -> list[Answer]:  # noqa: ANN401
    """Return the bodies that are asked and that a person may see, those without an answer first."""
    asked = {known_bodies().find(name): name for name in bodies_asked()}
    ids = {body.id: name for body, name in asked.items() if body is not None}
    if "all" not in policy.scopes(user, "delivery.view"):
        ids = {id_: name for id_, name in ids.items() if id_ == user.body_id}
    bodies = Body.objects.in_bulk(list(ids))
    last = _last(year)
    deadline = deadline_of(year)
    found = [
        Answer(bodies[id_], name, last.get(id_), _late(last.get(id_), deadline))
        for id_, name in ids.items()
        if id_ in bodies
    ]
    return sorted(found, key=lambda one: (one.has_answered, -one.late_days, one.name))


def _last(year: int) -> Mapping[str, Delivery]:
    rows = Delivery.objects.filter(year=year).defer("faults").select_related("job")
    return {delivery.body_id: delivery for delivery in rows.order_by("pk")}


def _late(last: Delivery | None, deadline: datetime.date | None) -> int:
    if deadline is None:
        return 0
    came = last is not None and last.state in (Delivery.WAITING, Delivery.ACCEPTED)
    day = timezone.localdate(last.at) if came and last is not None else timezone.localdate()
    return max(0, (day - deadline).days)
