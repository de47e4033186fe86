"""What of a file can be read: the data sets in a zip, and whether a file is whole."""

import json
import struct
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

DATA_SETS = (
    ".shp", ".gpkg", ".geojson", ".json", ".kml", ".dxf", ".fgb", ".tab", ".mif", ".gml",
    ".parquet", ".geoparquet", ".sqlite", ".geojsonl", ".topojson",
)  # fmt: skip
SHAPEFILE = (".shp", ".shx", ".dbf")
ENCRYPTED = 0x1
UTF8_NAME = 0x800
HEAD = 32
"""Bytes at the start of each file of a Shapefile that say how long it is."""
_LOCKED = ("the archive is locked with a password",)
_CUT_LINE = ("its last line is cut",)


class MissingPartsError(ValueError):
    """A Shapefile came without files that belong to it."""

    def __init__(self, parts: tuple[str, ...]) -> None:
        super().__init__("、".join(parts))


class CutError(ValueError):
    """A file is shorter than it says itself."""

    def __init__(self, name: str, found: int, said: int) -> None:
        super().__init__(f"{name} ends after {found} of {said}")


@contextmanager
def data_sets(path: Path) -> Iterator[list[Path]]:
    """
    Give the data sets in a file: itself, or those in a zip, unpacked for as long as needed.

    Raises
    ------
    ValueError
        If the zip is locked.
    """
    if path.suffix.lower() != ".zip":
        yield [path]
        return
    with tempfile.TemporaryDirectory(suffix=".gdb") as name:
        folder = Path(name)
        _unpack(path, folder)
        if any(folder.glob("*.gdbtable")):
            yield [folder]
            return
        found = [part for part in sorted(folder.rglob("*")) if _is_data_set(part, folder)]
        yield found


def check_whole(path: Path) -> None:
    """
    Make sure that a file is as long as it says itself, where GDAL would read the rest in silence.

    Raises
    ------
    CutError
        If a file of a Shapefile is shorter than its header says.
    MissingPartsError
        If a Shapefile came without its .shx or .dbf.
    ValueError
        If the last line of a line-by-line GeoJSON is cut.
    """
    suffix = path.suffix.lower()
    if suffix == ".shp":
        _check_shapefile(path)
    elif suffix == ".geojsonl":
        lines = [line for line in path.read_bytes().splitlines() if line.strip()]
        try:
            json.loads(lines[-1] if lines else b"")
        except ValueError as error:
            raise ValueError(*_CUT_LINE) from error


def said_encoding(path: Path) -> str | None:
    """Return what the .cpg beside a Shapefile says, or None."""
    beside = _beside(path).get(".cpg")
    return None if beside is None else beside.read_text("latin-1").strip()


def _check_shapefile(path: Path) -> None:
    parts = _beside(path)
    missing = tuple(part for part in SHAPEFILE if part not in parts)
    if missing:
        raise MissingPartsError(missing)
    for name in SHAPEFILE:
        with parts[name].open("rb") as file:
            head = file.read(HEAD)
        found = parts[name].stat().st_size
        said = HEAD
        if name == ".dbf" and len(head) == HEAD:
            rows, header, row = struct.unpack("<IHH", head[4:12])
            said = header + rows * row
        elif len(head) == HEAD:
            said = 2 * struct.unpack(">I", head[24:28])[0]
        if found < said:
            raise CutError(parts[name].name, found, said)


def _beside(path: Path) -> dict[str, Path]:
    return {part.suffix.lower(): part for part in path.parent.iterdir() if part.stem == path.stem}


def _is_data_set(part: Path, folder: Path) -> bool:
    inside = part.relative_to(folder).parts[:-1]
    if any(name.lower().endswith(".gdb") or name == "__MACOSX" for name in inside):
        return False
    suffix = part.suffix.lower()
    return suffix in DATA_SETS if part.is_file() else suffix == ".gdb"


def _unpack(path: Path, folder: Path) -> None:
    with zipfile.ZipFile(path) as archive:
        for entry in archive.infolist():
            if entry.flag_bits & ENCRYPTED:
                raise ValueError(*_LOCKED)
            if not entry.flag_bits & UTF8_NAME:
                entry.filename = _chinese(entry.filename)
            if ".." not in PurePosixPath(entry.filename).parts:
                archive.extract(entry, folder)


def _chinese(name: str) -> str:
    """Return a name without the mark for UTF-8 as Chinese Windows wrote it."""
    try:
        raw = name.encode("cp437")
        return raw.decode("gb18030") if not raw.isascii() else name
    except UnicodeError:
        return name
