"""Wordings that are a target without a figure in digits."""

import re
from dataclasses import dataclass

from hetao.plan.ledger import Operator
from hetao.plan.target_found import Confidence
from hetao.plan.target_numerals import NUMERAL
from hetao.plan.target_text import BLANK

_ALL = 100.0
_W = rf"[^，。；：！？\n{BLANK}]"
_SOFT = "(?:原则上|基本上?|力争|争取|要|应当|应|须|必须|将|已)*"
_DONE = "(?:改造|整治|治理|建设|修复|清理|更新|迁改|淘汰|替代|改建|普查|编制|排查|消除|搬迁|回收)"
_SHARE = (
    "(?:率|比重|占比|比例|密度|强度|规模|收入|产值|产量|浓度|总量|面积|覆盖面|份额|能耗|排放量?)"
)
_BETTER = (
    "(?:显著|明显|大幅度?|稳步|持续|不断|进一步|逐步|全面|有效|整体|普遍|快速|较大幅度)(?:得到)?"
    "(?:提升|提高|改善|增强|增加|增长|下降|降低|扩大|减少|优化|上升)"
)
_THINGS = rf"(?P<things>{_W}{{2,60}}?){_SOFT}"
_MEETS = (
    "(?:达到|采用|执行|按照?|建成|实现|完成|纳入|符合|配备|使用|接入|改造|安装|设置|实行|达标|具备|"
    "建立|通过)"
)
_STARS = "(?:[一二三]星级|[一二三四五]级|A+级)(?:及?以上)?"
_EVERY = "(?P<every>每(?:年度?|半年|季度?|月|周|[两三五]年))"
_HOLDS = "(?:组织|开展|进行|召开|举办|发布|编制)*"
_COMPARED = r"(?:比|较|在)(?:20\d\d年|“?十[三四五]五”?末|上年)(?:末|底)?(?:基础上)?"
_MAKES = "(?:建成|新建|培育|打造|引进|创建|建设|新增|形成|认定|建立|设立)(?:出|了)?"
VAGUE = re.compile(
    r"任务|工作$|措施|要求|责任|各项|环节|过程|精神|政策|规划|制度|机制|方位|周期|领域$"
)


@dataclass(frozen=True)
class Rule:
    """
    A wording that is a target by itself.

    Attributes
    ----------
    pattern : str
        Its groups: `name` (what is measured), `things` (what it holds for), `every`.
    dated : bool
        True if it is a target only where a year stands.
    """

    name: str
    pattern: str
    operator: Operator
    value: float | None = None
    unit: str = ""
    confidence: Confidence = "medium"
    dated: bool = False


RULES = (
    Rule("all", rf"(?P<name>{_W}{{2,60}}?)(?:实现|达到|的|{_SOFT})*全覆盖", "all", _ALL, "%"),
    Rule("all", rf"{_THINGS}(?:全部|均|一律)(?P<name>{_MEETS}{_W}{{0,40}})", "all", _ALL, "%"),
    Rule(
        "all",
        rf"{_THINGS}全面(?P<name>(?:执行|推行|采用|实行|达到|使用|应用|禁止){_W}{{2,40}})",
        "all",
        _ALL,
        "%",
    ),
    Rule(
        "standard",
        rf"{_THINGS}(?:全面|全部)?(?P<name>(?:执行|达到|按照?){_STARS}{_W}{{2,30}})",
        "all",
        _ALL,
        "%",
    ),
    Rule("none", rf"(?:全面|基本|全部|彻底|动态)消除(?P<name>{_W}{{2,60}})", "none", 0.0),
    Rule(
        "none",
        rf"(?P<name>{_W}{{2,40}}?)(?:实现|保持)?(?:全部|动态|基本)(?:清零|归零)",
        "none",
        0.0,
    ),
    Rule(
        "task",
        rf"完成(?P<name>[^。；：\n{BLANK}]{{3,90}}?{_DONE})任务",
        "all",
        _ALL,
        "%",
        dated=True,
    ),
    Rule(
        "task",
        rf"(?:全面|基本|全部)完成(?P<name>{_W}{{3,60}}?{_DONE})(?:工作)?(?=[，。；]|$)",
        "all",
        _ALL,
        "%",
        dated=True,
    ),
    Rule("zero", rf"(?P<name>{_W}{{2,40}}?)(?:实现|保持|达到)?零增长", "=", 0.0, "%"),
    Rule(
        "fold",
        rf"(?P<name>{_W}{{2,40}}?)(?:实现|比|较|在|再|[一两三四五]年|{_COMPARED})*(?P<base>翻(?P<folds>[一两二三四])?番)",
        "=",
        unit="倍",
    ),
    Rule(
        "fold",
        rf"(?P<name>{_W}{{2,40}}?)(?:是|为|达到|增长|提高到|增加到|增长到|{_COMPARED}|20\d\d年)+"
        rf"的?(?P<numeral>{NUMERAL})倍",
        "=",
        unit="倍",
    ),
    Rule(
        "rank",
        rf"(?P<name>{_W}{{2,40}}?)(?:力争|争取|稳定|持续|继续|均|要|综合)*(?:进入|保持|跻身|位居|稳居|迈入|达到|居|处于|排名|位列|进位至)+"
        rf"(?P<among>{_W}{{0,8}}?)前(?P<numeral>{NUMERAL}|\d{{1,3}})(?P<unit>名|位|强)?(?!年|期)",
        "<=",
    ),
    Rule(
        "counted",
        rf"{_MAKES}(?P<numeral>[两二三四五六七八九]|{NUMERAL}{{2,3}})(?P<unit>家|个|座|条|项|所|处|批次)"
        rf"(?P<name>(?:以上)?(?!方面|维度|环节|层面|结合|统筹|转变|关系|重点){_W}{{2,40}})",
        "=",
        confidence="low",
    ),
    Rule("aim", rf"(?P<name>{_W}{{2,40}}?{_SHARE})(?:均|都|得到|实现|要)?{_BETTER}", "aim"),
    Rule("aim", rf"基本补齐(?P<name>{_W}{{2,40}})", "aim", confidence="low"),
    Rule(
        "frequency", "(?P<every>[一两三四五]年一)(?P<name>[一-鿿]{2})", "=", None, confidence="low"
    ),
    Rule(
        "frequency",
        rf"{_EVERY}(?:至少)?{_HOLDS}一次(?P<name>{_W}{{2,20}})",
        "=",
        None,
        "次",
        confidence="low",
    ),
)
ANY = re.compile(
    "全覆盖|零增长|番|倍|前|[二两三四五六七八九十][家个座条项所处]|全部|均|一律|全面|星级|消除|清零|归零|完成|补齐|年一|一次|"
    + _BETTER
)
PATTERNS = tuple(re.compile(rule.pattern) for rule in RULES)
