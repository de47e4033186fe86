"""A check-up run: freeze, measure, and write a run folder that can be repeated."""

import importlib.metadata
import json
import shutil
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

from hetao import __version__
from hetao.catalogue.entries import (
    Entry,
    Variant,
    Version,
    catalogue_digest,
    editions,
    entries,
    overridden,
    speeds_kmh,
)
from hetao.catalogue.facilities import UNCERTAIN_KINDS, facility_kinds
from hetao.checkup import observations as obs
from hetao.checkup.layers import Layers
from hetao.checkup.observations import Measured
from hetao.checkup.reported import REGISTER as REPORTED
from hetao.checkup.reported import filled, is_reported, reported, rows_of
from hetao.errors import Tell, UserError, quiet
from hetao.indicators.completeness import source_quality
from hetao.indicators.living_circle import community_checklist
from hetao.indicators.measurement import Measurement
from hetao.registers.definition import STORAGE_CRS, registers
from hetao.registers.snapshot import MANIFEST, Snapshot, freeze
from hetao.registers.workspace import City, Workspace, finished_folder

CHECKLIST = "checklist.parquet"
LIBRARIES = ("geopandas", "numba", "numpy", "pandas", "pyarrow", "pyproj", "scipy", "shapely")


@dataclass(frozen=True)
class Run:
    """The folder of one check-up."""

    folder: Path

    @property
    def id(self) -> str:
        """Return the run's name: snapshot, edition, number."""
        return self.folder.name

    @cached_property
    def manifest(self) -> Mapping[str, Any]:
        """Return what is needed to repeat the run."""
        manifest: Mapping[str, Any] = json.loads((self.folder / MANIFEST).read_text("utf-8"))
        return manifest

    @cached_property
    def observations(self) -> pd.DataFrame:
        """Return every observation."""
        return pd.read_parquet(self.folder / "observations.parquet")

    def observed(self, levels: Collection[str]) -> pd.DataFrame:
        """Return the observations of zones of some levels; the others are not even read."""
        path = self.folder / "observations.parquet"
        return pd.read_parquet(path, filters=[("level", "in", list(levels))])

    @cached_property
    def findings(self) -> Mapping[str, gpd.GeoDataFrame]:
        """Return the findings of each indicator that has any, in the storage CRS."""
        folder = self.folder / "findings"
        return {file.stem: gpd.read_parquet(file) for file in sorted(folder.glob("*.parquet"))}

    @cached_property
    def checklist(self) -> pd.DataFrame:
        """Return which facilities each community has: a row per community and kind."""
        return pd.read_parquet(self.folder / CHECKLIST)

    def snapshot(self, workspace: Workspace) -> Snapshot:
        """Return the snapshot that was measured."""
        return Snapshot(workspace.snapshots / self.manifest["snapshot"])


@dataclass(frozen=True)
class Task:
    """One indicator to be measured, as one edition sets it, in one variant."""

    entry: Entry
    version: Version
    variant: Variant


def begin_checkup(
    workspace: Workspace,
    *,
    edition: str,
    date: str,
    only: Collection[str] = (),
    tell: Tell = quiet,
) -> Run:
    """
    Freeze a snapshot, measure, and write the run folder.

    Parameters
    ----------
    edition : str
        A national edition; its companions for this city are computed beside it.
    date : str
        ISO date that the registers stand for; its year is the period of the observations.
    only : collection of str
        Ids of the indicators wanted; all where empty.

    Raises
    ------
    UserError
        If the edition or an indicator does not exist, or nothing is loaded.
    """
    city = workspace.city
    tasks = _tasks(city, edition, only)
    known = set(workspace.snapshots.iterdir()) if workspace.snapshots.is_dir() else set()
    snapshot = freeze(workspace, date=date, tell=tell)
    try:
        return _checkup(
            workspace, snapshot, tasks, edition=edition, date=date, only=only, tell=tell
        )
    except BaseException:
        if snapshot.folder not in known:  # what was frozen for this run alone goes with it
            shutil.rmtree(snapshot.folder, ignore_errors=True)
        raise


def _checkup(  # noqa: PLR0913
    workspace: Workspace,
    snapshot: Snapshot,
    tasks: Sequence[Task],
    *,
    edition: str,
    date: str,
    only: Collection[str],
    tell: Tell,
) -> Run:
    layers = Layers(snapshot, speeds_kmh=speeds_kmh(), year=int(date[:4]), tell=tell)
    figures = rows_of(layers.register(REPORTED), year=int(date[:4]))
    tasks = [task for task in tasks if _is_asked(task, figures)]
    measured = list(_measured(tasks, layers, figures, tell))
    target = workspace.runs / _run_id(workspace, snapshot, edition)
    with finished_folder(target) as folder:
        _write(folder, measured, layers, period=date[:4])
        _checklist(layers).to_parquet(folder / CHECKLIST, index=False)
        manifest = _manifest(workspace.city, snapshot, edition, date, layers) | {
            "only": sorted(only),
            "quality": _quality(layers),
            "facts": _facts(measured),
        }
        text = json.dumps(manifest, ensure_ascii=False, indent=1, default=_plain)
        (folder / MANIFEST).write_text(text, "utf-8")
    return Run(target)


def runs(workspace: Workspace) -> list[Run]:
    """Return every finished run, the oldest first."""
    if not workspace.runs.is_dir():
        return []
    found = [Run(folder) for folder in workspace.runs.iterdir() if (folder / MANIFEST).is_file()]
    return sorted(found, key=lambda run: (run.folder.stat().st_mtime_ns, run.id))


def run_named(workspace: Workspace, name: str | None) -> Run:
    """
    Return a run, or the latest where no name is given.

    Raises
    ------
    UserError
        If there is none.
    """
    found = runs(workspace)
    if name is None and found:
        return found[-1]
    for run in found:
        if run.id == name:
            return run
    if name is None:
        raise UserError("no_run_yet", {"root": workspace.root})
    raise UserError("no_run", {"name": name, "known": ", ".join(run.id for run in found) or "—"})


def _tasks(city: City, edition: str, only: Collection[str]) -> list[Task]:
    if edition not in editions():
        raise UserError("no_edition", {"name": edition, "known": ", ".join(editions())})
    missing = sorted(set(only) - set(entries()))
    if missing:
        raise UserError("no_indicator", {"name": ", ".join(missing)})
    beside = [other.id for other in editions().values() if other.accompanies(city.code)]
    wanted = [edition, *(other for other in beside if other != edition)]
    return [
        Task(entry, _in_force(entry, version, city), variant)
        for entry in entries().values()
        if not only or entry.id in only
        for version in (entry.version(name) for name in wanted)
        if version is not None
        for variant in entry.variants.values()
    ]


def _in_force(entry: Entry, version: Version, city: City) -> Version:
    for override in city.overrides:
        if override.get("indicator") == entry.id and override.get("edition") in {
            None,
            version.edition,
        }:
            return overridden(version, override)
    return version


def _is_asked(task: Task, figures: pd.DataFrame) -> bool:
    """Say whether a task is done: not what waits for a report that no national edition asks."""
    first = next(iter(task.entry.variants)) == task.variant.id
    awaited = first and editions()[task.version.edition].national
    return awaited or not task.variant.is_reported or is_reported(task.entry, task.variant, figures)


def _measured(
    tasks: Sequence[Task], layers: Layers, figures: pd.DataFrame, tell: Tell
) -> Iterator[Measured]:
    city = str(layers.zones.index[layers.zones["level"] == "city"][0])
    for step, task in enumerate(tasks):
        tell("measure", step, len(tasks))
        yield Measured(task.entry, task.version, task.variant, _one(task, layers, figures, city))
    tell("measure", len(tasks), len(tasks))


def _one(task: Task, layers: Layers, figures: pd.DataFrame, city: str) -> Measurement:
    """Compute a variant from its registers; where they cannot tell, take what was reported."""
    entry, variant = task.entry, task.variant
    if not variant.may_be_reported:
        return _computed(task, layers)
    told = reported(layers.zones, figures, entry=entry, variant=variant, city=city)
    if variant.is_reported:
        return told
    return filled(_computed(task, layers), told, scale=entry.scale)


def _computed(task: Task, layers: Layers) -> Measurement:
    inputs = {name: layers.layer(wanted) for name, wanted in task.variant.inputs.items()}
    parameters = task.variant.parameters_of(task.version)
    return task.variant.function(layers.zones, **inputs, **parameters)


def _write(folder: Path, measured: Sequence[Measured], layers: Layers, *, period: str) -> None:
    table = obs.joined(obs.observations(item, layers.zones, period=period) for item in measured)
    table.to_parquet(folder / "observations.parquet", index=False)
    table.to_csv(folder / "observations.csv", index=False, encoding="utf-8-sig")
    (folder / "findings").mkdir()
    found: dict[str, list[gpd.GeoDataFrame]] = {}
    for item in measured:
        if len(item.measurement.findings) and item.variant.finding_zh:
            rows = obs.findings(item, layers.zones, period=period).to_crs(STORAGE_CRS)
            found.setdefault(item.entry.id, []).append(rows)
    for id_, frames in found.items():
        rows = gpd.GeoDataFrame(pd.concat(frames, ignore_index=True), crs=STORAGE_CRS)
        rows.to_parquet(folder / "findings" / f"{id_}.parquet", index=False)


def _run_id(workspace: Workspace, snapshot: Snapshot, edition: str) -> str:
    stem = f"{snapshot.id}-{edition}ed"
    numbers = [
        int(run.id.rpartition("-")[2]) for run in runs(workspace) if run.id.startswith(f"{stem}-")
    ]
    return f"{stem}-{max(numbers, default=0) + 1}"


def _manifest(
    city: City, snapshot: Snapshot, edition: str, date: str, layers: Layers
) -> dict[str, Any]:
    return {
        "hetao": __version__,
        "city": {"name": city.name, "code": city.code},
        "made_place": city.made_place,
        "map_approval": city.map_approval,
        "edition": edition,
        "edition_zh": editions()[edition].name_zh,
        "edition_en": editions()[edition].name_en,
        "date": date,
        "period": date[:4],
        "snapshot": snapshot.id,
        "snapshot_digest": snapshot.digest,
        "catalogue_digest": catalogue_digest(),
        "crs": layers.crs.to_string(),
        "boundary": snapshot.manifest["boundary"],
        "overrides": list(city.overrides),
        "sources": snapshot.manifest["sources"],
        "versions": {name: importlib.metadata.version(name) for name in LIBRARIES},
    }


def _checklist(layers: Layers) -> pd.DataFrame:
    kinds = facility_kinds()
    table = community_checklist(
        layers.zones,
        layers.register("facilities"),
        layers.walking,
        layers.residents,
        tuple(kinds.values()),
        uncertain=UNCERTAIN_KINDS,
    )
    return table.assign(
        kind_zh=table["kind"].map({id_: kind.name_zh for id_, kind in kinds.items()}),
        kind_en=table["kind"].map({id_: kind.name_en for id_, kind in kinds.items()}),
    )


def _quality(layers: Layers) -> list[dict[str, Any]]:
    frames = {id_: layers.register(id_) for id_ in registers() if id_ != "zones"}
    return [item.as_dict() for item in source_quality(frames, layers.zones, layers.residents)]


def _facts(measured: Sequence[Measured]) -> dict[str, dict[str, Any]]:
    facts: dict[str, dict[str, Any]] = {}
    for item in measured:
        key = f"{item.version.edition}/{item.variant.id}"
        if item.measurement.facts:
            facts.setdefault(item.entry.id, {})[key] = dict(item.measurement.facts)
    return facts


def _plain(value: Any) -> Any:  # noqa: ANN401  (numpy scalars and sets in facts)
    if hasattr(value, "tolist"):
        return value.tolist()
    if isinstance(value, (set, frozenset, tuple)):
        return sorted(value) if isinstance(value, (set, frozenset)) else list(value)
    return str(value)
