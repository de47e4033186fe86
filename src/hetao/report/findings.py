"""Findings as a GeoPackage that any GIS opens."""

from pathlib import Path

import geopandas as gpd
import pyogrio

from hetao.fixed import fixed_gdal_date
from hetao.report.view import RunView

COLUMNS = (
    "indicator", "edition", "variant", "feature", "zone", "zone_name", "severity", "remedy",
    "why_zh", "why_en",
)  # fmt: skip


def write_findings(view: RunView, path: Path) -> None:
    """
    Write the findings, one layer per indicator, in EPSG:4490.

    The zones come as a further layer, so that the file opens also where nothing was found. Every
    layer carries the attribution of the sources in its metadata.
    """
    path.unlink(missing_ok=True)
    with fixed_gdal_date(view.date):
        zones = view.zones.drop(columns=["zone"], errors="ignore").reset_index(names="zone")
        credit = {"attribution": "；".join(view.attributions)}
        _write(_only(zones, ("zone", "name", "level", "parent")), path, "zones", credit)
        for id_, found in view.findings.items():
            _write(_only(found, COLUMNS), path, id_, credit)


def _only(frame: gpd.GeoDataFrame, columns: tuple[str, ...]) -> gpd.GeoDataFrame:
    kept = [column for column in columns if column in frame.columns]
    return gpd.GeoDataFrame(frame[kept], geometry=frame.geometry, crs=frame.crs)


def _write(frame: gpd.GeoDataFrame, path: Path, layer: str, credit: dict[str, str]) -> None:
    pyogrio.write_dataframe(
        frame.reset_index(drop=True),
        path,
        layer=layer,
        driver="GPKG",
        append=path.exists(),
        geometry_type="Unknown",
        layer_metadata=credit,
    )
