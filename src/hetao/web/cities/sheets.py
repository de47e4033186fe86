"""A register as the workbook that its keeper sends back: same drop-downs, ids and checks."""

import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
from django.conf import settings
from django.utils import timezone

from hetao.collection.owed import bodies_asked, rows_of
from hetao.collection.workbooks import write_workbook
from hetao.registers.definition import Register
from hetao.registers.snapshot import merged_registers
from hetao.registers.store import stored_sources
from hetao.registers.workspace import Workspace, open_workspace
from hetao.web.accounts import policy
from hetao.web.cities.asking import deadline_of
from hetao.web.cities.corrections import edited_rows
from hetao.web.cities.keeping import keepers, known_bodies


def keeper_name(register: Register) -> str:
    """Return the body that keeps a register as it stands on workbooks; "" where none is asked."""
    if not register.reporter:
        return ""
    names = (name for name in bodies_asked() if name.endswith(register.reporter))
    return next(names, "")


def may_send(user: Any, register: Register) -> bool:  # noqa: ANN401
    """Say whether a person may deliver a register: their body's own, or any for its keeper."""
    name = keeper_name(register)
    body = known_bodies().find(name) if name else None
    if body is None:
        return False
    granted = policy.scopes(user, "delivery.send")
    return "all" in granted or ("own" in granted and keepers().get(register.id) == user.body_id)


def may_have_sheet(user: Any, register: Register) -> bool:  # noqa: ANN401
    """Say whether a person may have all held rows: who may send them, or see everything."""
    if may_send(user, register):
        return True
    action = "register.view_restricted" if register.restricted else "register.view"
    return bool(keeper_name(register)) and not register.is_personal and (
        "all" in policy.scopes(user, action)
    )  # fmt: skip


def write_sheet(register: Register) -> bytes:
    """Return the workbook of one register with the rows held now, edits made here included."""
    workspace = open_workspace(settings.ROOT)
    year = timezone.localdate().year
    deadline = deadline_of(year)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "register.xlsx"
        write_workbook(
            path, (), city=workspace.city.name, body=keeper_name(register), year=year,
            deadline=deadline.isoformat() if deadline else "",
            held={register.id: held_rows(workspace, register)}, only=(register.id,),
        )  # fmt: skip
        return path.read_bytes()


def held_rows(workspace: Workspace, register: Register) -> list[dict[str, Any]]:
    """Return the rows of a register as the workspace holds them, with the edits since."""
    id_ = register.id
    bringing = [replace(source, rows={id_: source.rows.get(id_, 0)})
                for source in stored_sources(workspace) if id_ in source.registers]  # fmt: skip
    frame = merged_registers(bringing).get(id_, register.empty())
    edited, gone = edited_rows(workspace, id_)
    frame = frame[~frame["id"].isin(gone)]
    if edited.empty:
        return rows_of(frame)
    order = {row: place for place, row in enumerate(frame["id"])}
    kept = frame[~frame["id"].isin(edited["id"])]
    stacked = pd.concat([kept, edited], ignore_index=True)
    places = stacked["id"].map(order).fillna(len(order))  # edited rows stay where they stood
    stacked = stacked.loc[places.sort_values(kind="stable").index]
    return rows_of(stacked.set_geometry("geometry").reset_index(drop=True))
