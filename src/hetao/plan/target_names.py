"""Names of what figures measure, from the words beside them."""

import re

from hetao.plan.target_choice import DOES
from hetao.plan.target_context import Context
from hetao.plan.target_figures import GOALS, Figure, is_mainly, making, words_of
from hetao.plan.target_subjects import count_name, level_name, thing_name
from hetao.plan.target_text import BLANK

_LINK = re.compile(rf"(?:[、和及与或，\s{BLANK}]|以及|并|其中)*$")
_WAS = re.compile(r"(?:从|由)[^，。；]{0,14}\d")


def name_of(context: Context, figure: Figure) -> str:
    """Return the name in the words beside a figure; "" where they hold none."""
    sentence = context.sentence
    if is_mainly(sentence.plain, figure.quantity):
        return level_name(sentence.quote(figure.left.start, figure.quantity.start - 1))
    right = words_of(sentence.plain, figure.right)
    if right:
        right = sentence.quote(figure.right.start, figure.right.end).strip()
    left = _left_words(context, figure)
    if right and not GOALS.match(right) and (figure.counted or figure.kind in ("make", "")):
        return _with_doers(context, figure, thing_name(right))
    if figure.kind in ("to", "by"):
        return level_name(left)
    if figure.counted and making().search(left):  # 各市至少建设2个: the object stands elsewhere
        return ""
    return count_name(left)


def doer_of(context: Context, figure: Figure) -> str:
    """Return the words before a verb that nothing else follows: 幼儿园新建30所."""
    return level_name(making().sub("", _left_words(context, figure)))


def _with_doers(context: Context, figure: Figure, right: str) -> str:
    """Return the words after a share with those before it that say of what: 项目100%采用…."""
    if figure.quantity.unit != "%" or figure.kind == "make":
        return right.strip("、和及与")
    listed = _LINK.search(right)
    if listed and listed.group():  # 80%的市和70%的县达到…: what they do stands with the last
        done = DOES.search(context.sentence.plain, figure.right.end, figure.clause.end)
        right = right[: listed.start()]
        if done:
            right += context.sentence.quote(done.start(), figure.clause.end)
    before = _left_words(context, figure)
    links = _LINK.search(before)
    return right if links and links.group() else level_name(before) + right


def _left_words(context: Context, figure: Figure) -> str:
    """Return the words before a figure without the years in them."""
    sentence, start = context.sentence, figure.left.start
    was = _WAS.search(sentence.plain, start, figure.left.end)
    lead = was.start() if was else figure.left.end
    inside = [m for m in context.mentions if start <= m.start < lead]
    pieces = []
    for mention in inside:
        pieces.append(sentence.quote(start, max(start, mention.start)))
        start = mention.end
    pieces.append(sentence.quote(start, max(start, lead)))
    pieces = [p.rpartition("全覆盖、")[2] for p in pieces]
    return next((p for p in reversed(pieces) if len(level_name(p)) > 1), "")
