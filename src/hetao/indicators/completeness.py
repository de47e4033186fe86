"""How complete a source seems: an empty source is not an empty city."""

import math
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Literal

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from hetao.indicators.storeys import HOME_USES
from hetao.registers.definition import register_named

State = Literal["met", "behind", "unknown"]


@dataclass(frozen=True)
class QualityItem:
    """
    One figure that tells how complete a source is.

    Attributes
    ----------
    value, low, high : float
        In `unit`; NaN where it cannot be computed. `low` and `high` bound it.
    plausible : pair of float
        Where the figure lies for a source that holds the whole city.
    state : {"met", "behind", "unknown"}
        Within the range, below it, or above it or unknown.
    """

    id: str
    name_zh: str
    name_en: str
    unit: str
    value: float
    low: float
    high: float
    plausible: tuple[float, float]
    state: State
    text_zh: str
    text_en: str

    def as_dict(self) -> dict[str, Any]:
        """Return the item for a JSON file, unknown figures as null."""
        return {
            name: None if isinstance(value, float) and math.isnan(value) else value
            for name, value in {**asdict(self), "plausible": list(self.plausible)}.items()
        }


@dataclass(frozen=True)
class Figure:
    """A figure about a source: its value, or what it lacks."""

    value: float = math.nan
    lacking: str = ""
    places: int = 0


def source_quality(
    registers: Mapping[str, gpd.GeoDataFrame],
    zones: gpd.GeoDataFrame,
    residents: gpd.GeoDataFrame,
) -> list[QualityItem]:
    """
    Return how complete the registers seem within the widest zone.

    Parameters
    ----------
    registers : mapping of str to GeoDataFrame
        By id, in the CRS of the zones, which measures in metres; an absent one is empty.
    zones : GeoDataFrame
        The city and its parts.
    residents : GeoDataFrame
        Points with `persons`.

    Returns
    -------
    list of QualityItem
        In the order of `plausible.toml`, then the kinds of facility that it names.
    """
    plausible = _plausible()
    city = _city(zones)
    persons = _persons_within(residents, city)
    facilities = _within(registers.get("facilities"), city)
    figures = dict(_figures(registers, city, persons))
    items = [
        _item(id_, row, figures[id_], row["plausible"]) for id_, row in plausible["items"].items()
    ]
    template = plausible["facilities"]
    for kind, span in template["plausible"].items():
        row = {**template, **_facility_names(template, kind)}
        figure = _per_10_000(facilities, persons, kind)
        items.append(_item(f"facilities_per_10000.{kind}", row, figure, span))
    return items


@cache
def _plausible() -> Mapping[str, Any]:
    return tomllib.loads((files("hetao.indicators") / "plausible.toml").read_text("utf-8"))


def _facility_names(template: Mapping[str, Any], kind: str) -> dict[str, str]:
    title_zh = register_named("facilities").field("kind").values.get(kind, kind)
    return {
        "name_zh": template["name_zh"].format(kind=title_zh),
        "name_en": template["name_en"].format(kind=kind.replace("_", " ").capitalize()),
    }


def _item(id_: str, row: Mapping[str, Any], figure: Figure, span: list[float]) -> QualityItem:
    least, most = float(span[0]), float(span[1])
    if math.isnan(figure.value):
        state, template = "unknown", "unknown"
    elif figure.value < least:
        state, template = "behind", "behind"
    else:
        within = figure.value <= most
        state, template = ("met", "met") if within else ("unknown", "above")
    said = {
        language: _plausible()["texts"][f"{template}_{language}"].format(
            name=row[f"name_{language}"],
            value=figure.value,
            places=figure.places,
            unit=row["unit"],
            least=least,
            most=most,
            why=row[f"why_{language}"],
            lacking=_plausible()["lacking"].get(f"{figure.lacking}_{language}", ""),
        )
        for language in ("zh", "en")
    }
    return QualityItem(
        id=id_,
        name_zh=row["name_zh"],
        name_en=row["name_en"],
        unit=row["unit"].strip(),
        value=figure.value,
        low=figure.value,
        high=figure.value,
        plausible=(least, most),
        state=state,  # type: ignore[arg-type]  # one of the three above
        text_zh=said["zh"],
        text_en=said["en"],
    )


def _figures(
    registers: Mapping[str, gpd.GeoDataFrame], city: BaseGeometry, persons: float
) -> Iterator[tuple[str, Figure]]:
    buildings = _within(registers.get("buildings"), city)
    roads = _within(registers.get("roads"), city)
    for name in ("use", "storeys", "year"):
        yield f"buildings_with_{name}", _share_known(buildings, name)
    yield "building_ground_share", _ground_share(buildings, city)
    yield "land_use_cover", _cover(registers.get("land_use"), city)
    yield "roads_with_class", _length_known(roads)
    public = roads[(roads["class"] != "lane").fillna(True).astype(bool)] if len(roads) else roads
    yield "road_m_per_person", _per(public.geometry.length.sum(), persons, len(public), "roads")
    yield "population_density", _per(persons, city.area / 1e6, persons, "residents", places=0)
    homes = buildings[buildings["use"].isin(HOME_USES)] if len(buildings) else buildings
    yield "floor_area_per_person", _per(_floor_area(homes), persons, len(homes), "homes")


def _share_known(buildings: gpd.GeoDataFrame, column: str) -> Figure:
    if buildings.empty:
        return Figure(lacking="buildings")
    return Figure(100 * float(buildings[column].notna().mean()), places=1)


def _ground_share(buildings: gpd.GeoDataFrame, city: BaseGeometry) -> Figure:
    if buildings.empty:
        return Figure(lacking="buildings")
    if not city.area:
        return Figure(lacking="area")
    return Figure(100 * float(buildings.geometry.area.sum()) / city.area, places=1)


def _cover(land_use: gpd.GeoDataFrame | None, city: BaseGeometry) -> Figure:
    if not city.area:
        return Figure(lacking="area")
    if land_use is None or land_use.empty:
        return Figure(0.0, places=1)
    shapes = np.asarray(_within(land_use, city).geometry, dtype=object)
    drawn = shapely.intersection(shapely.union_all(shapes), city)
    return Figure(100 * float(shapely.area(drawn)) / city.area, places=1)


def _length_known(roads: gpd.GeoDataFrame) -> Figure:
    length = roads.geometry.length
    if not length.sum():
        return Figure(lacking="roads")
    return Figure(100 * float(length[roads["class"].notna()].sum() / length.sum()), places=1)


def _per(amount: float, of: float, known: float, lacking: str, places: int = 1) -> Figure:
    if not known:
        return Figure(lacking=lacking)
    if not of:
        return Figure(lacking="area" if lacking == "residents" else "residents")
    return Figure(float(amount) / of, places=places)


def _floor_area(homes: gpd.GeoDataFrame) -> float:
    """Return the floor area of homes, as far as it is known, in m²."""
    if homes.empty:
        return 0.0
    drawn = homes.geometry.area * homes["storeys"].astype("Float64").to_numpy(float, na_value=0.0)
    return float(homes["floor_area_m2"].astype("Float64").fillna(drawn).sum())


def _per_10_000(facilities: gpd.GeoDataFrame, persons: float, kind: str) -> Figure:
    if not persons:
        return Figure(lacking="residents")
    count = 0 if facilities.empty else int((facilities["kind"] == kind).sum())
    return Figure(1e4 * count / persons, places=2)


def _city(zones: gpd.GeoDataFrame) -> BaseGeometry:
    if zones.empty:
        return shapely.Polygon()
    widest: BaseGeometry = zones.geometry.iloc[int(np.argmax(zones.geometry.area.to_numpy()))]
    return widest


def _persons_within(residents: gpd.GeoDataFrame, city: BaseGeometry) -> float:
    if residents.empty:
        return 0.0
    return float(pd.to_numeric(_within(residents, city)["persons"]).sum())


def _within(layer: gpd.GeoDataFrame | None, city: BaseGeometry) -> gpd.GeoDataFrame:
    """Return the rows that touch the city; an absent layer has none."""
    if layer is None or layer.empty:
        return gpd.GeoDataFrame({"class": [], "use": []}, geometry=gpd.GeoSeries([]))
    rows = shapely.STRtree(np.asarray(layer.geometry, dtype=object)).query(city, "intersects")
    return layer.iloc[np.sort(rows)]
