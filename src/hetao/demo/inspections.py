"""What inspectors of the demo city wrote down: buildings, estates, sub-districts, roads."""

from collections.abc import Sequence
from typing import Any

import shapely

from hetao.demo import plan
from hetao.demo.blocks import Block, Building
from hetao.demo.places import NAMES, PERSONS_PER_DWELLING, Zone
from hetao.demo.streets import Piece

Row = dict[str, Any]
NEW_FROM = 2019
STAIRS = ("steps_broken", "flue_blocked", "fire_door_missing", "hydrant_missing",
          "extinguisher_missing", "exit_light_missing", "stairs_blocked", "bikes_inside")  # fmt: skip


def every(number: int, step: int, offset: int = 0) -> bool:
    """Say whether a thing is one of those in which a fault was planted: each so-manyth."""
    return number % step == offset


def estates(blocks: Sequence[Block]) -> list[Block]:
    """Return the walled blocks with gates: the compounds, in their order."""
    return [
        block
        for block in blocks
        if block.wall is not None and block.gates and plan.radius_of(block.middle) < plan.CITY_M
    ]


def dwelling_rows(blocks: Sequence[Block], date: str) -> list[Row]:
    """Return a row a residential building in a compound; faults stand at fixed intervals."""
    homes = [
        (building, block) for block in estates(blocks) for building in block.buildings
        if building.dwellings
    ]  # fmt: skip
    return [_dwelling(number, *home, date) for number, home in enumerate(homes)]


def _dwelling(number: int, building: Building, block: Block, date: str) -> Row:
    storeys = building.storeys or 6
    old = building.year < 2000
    row: Row = {
        "id": f"L{number + 1:05d}",
        "name": f"{NAMES[block.number % len(NAMES)]}{number % 30 + 1}号楼",
        "place": building.shape.representative_point(),
        "year_built": building.year,
        "structure": "masonry_precast" if building.year < 1985 else "concrete",
        "storeys": storeys,
        "households": building.dwellings,
        "has_lift": storeys > 6,
        "reinforced": False,
        "structure_hazard": _hazard(number),
        "gas_pipe_years": 2026 - building.year,
        "gas_pipe_state": "corroded" if every(number, 41) else "sound",
        **{flag: every(number, 37 + 4 * at, 3) for at, flag in enumerate(STAIRS)},
        "envelope_damage_m2": 36 if every(number, 97) else 14 if every(number, 61) else 0,
        "units_not_self_contained": 4 if old and every(number, 53) else 0,
        "supply_leaks": every(number, 71), "drain_blocked": every(number, 59),
        "heating_cold": every(number, 83), "lines_exposed": False,
        "tap_water_fails": every(number, 211),
        "lift_addable": storeys in range(4, 7) and every(number, 3),
        "entrance_not_step_free": every(number, 11), "handrail_missing": every(number, 13),
        "households_unadapted": 2 if every(number, 29) else 0,
        "energy_state": "needed" if every(number, 2) else "done",
        "fibre_missing": every(number, 101), "entry_alarm_missing": every(number, 31),
        "smoke_alarm_missing": every(number, 7), "emergency_call_missing": False,
        "inspected_on": date,
    }  # fmt: skip
    return row


def _hazard(number: int) -> str | None:
    if every(number, 401):
        return None  # the inspector did not get in
    if every(number, 307):
        return "very_serious"
    if every(number, 151):
        return "serious"
    return "general" if every(number, 89) else "no_hazard"


def estate_rows(blocks: Sequence[Block], zones: Sequence[Zone], date: str) -> list[Row]:
    """Return a row a compound."""
    compounds = [zone for zone in zones if zone.level == "compound"]
    found = estates(blocks)
    return [
        _estate(number, zone, block, date)
        for number, (zone, block) in enumerate(zip(compounds, found, strict=False))
    ]


def _estate(number: int, zone: Zone, block: Block, date: str) -> Row:
    homes = sum(building.dwellings for building in block.buildings)
    year = min((building.year for building in block.buildings), default=2000)
    new = year >= NEW_FROM
    return {
        "id": f"X{number + 1:03d}", "name": zone.name, "zone": zone.code, "compound": zone.code,
        "year_opened": year, "residents": round(homes * PERSONS_PER_DWELLING),
        "households": homes,
        "elderly_care_m2": 0 if every(number, 5) else 400, "elderly_care_incomplete": False,
        "childcare_m2": 0 if every(number, 4) else 250, "childcare_incomplete": False,
        "kindergarten_m2": 0 if every(number, 9) else 2600,
        "kindergarten_incomplete": every(number, 17),
        "school_places_needed": homes // 10,
        "school_places": homes // 10 - (25 if every(number, 12) else 0),
        "parking_needed": None if every(number, 8) else homes,
        "parking_spaces": homes - (60 if every(number, 3) else 0),
        "fire_lane_blocked": every(number, 19),
        "chargers_needed": 30, "chargers_private": 12, "chargers_public": 3 if every(number, 2) else 6,
        "ebike_needed": 80, "ebike_places": 50 if every(number, 6) else 90,
        "flying_wires": every(number, 14),
        "activity_m2": 100 if every(number, 10) else 900, "green_m2": 4200,
        "activity_unfit": every(number, 21), "footway_bad_m": 120 if every(number, 7) else 0,
        "sorting_point_missing": every(number, 16), "sorting_rules_missing": False,
        "sorting_chain_missing": every(number, 23), "management_missing": every(number, 11),
        "mechanism_missing": every(number, 33), "lockers_missing": every(number, 6),
        "security_missing": every(number, 15), "platform_missing": False,
        "inspected_on": date, "note": "新建小区" if new else None,
    }  # fmt: skip


def district_rows(zones: Sequence[Zone], date: str) -> list[Row]:
    """Return a row a sub-district: the third has no sports ground, the fifth a small centre."""
    districts = [zone for zone in zones if zone.level == "subdistrict"]
    return [
        {
            "id": f"J{number + 1}", "name": zone.name, "zone": zone.code,
            "sports_ground_m2": 0 if number == 2 else 3600,
            "sports_ground_unfit": False,
            "culture_centre_m2": 2400 if number == 4 else 3500,
            "culture_centre_unfit": False, "inspected_on": date,
        }
        for number, zone in enumerate(districts)
    ]  # fmt: skip


def road_rows(zones: Sequence[Zone], streets: Sequence[Piece], date: str) -> list[Row]:
    """Return eight streets a sub-district, the first of each full of parked cars."""
    districts = [zone for zone in zones if zone.level == "subdistrict"]
    return [
        {
            "id": f"D{at * 8 + number + 1}", "name": name,
            "zone": zone.code, "disorderly_parking": number == 0,
            "severity": "bad" if number == 0 else None, "inspected_on": date,
        }
        for at, zone in enumerate(districts)
        for number, name in enumerate(_street_names(zone, streets)[:8])
    ]  # fmt: skip


def _street_names(zone: Zone, streets: Sequence[Piece]) -> list[str]:
    """Return what the streets of a zone are called, in their order."""
    shapely.prepare(zone.shape)
    return list(dict.fromkeys(
        piece.street.name for piece in streets
        if piece.street.name.endswith(("路", "街", "巷"))
        and shapely.contains_properly(zone.shape, piece.line)
    ))  # fmt: skip
