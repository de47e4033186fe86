"""Names of indicators: the words around a figure, without verbs, years and whole-city words."""

import re
from functools import cache
from typing import TYPE_CHECKING

from hetao.plan.target_text import Span
from hetao.plan.target_words import any_of

if TYPE_CHECKING:
    from hetao.plan.target_context import Context

_LINKS = (
    "其中|同时|此外|另外|并且|并(?!网|购|轨)|且|以及|及(?!时|格)|和(?!谐|平)|与|、|，|则|而|使得?(?!用)|令|让|将(?!军)|把|分别|首次|"
    "对(?!外|口|标|接|台|公)|由|在(?!线|建|校|岗|册|地|用|园)|于|从(?!业|事)|按(?!时|期)|即(?!时)|也|再(?!生|造|制|就|融|保|贷|利)|又"
)
_DRIVES = (
    "推动|促进|实现|确保|保持|力争|争取|带动|拉动|加快|加速|推进|完成|保障|引导|支持|形成|达到|巩固|扩大|降低|控制|压减|稳定|"
    "建成(?!区)|打造|培育|提升|提高|增加(?!值)|建设(?!用地|规模|面积|工程|标准|项目|任务|水平)|有效|大力|积极|着力|不断|滚动|分批|组织实施|实施(?!率)|切实|"
    "有序|深入|逐步提高|逐步|稳步|全面|力求|努力|进一步|加大|推广|严格|鼓励|推行|落实|优化|强化|合理|持续|每年|年均|累计|"
    "至少|预计|全年|届时|期间|末|年底|总体|基本|原则上|最终|共|总计|合计|初步|率先|统筹|发挥|充分|引进|新增(?=.*率)|要|应|需"
)
_PLACES = (
    "全市|全省|全区(?!域)|全县|全旗|全域|我市|我省|我区|我县|本市|本省|本区|全市域|全自治区|全盟"
)
_NOMINAL = (
    "率|量|面积|规模|业|用地|强度|能力|水平|标准|任务|项目|工程|工作|资金|资源|体系|机制|行动|金额|价格|"
    "周期|时间|指数|情况|者|物|费|额|值"
)


@cache
def _heading() -> re.Pattern[str]:
    return re.compile(rf"(?:{_LINKS}|{_DRIVES}|{_PLACES}|[\s：])+")


@cache
def _made() -> re.Pattern[str]:
    return re.compile(rf"(?>(?:(?!新增){any_of('make')}|[了出好])+)(?!{_NOMINAL}|$)")


@cache
def _only_verbs() -> re.Pattern[str]:
    return re.compile(rf"(?:{any_of('make', 'adverbs', 'to')}|{_DRIVES})+")


BASELINE = (
    r"(?:(?:比|较|相比于?|相较于?)(?!例|重|值)[^，、。；比较]{0,14}?(?:年底?|年末|末|底|上年|去年|同期|水平|平均值?|以前|前|之前|现状|基准|以往)"
    r"(?:的|同期|水平|相比|平均)?|(?:与|同|在|以)[^，、。；]{0,16}?(?:相比|基础上|为基期|为基准|为基数)|同比|环比|按可比价计?算?)"
)
_COMPARED = re.compile(BASELINE)
_WAS = re.compile(r"(?:从|由)[^，。；从由]{0,14}?\d[\d.]*(?:%|[^提增降上升减缩压至到的]*)")
_STARTS_FROM = re.compile(r"(?:从|由)[^，。；从由]{0,14}\d[^，。；从由\d]{0,6}$")
_TAIL = re.compile(
    r"(?:的|[：、\s]|(?:力争|争取|确保|努力|基本|均|都|各|要|应|将|可|全部|分别|占|即|总|约|又|再|年)|以上|左右)+$"
)
_DATES = re.compile(r"^(?:预计)?(?:到|至)?20\d\d年(?:底|末)?(?:之?前)?")
_HEAD_MARKS = re.compile(
    r"^(?:——?|--|[●◆■·•▪○]|[（(]?\d+[）).．、]|[①-⑳]|[一二三四五六七八九十]+(?:是|、)|第[一二三四五六七八九十]+)+"
)


def baseline_in(text: str) -> str:
    """Return the words that say what a figure is compared with, "" if none do."""
    match = _COMPARED.search(text) or _WAS.search(text)
    return match.group() if match else ""


def level_name(words: str) -> str:
    """
    Return the name of what reaches a level, out of the words before the figure.

    Examples
    --------
    >>> level_name("推动全市清洁取暖覆盖率"), level_name("单位产值能耗比2020年")
    ('清洁取暖覆盖率', '单位产值能耗')
    """
    name = _DATES.sub("", _HEAD_MARKS.sub("", words.strip()))
    name = _COMPARED.sub("", _STARTS_FROM.sub("", name))
    name = _without_head(name, _heading())
    name = _TAIL.sub("", name).strip("的、 ")
    return "" if _only_verbs().fullmatch(name) else name


def thing_name(words: str) -> str:
    """
    Return the name of what is counted, out of the words after the figure.

    Examples
    --------
    >>> thing_name("的重点实验室")
    '重点实验室'
    """
    return _TAIL.sub("", words.removeprefix("级").removeprefix("的")).strip("的、 ")


def count_name(words: str) -> str:
    """
    Return the name of what is counted, out of the words before the figure.

    Examples
    --------
    >>> count_name("建设省级绿色工厂"), count_name("新增就业")
    ('省级绿色工厂', '新增就业')
    """
    name = _without_head(level_name(words), _made())
    return _without_head(name, _heading()).strip("的、 ")


def _without_head(name: str, head: re.Pattern[str]) -> str:
    """Cut what a pattern matches at the start, unless next to nothing would be left."""
    match = head.match(name)
    rest = name[match.end() :] if match else name
    return rest if len(rest) > 1 else name


_GENERIC = re.compile(
    r"(?:改造|建设|治理|修复|造林|种植|覆盖|处理|利用|推广|总|年)?(?:总)?(?:面积|规模|总量|数量|比例|占比|比重|投资|长度|里程|能力|装机|覆盖率|普及率|利用率|产值|收入|增速|产量|"
    r"户数|任务|改造|建设|容量|量|总数)"
)
_TOPIC_END = re.compile(r"(?:工作|行动|工程|力度|水平|建设|发展|步伐|进度|体系)$")


def topic_of(context: "Context", clause: Span) -> str:
    """Return what the clauses before one are about, for a figure that names nothing itself."""
    sentence = context.sentence
    before = [c for c in sentence.clauses if c.end <= clause.start]
    for earlier in reversed(before):
        words = sentence.plain[earlier.start : earlier.end]
        if any(earlier.start <= m.start < earlier.end for m in context.mentions) or re.search(
            r"\d", words
        ):
            continue
        name = count_name(sentence.quote(earlier.start, earlier.end))
        return name if len(name) > 1 else ""
    return ""


def merged(topic: str, name: str) -> str:
    """
    Return a name that says little by itself with what its sentence is about.

    Examples
    --------
    >>> merged("既有居住建筑节能改造", "改造面积"), merged("节能改造", "城市燃气普及率")
    ('既有居住建筑节能改造面积', '城市燃气普及率')
    """
    if not topic or not _GENERIC.fullmatch(name):
        return name or topic
    for size in range(min(len(topic), len(name)), 0, -1):
        if topic.endswith(name[:size]):
            return topic + name[size:]
    return topic + name
