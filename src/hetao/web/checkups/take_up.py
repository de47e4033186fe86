"""Take a run's folder up into the database: observations, findings, grades."""

import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from itertools import repeat
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from django.db import transaction

from hetao.assessment.checkup import Assessed, assess_checkup
from hetao.catalogue.entries import entries
from hetao.checkup.run import Run as RunFolder
from hetao.errors import Tell, quiet
from hetao.registers.workspace import Workspace
from hetao.web.checkups.models import Finding, Measured, Observation, Run
from hetao.web.cities.take_up import Counties
from hetao.web.pouring import pour

NUMBERS = ("value", "low", "high", "numerator", "denominator")
OBSERVATION = (
    "measured_id", "zone", "zone_name", "level", "county", *NUMBERS, "grade", "state",
    "reason_zh", "reason_en",
)  # fmt: skip
FINDING = (
    "run_id", "indicator", "variant", "feature", "zone", "zone_name", "county", "severity",
    "remedy", "why_zh", "why_en", "lon", "lat",
)  # fmt: skip
HEAD = ["indicator", "edition", "variant"]


def take_up_run(workspace: Workspace, folder: RunFolder, *, tell: Tell = quiet) -> Run:
    """Put a run into the database, whole or not at all; one that is there already stays."""
    known = Run.objects.filter(pk=folder.id).first()
    if known is not None:
        return known
    folder = RunFolder(folder.folder)  # our own: what is read of a run goes when it is taken up
    counties = Counties(folder.snapshot(workspace).zones)
    manifest = folder.manifest
    assessed = as_data(assess_checkup(workspace, folder))
    with transaction.atomic():
        run = Run.objects.create(
            id=folder.id, snapshot=manifest["snapshot"], edition=manifest["edition"],
            date=manifest["date"], number=_number(folder.id), partial=bool(manifest["only"]),
            assessed=assessed,
        )  # fmt: skip
        _take_up_observations(run, folder.observations, counties, tell)
        for step, (_, frame) in enumerate(folder.findings.items()):
            tell("take_up", step, len(folder.findings))
            pour(Finding, FINDING, _findings(run, frame, counties))
        run.found_of  # noqa: B018  # counted now, kept from here on
        run.save(update_fields=["found"])
    return run


def as_data(assessed: Assessed) -> dict[str, Any]:
    """Return grades as JSON holds them: by indicator, and by dimension."""
    graded = {
        one.entry.id: {
            "level": one.grade.level,
            "reason": one.grade.reason,
            "lowered": one.grade.lowered,
            "rulings": [
                {"ruler": ruling.ruler, "level": ruling.level, "facts": dict(ruling.facts)}
                for ruling in one.grade.rulings
            ],
            "change": None if one.change is None else asdict(one.change),
            "course": {str(year): value for year, value in one.course.values.items()},
            "direction": one.course.direction,
            "problems": len(one.problems),
        }
        for one in assessed.graded
    }
    dimensions = {
        name: {"level": grade.level, "counts": dict(grade.counts), "share": grade.share,
               "in_gap": grade.in_gap}
        for name, grade in assessed.dimensions.items()
    }  # fmt: skip
    told: dict[str, Any] = _finite({"graded": graded, "dimensions": dimensions})
    return told


def _take_up_observations(run: Run, table: pd.DataFrame, counties: Counties, tell: Tell) -> None:
    known = list(entries())
    order = {id_: place for place, id_ in enumerate(known)}
    groups = list(table.groupby(HEAD, sort=False, dropna=False))
    for step, (_, rows) in enumerate(groups):
        tell("take_up", step, len(groups))
        head = rows.iloc[0]
        entry = entries().get(head["indicator"])
        measured = Measured.objects.create(
            run=run, indicator=head["indicator"], variant=head["variant"],
            edition=head["edition"], number=_text(head["number"]),
            dimension=entry.dimension if entry else "living_circle",
            name_zh=head["name_zh"], name_en=head["name_en"], unit=_text(head["unit"]),
            numerator_unit=_text(head["numerator_unit"]),
            denominator_unit=_text(head["denominator_unit"]),
            better=entry.better if entry else "", verified=bool(head["verified"]),
            operator=_text(head["benchmark_operator"]), benchmark=_number_or(head["benchmark"]),
            benchmark_source=_text(head["benchmark_source"]),
            formula_zh=_text(head["formula_zh"]), formula_en=_text(head["formula_en"]),
            parameters=json.loads(_text(head["parameters"]) or "{}"),
            source=_text(head["source"]), order=order.get(head["indicator"], len(order)),
        )  # fmt: skip
        pour(Observation, OBSERVATION, _observations(measured, rows, counties))


def _observations(
    measured: Measured, rows: pd.DataFrame, counties: Counties
) -> Iterator[tuple[Any, ...]]:
    zones = rows["zone"].tolist()
    return zip(
        repeat(measured.pk), zones, _texts(rows["zone_name"]), rows["level"].tolist(),
        map(counties.of_zone, zones), *(_numbers(rows[name]) for name in NUMBERS),
        *(_texts(rows[name]) for name in ("grade", "state", "reason_zh", "reason_en")),
    )  # fmt: skip


def _findings(run: Run, frame: gpd.GeoDataFrame, counties: Counties) -> Iterator[tuple[Any, ...]]:
    shapes = shapely.force_2d(frame.geometry.to_numpy())
    has = ~(shapely.is_missing(shapes) | shapely.is_empty(shapes))
    points = shapely.point_on_surface(shapes)
    places = [pd.Series(get(points)).where(has) for get in (shapely.get_x, shapely.get_y)]
    placed = np.full(len(frame), "", dtype=object)
    placed[has] = counties.of_places(shapes[has])
    zones = _texts(frame["zone"])
    county = [counties.of_zone(zone) or at for zone, at in zip(zones, placed, strict=True)]
    return zip(
        repeat(run.pk), frame["indicator"].tolist(), _texts(frame["variant"]),
        _texts(frame["feature"]), zones, _texts(frame["zone_name"]), county,
        _numbers(frame["severity"]),
        *(_texts(frame[name]) for name in ("remedy", "why_zh", "why_en")),
        *map(_numbers, places),
    )  # fmt: skip


def _texts(column: "pd.Series[Any]") -> list[str]:
    return [str(text) for text in column.astype(object).where(column.notna(), "")]


def _numbers(column: "pd.Series[Any]") -> list[float | None]:
    known = column.astype(object).where(column.notna(), None)
    return [None if number is None else float(number) for number in known]


def _number(id_: str) -> int:
    last = id_.rpartition("-")[2]
    return int(last) if last.isdigit() else 1


def _text(value: Any) -> str:  # noqa: ANN401
    return "" if value is None or pd.isna(value) else str(value)


def _number_or(value: Any) -> float | None:  # noqa: ANN401
    return None if value is None or pd.isna(value) else float(value)


def _finite(value: Any) -> Any:  # noqa: ANN401
    """Return data without numbers that JSON cannot hold."""
    if isinstance(value, Mapping):
        return {str(key): _finite(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(part) for part in value]
    if isinstance(value, np.generic):
        value = value.item()
    return None if isinstance(value, float) and not math.isfinite(value) else value
