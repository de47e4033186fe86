"""Numbers that are no targets: thresholds, subsidies, what exists already, names, dates."""

import re

from hetao.plan.target_context import Context
from hetao.plan.target_numbers import Quantity
from hetao.plan.target_text import Span

_DATE = re.compile(r"年(?:\d|[，。、；的]|$)|[月日号时点](?!间|段)|：\d")
_MONEY = re.compile(
    r"给予|补助|补贴|奖励|奖补|资助|贴息|罚款|处罚|补偿|一次性|贷款额度|授信额度|担保费|首付|税率|税前|扣除|"
    r"按照?(?:[^，。；]{0,14})(?:比例|标准|额度)(?:给|予|补|奖|返|扣|计|缴|收)|收费标准|缴纳|减按|免征|注册资本|最高额"
)
_GRANTS_TO = re.compile(r"(?:同时|并)?(?:对|凡|按|支持|给)")
_MONEY_UNIT = re.compile(r"元|%|倍|个百分点|元/")
_EXISTS = re.compile(
    r"(?:^|[，、])?(?:现有|现已|已经|已(?!有.{0,8}基础上)(?=建成|累计|达|完成|超|培育|形成|有|认定|获|实现|覆盖|建|集聚|"
    r"突破|引进|开通|投|入驻|落地|吸引|聚集|开工|签约)|累计已|截至|截止|共有|(?<!人)(?<!人口)拥有(?!量)|现状|上年|去年|同比|涉及)"
)
_SO_FAR = re.compile(r"目前|截至|截止(?!日)|现有|以来[，,]")
_RANKED = re.compile(r"位居|位列|居全国|居全省|同比|列全国|列全省|排名第|居第")
_AHEAD = re.compile(r"到20\d\d年|力争|争取|确保|努力|20\d\d年底?前|目标")
_ORDINAL = re.compile(r"第$|前$|[a-zA-Z]$|(?:计划|估算)?总投资(?:额|约)?$")
_LASTING = re.compile(r"年|个月|月|个工作日|工作日|天|日|小时|分钟|秒|周|岁")
_TIME_MEASURED = re.compile(
    r"(?:时间|周期|寿命|时限|时长|天数|年限|时延|期限|时效|工期|用时|日数|年龄|时间均?)[^，。；]{0,14}$"
)
_TERM = re.compile(r"试点周期|有效期|任期|期限为|试运行")
_SHORTENS = re.compile(
    r"(?:缩短|压缩|压减|延长|减少|控制|降|提速|缩减)(?:到|至|在|为|了)?[^，。；\d]{0,4}$"
)
_ACTS = re.compile(r"提高|提升|新建|新增|建设|培育|打造|引进|形成|完成|实现|力争")
_GENERATIONS = 10  # 5G is a name, 10G may be a bandwidth
_CONDITION = re.compile(
    r"^(?:确需|凡|符合|如(?!期)|若)[^，。；]*$|(?:满|连续|每|每隔|间隔|过去|未来|用|利用|提前|超出|单体|单个|单项|单宗|单台|单机|单笔)$"
)


def is_excluded(context: Context, quantity: Quantity, clause: Span) -> bool:
    """Tell whether a number cannot be a target whatever its sentence is built like."""
    plain = context.sentence.plain
    lead = plain[clause.start : quantity.bound]
    return (
        _in_a_year(context, quantity)
        or (quantity.unit == "G" and quantity.value < _GENERATIONS)
        or (not quantity.unit and _is_date_or_name(plain, quantity))
        or _is_money(context, quantity, clause)
        or _is_duration(plain, quantity, lead)
        or _ORDINAL.search(lead) is not None
        or _CONDITION.search(lead) is not None
        or _exists(context, quantity, clause)
    )


def _in_a_year(context: Context, quantity: Quantity) -> bool:
    return any(m.start <= quantity.start < m.end for m in context.mentions)


def _is_date_or_name(plain: str, quantity: Quantity) -> bool:
    """Tell dates, 5G, 4.0 and ratios such as 1：1 from bare figures."""
    follows = plain[quantity.end : quantity.end + 2]
    return bool(_DATE.match(follows)) or bool(re.match(r"[A-Za-z+×*#@/~-]|[.．、](?!\d)", follows))


def _is_money(context: Context, quantity: Quantity, clause: Span) -> bool:
    """Tell what the government pays, or caps, from what is to be reached."""
    if not _MONEY_UNIT.search(quantity.unit):
        return False
    plain = context.sentence.plain
    part = context.sentence.part(quantity.start)
    if _MONEY.search(plain, max(part.start, clause.start - 40), clause.end):
        return True
    granted = _GRANTS_TO.match(plain, clause.start)
    return bool(granted and _MONEY.search(plain, clause.end, part.end))


def _is_duration(plain: str, quantity: Quantity, lead: str) -> bool:
    """Tell 满20年, 用3年时间 from 办理时限压缩至3天."""
    if not _LASTING.fullmatch(quantity.unit):
        return False
    if _TERM.search(lead):
        return True
    return not (
        _TIME_MEASURED.search(lead)
        or _SHORTENS.search(plain[max(0, quantity.start - 8) : quantity.start])
    )


def _exists(context: Context, quantity: Quantity, clause: Span) -> bool:
    """Tell what is there already from what is wanted."""
    if context.when(quantity.start, clause).past:
        return True
    plain = context.sentence.plain
    start = context.sentence.start
    if not _AHEAD.search(plain, start, quantity.start) and (
        _RANKED.search(plain, clause.start, context.sentence.end)
        or _SO_FAR.search(plain, start, quantity.start)
    ):
        return True
    lead = plain[clause.start : quantity.start]
    if _AHEAD.search(lead):
        return False
    return _EXISTS.search(lead) is not None or _goes_on(context, lead, clause)


def _goes_on(context: Context, lead: str, clause: Span) -> bool:
    """Tell 已入驻企业50家，其中独角兽8家: what follows says more of what is there."""
    plain, start = context.sentence.plain, context.sentence.part(clause.start).start
    told = _EXISTS.search(plain, start, clause.start)
    if not told or _ACTS.search(lead) or _AHEAD.search(plain, told.start(), clause.start):
        return False
    return not any(m.kind == "by" and m.start > told.start() for m in context.mentions)
