import pytest

from hetao.plan.target_numbers import find_quantities


@pytest.mark.parametrize(
    ("phrase", "operator", "value", "unit"),
    [
        ("覆盖率达到95%以上", ">=", 95, "%"),
        ("覆盖率达到95%", ">=", 95, "%"),
        ("覆盖率达95%", ">=", 95, "%"),
        ("覆盖率95%以上", ">=", 95, "%"),
        ("覆盖率不低于95%", ">=", 95, "%"),
        ("人均绿地不少于12.5平方米", ">=", 12.5, "平方米"),
        ("密度不小于8公里/平方公里", ">=", 8, "公里/平方公里"),
        ("占比超过40%", ">", 40, "%"),
        ("产值突破800亿元", ">", 800, "亿元"),
        ("营业收入超3000亿元", ">", 3000, "亿元"),
        ("成功率高于80%", ">", 80, "%"),
        ("漏损率控制在9%以下", "<=", 9, "%"),
        ("漏损率控制在9%以内", "<=", 9, "%"),
        ("漏损率控制在9%", "<=", 9, "%"),
        ("最高不超过20层", "<=", 20, "层"),
        ("浓度低于35微克/立方米", "<", 35, "微克/立方米"),
        ("增速保持在6%左右", "~", 6, "%"),
        ("提高到约15%", "~", 15, "%"),
        ("完成改造面积60万平方米", "=", 60, "万平方米"),
        ("建设示范工厂80家", "=", 80, "家"),
        ("培育50家以上企业", ">=", 50, "家"),
        ("建成5座以上泵站", ">=", 5, "座"),
        ("新建充电桩3万个", "=", 3, "万个"),
        ("装机达到1200万千瓦", ">=", 1200, "万千瓦"),
        ("减排3.5亿吨", "=", 3.5, "亿吨"),
        ("能耗控制在2.1亿吨标准煤以内", "<=", 2.1, "亿吨标准煤"),
        ("规模1.2万亿元", "=", 1.2, "万亿元"),
        ("算力突破600PFlops", ">", 600, "PFlops"),
        ("存储达到20EB", ">=", 20, "EB"),
        ("处理能力500吨/日", "=", 500, "吨/日"),
        ("强度降至400克二氧化碳/千瓦时", "=", 400, "克二氧化碳/千瓦时"),
        ("提高2.5个百分点", "=", 2.5, "个百分点"),
        ("达到9000亿级", ">=", 9000, "亿级"),
        ("培训2万人次", "=", 2, "万人次"),
        ("用户达到5亿", ">=", 5, "亿"),
        ("处理率达到95以上", ">=", 95, ""),
        ("比重达到24左右", "~", 24, ""),
        ("比例达到不低于30%", ">=", 30, "%"),
        ("价格下降超过10%以上", ">", 10, "%"),
        ("增长1.5倍", "=", 1.5, "倍"),
        ("引进100多家企业", ">", 100, "家"),
    ],
)
def test_words_around_a_number_give_its_operator_and_unit(phrase, operator, value, unit):
    (quantity,) = find_quantities(phrase)
    assert (quantity.operator, quantity.value, quantity.unit) == (operator, value, unit)


@pytest.mark.parametrize(
    ("phrase", "low", "high", "unit"),
    [
        ("培育3-5家龙头企业", 3, 5, "家"),
        ("培育3至5家龙头企业", 3, 5, "家"),
        ("培育3—5家龙头企业", 3, 5, "家"),
        ("占比10%~15%", 10, 15, "%"),
        ("占比10%-15%", 10, 15, "%"),
        ("每年建设20到30个", 20, 30, "个"),
    ],
)
def test_two_numbers_joined_are_a_range(phrase, low, high, unit):
    (quantity,) = find_quantities(phrase)
    assert (quantity.operator, quantity.value, quantity.high, quantity.unit) == (
        "range",
        low,
        high,
        unit,
    )


def test_a_span_of_years_is_no_range():
    assert all(q.operator != "range" for q in find_quantities("2021-2025年"))


@pytest.mark.parametrize("phrase", ["市发〔2023〕71号", "IPv6", "H2O", "建设V2G"])
def test_numbers_inside_names_are_not_read(phrase):
    assert find_quantities(phrase) == []


def test_several_numbers_come_in_order():
    found = find_quantities("分别下降8%、26%、7%以上")
    assert [(q.value, q.unit, q.operator) for q in found] == [
        (8, "%", "="),
        (26, "%", "="),
        (7, "%", ">="),
    ]


def test_firms_that_have_something_are_not_furniture() -> None:
    [quantity] = find_quantities("不少于30家具有竞争力的企业")

    assert (quantity.value, quantity.unit) == (30.0, "家")
