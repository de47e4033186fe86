"""The text of a saved web page."""

import re
from pathlib import Path

import lxml.html

from hetao.plan.outline import chinese_numeral

_DROPPED = ("script", "style", "nav", "noscript", "select", "button", "template", "iframe", "form")
_BLOCKS = frozenset(
    [
        "p",
        "div",
        "li",
        "tr",
        "br",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "section",
        "article",
        "table",
        "ul",
        "ol",
        "title",
        "dd",
        "dt",
        "blockquote",
        "pre",
        "hr",
        "header",
        "footer",
        "td-row",
    ]
)
_PUNCTUATION = re.compile(r"[，。；、]")
_META = re.compile(rb"charset=[\"']?\s*([\w-]+)", re.IGNORECASE)


def html_text(path: Path) -> str:
    """
    Return the words of a page's main part, one line per paragraph.

    The main part is the innermost element that holds most of the page's sentences; menus and
    footers hold few.
    """
    content = path.read_bytes()
    root = lxml.html.fromstring(_decoded(content, path.name) or "<p></p>")
    for element in list(root.iter(*_DROPPED)):
        element.drop_tree()
    lines: list[str] = [""]
    _write(_main(root), lines)
    return "\n".join(lines)


def _decoded(content: bytes, name: str) -> str:
    from hetao.plan.files import decoded

    declared = _META.search(content[:4096])
    if declared and declared[1].lower() in (b"gb2312", b"gbk", b"gb18030"):
        text = content.decode("gb18030", errors="replace")
    else:
        text = decoded(content, name)
    return re.sub(r"^\s*<\?xml[^>]*\?>", "", text)


def _main(root: lxml.html.HtmlElement) -> lxml.html.HtmlElement:
    """Return the innermost element with at least nine tenths of the page's marks of sentences."""
    body = root.find("body") if root.find("body") is not None else root
    whole = len(_PUNCTUATION.findall(body.text_content()))
    while True:
        weights = [
            (len(_PUNCTUATION.findall(child.text_content())), child)
            for child in body
            if isinstance(child.tag, str)
        ]
        best = max(weights, key=lambda pair: pair[0], default=(0, None))
        if best[1] is None or best[0] < 0.9 * whole or best[1].tag in ("p", "span"):
            return body
        body = best[1]


def _write(element: lxml.html.HtmlElement, lines: list[str]) -> None:
    """Append the element's words to the last line, beginning lines where blocks do."""
    if not isinstance(element.tag, str):
        return
    block = element.tag in _BLOCKS
    if block:
        lines.append(_list_number(element))
    lines[-1] += _flat(element.text)
    for child in element:
        _write(child, lines)
        lines[-1] += _flat(child.tail)
    if element.tag in ("td", "th"):
        lines[-1] += "\t"
    if block:
        lines.append("")


def _flat(words: str | None) -> str:
    return re.sub(r"[\r\n]+", "", words or "")


def _list_number(element: lxml.html.HtmlElement) -> str:
    """Return the number that a browser shows before an item of an ordered list."""
    parent = element.getparent()
    if element.tag != "li" or parent is None or parent.tag != "ol":
        return ""
    before = list(element.itersiblings("li", preceding=True))
    number = int(parent.get("start", "1")) + len(before)
    style = (parent.get("type") or parent.get("style") or "").lower()
    return f"{chinese_numeral(number)}、" if "cjk" in style or "chinese" in style else f"{number}."
