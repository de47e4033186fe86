"""Check-ups on the one map: an indicator zone by zone, findings by kind, runs to choose from."""

import json
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import shapely
from django.urls import reverse

from hetao.web.checkups.drawing import class_breaks
from hetao.web.checkups.models import Measured, Observation, Run
from hetao.web.cities.mapping import archive_of, has_tiles
from hetao.web.cities.models import Zone
from hetao.web.cities.tiles import FINDINGS, manifest_of
from hetao.web.site.words import name_of, say

RUNS_AT_MOST = 6
LEVELS_KEPT = 6
FINE_DEGREES = 2e-5  # two metres; more cannot be seen at the zooms at which zones are coloured


def runs_on_map(user: Any) -> list[dict[str, Any]]:  # noqa: ANN401
    """Return the newest runs with their findings by indicator, as far as a person may see."""
    name = archive_of(user, FINDINGS)
    county = name.partition("@")[2]
    found = []
    for run in Run.objects.defer("assessed").filter(partial=False)[:RUNS_AT_MOST]:
        told = manifest_of(run.pk)
        counts = [
            row for row in (told or {}).get("counts", ())
            if name and (not county or row["county"] == county)
        ]  # fmt: skip
        found.append({
            "id": run.pk, "year": run.year,
            "title": say("checkups.run_of", date=run.snapshot, edition=run.edition,
                         number=run.number),
            "archive": f"{run.pk}/{name}" if name and has_tiles(run.pk, name) else "",
            "findings": _summed(counts),
        })  # fmt: skip
    return found


def _summed(counts: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return the counts of all counties together, by indicator, variant and remedy."""
    found: dict[tuple[str, ...], int] = {}
    for row in counts:
        key = (row["indicator"], row["variant"], row["remedy"])
        found[key] = found.get(key, 0) + row["count"]
    names = ("indicator", "variant", "remedy")
    return [dict(zip(names, key, strict=True)) | {"count": n} for key, n in found.items()]


def indicators_on_map() -> list[dict[str, Any]]:
    """Return the indicators of the newest run with their variants, in the catalogue's order."""
    run = Run.newest()
    rows = Measured.objects.filter(run=run) if run else Measured.objects.none()
    found: dict[str, dict[str, Any]] = {}
    for row in rows:
        entry = found.setdefault(row.indicator, {
            "id": row.indicator, "title": name_of(row), "dimension": row.dimension,
            "number": row.number, "variants": [],
        })  # fmt: skip
        entry["variants"].append(row.variant)
    return list(found.values())


def coloured_zones(measured: Measured, level: str, more: Mapping[str, Any]) -> str:
    """
    Return an indicator's zones as GeoJSON with class, value and words, the legend, and more.

    Shapes are kept as they are written: a level may have thousands.
    """
    rows = [row for row in Observation.shown(measured, level) if row.zone]
    shapes = Zone.objects.filter(level=level).order_by("pk").values_list("pk", "shape")
    kept = {code: bytes(shape) for code, shape in shapes}
    zones = dict(zip(kept, _geometries(tuple(kept.values())), strict=True))
    values = [row.value for row in rows if row.value is not None and row.zone in zones]
    breaks = class_breaks(values, measured)
    edges: list[float | None] = [None, *breaks, None]
    features = [_feature(row, zones[row.zone], breaks) for row in rows if row.zone in zones]
    told = {
        "type": "FeatureCollection", **more,
        "title": name_of(measured), "unit": measured.unit, "breaks": breaks,
        "classes": [[edges[at], edges[at + 1]] for at in range(len(edges) - 1)],
        "unknown": sum(row.value is None for row in rows),
        "standard": measured.benchmark, "operator": measured.operator,
        "url": reverse("indicator", args=(measured.run_id, measured.indicator)),
    }  # fmt: skip
    return f'{json.dumps(told)[:-1]}, "features": [{",".join(features)}]}}'


def levels_of(measured: Measured) -> list[str]:
    """Return the levels of zones at which an indicator is known somewhere, the finer last."""
    order = ("county", "subdistrict", "community", "neighbourhood", "compound")
    rows = measured.observations.filter(level__in=order, value__isnull=False)
    known = set(rows.values_list("level", flat=True).distinct())
    return [level for level in order if level in known]


@lru_cache(LEVELS_KEPT)
def _geometries(shapes: tuple[bytes, ...]) -> list[str]:
    """Return shapes as GeoJSON, as fine as is seen; the zones of a level hardly ever change."""
    fine = shapely.set_precision(shapely.simplify(shapely.from_wkb(shapes), FINE_DEGREES), 1e-6)
    return list(shapely.to_geojson(fine))


def _feature(row: Any, geometry: str, breaks: Sequence[float]) -> str:  # noqa: ANN401
    known = row.value is not None
    rank = bisect_right(breaks, row.value) + 1 if known else 0
    told = {
        "zone": row.zone, "name": row.zone_name, "value": row.value, "state": row.state,
        "rank": rank, "reason": "" if known else name_of(row, "reason"),
    }  # fmt: skip
    return f'{{"type": "Feature", "geometry": {geometry}, "properties": {json.dumps(told)}}}'
