"""What holds for a figure from the words around it: year, softness, place, counting."""

import re
from dataclasses import dataclass
from typing import Literal

from hetao.plan.target_text import BLANK, Sentence, Span
from hetao.plan.target_years import Mention, find_years

Counting = Literal["", "cumulative", "per_year", "current_year"]

_SOFT = re.compile(
    r"力争|争取(?!到?.{0,6}支持)|力求|努力|基本|原则上|有望|预计|尽量|"
    r"约(?=\d)|近(?=\d)|接近(?=\d)"
)
_ADVERB = 2  # characters that may stand before 力争 at the head of a clause: 全市
_HARD = re.compile(r"确保|必须|不得")
_REACHES_ON = re.compile(r"力争|争取(?!.{0,8}(?:支持|资金))|力求|努力")
_WHOLE = (
    r"(?:全市(?:域)?|全省|全区(?!域)|全县|全旗|全盟|全自治区|我市|我省|我区|我县)"
    r"(?!前列|前茅|第[一二三]|上游|领先|平均|排名|首位|的?(?:地区)?(?:生产总值|GDP))"
)
_EACH = (
    r"各(?:旗县区|县（?市、?区）?|区县|县区|市县|市（?州）?|盟市|地市|区(?!域)|县|市|镇街|"
    r"乡镇|街道)"
)
_ZONES = (
    r"城市建成区|建成区|中心城区|主城区|县城(?!镇)|市区(?!县)|旗县区|旗县|[一-鿿]{1,4}流域|"
    r"[一-鿿]{2,3}三角(?:洲|地区)?|粤港澳大湾区|京津冀"
)
# 临河区 at the head of a clause; the characters before 区 or 市 and the words that name no place
_NO_PLACE = (
    "园社市城辖小片地景专新库山矿牧林郊校厂街试开高经保港航产全各本该我两每个验范"
    "发业技税合级超股都上现"
)
_NO_START = (
    "支持|推动|确保|力争|促进|加快|完成|实现|重点|其中|包括|其他|以上|以下|每|各|在|到|对|使|由|将|与|全|"
    "鼓励|引导|开展|实施|建设"
)
_NAMED = (
    rf"(?<![一-鿿\d%])(?!{_NO_START})[一-鿿]{{1,3}}[^{_NO_PLACE}\W\d](?:区|县|旗|市|盟)"
    r"(?![域块级位场民政内外属区镇直道化长])"
)
_PLACE = re.compile(f"(?P<whole>{_WHOLE})|(?P<each>{_EACH})|(?P<zone>{_ZONES})|(?P<named>{_NAMED})")
_CUMULATIVE = re.compile(r"累计|总计|合计")
_PER_YEAR = re.compile(
    r"每年|年均|逐年|每年度|(?<![\d当上去今明])年(?=新增|培训|培育|新建|引进|产出|完成|举办|增长)"
)
_CURRENT = re.compile(r"当年(?!底|末|内)")
_FREQUENCY = re.compile(r"每(?:年度?|半年|季度?|月|周|两年|三年|五年)|年均")


@dataclass(frozen=True)
class Standing:
    """
    What holds from outside the text that is read.

    Attributes
    ----------
    year, since : int or None
        Deadline of the paragraph above, for the lines of a list; first year likewise.
    document_year : int or None
        Year that the whole document works towards; used nowhere yet without a flag.
    issued : int or None
        Year of the document: what is said of an earlier year is no target.
    soft_word : str
        力争 of the paragraph above.
    guessed : bool
        True if `year` is an assumption; targets that take it are flagged "year_guessed".
    goals : bool
        True for a stretch that lists the plan's goals: there a year goes on holding for the
        sentences behind it, as a guess.
    """

    year: int | None = None
    since: int | None = None
    document_year: int | None = None
    issued: int | None = None
    soft_word: str = ""
    guessed: bool = False
    goals: bool = False


@dataclass(frozen=True)
class When:
    """Deadline and first year of a figure; `past` if it tells what has been."""

    year: int | None = None
    since: int | None = None
    guessed: bool = False
    past: bool = False


@dataclass(frozen=True)
class Context:
    """A sentence with its years and with what holds from before it."""

    sentence: Sentence
    mentions: tuple[Mention, ...]
    standing: Standing

    def when(self, position: int, clause: Span) -> When:
        """Return the years that hold at a position of the sentence."""
        before = [m for m in self.mentions if m.start < position and m.kind != "baseline"]
        by = next((m for m in reversed(before) if m.kind == "by"), None)
        last = before[-1] if before else None
        if last and last.kind == "past":
            return When(past=True)
        since = _since(last, by)
        if by:
            return When(by.year, since, past=self._is_over(by, position))
        later = self._later_in_clause(position, clause)
        if later:
            return When(later.year, since)
        if since is not None:
            return When(None, since)
        standing = self.standing
        return When(standing.year, standing.since, standing.guessed and standing.year is not None)

    def _later_in_clause(self, position: int, clause: Span) -> Mention | None:
        """Return a deadline that follows within the clause: 100家企业在2025年前建成."""
        later = (m for m in self.mentions if position < m.start < clause.end and m.kind == "by")
        return next(later, None)

    def _is_over(self, by: Mention, position: int) -> bool:
        issued = self.standing.issued
        return issued is not None and by.year < issued and by.start < position

    def soft_word(self, position: int, clause: Span) -> str:
        """Return the word that makes a figure at a position an aim, "" if none does."""
        plain = self.sentence.plain
        own = _last(_SOFT, plain, clause.start, position)
        if own:
            return own.group()
        part = self.sentence.part(position)
        start = part.start
        reaching = _last(_REACHES_ON, plain, start, clause.start) or self._opening(clause.start)
        if reaching and not _HARD.search(plain, reaching.end(), position):
            goes_on = self._heads_its_clause(reaching.start())
            stops = self._year_between(reaching.end(), clause.start)
            return reaching.group() if goes_on and not stops else ""
        return self.standing.soft_word

    def _heads_its_clause(self, position: int) -> bool:
        """Tell 力争甲达到5%、乙达到6% from 甲力争达到5%，乙达到6%."""
        clause = next(
            (c for c in self.sentence.clauses if c.start <= position < c.end),
            Span(position, position),
        )
        begin = max([clause.start, *(m.end for m in self.mentions if m.end <= position)])
        lead = self.sentence.plain[begin:position]
        return len(lead.strip("，、。；：年底末前 " + BLANK)) <= _ADVERB

    def _year_between(self, end: int, stop: int) -> bool:
        """Tell 争取平台落地，到2025年，… where the year begins something else."""
        return any(m.kind == "by" and end + 1 < m.start < stop for m in self.mentions)

    def _opening(self, stop: int) -> re.Match[str] | None:
        """Return 力争 that stands with the year the sentence opens with: it reaches past ；."""
        match = _last(_REACHES_ON, self.sentence.plain, self.sentence.start, stop)
        near = (m for m in self.mentions if match and abs(m.start - match.end()) <= 1)
        return match if match and any(near) else None

    def scope(self, position: int, clause: Span) -> str:
        """Return the place that a figure holds for, as written; "" where none is."""
        plain = self.sentence.plain
        own = [m for m in _PLACE.finditer(plain, clause.start, clause.end) if m.start() < position]
        if own:
            return (next((m for m in own if not m["whole"]), own[0])).group()
        before = [
            m for m in _PLACE.finditer(plain, self.sentence.start, clause.start) if m["whole"]
        ]
        return before[0].group() if before else ""

    def counting(self, position: int, clause: Span) -> Counting:
        """Tell a running total from a yearly figure."""
        plain = self.sentence.plain
        lead = plain[clause.start : position]
        if _PER_YEAR.search(lead):
            return "per_year"
        if _CUMULATIVE.search(lead):
            return "cumulative"
        if _CURRENT.search(lead):
            return "current_year"
        previous = plain[max(self.sentence.start, clause.start - 12) : clause.start]
        return "per_year" if re.search(r"每年(?:度)?[，：]?$", previous) else ""

    def frequency(self, position: int, clause: Span) -> str:
        """Return 每年 and the like before a figure, as written."""
        match = _last(_FREQUENCY, self.sentence.plain, clause.start, position)
        return match.group() if match and match.group() != "年均" else ""


def context_of(sentence: Sentence, standing: Standing) -> Context:
    """Return a sentence with the years it names."""
    return Context(
        sentence, tuple(find_years(sentence.plain, sentence.start, sentence.end)), standing
    )


def _since(last: Mention | None, by: Mention | None) -> int | None:
    if last and last.kind == "since":
        return last.year
    return by.since if by else None


def _last(pattern: re.Pattern[str], text: str, start: int, end: int) -> re.Match[str] | None:
    """Return the last match between two positions."""
    last = None
    for match in pattern.finditer(text, start, end):
        last = match
    return last
