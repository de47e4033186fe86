"""Snapshots: all registers and zones of a city as they were at a date, immutable."""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pyarrow.parquet as pq
import shapely

from hetao.errors import Tell, UserError, quiet
from hetao.geo.grids import grid_cells, parse_grid
from hetao.registers.definition import STORAGE_CRS, registers
from hetao.registers.store import StoredSource, stored_sources
from hetao.registers.workspace import UNFINISHED, City, Workspace, finished_folder

MANIFEST = "manifest.json"
PART_ROWS = 20_000
CORRECTS = "corrects"
"""Option of a source whose rows take the place of those of the same id, in any register."""


@dataclass(frozen=True)
class Snapshot:
    """
    Frozen registers.

    Attributes
    ----------
    folder : Path
        Holds one GeoParquet per register that has rows, and the manifest.
    """

    folder: Path

    @property
    def id(self) -> str:
        """Return the snapshot's name, which begins with its date."""
        return self.folder.name

    @cached_property
    def manifest(self) -> Mapping[str, Any]:
        """Return what was frozen: sources, digests, rows, faults."""
        manifest: Mapping[str, Any] = json.loads((self.folder / MANIFEST).read_text("utf-8"))
        return manifest

    @property
    def digest(self) -> str:
        """Return one digest for all registers together."""
        return str(self.manifest["digest"])

    def register(self, id_: str) -> gpd.GeoDataFrame:
        """
        Return a register, in the storage CRS; empty where no source gave any row.

        A field that the register got since the snapshot was frozen is unknown in all rows.
        """
        path = self.folder / f"{id_}.parquet"
        if not path.exists():
            return registers()[id_].empty()
        frame = gpd.read_parquet(path)
        wanted = [one.name for one in registers()[id_].fields]
        return frame if list(frame)[:-1] == wanted else registers()[id_].conform(frame)

    def parts(self, id_: str) -> Iterator[gpd.GeoDataFrame]:
        """Yield a register a part at a time, so that a large one is never held whole."""
        path = self.folder / f"{id_}.parquet"
        if not path.exists():
            return
        for part in pq.ParquetFile(path).iter_batches(PART_ROWS):
            frame = part.to_pandas()
            shapes = shapely.from_wkb(frame.pop("geometry").to_numpy())
            yield registers()[id_].conform(
                gpd.GeoDataFrame(frame, geometry=shapes, crs=STORAGE_CRS)
            )

    @cached_property
    def zones(self) -> gpd.GeoDataFrame:
        """Return the zones indexed by code, the city first, in the storage CRS."""
        return self.register("zones").set_index("id", drop=False).rename_axis("zone")


def freeze(workspace: Workspace, *, date: str, tell: Tell = quiet) -> Snapshot:
    """
    Freeze what is loaded.

    A snapshot of this date with the same content is used again.

    Parameters
    ----------
    date : str
        ISO date the registers stand for.

    Raises
    ------
    UserError
        If nothing is loaded.
    """
    sources = stored_sources(workspace)
    if not any(set(source.rows) - {"zones"} for source in sources):
        raise UserError("nothing_loaded", {"root": workspace.root})
    wanted = _content(sources, workspace.city)
    earlier = _snapshots_of(workspace, date)
    for snapshot in earlier:
        if snapshot.manifest["content"] == wanted:
            return snapshot
    name = date if not earlier else f"{date}-{len(earlier) + 1}"
    with finished_folder(workspace.snapshots / name) as folder:
        merged = merged_registers(sources, tell=tell)
        merged["zones"], note = _with_city(merged, workspace.city)
        for id_, frame in merged.items():
            frame.to_parquet(folder / f"{id_}.parquet", index=False)
        manifest = _manifest(folder, sources, merged, workspace.city)
        manifest |= {"date": date, "content": wanted, "boundary": note}
        text = json.dumps(manifest, ensure_ascii=False, indent=1)
        (folder / MANIFEST).write_text(text, "utf-8")
    return Snapshot(workspace.snapshots / name)


def merged_registers(
    sources: Sequence[StoredSource], *, tell: Tell = quiet
) -> dict[str, gpd.GeoDataFrame]:
    """
    Return the registers that have rows, each from all sources together.

    An id that two sources give to different things is told apart by the source's name; in a
    register that a body keeps, a later row takes the place of an earlier one of the same id, and
    its place too where the later one tells none. A source that corrects does so in any register:
    its rows, of the ids that things bear in a snapshot, take the place of all others. What a source
    tells as gone is left out, unless a later source brings it again.
    """
    merged: dict[str, gpd.GeoDataFrame] = {}
    for step, id_ in enumerate(registers()):
        tell("snapshot", step, len(registers()))
        bringing = [s for s in sources if id_ in s.registers]
        if not any(source.rows.get(id_) for source in bringing):
            continue
        late = [s for s in bringing if s.options.get(CORRECTS) and not registers()[id_].reporter]
        frames = _frames([source for source in bringing if source not in late], id_)
        frame = _stacked(frames) if len(frames) > 1 else (frames or [registers()[id_].empty()])[0]
        repeated = frame["id"].duplicated(keep=False)
        if repeated.any() and registers()[id_].reporter:
            frame = _updated(frame)
        elif repeated.any() and id_ != "zones":
            frame.loc[repeated, "id"] = frame["source"] + ":" + frame["id"]
        if late:
            frame = _updated(_stacked(_frames(late, id_, [frame])))
        merged[id_] = registers()[id_].conform(frame)
    tell("snapshot", len(registers()), len(registers()))
    return merged


def _frames(
    sources: Sequence[StoredSource], id_: str, before: Sequence[gpd.GeoDataFrame] = ()
) -> list[gpd.GeoDataFrame]:
    """Return what each source gave to a register, less what later ones tell as gone."""
    frames = list(before)
    for source in sources:
        if gone := source.gone(id_):
            frames = [frame[~frame["id"].isin(gone)] for frame in frames]
        if source.rows.get(id_):
            frames.append(source.frame(id_))
    return frames


def _updated(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the last row of each id, where it was placed last."""
    places = frame[frame.geometry.notna()].drop_duplicates("id", keep="last")
    where = dict(zip(places["id"], places.geometry, strict=True))
    kept = frame.drop_duplicates("id", keep="last").reset_index(drop=True)
    shapes = [shape if shape is not None else where.get(id_)
              for id_, shape in zip(kept["id"], kept.geometry, strict=True)]  # fmt: skip
    return kept.set_geometry(gpd.GeoSeries(shapes, kept.index, crs=STORAGE_CRS))


def _content(sources: Sequence[StoredSource], city: City) -> str:
    facts = [[source.name, source.sha256, dict(source.options)] for source in sources]
    text = json.dumps([city.name, city.code, city.grids, facts], sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def _snapshots_of(workspace: Workspace, date: str) -> list[Snapshot]:
    if not workspace.snapshots.is_dir():
        return []
    return [
        Snapshot(folder)
        for folder in sorted(workspace.snapshots.iterdir())
        if folder.name.startswith(date) and not folder.name.startswith(UNFINISHED)
    ]


def _stacked(frames: Sequence[gpd.GeoDataFrame]) -> gpd.GeoDataFrame:
    stacked = pd.concat([pd.DataFrame(frame) for frame in frames], ignore_index=True)
    return gpd.GeoDataFrame(stacked, geometry="geometry", crs=STORAGE_CRS)


def _with_city(merged: Mapping[str, gpd.GeoDataFrame], city: City) -> tuple[gpd.GeoDataFrame, str]:
    """Return the zones with the city first, and how its boundary is known."""
    zones = merged.get("zones", registers()["zones"].empty())
    zones = zones.drop_duplicates("id")
    if (zones["level"] == "city").any():
        order = (zones["level"] != "city").argsort(kind="stable")
        return _with_cells(zones.iloc[order], city), "given"
    if (zones["level"] == "county").any():
        shape, note = zones.loc[zones["level"] == "county"].union_all(), "counties"
    elif len(zones):
        shape, note = zones.union_all(), "zones"
    else:
        shape, note = _extent(merged), "extent"
    code = city.code if city.code not in set(zones["id"]) else f"{city.code}.city"
    row = gpd.GeoDataFrame(
        {"id": [code], "name": [city.name], "source": ["city.toml"], "level": ["city"]},
        geometry=[shape],
        crs=STORAGE_CRS,
    )
    return _with_cells(_stacked([registers()["zones"].conform(row), zones]), city), note


def _with_cells(zones: gpd.GeoDataFrame, city: City) -> gpd.GeoDataFrame:
    frames = [zones]
    for text in city.grids:
        shape, size_m = parse_grid(text)
        cells = grid_cells(zones.geometry.iloc[0], shape=shape, size_m=size_m)
        frames.append(cells.assign(id=cells.index, level="cell", parent=zones["id"].iloc[0]))
    return registers()["zones"].conform(_stacked(frames))


def _extent(merged: Mapping[str, gpd.GeoDataFrame]) -> shapely.Geometry:
    """Return the convex hull of the streets and buildings, else of everything loaded."""
    built = [merged[id_] for id_ in ("roads", "buildings") if id_ in merged]
    shapes = [frame.geometry.to_numpy() for frame in built or list(merged.values())]
    hulls = [shapely.convex_hull(shapely.geometrycollections(shape)) for shape in shapes]
    hull: shapely.Geometry = shapely.convex_hull(shapely.geometrycollections(hulls))
    return hull


def _manifest(
    folder: Path,
    sources: Sequence[StoredSource],
    merged: Mapping[str, gpd.GeoDataFrame],
    city: City,
) -> dict[str, Any]:
    digests = {
        id_: hashlib.sha256((folder / f"{id_}.parquet").read_bytes()).hexdigest() for id_ in merged
    }
    return {
        "city": {"name": city.name, "code": city.code},
        "crs": STORAGE_CRS,
        "digest": hashlib.sha256(json.dumps(digests, sort_keys=True).encode()).hexdigest(),
        "registers": {
            id_: {"rows": len(frame), "sha256": digests[id_]} for id_, frame in merged.items()
        },
        "sources": [
            {
                "name": source.name,
                "file": source.file,
                "sha256": source.sha256,
                "options": dict(source.options),
                "attribution": source.attribution,
                "licence": source.licence,
                "registers": dict(source.rows),
                "faults": [fault.text("zh") for fault in source.faults],
            }
            for source in sources
        ],
    }
