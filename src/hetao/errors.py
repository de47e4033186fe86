"""All that Hetao raises on purpose: things a user can put right."""

from dataclasses import dataclass
from typing import Protocol


class HetaoError(Exception):
    """A fault in what was given, with a sentence that says what to do."""


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
class InputError(HetaoError):
    """A file, option or workspace that cannot be used, with the reason and the remedy."""

    subject: str
    found: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.subject}: {self.found} {self.remedy}".strip()


class Tell(Protocol):
    """Hear how far a long piece of work has come."""

    def __call__(self, stage: str, done: int, total: int, /) -> None:
        """Take the name of the stage, the steps done and the steps in all."""


def quiet(stage: str, done: int, total: int, /) -> None:
    """Hear nothing: for callers that show no progress."""
