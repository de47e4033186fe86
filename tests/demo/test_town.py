"""Every indicator gives what the plan of the test town says by arithmetic."""

from typing import Any

import numpy as np
import pytest

from hetao.catalogue.entries import Input, entries, speeds_kmh
from hetao.demo.town import MadeTown, make_town
from hetao.geo.network import driving_network, walking_network
from hetao.geo.reach import prepare
from hetao.indicators.residents import homes, place_residents
from hetao.registers.definition import registers

TOWN = make_town()
CIRCLES = 1e-3  # a circle of 128 corners lacks 0.04 % of its area
CASES = [
    (indicator, variant, zone, value)
    for indicator, variants in TOWN.truth.items()
    for variant, zones in variants.items()
    for zone, value in zones.items()
]


@pytest.fixture(scope="module")
def layers() -> dict[str, Any]:
    made: dict[str, Any] = {
        id_: TOWN.registers.get(id_, registers()[id_].empty().to_crs(TOWN.zones.crs))
        for id_ in registers()
    }
    land = made["land_use"]
    made["walking"] = prepare(walking_network(made["roads"], made["footways"], made["barriers"]))
    made["driving"] = prepare(driving_network(made["roads"], speeds_kmh=speeds_kmh()))
    made["residents"] = place_residents(made["population"], made["buildings"], land)
    made["homes"] = homes(made["buildings"])
    made["extent"] = made["land_use"][["geometry"]]
    return made


def measured(town: MadeTown, layers: dict[str, Any], indicator: str, variant: str):
    entry = entries()[indicator]
    version = entry.version("2025") or entry.versions[0]
    chosen = entry.variants[variant]

    def layer(wanted: Input) -> Any:
        frame = layers[wanted.layer]
        for column, allowed in wanted.where.items():
            frame = frame[frame[column].isin(allowed)].reset_index(drop=True)
        return frame

    inputs = {name: layer(wanted) for name, wanted in chosen.inputs.items()}
    table = chosen.function(town.zones, **inputs, **chosen.parameters_of(version)).values
    return table[["value", "low", "high"]] * entry.scale


@pytest.mark.parametrize(("indicator", "variant", "zone", "value"), CASES)
def test_the_value_is_that_of_the_plan(
    layers: dict[str, Any], indicator: str, variant: str, zone: str, value: float
):
    got = measured(TOWN, layers, indicator, variant).loc[zone, "value"]
    assert got == pytest.approx(value, rel=CIRCLES)


def test_the_band_is_that_of_the_edge_streets(layers: dict[str, Any]):
    for indicator, variants in TOWN.bounds.items():
        for variant, (low, high) in variants.items():
            row = measured(TOWN, layers, indicator, variant).loc["town"]
            assert (row["low"], row["high"]) == pytest.approx((low, high))


def test_land_within_a_walk_is_that_of_arithmetic_on_the_grid(layers: dict[str, Any]):
    # a place walks straight to its nearest street, then along the streets to the middle;
    # counted on a grid of 2 m by plain arithmetic. Samples of 25 m may miss it by a point.
    at = np.arange(-999.0, 1000.0, 2.0)
    x, y = (axis.ravel() for axis in np.meshgrid(at, at))
    street_x, street_y = (np.round(axis / 200) * 200 for axis in (x, y))
    off_x, off_y = np.abs(x - street_x), np.abs(y - street_y)
    along = np.where(off_x <= off_y, np.abs(street_x) + np.abs(y), np.abs(street_y) + np.abs(x))
    share = 100 * np.mean(np.minimum(off_x, off_y) + along <= 1000)
    got = measured(TOWN, layers, "secondary_school_coverage", "network").loc["town", "value"]
    assert got == pytest.approx(share, abs=1)
