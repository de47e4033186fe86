"""Units of plans and of figures, converted by hand."""

import pytest

from hetao.plan.judging_units import converted, is_share


@pytest.mark.parametrize(
    ("value", "found", "wanted", "expected"),
    [
        pytest.param(900_000, "平方米", "万平方米", 90, id="900 000 m² are 90 of 10 000 m²"),
        pytest.param(0.9, "km²", "万平方米", 90, id="0.9 km² likewise"),
        pytest.param(8.5, "km/km²", "公里/平方公里", 8.5, id="density in either script"),
        pytest.param(0.0085, "m/m²", "公里/平方公里", 8.5, id="8.5 m on 1 000 m²"),
        pytest.param(3, "万户", "户", 30_000, id="scales belong to the unit"),
        pytest.param(3, "亩", "公顷", 0.2, id="15 亩 are a hectare"),
        pytest.param(5, "‰", "%", 0.5, id="per mille"),
        pytest.param(12, "处", "个", 12, id="things are counted alike"),
        pytest.param(4, "万", "个", 40_000, id="a bare scale counts things"),
        pytest.param(2, "亿吨标准煤", "吨标煤", 2e8, id="coal equivalent"),
        pytest.param(7, "PFlops", "PFlops", 7, id="an unknown unit equals itself"),
        pytest.param(14, "m² / 人", "平方米/人", 14, id="per head"),
    ],
)
def test_a_figure_is_the_same_in_another_unit(value, found, wanted, expected):
    assert converted(value, found, wanted) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("found", "wanted"),
    [("%", "公里"), ("", "%"), ("%", ""), ("户", "个"), ("百分点", "%"), ("PFlops", "EB")],
)
def test_units_of_different_things_are_never_guessed(found, wanted):
    assert converted(1, found, wanted) is None


def test_only_shares_are_shares():
    assert [is_share(unit) for unit in ("%", "‰", "", "公里", "百分点")] == [
        True, True, False, False, False,
    ]  # fmt: skip
