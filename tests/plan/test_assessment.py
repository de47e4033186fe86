"""A plan judged by a workspace's figures: made ledgers, states worked out by hand."""

from pathlib import Path
from typing import Any

import pytest

from hetao.plan.assessment import assess, assess_city
from hetao.plan.figures import CHECKUPS, Figures, figures_of
from hetao.plan.judged import Figure, Judged
from hetao.plan.ledger import Document, Ledger, Measure, Target
from hetao.plan.store import Plan
from hetao.registers.loading import load_source
from hetao.registers.workspace import City, new_workspace

COUNTIES = {"159902": "甲区", "159921": "乙县", "159922": "丙旗"}
DOCUMENT = Document("榆湾市实施方案", number="榆政〔2023〕1号", issuer="榆湾市人民政府")
SEWAGE = "rural_sewage_treatment_rate"


def figure(indicator: str, year: int, value: float, unit: str = "%", **more: Any) -> Figure:
    return Figure(indicator, year, value, unit, **({"zone": "159900", "level": "city"} | more))


def county(code: str, above: float, below: float, indicator: str = SEWAGE) -> Figure:
    return figure(
        indicator, 2025, 100 * above / below, zone=code, zone_name=COUNTIES[code], level="county",
        numerator=above, denominator=below,
    )  # fmt: skip


def judged(target: Target, *known: Figure, city: str = "榆湾市", year: int = 2026) -> Judged:
    figures = Figures(city, "159900", COUNTIES if city == "榆湾市" else {}, known)
    measure = Measure("m1", "（一）", "措施", "一")
    ledger = Ledger(DOCUMENT, (), (measure,), (target,))
    [only] = assess(ledger, figures, year=year).judged
    return only


def sewage(**more: Any) -> Target:
    told = {"scope": "", "link": SEWAGE, "year": 2025, "measure_id": "m1"} | more
    return Target("t1", "（一）", "农村生活污水治理率", ">=", 40.0, "%", **told)


def test_counties_are_summed_and_not_averaged() -> None:
    # 50 of 100, 30 of 100, 10 of 50: 90 of 250 is 36 %; the mean of the rates would be 33.3 %
    found = judged(
        sewage(),
        county("159902", 50, 100), county("159921", 30, 100), county("159922", 10, 50),
    )  # fmt: skip

    assert found.figure is not None
    assert found.figure.value == pytest.approx(36.0)
    assert found.state == "not_met"
    assert [zone.state for zone in found.zones] == ["met", "not_met", "not_met"]


def test_a_target_of_each_county_is_met_in_part() -> None:
    found = judged(
        sewage(by_county=True),
        county("159902", 50, 100), county("159921", 30, 100), county("159922", 45, 50),
    )  # fmt: skip

    assert found.state == "met_in_part"
    assert (found.facts["met"], found.facts["missed"]) == ("甲区、丙旗", "乙县")


def test_a_county_that_says_nothing_leaves_the_rest_unknown() -> None:
    found = judged(sewage(scope="各旗县区"), county("159902", 50, 100), county("159922", 45, 50))

    assert (found.state, found.reason) == ("cannot_tell", "counties_unknown")
    assert found.facts["unknown"] == "乙县"


def test_a_figure_of_one_county_is_none_of_the_whole_city() -> None:
    found = judged(sewage(scope="全市"), figure(SEWAGE, 2025, 90.0), city="乙县")

    assert (found.state, found.reason) == ("cannot_tell", "other_place")
    assert [(zone.zone_name, zone.state) for zone in found.zones] == [("乙县", "met")]


def test_a_target_of_one_county_takes_the_figure_of_that_county() -> None:
    found = judged(sewage(scope="乙县"), county("159902", 90, 100), county("159921", 30, 100))

    assert found.state == "not_met"
    assert found.figure is not None
    assert found.figure.zone_name == "乙县"


def test_figures_reported_by_the_words_of_the_target_count() -> None:
    free = Target("t1", "（一）", "再生水利用率", ">=", 25.0, "%", 2025, measure_id="m1")

    assert judged(free, figure("再生水利用率", 2025, 26.0)).state == "met"
    assert judged(free).reason == "not_linked"


def test_banners_and_counties_leave_the_districts_out() -> None:
    storeys = Target(
        "t1", "（一）", "旗县新建住宅", "<=", 18.0, "层", scope="旗县", measure_id="m1",
        link="dwellings_above_18_storeys", by_county=True,
    )  # fmt: skip
    homes = [
        figure("dwellings_above_18_storeys", 2026, value, "栋", zone=code, zone_name=name,
               level="county", variant="official")
        for (code, name), value in zip(COUNTIES.items(), (30.0, 0.0, 0.0), strict=True)
    ]  # fmt: skip

    found = judged(storeys, *homes)

    assert found.state == "met"
    assert [zone.zone_name for zone in found.zones] == ["乙县", "丙旗"]


def test_18_storeys_and_above_is_another_reading_of_18_at_most() -> None:
    storeys = Target(
        "t1", "（一）", "新建住宅", "<=", 18.0, "层", measure_id="m1",
        link="dwellings_above_18_storeys",
    )  # fmt: skip
    name = "dwellings_above_18_storeys"

    found = judged(
        storeys,
        figure(name, 2026, 0.0, "栋", variant="official"),
        figure(name, 2026, 4.0, "栋", variant="loose"),
    )

    assert [(r.name, r.operator, r.state) for r in found.readings] == [
        ("words", "<=", "met"),
        ("strict", "<", "not_met"),
    ]


def test_the_city_proper_is_judged_by_its_built_up_area() -> None:
    roads = Target(
        "t1", "（一）", "城市道路网密度", ">=", 8.0, "公里/平方公里", 2025, measure_id="m1",
        link="road_network_density",
    )  # fmt: skip

    found = judged(
        roads,
        figure("road_network_density", 2025, 0.9, "km/km²"),
        figure("road_network_density", 2025, 8.2, "km/km²", level="built_up_area", zone="b"),
    )

    assert found.state == "met"


def test_a_checkup_a_year_is_met_by_one_in_the_year() -> None:
    yearly = Target("t1", "（一）", "体检", "=", 1.0, measure_id="m1", link=CHECKUPS)

    assert judged(yearly, figure(CHECKUPS, 2026, 1.0, "次")).state == "met"


def test_what_people_report_in_a_table_is_found_by_name_and_place(tmp_path: Path) -> None:
    workspace = new_workspace(tmp_path / "city", City("巴彦淖尔市", "150800"))
    table = tmp_path / "figures.csv"
    table.write_text(
        "指标,旗县区,年份,指标值,单位,分子,分母\n"
        "城镇燃气普及率,,2025,95.6,%,,\n"
        "农村牧区生活污水治理率,五原县,2025,,%,20,80\n"
        "自定指标,全市,2024,12,万吨,,\n",
        "utf-8",
    )
    load_source(workspace, table, register="reported_figures")

    figures = figures_of(workspace.root)

    assert [(f.indicator, f.level, f.zone, f.value) for f in figures.all] == [
        ("gas_penetration_rate", "city", "150800", 95.6),
        (SEWAGE, "county", "150821", 25.0),
        ("自定指标", "city", "150800", 12.0),
    ]
    assert len(figures.counties) == 7


def test_a_plan_outside_of_a_workspace_cannot_be_told(tmp_path: Path) -> None:
    ledger = Ledger(DOCUMENT, (), (Measure("m1", "（一）", "措施", "一"),), (sewage(),))

    assessment = assess_city(tmp_path, Plan(tmp_path, ledger), year=2026)

    assert assessment.counts["cannot_tell"] == 1
