"""What is wrong with one cell of a workbook, in words."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any


@cache
def words() -> Mapping[str, Any]:
    """Return what `words.toml` says."""
    return tomllib.loads((files("hetao.collection") / "words.toml").read_text("utf-8"))


@dataclass(frozen=True)
class CellFault:
    """One fault, at one cell of one sheet; `key` names its sentence in `words.toml`."""

    sheet: str
    cell: str
    key: str
    found: str = ""
    needed: str = ""
    unit: str = ""

    def text(self, language: str = "zh") -> str:
        """Return the sentence."""
        where = f"{self.sheet}!{self.cell}" if self.cell else self.sheet
        facts = {"cell": where, "file": self.sheet}
        sentence = str(words()["fault"][self.key][language])
        return sentence.format(**facts, found=self.found, needed=self.needed, unit=self.unit)
