"""Begin a check-up from the platform: edits first, then the library's run, then the database."""

import datetime
from collections.abc import Mapping
from typing import Any

from django.conf import settings

from hetao.checkup.run import begin_checkup, runs
from hetao.errors import Tell, quiet
from hetao.registers.workspace import open_workspace
from hetao.report.documents import write_documents
from hetao.web.checkups.finding_tiles import cut_tiles
from hetao.web.checkups.take_up import take_up_run
from hetao.web.cities.corrections import keep_edits
from hetao.web.cities.models import Thing
from hetao.web.cities.renewing import renew_registers
from hetao.web.cities.workspaces import workspace_held
from hetao.web.plans.take_up import take_up_plans
from hetao.web.tasks.measuring import measure_tasks


def checkup(wanted: Mapping[str, Any], tell: Tell) -> dict[str, Any]:
    """Freeze what is there with the edits made here, measure, write documents, take all up."""
    workspace = open_workspace(settings.ROOT)
    with workspace_held():
        keep_edits(workspace)
        folder = begin_checkup(
            workspace,
            edition=wanted.get("edition") or workspace.city.edition,
            date=wanted.get("date") or datetime.date.today().isoformat(),  # noqa: DTZ011
            only=tuple(wanted.get("only", ())),
            tell=tell,
        )
        if wanted.get("documents", True):
            write_documents(workspace, folder, tell=tell)
    run = take_up_run(workspace, folder, tell=tell)
    if not run.partial:
        renew_registers(folder.snapshot(workspace), tell=tell)
        measure_tasks(run)
    take_up_plans()
    cut_tiles(tell=tell)
    return {"run": run.pk}


def take_up_newest(wanted: Mapping[str, Any] | None = None, tell: Tell = quiet) -> dict[str, Any]:
    """Take up every run of the workspace that the database lacks, and the newest registers."""
    del wanted
    workspace = open_workspace(settings.ROOT)
    folders = runs(workspace)
    for folder in folders:
        run = take_up_run(workspace, folder, tell=tell)
        if not run.partial:
            measure_tasks(run)
    if folders and not Thing.objects.exists():
        renew_registers(folders[-1].snapshot(workspace), tell=tell)
    take_up_plans()
    cut_tiles(tell=tell)
    return {"runs": len(folders)}
