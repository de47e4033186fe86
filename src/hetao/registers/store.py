"""Loaded sources: the raw file as it came, what was read from it, and its faults."""

import hashlib
import json
import re
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd

from hetao.errors import UserError
from hetao.registers.reading import Fault, Reading
from hetao.registers.workspace import UNFINISHED, Workspace, finished_folder

SHAPEFILE_PARTS = (".shp", ".shx", ".dbf", ".prj", ".cpg", ".sbn", ".sbx", ".qix")


GONE = "gone"
"""Option of a source: ids, by register, of rows brought by sources before it that are no more."""


@dataclass(frozen=True)
class StoredSource:
    """
    A source in the workspace.

    Attributes
    ----------
    folder : Path
        Holds `raw/`, `registers/*.parquet` and `source.json`.
    rows : mapping of str to int
        How many rows it gave to each register.
    """

    folder: Path
    file: str
    sha256: str
    options: Mapping[str, Any]
    attribution: str
    licence: str
    rows: Mapping[str, int]
    faults: Sequence[Fault]

    @property
    def name(self) -> str:
        """Return the name under which rows of this source are told apart."""
        return self.folder.name

    @property
    def registers(self) -> frozenset[str]:
        """Return the registers of which this source brings rows, or tells that rows are gone."""
        return frozenset(self.rows) | frozenset(self.options.get(GONE, {}))

    def gone(self, register: str) -> frozenset[str]:
        """Return the ids of the rows of a register that this source tells as gone."""
        return frozenset(self.options.get(GONE, {}).get(register, ()))

    def frame(self, register: str) -> gpd.GeoDataFrame:
        """Return what this source gave to a register, in the storage CRS."""
        return gpd.read_parquet(self.folder / "registers" / f"{register}.parquet")


def stored_sources(workspace: Workspace) -> list[StoredSource]:
    """
    Return the sources in use, in the order they were loaded.

    Of several loads of one file name with the same options only the latest is in use.
    """
    if not workspace.sources.is_dir():
        return []
    folders = [
        folder
        for folder in sorted(workspace.sources.iterdir())
        if (folder / "source.json").is_file() and not folder.name.startswith(UNFINISHED)
    ]
    latest: dict[str, StoredSource] = {}
    for source in map(read_stored, folders):
        same = json.dumps([source.file, dict(source.options)], sort_keys=True, default=str)
        latest.pop(same, None)
        latest[same] = source
    return list(latest.values())


def store(
    workspace: Workspace, path: Path, reading: Reading, *, options: Mapping[str, Any]
) -> StoredSource:
    """
    Keep a source that was read: whole or not at all.

    A source of the same file name and options takes the place of the earlier one, which stays
    in the folder but is no longer used.

    Parameters
    ----------
    path : Path
        The raw file or folder; it is copied with its companions and never changed.
    options : mapping
        What was said when loading: register, layer, crs, mapping.
    """
    target = workspace.sources / _new_name(workspace, path)
    with finished_folder(target) as folder:
        _write(folder, path, reading, options, name=target.name)
    return read_stored(target)


def digest(path: Path) -> str:
    """Return the SHA-256 of a file, or of a folder's files in the order of their names."""
    total = hashlib.sha256()
    files = sorted(path.rglob("*")) if path.is_dir() else [path]
    for file in files:
        if file.is_file():
            with file.open("rb") as handle:
                for block in iter(lambda: handle.read(1 << 20), b""):
                    total.update(block)
    return total.hexdigest()


def _write(
    folder: Path, path: Path, reading: Reading, options: Mapping[str, Any], *, name: str
) -> None:
    raw = folder / "raw"
    raw.mkdir()
    for part in _parts(path):
        if part.is_dir():
            shutil.copytree(part, raw / part.name)
        else:
            shutil.copyfile(part, raw / part.name)
    (folder / "registers").mkdir()
    for id_, frame in reading.registers.items():
        frame.assign(source=name).to_parquet(folder / "registers" / f"{id_}.parquet", index=False)
    described = {
        "file": path.name,
        "sha256": digest(path),
        "options": dict(options),
        "attribution": reading.attribution,
        "licence": reading.licence,
        "rows": {id_: len(frame) for id_, frame in reading.registers.items()},
        "faults": [asdict(fault) for fault in reading.faults],
    }
    text = json.dumps(described, ensure_ascii=False, indent=1)
    (folder / "source.json").write_text(text, "utf-8")


def read_stored(folder: Path) -> StoredSource:
    """
    Return a source as its folder tells it, in use or replaced by a later one.

    Raises
    ------
    UserError
        If the folder is damaged.
    """
    try:
        raw = json.loads((folder / "source.json").read_text("utf-8"))
        faults = tuple(Fault(**fault) for fault in raw.pop("faults"))
        return StoredSource(folder=folder, faults=faults, **raw)
    except (json.JSONDecodeError, TypeError, KeyError) as error:
        raise UserError("source_damaged", {"folder": folder, "why": error}) from error


def _parts(path: Path) -> list[Path]:
    if path.suffix.lower() != ".shp":
        return [path]
    return [
        part
        for part in sorted(path.parent.iterdir())
        if part.stem == path.stem and part.suffix.lower() in SHAPEFILE_PARTS
    ]


def _new_name(workspace: Workspace, path: Path) -> str:
    stem = re.sub(r"[^\w.-]+", "_", path.name.split(".")[0])[:40] or "source"
    taken = workspace.sources.iterdir() if workspace.sources.is_dir() else ()
    numbers = [int(folder.name[:3]) for folder in taken if folder.name[:3].isdigit()]
    return f"{max(numbers, default=0) + 1:03d}-{stem}"
