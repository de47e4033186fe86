"""The things people see, made anew from the workspace, with what was edited meanwhile laid over."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from django.db import transaction

from hetao.errors import Tell, quiet
from hetao.registers.definition import registers
from hetao.registers.snapshot import Snapshot, merged_registers
from hetao.registers.store import stored_sources
from hetao.registers.workspace import Workspace
from hetao.web.checkups.models import Run
from hetao.web.cities.corrections import edits_since, last_of_each
from hetao.web.cities.editing import lay
from hetao.web.cities.models import Thing
from hetao.web.cities.take_up import (
    BATCH,
    NOT_THINGS,
    Counties,
    next_version,
    take_up_registers,
    things,
)


def renew_registers(snapshot: Snapshot, *, tell: Tell = quiet) -> int:
    """Show the things of a snapshot, and what was edited since it was frozen; return how many."""
    with transaction.atomic():
        count = take_up_registers(snapshot, tell=tell)
        _lay_over(source["options"] for source in snapshot.manifest["sources"])
    return count


def renew_delivered(workspace: Workspace, wanted: Collection[str]) -> None:
    """Show some registers as the workspace holds them now, and what was edited meanwhile."""
    run = Run.newest()
    if run is None:
        return
    wanted = set(wanted) - NOT_THINGS
    sources = stored_sources(workspace)
    counties = Counties(run.folder.snapshot(workspace).zones)
    merged = merged_registers([source for source in sources if source.registers & wanted])
    with transaction.atomic():
        version = next_version()
        for id_ in sorted(wanted & merged.keys()):
            made = list(things(registers()[id_], merged[id_], counties, version))
            for thing in made:
                thing.changed = True
            Thing.objects.filter(register=id_).delete()
            Thing.objects.bulk_create(made, batch_size=BATCH)
        _lay_over((source.options for source in sources), wanted)


def _lay_over(options: Iterable[Mapping[str, Any]], wanted: Collection[str] | None = None) -> None:
    """Make things what the edits that no source has yet made of them."""
    since = edits_since(options)
    latest = last_of_each(since if wanted is None else since.filter(register__in=wanted))
    version = next_version() if latest else 0
    for edit in latest:
        rows = Thing.objects.filter(register=edit.register, ref=edit.ref)
        if edit.is_end:
            rows.delete()
            continue
        thing = rows.first() or Thing(register=edit.register, ref=edit.ref)
        thing.version = version
        lay(edit.after, thing)
