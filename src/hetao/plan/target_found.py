"""What the search for targets hands back."""

from dataclasses import dataclass
from typing import Literal

from hetao.plan.ledger import Operator
from hetao.plan.target_context import Counting

Confidence = Literal["high", "medium", "low"]


@dataclass(frozen=True)
class Found:
    """
    A target as found; its fields are those of `ledger.Target` that the sentence tells.

    Attributes
    ----------
    start, end : int
        Where `written` stands in the text.
    """

    indicator: str
    operator: Operator
    value: float | None = None
    unit: str = ""
    year: int | None = None
    scope: str = ""
    soft: bool = False
    high: float | None = None
    things: str = ""
    since: int | None = None
    frequency: str = ""
    baseline: str = ""
    soft_word: str = ""
    counting: Counting = ""
    confidence: Confidence = "high"
    rule: str = ""
    flags: tuple[str, ...] = ()
    written: str = ""
    sentence: str = ""
    start: int = 0
    end: int = 0
