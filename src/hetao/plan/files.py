"""The text of a plan from its file: plain text, Word, PDF, saved web page."""

from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType

from hetao.errors import UserError
from hetao.plan.files_docx import docx_text
from hetao.plan.files_html import html_text
from hetao.plan.files_pdf import pdf_text
from hetao.plan.text import PlanText, normalised

_READERS: Mapping[str, Callable[[Path], str]] = MappingProxyType(
    {
        ".docx": docx_text,
        ".pdf": pdf_text,
        ".html": html_text,
        ".htm": html_text,
        ".xhtml": html_text,
    }
)
_PLAIN = (".txt", ".md", ".text", "")


def read_text(path: Path) -> PlanText:
    """
    Return the text of a plan's file.

    Raises
    ------
    UserError
        If the file is not there, of another kind, damaged, or holds no text.
    """
    if not path.is_file():
        raise UserError("plan_no_file", {"path": path})
    suffix = path.suffix.lower()
    reader = _READERS.get(suffix)
    if reader is None and suffix not in _PLAIN:
        raise UserError("plan_file_kind", {"file": path.name, "found": suffix})
    original = reader(path) if reader else decoded(path.read_bytes(), path.name)
    if not original.strip():
        raise UserError("plan_file_empty", {"file": path.name})
    return normalised(original, path.name, hard_breaks=suffix == ".pdf")


def decoded(content: bytes, name: str) -> str:
    """
    Return the text of these bytes: UTF-8, UTF-16 with a mark, or GB 18030.

    Raises
    ------
    UserError
        If they are none of these.
    """
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", errors="replace")
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return text
    raise UserError("plan_encoding", {"file": name})
