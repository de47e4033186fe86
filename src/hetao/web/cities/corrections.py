"""Edits made on the platform become a source of the workspace: the next snapshot has them."""

import json
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import geopandas as gpd
import shapely
from django.db.models import QuerySet

from hetao.registers.definition import STORAGE_CRS, registers
from hetao.registers.reading import Reading
from hetao.registers.snapshot import CORRECTS
from hetao.registers.store import GONE, StoredSource, store, stored_sources
from hetao.registers.workspace import Workspace
from hetao.web.cities.models import Edit

LAST = "last_edit"


def keep_edits(workspace: Workspace) -> StoredSource | None:
    """Store the edits made since the last time as a source that corrects; None without any."""
    edits = list(_unkept(workspace))
    if not edits:
        return None
    latest = last_of_each(edits)
    standing, gone = (
        _by_register(edit for edit in latest if edit.is_end is is_end) for is_end in (False, True)
    )
    frames = {register: _frame(register, rows) for register, rows in standing.items()}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"平台修改-{edits[-1].pk}.json"
        path.write_text(json.dumps(list(_told(edits)), ensure_ascii=False, indent=1), "utf-8")
        options: dict[str, Any] = {CORRECTS: True, LAST: edits[-1].pk}
        if gone:
            options[GONE] = {register: [one.ref for one in rows] for register, rows in gone.items()}
        return store(workspace, path, Reading(frames), options=options)


def edited_rows(workspace: Workspace, register: str) -> tuple[gpd.GeoDataFrame, list[str]]:
    """Return what edits that are in no source yet make of a register: rows, and ids struck off."""
    latest = last_of_each(_unkept(workspace).filter(register=register))
    standing = [edit for edit in latest if not edit.is_end]
    frame = _frame(register, standing) if standing else registers()[register].empty()
    return frame, [edit.ref for edit in latest if edit.is_end]


def edits_since(options: Iterable[Mapping[str, Any]]) -> QuerySet[Edit]:
    """Return the edits that are in none of the sources with these options, the first first."""
    kept = max((int(one.get(LAST, 0)) for one in options), default=0)
    return Edit.objects.filter(pk__gt=kept).order_by("pk")


def last_of_each(edits: Iterable[Edit]) -> list[Edit]:
    """Return the last edit of each thing."""
    return list({(edit.register, edit.ref): edit for edit in edits}.values())


def _unkept(workspace: Workspace) -> QuerySet[Edit]:
    return edits_since(source.options for source in stored_sources(workspace))


def _by_register(edits: Iterable[Edit]) -> dict[str, list[Edit]]:
    found: dict[str, list[Edit]] = {}
    for edit in sorted(edits, key=lambda edit: edit.register):
        found.setdefault(edit.register, []).append(edit)
    return found


def _frame(register: str, edits: list[Edit]) -> gpd.GeoDataFrame:
    rows = [{**edit.after["fields"], "id": edit.ref, "name": edit.after["name"] or None}
            for edit in edits]  # fmt: skip
    shapes = [_shape(edit.after.get("place")) for edit in edits]
    frame = gpd.GeoDataFrame(rows, geometry=shapes, crs=STORAGE_CRS)
    return registers()[register].conform(frame)


def _shape(place: Mapping[str, Any] | None) -> Any:  # noqa: ANN401
    return None if place is None else shapely.from_geojson(json.dumps(place))


def _told(edits: list[Edit]) -> Iterator[dict[str, Any]]:
    for edit in edits:
        yield {
            "register": edit.register, "id": edit.ref, "before": edit.before, "after": edit.after,
            "reason": edit.reason, "by": edit.by_id, "at": edit.at.isoformat(),
        }  # fmt: skip
