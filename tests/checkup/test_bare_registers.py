"""Registers that say little or nothing make figures unknown, never a crash."""

from collections.abc import Mapping

import geopandas as gpd
import pandas as pd
import pytest

from hetao.catalogue.entries import entries, speeds_kmh
from hetao.catalogue.facilities import facility_kinds
from hetao.checkup.layers import Layers
from hetao.demo.town import make_town
from hetao.indicators.completeness import source_quality
from hetao.indicators.living_circle import community_checklist
from hetao.registers.definition import registers

TOWN = make_town()
EMPTY = {id_: entry.empty() for id_, entry in registers().items()}


class Frozen:
    """Registers as a snapshot holds them."""

    def __init__(self, frames: Mapping[str, gpd.GeoDataFrame]):
        self.zones = TOWN.zones
        self._frames = frames

    def register(self, id_: str) -> gpd.GeoDataFrame:
        return self._frames.get(id_, EMPTY[id_])


def shapes_alone(id_: str) -> gpd.GeoDataFrame:
    """Return a register of the town of which nothing but ids and shapes is known."""
    frame = TOWN.registers[id_]
    kept = frame[["id"]].assign(**{
        column.name: pd.Series(None, index=frame.index, dtype=column.dtype)
        for column in registers()[id_].fields
        if column.name != "id"
    })  # fmt: skip
    return registers()[id_].conform(gpd.GeoDataFrame(kept, geometry=frame.geometry))


CITIES = {
    "nothing": {},
    "shapes alone": {id_: shapes_alone(id_) for id_ in TOWN.registers if id_ != "zones"},
    "streets alone": {"roads": TOWN.registers["roads"]},
    "people alone": {"population": TOWN.registers["population"]},
    "facilities of no kind": dict(TOWN.registers) | {"facilities": shapes_alone("facilities")},
}


@pytest.mark.parametrize("city", CITIES)
def test_every_computed_indicator_has_an_answer_or_a_reason(city: str):
    layers = Layers(Frozen(CITIES[city]), speeds_kmh=speeds_kmh())  # type: ignore[arg-type]
    for id_, entry in entries().items():
        version = entry.version("2025") or entry.versions[0]
        for variant in entry.variants.values():
            if variant.is_reported:
                continue
            inputs = {name: layers.layer(wanted) for name, wanted in variant.inputs.items()}
            parameters = variant.parameters_of(version)
            values = variant.function(layers.zones, **inputs, **parameters).values
            unknown = values["value"].isna()
            assert (values.loc[unknown, "reason"] != "").all(), (id_, variant.id)
            low, high = values["low"], values["high"]
            assert (low.isna() | high.isna() | (low <= high)).all(), (id_, variant.id)


@pytest.mark.parametrize("city", CITIES)
def test_quality_and_checklist_are_told_of_any_city(city: str):
    layers = Layers(Frozen(CITIES[city]), speeds_kmh=speeds_kmh())  # type: ignore[arg-type]
    frames = {id_: layers.register(id_) for id_ in registers() if id_ != "zones"}
    assert all(item.text_zh for item in source_quality(frames, layers.zones, layers.residents))
    table = community_checklist(
        layers.zones, layers.register("facilities"), layers.walking, layers.residents,
        tuple(facility_kinds().values()),
    )  # fmt: skip
    assert set(table["kind"]) <= set(facility_kinds())
