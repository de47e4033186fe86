"""What the departments of the demo city have in their registers, five years of it."""

import csv
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pyogrio
import shapely
from numpy.typing import NDArray

from hetao.demo import plan
from hetao.demo.inspections import (
    Row,
    district_rows,
    dwelling_rows,
    estate_rows,
    every,
    road_rows,
)
from hetao.demo.placing import placed
from hetao.demo.survey import survey_rows
from hetao.fixed import fixed_gdal_date
from hetao.registers.definition import STORAGE_CRS, Field, Register, registers

if TYPE_CHECKING:
    from hetao.demo.city import MadeCity

YEARS = (2022, 2023, 2024, 2025, 2026)
BUILT = "159902.built"
CORE = "159902"
URBAN = 206_000
PEERS = {
    "emergency_water_rate": (40, 45, 50, 55, 70),
    "hazardous_works_monitored": (92, 95, 97, 98, 99),
}
"""Figures of five made cities; the city is above the middle of the first, below the second."""

BUILT_KM2 = 21.4

DEPTH_M = {"water_pipes": 1.5, "drainage_pipes": 1.8, "gas_pipes": 0.9, "heat_pipes": 1.0}
"""From the ground to the top of the shallowest pipe of each kind."""


def department_registers(city: "MadeCity", date: str) -> Mapping[str, Sequence[Row]]:
    """Return the rows of every register that bodies, inspectors and residents fill, by register."""
    zones = city.zones
    communities = [zone for zone in zones if zone.level == "community"]
    compounds = [zone for zone in zones if zone.level == "compound"]
    rows: dict[str, Sequence[Row]] = {
        "dwelling_inspections": dwelling_rows(city.blocks, date),
        "compound_inspections": estate_rows(city.blocks, zones, date),
        "block_inspections": district_rows(zones, date),
        "road_inspections": road_rows(zones, city.streets, date),
        "survey_answers": survey_rows(zones, date),
        "compounds": [
            {"id": zone.code, "name": zone.name, "zone": zone.code} for zone in compounds
        ],
        "communities": [
            {"id": zone.code, "name": zone.name, "zone": zone.code,
             "residents": round(zone.persons), "households": zone.households}
            for zone in communities
        ],
        **_networks(),
        **_yearly(),
        **_lists([zone.code for zone in communities]),
        **_projects(),
        "peer_figures": [
            {"id": f"{name}{peer}", "city": peer, "indicator": name, "year": 2025, "value": value}
            for name, figures in PEERS.items()
            for peer, value in zip("甲乙丙丁戊", figures, strict=True)
        ],
    }  # fmt: skip
    return placed(city, rows)


def write_departments(
    rows: Mapping[str, Sequence[Row]], folder: Path, *, date: str
) -> dict[str, Path]:
    """
    Write each register as its department keeps it, under Chinese titles.

    Things at points stand in tables with their longitude and latitude; lines and areas come
    from the department's GIS.

    Parameters
    ----------
    date : str
        The date that GIS files bear.
    """
    folder.mkdir(parents=True, exist_ok=True)
    paths = {}
    with fixed_gdal_date(date):
        for id_, table in rows.items():
            register = registers()[id_]
            drawn = any(not isinstance(row.get("place", _NOWHERE), shapely.Point) for row in table)
            paths[id_] = folder / f"{register.name_zh}.{'gpkg' if drawn else 'csv'}"
            (_write_layer if drawn else _write_table)(paths[id_], register, table)
    return paths


_NOWHERE = shapely.Point()


def _used(register: Register, rows: Sequence[Row]) -> list[Field]:
    return [field for field in register.fields if any(field.name in row for row in rows)]


def _write_table(path: Path, register: Register, rows: Sequence[Row]) -> None:
    used = _used(register, rows)
    placed = any("place" in row for row in rows)
    degrees = shapely.get_coordinates(_degrees(rows)) if placed else np.empty((len(rows), 0))
    with path.open("w", encoding="gb18030", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([field.title_zh for field in used] + (["经度", "纬度"] if placed else []))
        for row, at in zip(rows, degrees.tolist(), strict=True):
            writer.writerow([_shown(field.values, row.get(field.name)) for field in used] + at)


def _write_layer(path: Path, register: Register, rows: Sequence[Row]) -> None:
    columns = {
        field.title_zh: [_shown(field.values, row.get(field.name)) for row in rows]
        for field in _used(register, rows)
    }
    frame = gpd.GeoDataFrame(columns, geometry=_degrees(rows), crs=STORAGE_CRS)
    path.unlink(missing_ok=True)
    pyogrio.write_dataframe(frame, path)


def _shown(titles: Mapping[str, str], value: Any) -> Any:  # noqa: ANN401
    if isinstance(value, bool):
        return "是" if value else "否"
    return titles.get(value, value) if isinstance(value, str) else value


def _degrees(rows: Sequence[Row]) -> NDArray[np.object_]:
    return plan.to_degrees(np.array([row["place"] for row in rows], dtype=object))


def _numbered(mark: str, rows: Iterable[Row]) -> list[Row]:
    return [{"id": f"{mark}{number:03d}", **row} for number, row in enumerate(rows, start=1)]


def _networks() -> dict[str, list[Row]]:
    """Return 40 pipes of each kind of 2.5 km: 100 km; every tenth is older than twenty years."""
    found: dict[str, list[Row]] = {}
    monitored = {"water_pipes": 5, "drainage_pipes": 8, "gas_pipes": 4, "heat_pipes": 10}
    for id_, step in monitored.items():
        found[id_] = _numbered(id_[0].upper(), (
            {
                "name": f"{registers()[id_].name_zh}{at + 1}段", "zone": BUILT, "length_m": 2500,
                "material": "球墨铸铁" if at % 2 else "聚乙烯", "diameter_mm": 300,
                "year": 2001 if at % 10 == 0 else 2014, "monitored": at % step == 0,
                "hazard": False, "listed": at % 10 == 0,
                "renewed_year": 2025 if at in (0, 10, 20) else None,
                "depth_m": _depth_m(id_, at),
            }
            for at in range(40)
        ))  # fmt: skip
    for at, row in enumerate(found["gas_pipes"]):
        row["planned_year"] = 2026 if at in (20, 30) else None
        row["renewed_year"] = 2026 if at == 20 else row["renewed_year"]
    for at, row in enumerate(found["drainage_pipes"]):
        row["kind"] = ("sewage", "storm", "combined")[at % 3]
    return found


def _depth_m(id_: str, number: int) -> float | None:
    """Return how deep a pipe lies: below the frost but for gas and heat; every eighth unknown."""
    if every(number, 8, 6):
        return None
    return round(DEPTH_M[id_] + 0.1 * (number % 7) * (3 if id_ == "drainage_pipes" else 1), 1)


def _yearly() -> dict[str, list[Row]]:
    """Return the registers with a row a year: what people use, supply, heat and throw away."""
    found: dict[str, list[Row]] = {name: [] for name in (
        "population_years", "water_supply_years", "heating_areas", "waste_years", "city_cases",
        "model_coverage", "sewage_plant_logs")}  # fmt: skip
    for step, year in enumerate(YEARS):
        here: Row = {"zone": BUILT, "year": year}
        found["population_years"].append(here | {
            "id": f"P{year}", "urban_population": 190_000 + 2000 * step,
            "temporary_population": 10_000, "water_users": 196_000 + 2200 * step,
            "gas_users": 186_200 + 2350 * step, "resident_population": URBAN})  # fmt: skip
        found["water_supply_years"].append(here | {
            "id": f"W{year}", "name": "榆湾供水公司", "supplied_m3": 20_000_000,
            "used_m3": 16_800_000 + 150_000 * step, "household_meter_share": 60,
            "pipe_km": 420, "outlet_pressure_mpa": 0.42, "frost_depth_m": 1.25,
            "emergency_m3_d": 30_000 + 3000 * step, "daily_m3_d": 80_000})  # fmt: skip
        for at, (kind, area) in enumerate({"chp_ultra_low": 9_000_000 + 200_000 * step,
                "boiler_gas": 600_000, "heat_pump": 200_000 + 50_000 * step,
                "loose_coal": 1_000_000 - 150_000 * step}.items()):  # fmt: skip
            found["heating_areas"].append(here | {
                "id": f"H{year}{at}", "source_kind": kind, "area_m2": area})  # fmt: skip
        found["waste_years"].append(here | {
            "id": f"L{year}", "collected_t": 90_000, "harmless_t": 88_200 + 450 * step})  # fmt: skip
        found["city_cases"].append(here | {
            "id": f"C{year}", "handled": 9000 + 1500 * step, "handled_on_time": 8100 + 1500 * step,
            "covered_km2": 15 + step, "built_up_km2": BUILT_KM2})  # fmt: skip
        found["model_coverage"].append(here | {
            "id": f"M{year}", "covered_km2": 2.14 * (step + 1), "built_up_km2": BUILT_KM2})  # fmt: skip
        found["sewage_plant_logs"] += _logs(year, step)
    found["sewage_plants"] = _numbered("S", [
        {"name": "榆河污水处理厂", "zone": BUILT, "capacity_m3_d": 40_000, "year": 2009},
        {"name": "城东污水处理厂", "zone": BUILT, "capacity_m3_d": 20_000, "year": 2018},
    ])  # fmt: skip
    return found


def _logs(year: int, step: int) -> list[Row]:
    """Return the monthly logs of two plants: 730 000 m³ and 365 000 m³ a month, all year."""
    return [
        {
            "id": f"{plant}{year}{month:02d}", "zone": BUILT, "plant": plant,
            "month": f"{year}-{month:02d}", "inflow_m3": flow,
            "bod_in_mg_l": 120 + 10 * step, "sludge_t": sludge, "sludge_disposed_t": 0.9 * sludge,
        }
        for plant, flow, sludge in (("榆河污水处理厂", 730_000, 200), ("城东污水处理厂", 365_000, 100))
        for month in range(1, 13)
    ]  # fmt: skip


def _lists(communities: Sequence[str]) -> dict[str, list[Row]]:
    """Return the lists of things that fall short, or of what the city has."""
    counties = ["159902", *(f"1599{number}" for number in range(21, 27))]
    return {
        "black_water_bodies": _numbered("B", [
            {"name": "东渠支沟", "zone": BUILT, "length_m": 1200, "state": "treated"},
            {"name": "北关明沟", "zone": BUILT, "length_m": 600, "state": "relapsed"},
        ]),
        "flood_points": _numbered("F", [
            {"name": "东关立交", "zone": communities[3], "severity": "severe", "fixed": False},
            {"name": "铁路桥洞", "zone": communities[20], "severity": "severe", "fixed": True,
             "accepted_on": "2024-06", "recurred_on": "2026-06-12"},
            {"name": "南关路口", "zone": communities[9], "severity": "severe", "fixed": True,
             "accepted_on": "2025-05"},
            {"name": "文苑巷", "zone": communities[5], "severity": "general", "fixed": False},
        ]),
        "drainage_equipment": _numbered("E", [
            {"name": "移动泵车", "zone": BUILT, "kind": "mobile_pump", "count": 2, "capacity_m3_h": 3000},
            {"name": "固定泵站", "zone": BUILT, "kind": "pump", "count": 3, "capacity_m3_h": 3420},
        ]),
        "bridges": _numbered("Q", [
            {"name": f"榆河{number}号桥", "zone": BUILT, "grade": grade, "inspected_on": "2026-04"}
            for number, grade in enumerate("AABBBCCD", start=1)
        ]),
        "heritage_sites": _numbered("Y", [
            {"name": f"老城{number}号院", "zone": communities[0], "kind": "building",
             "designated_on": "2026-03" if number > 8 else "2019-05", "plaque": number != 3,
             "filed": True, "idle": number in (2, 5)}
            for number in range(1, 11)
        ]),
        "heritage_events": _numbered("V", [
            {"name": "老城2号院屋面损毁", "happened_on": "2026-02-11", "kind": "damage", "verified": True},
            {"name": "临街房拆除", "happened_on": "2024-09", "kind": "demolition", "verified": True,
             "buildings": 2},
        ]),
        "old_trees": _numbered("T", [{"name": "古榆", "zone": communities[0], "species": "榆",
             "age_years": 160, "class": "third", "filed": True, "health": "weak"}]),
        "villages": _numbered("N", [
            {"name": f"{county[-2:]}第{number}村", "zone": county, "treated": number % 5 < 2,
             "open_discharge": False}
            for county in counties for number in range(20)
        ]),
        "towns": _numbered("Z", [
            {"name": f"{county[-2:]}镇", "zone": county, "in_yellow_river_basin": True,
             "has_facility": at != 3, "running": at not in (3, 5)}
            for at, county in enumerate(counties)
        ]),
        "waste_facilities": _numbered("R", [
            {"name": "榆湾焚烧厂", "zone": CORE, "kind": "incineration", "capacity_t_d": 600, "running": True}]),
        "cultural_buildings": _numbered("W", [
            {"name": name, "zone": BUILT, "kind": kind, "floor_area_m2": area}
            for name, kind, area in (("榆湾图书馆", "library", 9000), ("榆湾博物馆", "museum", 11_000),
                                     ("榆湾文化馆", "culture_hall", 8000))
        ]),
        "sports_grounds": _numbered("G", [
            {"name": f"体育场地{number}", "zone": BUILT, "area_m2": 20_000, "open_to_public": True}
            for number in range(1, 21)
        ]),
        "maternal_bodies": _numbered("A", [
            {"name": "榆湾区妇幼保健院", "zone": BUILT, "floor_area_m2": 6000, "below_standard": False}]),
        "high_rises": _numbered("I", [
            {"name": f"高层{number}号", "zone": BUILT, "height_m": 54, "use": "residential",
             "fire_monitoring": number % 8 != 0}
            for number in range(1, 81)
        ]),
        "urban_villages": _numbered("U", [
            {"name": name, "zone": BUILT, "needs_renewal": True, "completed_year": done}
            for name, done in (("东关村", 2024), ("北关村", None), ("南关村", 2026), ("西沙村", None))
        ]),
        "fuel_stations": _numbered("O", [
            {"name": f"加油站{number}", "zone": BUILT, "kind": "petrol", "clearance_m": 22 if number == 4 else 60,
             "clearance_needed_m": 50} for number in range(1, 8)
        ]),
        "road_speeds": [
            {"id": f"K{at}", "name": name, "zone": BUILT, "class": kind, "vehicles": cars,
             "length_m": 2000, "travel_seconds": seconds}
            for at, (name, kind, cars, seconds) in enumerate(
                (("环城路", "arterial", 2400, 240), ("榆河大街", "arterial", 3200, 300),
                 ("站前路", "secondary", 900, 400)), start=1)
        ],
        "renewal_areas": _numbered("M", [
            {"name": "老城商业街", "zone": "159902001", "kind": "commercial", "state": "needed"},
            {"name": "棉纺厂", "zone": "159902003", "kind": "industrial", "state": "planned"},
            {"name": "面粉厂", "zone": "159902002", "kind": "industrial", "state": "done"},
            {"name": "永福里", "zone": "159902001", "kind": "residential", "state": "needed"},
            {"name": "铁路宿舍", "zone": "159902003", "kind": "residential", "state": "under_way"},
        ]),
        "trainings": _numbered("C", [
            {"name": "绿色建筑培训", "held_on": f"{year}-05", "kind": "training", "persons": 120, "body": "住建局"}
            for year in YEARS
        ]),
        "price_schemes": _numbered("J", [
            {"name": "居民用水第一阶梯", "kind": "water", "price": 2.85, "price_unit": "元/立方米", "metered": True,
             "in_force_from": "2023-01-01"}]),
        "green_materials": _numbered("Q", [
            {"name": "榆湾砌块", "maker": "榆湾建材厂", "product": "砌体", "stars": 2, "certified_on": "2024-08"}]),
        "retrofits": _numbered("R", [
            {"name": f"{year}年节能改造", "zone": BUILT, "year": year, "floor_area_m2": 160_000, "accepted": True}
            for year in YEARS
        ]),
        "dual_use_facilities": _numbered("D", [
            {"name": "城郊大仓", "zone": CORE, "kind": "warehouse", "completed_year": 2025}]),
    }  # fmt: skip


def _projects() -> dict[str, list[Row]]:
    """Return twelve projects a year, a third of them prefabricated, and what happened on site."""
    rows = [
        {
            "id": f"G{year}{at:02d}", "name": f"{year}年{at + 1}号项目", "zone": CORE,
            "use": ("residential", "public", "residential", "municipal")[at % 4],
            "started_on": f"{year}-{at + 1:02d}-15", "floor_area_m2": 20_000, "storeys": 11,
            "dwellings": 180 if at % 2 == 0 else 0,
            "affordable_dwellings": 24 if at % 2 == 0 else 0, "government_funded": at % 4 == 1,
            "green_standard": not (year < 2025 and at == 0), "four_classes": at % 4 == 1,
            "stars": 1 if at % 4 == 1 else 0, "prefabricated": at % 3 == 0,
            "green_construction": at != 11, "under_construction": year >= 2025,
            "monitoring_connected": at % 4 != 3,
        }
        for year in YEARS for at in range(12)
    ]  # fmt: skip
    return {
        "construction_projects": rows,
        "hazardous_works": [
            {"id": f"W{year}{at}", "name": f"{year}年危大工程{at + 1}", "year": year, "kind": "crane",
             "monitored": at != 0, "project": f"G{year}{at:02d}"}
            for year in YEARS for at in range(10)
        ],
        "construction_accidents": [
            {"id": "A1", "name": "高处坠落", "happened_on": "2023-09-02", "deaths": 1},
            {"id": "A2", "name": "物体打击", "happened_on": "2026-04-18", "deaths": 1},
        ],
        "green_building_labels": [
            {"id": "B1", "name": "市民中心", "stars": 2, "kind": "operation", "floor_area_m2": 20_000}
        ],
        "problems": _problems(),
    }  # fmt: skip


def _problems() -> list[Row]:
    """Return last year's list: 12 with a deadline, of which 9 fixed; 8 others, of which 3."""
    timed = [
        {"remedy": "deadline", "due_year": 2026, "state": "fixed" if at < 9 else "under_way",
         "indicator": "dwellings_stairwell_hazard"} for at in range(12)
    ]  # fmt: skip
    other = [
        {"remedy": "best_effort", "due_year": 2026, "state": "fixed" if at < 3 else "open",
         "indicator": "parking_spaces_short"} for at in range(8)
    ]  # fmt: skip
    return _numbered("T", (
        {"year": 2025, "body": "市住建局", "zone": CORE, "name": f"2025年问题{at + 1}", **row}
        for at, row in enumerate([*timed, *other])
    ))  # fmt: skip
