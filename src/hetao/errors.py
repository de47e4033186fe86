"""All that Hetao raises on purpose: things a user can put right."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Protocol


class HetaoError(Exception):
    """A fault in what was given, with a sentence that says what to do."""

    def text(self, language: str) -> str:
        """Return the sentence in Chinese ("zh") or English ("en"), where both exist."""
        del language
        return str(self)


@dataclass(eq=False)
class CrsError(HetaoError):
    """A layer is not in a system that measures in metres."""

    layer: str
    found: str
    unit: str

    def __str__(self) -> str:
        return (
            f"Layer '{self.layer}' is in {self.found}, which measures in {self.unit}; "
            "areas and distances need metres. Reproject it first, e.g. "
            f"`{self.layer}.to_crs(4547)`."
        )


@dataclass(eq=False)
class ColumnError(HetaoError):
    """A layer lacks columns that a computation needs."""

    layer: str
    missing: tuple[str, ...]
    found: tuple[str, ...]

    def __str__(self) -> str:
        return (
            f"Layer '{self.layer}' has no {', '.join(self.missing)}; "
            f"it has {', '.join(self.found) or 'no columns'}."
        )


@dataclass(eq=False)
class UserError(HetaoError):
    """
    A file, option or workspace that cannot be used.

    Attributes
    ----------
    key : str
        Names the sentence in `errors.toml`, which exists in Chinese and English.
    facts : mapping
        What fills the sentence: what was given, what was found, what is known.
    """

    key: str
    facts: Mapping[str, object]

    def __str__(self) -> str:
        return self.text("en")

    def text(self, language: str) -> str:
        """Return the sentence in Chinese ("zh") or English ("en")."""
        template: str = _sentences()[self.key][language]
        return template.format(**self.facts)


@cache
def _sentences() -> Mapping[str, Mapping[str, str]]:
    return tomllib.loads((files("hetao") / "errors.toml").read_text("utf-8"))


class Tell(Protocol):
    """Hear how far a long piece of work has come."""

    def __call__(self, stage: str, done: int, total: int, /) -> None:
        """Take the name of the stage, the steps done and the steps in all."""


def quiet(stage: str, done: int, total: int, /) -> None:
    """Hear nothing: for callers that show no progress."""
