"""A value is met or missed only where nothing unknown could turn it."""

import math

import pytest

from hetao.catalogue.entries import Benchmark, Source, Version, overridden

NAN = math.nan


def at_least(value: float, *, verified: bool = True) -> Benchmark:
    return Benchmark(">=", value, "标准", "条款", verified)


@pytest.mark.parametrize(
    ("value", "low", "high", "state"),
    [
        pytest.param(8.0, 8.0, 8.0, "met", id="exactly the benchmark meets it"),
        pytest.param(7.9, 7.9, 7.9, "missed", id="a little less misses it"),
        pytest.param(8.2, 7.9, 8.4, "unknown", id="the interval straddles it"),
        pytest.param(NAN, 8.1, 9.0, "met", id="all that may be is above"),
        pytest.param(NAN, 6.0, 7.0, "missed", id="all that may be is below"),
        pytest.param(NAN, NAN, NAN, "unknown", id="nothing is known"),
        pytest.param(NAN, 0.0, 9.0, "unknown", id="almost nothing is known"),
    ],
)
def test_at_least_eight(value: float, low: float, high: float, state: str):
    assert at_least(8).judge(value, low, high) == state


def test_an_unverified_benchmark_never_passes_or_fails():
    assert at_least(8, verified=False).judge(9, 9, 9) == "unknown"


@pytest.mark.parametrize(
    ("operator", "ten", "nine"),
    [(">", False, False), (">=", True, False), ("<", False, True), ("<=", True, True),
     ("=", True, False)],
)  # fmt: skip
def test_strict_and_soft_readings_differ_at_the_limit(operator: str, ten: bool, nine: bool):
    benchmark = Benchmark(operator, 10, "", "", verified=True)
    assert (benchmark.holds(10), benchmark.holds(9)) == (ten, nine)


def test_a_city_may_set_its_own_benchmark_and_is_named_for_it():
    version = Version("2025", "35", Source("手册", "指标35", verified=True), {"tolerance_m": 15},
                      at_least(8))  # fmt: skip
    own = overridden(
        version, {"benchmark": {"value": 8.5}, "parameters": {"tolerance_m": 20}, "source": "方案"}
    )
    assert own.benchmark is not None
    assert (own.benchmark.value, own.benchmark.operator, own.override) == (8.5, ">=", "方案")
    assert own.parameters == {"tolerance_m": 20}
    assert version.benchmark == at_least(8), "the standard's own version stays as it is"
