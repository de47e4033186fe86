"""A small made town with figures typed in by hand, for the tests of the documents."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from hetao.plan.judged import Assessment, Figure, Judged, Reading, ZoneState
from hetao.plan.ledger import Assignment, Clause, Document, Ledger, Measure, Section, Target
from hetao.report.view import RunView

CRS = "EPSG:4526"
LEFT, BELOW = 38_500_000.0, 4_510_000.0  # metres, by 40.7° N on the meridian 114° E
UNKNOWN = float("nan")
NO_LAND = "没有居住用地图层；请用 hetao load … --register land_use 载入"


def _box(west, south, width, height):
    return shapely.box(LEFT + west, BELOW + south, LEFT + west + width, BELOW + south + height)


@pytest.fixture(scope="session")
def zones():
    """A city of 4 × 3 km: 2 sub-districts, 12 communities of 1 km²."""
    rows = [("150800", "临水市", "city", None, _box(0, 0, 4000, 3000))]
    rows += [
        (f"15080{side}", name, "subdistrict", "150800", _box(2000 * (side - 1), 0, 2000, 3000))
        for side, name in ((1, "西城街道"), (2, "东城街道"))
    ]
    for column in range(4):
        for row in range(3):
            code = f"1508{column + 1}{row}"
            name = "永济曙光北环长春利民河畔学府新华金川团结西郊城关"[2 * (3 * column + row) :][:2]
            parent = "150801" if column < 2 else "150802"
            shape = _box(1000 * column, 1000 * row, 1000, 1000)
            rows.append((code, f"{name}社区", "community", parent, shape))
    table = pd.DataFrame(rows, columns=["id", "name", "level", "parent", "geometry"])
    frame = gpd.GeoDataFrame(table, crs=CRS).to_crs(4490)
    return frame.set_index("id", drop=False).rename_axis("zone")


@pytest.fixture(scope="session")
def town_registers():
    """A grid of streets, a river, a park, a railway and rows of houses."""
    streets = []
    for step in range(0, 4001, 250):
        kind = "arterial" if step % 2000 == 0 else "secondary" if step % 1000 == 0 else "branch"
        streets.append((kind, shapely.LineString([(step, 0), (step, 3000)])))
    for step in range(0, 3001, 250):
        kind = "expressway" if step == 1000 else "lane" if step % 500 else "branch"
        streets.append((kind, shapely.LineString([(0, step), (4000, step)])))
    houses = [
        _box(column * 250 + 40, row * 250 + 40 + 60 * part, 170, 25)
        for column in range(16)
        for row in range(12)
        for part in range(3)
    ]
    river = shapely.LineString([(0, 600), (1200, 900), (2500, 500), (4000, 800)]).buffer(60)

    def layer(geometry, **columns):
        moved = [
            shapely.transform(shape, lambda xy: xy + np.array([LEFT, BELOW])) for shape in geometry
        ]
        return gpd.GeoDataFrame(columns, geometry=moved, crs=CRS).to_crs(4490)

    return {
        "roads": layer([line for _, line in streets], **{"class": [kind for kind, _ in streets]}),
        "water": layer([river], kind=["river"]),
        "parks": layer([shapely.box(1520, 1520, 1980, 1980)], kind=["park"]),
        "railways": layer([shapely.LineString([(0, 2900), (4000, 2600)])], kind=["rail"]),
        "land_use": layer([shapely.box(20, 1020, 1980, 2980)], use=["residential"]),
        "buildings": gpd.GeoDataFrame(
            {"use": "residential"}, index=range(len(houses)), geometry=houses, crs=CRS
        ).to_crs(4490),
    }


def observed(zones, *, indicator, values, **facts):
    """Return observations of all zones; `values` is (value, low, high, state) by zone."""
    known = {"edition": "2025", "number": "25", "variant": "official", "period": "2026",
             "unit": "%", "numerator_unit": "m²", "denominator_unit": "m²", "grade": "C",
             "verified": True, "benchmark": UNKNOWN, "benchmark_operator": "",
             "formula_zh": "服务半径覆盖的居住用地 ÷ 居住用地", "formula_en": "served ÷ all",
             "parameters": '{"radius_m": 500}', "source": "城市体检工作手册（试行） 指标25",
             "benchmark_source": "", "name_zh": indicator, "name_en": indicator}  # fmt: skip
    rows = []
    for code, zone in zones.iterrows():
        value, low, high, state = values(code, zone)
        missing = np.isnan(value) and np.isnan(low)
        rows.append({
            "indicator": indicator, "zone": code, "zone_name": zone["name"], "level": zone["level"],
            "value": value, "low": low, "high": high, "state": state,
            "numerator": value * 1e4 if not missing else UNKNOWN,
            "denominator": 1e6 if not missing else UNKNOWN,
            "reason": "no_residential_land" if missing else "",
            "reason_zh": NO_LAND if missing else "",
            "reason_en": "no residential land is known" if missing else "",
            **known, **facts,
        })  # fmt: skip
    return pd.DataFrame(rows)


def _parks(shift):
    def values(code, zone):
        if zone["level"] == "community" and code in {"150811", "150830"}:
            return UNKNOWN, UNKNOWN, UNKNOWN, "unknown"
        value = 78.6 if zone["level"] != "community" else 40.0 + 5 * (int(code[4:]) % 13)
        value -= shift
        return value, value - 3.3, min(value + 0.9, 100), "met" if value >= 85 else "missed"

    return values


@pytest.fixture(scope="session")
def town_observations(zones):
    standard = {"benchmark": 85.0, "benchmark_operator": ">="}
    named = {"name_zh": "公园绿化活动场地服务半径覆盖率"}
    tables = [
        observed(zones, indicator="park_service_coverage", values=_parks(shift), variant=variant,
                 **standard, **named)
        for variant, shift in (("official", 0), ("network", 14.7), ("people", 7.2))
    ]  # fmt: skip
    tables.append(
        observed(
            zones, indicator="road_network_density", name_zh="城市道路网密度", number="35",
            unit="km/km²", numerator_unit="m", benchmark=8.0, benchmark_operator=">=",
            values=lambda *_: (8.1, 7.9, 8.3, "unknown"), parameters='{"classes": ["branch"]}',
        )
    )  # fmt: skip
    tables.append(
        observed(
            zones, indicator="road_network_density", name_zh="城市道路网密度", number="（五）",
            unit="km/km²", numerator_unit="m", benchmark=8.5, benchmark_operator=">=",
            values=lambda *_: (8.1, 7.9, 8.3, "missed"), edition="巴政办发〔2023〕71号",
        )
    )  # fmt: skip
    tables.append(
        observed(zones, indicator="greenway_coverage", name_zh="绿道服务半径覆盖率", number="32",
                 values=lambda *_: (UNKNOWN, UNKNOWN, UNKNOWN, "unknown"), **standard)
    )  # fmt: skip
    tables.append(
        observed(zones, indicator="dead_end_roads", name_zh="断头路", number="", unit="条",
                 edition="local", numerator_unit="条", denominator_unit="", verified=False,
                 values=lambda *_: (3.0, 3.0, 3.0, "none"))
    )  # fmt: skip
    for index, (kind, name) in enumerate((("primary_school", "小学"), ("wet_market", "菜市场"))):
        tables.append(
            observed(
                zones, indicator=f"facility_coverage.{kind}", name_zh=f"{name}服务覆盖率",
                edition="GB 50180-2018", number=kind, verified=bool(index),
                values=lambda code, _: (
                    (UNKNOWN, UNKNOWN, UNKNOWN, "unknown") if code == "150811"
                    else (60.0 + int(code[-2:]), 55.0, 99.0, "none")
                ),
            )
        )  # fmt: skip
    return pd.concat(tables, ignore_index=True)


@pytest.fixture(scope="session")
def town_findings(zones):
    communities = zones[zones["level"] == "community"].to_crs(CRS)
    found = communities.head(7)

    def findings(indicator, geometry, remedy, sentence):
        count = len(found)
        return gpd.GeoDataFrame(
            {
                "indicator": indicator, "edition": "2025", "variant": "official",
                "feature": [f"{indicator}-{row}" for row in range(count)],
                "zone": found.index.to_numpy(), "zone_name": found["name"].to_numpy(),
                "severity": np.linspace(0.1, 0.9, count), "remedy": remedy,
                "why_zh": [f"{name}{sentence}" for name in found["name"]],
                "why_en": "land unserved",
            },
            geometry=geometry, crs=CRS,
        ).to_crs(4490)  # fmt: skip

    centres = found.centroid
    return {
        "park_service_coverage": findings(
            "park_service_coverage", centres.buffer(180).to_numpy(), "best_effort",
            " 3.1 公顷居住用地 500 米内没有公园，最近一处在 812 米外",
        ),
        "dead_end_roads": findings(
            "dead_end_roads",
            [shapely.LineString([(p.x, p.y), (p.x + 200, p.y + 60)]) for p in centres],
            "deadline", "有一条 209 米的断头路，接通后绕行可少 640 米",
        ),
    }  # fmt: skip


@pytest.fixture(scope="session")
def town(zones, town_registers, town_observations, town_findings):
    """One run of a made town: met, missed, unknown, unverified, three variants, findings."""
    checklist = pd.DataFrame(
        [
            {"zone": code, "kind": kind, "kind_zh": name, "level": "15", "present": present,
             "nearest_m": metres, "radius_m": 1000.0, "verified": True}
            for code in zones.index[zones["level"] == "community"]
            for kind, name, present, metres in (
                ("primary_school", "小学", True, 320.0), ("wet_market", "菜市场", False, 1480.0),
                ("post_office", "邮政营业场所", False, UNKNOWN),
            )
        ]
    )  # fmt: skip
    manifest = {
        "hetao": "0.1.0", "city": {"name": "临水市", "code": "150800"}, "snapshot": "2026-06-30",
        "snapshot_digest": "a" * 64, "catalogue_digest": "b" * 64, "edition": "2025",
        "edition_zh": "城市体检（2025年版，60项）", "period": "2026", "date": "2026-06-30",
        "made_place": True, "map_approval": "",
        "sources": [{
            "name": "streets", "file": "linshui.osm.pbf", "sha256": "c" * 64,
            "attribution": "© OpenStreetMap 贡献者", "licence": "ODbL 1.0",
            "registers": {"roads": 30, "buildings": 576}, "faults": ["道路：3 条没有等级"],
        }],
        "quality": [
            {"id": "storeys", "name_zh": "有层数的建筑占比", "value": 12.0, "low": 0, "high": 100,
             "plausible": [60, 100], "state": "behind", "unit": "%",
             "text_zh": "多数建筑没有层数，涉及层数的指标只能给出区间。"},
            {"id": "land_use", "name_zh": "用地图层覆盖建成区", "value": 96.0,
             "plausible": [80, 100], "state": "met", "unit": "%", "text_zh": "用地图层基本完整。"},
        ],
        "facts": {"dead_end_roads": {"official": {"roads_without_class": 3}}},
        "versions": {"numpy": "2.4.6", "shapely": "2.2.0"},
    }  # fmt: skip
    return RunView(town_observations, town_findings, manifest, town_registers, zones, checklist)


@pytest.fixture(scope="session")
def bare_town(town, zones):
    """A run of one zone, nothing loaded but the boundary, nothing found, nothing known."""
    city = zones.head(1)
    table = observed(
        city, indicator="greenway_coverage", name_zh="绿道服务半径覆盖率", number="32",
        values=lambda *_: (UNKNOWN, UNKNOWN, UNKNOWN, "unknown"), benchmark=85.0,
        benchmark_operator=">=",
    )  # fmt: skip
    kept = ("hetao", "city", "snapshot", "edition", "date")
    manifest = {key: town.manifest[key] for key in kept} | {"made_place": False}
    return RunView(table, {}, manifest, {}, city)


SUPPLY = "更换老旧供水管网，到2025年，供水管网漏损率控制在10%以内。"
VILLAGES = "推进城乡供水一体化，各县区农村集中供水率达到90%以上。"


def _target(number, measure, indicator, wanted, year=2025, **facts):
    operator, value, unit = wanted
    sentence = facts.pop("sentence", f"到{year}年，{indicator}的要求写在这里。")
    return Target(
        f"t{number}", measure, indicator, operator, value, unit, year, sentence=sentence, **facts
    )


@pytest.fixture(scope="session")
def made_plan():
    """A made plan: 3 sections, 5 measures, 9 targets, one body with a name no sheet may have."""
    county = Assignment("各县区人民政府", "county", named=False, clauses=())
    measures = (
        Measure(
            "m1", "（一）", "织密道路网络", "二",
            clauses=(Clause(1, "（市住建局牵头，市交通局按职责分工负责）"),),
            assignments=(
                Assignment("市住建局", "lead"), Assignment("市交通局", "joint"), county,
            ),
        ),
        Measure(
            "m2", "（二）", "守护城乡饮水", "二",
            clauses=(
                Clause(1, "（市水务局牵头）", SUPPLY),
                Clause(2, "（市农牧局牵头，市财政局配合）", VILLAGES),
            ),
            assignments=(
                Assignment("市水务局", "lead", clauses=(1,)),
                Assignment("市农牧局", "lead", clauses=(2,)),
                Assignment("市财政局", "support", clauses=(2,)), county,
            ),
        ),
        Measure(
            "m3", "（三）", "增加公园绿地", "三", flags=("open_ended", "no_lead"),
            clauses=(Clause(1, "（市园林中心等负责）", flags=("open_ended", "no_lead")),),
            assignments=(Assignment("市园林中心", "joint"), county),
        ),
        Measure(
            "m4", "（四）", "收集处理污水", "三",
            clauses=(Clause(1, "（市水务局负责）"),),
            assignments=(Assignment("市水务局", "joint"),),
        ),
        Measure(
            "m5", "（五）", "讲好更新故事", "三",
            clauses=(Clause(1, "（市委宣传部/文明办牵头）"),),
            assignments=(Assignment("市委宣传部/文明办", "lead"),),
        ),
    )  # fmt: skip
    targets = (
        _target(1, "一", "城市面貌", ("aim", None, ""), flags=("needs_definition",),
                confidence="low", sentence="到2025年，城市面貌明显改善。"),
        _target(2, "（一）", "城市道路网密度", (">=", 8.0, "公里/平方公里"), measure_id="m1",
                owner="市住建局", link="road_network_density", variant="official",
                sentence="到2025年，城市道路网密度达到8公里/平方公里以上。"),
        _target(3, "（一）", "停车泊位", ("=", 1200.0, "个"), 2027, measure_id="m1",
                counting="cumulative", owner="市交通局"),
        _target(4, "（二）", "供水管网漏损率", ("<=", 10.0, "%"), measure_id="m2", owner="市水务局",
                sentence=SUPPLY),
        _target(5, "（二）", "农村集中供水率", (">=", 90.0, "%"), measure_id="m2", by_county=True,
                scope="各县区", owner="市农牧局", sentence=VILLAGES),
        _target(6, "（三）", "人均公园绿地面积", (">=", 12.0, "平方米"), 2027, measure_id="m3",
                soft=True, soft_word="力争"),
        _target(7, "（三）", "建成区绿化覆盖率", (">", 40.0, "%"), 2027, measure_id="m3"),
        _target(8, "（四）", "污水集中收集率", (">", 70.0, "%"), measure_id="m4"),
        _target(9, "（四）", "水质达标率", (">=", 195.0, "%"), measure_id="m4",
                flags=("above_100",), written="水质达标率达到195%"),
    )  # fmt: skip
    sections = (
        Section("s1", "一", "总体要求"), Section("s2", "二", "补齐设施短板"),
        Section("s3", "三", "改善生态环境"),
    )  # fmt: skip
    document = Document(
        "临水市城市更新行动方案", "临政发〔2024〕5号", "临水市人民政府", "2024-03-01"
    )
    return Ledger(document, sections, measures, targets)


def _figures(indicator, unit, values, **facts):
    """Return a series of figures of the whole city; `values` is year: value."""
    said = {"zone": "150800", "zone_name": "临水市", "grade": "A", "reported_by": "市统计局"}
    return tuple(
        Figure(indicator, year, value, unit, **{**said, **facts}) for year, value in values.items()
    )


def _county(code, name, value, state, **facts):
    (figure,) = _figures("rural_water", "%", {2025: value}, zone=code, zone_name=name)
    return ZoneState(code, name, state, figure if value is not None else None, **facts)


@pytest.fixture(scope="session")
def made_assessment(made_plan):
    """The made plan judged at the end of 2025: every state, worked out by hand."""
    streets = _figures("road_network_density", "公里/平方公里", {2023: 7.2, 2025: 7.6},
                       source="run", origin="2025-12-31-2025", grade="C", edition="2025",
                       variant="official", reported_by="")  # fmt: skip
    parking = _figures("停车泊位", "个", {2024: 600.0, 2025: 900.0})
    leakage = _figures("water_leakage", "%", {2023: 12.4, 2025: 10.0}, reported_by="市水务局")
    parks = _figures("park_area", "平方米", {2024: 10.8, 2025: 11.0}, verified=False, low=10.6,
                     high=11.3, grade="D")  # fmt: skip
    green = _figures("greenery_coverage", "%", {2024: 38.5, 2025: 38.0})
    facts = {
        "t1": {"state": "cannot_tell", "reason": "no_definition", "final": True,
               "facts": {"indicator": "城市面貌"}},
        "t2": {"state": "not_met", "final": True, "figure": streets[-1], "series": streets,
               "gap": 0.4, "pace": 0.2, "measured_by": "城市道路网密度"},
        "t3": {"state": "on_track", "figure": parking[-1], "series": parking, "gap": 300.0,
               "pace": 300.0, "pace_needed": 150.0, "measured_by": "停车泊位"},
        "t4": {"state": "met", "final": True, "figure": leakage[-1], "series": leakage, "gap": 0.0,
               "pace": -1.2, "measured_by": "供水管网漏损率",
               "readings": (Reading("words", "<=", 10.0, "met"),
                            Reading("strict", "<", 10.0, "not_met"))},
        "t5": {"state": "met_in_part", "final": True, "measured_by": "农村集中供水率",
               "zones": (_county("150821", "东河县", 93.0, "met"),
                         _county("150822", "西岭县", 82.5, "not_met"),
                         _county("150802", "北滩区", None, "cannot_tell",
                                 reason="no_observation"))},
        "t6": {"state": "behind", "figure": parks[-1], "series": parks, "gap": 1.0, "pace": 0.2,
               "pace_needed": 0.5, "measured_by": "人均公园绿地面积"},
        "t7": {"state": "deteriorating", "figure": green[-1], "series": green, "gap": 2.0,
               "pace": -0.5, "pace_needed": 1.0, "measured_by": "建成区绿化覆盖率"},
        "t8": {"state": "cannot_tell", "reason": "no_observation", "final": True,
               "measured_by": "污水集中收集率",
               "facts": {"year": 2025, "why_zh": "", "measured_by": "污水集中收集率"}},
        "t9": {"state": "cannot_tell", "reason": "damaged", "final": True,
               "facts": {"written": "水质达标率达到195%", "flags_zh": "比率超过100"}},
    }  # fmt: skip
    measures = {measure.id: measure for measure in made_plan.measures}
    judged = tuple(
        Judged(target=target, measure=measures.get(target.measure_id), **facts[target.id])
        for target in made_plan.targets
    )
    return Assessment(
        "临政发〔2024〕5号", made_plan.document, 2025, judged, city="临水市",
        snapshot="2025-12-31", runs=("2025-12-31-2025",),
    )  # fmt: skip
