"""Take a snapshot's zones and things up into the database, where people look for them."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from django.db import transaction

from hetao.errors import Tell, quiet
from hetao.plan.body_sounds import sounds
from hetao.registers.definition import Register, registers
from hetao.registers.snapshot import Snapshot
from hetao.web.cities.models import Thing, Zone

BATCH = 2000
NOT_THINGS = frozenset({"zones", "survey_answers", "road_speeds", "peer_figures"})
COMMON = ("id", "name", "source")
ADDRESS = ("address", "street", "location")


def take_up_registers(snapshot: Snapshot, *, tell: Tell = quiet) -> int:
    """Replace all zones and things by those of a snapshot; return how many things there are."""
    wanted = [id_ for id_ in snapshot.manifest["registers"] if id_ not in NOT_THINGS]
    zones = snapshot.zones
    counties = Counties(zones)
    count = 0
    with transaction.atomic():
        Zone.objects.all().delete()
        Zone.objects.bulk_create(_zones(zones, counties), batch_size=BATCH)
        Thing.objects.all().delete()
        for step, id_ in enumerate(wanted):
            tell("take_up", step, len(wanted))
            frame = snapshot.register(id_)
            for rows in _batches(things(registers()[id_], frame, counties)):
                Thing.objects.bulk_create(rows)
                count += len(rows)
    tell("take_up", len(wanted), len(wanted))
    return count


class Counties:
    """Which county a zone or a place lies in."""

    def __init__(self, zones: gpd.GeoDataFrame) -> None:
        self.parent = zones["parent"].fillna("").to_dict()
        self.level = zones["level"].to_dict()
        chosen = zones[zones["level"] == "county"]
        self.codes = chosen.index.to_numpy()
        self.tree = shapely.STRtree(chosen.geometry.to_numpy())

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
        found = np.full(len(shapes), "", dtype=object)
        if not len(self.codes) or not len(shapes):
            return found
        points = shapely.point_on_surface(shapes)
        which, county = self.tree.query(points, predicate="intersects")
        found[which] = self.codes[county]
        return found


def things(register: Register, frame: gpd.GeoDataFrame, counties: Counties) -> Iterator[Thing]:
    """Yield a register's rows as things; what is personal stays out."""
    shapes = shapely.force_2d(frame.geometry.to_numpy())
    has = ~(shapely.is_missing(shapes) | shapely.is_empty(shapes))
    bounds, blobs = shapely.bounds(shapes), shapely.to_wkb(shapes)
    placed = np.full(len(frame), "", dtype=object)
    placed[has] = counties.of_places(shapes[has])
    columns = [c.name for c in register.fields if not c.personal and c.name not in COMMON]
    records = pd.DataFrame(frame[[*COMMON, *columns]]).to_dict("records")
    for place, record in enumerate(records):
        told = {key: plain(record[key]) for key in columns}
        fields = {key: value for key, value in told.items() if value is not None}
        zone = str(fields.get("zone") or "")
        name = str(plain(record["name"]) or "")
        thing = Thing(
            register=register.id, ref=str(record["id"])[:120], name=name[:200], zone=zone[:40],
            county=placed[place] or counties.of_zone(zone),
            sought=sought(name, str(record["id"]), *(str(fields.get(a) or "") for a in ADDRESS)),
            fields=fields,
        )  # fmt: skip
        if has[place]:
            west, south, east, north = map(float, bounds[place])
            thing.west, thing.south, thing.east, thing.north = west, south, east, north
            thing.shape = blobs[place]
        yield thing


def sought(name: str, *others: str) -> str:
    """
    Return what a search looks through: the name, its pinyin and initials, codes and addresses.

    Examples
    --------
    >>> sought("人民公园", "P01")
    '人民公园 renmingongyuan rmgy p01'
    """
    spoken = sounds(name) if any("\u4e00" <= letter <= "\u9fff" for letter in name) else ()
    return " ".join(part for part in (name, *spoken, *others) if part).lower()


def plain(value: Any) -> Any:  # noqa: ANN401
    """Return a cell as JSON can hold it; None where it is missing."""
    if isinstance(value, list | tuple | np.ndarray):
        return [plain(part) for part in value]
    if value is None or value is pd.NA or (isinstance(value, float) and not np.isfinite(value)):
        return None
    return value.item() if isinstance(value, np.generic) else json.loads(json.dumps(value))


def _zones(zones: gpd.GeoDataFrame, counties: Counties) -> Iterator[Zone]:
    bounds = zones.geometry.bounds.to_numpy()
    blobs = shapely.to_wkb(shapely.force_2d(zones.geometry.to_numpy()))
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
        )  # fmt: skip


def _batches(rows: Iterator[Thing]) -> Iterator[list[Thing]]:
    batch: list[Thing] = []
    for row in rows:
        batch.append(row)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch
