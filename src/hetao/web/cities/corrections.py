"""Edits made on the platform become a source of the workspace: the next snapshot has them."""

import json
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import geopandas as gpd
import shapely
from django.db.models import QuerySet

from hetao.registers.definition import STORAGE_CRS, registers
from hetao.registers.reading import Reading
from hetao.registers.snapshot import CORRECTS
from hetao.registers.store import StoredSource, store, stored_sources
from hetao.registers.workspace import Workspace
from hetao.web.cities.models import Edit

LAST = "last_edit"


def keep_edits(workspace: Workspace) -> StoredSource | None:
    """Store the edits made since the last time as a source that corrects; None without any."""
    edits = list(_unkept(workspace))
    if not edits:
        return None
    latest = {(edit.register, edit.ref): edit for edit in edits}
    frames = {
        register: _frame(register, [edit for (of, _), edit in latest.items() if of == register])
        for register in sorted({edit.register for edit in edits})
    }
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"平台修改-{edits[-1].pk}.json"
        path.write_text(json.dumps(list(_told(edits)), ensure_ascii=False, indent=1), "utf-8")
        options = {CORRECTS: True, LAST: edits[-1].pk}
        return store(workspace, path, Reading(frames), options=options)


def edited_rows(workspace: Workspace, register: str) -> gpd.GeoDataFrame | None:
    """Return the rows of a register that were edited and are in no source yet; None without any."""
    latest = {edit.ref: edit for edit in _unkept(workspace).filter(register=register)}
    return _frame(register, list(latest.values())) if latest else None


def _unkept(workspace: Workspace) -> QuerySet[Edit]:
    kept = [int(source.options.get(LAST, 0)) for source in stored_sources(workspace)]
    return Edit.objects.filter(pk__gt=max(kept, default=0)).order_by("pk")


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
