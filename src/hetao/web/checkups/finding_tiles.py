"""Findings as tiles: one archive of a run for all, one for each county, and how many there are."""

import json
from collections import Counter
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from django.conf import settings

from hetao.errors import Tell, quiet
from hetao.registers.workspace import open_workspace
from hetao.web.checkups.models import Finding, Run
from hetao.web.cities.tiles import (
    FINDINGS,
    MANIFEST,
    WGS84,
    Places,
    TileLayer,
    cut,
    cut_registers,
    drop_older,
    finished_tiles,
)

RUNS_KEPT = 6
FROM_ZOOM = 8
COLUMNS = ("pk", "indicator", "variant", "remedy", "county", "feature", "lon", "lat")


def cut_tiles(*, tell: Tell = quiet) -> None:
    """Cut what the map lacks: the newest snapshot's registers and the newest runs' findings."""
    runs = list(Run.objects.defer("assessed").filter(partial=False)[:RUNS_KEPT])
    if not runs:
        return
    workspace = open_workspace(settings.ROOT)
    cut_registers(runs[0].folder.snapshot(workspace), tell=tell)
    for run in runs:
        cut_findings(run, tell=tell)
    drop_older([runs[0].snapshot, *(run.pk for run in runs)])


def cut_findings(run: Run, *, tell: Tell = quiet) -> None:
    """Cut the findings of a run that have a place; those that are cut already stay."""
    with finished_tiles(run.pk) as folder:
        if folder is None:
            return
        tell("tiles", 0, 1)
        rows = Finding.objects.filter(run=run)
        table = pd.DataFrame(rows.values_list(*COLUMNS), columns=list(COLUMNS))
        counts = _counts(table)
        table = table[table["lon"].notna()].reset_index(drop=True)
        if len(table):
            _cut(run, table, folder)
        told = {"run": run.pk, "counts": counts, "placed": len(table)}
        (folder / MANIFEST).write_text(json.dumps(told), "utf-8")
        tell("tiles", 1, 1)


def _cut(run: Run, table: pd.DataFrame, folder: Any) -> None:  # noqa: ANN401
    points = gpd.points_from_xy(table["lon"], table["lat"])
    zones = Places(run.folder.snapshot(open_workspace(settings.ROOT)).zones).of(np.asarray(points))
    kept = table.drop(columns=["lon", "lat", "county"]).assign(
        county=table["county"], subdistrict=zones["subdistrict"], community=zones["community"]
    )
    frame = gpd.GeoDataFrame(kept, geometry=points, crs=WGS84)
    cut(TileLayer(frame, FROM_ZOOM, thin=True), FINDINGS, folder / f"{FINDINGS}.pmtiles")
    for county, rows in frame.groupby("county"):
        if county:
            part = TileLayer(rows.reset_index(drop=True), FROM_ZOOM, thin=True)
            cut(part, FINDINGS, folder / f"{FINDINGS}@{county}.pmtiles")


def _counts(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Return how many findings there are by county, indicator, variant and remedy."""
    keys = ("county", "indicator", "variant", "remedy")
    rows = zip(*(table[key] for key in keys), strict=True)
    return [
        dict(zip(keys, key, strict=True)) | {"count": count}
        for key, count in sorted(Counter(rows).items())
    ]
