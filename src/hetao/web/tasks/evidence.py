"""
Files that show what was done: checked by what they are, kept under their digest.

A picture is kept byte for byte as it came, with the place, the time and the device that a camera
writes into it: it is evidence, it is shown to nobody but those who see the task, and its digest
must stay that of the file which was sent. Whatever is ever made public from it must be drawn anew
without those data.
"""

import hashlib
import io
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from PIL import Image

from hetao.errors import HetaoError
from hetao.web.site.words import words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.core.files.base import File

LIMIT_BYTES = 20_000_000
LIMIT_FILES = 12
LIMIT_PIXELS = 50_000_000
LIMIT_UNPACKED_BYTES = 200_000_000
TOO_MANY_PIXELS = (Image.DecompressionBombError, Image.DecompressionBombWarning)
OFFICE_HEAD = "application/vnd.openxmlformats-officedocument"


@dataclass(eq=False)
class FileRefused(HetaoError):
    """A file that is not kept."""

    key: str
    name: str

    def text(self, language: str) -> str:
        """Return why."""
        facts = {"name": self.name, "limit": LIMIT_BYTES // 1_000_000, "files": LIMIT_FILES}
        return words()[f"tasks.file.{self.key}"][language].format(**facts)

    def __str__(self) -> str:
        return self.text("en")


def keep_files(files: "Sequence[File[bytes]]") -> list[dict[str, Any]]:
    """
    Keep files, and return what the row of each says: name, place, kind, size, digest.

    Raises
    ------
    FileRefused
        If there are too many, or one is too large or empty, or no picture, PDF, Word or Excel
        file by its content, or by its name another than by its content.
    """
    if len(files) > LIMIT_FILES:
        raise FileRefused("many", _name(files[0]))
    return [_kept(name, content, kind) for name, content, kind in map(_read, files)]


def _read(file: "File[bytes]") -> tuple[str, bytes, str]:
    name = _name(file)
    if (file.size or 0) > LIMIT_BYTES:
        raise FileRefused("large", name)
    content = file.read()
    if len(content) > LIMIT_BYTES:
        raise FileRefused("large", name)
    suffix = Path(name).suffix.lower()
    mark, kind, is_whole = KINDS.get(suffix, NO_KIND)
    if not mark or not content.startswith(mark) or not is_whole(content, suffix):
        raise FileRefused("kind", name)
    return name, content, kind


def _kept(name: str, content: bytes, kind: str) -> dict[str, Any]:
    digest = hashlib.sha256(content).hexdigest()
    stored = Path("evidence") / digest[:2] / f"{digest}{Path(name).suffix.lower()}"
    target: Path = settings.MEDIA_ROOT / stored
    if not target.is_file():
        target.parent.mkdir(parents=True, exist_ok=True)
        draft = target.with_suffix(".part")
        draft.write_bytes(content)
        draft.rename(target)
    return {
        "name": name, "stored": stored.as_posix(), "kind": kind, "size": len(content),
        "sha256": digest,
    }  # fmt: skip


def _name(file: "File[bytes]") -> str:
    """Return the last part of a name, without what no name should hold; the ending stays."""
    last = (file.name or "").replace("\\", "/").rpartition("/")[2]
    last = "".join(sign for sign in last if sign.isprintable()).strip() or "file"
    suffix = Path(last).suffix
    return f"{last.removesuffix(suffix)[: 200 - len(suffix)]}{suffix}"


def _is_picture(content: bytes, suffix: str) -> bool:
    """Say whether a picture can be opened; one that would fill the memory cannot."""
    del suffix
    try:
        with Image.open(io.BytesIO(content), formats=("JPEG", "PNG")) as picture:
            if picture.width * picture.height > LIMIT_PIXELS:
                return False
            picture.verify()
    except (OSError, SyntaxError, ValueError, *TOO_MANY_PIXELS):
        return False
    return True


def _is_pdf(content: bytes, suffix: str) -> bool:
    del suffix
    return b"%%EOF" in content[-2048:]


def _is_office(content: bytes, suffix: str) -> bool:
    """Say whether a zip is the Word or Excel file that it is called, and carries no macros."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            members = packed.infolist()
            if sum(member.file_size for member in members) > LIMIT_UNPACKED_BYTES:
                return False
            names = {member.filename for member in members}
            if "[Content_Types].xml" not in names or OFFICE_PARTS[suffix] not in names:
                return False
            types = packed.read("[Content_Types].xml").lower()
    except (zipfile.BadZipFile, OSError, RuntimeError, NotImplementedError):
        return False
    return b"macroenabled" not in types and not any("vbaproject" in n.lower() for n in names)


OFFICE_PARTS = {".docx": "word/document.xml", ".xlsx": "xl/workbook.xml"}
KINDS: Mapping[str, tuple[bytes, str, Callable[[bytes, str], bool]]] = {
    ".jpg": (b"\xff\xd8\xff", "image/jpeg", _is_picture),
    ".jpeg": (b"\xff\xd8\xff", "image/jpeg", _is_picture),
    ".png": (b"\x89PNG\r\n\x1a\n", "image/png", _is_picture),
    ".pdf": (b"%PDF-", "application/pdf", _is_pdf),
    ".docx": (b"PK\x03\x04", f"{OFFICE_HEAD}.wordprocessingml.document", _is_office),
    ".xlsx": (b"PK\x03\x04", f"{OFFICE_HEAD}.spreadsheetml.sheet", _is_office),
}
"""By the ending of a name: how the content begins, its kind, and what says that it is whole."""

NO_KIND: tuple[bytes, str, Callable[[bytes, str], bool]] = (b"", "", _is_pdf)
