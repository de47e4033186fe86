"""A font for Chinese on maps: the system's own, else the one that comes with Hetao."""

from contextlib import AbstractContextManager
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import matplotlib as mpl
from matplotlib import font_manager

SYSTEM_FAMILIES = (
    "Noto Sans CJK SC", "Source Han Sans SC", "Source Han Sans CN", "Noto Sans SC",
    "Microsoft YaHei", "PingFang SC", "HarmonyOS Sans SC", "MiSans", "SimHei",
    "WenQuanYi Micro Hei",
)  # fmt: skip
"""Families drawn for simplified Chinese, the best first."""

LANGUAGE = "zh-Hans"
"""Chooses the mainland forms in a font that holds those of several countries."""


@cache
def chinese_family(families: tuple[str, ...] = SYSTEM_FAMILIES) -> str:
    """
    Return the family that maps are lettered in.

    Where the system has none of `families`, the Pan-CJK font of `notojp_matplotlib` is
    registered; its default forms are Japanese, and `LANGUAGE` turns them into the mainland ones.
    """
    known = {entry.name for entry in font_manager.fontManager.ttflist}
    for family in families:
        if family in known:
            return family
    path = _bundled()
    font_manager.fontManager.addfont(str(path))
    return str(font_manager.FontProperties(fname=str(path)).get_name())


def _bundled() -> Path:
    # found without importing the package, which would change matplotlib's settings for everyone
    spec = find_spec("notojp_matplotlib")
    if spec is None or spec.origin is None:  # pragma: no cover  (a dependency of ours)
        raise ModuleNotFoundError("notojp_matplotlib")
    return next((Path(spec.origin).parent / "fonts").glob("*.otf"))


def lettering(family: str | None = None) -> AbstractContextManager[None]:
    """Return a context in which matplotlib letters in Chinese, whatever the user's settings."""
    settings = {
        **mpl.rcParamsDefault,
        "font.family": [family or chinese_family(), "DejaVu Sans"],
        "axes.unicode_minus": True,
        "text.language": LANGUAGE,
    }
    settings.pop("backend", None)
    allowed = {key: value for key, value in settings.items() if key in mpl.rcParams}
    context: AbstractContextManager[None] = mpl.rc_context(allowed)
    return context
