"""Lists of bodies as plans write them, with the prefix that the first name lends the others."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

_LONGEST = 30  # characters of a name
_SUFFIX = (
    "委员会|局|委|厅|部|办|办公室|政府|中心|公司|集团|银行|分行|支行|总队|支队|大队|会|署|处|所|院|站|馆|校|"
    "台|社|关|学院|大学|单位|部门|机构|团|组|专班|政法委|网信办|园区|区|旗|县|市|州|盟|街道|镇|乡|协会|学会|"
    "商会|联盟|企业|分局|监管局|管委会|管理局|管理处|服务中心|指挥部|法院|检察院|公安|联社|中支|营管部|基金|"
    "运营商|高校|科研院所|总社|工会|团市委|团省委|妇联|残联|科协|文联|工商联|供销社|气象|税务|海关|支局|兵团|"
    "领导小组|联席会议|供电|电网|铁塔|电信|移动|联通|邮政|军分区|队|库|厂|市委|省委|区委|县委|党校|行政学院"
)
_ENDS_AS_BODY = re.compile(rf"(?:{_SUFFIX})$")
_PREFIX = re.compile(
    r"^(?P<prefix>自治区|自治州|市|省|区|县|州|盟|旗|全市|市级|省级)"
    r"(?!场监|场局|政园|政公|政工程|政设施|政管|政局|容|域|直|级|辖|属|区|县|内|外|州|人民政府$|政府$|委$|委、)"
    r"(?=.{2,})"
)
_PARTY = re.compile(
    r"^(?:组织部|宣传部|统战部|政法委|网信办|编办|老干部局|改革办|财经办|金融办公室|社会工作部|机要|"
    r"国安办|外办|台办|农办|军民融合办|直属机关工委|机关工委|巡察办|党校|政策研究室|政研室|文明办)"
)
_NOT_PREFIXED = re.compile(
    r"^(?:各|中国|国家|中央|驻|人民银行|银保监|银监|证监|国网|南网|蒙电|人行|有关|相关|其他|其它|全体|"
    r"金融监管总局|外汇管理|海关|铁路|中铁|中石|中电|华能|大唐|上海证券|深圳证券|北京证券|"
    r"(?:省|市|县|区|自治区|州|盟|旗)[直级属内]|消防救援|农发行|国开行|进出口银行|本)|"
    r"(?:公司|集团|银行|分行|大学|学院|研究院|研究所|交易所|协会|学会|商会|企业|高校|科研院所|联盟|运营商|"
    r"人民政府|管委会|机构|单位)$"
)
_GOVERNMENT = re.compile(
    r"^各.*(?:政府|管委会|旗县区|县区|县（市、区）|市县|市州|盟市|区县|县市区|镇|街道|乡|苏木|园区|开发区|区|市|州|地|"
    r"县（区）|（县、区）|市（州）|市、区）|功能区|区）)$"
    r"|^[一-龥]{2,8}?(?:市|区|县|旗|州|盟|新区|开发区|高新区|经开区)(?:人民)?(?:政府|管委会)$"
    r"|^[一-龥]{2,12}(?:管委会|管理委员会)$"
    r"|^(?:各)?(?:管委会|园区|功能区)$"
    r"|^[一-龥]{1,4}(?:县|区|旗)$"
    r"|^(?:属地|地方各级|各级|县级|区级|市县|区县|县区|旗县区|所在地)[一-龥]*(?:政府|管委会)$"
    r"|^(?:街道办事处|乡镇人民政府|镇人民政府)$"
)
_OWN_GOVERNMENT = re.compile(r"^(?:省|市|区|县|州|盟|旗|自治区)(?:人民)?政府$")
_VAGUE = re.compile(
    r"(?:各|相关|有关|其他|其它|各级|责任)[^、]{0,6}?(?:部门|单位|委办局|机构|地区|方面|企业|负责单位)|"
    r"^(?:省|市|县|区|州|盟|旗|自治区)?[直级属]?(?:有关|相关|各|各有关|各相关)[^、]{0,4}$|成员单位|各部门|各单位"
)
_SHARED_HEAD = re.compile(r"^(?:银|证|保|银保)监(?:分)?局$|^(?:海关|税务局|邮政管理局)$")
_SUPERVISOR = re.compile(r"^(?P<head>[一-龥]{2,3})(?:银|证|保|银保)监局$")
_OPEN = re.compile(
    r"等(?:有关|相关|市级|省级|市直|省直)*(?:部门|单位|委办局|机构)*(?:和单位|及单位)?$"
)
_JOINED = re.compile(
    r"(?<=局|委|厅|部|办|院|行|会|心|司|团|府|队|关|社)(?:和|与|及|以及|会同|同)(?=[一-龥]{2,})"
)


@dataclass(frozen=True)
class Named:
    """
    A body as a list names it.

    Attributes
    ----------
    full : str
        With the prefix carried along.
    government : bool
        A government below the plan's own: a county, a district, a zone, or all of them.
    vague : bool
        No body in particular: 市相关部门.
    """

    full: str
    written: str
    government: bool = False
    vague: bool = False


def names_in(list_: str, places: Sequence[str] = ()) -> tuple[list[Named], bool]:
    """
    Return the bodies of a list, and whether it ends open (等).

    Parameters
    ----------
    list_ : str
        Names set apart by 、 or ，; a comma ends the carrying of a prefix.
    places : sequence of str
        Names of the plan's own place (巴彦淖尔), which are no prefix to carry but a head.

    Examples
    --------
    >>> [name.full for name in names_in("市发改委、工信局、市场监管局")[0]]
    ['市发改委', '市工信局', '市市场监管局']
    """
    found: list[Named] = []
    open_ended = False
    for group in re.split(r"[，,：:\n]", list_):
        items = list(_items(group))
        if items and _OPEN.search(items[-1]):
            open_ended = True
            items[-1] = _OPEN.sub("", items[-1])
        found += _carried([item for item in _shared_endings(items) if item], places)
    return found, open_ended


def _items(group: str) -> Iterator[str]:
    depth, begin = 0, 0
    for position, mark in enumerate(group):
        depth += (mark == "（") - (mark == "）")
        if depth == 0 and mark in "、/":
            yield from _unjoined(group[begin:position])
            begin = position + 1
    yield from _unjoined(group[begin:])


def _unjoined(item: str) -> Iterator[str]:
    for part in _JOINED.split(item):
        name = re.sub(
            r"^(?:由|以及|及|和|与|会同|同|或|请)(?=[一-龥]{2,})", "", part.strip(" 。）（：:“”")
        )
        if name.count("（") > name.count("）"):
            name += "）"
        if name:
            yield name


def _shared_endings(items: Sequence[str]) -> list[str]:
    """Return the names with an ending they share: 广州、深圳市人民政府."""
    shared: list[str] = []
    ending = ""
    for item in reversed(items):
        match = re.search(r"(?<=[一-龥])(?:市|区|县|旗|州|盟)?(?:人民政府|政府|管委会)$", item)
        if match and not item.startswith("各"):
            ending = match.group()
        elif ending and re.fullmatch(
            r"[一-龥]{2,8}(?:市|区|县|旗|州|盟|新区|高新区|经开区|开发区)", item
        ):
            item = item + ending.lstrip("市区县旗州盟")
        elif ending and re.fullmatch(r"[一-龥]{2,4}(?<![局委厅部办院会司])", item):
            item = item + ending
        else:
            ending = ""
        shared.append(item)
    return shared[::-1]


def _carried(items: Sequence[str], places: Sequence[str]) -> Iterator[Named]:
    prefix, party, region = "", "", ""
    for item in items:
        own = _PREFIX.match(item)
        head = next((place for place in places if item.startswith(place)), "")
        supervisor = _SUPERVISOR.match(item)
        region = supervisor["head"] if supervisor and not own else region
        if own:
            prefix = own["prefix"]
            party = (
                f"{prefix}委"
                if item.startswith(f"{prefix}委") and len(item) > len(prefix) + 1
                else ""
            )
            full = item
        elif _GOVERNMENT.search(item) or _OWN_GOVERNMENT.match(item) or _VAGUE.search(item):
            full = item
        elif head:
            prefix, party, full = _head_prefix(item, head), "", item
        elif supervisor:
            prefix, party, full = "", "", item
        elif (region or prefix in places) and _SHARED_HEAD.match(item):
            full = (region or prefix) + item
        elif not prefix or prefix in places or _NOT_PREFIXED.search(item):
            full = item
        elif party and _PARTY.match(item):
            full = party + item
        else:
            full = prefix + item
        if not _plausible(full):
            continue
        yield Named(
            full, item, government=bool(_GOVERNMENT.search(full)), vague=bool(_VAGUE.search(full))
        )


def _head_prefix(item: str, head: str) -> str:
    """Return what a name such as 广东银监局 or 广州市税务局 lends the next."""
    rest = item[len(head) :]
    match = _PREFIX.match(rest)
    return head + match["prefix"] if match else head


def _plausible(name: str) -> bool:
    """Say whether this can be the name of a body at all."""
    bare = re.sub(r"（.*?）", "", name)
    return bool(_ENDS_AS_BODY.search(bare)) and 1 < len(bare) <= _LONGEST
