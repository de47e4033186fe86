"""The first edits and deliveries of a made city, through the same verbs as everybody's."""

import io
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import openpyxl
from django.conf import settings
from django.core.files.base import ContentFile

from hetao.collection.workbooks import write_workbook
from hetao.errors import Tell, quiet
from hetao.registers.definition import registers
from hetao.registers.workspace import open_workspace
from hetao.web.cities.accepting import accept
from hetao.web.cities.delivering import deliver
from hetao.web.cities.editing import edit
from hetao.web.cities.models import Thing
from hetao.web.cities.sheets import held_rows

if TYPE_CHECKING:
    from pathlib import Path

    from hetao.web.demo_tasks import Desk


def first_edits(desk: "Desk") -> None:
    """Change a few things, as officers do between two check-ups."""
    from hetao.web.demo_tasks import told

    for place, row in enumerate(told()["edits"], 1):
        thing = Thing.objects.filter(register=row["register"], ref=row["ref"]).first()
        if thing is None:
            continue
        at = desk.moment(row["ago"], place)
        given = {name: text.format(month=f"{at:%Y-%m}") for name, text in row["set"].items()}
        edit(thing, given, by=desk.people[row["by"]], reason=row["reason"], at=at)


def first_deliveries(wanted: Mapping[str, Any], tell: Tell = quiet) -> dict[str, Any]:
    """Ask three bodies for a register each; one has it accepted, one waits, one sent faults."""
    from hetao.web.demo_tasks import desk_at, told

    desk = desk_at(datetime.fromisoformat(wanted["now"]))
    workspace = open_workspace(settings.ROOT)
    deadline = desk.today + timedelta(days=told()["deadline"]["ahead"])
    folder: Path = settings.ROOT / "collection" / str(desk.today.year)
    folder.mkdir(parents=True, exist_ok=True)
    count = 0
    for row in told()["deliveries"]:
        tell("read", count, len(told()["deliveries"]))
        register = registers()[row["register"]]
        held = held_rows(workspace, register)
        if not held:
            continue
        path = folder / f"{row['body']}.xlsx"
        write_workbook(
            path, (), city=workspace.city.name, body=row["body"], year=desk.today.year,
            deadline=deadline.isoformat(), held={register.id: held}, only=(register.id,),
        )  # fmt: skip
        content = _spoilt(path.read_bytes(), register.name_zh, row.get("spoil", ()))
        kept = deliver(ContentFile(content, name=row["file"]), by=desk.people[row["by"]])
        if row["outcome"] == "accepted":
            accept(kept, by=desk.people[row["reviewer"]])
        count += 1
    return {"deliveries": count}


def _spoilt(content: bytes, sheet: str, cells: Any) -> bytes:  # noqa: ANN401
    """Return a workbook with some cells filled in wrongly."""
    if not cells:
        return content
    book = openpyxl.load_workbook(io.BytesIO(content))
    for one in cells:
        book[sheet][one["cell"]] = one["text"] or None
    kept = io.BytesIO()
    book.save(kept)
    return kept.getvalue()
