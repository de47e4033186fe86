"""Things of a register, with or without a place: which zones they count in, and which year."""

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from hetao.indicators.membership import Membership, membership, points_in_zones

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Listed:
    """
    Things of a register and the zones that they count in.

    Attributes
    ----------
    held : Membership
        A thing whose row names no zone counts in the city, and in the built-up area where the
        city has one only.
    unplaced : array of bool
        Things that may lie in any zone of the city.
    """

    things: gpd.GeoDataFrame
    zones: gpd.GeoDataFrame
    held: Membership
    unplaced: NDArray[np.bool_]

    @property
    def widest(self) -> pd.Series:
        """Say of each zone whether things without a place count in it, by zone code."""
        return pd.Series(_takes_all(self.zones), index=self.zones.index)

    def total(self, amounts: Floats) -> pd.Series:
        """Return the sum of the amounts in each zone; NaN counts as nothing."""
        return self.held.total(np.nan_to_num(amounts))

    def unplaced_total(self, amounts: Floats) -> pd.Series:
        """Return what each zone may hold beside its total: the amounts of unplaced things."""
        left = float(np.nansum(amounts[self.unplaced]))
        return pd.Series(np.where(self.widest, 0.0, left), index=self.zones.index)

    def places(self) -> NDArray[np.object_]:
        """Return where each thing is: its own geometry, else a point of its zone, else None."""
        shapes = np.asarray(self.things.geometry, dtype=object).copy()
        nowhere = shapely.is_missing(shapes)
        zone = np.where(self.unplaced, -1, self.held.finest)
        points = shapely.point_on_surface(np.asarray(self.zones.geometry, dtype=object))
        known = nowhere & (zone >= 0)
        shapes[known] = points[zone[known]]
        return shapes


def listed(zones: gpd.GeoDataFrame, things: gpd.GeoDataFrame) -> Listed:
    """
    Return which zones hold which things: by their place, else by the zone their row names.

    Parameters
    ----------
    zones : GeoDataFrame
        Indexed by zone code, with `name` and `level`.
    things : GeoDataFrame
        With the column `zone` (code or name) where they may lack a geometry.
    """
    shapes = np.asarray(things.geometry, dtype=object)
    areas = np.asarray(zones.geometry, dtype=object)
    nowhere = shapely.is_missing(shapes)
    points = np.full(len(things), None, dtype=object)
    points[~nowhere] = shapely.point_on_surface(shapes[~nowhere])
    named = _named(zones, things)
    by_name = nowhere & (named >= 0)
    points[by_name] = shapely.point_on_surface(areas[named[by_name]])
    found = points_in_zones(zones, points)
    area = zones.geometry.area.to_numpy()
    least = np.zeros(len(things))
    least[by_name] = area[named[by_name]] * (1 - 1e-9)
    fits = area[found.zone] >= least[found.thing]
    unplaced = nowhere & (named < 0)
    wide = np.flatnonzero(_takes_all(zones))
    loose = np.flatnonzero(unplaced)
    thing = np.concatenate([found.thing[fits], np.repeat(loose, len(wide))])
    zone = np.concatenate([found.zone[fits], np.tile(wide, len(loose))])
    pairs = membership(zones, thing.astype(np.intp), zone.astype(np.intp), len(things))
    return Listed(things, zones, pairs, unplaced)


def _takes_all(zones: gpd.GeoDataFrame) -> NDArray[np.bool_]:
    level = zones["level"]
    built = (level == "built_up_area").to_numpy()
    city = (level == "city").to_numpy()
    return np.asarray(city | (built if built.sum() == 1 else False))


def _named(zones: gpd.GeoDataFrame, things: gpd.GeoDataFrame) -> NDArray[np.intp]:
    """Return the position of the zone that each row names; -1 where it names none."""
    if "zone" not in things:
        return np.full(len(things), -1, dtype=np.intp)
    names = zones["name"].astype("string")
    once = ~names.duplicated(keep=False) & names.notna()
    known = {str(name): at for at, name in enumerate(names) if once.iloc[at]}
    known |= {str(code): at for at, code in enumerate(zones.index)}
    words = things["zone"].astype("string").fillna("").str.strip()
    return np.array([known.get(str(word), -1) for word in words], dtype=np.intp)


def in_year(things: gpd.GeoDataFrame, column: str, year: int) -> gpd.GeoDataFrame:
    """Return the rows of a year; `column` holds years, or dates as text."""
    if not column:
        return things
    begins = things[column].astype("string").str.slice(0, 4)
    return things[(begins == str(year)).fillna(value=False)].reset_index(drop=True)


def numbers(things: gpd.GeoDataFrame, column: str) -> Floats:
    """Return a column as floats: 1 and 0 for yes and no, NaN where nothing is known."""
    return np.asarray(things[column].astype("Float64").to_numpy(dtype=float, na_value=np.nan))


def flagged(things: gpd.GeoDataFrame, columns: dict[str, float]) -> Floats:
    """
    Return 1 where any column is above its limit, 0 where none is, NaN where it is not known.

    Parameters
    ----------
    columns : mapping of str to float
        Limit by column; a yes is above 0.
    """
    values = np.column_stack([numbers(things, name) - limit for name, limit in columns.items()])
    some = (values > 0).any(axis=1)
    unsure = np.isnan(values).any(axis=1) & ~some
    return np.where(unsure, np.nan, some.astype(float))


def one_of(things: gpd.GeoDataFrame, column: str, values: list[str]) -> Floats:
    """Return 1 where a column holds one of these values, 0 where another, NaN where nothing."""
    known = things[column].notna().to_numpy()
    return np.where(known, things[column].isin(values).to_numpy().astype(float), np.nan)
