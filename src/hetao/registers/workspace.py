"""A city's workspace: one folder with its description, sources, snapshots and runs."""

import contextlib
import errno
import os
import shutil
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import tomli_w

from hetao.errors import HetaoError, UserError

CITY_FILE = "city.toml"
UNFINISHED = ".unfinished-"


@dataclass(frozen=True)
class City:
    """
    What `city.toml` says.

    Attributes
    ----------
    code : str
        Official division code, such as "150802".
    edition : str
        The national edition that a check-up uses unless told otherwise.
    made_place : bool
        True for the demo city: every output says that it is made.
    grids : tuple of str
        Grids whose cells are zones too, such as "square:500".
    overrides : tuple of mapping
        Parameters and benchmarks that the city or its province sets, with their source.
    """

    name: str
    code: str
    edition: str = "2025"
    made_place: bool = False
    map_approval: str = ""
    grids: tuple[str, ...] = ()
    overrides: tuple[Mapping[str, Any], ...] = field(default=())


@dataclass(frozen=True)
class Workspace:
    """The folder of one city."""

    root: Path

    @property
    def sources(self) -> Path:
        """Return the folder of raw inputs and what was read from them."""
        return self.root / "sources"

    @property
    def snapshots(self) -> Path:
        """Return the folder of frozen registers."""
        return self.root / "snapshots"

    @property
    def runs(self) -> Path:
        """Return the folder of check-up results."""
        return self.root / "runs"

    @property
    def city(self) -> City:
        """
        Read `city.toml`.

        Raises
        ------
        UserError
            If the file is damaged or lacks the name or code.
        """
        path = self.root / CITY_FILE
        try:
            raw = tomllib.loads(path.read_text("utf-8"))
            return City(
                name=raw["name"],
                code=str(raw["code"]),
                edition=str(raw.get("edition", "2025")),
                made_place=raw.get("made_place", False),
                map_approval=raw.get("map_approval", ""),
                grids=tuple(raw.get("grids", ())),
                overrides=tuple(raw.get("overrides", ())),
            )
        except (tomllib.TOMLDecodeError, UnicodeDecodeError, KeyError) as error:
            raise UserError("city_file_damaged", {"path": path, "why": error}) from error


def open_workspace(root: Path) -> Workspace:
    """
    Return the workspace in a folder, clearing away what a killed command left unfinished.

    Raises
    ------
    UserError
        If the folder is no workspace.
    """
    if not (root / CITY_FILE).is_file():
        raise UserError("no_workspace", {"root": root})
    workspace = Workspace(root)
    for folder in (workspace.sources, workspace.snapshots, workspace.runs):
        for left in folder.glob(f"{UNFINISHED}*"):
            if not _alive(left):
                shutil.rmtree(left, ignore_errors=True)
    return workspace


def new_workspace(root: Path, city: City) -> Workspace:
    """
    Make a workspace.

    Raises
    ------
    UserError
        If the folder holds anything already.
    """
    if root.exists() and (not root.is_dir() or any(root.iterdir())):
        raise UserError("folder_in_use", {"root": root})
    with finished_folder(root) as folder:
        for name in ("plan", "sources", "snapshots", "runs"):
            (folder / name).mkdir()
        described = {
            "name": city.name,
            "code": city.code,
            "edition": city.edition,
            "made_place": city.made_place,
            "map_approval": city.map_approval,
            "grids": list(city.grids),
        }
        (folder / CITY_FILE).write_text(tomli_w.dumps(described), "utf-8")
    return Workspace(root)


@contextlib.contextmanager
def finished_folder(target: Path) -> Iterator[Path]:
    """
    Write a folder that appears whole or not at all.

    Yields
    ------
    Path
        A folder beside `target` to write into; it takes the target's name when the block ends
        well and is removed when it does not.

    Raises
    ------
    UserError
        If the disk ran full.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.parent / f"{UNFINISHED}{os.getpid()}-{target.name}"
    try:
        with disk_full_told(target):
            draft.mkdir()
            yield draft
            _settle(draft)
            if target.is_dir() and not any(target.iterdir()):
                target.rmdir()
            draft.rename(target)
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise


@contextlib.contextmanager
def disk_full_told(target: Path) -> Iterator[None]:
    """
    Tell a full disk apart from other faults, whichever library met it.

    Raises
    ------
    UserError
        If the block failed and the disk is full.
    """
    try:
        yield
    except Exception as error:
        if isinstance(error, HetaoError):
            raise
        free = shutil.disk_usage(_existing(target)).free
        if getattr(error, "errno", None) in _NO_ROOM or free < _ROOM_BYTES:
            raise UserError("disk_full", {"target": target, "free_mb": free / 1e6}) from error
        raise


_NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_ROOM_BYTES = 64 * 1024  # less than this free, and a failed write failed for want of room


def _existing(path: Path) -> Path:
    return next(folder for folder in (path, *path.absolute().parents) if folder.exists())


def _settle(folder: Path) -> None:
    for file in folder.rglob("*"):
        if file.is_file():
            with file.open("rb") as handle:
                os.fsync(handle.fileno())


def _alive(draft: Path) -> bool:
    pid = draft.name.removeprefix(UNFINISHED).partition("-")[0]
    if not pid.isdigit() or int(pid) == os.getpid():
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
