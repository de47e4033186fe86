"""Files that show what was done: checked by what they are, kept under their digest."""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings

from hetao.errors import HetaoError
from hetao.web.site.words import words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.core.files.base import File

    from hetao.web.tasks.models import Step

KINDS = {
    b"\xff\xd8\xff": (".jpg", "image/jpeg"),
    b"\x89PNG\r\n\x1a\n": (".png", "image/png"),
    b"%PDF-": (".pdf", "application/pdf"),
    b"PK\x03\x04": (".zip", "application/zip"),
}
OFFICE = {
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
LIMIT_BYTES = 20_000_000
LIMIT_FILES = 12


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


def keep_evidence(step: "Step", files: "Sequence[File[bytes]]") -> None:
    """
    Keep the files of a step.

    Raises
    ------
    FileRefused
        If there are too many, one is too large, or is no picture, PDF, Word or Excel file.
    """
    from hetao.web.tasks.models import Evidence

    if len(files) > LIMIT_FILES:
        raise FileRefused("many", files[0].name or "")
    for file in files:
        name = Path(file.name or "file").name[:200]
        if (file.size or 0) > LIMIT_BYTES:
            raise FileRefused("large", name)
        content = file.read()
        suffix, kind = _kind(name, content)
        digest = hashlib.sha256(content).hexdigest()
        stored = Path("evidence") / digest[:2] / f"{digest}{suffix}"
        target: Path = settings.MEDIA_ROOT / stored
        if not target.is_file():
            target.parent.mkdir(parents=True, exist_ok=True)
            draft = target.with_suffix(".part")
            draft.write_bytes(content)
            draft.rename(target)
        Evidence.objects.create(
            task=step.task, step=step, name=name, stored=stored.as_posix(), kind=kind,
            size=len(content), sha256=digest,
        )  # fmt: skip


def _kind(name: str, content: bytes) -> tuple[str, str]:
    for mark, (suffix, kind) in KINDS.items():
        if content.startswith(mark):
            office = Path(name).suffix.lower()
            if suffix == ".zip" and office not in OFFICE:
                break
            return (office, OFFICE[office]) if suffix == ".zip" else (suffix, kind)
    raise FileRefused("kind", name)
