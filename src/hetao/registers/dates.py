"""Dates in every form that people type."""

import datetime
import re
import unicodedata

_EPOCH = datetime.date(1899, 12, 30)
_SERIALS = (20_000, 80_000)
_FORMS = (
    r"(?P<y>(?:19|20)\d\d)(?P<m>0[1-9]|1[0-2])(?P<d>[0-3]\d)",
    r"(?P<y>(?:19|20)\d\d)[-/.年](?P<m>\d{1,2})[-/.月](?P<d>\d{1,2})[日号]?",
    r"(?P<y>(?:19|20)\d\d)[-/.年](?P<m>\d{1,2})月?",
    r"(?P<y>(?:19|20)\d\d)(?P<m>0[1-9]|1[0-2])",
    r"(?P<y>(?:19|20)\d\d)年?",
)
_DIGITS = dict(zip("〇零一二三四五六七八九", "00123456789", strict=True))


def read_date(written: object) -> str | None:
    """
    Return a date as ISO text, as precisely as it was written; None where it is none.

    Parameters
    ----------
    written : object
        Text, a date, or a day's number as spreadsheets count them.

    Examples
    --------
    >>> [read_date(text) for text in ("2026年6月30日", "2026.6", "２０２６/6/3", "2026年", "去年")]
    ['2026-06-30', '2026-06', '2026-06-03', '2026', None]
    >>> read_date(46203), read_date("2026-02-30"), read_date("二〇二六年六月")
    ('2026-06-30', None, '2026-06')
    """
    if isinstance(written, datetime.date):
        return written.strftime("%Y-%m-%d")
    if isinstance(written, (int, float)) and _SERIALS[0] < written < _SERIALS[1]:
        return (_EPOCH + datetime.timedelta(days=int(written))).isoformat()
    text = re.sub(r"\s+(\d{1,2}:\d\d(:\d\d)?)?", "", unicodedata.normalize("NFKC", str(written)))
    text = _in_digits(text.removesuffix(".0"))
    for form in _FORMS:
        found = re.fullmatch(form, text)
        if found:
            return _iso(found.groupdict())
    return None


def _iso(parts: dict[str, str | None]) -> str | None:
    year, month, day = int(parts["y"] or 0), parts.get("m"), parts.get("d")
    try:
        whole = datetime.date(year, int(month or 1), int(day or 1)).isoformat()
    except ValueError:
        return None
    return whole if day else whole[:7] if month else whole[:4]


def _in_digits(text: str) -> str:
    """Return a date written in Chinese numerals in digits: 二〇二六年十二月三十一日."""
    if not re.match(r"[一二][〇零一二三四五六七八九]{3}年", text):
        return text
    year, _, rest = text.partition("年")

    def number(found: re.Match[str]) -> str:
        tens, mark, ones = found[0].partition("十")
        if not mark:
            return "".join(_DIGITS[mark] for mark in found[0])
        return (_DIGITS[tens] if tens else "1") + (_DIGITS[ones] if ones else "0")

    return (
        "".join(_DIGITS[mark] for mark in year)
        + "年"
        + re.sub(r"[一二三四五六七八九十]+", number, rest)
    )
