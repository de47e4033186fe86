"""The facilities of GB 50180-2018: kinds, levels, service radii, and what is verified of them."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any, Literal

Duty = Literal["required", "as_needed"]

UNCERTAIN_KINDS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {"school_level_unknown": ("primary_school", "junior_secondary_school")}
)
"""Kinds that a source cannot tell apart, with those that they may turn out to be."""


@dataclass(frozen=True)
class FacilityKind:
    """
    One row of the facility table.

    Attributes
    ----------
    levels : mapping of str to {"required", "as_needed"}
        By living circle: "15", "10", "5" minutes or "block".
    radius_m : float or None
        Service radius; None where the table sets none.
    verified_fields : frozenset of str
        The figures that an independent text confirms; all others are from memory.
    osm : bool
        Whether open geodata can hold such a thing.
    """

    id: str
    name_zh: str
    name_en: str
    levels: Mapping[str, Duty]
    radius_m: float | None
    floor_area_m2: tuple[float, float] | None
    site_area_m2: tuple[float, float] | None
    verified_fields: frozenset[str]
    source: str
    note: str
    osm: bool

    @property
    def radius_verified(self) -> bool:
        """Say whether the service radius may decide a pass or fail."""
        return "radius_m" in self.verified_fields


@cache
def facility_kinds() -> Mapping[str, FacilityKind]:
    """Return every kind of facility by its id, in the order of the standard."""
    text = (files("hetao.catalogue") / "facilities.toml").read_text("utf-8")
    return {row["id"]: _kind(row) for row in tomllib.loads(text)["facility"]}


def required_radii(level: str) -> dict[str, float]:
    """Return the service radius of each kind that a living circle of this level requires."""
    return {
        kind.id: kind.radius_m
        for kind in facility_kinds().values()
        if kind.levels.get(level) == "required" and kind.radius_m is not None
    }


def _kind(row: Mapping[str, Any]) -> FacilityKind:
    return FacilityKind(
        id=row["id"],
        name_zh=row["name_zh"],
        name_en=row.get("name_en", row["id"].replace("_", " ")),
        levels=row["levels"],
        radius_m=row.get("radius_m"),
        floor_area_m2=_range(row.get("floor_area_m2")),
        site_area_m2=_range(row.get("site_area_m2")),
        verified_fields=frozenset(row["verified_fields"]),
        source=row["source"],
        note=row.get("note", ""),
        osm=row.get("osm", False),
    )


def _range(pair: list[float] | None) -> tuple[float, float] | None:
    return None if pair is None else (pair[0], pair[1])
