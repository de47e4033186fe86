"""The text layer of a PDF."""

from collections import Counter
from pathlib import Path

import pypdfium2

from hetao.errors import UserError

_MOST_PAGES = 999
_LEAST_PER_PAGE = 20


def pdf_text(path: Path) -> str:
    """
    Return the text of all pages, without lines that head or foot every page.

    Raises
    ------
    UserError
        If the file is damaged or locked, or holds pictures of pages only.
    """
    try:
        document = pypdfium2.PdfDocument(path)
    except pypdfium2.PdfiumError as error:
        raise UserError("plan_pdf_damaged", {"file": path.name, "why": str(error)}) from None
    pages = []
    with document:
        for page in document:
            words = page.get_textpage()
            pages.append(words.get_text_bounded().replace("\r\n", "\n").replace("￾", ""))
            words.close()
            page.close()
    if sum(len(page.strip()) for page in pages) < _LEAST_PER_PAGE * len(pages):
        raise UserError("plan_pdf_scanned", {"file": path.name, "pages": len(pages)})
    return "\n".join(_without_running_lines(pages))


def _without_running_lines(pages: list[str]) -> list[str]:
    """Return the pages without first or last lines that most pages share, or bare page numbers."""
    split = [[line for line in page.split("\n") if line.strip()] for page in pages]
    edges = Counter(line.strip() for lines in split for line in {*lines[:1], *lines[-1:]})
    running = {line for line, count in edges.items() if count > max(2, len(pages) // 2)}
    kept = []
    for lines in split:
        while lines and (lines[0].strip() in running or _page_number(lines[0])):
            del lines[0]
        while lines and (lines[-1].strip() in running or _page_number(lines[-1])):
            del lines[-1]
        kept.append("\n".join(lines))
    return kept


def _page_number(line: str) -> bool:
    bare = line.strip(" —-–·第页")
    return bare.isdigit() and int(bare) <= _MOST_PAGES
