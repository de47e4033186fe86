"""What reading a source gives: registers, and every fault found on the way."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import geopandas as gpd

Severity = Literal["error", "warning", "note"]


@dataclass(frozen=True)
class Fault:
    """
    One thing about a source that its owner should know.

    Attributes
    ----------
    severity : {"error", "warning", "note"}
        An error keeps the whole source out; a warning is taken with care; a note tells of a
        repair that changed nothing of substance.
    where : str
        The file, and in it the layer or sheet, column, cell or feature.
    found_zh, found_en : str
        What was found.
    remedy_zh, remedy_en : str
        What was done about it, or what to do.
    count : int
        How many features or cells have the same fault.
    key : str
        The entry of `faults.toml`.
    """

    severity: Severity
    where: str
    found_zh: str
    found_en: str
    remedy_zh: str
    remedy_en: str
    count: int = 1
    key: str = ""

    def text(self, language: str = "zh") -> str:
        """Return the sentence in Chinese ("zh") or English ("en")."""
        if language == "zh":
            return f"{self.where}：{self.found_zh}；{self.remedy_zh}"
        return f"{self.where}: {self.found_en}; {self.remedy_en}"


@dataclass(frozen=True)
class Reading:
    """
    A source as read.

    Attributes
    ----------
    registers : mapping of str to GeoDataFrame
        By register id; each conforms to its register, in the storage CRS.
    faults : sequence of Fault
        All of them, errors first.
    attribution, licence : str
        What the source's licence asks to be shown; empty where unknown.
    """

    registers: Mapping[str, gpd.GeoDataFrame]
    faults: Sequence[Fault] = field(default_factory=tuple)
    attribution: str = ""
    licence: str = ""

    @property
    def refused(self) -> bool:
        """Say whether an error keeps this source out."""
        return any(fault.severity == "error" for fault in self.faults)
