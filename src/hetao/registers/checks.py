"""Faults that show only when the layers lie on top of each other."""

from collections.abc import Collection, Iterator, Mapping, Sequence

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from hetao.geo.crs import metric_crs
from hetao.geo.datum import from_bd09, from_gcj02, unshifted
from hetao.registers.definition import register_named
from hetao.registers.faults import fault, shown
from hetao.registers.reading import Fault

MOSTLY_OUTSIDE = 0.5
FAR_KM = 50.0
KM_PER_DEGREE = 111.0
OVERLAP_M2 = 100.0
OVERLAP_SHARE = 0.01
NEAR_M = 25.0
"""A point of interest or the edge of a street block lies within this of a road, as a rule."""
CLEARLY_BETTER = 0.15
SAMPLE = 2000
FEWEST = 20
DATUM_LAYERS = frozenset(
    {"buildings", "facilities", "fire_stations", "parks", "charging_stations", "car_parks"}
)

Registers = Mapping[str, gpd.GeoDataFrame]


def check_against(
    registers: Registers,
    zones: gpd.GeoDataFrame | None,
    *,
    only: Collection[str] | None = None,
    facility_kinds: Sequence[str] = (),
) -> list[Fault]:
    """
    Check layers against the boundary and the roads.

    Parameters
    ----------
    registers : mapping of str to GeoDataFrame
        In the storage CRS.
    zones : GeoDataFrame, optional
        Zones of all levels; those of level "city" are the boundary.
    only : collection of str, optional
        Check these registers only; the others are what they are checked against.
    facility_kinds : sequence of str
        The kinds that standards list.
    """
    registers = _placed(registers)
    wanted = set(registers) if only is None else set(only) & set(registers)
    faults: list[Fault] = []
    if zones is not None and len(zones):
        boundary = zones.loc[zones["level"] == "city", "geometry"].union_all()
        if not boundary.is_empty:
            faults += _outside(registers, wanted, boundary)
        faults += _zone_faults(zones)
    faults += _shifted(registers, wanted)
    faults += _gaps(registers, wanted, facility_kinds)
    return faults


def _placed(registers: Registers) -> Registers:
    """Return the registers whose things have a place."""
    return {
        id_: frame[frame.geometry.notna()] if register_named(id_).geometry == "optional" else frame
        for id_, frame in registers.items()
        if register_named(id_).geometry != "none"
    }


def _outside(registers: Registers, wanted: set[str], boundary: shapely.Geometry) -> Iterator[Fault]:
    shapely.prepare(boundary)
    for id_ in sorted(id_ for id_ in wanted & set(registers) if len(registers[id_])):
        shapes = registers[id_].geometry.to_numpy()
        outside = ~shapely.intersects(boundary, shapes)
        count, share = int(outside.sum()), float(outside.mean())
        if count == len(shapes):
            yield fault("outside_boundary", id_, count=count)
        elif share > MOSTLY_OUTSIDE:
            yield fault("partly_outside", id_, count=count, share=share)


def elsewhere(registers: Registers, zones: gpd.GeoDataFrame | None, where: str) -> Fault | None:
    """
    Return the fault of a source that lies wholly outside the boundary, if it does.

    Parameters
    ----------
    registers : mapping of str to GeoDataFrame
        What the source gave, in the storage CRS.
    """
    layers = [frame for id_, frame in _placed(registers).items() if id_ != "zones" and len(frame)]
    if zones is None or not layers:
        return None
    boundary = zones.loc[zones["level"] == "city", "geometry"].union_all()
    if boundary.is_empty:
        return None
    shapely.prepare(boundary)
    if any(shapely.intersects(boundary, frame.geometry.to_numpy()).any() for frame in layers):
        return None
    box = shapely.union_all([shapely.box(*frame.total_bounds) for frame in layers])
    return fault(
        "boundary_elsewhere",
        where,
        count=sum(map(len, layers)),
        boundary=_at(boundary),
        data=_at(box),
    )


def far_apart(registers: Registers, loaded: Registers, where: str) -> Fault | None:
    """Return the fault of a source that lies far from what is loaded already, if it does."""
    here, there = (
        [shapely.box(*frame.total_bounds) for frame in _placed(layers).values() if len(frame)]
        for layers in (registers, loaded)
    )
    if not here or not there:
        return None
    degrees = shapely.distance(shapely.union_all(here), shapely.union_all(there))
    km = float(degrees) * KM_PER_DEGREE
    return fault("far_apart", where, km=km) if km > FAR_KM else None


def _at(shape: shapely.Geometry) -> str:
    middle = shapely.centroid(shape)
    return f"({shapely.get_x(middle):.4f}, {shapely.get_y(middle):.4f})"


def _gaps(registers: Registers, wanted: set[str], facility_kinds: Sequence[str]) -> Iterator[Fault]:
    if "roads" in wanted and len(roads := registers["roads"]):
        count = int(roads["class"].isna().sum())
        if count:
            yield fault("classless_roads", "roads", count=count, total=len(roads))
    if "buildings" in wanted and len(buildings := registers["buildings"]):
        count = int(buildings["storeys"].isna().sum())
        if count:
            yield fault("storeyless_buildings", "buildings", count=count, total=len(buildings))
    if "facilities" in wanted and facility_kinds:
        kinds = registers["facilities"]["kind"].dropna()
        strange = kinds[~kinds.isin(facility_kinds)].value_counts()
        if len(strange):
            cells = shown(f"{kind} ×{count}" for kind, count in strange.items())
            yield fault("unknown_kinds", "facilities", count=int(strange.sum()), cells=cells)


def _zone_faults(zones: gpd.GeoDataFrame) -> Iterator[Fault]:
    orphan = zones["parent"].notna() & ~zones["parent"].isin(zones["id"])
    if orphan.any():
        cells = shown(zones.loc[orphan, "id"] + "→" + zones.loc[orphan, "parent"])
        yield fault("orphan_zones", "zones", count=int(orphan.sum()), cells=cells)
    centre = shapely.centroid(zones.geometry.iloc[0])
    metric = zones.to_crs(metric_crs(centre.x, centre.y))
    for level, group in metric.groupby("level"):
        pairs = list(_overlaps(group))
        if pairs:
            yield fault(
                "overlapping_zones", f"zones [{level}]", count=len(pairs), cells=shown(pairs)
            )


def _overlaps(zones: gpd.GeoDataFrame) -> Iterator[str]:
    shapes = zones.geometry.to_numpy()
    one, other = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    pairs = one < other
    one, other = one[pairs], other[pairs]
    shared = shapely.area(shapely.intersection(shapes[one], shapes[other]))
    smaller = np.minimum(shapely.area(shapes[one]), shapely.area(shapes[other]))
    told = (shared > OVERLAP_M2) & (shared > OVERLAP_SHARE * smaller)
    ids = zones["id"].to_numpy()
    for a, b in zip(one[told], other[told], strict=True):
        yield f"{ids[a]}/{ids[b]}"


def _shifted(registers: Registers, wanted: set[str]) -> Iterator[Fault]:
    """Tell of layers that fit the roads clearly better once taken back from a web-map datum."""
    roads = registers.get("roads")
    if roads is None or len(roads) < FEWEST:
        return
    for id_ in sorted(wanted & DATUM_LAYERS & set(registers)):
        layer = registers[id_]
        if len(layer) < FEWEST or set(layer["source"].dropna()) & set(roads["source"].dropna()):
            continue
        told = _suspicion(layer, roads)
        if told is not None:
            datum, before, after = told
            clash = id_ == "buildings"
            yield fault(
                "suspicious_datum", id_, count=len(layer), datum=datum, before=before, after=after,
                measure_zh="不压道路的比例" if clash else "临近道路的比例",
                measure_en="keep clear of the roads" if clash else "lie near a road",
            )  # fmt: skip


def _suspicion(layer: gpd.GeoDataFrame, roads: gpd.GeoDataFrame) -> tuple[str, float, float] | None:
    shapes = layer.geometry.to_numpy()
    if len(shapes) > SAMPLE:
        shapes = shapes[:: len(shapes) // SAMPLE]
    centre = shapely.centroid(shapely.box(*layer.total_bounds))
    crs = metric_crs(centre.x, centre.y)
    tree = shapely.STRtree(roads.geometry.to_crs(crs).to_numpy())
    before = _fit(shapes, layer, tree, crs)
    best = ("", before)
    for datum, back in (("GCJ-02", from_gcj02), ("BD-09", from_bd09)):
        after = _fit(unshifted(shapes, back), layer, tree, crs)
        if after > best[1]:
            best = (datum, after)
    return (best[0], before, best[1]) if best[1] - before > CLEARLY_BETTER else None


def _fit(
    shapes: NDArray[np.object_], layer: gpd.GeoDataFrame, tree: shapely.STRtree, crs: object
) -> float:
    """Return how well a layer fits the roads: buildings off them, points beside them."""
    moved = gpd.GeoSeries(shapes, crs=layer.crs).to_crs(crs).to_numpy()
    polygonal = shapely.get_dimensions(moved) == 2  # noqa: PLR2004
    if polygonal.mean() > MOSTLY_OUTSIDE:
        hit = np.unique(tree.query(moved, predicate="intersects")[0])
        return 1 - len(hit) / len(moved)
    near = np.unique(tree.query(moved, predicate="dwithin", distance=NEAR_M)[0])
    return len(near) / len(moved)
