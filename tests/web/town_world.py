"""The made town as a workspace that is served: its registers, two bridges, one small run."""

import io
import shutil

import openpyxl
import pytest
from django.core.files.base import ContentFile

from hetao.checkup.run import begin_checkup
from hetao.demo import town
from hetao.registers.definition import registers
from hetao.registers.loading import load_source
from hetao.registers.reading import Reading
from hetao.registers.store import store
from hetao.registers.workspace import open_workspace

MEASURED = ("dangerous_bridges", "dwellings_above_18_storeys", "road_network_density",
            "sewage_collection_rate")  # fmt: skip
BRIDGES = "编号,名称,技术状况等级,检测日期\nQ1,一号桥,A级,2026-04\nQ2,二号桥,D级,2026-04\n"


@pytest.fixture(scope="session")
def town_made(tmp_path_factory):
    """The workspace as it is copied for every test."""
    root = tmp_path_factory.mktemp("town")
    for folder in ("plan", "sources", "snapshots", "runs", "platform"):
        (root / folder).mkdir()
    (root / "city.toml").write_text(
        f'name = "{town.NAME}"\ncode = "159900"\nedition = "2025"\nmade_place = true\n', "utf-8"
    )
    raw = tmp_path_factory.mktemp("raw")
    (raw / "方格镇.txt").write_text("made", "utf-8")
    (raw / "城市桥梁.csv").write_text(BRIDGES, "utf-8")
    workspace = open_workspace(root)
    store(workspace, raw / "方格镇.txt", Reading(town.make_town().registers), options={})
    load_source(workspace, raw / "城市桥梁.csv", register="bridges")
    begin_checkup(workspace, edition="2025", date="2026-06-30", only=MEASURED)
    return root


def served(settings, root):
    """Let the platform serve a workspace, whatever it served before."""
    from hetao.web.cities.keeping import keepers, known_bodies
    from hetao.web.site.shell import city

    settings.ROOT, settings.MEDIA_ROOT = root, root / "platform" / "files"
    for cached in (keepers, known_bodies, city):
        cached.cache_clear()


@pytest.fixture
def town_root(town_made, tmp_path, settings):
    """A town of the test's own, served, its database empty."""
    before = settings.ROOT
    root = shutil.copytree(town_made, tmp_path / "town")
    served(settings, root)
    yield root
    served(settings, before)


@pytest.fixture
def town_served(town_root, db):
    """The same, its run and registers taken up."""
    from hetao.checkup.run import runs
    from hetao.web.checkups.models import Run
    from hetao.web.checkups.take_up import take_up_run
    from hetao.web.cities.take_up import take_up_registers

    workspace = open_workspace(town_root)
    folder = runs(workspace)[-1]
    take_up_run(workspace, folder)
    Run.objects.update(partial=False)  # it stands for a whole run: its page is the newest
    take_up_registers(folder.snapshot(workspace))
    return workspace


def sheet_of(register, changes=(), more=()):
    """Return the workbook that the platform gives out for a register, some cells filled in."""
    from hetao.web.cities.sheets import write_sheet

    book = openpyxl.load_workbook(io.BytesIO(write_sheet(registers()[register])))
    for id_, cells in dict(more).items():
        other = openpyxl.load_workbook(io.BytesIO(write_sheet(registers()[id_])))
        sheet = book.create_sheet(registers()[id_].name_zh)
        for row in other[sheet.title].iter_rows(values_only=True):
            sheet.append(row)
        _fill(sheet, cells)
    _fill(book[registers()[register].name_zh], changes)
    kept = io.BytesIO()
    book.save(kept)
    return ContentFile(kept.getvalue(), name=f"{register}.xlsx")


def _fill(sheet, cells):
    for cell, value in dict(cells).items():
        sheet[cell] = value
