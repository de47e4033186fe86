"""Targets find the indicator that measures them, and no other."""

import pytest

from hetao.catalogue.entries import entries
from hetao.plan.ledger import Assignment, Document, Ledger, Measure, Target
from hetao.plan.linking import link, link_rules, linked, references


def test_every_link_is_an_indicator_of_the_catalogue() -> None:
    named = [(rule["link"], rule.get("variant", "")) for rule in link_rules()]
    named += [(t.link, t.variant) for ledger in references() for t in ledger.targets if t.link]

    for indicator, variant in named:
        assert indicator in entries()
        assert not variant or variant in entries()[indicator].variants


@pytest.mark.parametrize(
    ("indicator", "wanted"),
    [
        ("城市建成区道路网密度", "road_network_density"),
        ("城市轨道交通线路网密度", ""),
        ("城市公共供水管网漏损率", "water_leakage_rate"),
        ("供热管网漏损率", ""),
        ("农村自来水普及率", ""),
        ("燃气普及率", "gas_penetration_rate"),
        ("装配式建筑占新建建筑面积的比例", "prefabricated_floor_area_share"),
        ("新建公共建筑中装配式钢结构建筑占比", ""),
        ("森林覆盖率", ""),
    ],
)
def test_words_tell_the_indicator(indicator: str, wanted: str) -> None:
    assert link(Target("t1", "（一）", indicator, ">=")).get("link", "") == wanted


def test_the_raw_leakage_is_another_variant() -> None:
    target = Target("t1", "（一）", "供水管网综合漏损率", "<=")

    assert (link(target)["link"], link(target)["variant"]) == ("water_leakage_rate", "raw")


def test_the_highest_storeys_of_new_homes_are_measured_by_the_homes_above_them() -> None:
    target = Target("t1", "（一）", "旗县新建住宅", "<=", 18.0, "层")

    assert link(target)["link"] == "dwellings_above_18_storeys"
    assert not link(Target("t1", "（一）", "旗县新建住宅", "<=", 11.0, "层"))


def test_the_lead_body_owes_a_target_and_what_is_written_stays() -> None:
    measure = Measure(
        "m1", "（一）", "节水", "一",
        assignments=(Assignment("市水利局", "joint"), Assignment("市住建局", "lead")),
    )  # fmt: skip
    free = Target("t1", "（一）", "供水管网漏损率", "<=", 9.0, "%", measure_id="m1")
    written = Target("t2", "（一）", "供水管网漏损率", "<=", 9.0, "%", measure_id="m1",
                     link="gas_penetration_rate", owner="市财政局")  # fmt: skip
    ledger = Ledger(Document("某市实施方案"), (), (measure,), (free, written))

    one, other = linked(ledger).targets

    assert (one.link, one.owner) == ("water_leakage_rate", "市住建局")
    assert (other.link, other.owner) == ("gas_penetration_rate", "市财政局")
