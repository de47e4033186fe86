"""Where people live: census areas spread over homes, and the homes themselves."""

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from hetao.indicators.demand import grid_samples, polygonal
from hetao.indicators.measurement import require_columns, require_metric_crs
from hetao.indicators.membership import Shapes

HOME_USES = ("residential", "mixed")

SPACING_M = 50.0
"""How far apart people are placed where their homes are not known."""

M2_PER_DWELLING = 100.0
"""Floor area of a dwelling where no building of the city says how many it has."""


def homes(buildings: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """
    Return the residential and mixed buildings with their floor area and dwellings.

    Parameters
    ----------
    buildings : GeoDataFrame
        The register, in a CRS in metres.

    Returns
    -------
    GeoDataFrame
        Their rows, with `floor_m2` (stated, else footprint × storeys; storeys that are missing
        are the median of those known, 1 if none is) and `dwellings` filled up (floor area ÷ the
        median floor area of the dwellings known, 100 m² if none is); `dwellings_known` says which.
    """
    require_metric_crs(buildings=buildings)
    columns = ["use", "storeys", "floor_area_m2", "dwellings"]
    require_columns("buildings", buildings, columns)
    chosen = buildings[buildings["use"].isin(HOME_USES)].reset_index(drop=True)
    floor = floor_area(chosen)
    told = chosen["dwellings"].astype(float)
    known = told > 0
    size = (floor[known] / told[known]).median() if known.any() else M2_PER_DWELLING
    return chosen.assign(
        floor_m2=floor, dwellings=told.fillna(floor / size), dwellings_known=told.notna()
    )


def floor_area(buildings: gpd.GeoDataFrame) -> pd.Series:
    """Return the floor area of each building in m², from storeys where it is not stated."""
    storeys = buildings["storeys"].astype(float)
    median = storeys.median() if storeys.notna().any() else 1.0
    drawn = buildings.geometry.area * storeys.fillna(median)
    floor: pd.Series = buildings["floor_area_m2"].astype(float).fillna(drawn)
    return floor


def place_residents(
    population: gpd.GeoDataFrame, buildings: gpd.GeoDataFrame, residential_land: gpd.GeoDataFrame
) -> gpd.GeoDataFrame:
    """
    Return where people live, as points.

    Points stay where they are. The people of an area are spread over the homes in it by floor
    area; a building of unknown use on residential land is a home. Where most buildings of the
    area are of unknown use off residential land, or there is none, they are spread evenly over
    its residential land, and without any over the whole area. Sums are kept.

    Parameters
    ----------
    population, buildings, residential_land : GeoDataFrame
        Registers sharing a CRS in metres.

    Returns
    -------
    GeoDataFrame of points
        `persons`, and `area`, the row of `population` they come from. Rows without a number of
        persons are left out; `attrs["left_out"]` says how many.
    """
    require_metric_crs(population=population, buildings=buildings, residential=residential_land)
    require_columns("population", population, ["persons"])
    persons = population["persons"].astype(float).to_numpy()
    shapes = np.asarray(population.geometry, dtype=object)
    there = ~(shapely.is_missing(shapes) | shapely.is_empty(shapes))
    counted = np.flatnonzero(there & (persons > 0))
    flat = shapely.get_dimensions(shapes[counted]) == 2  # noqa: PLR2004  (an area)
    dots, areas = counted[~flat], counted[flat]
    spread = _spread(shapes[areas], buildings, residential_land)
    row = areas[spread["area"].to_numpy(dtype=np.intp)]
    result = gpd.GeoDataFrame(
        {
            "persons": np.concatenate([persons[dots], persons[row] * spread["share"].to_numpy()]),
            "area": np.concatenate([dots, row]),
        },
        geometry=np.concatenate(
            [shapely.centroid(shapes[dots]), shapely.points(spread[["x", "y"]].to_numpy(float))]
        ),
        crs=population.crs,
    )
    result.attrs["left_out"] = int(np.isnan(persons).sum() + (~there & (persons > 0)).sum())
    return result


def _spread(
    areas: Shapes, buildings: gpd.GeoDataFrame, residential_land: gpd.GeoDataFrame
) -> pd.DataFrame:
    """Return points in each area, each with the share of its people who live there."""
    areas = polygonal(areas)
    land = polygonal(np.asarray(residential_land.geometry, dtype=object))
    in_homes = _homes_in(areas, buildings, land)
    housed = np.isin(np.arange(len(areas)), in_homes["area"])
    on_land = _land_in(areas, land, ~housed)
    landed = np.isin(np.arange(len(areas)), on_land["area"])
    rest = np.flatnonzero(~housed & ~landed)
    anywhere = _sampled(areas[rest], rest)
    points = pd.concat([in_homes, on_land, anywhere], ignore_index=True)
    points = points.sort_values("area", kind="stable", ignore_index=True)
    whole = points.groupby("area")["weight"].transform("sum")
    return points.assign(share=points["weight"] / whole)


def _homes_in(areas: Shapes, buildings: gpd.GeoDataFrame, land: Shapes) -> pd.DataFrame:
    """Return the homes of each area where they are known well enough."""
    middle = shapely.point_on_surface(np.asarray(buildings.geometry, dtype=object))
    tree = shapely.STRtree(middle)
    on_land = np.zeros(len(buildings), dtype=bool)
    on_land[tree.query(land, predicate="intersects")[1]] = True
    unknown = buildings["use"].isna().to_numpy()
    home = buildings["use"].isin(HOME_USES).to_numpy() | (unknown & on_land)
    area, building = tree.query(areas, predicate="intersects")
    homely = np.bincount(area, weights=home[building], minlength=len(areas))
    doubtful = np.bincount(area, weights=(unknown & ~home)[building], minlength=len(areas))
    kept = home[building] & (homely >= doubtful)[area]
    area, building = area[kept], building[kept]
    floor = floor_area(buildings).to_numpy(dtype=float)
    points = middle[building]
    return _table(area, shapely.get_x(points), shapely.get_y(points), floor[building])


def _land_in(areas: Shapes, land: Shapes, wanted: NDArray[np.bool_]) -> pd.DataFrame:
    """Return points on the residential land of each wanted area."""
    rows = np.flatnonzero(wanted)
    which, piece = shapely.STRtree(land).query(areas[rows], predicate="intersects")
    shared = shapely.intersection(areas[rows[which]], land[piece])
    real = shapely.area(shared) > 0
    return _sampled(polygonal(shared[real]), rows[which[real]])


def _sampled(shapes: Shapes, area: NDArray[np.intp]) -> pd.DataFrame:
    samples = grid_samples(shapes, SPACING_M)
    return _table(area[samples.piece], samples.xy[:, 0], samples.xy[:, 1], samples.weight)


def _table(
    area: NDArray[np.intp],
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    weight: NDArray[np.float64],
) -> pd.DataFrame:
    return pd.DataFrame({"area": area, "x": x, "y": y, "weight": weight})
