import pytest

from hetao.plan.target_years import find_years


@pytest.mark.parametrize(
    ("phrase", "year"),
    [
        ("到2025年，覆盖率", 2025),
        ("2025年底前完成", 2025),
        ("2030年前达峰", 2030),
        ("2022年底实现", 2022),
        ("2024年6月底前完成", 2024),
        ("到二○二五年建成", 2025),
        ("到二〇三〇年建成", 2030),
        ("“十四五”末达到", 2025),
        ("“十四五”期间新增", 2025),
        ("十五五期间新增", 2030),
        ("到本世纪中叶建成", 2050),
        ("2023-2025年新建", 2025),
        ("2023年至2025年新建", 2025),
    ],
)
def test_a_deadline_is_read(phrase, year):
    (mention,) = find_years(phrase, 0, len(phrase))
    assert (mention.year, mention.kind) == (year, "by")


@pytest.mark.parametrize(
    ("phrase", "year"),
    [
        ("比2020年下降5%", 2020),
        ("较2015年提高", 2015),
        ("在2020年基础上翻番", 2020),
        ("与2020年相比下降", 2020),
        ("以2020年为基期", 2020),
        ("从2020年的20%提高到30%", 2020),
        ("较“十三五”末提高", 2020),
        ("比二○○五年下降", 2005),
    ],
)
def test_the_year_a_figure_is_compared_with_is_no_deadline(phrase, year):
    mention = find_years(phrase, 0, len(phrase))[0]
    assert (mention.year, mention.kind) == (year, "baseline")


@pytest.mark.parametrize("phrase", ["自2023年起", "从2023年开始", "2023年起", "2023年1月起"])
def test_a_standing_duty_has_a_first_year(phrase):
    (mention,) = find_years(phrase, 0, len(phrase))
    assert (mention.year, mention.kind) == (2023, "since")


def test_a_span_of_years_gives_first_and_last():
    (mention,) = find_years("2023—2025年，每年新建", 0, 14)
    assert (mention.since, mention.year) == (2023, 2025)


def test_what_stood_at_a_past_date_is_past():
    (mention,) = find_years("截至2022年底，全市", 0, 12)
    assert mention.kind == "past"
