"""Every indicator on a drawing small enough for a planner to check by hand."""

import tomllib
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from hetao.catalogue.entries import entries, speeds_kmh
from hetao.geo.network import driving_network, walking_network
from hetao.geo.reach import prepare
from hetao.indicators.residents import homes, place_residents
from hetao.registers.definition import registers

FOLDER = Path(__file__).parent / "worked_examples"
CRS = "EPSG:4523"
YEAR = 2025


def examples():
    for path in sorted(FOLDER.glob("*.toml")):
        for number, example in enumerate(tomllib.loads(path.read_text("utf-8"))["examples"]):
            indicator = example.get("indicator", path.stem)
            for edition in example.get("editions", [example.get("edition")]):
                name = f"{indicator}-{edition}-{example['variant']}-{number}"
                yield pytest.param(indicator, edition, example, id=name)


class Drawing:
    """The registers of an example, and what a run derives from them."""

    def __init__(self, layers):
        self.layers = layers

    def register(self, name):
        rows = self.layers.get(name, [])
        columns = pd.DataFrame(rows, columns=[*dict.fromkeys(key for row in rows for key in row)])
        shapes = shapely.from_wkt([row.get("wkt") for row in rows])
        columns["id"] = [row.get("id", f"{name}{at}") for at, row in enumerate(rows)]
        return registers()[name].conform(gpd.GeoDataFrame(columns, geometry=shapes, crs=CRS))

    def layer(self, wanted):
        if wanted.layer in registers():
            frame = self.register(wanted.layer)
            for column, allowed in wanted.where.items():
                frame = frame[frame[column].isin(allowed)]
            return frame.reset_index(drop=True)
        return getattr(self, wanted.layer)()

    def walking(self):
        return prepare(walking_network(*map(self.register, ("roads", "footways", "barriers"))))

    def driving(self):
        return prepare(driving_network(self.register("roads"), speeds_kmh=speeds_kmh()))

    def residents(self):
        land = self.register("land_use")
        land = land[land["use"] == "residential"]
        return place_residents(self.register("population"), self.register("buildings"), land)

    def year(self):
        return YEAR

    def homes(self):
        return homes(self.register("buildings"))

    def extent(self):
        drawn = self.layers.get("extent")
        shape = (
            shapely.from_wkt(drawn[0]["wkt"])
            if drawn
            else shapely.convex_hull(self.register("roads").union_all())
        )
        return gpd.GeoDataFrame(geometry=[shape], crs=CRS)


def zones_of(example):
    codes = list(example["zones"])
    levels = example.get("levels", {})
    return gpd.GeoDataFrame(
        {
            "name": codes,
            "level": [
                levels.get(code, "city" if code == "city" else "community") for code in codes
            ],
            "parent": None,
        },
        index=pd.Index(codes, name="zone"),
        geometry=shapely.from_wkt(list(example["zones"].values())),
        crs=CRS,
    )


@pytest.mark.parametrize(("indicator", "edition", "example"), list(examples()))
def test_an_indicator_is_what_a_planner_works_out(indicator, edition, example):
    entry = entries()[indicator]
    version, variant = entry.version(edition), entry.variants[example["variant"]]
    drawing = Drawing(example["layers"])
    inputs = {name: drawing.layer(wanted) for name, wanted in variant.inputs.items()}
    measured = variant.function(zones_of(example), **inputs, **variant.parameters_of(version))
    expected = dict(example["expected"])
    row = measured.values.loc[expected.pop("zone", "city")]
    tolerance = expected.pop("tolerance", 1e-3)
    if "findings" in expected:
        assert len(measured.findings) == expected.pop("findings")
    if "reason" in expected:
        assert row["reason"] == expected.pop("reason")
    for name, wanted in expected.items():
        scale = entry.scale if name in {"value", "low", "high"} else 1
        assert row[name] * scale == pytest.approx(wanted, rel=tolerance, abs=1e-6, nan_ok=True), (
            name
        )
    assert example["why"]


def test_every_computed_indicator_has_a_worked_example_for_every_edition():
    worked = {
        (param.values[0].partition(".")[0], param.values[1], param.values[2]["variant"])
        for param in examples()
    }
    wanted = {
        (entry.id.partition(".")[0], version.edition, next(iter(entry.variants)))
        for entry in entries().values()
        for version in entry.versions
        if not next(iter(entry.variants.values())).is_reported
    }
    assert wanted - worked == set()
