"""What judging a plan gives: the state of each target, why, and the figures behind it."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from typing import Any, Literal

from hetao.plan.ledger import Document, Measure, Operator, Target

State = Literal[
    "met", "not_met", "met_in_part", "on_track", "behind", "deteriorating", "cannot_tell"
]
STATES: tuple[State, ...] = (
    "met", "on_track", "met_in_part", "behind", "deteriorating", "not_met", "cannot_tell",
)  # fmt: skip


@dataclass(frozen=True)
class Figure:
    """
    A value of an indicator for a place and a year, computed by a check-up or reported.

    Attributes
    ----------
    indicator, edition, variant : str
        Entry of the catalogue, the edition whose version was computed ("" if reported), variant.
    zone, zone_name, level : str
        Code and name of the place; "city", "county" or another level of the zones.
    year : int
    value, low, high : float or None
        None where unknown; `reason` then says why (a key of the check-up's reasons).
    unit : str
        As the catalogue or the report writes it.
    numerator, denominator : float or None
    grade : str
        Evidence A to E.
    source : {"run", "reported"}
    origin : str
        Name of the run, or of the snapshot that holds the reported figures.
    """

    indicator: str
    year: int
    value: float | None
    unit: str = ""
    zone: str = ""
    zone_name: str = ""
    level: str = "city"
    variant: str = ""
    edition: str = ""
    low: float | None = None
    high: float | None = None
    numerator: float | None = None
    denominator: float | None = None
    grade: str = ""
    verified: bool = True
    source: Literal["run", "reported"] = "reported"
    origin: str = ""
    reported_by: str = ""
    note: str = ""
    reason: str = ""


@dataclass(frozen=True)
class Reading:
    """
    One way to read the words of a target, and what follows from it.

    Attributes
    ----------
    name : {"words", "strict", "near"}
        "words": as the words alone say; "strict": the limit itself not included, or a soft word
        left out; "near": within the share of `judging.toml` that a soft word allows.
    """

    name: Literal["words", "strict", "near"]
    operator: Operator
    value: float | None
    state: State


@dataclass(frozen=True)
class ZoneState:
    """The state of a target in one county."""

    zone: str
    zone_name: str
    state: State
    figure: Figure | None = None
    reason: str = ""


@dataclass(frozen=True)
class Verdict:
    """
    What follows from one series of figures.

    Attributes
    ----------
    state : State
        By the words of the plan; `readings` has the others where they differ.
    reason : str
        Key of `reasons.toml` for "cannot_tell"; `facts` fill its sentence.
    final : bool
        Whether the target's year is over, so that no pace can mend it.
    figure : Figure or None
        The one that was compared, in the target's unit.
    series : tuple of Figure
        All years known of the whole place, oldest first, in the target's unit.
    gap : float or None
        How much is missing in the target's unit; 0 or below where it is reached.
    pace, pace_needed : float or None
        Change a year since the first figure, and what is needed a year from the last one.
    """

    state: State
    reason: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)
    final: bool = False
    figure: Figure | None = None
    series: tuple[Figure, ...] = ()
    gap: float | None = None
    pace: float | None = None
    pace_needed: float | None = None
    readings: tuple[Reading, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Judged(Verdict):
    """
    A target and what is known of it in the year of the assessment.

    Attributes
    ----------
    measure : Measure or None
        The one that holds the target.
    zones : tuple of ZoneState
        The counties, where the figures are theirs.
    measured_by : str
        Name of the indicator that measures it, in Chinese; "" where nothing does.
    """

    target: Target
    measure: Measure | None
    zones: tuple[ZoneState, ...] = ()
    measured_by: str = ""


@dataclass(frozen=True)
class Assessment:
    """
    A plan's targets as they stand in a year.

    Attributes
    ----------
    plan : str
        Name of the plan's folder.
    year : int
    city : str
        Name of the workspace's city; "" for a plan outside of a workspace.
    snapshot, runs : str, tuple of str
        What the figures were taken from.
    judged : tuple of Judged
        In the order of the plan.
    """

    plan: str
    document: Document
    year: int
    judged: tuple[Judged, ...]
    city: str = ""
    snapshot: str = ""
    runs: tuple[str, ...] = ()

    @property
    def counts(self) -> dict[State, int]:
        """Return how many targets are in each state; every state is there."""
        found = Counter(judged.state for judged in self.judged)
        return {state: found[state] for state in STATES}

    def as_dict(self) -> dict[str, Any]:
        """Return the assessment as plain objects."""
        return {**plain(self), "counts": dict(self.counts)}


def plain(value: Any) -> Any:  # noqa: ANN401
    """Return dataclasses as objects, tuples as lists, all the way down."""
    if is_dataclass(value):
        return {part.name: plain(getattr(value, part.name)) for part in fields(value)}
    if isinstance(value, tuple):
        return [plain(part) for part in value]
    return dict(value) if isinstance(value, Mapping) else value
