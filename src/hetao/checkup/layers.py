"""The layers that measures read: registers in metres, and what a run derives from them once."""

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any

import geopandas as gpd
import shapely
from pyproj import CRS

from hetao.catalogue.entries import Input
from hetao.errors import Tell, quiet
from hetao.geo.crs import metric_crs
from hetao.geo.network import driving_network, walking_network
from hetao.geo.reach import Reach, prepare
from hetao.indicators.residents import homes, place_residents
from hetao.registers.snapshot import Snapshot


class Layers:
    """The layers of one snapshot, each made when first asked for and kept."""

    def __init__(
        self,
        snapshot: Snapshot,
        *,
        speeds_kmh: Mapping[str, float],
        year: int = 0,
        tell: Tell = quiet,
    ) -> None:
        self._tell = tell
        self.year = year
        self._snapshot = snapshot
        self._speeds_kmh = speeds_kmh
        self._registers: dict[str, gpd.GeoDataFrame] = {}
        self._derived: Mapping[str, Callable[[], Any]] = {
            "walking": lambda: self.walking,
            "driving": lambda: self.driving,
            "residents": lambda: self.residents,
            "homes": lambda: self.homes,
            "extent": lambda: self.extent,
            "year": lambda: self.year,
        }

    @cached_property
    def crs(self) -> CRS:
        """Return the system in which this city is measured."""
        city = self._snapshot.zones.geometry.iloc[0]
        return metric_crs(city.centroid.x, city.centroid.y)

    @cached_property
    def zones(self) -> gpd.GeoDataFrame:
        """Return the zones indexed by code, the city first."""
        return self._snapshot.zones.to_crs(self.crs)

    def register(self, id_: str) -> gpd.GeoDataFrame:
        """Return a register in metres."""
        if id_ not in self._registers:
            self._registers[id_] = self._snapshot.register(id_).to_crs(self.crs)
        return self._registers[id_]

    def layer(self, wanted: Input) -> Any:  # noqa: ANN401  (frames and networks alike)
        """Return what an input of an indicator asks for."""
        if wanted.layer in self._derived:
            return self._derived[wanted.layer]()
        frame = self.register(wanted.layer)
        for column, allowed in wanted.where.items():
            frame = frame[frame[column].isin(allowed)]
        return frame.reset_index(drop=True)

    @cached_property
    def walking(self) -> Reach:
        """Return the streets as walkers use them."""
        layers = (self.register(id_) for id_ in ("roads", "footways", "barriers"))
        return prepare(walking_network(*layers), tell=self._tell)

    @cached_property
    def driving(self) -> Reach:
        """Return the streets as drivers use them."""
        network = driving_network(self.register("roads"), speeds_kmh=self._speeds_kmh)
        return prepare(network, tell=self._tell)

    @cached_property
    def residents(self) -> gpd.GeoDataFrame:
        """Return where people live: points with `persons`."""
        land = self.layer(Input("land_use", {"use": ("residential",)}))
        return place_residents(self.register("population"), self.register("buildings"), land)

    @cached_property
    def homes(self) -> gpd.GeoDataFrame:
        """Return the buildings that people live in."""
        return homes(self.register("buildings"))

    @cached_property
    def extent(self) -> gpd.GeoDataFrame:
        """Return one polygon around all streets loaded: beyond it nothing is known."""
        roads = self.register("roads")
        hull = shapely.convex_hull(shapely.geometrycollections(roads.geometry.to_numpy()))
        return gpd.GeoDataFrame(geometry=[hull], crs=self.crs)
