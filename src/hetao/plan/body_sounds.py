"""Names of bodies in pinyin."""

import tomllib
from functools import cache
from importlib.resources import files


@cache
def sounds(name: str) -> tuple[str, str]:
    """
    Return a name in pinyin without tones or spaces, and its initials.

    Examples
    --------
    >>> sounds("住建局")
    ('zhujianju', 'zjj')
    """
    _learn_readings()
    from pypinyin import lazy_pinyin

    read = [sound.lower() for sound in lazy_pinyin(name)]
    return "".join(read), "".join(sound[:1] for sound in read)


@cache
def _learn_readings() -> None:
    # loaded here: the library's dictionaries cost a quarter of a second
    from pypinyin import load_phrases_dict

    data = tomllib.loads((files("hetao.plan") / "bodies.toml").read_text("utf-8"))
    load_phrases_dict({
        words: [[sound] for sound in read.split()] for words, read in data["readings"].items()
    })  # fmt: skip
