"""The registers that the demo city's departments keep give the values one works out by hand."""

import numpy as np
import pytest
import shapely

from hetao.catalogue.entries import entries
from hetao.checkup.run import begin_checkup
from hetao.demo import plan
from hetao.demo.city import DATE, make_city
from hetao.demo.departments import department_registers
from hetao.demo.tour import founded_demo
from hetao.registers.definition import registers


@pytest.fixture(scope="module")
def rows():
    return department_registers(make_city(), DATE)


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    workspace = founded_demo(tmp_path_factory.mktemp("demo") / "city")
    only = {entry.id for entry in entries().values() if entry.reporter}
    return begin_checkup(workspace, edition="2025", date=DATE, only=only)


@pytest.fixture(scope="module")
def observations(run):
    return run.observations


@pytest.fixture(scope="module")
def values(observations):
    mine = observations[observations["edition"] == "2025"]
    return {
        (row.indicator, row.variant, row.level): row
        for row in mine.itertuples()
        if row.level in {"city", "built_up_area"}
    }


BY_HAND = {
    # (730 000 + 365 000) m³ × 12 × 160 mg/L = 2 102 400 kg, 5 760 kg a day; 204 800 × 45 g = 9 216
    ("sewage_collection_rate", "official", "built_up_area"): 62.5,
    ("black_water_bodies", "official", "city"): 1,  # one relapsed, one treated
    ("heritage_listed_rate", "official", "city"): 90,  # 9 of 10
    ("heritage_vacancy_rate", "official", "city"): 20,
    ("heritage_damage_events", "official", "city"): 1,
    ("heritage_demolitions", "official", "city"): 0,  # the one of 2024 is past
    ("heritage_added", "official", "city"): 2,
    # 2 400×2 + 3 200×2 vehicle-km over 2 400×240 s + 3 200×300 s = 11 200 ÷ 426.67 h
    ("peak_hour_speed", "official", "city"): 26.25,
    ("affordable_housing_share", "official", "city"): 100 * 24 / 180,
    ("urban_village_completion", "official", "city"): 50,
    ("construction_fatality_rate", "official", "city"): 100 / 24,  # 1 death, 24 sites
    ("severe_flood_points_left", "official", "city"): 2,  # one never fixed, one came back
    ("emergency_water_rate", "official", "city"): 52.5,  # 42 000 of 80 000
    ("dangerous_bridges", "official", "city"): 1,
    # four pipes of 20 years and more; those of place 0, 10, 20 are renewed
    ("gas_main_renewal", "official", "city"): 75,
    ("gas_main_renewal", "plan", "city"): 50,
    # (8 + 5 + 10 + 4) of 160 pipes
    ("smart_pipe_share", "official", "city"): 100 * 27 / 160,
    ("hazardous_works_monitored", "official", "city"): 90,
    ("high_rise_fire_monitoring", "official", "city"): 87.5,
    ("cim_coverage", "official", "city"): 50,
    ("smart_operation", "official", "city"): 15_000 / 19,
    ("problems_fixed_rate", "official", "city"): 60,
    ("problems_fixed_rate", "deadline", "city"): 75,
    ("problems_fixed_rate", "best_effort", "city"): 37.5,
    ("new_green_building_share", "official", "city"): 100,
    ("sports_grounds_below_standard", "official", "city"): 1,
    ("cultural_centres_below_standard", "official", "city"): 1,
    ("roads_disorderly_parking", "official", "city"): 5,  # one in each sub-district
    ("old_commercial_blocks", "official", "city"): 1,
    ("old_industrial_sites", "official", "city"): 1,
    ("old_residential_blocks", "official", "city"): 2,
    ("shelter_area_per_head", "official", "built_up_area"): 1.6,  # reported
}


@pytest.mark.parametrize("key", BY_HAND)
def test_a_register_gives_what_was_worked_out(values, key):
    assert values[key].value == pytest.approx(BY_HAND[key])


def counted(rows, says):
    return sum(1 for row in rows if says(row))


def test_inspections_give_what_was_written_down(rows, values):
    homes, estates = rows["dwelling_inspections"], rows["compound_inspections"]
    wanted = {
        "dwellings_gas_hazard": counted(
            homes, lambda row: row["gas_pipe_years"] >= 20 and row["gas_pipe_state"] == "corroded"
        ),
        "dwellings_envelope_hazard": counted(homes, lambda row: row["envelope_damage_m2"] > 0),
        "dwellings_not_self_contained": sum(row["units_not_self_contained"] for row in homes),
        "dwellings_energy_retrofit": counted(
            homes, lambda row: row["year_built"] < 2000 and row["energy_state"] == "needed"
        ),
        "estates_elderly_care": counted(estates, lambda row: row["elderly_care_m2"] < 350),
        "primary_school_places_short": 25 * counted(
            estates, lambda row: row["school_places"] < row["school_places_needed"]
        ),
        "parking_spaces_short": 60 * counted(
            estates, lambda row: row["parking_spaces"] < row["households"]
        ),
        "substandard_footways": 0.12 * counted(estates, lambda row: row["footway_bad_m"]),
    }  # fmt: skip
    for indicator, value in wanted.items():
        assert values[indicator, "official", "city"].value == pytest.approx(value), indicator


def test_a_building_nobody_got_into_leaves_the_count_open(rows, values):
    homes = rows["dwelling_inspections"]
    unseen = counted(homes, lambda row: row["structure_hazard"] is None)
    bad = counted(homes, lambda row: row["structure_hazard"] not in {None, "no_hazard"})
    row = values["dwellings_structural_hazard", "official", "city"]
    assert (row.value, row.low, row.high) == (bad, bad, bad + unseen)
    assert unseen == 8  # every 401st of 2 923


FOUND_AT = {
    "dangerous_bridges": ("bridges", "Point"),
    "severe_flood_points_left": ("flood_points", "Point"),
    "black_water_bodies": ("black_water_bodies", "LineString"),
    "old_residential_blocks": ("renewal_areas", "Polygon"),
    "roads_disorderly_parking": ("road_inspections", "Point"),
    "estates_elderly_care": ("compound_inspections", "Point"),
}


@pytest.mark.parametrize("indicator", FOUND_AT)
def test_a_problem_is_found_where_its_thing_lies(rows, run, indicator):
    register, kind = FOUND_AT[indicator]
    found = run.findings[indicator]
    mine = found[found["feature"].isin([row["id"] for row in rows[register]])]
    assert len(mine)
    where = {row["id"]: row["place"] for row in rows[register]}
    degrees = plan.to_degrees(np.array([where[id_] for id_ in mine["feature"]], dtype=object))
    places = mine.geometry.to_crs("EPSG:4490")
    assert set(places.geom_type) == {kind}
    assert shapely.hausdorff_distance(places.to_numpy(), degrees).max() < 1e-6


def test_no_rail_is_not_zero(values):
    row = values["rail_commuting_share", "official", "built_up_area"]
    assert row.reason == "not_applicable"


def test_every_register_that_is_asked_for_has_rows(rows):
    asked = {id_ for id_, register in registers().items() if register.reporter}
    assert asked <= {*rows, "problems"}
