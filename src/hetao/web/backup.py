"""One file that holds all a deployment has: its database and its workspace, as of one moment."""

import hashlib
import io
import json
import os
import shutil
import time
import zipfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

from hetao import __version__
from hetao.errors import Tell, UserError, quiet
from hetao.registers.workspace import UNFINISHED, Workspace, disk_full_told, open_workspace
from hetao.web.dumping import CHUNK_BYTES, DUMP_NAMES, Moment, held_moment
from hetao.web.secret import PLATFORM

FORMAT = 1
MANIFEST = "manifest.json"
FILES = "workspace/"
KEY = f"{PLATFORM}/secret_key"
OF_PLATFORM = ("files", "calendar.toml")
MADE_AGAIN = frozenset({"tiles", "cache", "backups"})
PACKED = frozenset(
    {".parquet", ".pmtiles", ".zip", ".xlsx", ".docx", ".ods", ".gz", ".jpg", ".png", ".pdf",
     ".gpkg", ".pbf", ".pgdump"}
)  # fmt: skip


def back_up(
    root: Path, file: Path, *, with_key: bool = False, tell: Tell = quiet
) -> dict[str, Any]:
    """
    Write a backup, whole or not at all, while the platform runs.

    The database and the list of files are of one moment, at which no import was under way. Files
    are read after it: what a workspace holds is not changed in place but for its plans.

    Parameters
    ----------
    with_key : bool
        Whether the key that signs sessions is in it too.

    Returns
    -------
    dict
        The manifest.

    Raises
    ------
    UserError
        If there is a file of that name, the disk runs full, or the database gives no dump.
    """
    from django.db import connection

    from hetao.web.cities.workspaces import workspace_held

    workspace = open_workspace(root)
    if file.exists():
        raise UserError("file_in_use", {"file": file})
    with _draft_beside(file) as draft:
        tell("backup", 0, 1)
        with ExitStack() as held:
            with workspace_held():
                moment = held.enter_context(held_moment(connection))
                chosen = list(kept_files(workspace, with_key=with_key))
            return _write(draft, moment, workspace, chosen, tell)


def kept_files(workspace: Workspace, *, with_key: bool) -> Iterator[Path]:
    """Yield the files of a workspace that cannot be made again."""
    chosen = [
        path
        for path in workspace.root.iterdir()
        if path.name not in {*MADE_AGAIN, PLATFORM}
        and not path.name.startswith((".", "hetao.sqlite3"))
    ]
    chosen += [workspace.root / PLATFORM / name for name in OF_PLATFORM]
    if with_key:
        chosen.append(workspace.root / KEY)
    for path in sorted(chosen):
        for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
            inner = file.relative_to(workspace.root).parts
            unfinished = any(part.startswith(UNFINISHED) for part in inner)
            if file.is_file() and not unfinished and file.suffix not in (".lock", ".part"):
                yield file


@contextmanager
def _draft_beside(file: Path) -> Iterator[Path]:
    """Yield a folder to write into; the file `backup` in it takes the wanted name at the end."""
    draft = file.absolute().parent / f"{UNFINISHED}{os.getpid()}-{file.name}"
    try:
        with disk_full_told(file):
            file.absolute().parent.mkdir(parents=True, exist_ok=True)
            draft.mkdir(mode=0o700)
            yield draft
            written = draft / "backup"
            with written.open("rb") as handle:
                os.fsync(handle.fileno())
            written.rename(file)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _write(
    draft: Path, moment: Moment, workspace: Workspace, chosen: list[Path], tell: Tell
) -> dict[str, Any]:
    path = draft / "backup"
    path.touch(mode=0o600)  # it holds people's names, and digests of their passwords
    total = len(chosen) + 1
    with zipfile.ZipFile(path, "w") as archive:
        name = DUMP_NAMES[moment.vendor]
        with _member(archive, name) as dump:
            moment.dump_into(dump, draft)
        tell("backup", 1, total)
        files = {}
        for step, file in enumerate(chosen):
            inner = file.relative_to(workspace.root).as_posix()
            files[inner] = _copied(file, archive, FILES + inner)
            tell("backup", step + 2, total)
        manifest = _manifest(workspace, moment, {"name": name, **dump.told}, files)
        archive.writestr(MANIFEST, json.dumps(manifest, ensure_ascii=False, indent=1))
    return manifest


def _copied(file: Path, archive: zipfile.ZipFile, name: str) -> dict[str, Any]:
    try:
        source = file.open("rb")
    except FileNotFoundError as error:
        raise UserError("gone_meanwhile", {"file": file}) from error
    with source, _member(archive, name) as member:
        shutil.copyfileobj(source, member, CHUNK_BYTES)
    return member.told


class _Counted(io.RawIOBase):
    """A stream that knows the digest of what was written to it."""

    def __init__(self, stream: IO[bytes]) -> None:
        self.stream, self.digest, self.size = stream, hashlib.sha256(), 0

    def writable(self) -> bool:
        return True

    def write(self, chunk: Any) -> int:  # noqa: ANN401
        self.digest.update(chunk)
        self.size += len(chunk)
        return self.stream.write(chunk)

    @property
    def told(self) -> dict[str, Any]:
        return {"sha256": self.digest.hexdigest(), "bytes": self.size}


@contextmanager
def _member(archive: zipfile.ZipFile, name: str) -> Iterator[_Counted]:
    entry = zipfile.ZipInfo(name, time.localtime()[:6])
    packed = Path(name).suffix.lower() in PACKED
    entry.compress_type = zipfile.ZIP_STORED if packed else zipfile.ZIP_DEFLATED
    with archive.open(entry, "w", force_zip64=True) as stream:
        yield _Counted(stream)


def _manifest(
    workspace: Workspace, moment: Moment, dump: dict[str, Any], files: dict[str, Any]
) -> dict[str, Any]:
    city = workspace.city
    return {
        "format": FORMAT,
        "hetao": __version__,
        "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "city": {"name": city.name, "code": city.code},
        "database": dump | {
            "vendor": moment.vendor, "version": moment.version, "rows": moment.rows(),
            "migrations": moment.migrations(),
        },
        "with_key": KEY in files,
        "files": files,
    }  # fmt: skip
