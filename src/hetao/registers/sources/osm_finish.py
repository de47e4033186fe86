"""What can be said of OpenStreetMap objects only when all of them are read."""

from collections.abc import Mapping

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import Geod

from hetao.registers.faults import fault
from hetao.registers.reading import Fault
from hetao.registers.sources.osm_tags import TagMapping

GATE_DEGREES = 1e-4  # about 10 m: how far from a park's outline its gate may be drawn
_ELLIPSOID = Geod(ellps="WGS84")

Frames = dict[str, gpd.GeoDataFrame]


def finished(frames: Frames, rules: TagMapping, file: str) -> tuple[Frames, list[Fault]]:
    """
    Return the registers with what other objects say about them.

    Pitches get a kind from their area, gates on a park's outline become its entrances, and a
    thing drawn both as a point and as an outline is kept once.
    """
    frames = dict(frames)
    notes: list[Fault] = []
    if "football_pitches" in frames:
        frames["football_pitches"] = _sized(frames["football_pitches"], rules.football_area_m2)
    if "entrances" in frames and "parks" in frames:
        frames["entrances"] = _park_gates(frames["entrances"], frames["parks"])
    for register in ("facilities", "fire_stations", "parks", "car_parks", "charging_stations"):
        if register in frames:
            frames[register], dropped = _once(frames[register])
            if dropped:
                notes.append(fault("drawn_twice", f"{file} {register}", count=dropped))
    if "facilities" in frames:
        frames["facilities"] = _told_apart(frames["facilities"])
    return frames, notes


def areas_m2(frame: gpd.GeoDataFrame) -> np.ndarray:
    """Return areas on the ellipsoid; NaN for what is no polygon."""
    polygonal = shapely.get_dimensions(frame.geometry.to_numpy()) == 2  # noqa: PLR2004
    areas = np.full(len(frame), np.nan)
    for row in np.flatnonzero(polygonal):
        areas[row] = abs(_ELLIPSOID.geometry_area_perimeter(frame.geometry.iloc[row])[0])
    return areas


def _sized(pitches: gpd.GeoDataFrame, least_m2: Mapping[str, float]) -> gpd.GeoDataFrame:
    areas = areas_m2(pitches)
    kinds = list(least_m2)
    steps = np.array([least_m2[kind] for kind in kinds])
    size = np.searchsorted(steps, areas, side="right") - 1
    known = ~np.isnan(areas) & (size >= 0)
    from_area = pd.Series(pd.NA, index=pitches.index, dtype="string")
    from_area[known] = [kinds[step] for step in size[known]]
    return pitches.assign(
        kind=pitches["kind"].fillna(from_area),
        area_m2=pd.array(np.where(known, areas, np.nan), dtype="Float64"),
    )


def _park_gates(entrances: gpd.GeoDataFrame, parks: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    outlines = shapely.boundary(parks.geometry.to_numpy())
    tree = shapely.STRtree(outlines)
    near = tree.query(entrances.geometry.to_numpy(), predicate="dwithin", distance=GATE_DEGREES)
    kind = entrances["kind"].copy()
    kind.iloc[np.unique(near[0])] = "park"
    return entrances.assign(kind=kind)


def _once(frame: gpd.GeoDataFrame) -> tuple[gpd.GeoDataFrame, int]:
    """Drop points that lie in an outline of the same kind, unless their names differ."""
    shapes = frame.geometry.to_numpy()
    point = shapely.get_dimensions(shapes) == 0
    rows = np.flatnonzero(~point)
    if not point.any() or not len(rows):
        return frame, 0
    points = np.flatnonzero(point)
    inner, outer = shapely.STRtree(shapes[rows]).query(shapes[points], predicate="within")
    one, other = points[inner], rows[outer]
    kind = frame["kind"] if "kind" in frame else pd.Series("", index=frame.index)
    kinds, names = kind.to_numpy(), frame["name"].to_numpy()
    same = np.array(
        [
            kinds[a] == kinds[b]
            and (pd.isna(names[a]) or pd.isna(names[b]) or names[a] == names[b])
            for a, b in zip(one, other, strict=True)
        ],
        dtype=bool,
    )
    dropped = np.unique(one[same]) if len(same) else np.array([], dtype=int)
    kept = np.setdiff1d(np.arange(len(frame)), dropped)
    return frame.iloc[kept].reset_index(drop=True), len(dropped)


def _told_apart(facilities: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Tell the rows of one object apart that is a facility of several kinds."""
    again = facilities["id"].duplicated(keep="first")
    ids = facilities["id"].where(~again, facilities["id"] + ":" + facilities["kind"])
    return facilities.assign(id=ids)
