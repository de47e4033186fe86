"""Sentences and clauses of a plan's text, with what a target is never read from blanked out."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

BLANK = "\ue000"  # stands for every character that is not to be read; keeps positions
KEPT = "\ue001"  # the same, but the character belongs to a name and is put back when quoted

_BRACKETS = re.compile(
    r"（[^（）]{0,600}(?:（[^（）]*）[^（）]*)*(?:）|$)|\([^()]{0,200}\)|〔[^〕]{0,40}〕"
)
_TITLES = re.compile(r"《[^》]{0,200}》|〈[^〉]{0,200}〉")
_QUOTED = re.compile(r"“[^”]{0,40}”|‘[^’]{0,40}’")
_SAYS_A_TARGET = re.compile(
    r"达到|不低于|不超过|不少于|(?:到|至)20\d\d年|提高到|提高至|降至|下降|增长|%"
)
_ANSWERS = re.compile(
    r"(?:负责|落实|牵头|配合|支持|参与|不再列出|下同|工作)[。]?）?$|责任(?:单位|部门)|牵头(?:单位|部门)"
)
_PERIOD_NAME = re.compile(r"“十[二三四五六七]五”")
_SENTENCE = re.compile(r"[^。！？\n]+[。！？]*\n?|\n")
_CLAUSE = re.compile(r"[^，；：。！？\n]+")
_BULLET = re.compile(
    r"\s*(?:——?|--|[●◆■·•▪○]|[（(]\d+[）)]|\d+[.．、]|[①-⑳]|[一二三四五六七八九]是)"
)


@dataclass(frozen=True)
class Span:
    """A stretch of the text."""

    start: int
    end: int


@dataclass(frozen=True)
class Sentence:
    """
    One sentence of the text.

    Attributes
    ----------
    text, plain : str
        The whole text, and the same with brackets, titles and names in quotes blanked out.
    start, end : int
        Where the sentence stands in both.
    """

    text: str
    plain: str
    start: int
    end: int

    @cached_property
    def clauses(self) -> list[Span]:
        """Return the stretches between ，；：, in order."""
        return [Span(*m.span()) for m in _CLAUSE.finditer(self.plain, self.start, self.end)]

    @property
    def is_bullet(self) -> bool:
        """Tell whether the sentence begins as a line of a list does."""
        return _BULLET.match(self.text, self.start, self.end) is not None

    @property
    def words(self) -> str:
        """Return the sentence as the text has it."""
        return self.text[self.start : self.end].strip()

    def quote(self, start: int, end: int) -> str:
        """Return the words between two positions without what stands in brackets."""
        pairs = zip(self.text[start:end], self.plain[start:end], strict=True)
        return "".join(written for written, read in pairs if read != BLANK)

    def part(self, position: int) -> Span:
        """Return the stretch between ； and ； that holds a position."""
        start = self.plain.rfind("；", self.start, position) + 1 or self.start
        end = self.plain.find("；", position, self.end)
        return Span(start, self.end if end < 0 else end)


def sentences(text: str, start: int, end: int) -> Iterator[Sentence]:
    """
    Yield the sentences of text[start:end].

    Examples
    --------
    >>> [s.words for s in sentences("甲达到5%（市甲局负责）。乙达到6%。", 0, 20)]
    ['甲达到5%（市甲局负责）。', '乙达到6%。']
    """
    plain = blank(text, start, end)
    for match in _SENTENCE.finditer(plain, start, end):
        if match.group().strip():
            yield Sentence(text, plain, *match.span())


def blank(text: str, start: int, end: int) -> str:
    """Return the text with titles, quoted names and brackets of one stretch blanked out."""
    piece = _TITLES.sub(lambda m: KEPT * len(m.group()), text[start:end])
    piece = _BRACKETS.sub(
        lambda m: m.group() if _is_read(m.group()) else BLANK * len(m.group()), piece
    )
    piece = _QUOTED.sub(_digits_of, piece)
    return text[:start] + piece + text[end:]


def _is_read(bracket: str) -> bool:
    return bool(_SAYS_A_TARGET.search(bracket)) and not _ANSWERS.search(bracket)


def _digits_of(match: re.Match[str]) -> str:
    """Blank the figures of a quoted name: “1+3”; the name itself may be part of an indicator."""
    if _PERIOD_NAME.fullmatch(match.group()):
        return match.group()
    return re.sub(r"[\d，。；：、]", KEPT, match.group())
