"""Years in a sentence: deadlines, beginnings and the years that figures are compared with."""

import re
from dataclasses import dataclass
from typing import Literal

Kind = Literal["by", "since", "baseline", "past"]

_DIGITS = {c: str(i) for i, c in enumerate("〇一二三四五六七八九")} | {
    "○": "0",
    "零": "0",
    "Ｏ": "0",
    "O": "0",
}
_YEAR = r"(?:(?<!\d)20[0-9]{2}|二[〇○零OＯ][〇○零OＯ一二三四五六七八九]{2})"
_PLAN = r"“?十(?P<plan>[一二三四五六七])五”?"
_PLAN_END = {"一": 2010, "二": 2015, "三": 2020, "四": 2025, "五": 2030, "六": 2035, "七": 2040}
_BEFORE = (
    r"(?P<before>比|较|相比于?|相较于?|对比|与|同|以|在|于|按|自|从|截至|截止|截止到|到|至|力争|争取|确保|"
    r"力争到|(?:已|曾)于)?"
)
_AFTER = (
    r"(?:度)?(?P<month>(?:\d{1,2}|[一二三四五六七八九十]{1,2})月(?:份|底|末)?(?:\d{1,2}日)?|(?:上|下)半年|第?[一二三四]季度)?"
    r"(?P<after>年?底(?:之?前|以前)?|年?末(?:之?前)?|之?前|以前|起|开始|以来|以后|基础上?|的基础上|水平|相比|同期|为基期|为基准|(?:时)?期间?|时期)?"
)
_MENTION = re.compile(
    rf"{_BEFORE}(?:(?P<first>{_YEAR})年?(?:底|末)?(?:-|—{{1,2}}|–|~|～|－|至|到)(?P<last>{_YEAR})年|(?P<year>{_YEAR})年(?!版)|{_PLAN}(?!规划|方案)|"
    rf"(?P<mid>本世纪中叶)|(?P<mid2>本世纪末)){_AFTER}"
)
_COMPARED = re.compile(r"[^，。；]{0,12}?(?:相比|基础上|为基期|为基准|基数)")
_DONE = re.compile(r"已|累计已|全年完成|实际")
_LIST = re.compile(r"(?:年)?(?:底|末)?[、和及]")


@dataclass(frozen=True)
class Mention:
    """A year that the text names: `year` with the kind of part it plays."""

    start: int
    end: int
    year: int
    kind: Kind
    since: int | None = None


def find_years(text: str, start: int, end: int) -> list[Mention]:
    """
    Return the years named in text[start:end], in order.

    Examples
    --------
    >>> [(m.year, m.kind) for m in find_years("自2023年起，到2025年底，比2020年下降", 0, 24)]
    [(2023, 'since'), (2025, 'by'), (2020, 'baseline')]
    """
    return [_mention(text, match, end) for match in _MENTION.finditer(text, start, end)]


def _mention(text: str, match: re.Match[str], stop: int) -> Mention:
    year, since = _year(match)
    return Mention(match.start(), match.end(), year, _kind(text, match, stop), since)


def _year(match: re.Match[str]) -> tuple[int, int | None]:
    """Return the year that counts and, for a span of years, the first one."""
    if match["plan"]:
        return _PLAN_END[match["plan"]], None
    if match["mid"]:
        return 2050, None
    if match["mid2"]:
        return 2100, None
    if match["last"]:
        return _number(match["last"]), _number(match["first"])
    return _number(match["year"]), None


def _number(written: str) -> int:
    return int("".join(_DIGITS.get(c, c) for c in written))


def _kind(text: str, match: re.Match[str], stop: int) -> Kind:
    before, after = match["before"] or "", match["after"] or ""
    if _is_baseline(text, match, stop):
        return "baseline"
    if after == "以来" or before in ("截至", "截止", "截止到", "已于", "曾于"):
        return "past"
    if after in ("起", "开始", "以后") or (before in ("自", "从") and not match["last"]):
        return _since_or_from(text, match, stop)
    return "by"


def _is_baseline(text: str, match: re.Match[str], stop: int) -> bool:
    before, after = match["before"] or "", match["after"] or ""
    if before in ("比", "较", "相比", "相比于", "相较", "相较于", "对比"):
        return True
    if after in ("基础", "基础上", "的基础上", "水平", "相比", "同期", "为基期", "为基准"):
        return True
    return before in ("与", "同", "以", "在") and bool(_COMPARED.match(text, match.end(), stop))


def _since_or_from(text: str, match: re.Match[str], stop: int) -> Kind:
    """Tell 从2020年的20%提高到30% (a baseline) from 从2020年起 (a beginning)."""
    if match["after"] in ("起", "开始", "以后"):
        return "since"
    follows = text[match.end() : min(stop, match.end() + 12)]
    return "baseline" if re.match(r"(?:的|约|不足)?[^，。；]{0,6}\d", follows) else "since"
