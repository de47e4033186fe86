"""A workspace appears whole or not at all."""

import os
import shutil
from pathlib import Path

import pytest

from hetao.errors import UserError
from hetao.registers.workspace import (
    City,
    disk_full_told,
    finished_folder,
    new_workspace,
    open_workspace,
)


def test_a_new_workspace_remembers_its_city(tmp_path: Path):
    city = City(name="临河", code="150802", grids=("square:500",))
    assert new_workspace(tmp_path / "linhe", city).city == city


def test_a_folder_with_something_in_it_is_refused(tmp_path: Path):
    (tmp_path / "notes.txt").write_text("x")
    with pytest.raises(UserError, match="exists and is not empty"):
        new_workspace(tmp_path, City(name="临河", code="150802"))
    assert [file.name for file in tmp_path.iterdir()] == ["notes.txt"]


def test_a_folder_that_is_no_workspace_says_how_to_make_one(tmp_path: Path):
    with pytest.raises(UserError, match=r"hetao init .* --name … --code …"):
        open_workspace(tmp_path)


def test_a_city_file_without_a_code_is_named(tmp_path: Path):
    (tmp_path / "city.toml").write_text('name = "临河"\n', "utf-8")
    with pytest.raises(UserError, match=r"city.toml cannot be read \('code'\)"):
        _ = open_workspace(tmp_path).city


def test_a_failure_leaves_no_trace_of_the_folder(tmp_path: Path):
    def write_and_fail() -> None:
        with finished_folder(tmp_path / "run") as folder:
            (folder / "half").write_text("x")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        write_and_fail()
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_process_left_is_cleared_when_the_workspace_opens(tmp_path: Path):
    workspace = new_workspace(tmp_path / "linhe", City(name="临河", code="150802"))
    dead = 2**22 + 1  # above the largest process number that Linux gives
    (workspace.runs / f".unfinished-{dead}-run").mkdir()
    (workspace.runs / f".unfinished-{os.getppid()}-run").mkdir()
    open_workspace(workspace.root)
    assert [folder.name for folder in workspace.runs.iterdir()] == [
        f".unfinished-{os.getppid()}-run"
    ]


def test_a_full_disk_is_told_as_such(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=0))

    def write() -> None:
        with disk_full_told(tmp_path / "run"):
            msg = "cannot write"
            raise RuntimeError(msg)

    with pytest.raises(UserError, match=r"the disk is full .* Nothing was changed"):
        write()
