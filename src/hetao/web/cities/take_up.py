"""Take a snapshot's zones and things up into the database, where people look for them."""

import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from django.db import transaction
from django.db.models import Max

from hetao.errors import Tell, quiet
from hetao.plan.body_sounds import sounds
from hetao.registers.definition import Register, registers
from hetao.registers.snapshot import Snapshot
from hetao.web.cities.indexing import index_large
from hetao.web.cities.models import Thing, Zone
from hetao.web.cities.placing import HOLDING
from hetao.web.pouring import pour

BATCH = 2000
NOT_THINGS = frozenset({"zones", "survey_answers", "road_speeds", "peer_figures"})
COMMON = ("id", "name", "source")
PICTURE = 1500.0  # parts across; the small maps are a third as wide, so none shows a corner cut
ADDRESS = ("address", "street", "location")
COLUMNS = (
    "register", "ref", "name", "zone", "community", "county", "sought", "fields", "west", "south",
    "east", "north", "shape", "version", "changed",
)  # fmt: skip


def take_up_registers(snapshot: Snapshot, *, tell: Tell = quiet) -> int:
    """
    Replace all zones and things by those of a snapshot; return how many things there are.

    Each gets a version that none had before: whoever opened a thing earlier is told that it may
    have changed.
    """
    wanted = [id_ for id_ in snapshot.manifest["registers"] if id_ not in NOT_THINGS]
    zones = snapshot.zones
    counties = Counties(zones)
    count = 0
    with transaction.atomic():
        Zone.objects.all().delete()
        Zone.objects.bulk_create(_zones(zones, counties), batch_size=BATCH)
        version = next_version()
        Thing.objects.all().delete()
        for step, id_ in enumerate(wanted):
            tell("take_up", step, len(wanted))
            parts = (rows_of(registers()[id_], part, counties, version)
                     for part in snapshot.parts(id_))  # fmt: skip
            count += pour(Thing, COLUMNS, chain.from_iterable(parts))
        index_large()
    tell("take_up", len(wanted), len(wanted))
    return count


def next_version() -> int:
    """Return a version that no thing has had."""
    return (Thing.objects.aggregate(most=Max("version"))["most"] or 0) + 1


class Counties:
    """Which county a zone or a place lies in."""

    def __init__(self, zones: gpd.GeoDataFrame) -> None:
        self.parent = zones["parent"].fillna("").to_dict()
        self.level = zones["level"].to_dict()
        self.known = {level: _Known(zones, level) for level in ("county", *HOLDING)}

    def of_zone(self, code: str) -> str:
        """Return the county a zone belongs to by its parents; "" for the city and strangers."""
        seen: set[str] = set()
        while code and code not in seen:
            if self.level.get(code) == "county":
                return code
            seen.add(code)
            code = self.parent.get(code) or ""
        return ""

    def of_places(self, shapes: Any) -> Any:  # noqa: ANN401
        """Return the county of each shape by a point on it; "" where none holds it."""
        return self.known["county"].holding(shapely.point_on_surface(shapes))

    def communities(self, shapes: Any) -> Any:  # noqa: ANN401
        """Return the community that holds each shape, else its sub-district; "" where none does."""
        points = shapely.point_on_surface(shapes)
        found = np.full(len(points), "", dtype=object)
        for level in HOLDING:
            lacking = found == ""
            found[lacking] = self.known[level].holding(points[lacking])
        return found


class _Known:
    """The zones of one level."""

    def __init__(self, zones: gpd.GeoDataFrame, level: str) -> None:
        chosen = zones[zones["level"] == level]
        self.codes = chosen.index.to_numpy()
        self.tree = shapely.STRtree(chosen.geometry.to_numpy())

    def holding(self, points: Any) -> Any:  # noqa: ANN401
        """Return the code of the zone that holds each point; "" where none does."""
        found = np.full(len(points), "", dtype=object)
        if len(self.codes) and len(points):
            which, zone = self.tree.query(points, predicate="intersects")
            found[which] = self.codes[zone]
        return found


def things(
    register: Register, frame: gpd.GeoDataFrame, counties: Counties, version: int
) -> Iterator[Thing]:
    """Yield a register's rows as things; what is personal stays out."""
    for row in rows_of(register, frame, counties, version):
        yield Thing(**dict(zip(COLUMNS, row, strict=True)))


def rows_of(
    register: Register, frame: gpd.GeoDataFrame, counties: Counties, version: int
) -> Iterator[tuple[Any, ...]]:
    """Yield the values of a register's rows in the order of `COLUMNS`."""
    shapes = shapely.force_2d(frame.geometry.to_numpy())
    has = ~(shapely.is_missing(shapes) | shapely.is_empty(shapes))
    bounds, blobs = shapely.bounds(shapes).tolist(), shapely.to_wkb(shapes)
    placed, held = np.full((2, len(frame)), "", dtype=object)
    placed[has], held[has] = counties.of_places(shapes[has]), counties.communities(shapes[has])
    names = [c.name for c in register.fields if not c.personal and c.name not in COMMON]
    columns = [_cells(frame[name]) for name in names]
    titles = ["" if name is None else str(name) for name in _cells(frame["name"])]
    refs = [str(ref) for ref in frame["id"]]
    nowhere = (None, None, None, None)
    for at, values in enumerate(zip(*columns, strict=True) if columns else ((),) * len(frame)):
        fields = {key: value for key, value in zip(names, values, strict=True) if value is not None}
        zone, ref, name = str(fields.get("zone") or ""), refs[at], titles[at]
        addresses = (str(fields[key]) for key in ADDRESS if fields.get(key))
        yield (
            register.id, ref[:120], name[:200], zone[:40], held[at],
            placed[at] or counties.of_zone(zone), sought(name, ref, *addresses), fields,
            *(bounds[at] if has[at] else nowhere), blobs[at] if has[at] else None, version,
            False,
        )  # fmt: skip


def _cells(column: "pd.Series[Any]") -> list[Any]:
    """Return a column as JSON can hold it; None where a value is missing."""
    if column.dtype == object:
        return [plain(value) for value in column]
    cells: list[Any] = column.astype(object).where(column.notna(), None).tolist()
    return cells if column.dtype != float else [plain(value) for value in cells]


def sought(name: str, *others: str) -> str:
    """
    Return what a search looks through: the name, its pinyin and initials, codes and addresses.

    Any two neighbours of a Chinese name stand as a word of their own too, so that an index of
    three-letter groups finds short words by how they begin.

    Examples
    --------
    >>> sought("人民公园", "P01")
    '人民公园 renmingongyuan rmgy p01 人民 民公 公园'
    """
    parts = (name, *others)
    spoken = sounds(name) if _is_chinese(name) else ()
    pairs = [
        part[at : at + 2] for part in parts if _is_chinese(part) for at in range(len(part) - 1)
    ]
    return " ".join(part for part in (name, *spoken, *others, *pairs) if part.strip()).lower()


def _is_chinese(text: str) -> bool:
    return any("\u4e00" <= letter <= "\u9fff" for letter in text)


def plain(value: Any) -> Any:  # noqa: ANN401
    """Return a cell as JSON can hold it; None where it is missing."""
    if isinstance(value, list | tuple | np.ndarray):
        return [plain(part) for part in value]
    if value is None or value is pd.NA or (isinstance(value, float) and not np.isfinite(value)):
        return None
    return value.item() if isinstance(value, np.generic) else json.loads(json.dumps(value))


def _zones(zones: gpd.GeoDataFrame, counties: Counties) -> Iterator[Zone]:
    bounds = zones.geometry.bounds.to_numpy()
    shapes = shapely.force_2d(zones.geometry.to_numpy())
    blobs, outlines = shapely.to_wkb(shapes), shapely.to_wkb(_outlines(shapes, zones["level"]))
    rows: Sequence[Mapping[str, Any]] = pd.DataFrame(zones.drop(columns="geometry")).to_dict(
        "records"
    )  # type: ignore[assignment]
    for place, row in enumerate(rows):
        west, south, east, north = map(float, bounds[place])
        code = str(row["id"])
        yield Zone(
            code=code, name=str(plain(row["name"]) or code), level=str(row["level"]),
            parent=str(plain(row["parent"]) or ""), county=counties.of_zone(code),
            west=west, south=south, east=east, north=north, shape=blobs[place],
            outline=outlines[place],
        )  # fmt: skip


def _outlines(shapes: Any, levels: "pd.Series[Any]") -> Any:  # noqa: ANN401
    """Return shapes without what is finer than a picture of all zones of their level shows."""
    found = np.array(shapes, dtype=object)
    for level in levels.unique():
        chosen = (levels == level).to_numpy(dtype=bool)
        west, south, east, north = shapely.total_bounds(shapes[chosen])
        finest = max(east - west, north - south) / PICTURE
        found[chosen] = shapely.simplify(shapes[chosen], finest)
    return found
