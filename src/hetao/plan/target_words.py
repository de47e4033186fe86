"""The vocabulary of targets, and patterns made of it."""

import re
import tomllib
from functools import cache
from importlib import resources


@cache
def words(use: str) -> tuple[str, ...]:
    """Return the words of one list of `target_words.toml`, longest first."""
    source = resources.files("hetao.plan").joinpath("target_words.toml")
    lists: dict[str, str] = tomllib.loads(source.read_text(encoding="utf-8"))
    return tuple(sorted(set(lists[use].split()), key=lambda word: (-len(word), word)))


@cache
def any_of(*uses: str) -> str:
    """Return a pattern that matches any word of some lists."""
    every = sorted({word for use in uses for word in words(use)}, key=lambda w: (-len(w), w))
    return "(?:" + "|".join(map(re.escape, every)) + ")"


# changes of one character: 产值增5%, but 新增5家
CHANGES = r"(?:(?<!新)增|(?<!下)降|减)"

# helpers of one character, told from the words that end in them: 供应, 公共, 人均
HELPERS = (
    r"(?:(?<![人户平年日月])均|(?<![成首])都|(?<!供|响|反|适|效|对|相)应|(?<![主重必需纪摘])要|(?<![内急所供])需|(?<![许认])可|"
    r"(?<!公)共|[各须将再又也则还即或])"
)
