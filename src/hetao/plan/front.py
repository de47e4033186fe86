"""What stands before and after a plan: title, number, issuer, date, what it rests on."""

import re
from dataclasses import dataclass

from hetao.plan.ledger import Document

_LEAST_ANNEX = 200  # characters behind its heading
_NUMBER = re.compile(
    r"[一-龥]{1,12}(?:〔\d{4}〕|［\d{4}］|\[\d{4}\]|（\d{4}）(?=第?\d+号))第?\d{1,4}号"
)
_LOST_BRACKETS = re.compile(
    r"(?:(?<![一-龥])|(?<=方案|措施|计划|意见|通知|规划|要点))[一-龥]{2,8}20[0-2]\d{2,4}\d?号"
)
_KIND = (
    "实施方案|行动方案|行动计划|工作方案|实施意见|三年行动|工作要点|发展规划|专项规划|规划纲要|规划|"
    "若干措施|若干政策|政策措施|实施细则|方案|计划|意见|措施|要点|任务清单|任务分工|指导意见|行动|纲要"
)
_PLAN_TITLE = re.compile(
    rf"^[^\n。，：]{{4,70}}?(?:{_KIND})(?:（[^）\n]{{1,24}}）)*$", re.MULTILINE
)
_ISSUED = re.compile(
    rf"(?:印发|发布|公布|实施|下发|转发)[《〈]?(?P<title>[^\n《》。]{{4,80}}?(?:{_KIND})(?:（[^）\n]{{1,24}}）)*)[》〉]?的通知"
)
_QUOTED = re.compile(rf"《(?P<title>[^》]{{4,80}}?(?:{_KIND})(?:（[^）]{{1,24}}）)*)》")
_DATE = re.compile(
    r"(?P<year>\d{4}|[一二三四五六七八九〇零○]{4})年(?P<month>\d{1,2}|[一二三四五六七八九十]{1,3})月"
    r"(?P<day>\d{1,2}|[一二三四五六七八九十]{1,3})日"
)
_ISSUER = re.compile(
    r"[一-龥]{2,24}?(?:人民政府办公厅|人民政府办公室|政府办公厅|政府办公室|人民政府|委员会办公室|委员会|办公厅|办公室|领导小组|"
    r"厅|局|委|部)"
)
_DRAFT = re.compile(r"征求意见稿|征求意见|送审稿|讨论稿|草案|（试?行?稿）|公开征求")
_BASIS_QUOTED = re.compile(
    r"《[^《》]{4,90}(?:〈[^〉]{2,80}〉[^《》]{0,20})?》(?:（[^）]{4,40}号）)?"
)
_BASIS = re.compile(r"(?:根据|依据|按照|落实|贯彻|贯彻落实|结合|遵照)")
_ANNEX = re.compile(
    r"附件(?P<number>[\d一二三四五六七八九十]{0,3})[：:.、\s]*(?P<title>[^\n。]{0,60})"
)
_NUMERALS = {mark: str(value) for value, mark in enumerate("〇一二三四五六七八九")} | {
    "零": "0",
    "○": "0",
}


@dataclass(frozen=True)
class Front:
    """The document, and where its own text begins."""

    document: Document
    start: int
    titled: bool


def front(text: str, name: str = "") -> Front:
    """
    Read what the document says of itself.

    Parameters
    ----------
    text : str
        Normalised text.
    name : str
        Name of the file, for a text without any title.
    """
    first = _first_heading(text)
    head = text[:first]
    title, start, titled = _title(head)
    opening = text[start:first] if titled else head
    notice = text[:start] if titled else head
    flags = () if title else ("no_title",)
    shown = title or re.sub(r"\.\w{2,5}$", "", name)
    annexes = _annexes(text)
    document = Document(
        title=shown,
        number=_number(notice, opening),
        issuer=_issuer(notice, text),
        date=_date(notice, text),
        status="draft"
        if _DRAFT.search(f"{notice[:600]}\n{shown}{_below(text, start)}")
        else "final",
        basis=_basis(opening or notice, shown),
        annexes=tuple(annexes),
        absent=tuple(title for title, there in annexes.items() if not there),
        addressees=_addressees(notice),
        flags=flags,
    )
    return Front(document, start, titled)


def _below(text: str, start: int) -> str:
    """Return the title's line and the next, which may say that this is a draft."""
    end = text.find("\n", start)
    return text[start : text.find("\n", end + 1)][:160]


def places_of(document: Document) -> tuple[str, ...]:
    """
    Return the names of the plan's own place, without 市 or 省.

    Examples
    --------
    >>> places_of(Document("榆湾市城乡建设实施方案", issuer="榆湾市人民政府办公室"))
    ('榆湾',)
    """
    found: dict[str, None] = {}
    for words in (document.issuer, document.title):
        match = re.match(
            r"(?:关于印发)?([一-龥]{2,6}?)(?:市|省|自治区|县|区|旗|盟|州)(?!场)", words
        )
        if match:
            found[match[1]] = None
    return tuple(found)


def _first_heading(text: str) -> int:
    match = re.search(r"(?:^|\n|。|：|）)(?:一、|（一）|第一[章条部])(?=[^\n]{2})", text)
    return match.start() + 1 if match else min(len(text), 3000)


def _title(head: str) -> tuple[str, int, bool]:
    """Return the title, where the plan begins, and whether that was found."""
    issued = _first_outside(_ISSUED, head)
    wanted = issued["title"].strip("《》〈〉") if issued else ""
    if issued:
        later = [
            m.start() for m in re.finditer(re.escape(wanted), head) if m.start() > issued.end()
        ]
        outside = [place for place in later if head[place - 1 : place] not in "《〈"]
        if outside:
            return wanted, outside[-1], True
        return wanted, _after_notice(head, issued.end()), True
    lines = [m for m in _PLAN_TITLE.finditer(head) if not re.search(r"通知$|^附件", m.group())]
    if lines:
        match = lines[-1]
        return match.group(), match.start(), True
    quoted = _QUOTED.search(head)
    if quoted:
        return quoted["title"], 0, False
    first_line = head.strip().split("\n")[0]
    guessed = re.match(rf"[^。，：\n]{{4,60}}?(?:{_KIND})(?:（[^）]{{1,24}}）)?", first_line)
    return (guessed.group() if guessed else ""), 0, bool(guessed)


def _first_outside(pattern: re.Pattern[str], text: str) -> re.Match[str] | None:
    """Return the first match that is not part of a title in 《》 which the text only cites."""
    for match in pattern.finditer(text):
        before = text[: match.start()]
        if before.count("《") <= before.count("》"):
            return match
    return None


def _after_notice(head: str, end: int) -> int:
    match = re.search(r"(?:认真|抓好|遵照)?(?:贯彻)?(?:组织)?(?:落实|执行|实施)。", head[end:])
    return end + match.end() if match else end


def _number(notice: str, opening: str) -> str:
    """Return the document's own number: it stands before the text, and not in quotation."""
    for source in (notice, opening[:200]):
        for match in _NUMBER.finditer(source):
            before = source[max(0, match.start() - 60) : match.start()]
            cited = before.rpartition("》")[2] != before or re.search(
                r"根据|落实|按照|依据", before
            )
            bracketed = source[match.start() - 1 : match.start()] == "（" and "》" in before[-3:]
            if not bracketed and not (cited and re.search(r"根据|落实|按照|依据", before)):
                return _bare_number(match.group())
    lost = _LOST_BRACKETS.search(notice) or _LOST_BRACKETS.search(opening[:200])
    return lost.group() if lost else ""


def _bare_number(words: str) -> str:
    """Return a number without the end of a title that stands before it without a break."""
    bare = re.sub(r"^.*(?:通知|通告|意见|决定|文件)(?=[一-龥])", "", words)
    return bare or words


def _issuer(notice: str, text: str) -> str:
    """Return who issued it: the signature above the date, else the head of the notice's title."""
    for match in _DATE.finditer(notice):
        before = notice[: match.start()].rstrip("\n")
        line = before.rpartition("\n")[2][-80:]
        line = line.rpartition("。")[2]
        names = _ISSUER.findall(line)
        if names and "".join(names) == line:
            return "、".join(names)
        if names and line.endswith(names[-1]):
            return str(names[-1])
    issued = re.search(r"(?:^|\n|号)([^\n。，]{2,60}?)关于(?:印发|发布|公布|转发)", notice)
    if issued:
        names = _ISSUER.findall(issued[1])
        return "、".join(names) if names else issued[1]
    tail = text[-300:]
    for date in _DATE.finditer(tail):
        line = tail[: date.start()].rstrip("\n").rpartition("\n")[2].rpartition("。")[2]
        names = _ISSUER.findall(line)
        if names and "".join(names) == line:
            return "、".join(names)
    return ""


def _date(notice: str, text: str) -> str:
    """Return the date of issue, not that of printing (印发) nor one in a sentence."""
    for source in (notice, text[-300:]):
        for match in _DATE.finditer(source):
            after = source[match.end() : match.end() + 3]
            before = source[max(0, match.start() - 1) : match.start()]
            if "印发" not in after and before in (
                "",
                "\n",
                "室",
                "厅",
                "府",
                "局",
                "委",
                "会",
                "部",
                "组",
                "：",
            ):
                return _iso(match)
    return ""


def _iso(match: re.Match[str]) -> str:
    from hetao.plan.outline import number_value

    year = "".join(_NUMERALS.get(mark, mark) for mark in match["year"])
    return f"{int(year):04d}-{number_value(match['month']):02d}-{number_value(match['day']):02d}"


def _basis(opening: str, title: str) -> tuple[str, ...]:
    if not _BASIS.search(opening):
        return ()
    found = [match.group() for match in _BASIS_QUOTED.finditer(opening)]
    return tuple(dict.fromkeys(words for words in found if title not in words))


def _annexes(text: str) -> dict[str, bool]:
    """Return the annexes that are named, and whether each is there."""
    found: dict[str, bool] = {}
    for match in _ANNEX.finditer(text):
        named = match["title"].strip("》）（，；")
        alone = text[max(0, match.start() - 1) : match.start()] in ("", "\n")
        shown = f"附件{match['number']}" + (f"：{named}" if alone and named else "")
        rest = text[match.end() :].strip()
        there = alone and len(rest) > _LEAST_ANNEX
        known = next((key for key in found if key.startswith(f"附件{match['number']}")), None)
        if known:
            found[known] = found[known] or there
        else:
            found[shown] = there
    return found


def _addressees(notice: str) -> tuple[str, ...]:
    match = re.search(r"(?:通知|意见|\n|号)\n?(?P<who>各[^：\n。]{4,200})：", notice)
    if not match:
        return ()
    return tuple(name for name in re.split(r"[，、；]", match["who"]) if name)
