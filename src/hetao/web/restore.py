"""Bring a backup back: checked to the last byte first, into an empty place, whole or not at all."""

import hashlib
import json
import shutil
import sqlite3
import zipfile
import zlib
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path, PurePosixPath
from typing import IO, Any

from hetao.errors import Tell, UserError, quiet
from hetao.registers.workspace import finished_folder
from hetao.web.backup import FILES, FORMAT, KEY, MANIFEST
from hetao.web.dumping import CHUNK_BYTES, SQLITE, Target, postgres_tables

Manifest = Mapping[str, Any]
_DAMAGED = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError)


def restore(file: Path, root: Path, *, tell: Tell = quiet) -> Manifest:
    """
    Bring a backup back into an empty folder and the empty database of the deployment.

    Raises
    ------
    UserError
        If the file is damaged, of a newer version or of another kind of database; if the folder
        or the database holds anything; if the disk runs full. Nothing was brought back then.
    """
    from django.db import connection

    if root.exists() and (not root.is_dir() or any(root.iterdir())):
        raise UserError("folder_in_use", {"root": root})
    with _opened(file) as archive:
        manifest = checked(archive, file, tell)
        _require_fitting(manifest, connection.vendor)
        with finished_folder(root) as draft, closing(_own(connection)) as own:
            _require_empty(own, connection)
            _unpack(archive, manifest, draft, tell)
            name = manifest["database"]["name"]
            path = _place(Path(connection.settings_dict["NAME"]), root.absolute(), draft)
            Target(connection.vendor, own, path).take(draft / name)
            (draft / name).unlink(missing_ok=True)
    return manifest


def checked(archive: zipfile.ZipFile, file: Path, tell: Tell = quiet) -> Manifest:
    """
    Return the manifest of a backup whose every file has the digest that it says.

    Raises
    ------
    UserError
        If one differs, is missing or is too many: it is named.
    """
    manifest = _manifest(archive, file)
    wanted = _members(manifest)
    found = archive.namelist()
    odd = sorted({*wanted, MANIFEST} ^ set(found)) or sorted(
        name for name in wanted if not _is_inside(name) or found.count(name) > 1
    )
    if odd:
        raise UserError("backup_damaged", {"file": file, "name": odd[0]})
    for step, (name, told) in enumerate(wanted.items()):
        tell("check", step, len(wanted))
        if _digest(archive, name) != (told["sha256"], told["bytes"]):
            raise UserError("backup_damaged", {"file": file, "name": name})
    tell("check", len(wanted), len(wanted))
    return manifest


def _opened(file: Path) -> zipfile.ZipFile:
    if not file.is_file():
        raise UserError("no_backup", {"file": file})
    try:
        return zipfile.ZipFile(file)
    except _DAMAGED as error:
        raise UserError("backup_damaged", {"file": file, "name": file.name}) from error


def _manifest(archive: zipfile.ZipFile, file: Path) -> Manifest:
    try:
        told: Manifest = json.loads(archive.read(MANIFEST))
        if told["format"] > FORMAT:
            raise UserError("backup_newer", {"file": file, "made_by": told["hetao"]})
        _members(told)
    except (*_DAMAGED, ValueError, KeyError, TypeError) as error:
        raise UserError("backup_damaged", {"file": file, "name": MANIFEST}) from error
    return told


def _members(manifest: Manifest) -> dict[str, Mapping[str, Any]]:
    files = {FILES + inner: told for inner, told in manifest["files"].items()}
    return {manifest["database"]["name"]: manifest["database"], **files}


def _is_inside(name: str) -> bool:
    path = PurePosixPath(name)
    return not path.is_absolute() and ".." not in path.parts and "\\" not in name


def _digest(archive: zipfile.ZipFile, name: str) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    try:
        with archive.open(name) as source:
            while chunk := source.read(CHUNK_BYTES):
                digest.update(chunk)
                size += len(chunk)
    except _DAMAGED:
        return "", -1
    return digest.hexdigest(), size


def _require_fitting(manifest: Manifest, vendor: str) -> None:
    from django.db.migrations.loader import MigrationLoader

    told = manifest["database"]
    if told["vendor"] != vendor:
        raise UserError("backup_other_database", {"found": told["vendor"], "wanted": vendor})
    loader = MigrationLoader(None, ignore_no_migrations=True)
    known = {f"{app}.{name}" for app, name in loader.disk_migrations}
    replaced = {
        f"{app}.{name}" for one in loader.disk_migrations.values() for app, name in one.replaces
    }
    strange = [one for one in told["migrations"] if one not in known | replaced]
    if strange:
        facts = {"made_by": manifest["hetao"], "unknown": strange[0]}
        raise UserError("backup_newer_schema", facts)


def _own(database: Any) -> Any:  # noqa: ANN401
    if database.vendor == SQLITE:
        return sqlite3.connect(":memory:")  # the database is a file of the folder to come
    return database.get_new_connection(database.get_connection_params())


def _place(database: Path, root: Path, draft: Path) -> Path:
    """Return where the file of a database goes while its folder has not its name yet."""
    inside = database.is_relative_to(root)
    return draft / database.relative_to(root) if inside else database


def _require_empty(own: Any, database: Any) -> None:  # noqa: ANN401
    if database.vendor == SQLITE:
        path = Path(database.settings_dict["NAME"])
        if path.exists():
            raise UserError("database_in_use", {"name": path})
        return
    if postgres_tables(own):
        raise UserError("database_in_use", {"name": own.info.dbname})


def _unpack(archive: zipfile.ZipFile, manifest: Manifest, draft: Path, tell: Tell) -> None:
    wanted = _members(manifest)
    for step, name in enumerate(wanted):
        tell("restore", step, len(wanted))
        target = draft / name.removeprefix(FILES)
        target.parent.mkdir(parents=True, exist_ok=True)
        secret = name == FILES + KEY or not name.startswith(FILES)
        target.touch(mode=0o600 if secret else 0o666)
        with archive.open(name) as source, target.open("wb") as kept:
            _copy(source, kept)
    for folder in ("plan", "sources", "snapshots", "runs"):
        (draft / folder).mkdir(exist_ok=True)  # a zip holds no empty ones
    tell("restore", len(wanted), len(wanted))


def _copy(source: IO[bytes], target: IO[bytes]) -> None:
    shutil.copyfileobj(source, target, CHUNK_BYTES)
