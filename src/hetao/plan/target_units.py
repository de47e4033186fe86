"""Units that stand after a number, told from the words that begin like them: 5项, but 5项目."""

import re

# unit, and the characters after it with which it is the head of another word
_UNITS = """
个百分点 百分点 个工作日 工作日 % ‰ ‱ 吨标准煤 吨标煤 吨二氧化碳当量 吨二氧化碳 克标准煤 克标煤
千克标准煤 公斤标准煤 吨 千克 公斤 克二氧化碳 克 微克 毫克 千瓦时 千瓦 兆瓦时 兆瓦 吉瓦 吉瓦时
瓦 kW kWh MW MWh GW GWh TWh kV KV kVA 千伏安 千伏 安时 Wh 焦耳 度电 立方米 标方 平方公里
平方千米 平方米 平米 公顷 亩 公里 千米 厘米 毫米 微米 纳米 米!粮 英寸 公里² 平方 PFLOPS PFlops
Pflops PFLOPs EFLOPS EFlops TFLOPS TFlops FLOPS KB MB GB TB PB EB ZB Kbps Mbps Gbps Tbps kbps
Mbit/s Gbit/s Hz kHz MHz GHz M T P E G 美元 欧元 元!旦宵 标准箱 标箱 TEU 标准机架 机架 标准机柜
人次 人日 人月 人天 车次 户次 架次 列次 班次 批次 件次 场次 家次 家!庭居具电政园乡畜禽
个!体性别税 项!目 座!谈 处!理置于级罚 所!有在属需得 条!件例款 件!套 种!植子业养质苗粮 类!别型
套!餐 台!账阶风湾州 辆 架 艘 列!入为 人!均民才员工口居大社力防文事群类身数机造气脸行
名!录城镇单优列牌称师村 位!于居列置 户!外籍均型口 场!景所地馆站 次!新 期!间限货望末 批!发准复
支!持撑付出部线护行 只 头!部 株!洲 棵 张 间!隔 栋 幢 层!级次面 部!门分署级委长队 门!户诊槛
本!地级市省区县科土行着方意 篇 款!项 例 宗 片!区 块 对!接口外标于应 组!织建合 班!组子 席 枚
份!额 门类 小时 分钟 秒 毫秒 天!然津气空地候 岁 倍 番 成!立为本果效功熟员长都品套 分贝 摄氏度 ℃
分!别布类级散期析工行享管区批层年解步之 周!边期转围末口岁 个月
年!度均产底末内前级龄检报生轻化销代鉴货 乡镇 街道 社区 村!庄级民镇委屯改集 镇!区村 县!级域城区乡
市!场级域区政民州县 区!域块级县位 省!级内份市域外 盟!市 星级!酒 星 级!别 标段 标台 车位 泊位
床位 学位 工位 端口 桩 卷 册 集!中团聚成约 点!对击位面 枪
"""
_SCALES = "万亿|千亿|百亿|十亿|亿|千万|百万|十万|万|千|百"


def _pattern(written: str) -> str:
    """Return the pattern of one unit; a Latin one must not run on into a longer word."""
    unit, _, begins = written.partition("!")
    pattern = re.escape(unit)
    if unit[-1].isascii() and unit[-1].isalpha():
        return pattern + r"(?![A-Za-z0-9])"
    return pattern + (f"(?:(?=具[有备])|(?![{begins}]))" if begins else "")


def _alternatives() -> str:
    units = sorted(set(_UNITS.split()), key=lambda unit: -len(unit.partition("!")[0]))
    return "|".join(map(_pattern, units))


_BASE = _alternatives()
_PER = rf"(?:/(?:{_BASE}|(?:{_SCALES})(?:{_BASE})|人|日|年|月|元|GDP|户))*"
UNIT = re.compile(rf"(?:(?:{_SCALES})级(?!别)|(?:{_BASE}|(?:{_SCALES})(?:{_BASE})?){_PER})?")
_COUNTED = (
    "个 家 项 座 处 所 条 件 种 类 套 台 辆 架 艘 人 名 位 户 场 次 期 批 支 只 头 株 "
    "棵 张 间 栋 幢 部 门 本 篇 款 例 宗 片 块 对 组 班 席 枚 份 人次 户次 架次 班次 "
    "村 镇 县 市 区 乡镇 街道 社区 标段 泊位 车位 床位 学位 桩 枪 门类 册 集 卷 点 机架 标准机架"
)
COUNTED = re.compile(rf"(?:{_SCALES})?(?:{'|'.join(_COUNTED.split())})?")
