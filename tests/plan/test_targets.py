import pytest

from hetao.plan.targets import Standing, find_targets


def brief(sentence, **kwargs):
    """Return indicator, operator, value and unit of each target, as a planner would table them."""
    found = find_targets(sentence, **kwargs)
    return [(t.indicator, t.operator, t.value, t.unit) for t in found]


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("到2025年，云河市供热普及率达到90%以上。", ("供热普及率", ">=", 90, "%")),
        ("智能装备产业规模突破700亿元。", ("智能装备产业规模", ">", 700, "亿元")),
        ("培育40家以上省级绿色工厂。", ("省级绿色工厂", ">=", 40, "家")),
        ("建设省级绿色工厂40家。", ("省级绿色工厂", "=", 40, "家")),
        ("能源消费总量控制在0.9亿吨标准煤以内。", ("能源消费总量", "<=", 0.9, "亿吨标准煤")),
        ("单位产值能耗比2020年下降13%。", ("单位产值能耗下降", "=", 13, "%")),
        ("湿地保护率从2020年的40%提高到2025年的46%。", ("湿地保护率", "=", 46, "%")),
        ("培育6个以上收入过50亿元的产业集群。", ("收入过50亿元的产业集群", ">=", 6, "个")),
        ("推动800家企业上云。", ("企业上云", "=", 800, "家")),
        ("建成3-5家重点实验室。", ("重点实验室", "range", 3, "家")),
        ("政府投资项目100%采用装配式建造。", ("政府投资项目采用装配式建造", "=", 100, "%")),
        ("持续推进公共建筑节能改造，到2025年，完成改造面积30万平方米。",
         ("公共建筑节能改造面积", "=", 30, "万平方米")),
        ("办理时限压缩至2个工作日以内。", ("办理时限", "<=", 2, "个工作日")),
    ],
)  # fmt: skip
def test_one_figure_is_one_target(sentence, expected):
    (found,) = brief(sentence)
    assert found[0].endswith(expected[0])
    assert found[1:] == expected[1:]


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        (
            "单位产值能耗、单位产值用水量分别下降9%、15%。",
            [("单位产值能耗下降", "=", 9, "%"), ("单位产值用水量下降", "=", 15, "%")],
        ),
        (
            "污水处理率、垃圾无害化处理率分别达到95%以上。",
            [("污水处理率", ">=", 95, "%"), ("垃圾无害化处理率", ">=", 95, "%")],
        ),
        (
            "新建充电桩2万个、换电站30座。",
            [("充电桩", "=", 2, "万个"), ("换电站", "=", 30, "座")],
        ),
        (
            "80%以上的市和70%的县达到二级水平。",
            [("市达到二级水平", ">=", 80, "%"), ("县达到二级水平", "=", 70, "%")],
        ),
        (
            "电子、汽车产业规模均达到3000亿级。",
            [("电子产业规模", ">=", 3000, "亿级"), ("汽车产业规模", ">=", 3000, "亿级")],
        ),
    ],
)
def test_a_list_gives_a_target_for_each_of_its_items(sentence, expected):
    assert brief(sentence) == expected


def test_years_in_a_list_go_with_their_figures():
    found = find_targets("到2025年、2030年，风电装机分别达到80万千瓦、150万千瓦。")
    assert [(t.year, t.value) for t in found] == [(2025, 80), (2030, 150)]


@pytest.mark.parametrize(
    "sentence",
    [
        "2万平方米以上的公共建筑率先采用绿色建材。",
        "确需建设18层以上居住建筑的，应严格论证。",
        "改造运行满20年的管道。",
        "对新认定的企业给予最高300万元奖励。",
        "按照投资额的10%给予补助。",
        "围绕12条产业链精准招商。",
        "实施“1+3”工程和“双千”行动。",
        "推进5G网络建设，加强CO2监测，开通12345热线。",
        "构建十五分钟生活圈。",
        "截至2022年底，已建成绿色工厂50家。",
        "2021年，全市绿色贷款余额达到3000亿元，同比增长20%。",
        "20人以上的自然村。",
        "根据云政发〔2022〕15号文件，2023年12月11日印发。",
        "年耗能1万吨标准煤以上的企业加强监测。",
        "提供7×24小时服务。",
        "建设2000平方米以上的社区服务中心。",
    ],
)
def test_thresholds_subsidies_names_and_what_exists_are_no_targets(sentence):
    assert find_targets(sentence) == []


def test_a_year_holds_to_the_end_of_its_sentence():
    text = "到2025年，覆盖率达到60%；普及率达到70%。使用率达到80%。"
    assert [t.year for t in find_targets(text)] == [2025, 2025, None]


def test_a_year_holds_for_the_list_below_it():
    text = "到2026年，实现以下目标：\n——覆盖率达到60%。\n——普及率达到70%。\n"
    assert [t.year for t in find_targets(text)] == [2026, 2026]


def test_a_year_from_outside_is_flagged_where_it_is_guessed():
    (t,) = find_targets("——覆盖率达到60%。", standing=Standing(year=2026, guessed=True))
    assert (t.year, t.flags) == (2026, ("year_guessed",))


def test_what_is_said_of_a_year_before_the_plan_is_no_target():
    assert find_targets("2021年覆盖率达到60%。", standing=Standing(issued=2023)) == []


def test_a_first_year_is_no_deadline():
    (t,) = find_targets("自2023年起，每年建设绿色工厂10家。")
    assert (t.year, t.since, t.counting, t.frequency) == (None, 2023, "per_year", "每年")


@pytest.mark.parametrize(
    ("sentence", "word"),
    [
        ("装配式占比力争达到30%。", "力争"),
        ("力争到2025年，甲占比达到30%。", "力争"),
        ("增速保持在6%左右。", "左右"),
        ("占比达到30%。", ""),
        ("力争建成示范城市，确保占比达到30%。", ""),
    ],
)
def test_soft_words_make_an_aim(sentence, word):
    (t,) = find_targets(sentence)
    assert (t.soft, t.soft_word) == (bool(word), word)


@pytest.mark.parametrize(
    ("sentence", "scope"),
    [
        ("到2025年，全市绿化覆盖率达到40%。", "全市"),
        ("青云区绿化覆盖率达到40%。", "青云区"),
        ("各旗县区绿化覆盖率达到40%。", "各旗县区"),
        ("清水河流域绿化覆盖率达到40%。", "清水河流域"),
        ("绿化覆盖率达到40%。", ""),
    ],
)
def test_the_place_is_kept_apart(sentence, scope):
    (t,) = find_targets(sentence)
    assert t.scope == scope


@pytest.mark.parametrize(
    ("sentence", "flags"),
    [
        ("污水处理率达到95以上。", ("no_unit",)),
        ("单位产值二氧化碳排放下降205。", ("no_unit", "above_100")),
        ("污水处理率达到195%。", ("above_100",)),
        ("产值增长120%。", ()),
    ],
)
def test_damaged_figures_are_flagged(sentence, flags):
    (t,) = find_targets(sentence)
    assert t.flags == flags


@pytest.mark.parametrize(
    ("sentence", "indicator", "operator", "things"),
    [
        ("各旗县区实现厨余处理设施全覆盖。", "厨余处理设施", "all", ""),
        ("湖区城市全部达到节水标准。", "湖区城市达到节水标准", "all", "湖区城市"),
        ("全市新建建筑全面执行绿色标准。", "新建建筑执行绿色标准", "all", "新建建筑"),
        ("全面消除黑臭水体。", "黑臭水体", "none", ""),
        ("到2025年，完成老旧燃气管道改造任务。", "老旧燃气管道改造", "all", ""),
        ("到2025年，青云区社区覆盖率显著提升。", "社区覆盖率", "aim", ""),
        ("建立“一年一体检”机制。", "体检", "=", ""),
    ],
)
def test_words_can_be_a_target_without_a_figure(sentence, indicator, operator, things):
    (t,) = find_targets(sentence)
    assert (t.indicator, t.operator, t.things) == (indicator, operator, things)


def test_targets_say_where_they_stand():
    text = "加强管理。到2025年，覆盖率达到60%以上。（市甲局负责）"
    (t,) = find_targets(text)
    assert text[t.start : t.end] == t.written == "覆盖率达到60%以上"
    assert t.sentence == "到2025年，覆盖率达到60%以上。"


def test_who_answers_for_a_measure_is_not_read():
    assert find_targets("（责任单位：市甲局，完成100%）") == []
