"""Which registers exist: each described once, in TOML, one file per register."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any, Literal

import geopandas as gpd
import pandas as pd
import shapely

from hetao.errors import UserError

STORAGE_CRS = "EPSG:4490"  # CGCS2000 longitude, latitude: every register at rest

FieldType = Literal["string", "integer", "number", "boolean", "integers", "date"]
GeometryType = Literal["point", "line", "polygon", "any", "optional", "none"]
Rhythm = Literal["", "year", "month", "event"]

_DTYPES: Mapping[str, str] = {
    "string": "string",
    "integer": "Int64",
    "number": "Float64",
    "boolean": "boolean",
    "integers": "object",
    "date": "string",
}


@dataclass(frozen=True)
class Field:
    """
    One column of a register.

    Attributes
    ----------
    values : mapping of str to str
        Allowed values with their Chinese titles; empty where any value may stand.
    aliases : tuple of str
        Headers under which the column is met in the wild, as regular expressions matched
        whole and without case.
    low, high : float or None
        Bounds of a plausible number, inclusive.
    personal : bool
        Whether it says something about a person, so that it is never shown in public.
    refers_to : str
        The register whose ids stand here; "" where they are nobody's.

    A date is kept as text: 2026, 2026-06 or 2026-06-30, as precisely as it is known.
    """

    name: str
    type: FieldType
    title_zh: str
    title_en: str
    required: bool = False
    unit: str = ""
    values: Mapping[str, str] = field(default_factory=dict)
    aliases: tuple[str, ...] = ()
    low: float | None = None
    high: float | None = None
    personal: bool = False
    refers_to: str = ""

    @property
    def dtype(self) -> str:
        """Return the pandas type that holds the column, missing values included."""
        return _DTYPES[self.type]

    def answers_to(self, header: str) -> bool:
        """Say whether a header found in a file means this column."""
        known = (re.escape(self.name), re.escape(self.title_zh), *self.aliases)
        return any(re.fullmatch(name, header.strip(), re.IGNORECASE) for name in known)


@dataclass(frozen=True)
class Register:
    """
    A typed table of things of one kind.

    Attributes
    ----------
    geometry : str
        "optional" for things that have a place which is often not written down, "none" for
        those that have none.
    reporter : str
        Body that is asked for it by workbook, by its usual short name; "" where files of
        another kind bring it.
    rhythm : {"", "year", "month", "event"}
        How often it is brought up to date.
    key : tuple of str
        The fields that together tell one row from all others, where the id does not.
    restricted : bool
        Whether where its things lie is shown to those entitled alone: buried pipes, control lines.
    """

    id: str
    name_zh: str
    name_en: str
    geometry: GeometryType
    owner_zh: str
    fields: tuple[Field, ...]
    reporter: str = ""
    rhythm: Rhythm = ""
    key: tuple[str, ...] = ()
    restricted: bool = False

    @property
    def is_personal(self) -> bool:
        """Say whether a row says anything about a person."""
        return any(column.personal for column in self.fields)

    def field(self, name: str) -> Field:
        """Return the column called `name`."""
        return next(column for column in self.fields if column.name == name)

    def conform(self, frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
        """
        Return `frame` with exactly this register's columns, in order and typed.

        Columns that are absent are added as missing; foreign ones are dropped. Values must
        already be of the right kind: faults are found before, while reading.
        """
        columns = {
            column.name: pd.Series(
                frame.get(column.name),
                index=frame.index,
                dtype=column.dtype,
            )
            for column in self.fields
        }
        return gpd.GeoDataFrame(columns, geometry=frame.geometry, crs=frame.crs).reset_index(
            drop=True
        )

    def empty(self) -> gpd.GeoDataFrame:
        """Return the register without a row, in the storage CRS."""
        return self.conform(gpd.GeoDataFrame(geometry=gpd.GeoSeries([], crs=STORAGE_CRS)))


@cache
def registers() -> Mapping[str, Register]:
    """Return every register by its id, in alphabetical order."""
    folder = files("hetao.registers") / "definitions"
    entries = sorted(folder.iterdir(), key=lambda entry: entry.name)
    found = [
        _register(entry.name.removesuffix(".toml"), tomllib.loads(entry.read_text("utf-8")))
        for entry in entries
        if entry.name.endswith(".toml")
    ]
    return {register.id: register for register in found}


def register_named(name: str) -> Register:
    """
    Return the register with this id.

    Raises
    ------
    UserError
        If there is none; the message lists those that exist.
    """
    try:
        return registers()[name]
    except KeyError:
        known = ", ".join(registers())
        raise UserError("no_register", {"name": name, "known": known}) from None


def _register(id_: str, entry: Mapping[str, Any]) -> Register:
    common = [
        Field("id", "string", "编号", "Id", required=True, aliases=("osm_id", "objectid", "fid")),
        Field("name", "string", "名称", "Name", aliases=("名字", "name_zh", "mc")),
        Field("source", "string", "数据来源", "Source"),
    ]
    own = [
        Field(**{**column, "aliases": tuple(column.get("aliases", ()))})
        for column in entry.get("fields", [])
    ]
    return Register(
        id=id_,
        name_zh=entry["name_zh"],
        name_en=entry["name_en"],
        geometry=entry["geometry"],
        owner_zh=entry.get("owner_zh", entry.get("reporter", "")),
        fields=(*common, *own),
        reporter=entry.get("reporter", ""),
        rhythm=entry.get("rhythm", ""),
        key=tuple(entry.get("key", ())),
        restricted=entry.get("restricted", False),
    )


GEOMETRY_TYPES: Mapping[str, tuple[int, ...]] = {
    "point": (shapely.GeometryType.POINT,),
    "line": (shapely.GeometryType.LINESTRING,),
    "polygon": (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON),
}
