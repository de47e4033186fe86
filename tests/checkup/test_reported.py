"""What bodies report stands in a run beside what is computed."""

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from hetao.catalogue.entries import entries
from hetao.catalogue.naming import entry_called, variant_called
from hetao.checkup.observations import Measured, observations
from hetao.checkup.reported import is_reported, reported, rows_of
from hetao.indicators.measurement import Measurement, by_zone, no_findings

ZONES = gpd.GeoDataFrame(
    {"name": ["榆湾市", "东渠县", "西沙县"], "level": ["city", "county", "county"]},
    index=pd.Index(["159900", "159921", "159922"], name="zone"),
    geometry=[shapely.box(0, 0, 1, 1)] * 3,
    crs="EPSG:4523",
)
COLUMNS = ["indicator", "variant", "zone", "year", "value", "numerator", "denominator",
           "not_applicable"]  # fmt: skip


def figures(*rows: tuple[object, ...]) -> pd.DataFrame:
    return pd.DataFrame(list(rows), columns=COLUMNS)


def values(table: pd.DataFrame, indicator: str, variant: str = "official") -> pd.DataFrame:
    entry = entries()[indicator]
    rows = rows_of(table, year=2026)
    return reported(ZONES, rows, entry=entry, variant=entry.variants[variant], city="159900").values


def test_a_share_is_what_its_parts_make() -> None:
    # 24.84 of 90: 27.6 %, kept as 0.276
    table = figures(("装配式建筑占当年新建建筑面积比例", None, None, 2026, None, 24.84, 90, None))

    row = values(table, "prefabricated_floor_area_share").loc["159900"]

    assert (row["value"], row["numerator"], row["denominator"]) == (pytest.approx(0.276), 24.84, 90)


def test_a_value_is_taken_in_the_unit_of_the_indicator() -> None:
    table = figures(
        ("严重影响生产生活安全的易涝积水点数量", None, "东渠县", 2026, 3, None, None, None)
    )

    found = values(table, "severe_flood_points_left")

    assert found.loc["159921", "value"] == 3
    assert found.loc["159922", "reason"] == "not_reported"


def test_a_report_without_a_place_is_of_the_built_up_area_where_that_is_asked_for() -> None:
    zones = ZONES.assign(level=["city", "built_up_area", "county"])
    entry = entries()["dangerous_bridges"]
    table = figures(("城市危旧桥梁数量", None, None, 2026, 2, None, None, None))

    found = reported(
        zones, rows_of(table, year=2026), entry=entry, variant=entry.variants["official"],
        city="159900",
    ).values  # fmt: skip

    assert found["value"].tolist()[1] == 2
    assert found["reason"].tolist() == ["not_reported", "", "not_reported"]


def test_what_does_not_apply_is_neither_zero_nor_missing() -> None:
    table = figures(("轨道站点周边覆盖通勤比例", None, None, 2026, None, None, None, True))

    row = values(table, "rail_commuting_share").loc["159900"]

    assert row["reason"] == "not_applicable"
    assert pd.isna(row["value"])


def test_a_report_of_another_year_or_variant_is_not_taken() -> None:
    table = figures(
        ("老旧市政燃气管网改造完成率", "占当年计划", None, 2026, 80, None, None, None),
        ("老旧市政燃气管网改造完成率", None, None, 2025, 40, None, None, None),
    )
    entry = entries()["gas_main_renewal"]
    rows = rows_of(table, year=2026)

    assert is_reported(entry, entry.variants["plan"], rows)
    assert not is_reported(entry, entry.variants["official"], rows)
    assert values(table, "gas_main_renewal", "plan").loc["159900", "value"] == 0.8


@pytest.mark.parametrize(
    ("words", "id_"),
    [
        ("gas_main_renewal", "gas_main_renewal"),
        ("老旧燃气管网改造完成率", "gas_main_renewal"),  # its name of 2023
        (" 城市黑臭水体 数量", "black_water_bodies"),
    ],
)
def test_an_indicator_is_called_by_any_of_its_names(words: str, id_: str) -> None:
    found = entry_called(words)

    assert found is not None
    assert found.id == id_


def test_nobody_is_called_by_other_words() -> None:
    assert entry_called("没有这个指标") is None
    assert variant_called(entries()["gas_main_renewal"], "另一种") == "另一种"


def test_both_national_editions_are_whole() -> None:
    numbers = {
        edition: sorted(
            int(version.number)
            for entry in entries().values()
            if (version := entry.version(edition)) is not None
        )
        for edition in ("2025", "2023")
    }

    assert numbers["2025"] == list(range(1, 61))
    assert numbers["2023"] == list(range(1, 62))


def test_what_rests_on_a_parameter_nobody_has_seen_neither_passes_nor_fails():
    entry = entries()["sewage_collection_rate"]  # 45 g of BOD a head and day is from memory
    zones = gpd.GeoDataFrame(
        {"name": ["市", "区"], "level": ["city", "county"]},
        index=pd.Index(["1", "2"], name="zone"),
        geometry=[shapely.box(0, 0, 1, 1), shapely.box(0, 0, 1, 1)], crs="EPSG:4523",
    )  # fmt: skip
    values = by_zone(zones, numerator=pd.Series(80.0, zones.index),
                     denominator=pd.Series(100.0, zones.index))  # fmt: skip
    told = Measurement(values, no_findings(zones.crs), {"reported": ["2"]})
    version, variant = entry.version("2025"), entry.variants["official"]
    table = observations(Measured(entry, version, variant, told), zones, period="2026")
    assert list(table["state"]) == ["unknown", "met"]  # 80 % is above 70 %, as zone 2 reported
    assert list(table["verified"]) == [False, True]
