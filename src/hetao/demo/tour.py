"""Go the whole way with the demo city: from raw files to the report and the plan's assessment."""

import tempfile
from importlib.resources import as_file, files
from pathlib import Path

from hetao.checkup.run import Run, begin_checkup
from hetao.demo.city import DATE, make_city, write_sources
from hetao.demo.departments import department_registers, write_departments
from hetao.errors import Tell, UserError, quiet
from hetao.plan.assessment import assess_city
from hetao.plan.files import read_text
from hetao.plan.judged import Assessment
from hetao.plan.linking import linked
from hetao.plan.reading import read_plan
from hetao.plan.store import folder_for, keep, plan_named
from hetao.registers.founding import found
from hetao.registers.loading import load_source
from hetao.registers.workspace import City, Workspace, open_workspace
from hetao.report.documents import write_documents
from hetao.report.plan_documents import write_plan_documents

PLAN_FILES = "plan_files"
ATTRIBUTION = "示例数据：榆湾市并不存在，全部数据由河套生成"


def demo_city(
    root: Path, *, seed: int = 2026, size: int = 1, tell: Tell = quiet
) -> tuple[Workspace, Run]:
    """
    Make the demo city, load its files, check it up and write the documents.

    A workspace of the demo city that is there already gets another run.

    Raises
    ------
    UserError
        If the folder holds something else.
    """
    workspace = _existing(root) or founded_demo(root, seed=seed, size=size, tell=tell)
    run = begin_checkup(workspace, edition="2025", date=DATE, tell=tell)
    write_documents(workspace, run, tell=tell)
    return workspace, run


def demo_plan(workspace: Workspace, *, tell: Tell = quiet) -> tuple[Assessment, list[Path]]:
    """Read the demo city's made plan, judge it as at the year of the check-up, write about it."""
    with as_file(files("hetao.demo") / PLAN_FILES / "plan.txt") as path:
        text = read_text(path)
    ledger = linked(read_plan(text))
    keep(folder_for(workspace.root, ledger), ledger, text)
    plan = plan_named(workspace.root)
    assessment = assess_city(workspace.root, plan, year=int(DATE[:4]))
    return assessment, write_plan_documents(plan, assessment, tell=tell)


def _existing(root: Path) -> Workspace | None:
    if not (root / "city.toml").is_file():
        return None
    workspace = open_workspace(root)
    if not workspace.city.made_place:
        raise UserError("folder_in_use", {"root": root})
    return workspace


def founded_demo(root: Path, *, seed: int = 2026, size: int = 1, tell: Tell = quiet) -> Workspace:
    """Make the demo city and load all its files, those of its departments too."""
    tell("make", 0, 1)
    made = make_city(seed, size)
    with tempfile.TemporaryDirectory() as scratch:
        paths = write_sources(made, Path(scratch) / "榆湾市")
        (Path(scratch) / "榆湾市" / "LICENSE-NOTE.txt").write_text(
            f"Source: {ATTRIBUTION}\nLicence: CC0 1.0\n", "utf-8"
        )
        tell("make", 1, 1)
        city = City(name=made.name, code=made.code, made_place=True)
        found(root, city, zones=[str(paths.pop("zones"))])
        workspace = open_workspace(root)
        named = {"facilities": "facilities", "pitches": "football_pitches"}
        for step, (what, path) in enumerate(paths.items()):
            tell("read", step, len(paths))
            load_source(workspace, path, register=None if what == "osm" else named.get(what, what))
        rows = department_registers(made, DATE)
        tables = write_departments(rows, Path(scratch) / "榆湾市", date=DATE)
        for step, (what, path) in enumerate(tables.items()):
            tell("read", step, len(tables))
            load_source(workspace, path, register=what)
        reported = Path(scratch) / "榆湾市" / "填报指标值.csv"
        content = (files("hetao.demo") / PLAN_FILES / "reported_figures.csv").read_bytes()
        reported.write_bytes(content)
        load_source(workspace, reported, register="reported_figures")
    return workspace
