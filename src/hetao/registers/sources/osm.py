"""Read an OpenStreetMap extract into registers, in one pass over its objects."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import osmium
import shapely

from hetao.errors import Tell, quiet
from hetao.registers.definition import STORAGE_CRS, registers
from hetao.registers.faults import fault
from hetao.registers.reading import Fault, Reading
from hetao.registers.sources.osm_finish import finished
from hetao.registers.sources.osm_rows import fields_of
from hetao.registers.sources.osm_tags import Shape, TagMapping, tag_mapping

ATTRIBUTION = "© OpenStreetMap contributors"
LICENCE = "ODbL 1.0"
MADE_BY = "hetao demo"
"""Who wrote an extract of a made city: it holds nothing of OpenStreetMap's."""

LINES_WITH_NODES = frozenset({"roads", "footways", "barriers"})
TURNING_PLACES = frozenset({"turning_circle", "turning_loop", "mini_roundabout"})
STEP = 20_000

Coordinates = list[tuple[float, float]]


@dataclass
class Collected:
    """What one pass gathers: rows by register, geometry as plain coordinates or WKB."""

    rows: dict[str, list[dict[str, Any]]] = field(default_factory=lambda: defaultdict(list))
    shapes: dict[str, list[Any]] = field(default_factory=lambda: defaultdict(list))
    turning: set[int] = field(default_factory=set)
    relations: set[int] = field(default_factory=set)
    counts: Counter[str] = field(default_factory=Counter)

    def add(self, register: str, row: dict[str, Any], shape: object) -> None:
        """Keep one row."""
        self.rows[register].append(row)
        self.shapes[register].append(shape)


def read_osm(path: Path, *, mapping: Path | None = None, tell: Tell = quiet) -> Reading:
    """
    Read `.osm.pbf`, `.osm`, `.osm.gz` or `.osm.bz2`.

    Parameters
    ----------
    mapping : Path, optional
        A TOML file laid over the package's mapping from tags.

    Returns
    -------
    Reading
        The registers in EPSG:4490 (WGS 84 taken as CGCS2000). A way that a clipped extract
        breaks is broken there: its pieces are "w1", "w1.2", … A file that is damaged anywhere
        is refused whole, with one fault.
    """
    rules = tag_mapping(mapping)
    collected = Collected()
    try:
        with osmium.io.Reader(str(path)) as reader:
            made = reader.header().get("generator") == MADE_BY
        _collect(path, rules, collected, tell)
    except (RuntimeError, osmium.InvalidLocationError) as error:
        return Reading({}, (fault("osm_damaged", path.name, why=str(error).splitlines()[0]),))
    frames = {
        id_: _frame(id_, collected.rows[id_], collected.shapes[id_])
        for id_ in sorted(collected.rows)
    }
    if "roads" in frames:
        frames["roads"] = _with_turning_places(frames["roads"], collected.turning)
    frames, notes = finished(frames, rules, path.name)
    faults = [*_faults(path, collected, frames), *notes]
    if made:
        return Reading(frames, tuple(faults))
    return Reading(frames, tuple(faults), ATTRIBUTION, LICENCE)


def _collect(path: Path, rules: TagMapping, collected: Collected, tell: Tell) -> None:
    wanted = osmium.filter.KeyFilter(*rules.keys, "junction", "noexit")
    objects = osmium.FileProcessor(str(path)).with_locations().with_areas(wanted)
    objects.with_filter(osmium.filter.EmptyTagFilter())
    factory = osmium.geom.WKBFactory()
    thing: Any
    for count, thing in enumerate(objects):
        if count % STEP == 0:
            tell("read", count, 0)
        tags = dict(thing.tags)
        if thing.is_node():
            _node(thing, tags, rules, collected)
        elif thing.is_way():
            _way(thing, tags, rules, collected)
        elif thing.is_area():
            _area(thing, tags, rules, collected, factory)
        elif tags.get("type") == "multipolygon" and any(rules.matches(tags, "area")):
            collected.relations.add(thing.id)


def _node(node: Any, tags: dict[str, str], rules: TagMapping, collected: Collected) -> None:  # noqa: ANN401
    if tags.get("highway") in TURNING_PLACES or tags.get("noexit") == "yes":
        collected.turning.add(node.id)
    if not node.location.valid():
        return
    at = (node.location.lon, node.location.lat)
    for register, row in _rows(rules, tags, "node"):
        if register == "barriers":
            row["nodes"] = [node.id]
        collected.add(register, {"id": f"n{node.id}", **row}, at)


def _way(way: Any, tags: dict[str, str], rules: TagMapping, collected: Collected) -> None:  # noqa: ANN401
    matched = list(_rows(rules, tags, "way"))
    if not matched:
        return
    if tags.get("area") == "yes" and way.is_closed():
        return  # a square drawn as an area: it comes again as one
    pieces = list(_pieces(way))
    if len(pieces) != 1:
        collected.counts["broken" if pieces else "empty"] += 1
    for number, (refs, line) in enumerate(pieces, start=1):
        id_ = f"w{way.id}" if number == 1 else f"w{way.id}.{number}"
        for register, row in matched:
            own = {"id": id_, **row}
            if register in LINES_WITH_NODES:
                own["nodes"] = refs
            collected.add(register, own, line)


def _pieces(way: Any) -> Iterator[tuple[list[int], Coordinates]]:  # noqa: ANN401
    """Yield the runs of a way whose nodes the extract holds; the gaps are not bridged."""
    refs: list[int] = []
    line: Coordinates = []
    for node in way.nodes:
        if node.location.valid():
            if not refs or refs[-1] != node.ref:
                refs.append(node.ref)
                line.append((node.location.lon, node.location.lat))
        else:
            if len(refs) > 1:
                yield refs, line
            refs, line = [], []
    if len(refs) > 1:
        yield refs, line


def _area(
    area: Any,  # noqa: ANN401
    tags: dict[str, str],
    rules: TagMapping,
    collected: Collected,
    factory: Any,  # noqa: ANN401
) -> None:
    matched = list(_rows(rules, tags, "area"))
    if not matched:
        return
    try:
        shape = factory.create_multipolygon(area)
    except (RuntimeError, osmium.InvalidLocationError):
        collected.counts["open"] += 1
        return
    if not area.from_way():
        collected.relations.discard(area.orig_id())
    prefix = "w" if area.from_way() else "r"
    for register, row in matched:
        collected.add(register, {"id": f"{prefix}{area.orig_id()}", **row}, shape)


def _rows(
    rules: TagMapping, tags: dict[str, str], shape: Shape
) -> Iterator[tuple[str, dict[str, Any]]]:
    for rule in rules.matches(tags, shape):
        row = fields_of(rule.register, tags, rule.values, is_line=shape == "way")
        yield rule.register, row


def _frame(register: str, rows: list[dict[str, Any]], shapes: list[Any]) -> gpd.GeoDataFrame:
    columns = {
        column.name: [row.get(column.name) for row in rows]
        for column in registers()[register].fields
    }
    frame = gpd.GeoDataFrame(columns, geometry=_geometries(shapes), crs=STORAGE_CRS)
    return registers()[register].conform(frame)


def _with_turning_places(roads: gpd.GeoDataFrame, turning: set[int]) -> gpd.GeoDataFrame:
    """Mark roads that end at a turning circle or loop as designed to end there."""
    ends = [bool({nodes[0], nodes[-1]} & turning) for nodes in roads["nodes"]]
    return roads.assign(cul_de_sac=roads["cul_de_sac"].mask(ends, True))


def _geometries(shapes: list[Any]) -> np.ndarray:
    """Return geometries from points (pairs), lines (lists of pairs) and areas (WKB in hex)."""
    built = np.empty(len(shapes), dtype=object)
    points = np.array([isinstance(shape, tuple) for shape in shapes])
    lines = np.array([isinstance(shape, list) for shape in shapes])
    if points.any():
        built[points] = shapely.points([shape for shape in shapes if isinstance(shape, tuple)])
    if lines.any():
        runs = [shape for shape in shapes if isinstance(shape, list)]
        index = np.repeat(np.arange(len(runs)), [len(run) for run in runs])
        built[lines] = shapely.linestrings(np.concatenate(runs), indices=index)
    areas = ~points & ~lines
    if areas.any():
        built[areas] = _simple(
            shapely.from_wkb([shape for shape in shapes if isinstance(shape, str)])
        )
    return built


def _simple(areas: np.ndarray) -> np.ndarray:
    """Return multipolygons of one part as polygons."""
    single = shapely.get_num_geometries(areas) == 1
    areas[single] = shapely.get_geometry(areas[single], 0)
    return areas


def _faults(
    path: Path, collected: Collected, frames: dict[str, gpd.GeoDataFrame]
) -> Iterator[Fault]:
    if not frames:
        yield fault("osm_empty", path.name)
    if clipped := collected.counts["broken"] + collected.counts["empty"]:
        yield fault("osm_clipped", path.name, count=clipped)
    if unclosed := collected.counts["open"] + len(collected.relations):
        yield fault("osm_open_areas", path.name, count=unclosed)
