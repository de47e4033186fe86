"""The text of a Word document, with the numbers that Word's own lists show."""

import zipfile
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from string import ascii_uppercase
from typing import Any

import docx
from docx.opc.exceptions import PackageNotFoundError
from docx.oxml.ns import qn

from hetao.errors import UserError
from hetao.plan.outline import chinese_numeral

_MOST_IN_WORDS = 999
_CIRCLES = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"
_CHINESE = frozenset(
    [
        "chineseCounting",
        "chineseCountingThousand",
        "ideographDigital",
        "japaneseCounting",
        "taiwaneseCounting",
        "taiwaneseCountingThousand",
        "ideographTraditional",
        "chineseLegalSimplified",
    ]
)


def docx_text(path: Path) -> str:
    """
    Return the words of a document, one line per paragraph or table row.

    Insertions under revision count, deletions do not; the numbers of lists are written out.

    Raises
    ------
    UserError
        If the file is no Word document that can be read.
    """
    try:
        document = docx.Document(str(path))
    except (KeyError, ValueError, OSError, zipfile.BadZipFile, PackageNotFoundError) as error:
        raise UserError("plan_docx_damaged", {"file": path.name, "why": str(error)}) from None
    lists = _Lists.of(document)
    return "\n".join(_lines(document.element.body, lists))


def _lines(body: Any, lists: "_Lists") -> Iterator[str]:  # noqa: ANN401
    for element in body:
        if element.tag == qn("w:p"):
            yield lists.number(element) + _words(element)
        elif element.tag == qn("w:tbl"):
            for row in element.iter(qn("w:tr")):
                cells = row.findall(qn("w:tc"))
                yield "\t".join(
                    "".join(lists.number(p) + _words(p) for p in cell.iter(qn("w:p")))
                    for cell in cells
                )
        elif element.tag == qn("w:sdt"):
            content = element.find(qn("w:sdtContent"))
            if content is not None:
                yield from _lines(content, lists)


def _words(paragraph: Any) -> str:  # noqa: ANN401
    parts = []
    for node in paragraph.iter(qn("w:t"), qn("w:br"), qn("w:tab"), qn("w:noBreakHyphen")):
        if any(above.tag in (qn("w:txbxContent"), qn("w:del")) for above in node.iterancestors()):
            continue
        if node.tag == qn("w:t"):
            parts.append(node.text or "")
        elif node.tag == qn("w:br"):
            parts.append("\n")
        elif node.tag == qn("w:tab") and node.getparent().tag == qn("w:r"):
            parts.append("\t")
        elif node.tag == qn("w:noBreakHyphen"):
            parts.append("-")
    return "".join(parts)


@dataclass(frozen=True)
class _Level:
    format: str
    text: str
    start: int


@dataclass
class _Lists:
    """What numbering.xml says, and how far each list has counted."""

    levels: dict[str, dict[int, _Level]] = field(default_factory=dict)
    abstract_of: dict[str, str] = field(default_factory=dict)
    starts: dict[tuple[str, int], int] = field(default_factory=dict)
    styles: dict[str, tuple[str, int]] = field(default_factory=dict)
    counted: dict[str, dict[int, int]] = field(default_factory=lambda: defaultdict(dict))
    begun: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, document: Any) -> "_Lists":  # noqa: ANN401
        lists = cls()
        try:
            root = document.part.numbering_part.element
        except (KeyError, NotImplementedError):
            return lists
        for abstract in root.iter(qn("w:abstractNum")):
            lists.levels[abstract.get(qn("w:abstractNumId"))] = {
                int(level.get(qn("w:ilvl"))): _level(level) for level in abstract.iter(qn("w:lvl"))
            }
        for num in root.findall(qn("w:num")):
            id_ = num.get(qn("w:numId"))
            lists.abstract_of[id_] = num.find(qn("w:abstractNumId")).get(qn("w:val"))
            for override in num.iter(qn("w:lvlOverride")):
                start = override.find(qn("w:startOverride"))
                if start is not None:
                    lists.starts[id_, int(override.get(qn("w:ilvl")))] = int(start.get(qn("w:val")))
        for style in document.styles.element.iter(qn("w:style")):
            found = _numbered(style.find(qn("w:pPr")))
            if found:
                lists.styles[style.get(qn("w:styleId"))] = found
        return lists

    def number(self, paragraph: Any) -> str:  # noqa: ANN401
        """Return the number that Word shows before a paragraph, and count on."""
        properties = paragraph.find(qn("w:pPr"))
        found = _numbered(properties)
        if found is None and properties is not None:
            style = properties.find(qn("w:pStyle"))
            found = self.styles.get(style.get(qn("w:val"))) if style is not None else None
        if found is None or found[0] == "0" or found[0] not in self.abstract_of:
            return ""
        id_, level = found
        abstract = self.abstract_of[id_]
        levels = self.levels.get(abstract, {})
        if level not in levels:
            return ""
        counts = self.counted[abstract]
        if id_ not in self.begun:
            self.begun.add(id_)
            if any(key[0] == id_ for key in self.starts):
                counts.clear()
        start = self.starts.get((id_, level), levels[level].start)
        counts[level] = counts.get(level, start - 1) + 1
        for deeper in [key for key in counts if key > level]:
            del counts[deeper]
        return _shown(levels, level, counts)


def _level(element: Any) -> _Level:  # noqa: ANN401
    def value(name: str, default: str) -> str:
        found = element.find(qn(name))
        return default if found is None else found.get(qn("w:val"), default)

    return _Level(value("w:numFmt", "decimal"), value("w:lvlText", ""), int(value("w:start", "1")))


def _numbered(properties: Any) -> tuple[str, int] | None:  # noqa: ANN401
    if properties is None or properties.find(qn("w:numPr")) is None:
        return None
    numbering = properties.find(qn("w:numPr"))
    id_, level = numbering.find(qn("w:numId")), numbering.find(qn("w:ilvl"))
    if id_ is None:
        return None
    return id_.get(qn("w:val")), int(level.get(qn("w:val"))) if level is not None else 0


def _shown(levels: dict[int, _Level], level: int, counts: dict[int, int]) -> str:
    if levels[level].format in ("bullet", "none"):
        return ""
    words = levels[level].text
    for index in range(level + 1):
        shape = levels.get(index, levels[level])
        number = counts.get(index, shape.start)
        words = words.replace(f"%{index + 1}", _written(number, shape.format))
    return words


def _written(number: int, shape: str) -> str:
    if shape in _CHINESE and number <= _MOST_IN_WORDS:
        return chinese_numeral(number)
    if shape.startswith("decimalEnclosedCircle") and 1 <= number <= len(_CIRCLES):
        return _CIRCLES[number - 1]
    if shape in ("upperLetter", "lowerLetter") and 1 <= number <= len(ascii_uppercase):
        letter = ascii_uppercase[number - 1]
        return letter if shape == "upperLetter" else letter.lower()
    return str(number)
