"""Write all documents of a run into its folder."""

from pathlib import Path
from typing import TYPE_CHECKING

from hetao.assessment.checkup import assess_checkup
from hetao.checkup.run import Run
from hetao.errors import Tell, quiet
from hetao.registers.definition import registers
from hetao.registers.workspace import Workspace, finished_folder
from hetao.report.findings import write_findings
from hetao.report.lists import write_lists
from hetao.report.tiles import write_tiles
from hetao.report.view import RunView
from hetao.report.word import write_report

if TYPE_CHECKING:
    from collections.abc import Callable


def write_documents(workspace: Workspace, run: Run, *, tell: Tell = quiet) -> list[Path]:
    """
    Write report.docx, lists.xlsx, findings.gpkg and map.pmtiles.

    Each replaces what an earlier call wrote, all together or none.

    Returns
    -------
    list of Path
        The files, in the order in which a reader wants them.
    """
    view = view_of(workspace, run)
    makers: dict[str, Callable[[Path], None]] = {
        "report.docx": lambda path: write_report(view, path, tell=tell),
        "lists.xlsx": lambda path: write_lists(view, path),
        "findings.gpkg": lambda path: write_findings(view, path),
        "map.pmtiles": lambda path: write_tiles(view, path),
    }
    written = []
    draft = workspace.runs / f"{run.id}-documents"
    with finished_folder(draft) as folder:
        for name, make in makers.items():
            make(folder / name)
    for name in makers:
        written.append((draft / name).replace(run.folder / name))
    draft.rmdir()
    return written


def view_of(workspace: Workspace, run: Run) -> RunView:
    """Return what the documents of a run are made from."""
    snapshot = run.snapshot(workspace)
    frames = {id_: snapshot.register(id_) for id_ in registers() if id_ != "zones"}
    return RunView(
        observations=run.observations,
        findings=run.findings,
        manifest=run.manifest,
        registers={id_: frame for id_, frame in frames.items() if len(frame)},
        zones=snapshot.zones,
        checklist=run.checklist,
        assessed=assess_checkup(workspace, run),
    )
