"""The text of a plan: normalised for matching, with its way back to the original."""

import re
import statistics
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

_CJK = r"\u3400-\u9fff\uf900-\ufaff〇"
_NEAR = rf"[{_CJK}，。；：？！、（）《》〈〉“”‘’〔〕—…%]"
_SAME_LENGTH: dict[int, str] = {
    **{code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)},
    **{
        code: unicodedata.normalize("NFKC", chr(code))
        for code in (*range(0x2F00, 0x2FD6), *range(0xF900, 0xFAD9))
        if len(unicodedata.normalize("NFKC", chr(code))) == 1
    },
    **{ord(mark): " " for mark in "\u3000\u00a0\t\u2002\u2003\u2009\u202f\u2000\u2001\u2004\u2005"},
    **{ord(mark): "\n" for mark in "\r\x0b\x0c\u2028\u2029\u0085"},
    **{ord(mark): "." for mark in "﹒．"},
    **{ord(mark): "~" for mark in "～〜∼"},
    **{ord(mark): "○" for mark in "◯"},
    **{ord(mark): "%" for mark in "﹪％"},
    **{ord(mark): "（" for mark in "(﹙（"},
    **{ord(mark): "）" for mark in ")﹚）"},
    **{ord(mark): "“" for mark in "「『〝"},
    **{ord(mark): "”" for mark in "」』〞"},
    **{ord(mark): "〔" for mark in "〔［【﹝"},
    **{ord(mark): "〕" for mark in "〕］】﹞"},
    **{ord(mark): "、" for mark in "､﹑"},
    **{ord(mark): "。" for mark in "｡"},
    **{ord(mark): "—" for mark in "―─"},
}
_DROPPED = re.compile("[\ufeff\u200b-\u200f\u2060\u00ad\u202a-\u202e\x00-\x08\x0e-\x1f]")
_CONTEXTUAL = (
    (re.compile(rf"(?<={_NEAR}),|,(?={_NEAR})|(?<=\d),(?=[{_CJK}])"), "，"),
    (re.compile(rf"(?<={_NEAR});|;(?={_NEAR})"), "；"),
    (re.compile(rf"(?<={_NEAR}):|:(?={_NEAR})"), "："),
    (re.compile(rf"(?<={_NEAR})\?"), "？"),
    (re.compile(rf"(?<={_NEAR})!"), "！"),
    (re.compile(rf"<(?=[{_CJK}])"), "〈"),
    (re.compile(rf"(?<=[{_CJK}）”])>"), "〉"),
)
_YEAR_BRACKETS = re.compile(r"[\[（〔](\d{4})[\]）〕](?=第?\d{1,4}号)")
# what damaged copies have put in: pinyin behind a character, the same comma twice
_INSERTED = re.compile(
    r"(?<=[一-龥])（[a-zü]*[āáǎàōóǒòēéěèīíǐìūúǔùǖǘǚǜɡ][a-züɡ]*）|(?<=[，、；])[，、；]+"
)
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
_SPACES = re.compile(r" +")
_BLANKS = re.compile(r"\n[ \n]*")
_PAGE_MARK = re.compile(
    r"^(?:[—\-–·]+ ?\d{1,3} ?[—\-–·]+|第 ?\d{1,3} ?页(?:[，/ ]?共 ?\d{1,3} ?页)?|"
    r"[Pp]age ?\d{1,3}.{0,12})$",
    re.MULTILINE,
)
_HEADING = re.compile(
    r"(?:第?[一二三四五六七八九十百]{1,4}(?:、|[章节条部])|（[一二三四五六七八九十百零]{1,5}）|\d{1,3}[.、](?!\d)|（\d{1,3}）|"
    r"[①-⑳]|——|专栏|附件|附表|抄送|[●■◆▪•])"
)
_CLOSING = "。；：！？”…》）"
_TITLE_END = re.compile(
    r"^[^。，；：\n]{0,24}(?:方案|计划|规划|措施|意见|要点|纲要|办法|细则)(?:（[^）]*）)*$|^[^。\n]{0,40}的通知$"
)
_LONG = 35
_SHORT = 15
_LEAST_LINES = 6
_WIDEST = 80
_LEAST_TITLE = 6
_WRAPPED_SHARE = 0.4
_FULL = 0.85


@dataclass(frozen=True, eq=False)
class PlanText:
    """
    A text ready for reading.

    Attributes
    ----------
    name : str
        Of the file.
    original : str
        As decoded or extracted.
    text : str
        Normalised: one kind of marks, no blanks between Chinese characters, one line break per
        paragraph.
    origins : ndarray of int
        Position in `original` of each character of `text`.
    """

    name: str
    original: str
    text: str
    origins: npt.NDArray[np.int64]

    def quote(self, start: int, end: int) -> str:
        """Return the words of the original behind `text[start:end]`."""
        if start >= end:
            return ""
        words = self.original[self.origins[start] : self.origins[end - 1] + 1]
        return re.sub(r"\s+", " ", words)


def normalised(original: str, name: str = "", *, hard_breaks: bool = False) -> PlanText:
    """
    Return a text with one kind of marks and one line per paragraph.

    Parameters
    ----------
    hard_breaks : bool
        True where every line of a page ends in a break, as in text taken from a PDF.
    """
    text = original.translate(_SAME_LENGTH)
    origins = np.arange(len(text), dtype=np.int64)
    text, origins = _without(text, origins, (m.span() for m in _DROPPED.finditer(text)))
    text, origins = _without(text, origins, _needless_spaces(text))
    text = _marked(text)
    text = _YEAR_BRACKETS.sub(r"〔\1〕", text)
    text = _paired_quotes(text)
    text, origins = _without(text, origins, (m.span() for m in _INSERTED.finditer(text)))
    text, origins = _without(text, origins, (m.span() for m in _THOUSANDS.finditer(text)))
    text, origins = _without(text, origins, (m.span() for m in _PAGE_MARK.finditer(text)))
    text, origins = _without(
        text, origins, ((m.start() + 1, m.end()) for m in _BLANKS.finditer(text))
    )
    text, origins = _without(text, origins, _edges(text))
    text, origins = _without(text, origins, _soft_breaks(text, hard_breaks=hard_breaks))
    return PlanText(name, original, _marked(text), origins)


def _marked(text: str) -> str:
    """Return the text with Chinese marks beside Chinese words."""
    for pattern, mark in _CONTEXTUAL:
        text = pattern.sub(mark, text)
    return text


def _without(
    text: str, origins: npt.NDArray[np.int64], spans: Iterator[tuple[int, int]]
) -> tuple[str, npt.NDArray[np.int64]]:
    """Return the text without these spans, and the origins of what is left."""
    keep = np.ones(len(text), dtype=bool)
    pieces, begin = [], 0
    for start, end in spans:
        if end > start:
            keep[start:end] = False
            pieces.append(text[begin:start])
            begin = end
    pieces.append(text[begin:])
    return "".join(pieces), origins[keep]


def _needless_spaces(text: str) -> Iterator[tuple[int, int]]:
    """Yield blanks, but for one between two Latin words or numbers."""
    for match in _SPACES.finditer(text):
        start, end = match.span()
        before, after = text[start - 1 : start], text[end : end + 1]
        latin = before.isascii() and after.isascii() and before.isalnum() and after.isalnum()
        yield (start + 1, end) if latin else (start, end)


def _paired_quotes(text: str) -> str:
    """Return the text with straight quotation marks opened and closed in turn, by line."""
    if '"' not in text:
        return text
    marks = iter("“”" * text.count('"'))
    return re.sub(r'"|\n', lambda m: m.group() if m.group() == "\n" else next(marks), text)


def _edges(text: str) -> Iterator[tuple[int, int]]:
    head = len(text) - len(text.lstrip("\n"))
    tail = len(text.rstrip("\n"))
    yield 0, head
    if tail > head:
        yield tail, len(text)


def _soft_breaks(text: str, *, hard_breaks: bool) -> Iterator[tuple[int, int]]:
    """Yield the line breaks that stand inside a sentence or a title."""
    lines = text.split("\n")
    width = _wrapped_width(lines, hard_breaks=hard_breaks)
    position = 0
    for line, following in pairwise(lines):
        position += len(line)
        if _goes_on(line, following, width):
            yield position, position + 1
        position += 1


def _wrapped_width(lines: list[str], *, hard_breaks: bool) -> float:
    """Return the width at which lines are broken, or infinity where only paragraphs end."""
    longer = [len(line) for line in lines if len(line) > _SHORT]
    if len(longer) < _LEAST_LINES:
        return float("inf")
    usual = statistics.quantiles(longer, n=10)[7]
    full = [line for line in lines if len(line) >= _FULL * usual]
    broken = sum(line[-1] not in _CLOSING for line in full)
    wrapped = usual <= _WIDEST and broken > _WRAPPED_SHARE * len(full)
    return usual if hard_breaks or wrapped else float("inf")


def _goes_on(line: str, following: str, width: float) -> bool:
    """Say whether the next line goes on with this one."""
    if not line or not following or _HEADING.match(following):
        return False
    full = width < float("inf") and len(line) >= _FULL * width
    if line[-1] in "，、" or (full and line[-1] not in "。；！？"):
        return True
    if line[-1] in _CLOSING:
        return False
    if "关于" in line and "通知" not in line and re.search(r"的通知$|意见$|方案$", following):
        return True
    headed = _HEADING.match(line) or re.search(r"(?:号|室|厅|府|日|局|委)$", line)
    if (
        not headed
        and len(line) < _LONG
        and _TITLE_END.match(following)
        and not _TITLE_END.match(line)
    ):
        return not re.search(r"[。；：，]", line) and len(line) >= _LEAST_TITLE
    return len(line) >= _LONG and not _HEADING.match(line) and not _TITLE_END.match(line)
