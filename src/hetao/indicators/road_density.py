"""Length of roads per area: the centre lines of counted classes, clipped at each zone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from hetao.indicators.measurement import (
    Measurement,
    by_zone,
    no_findings,
    require_columns,
    require_metric_crs,
    unknown,
)
from hetao.indicators.parallel_lines import (
    Floats,
    Ints,
    Segments,
    cut,
    parallel_stretches,
    segments_of,
)
from hetao.indicators.zone_lookup import smallest_zone

ROAD_COLUMNS = ("id", "name", "class", "ramp", "oneway", "dual_carriageway", "roundabout")

Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class BoundaryRule:
    """
    Which roads count as the zone's boundary.

    Attributes
    ----------
    tolerance_m : float
        How far from the outline a road along it may run.
    angle_deg : float
        How far its direction may differ from the outline's.
    """

    tolerance_m: float = 20.0
    angle_deg: float = 20.0


@dataclass(frozen=True)
class CarriagewayRule:
    """
    Which one-way roads are the two halves of one road.

    Attributes
    ----------
    gap_m : float
        How far apart their centre lines may be.
    angle_deg : float
        How far their directions may differ from opposite.
    """

    gap_m: float = 40.0
    angle_deg: float = 25.0


def road_network_density(
    zones: gpd.GeoDataFrame,
    roads: gpd.GeoDataFrame,
    *,
    classes: Sequence[str],
    count_ramps: bool = False,
    boundary_tolerance_m: float = 20.0,
    carriageway_gap_m: float = 40.0,
) -> Measurement:
    """
    Return the length of counted roads per zone area.

    Parameters
    ----------
    zones : GeoDataFrame
        Indexed by zone code.
    roads : GeoDataFrame
        The register `roads` in the CRS of the zones.
    classes : sequence of str
        Classes that count. Roads without a class count in `high` alone.
    count_ramps : bool
        Whether ramps count.
    boundary_tolerance_m : float
        A road counts as boundary road where it runs along the outline of the zone within
        this distance, inside or outside.
    carriageway_gap_m : float
        Two one-way roads of the same class that run in opposite directions, at most this far
        apart and not under different names, are one road where they run side by side: each
        counts half there. A road whose `dual_carriageway` is set is taken at its word.

    Returns
    -------
    Measurement
        m per m². Boundary roads weigh ½ in `value`, 0 in `low` and 1 in `high`. A zone whose
        only roads have no class is unknown for the reason "no_road_classes". Findings are the
        roads without a class.
    """
    require_columns("roads", roads, ROAD_COLUMNS)
    ramps = _true(roads["ramp"]) & (not count_ramps)
    classless = roads["class"].isna().to_numpy()
    counted = roads["class"].isin(list(classes)).to_numpy() & ~ramps
    measurement = _density(
        zones,
        roads,
        counted=counted,
        doubtful=classless & ~ramps,
        boundary=BoundaryRule(boundary_tolerance_m),
        carriageways=CarriagewayRule(carriageway_gap_m),
    )
    facts = {**measurement.facts, "ramps_km": _km(roads.geometry[ramps])}
    return Measurement(measurement.values, _classless(zones, roads[classless & ~ramps]), facts)


def paved_road_density(
    zones: gpd.GeoDataFrame,
    roads: gpd.GeoDataFrame,
    *,
    classes: Sequence[str],
    minimum_width_m: float,
    boundary_tolerance_m: float = 20.0,
    carriageway_gap_m: float = 40.0,
) -> Measurement:
    """
    Return the length of roads wide enough to count in urban statistics, per zone area.

    Roads of the counted classes are wide enough unless their width says otherwise; other roads,
    alleys among them, count where their width is known to suffice and count in `high` alone
    where it is not known. Motorways never count.

    Parameters
    ----------
    zones, roads, classes, boundary_tolerance_m, carriageway_gap_m
        As for `road_network_density`.
    minimum_width_m : float
        From this paved width on a road counts.

    Returns
    -------
    Measurement
        m per m², as `road_network_density` returns it, without findings.
    """
    require_columns("roads", roads, (*ROAD_COLUMNS, "width_m"))
    urban = (roads["class"] != "motorway").fillna(True).to_numpy(dtype=bool)
    urban &= ~_true(roads["ramp"])
    wide = (roads["width_m"] >= minimum_width_m).fillna(False).to_numpy(dtype=bool)
    silent = roads["width_m"].isna().to_numpy()
    sure = wide | (silent & roads["class"].isin(list(classes)).to_numpy())
    return _density(
        zones,
        roads,
        counted=urban & sure,
        doubtful=urban & silent & ~sure,
        boundary=BoundaryRule(boundary_tolerance_m),
        carriageways=CarriagewayRule(carriageway_gap_m),
    )


def carriageway_pieces(
    roads: gpd.GeoDataFrame, rule: CarriagewayRule
) -> tuple[Segments, NDArray[np.float64]]:
    """
    Return the straight pieces of roads and the weight of each.

    Parameters
    ----------
    roads : GeoDataFrame
        The register `roads`, in metres.

    Returns
    -------
    pieces : Segments
        Their owner is the row of the road.
    weight : array of float
        ½ where the piece is one of two carriageways, else 1.
    """
    pieces = segments_of(roads.geometry)
    declared = roads["dual_carriageway"].astype("boolean")
    ring = _true(roads["roundabout"])
    oneway = roads["oneway"].isin(["forward", "backward"]).to_numpy() & ~ring
    paired = oneway & ~(declared == False).fillna(False).to_numpy()  # noqa: E712  (missing is not False)
    rows = np.flatnonzero(paired[pieces.owner])
    candidates = pieces.take(rows)
    backward = (roads["oneway"] == "backward").fillna(False).to_numpy(dtype=bool)
    travelled = candidates.reversed_where(backward[candidates.owner])
    stretches = parallel_stretches(
        travelled,
        travelled,
        _partners(roads, travelled, rule.gap_m),
        gap_m=rule.gap_m,
        angle_deg=rule.angle_deg,
        opposed=True,
    )
    halves, inside, _ = cut(travelled, stretches)
    others = pieces.take(np.flatnonzero(~paired[pieces.owner]))
    xy = np.vstack([halves.xy, others.xy])
    owner = np.concatenate([halves.owner, others.owner])
    half = np.concatenate([inside, np.zeros(len(others), dtype=bool)])
    half |= _true(declared)[owner]
    order = np.argsort(owner, kind="stable")
    return Segments(xy[order], owner[order]), np.where(half[order], 0.5, 1.0)


def _partners(roads: gpd.GeoDataFrame, pieces: Segments, gap_m: float) -> tuple[Ints, Ints]:
    """Return pairs of pieces of different roads that may be carriageways of one road."""
    if not len(pieces):
        return np.empty(0, dtype=np.intp), np.empty(0, dtype=np.intp)
    lines = pieces.lines
    one, other = shapely.STRtree(lines).query(lines, predicate="dwithin", distance=gap_m)
    classes = pd.factorize(roads["class"])[0][pieces.owner]
    names = pd.factorize(roads["name"])[0][pieces.owner]  # -1: no name
    fits = (pieces.owner[one] != pieces.owner[other]) & (classes[one] == classes[other])
    fits &= (names[one] == names[other]) | (names[one] < 0) | (names[other] < 0)
    return one[fits], other[fits]


def _density(
    zones: gpd.GeoDataFrame,
    roads: gpd.GeoDataFrame,
    *,
    counted: Flags,
    doubtful: Flags,
    boundary: BoundaryRule,
    carriageways: CarriagewayRule,
) -> Measurement:
    require_metric_crs(zones=zones, roads=roads)
    present = ~(roads.geometry.isna() | roads.geometry.is_empty).to_numpy()
    used = (counted | doubtful) & present
    if not used.any():
        return unknown(zones, "no_roads")
    chosen = roads[used]
    doubt = doubtful[used]
    pieces, weight = carriageway_pieces(chosen, carriageways)
    lengths = _lengths_in_zones(zones, chosen, pieces, weight, boundary)
    sure = _by_zone(lengths[~doubt[lengths["road"]]], len(zones))
    maybe = _by_zone(lengths[doubt[lengths["road"]]], len(zones))
    area = zones.geometry.area
    numerator = (sure["inner"] + 0.5 * sure["edge"]).set_axis(zones.index)
    nothing_sure = (sure.sum(axis=1) == 0) & (maybe.sum(axis=1) > 0)
    silent = pd.Series(nothing_sure.to_numpy(), index=zones.index)
    per_area = 1 / area.where(area > 0)
    values = by_zone(
        zones,
        numerator=numerator.mask(silent),
        denominator=area,
        low=sure["inner"].set_axis(zones.index) * per_area,
        high=(sure + maybe).sum(axis=1).set_axis(zones.index) * per_area,
        reason=pd.Series("", index=zones.index).mask(silent, "no_road_classes"),
    )
    facts = _facts(zones, chosen, lengths, pieces, weight)
    return Measurement(values, no_findings(zones.crs), facts)


def _lengths_in_zones(
    zones: gpd.GeoDataFrame,
    roads: gpd.GeoDataFrame,
    pieces: Segments,
    weight: Floats,
    rule: BoundaryRule,
) -> pd.DataFrame:
    """Return the metres of each road in each zone (by row), `inner` and along its `edge`."""
    lines = np.asarray(roads.geometry, dtype=object)
    shapes = np.asarray(zones.geometry, dtype=object)
    tree = shapely.STRtree(lines)
    outlines = shapely.boundary(shapes)
    near = tree.query(outlines, predicate="dwithin", distance=rule.tolerance_m)
    within = tree.query(shapes, predicate="contains_properly")
    apart = ~np.isin(_key(within, len(lines)), _key(near, len(lines)))
    whole = np.bincount(pieces.owner, weight * pieces.lengths, minlength=len(lines))
    inner = pd.DataFrame(
        {"zone": within[0][apart], "road": within[1][apart], "inner": whole[within[1][apart]]}
    )
    border = _border_lengths(shapes, outlines, (pieces, weight), near, rule)
    return pd.concat([inner.assign(edge=0.0), border], ignore_index=True)


def _border_lengths(
    shapes: NDArray[np.object_],
    outlines: NDArray[np.object_],
    weighted: tuple[Segments, Floats],
    near: Ints,
    rule: BoundaryRule,
) -> pd.DataFrame:
    """Return the metres of roads near outlines: along the outline, or inside and not along it."""
    pieces, weight = weighted
    zone, row = _pieces_near(pieces, near)
    candidates = pieces.take(row)
    edges = segments_of(outlines)
    stretches = parallel_stretches(
        candidates,
        edges,
        _edge_pairs(pieces, (zone, row), edges, rule.tolerance_m),
        gap_m=rule.tolerance_m,
        angle_deg=rule.angle_deg,
    )
    parts, along, origin = cut(candidates, stretches)
    metres = parts.lengths * weight[row[origin]]
    of_zone = zone[origin]
    lines = parts.lines
    shapely.prepare(shapes)
    inside = ~along & shapely.contains_properly(shapes[of_zone], lines)
    crossing = ~along & ~inside & shapely.intersects(shapes[of_zone], lines)
    share = inside.astype(float)
    kept = shapely.intersection(shapes[of_zone[crossing]], lines[crossing])
    share[crossing] = shapely.length(kept) / parts.lengths[crossing]
    return pd.DataFrame(
        {
            "zone": of_zone,
            "road": parts.owner,
            "inner": metres * share,
            "edge": np.where(along, metres, 0.0),
        }
    )


def _pieces_near(pieces: Segments, near: Ints) -> tuple[Ints, Ints]:
    """Return zone and row of each piece of the roads near that zone's outline, ascending."""
    zone, road = near[:, np.lexsort((near[1], near[0]))]
    first = np.searchsorted(pieces.owner, road)
    count = np.searchsorted(pieces.owner, road, side="right") - first
    start = np.cumsum(count) - count
    row = np.arange(count.sum()) - np.repeat(start - first, count)
    return np.repeat(zone, count), row


def _edge_pairs(
    pieces: Segments, pairs: tuple[Ints, Ints], edges: Segments, tolerance_m: float
) -> tuple[Ints, Ints]:
    """Return, for (zone, piece) pairs, which edges of that zone's outline are near the piece."""
    zone, row = pairs
    used = np.unique(row)
    if not len(used):
        return np.empty(0, dtype=np.intp), np.empty(0, dtype=np.intp)
    at, edge = shapely.STRtree(edges.lines).query(
        pieces.take(used).lines, predicate="dwithin", distance=tolerance_m
    )
    known = _key((zone, row), len(pieces))
    wanted = _key((edges.owner[edge], used[at]), len(pieces))
    place = np.searchsorted(known, wanted)
    place[place == len(known)] = 0
    found = known[place] == wanted
    return place[found], edge[found]


def _key(pairs: Ints | tuple[Ints, Ints], width: int) -> NDArray[np.int64]:
    return np.asarray(pairs[0], dtype=np.int64) * width + np.asarray(pairs[1], dtype=np.int64)


def _by_zone(lengths: pd.DataFrame, count: int) -> pd.DataFrame:
    sums = lengths.groupby("zone")[["inner", "edge"]].sum()
    return sums.reindex(range(count), fill_value=0.0)


def _facts(
    zones: gpd.GeoDataFrame,
    roads: gpd.GeoDataFrame,
    lengths: pd.DataFrame,
    pieces: Segments,
    weight: Floats,
) -> Mapping[str, Any]:
    """Return what stands behind the figure of the widest zone."""
    widest = int(np.argmax(zones.geometry.area.to_numpy()))
    here = lengths[lengths["zone"] == widest]
    metres = (here["inner"] + here["edge"]).to_numpy() / 1000
    classes = roads["class"].iloc[here["road"]].to_numpy(dtype=object, na_value="unknown")
    by_class = pd.Series(metres).groupby(classes).sum()
    halved = np.bincount(pieces.owner, (1 - weight) * pieces.lengths, minlength=len(roads))
    return {
        "zone": str(zones.index[widest]),
        "km_by_class": {str(name): round(float(km), 3) for name, km in by_class.items()},
        "boundary_km": round(float(here["edge"].sum()) / 1000, 3),
        "second_carriageways_km": round(float(halved[here["road"].unique()].sum()) / 1000, 3),
        "unknown_class_km": round(float(metres[classes == "unknown"].sum()), 3),
    }


def _classless(zones: gpd.GeoDataFrame, roads: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    zone = smallest_zone(zones, shapely.point_on_surface(roads.geometry.to_numpy()))
    length = roads.geometry.length.to_numpy()
    found = gpd.GeoDataFrame(
        {
            "feature": roads["id"].astype("string").to_numpy(),
            "zone": zone,
            "severity": np.minimum(length / 1000, 1.0),
            "road": roads["name"].fillna(roads["id"]).astype("string").to_numpy(),
            "length_m": length,
        },
        geometry=roads.geometry.to_numpy(),
        crs=zones.crs,
    )
    return found[found["zone"].notna()].reset_index(drop=True)


def _km(lines: gpd.GeoSeries) -> float:
    return round(float(lines.length.sum()) / 1000, 3)


def _true(column: pd.Series) -> Flags:
    return column.astype("boolean").fillna(False).to_numpy(dtype=bool)
