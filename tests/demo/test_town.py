"""In a town whose plan is known, every indicator is what arithmetic says."""

import math

import pytest
import shapely

from hetao.catalogue.entries import entries, speeds_kmh
from hetao.checkup.layers import Layers
from hetao.demo import town
from hetao.demo.town import make_town
from hetao.demo.town_reach import disc_in_box, walked_m2
from hetao.demo.town_truth import town_truth

TRUTHS = {edition: town_truth(edition) for edition in ("2025", "2023")}
TRUTH = TRUTHS["2025"]
ARCS = {"rel": 1e-3}  # a circle of 128 corners lacks 0.04 % of its area
SAMPLES = {"rel": 7e-3, "abs": 2e-4}  # land every 25 m, places on a greenway every 50 m
CASES = [
    pytest.param(edition, indicator, variant, truth, id=f"{edition}-{indicator}-{variant}")
    for edition, truths in TRUTHS.items()
    for indicator, variants in truths.items()
    if edition == "2025" or entries()[indicator].version(edition)
    for variant, truth in variants.items()
]


class Frozen:
    """The town as a snapshot."""

    def __init__(self, made):
        self.zones, self.register = made.zones, made.registers.__getitem__


@pytest.fixture(scope="module")
def layers():
    return Layers(Frozen(make_town()), speeds_kmh=speeds_kmh())


@pytest.fixture(scope="module")
def drawn(layers):
    return {id_: layers.register(id_) for id_ in ("roads", "buildings", "land_use", "population")}


def measured(layers, indicator, variant, edition="2025"):
    entry = entries()[indicator]
    version = entry.version(edition) or entry.versions[0]
    chosen = entry.variants[variant]
    inputs = {name: layers.layer(wanted) for name, wanted in chosen.inputs.items()}
    return chosen.function(layers.zones, **inputs, **chosen.parameters_of(version))


@pytest.mark.parametrize(("edition", "indicator", "variant", "truth"), CASES)
def test_an_indicator_of_the_town_follows_from_its_plan(layers, edition, indicator, variant, truth):
    row = measured(layers, indicator, variant, edition).values.loc[town.CODE]
    exact = variant in {"people", "homes"} or "coverage" not in indicator + variant
    within = SAMPLES if variant == "network" else {"rel": 1e-9} if exact else ARCS
    if indicator.startswith("living_circle") and variant == "official":
        within = ARCS
    for name in ("value", "low", "high"):
        wanted = getattr(truth, name)
        assert row[name] == pytest.approx(wanted, nan_ok=True, **within), name


def test_every_computed_indicator_has_its_truth():
    wanted = {
        (entry.id, variant.id)
        for entry in entries().values()
        for variant in entry.variants.values()
        if not variant.may_be_reported and variant.grade != "E"
    }
    assert wanted == {(id_, variant) for id_, variants in TRUTH.items() for variant in variants}


@pytest.mark.parametrize("indicator", ["secondary_school_coverage", "park_service_coverage"])
def test_communities_add_up_to_their_town(layers, indicator):
    values = measured(layers, indicator, "people").values
    parts = values.drop(town.CODE)
    for column in ("numerator", "denominator"):
        assert parts[column].sum() == pytest.approx(values.loc[town.CODE, column])


def test_the_registers_of_the_town_hold_what_its_plan_says(drawn):
    homes = 16 * 16 - 4 - 16 - 1  # less shops, works and the park
    land = drawn["land_use"].assign(area=drawn["land_use"].area).groupby("use")["area"].sum()
    assert land["residential"] == pytest.approx(homes * 62_500)
    assert land["water"] == pytest.approx(4 * 62_500)
    assert (drawn["buildings"]["use"] == "residential").sum() == 2 * homes
    assert drawn["buildings"]["storeys"].isna().sum() == 2
    # the east has 4 × 16 blocks less the 16 of the works
    assert drawn["population"]["persons"].sum() == 600 * 48 + 200 * (homes - 48)


def test_the_streets_of_the_town_are_as_long_as_its_plan_says(drawn):
    roads = drawn["roads"].assign(metres=drawn["roads"].length)
    by_class = roads.groupby("class")["metres"].sum()
    # two carriageways, each from outline to outline; the middle street both ways
    assert by_class["expressway"] == pytest.approx(2 * 4020)
    assert by_class["arterial"] == pytest.approx(2 * 4000)
    assert by_class["secondary"] == pytest.approx(8 * 4000)
    # 24 streets less the one without class, less the links over the river, and five short ends
    ends = 3 * 125 + 62.5 + 40
    assert by_class["branch"] == pytest.approx(23 * 4000 - 750 + 160 + ends)
    assert roads.loc[roads["class"].isna(), "metres"].sum() == pytest.approx(4000)


def test_a_walk_to_a_crossing_among_homes_reaches_a_diamond():
    everywhere = [(a, b) for a in range(20) for b in range(20)]
    for blocks_far in (1, 2, 4, 8):
        radius = 250.0 * blocks_far
        assert walked_m2((10, 10), radius, everywhere) == pytest.approx(2 * radius**2)
    # 300 m: the four blocks at the crossing half and 50 m on, the eight next to them 50 m in
    half, on = 250**2 / 2, 50**2 / 2
    assert walked_m2((10, 10), 300.0, everywhere) == pytest.approx(4 * (half + on) + 8 * on)


@pytest.mark.parametrize("box", [(-3, -1, 2, 4), (1, 1, 6, 6), (-9, 0.5, 9, 9), (3, 3, 4, 5)])
def test_what_a_disc_and_a_box_share_is_what_many_corners_share(box):
    many = shapely.Point(0, 0).buffer(5, quad_segs=4000)
    shared = many.intersection(shapely.box(*box)).area
    assert disc_in_box(5.0, box[:2], box[2:]) == pytest.approx(shared, rel=1e-5, abs=1e-9)


def test_services_of_the_town_lie_apart_or_inside_each_other():
    # the truth adds up what pitches serve, and takes the full set to be what the nearest reaches
    far = {"eleven": 4, "seven": 4, "five": 2, "three": 1.2}  # radii in blocks
    for kind, place in town.PITCHES:
        for other, where in town.PITCHES:
            apart = math.dist(place, where)
            assert apart == 0 or apart > far[kind] + far[other]
    assert math.dist(town.SCHOOL, town.CENTRE) + 2 <= 4
