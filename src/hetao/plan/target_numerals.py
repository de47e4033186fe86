"""Figures in words: 翻两番, 零增长, 全国前三, 两家, 一半以上."""

_DIGITS = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"两": 2, "〇": 0}
NUMERAL = "(?:[一二两三四五六七八九]?十[一二三四五六七八九]?|[一二两三四五六七八九])"


def value_of(numeral: str) -> float:
    """
    Return the value of a Chinese numeral below a hundred, or of digits.

    Examples
    --------
    >>> value_of("两"), value_of("十二"), value_of("二十"), value_of("35")
    (2.0, 12.0, 20.0, 35.0)
    """
    if numeral.isascii():
        return float(numeral)
    tens, ten, ones = numeral.rpartition("十")
    if not ten:
        return float(_DIGITS[ones])
    return float(_DIGITS.get(tens, 1) * 10 + _DIGITS.get(ones, 0))
