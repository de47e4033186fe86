"""Weights that make those who answered look like those who live there."""

import numpy as np
import pandas as pd
import pytest

from hetao.collection.raking import design_effect, raked


def people(table: list[list[int]]) -> tuple[pd.Series, pd.DataFrame]:
    """Return one row per answer of a table of counts, each with the weight 1."""
    rows = [
        (str(row), str(column))
        for row, counts in enumerate(table)
        for column, count in enumerate(counts)
        for _ in range(count)
    ]
    groups = pd.DataFrame(rows, columns=["row", "column"])
    return pd.Series(1.0, index=groups.index), groups


def by_row(*shares: float) -> dict[str, float]:
    return {str(row): share for row, share in enumerate(shares)}


def test_a_two_by_two_table_keeps_its_odds_and_meets_its_margins():
    # Counts 6 1 / 1 1 have the odds ratio 6; the only table of 100 with rows 60, 40, columns
    # 50, 50 and that ratio is 40 20 / 10 30 (40·30 = 6·20·10). Of 9 answers: 3.6 1.8 / 0.9 2.7.
    weights, groups = people([[6, 1], [1, 1]])
    fitted = raked(weights, groups, {"row": by_row(60, 40), "column": by_row(50, 50)})
    cells = fitted.weights.groupby([groups["row"], groups["column"]]).sum()
    assert cells.tolist() == pytest.approx([3.6, 1.8, 0.9, 2.7], abs=1e-4)
    assert fitted.converged
    assert fitted.empty == ()
    # Σw² = 6·0.6² + 1.8² + 0.9² + 2.7² = 13.5; 9 · 13.5 / 9² = 1.5
    assert fitted.design_effect == pytest.approx(1.5, abs=1e-4)


def test_the_four_by_four_example_of_the_encyclopaedia():
    # Wikipedia, "Iterative proportional fitting", Example: the table after three rounds, whose
    # rows are off by up to 0.15; hence the tolerance.
    seed = [[40, 30, 20, 10], [35, 50, 100, 75], [30, 80, 70, 120], [20, 30, 40, 50]]
    expected = [[64.61, 46.28, 35.42, 3.83], [49.95, 68.15, 156.49, 25.37],
                [56.70, 144.40, 145.06, 53.76], [28.74, 41.18, 63.03, 17.03]]  # fmt: skip
    weights, groups = people(seed)
    targets = {"row": by_row(150, 300, 400, 150), "column": by_row(200, 300, 400, 100)}
    fitted = raked(weights * 1000 / 800, groups, targets)
    cells = fitted.weights.groupby([groups["row"], groups["column"]]).sum()
    assert cells.to_numpy().reshape(4, 4) == pytest.approx(np.array(expected), abs=0.15)


def test_weights_stay_as_they_are_where_the_margins_hold_already():
    weights, groups = people([[2, 2], [2, 2]])
    fitted = raked(weights, groups, {"row": by_row(1, 1), "column": by_row(3, 3)})
    assert fitted.weights.tolist() == [1.0] * 8
    assert fitted.rounds == 0


def test_a_group_that_nobody_answered_from_is_named_and_left_to_the_others():
    weights, groups = people([[1, 1], [1, 1]])
    fitted = raked(weights, groups, {"row": by_row(10, 30, 60)})
    assert fitted.empty == (("row", "2"),)
    assert fitted.converged
    assert fitted.weights.tolist() == pytest.approx([0.5, 0.5, 1.5, 1.5])  # 10 to 30, of 4


def test_who_did_not_say_keeps_the_weight():
    weights, groups = people([[1, 1], [1, 1]])
    groups.loc[3, "row"] = None
    fitted = raked(weights, groups, {"row": by_row(1, 1)})
    # three answers said: 1.5 for the two of the first row, 1.5 for the one of the second
    assert fitted.weights.tolist() == pytest.approx([0.75, 0.75, 1.5, 1.0])


def test_margins_that_contradict_each_other_do_not_converge():
    # all of row 0 is column 0 and all of row 1 column 1: 60:40 and 50:50 cannot both hold
    weights, groups = people([[2, 0], [0, 2]])
    fitted = raked(weights, groups, {"row": by_row(60, 40), "column": by_row(50, 50)}, rounds=50)
    assert not fitted.converged
    assert fitted.rounds == 50


def test_trimmed_weights_stay_under_the_limit_and_keep_their_sum():
    weights, groups = people([[1], [9]])
    fitted = raked(weights, groups, {"row": by_row(1, 1)}, trim=3.0, rounds=50)
    assert fitted.weights.max() <= 3.0 + 1e-9  # untrimmed, the one of row 0 would weigh 5
    assert fitted.weights.sum() == pytest.approx(10.0)
    assert not fitted.converged


def test_without_answers_there_is_nothing_to_weigh():
    weights, groups = people([[]])
    fitted = raked(weights, groups, {"row": by_row(1, 1)})
    assert fitted.weights.empty
    assert np.isnan(fitted.design_effect)


def test_one_answer_that_weighs_three_times_another_costs_a_quarter():
    # cv² = (1/2)² with the weights 1, 3 around 2
    assert design_effect(np.array([1.0, 3.0])) == pytest.approx(1.25)
