"""Write all documents of a plan into its folder."""

import os
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from hetao.errors import Tell, quiet
from hetao.plan.judged import Assessment
from hetao.plan.store import PLANS, Plan
from hetao.registers.workspace import CITY_FILE, UNFINISHED, Workspace, disk_full_told
from hetao.report.plan_assessment import write_plan_assessment
from hetao.report.plan_data import write_plan_csv, write_plan_json
from hetao.report.plan_ledger import write_plan_ledger

if TYPE_CHECKING:
    from collections.abc import Callable


def write_plan_documents(
    plan: Plan, assessment: Assessment, tell: Tell | None = None
) -> list[Path]:
    """
    Write plan-ledger.xlsx, plan-assessment.docx, .json and .csv.

    Each replaces what an earlier call wrote, once all of them are there.

    Returns
    -------
    list of Path
        The files, in the order in which a reader wants them.

    Raises
    ------
    UserError
        If the disk ran full.
    """
    made, ledger = is_made(plan), plan.ledger
    makers: dict[str, Callable[[Path], None]] = {
        "plan-ledger.xlsx": lambda path: write_plan_ledger(ledger, path, assessment, made=made),
        "plan-assessment.docx": lambda path: write_plan_assessment(
            assessment, path, ledger, made=made, tell=tell or quiet
        ),
        "plan-assessment.json": lambda path: write_plan_json(assessment, path),
        "plan-assessment.csv": lambda path: write_plan_csv(assessment, path),
    }
    with disk_full_told(plan.folder):
        draft = Path(tempfile.mkdtemp(prefix=f"{UNFINISHED}{os.getpid()}-", dir=plan.folder))
        try:
            for name, make in makers.items():
                make(draft / name)
            return [(draft / name).replace(plan.folder / name) for name in makers]
        finally:
            shutil.rmtree(draft, ignore_errors=True)


def is_made(plan: Plan) -> bool:
    """Say whether a plan is kept in the workspace of a place that does not exist."""
    folder = plan.folder.resolve()
    roots = [folder, folder.parent.parent] if folder.parent.name == PLANS else [folder]
    held = [root for root in roots if (root / CITY_FILE).is_file()]
    return any(Workspace(root).city.made_place for root in held)
