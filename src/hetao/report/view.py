"""What the documents of a run are made from."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeAlias

import geopandas as gpd
import pandas as pd
from pyproj import CRS

from hetao.assessment.checkup import Assessed
from hetao.geo.crs import metric_crs

Row: TypeAlias = Any
"""A row of a table, its columns as attributes."""


@dataclass(frozen=True)
class RunView:
    """
    One run with the snapshot that it measured.

    Attributes
    ----------
    observations : DataFrame
        One row per indicator, edition, variant and zone, as in `observations.parquet`.
    findings : mapping of str to GeoDataFrame
        By indicator id, EPSG:4490.
    manifest : mapping
        `manifest.json` of the run.
    registers : mapping of str to GeoDataFrame
        The registers of the snapshot that hold anything, EPSG:4490.
    zones : GeoDataFrame
        Indexed by zone code, with `name`, `level` and `parent`, EPSG:4490.
    checklist : DataFrame, optional
        What each community lacks: `zone`, `kind`, `kind_zh`, `level`, `present`, `nearest_m`,
        `radius_m`, `verified`.
    assessed : Assessed, optional
        Grades, problems, the past and the survey.
    """

    observations: pd.DataFrame
    findings: Mapping[str, gpd.GeoDataFrame]
    manifest: Mapping[str, Any]
    registers: Mapping[str, gpd.GeoDataFrame]
    zones: gpd.GeoDataFrame
    checklist: pd.DataFrame | None = None
    assessed: Assessed | None = None

    @property
    def city(self) -> str:
        """Return the name of the city."""
        return str(self.manifest["city"]["name"])

    @property
    def date(self) -> str:
        """Return the date that the registers stand for."""
        return str(self.manifest["date"])

    @property
    def period(self) -> str:
        """Return the period of the observations."""
        return str(self.manifest.get("period") or self.date[:4])

    @property
    def edition(self) -> str:
        """Return the national edition in force."""
        return str(self.manifest["edition"])

    @property
    def edition_zh(self) -> str:
        """Return the name of that edition."""
        return str(self.manifest.get("edition_zh") or self.edition)

    @property
    def made_place(self) -> bool:
        """Say whether the place does not exist."""
        return bool(self.manifest.get("made_place"))

    @property
    def map_approval(self) -> str:
        """Return the map approval number; empty where there is none yet."""
        return str(self.manifest.get("map_approval") or "")

    @property
    def attributions(self) -> list[str]:
        """Return the credits that the licences of the sources ask for, each once."""
        said = (str(source.get("attribution") or "") for source in self.sources)
        return list(dict.fromkeys(line for line in said if line))

    @property
    def sources(self) -> list[Mapping[str, Any]]:
        """Return the sources that were loaded."""
        return list(self.manifest.get("sources") or [])

    @cached_property
    def crs(self) -> CRS:
        """Return the system in metres in which this city is drawn."""
        west, south, east, north = self.zones.total_bounds
        return metric_crs((west + east) / 2, (south + north) / 2)


def each(frame: pd.DataFrame) -> Iterator[Row]:
    """Return the rows of a table, a column being an attribute."""
    yield from frame.itertuples()
