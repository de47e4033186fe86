"""The form of a thing: what was typed stays, each fault stands at its field."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import shapely

from hetao.registers.definition import Field, Register
from hetao.web.cities.editing import EditRefused, differences, fields_of
from hetao.web.cities.models import Edit, Thing
from hetao.web.site.words import language, words

PARTED_FROM = 10_000
DEGREES = 7
"""Decimals of a degree: a centimetre."""


@dataclass(frozen=True)
class Row:
    """One field of a form."""

    field: Field
    value: Any
    fault: str

    @property
    def bounds(self) -> str:
        """Return the bounds of a number, as a hint; "" where it has none."""
        low, high = self.field.low, self.field.high
        if low is None and high is None:
            return ""
        ends = ["" if end is None else _written(end) for end in (low, high)]
        return "\N{EN DASH}".join(ends)


def _written(bound: float) -> str:
    """Return a bound in full digits; thousands are parted only where no year can be meant."""
    return f"{bound:g}" if abs(bound) < PARTED_FROM else f"{bound:,.0f}"


class Form:
    """What a person sees and types of a thing; of a new one where there is none yet."""

    def __init__(self, register: Register, thing: Thing | None = None) -> None:
        self.register, self.thing = register, thing
        self.typed: Mapping[str, str] | None = None
        self.faults: dict[str, str] = {}
        self.overtaken: list[tuple[Edit, list[tuple[str, Any, Any]]]] = []
        self.is_overtaken = False

    def read(self, typed: Mapping[str, str]) -> None:
        """Take what was typed."""
        self.typed = typed

    def refuse(self, refused: EditRefused) -> None:
        """Show what is wrong, beside what was typed."""
        self.faults = {name: fault[language()] for name, fault in refused.faults.items()}
        if refused.overtaken is not None:
            self.is_overtaken = True
            self.overtaken = [(one, differences(one)) for one in refused.overtaken]

    @property
    def given(self) -> dict[str, str]:
        """Return what was typed into the register's fields."""
        typed = self.typed or {}
        return {one.name: typed.get(one.name, "") for one in fields_of(self.register)}

    @property
    def reason(self) -> str:
        """Return why, as typed."""
        return (self.typed or {}).get("reason", "")

    @property
    def ref(self) -> str:
        """Return the id that was typed for a new thing."""
        return (self.typed or {}).get("id", "")

    @property
    def version(self) -> int | None:
        """Return the version that the person saw; after a conflict, the one they see now."""
        text = (self.typed or {}).get("version", "")
        if self.is_overtaken or not text.isdigit():
            return self.thing.version if self.thing else None
        return int(text)

    @property
    def rows(self) -> list[Row]:
        """Return the fields with their values and faults."""
        held = {"name": self.thing.name, **self.thing.fields} if self.thing else {}
        shown: Mapping[str, Any] = held if self.typed is None else self.typed
        return [
            Row(one, shown.get(one.name), self.faults.get(one.name, ""))
            for one in fields_of(self.register)
        ]

    @property
    def has_place(self) -> bool:
        """Say whether things of the register may have a place."""
        return self.register.geometry != "none"

    @property
    def is_point(self) -> bool:
        """Say whether longitude and latitude say where the thing is."""
        shape = self.thing.geometry if self.thing else None
        if shape is not None:
            return bool(shape.geom_type == "Point")
        return self.register.geometry in ("point", "optional", "any")

    @property
    def place_text(self) -> str:
        """Return the place as typed, or as it is, in GeoJSON."""
        return self._shown("place", self._held_place())

    @property
    def lon(self) -> str:
        """Return the longitude as typed, or as it is."""
        return self._shown("lon", self._held_degrees()[0])

    @property
    def lat(self) -> str:
        """Return the latitude as typed, or as it is."""
        return self._shown("lat", self._held_degrees()[1])

    def place(self) -> Mapping[str, Any] | None:
        """
        Return the place that was given; None where it was left as it is.

        Raises
        ------
        EditRefused
            If it cannot be read.
        """
        typed = self.typed or {}
        text = typed.get("place", "").strip()
        if text and text != self._held_place():
            try:
                place: Mapping[str, Any] = json.loads(text)
            except json.JSONDecodeError:
                raise EditRefused({"place": words()["cities.edit.no_shape"]}) from None
            return place
        lon, lat = (typed.get(name, "").strip() for name in ("lon", "lat"))
        if (lon, lat) == self._held_degrees() or not (lon or lat):
            return None
        try:
            return {"type": "Point", "coordinates": [float(lon), float(lat)]}
        except ValueError:
            raise EditRefused({"place": words()["cities.edit.no_degrees"]}) from None

    def _shown(self, name: str, held: str) -> str:
        return held if self.typed is None else self.typed.get(name, "")

    def _held_place(self) -> str:
        shape = self.thing.geometry if self.thing else None
        return "" if shape is None else str(shapely.to_geojson(shape))

    def _held_degrees(self) -> tuple[str, str]:
        shape = self.thing.geometry if self.thing else None
        if shape is None or shape.geom_type != "Point":
            return "", ""
        return f"{shape.x:.{DEGREES}f}", f"{shape.y:.{DEGREES}f}"
