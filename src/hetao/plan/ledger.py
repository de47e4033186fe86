"""The ledger of a plan: its document, sections, measures, assignments and targets."""

from dataclasses import dataclass
from typing import Literal

Role = Literal["lead", "joint", "support", "county"]
Operator = Literal[">=", ">", "<=", "<", "=", "~", "range", "all", "none", "aim"]


@dataclass(frozen=True)
class Document:
    """
    What the plan is.

    Attributes
    ----------
    status : {"final", "draft"}
        A draft is one sent out for comment (征求意见稿).
    basis : tuple of str
        Numbers or titles of the documents it says it rests on, as written.
    annexes : tuple of str
        Annexes it names.
    absent : tuple of str
        Those of them that the text at hand does not hold.
    addressees : tuple of str
        Whom the notice is sent to.
    flags : tuple of str
        What looks wrong with the document as a whole; keys of [flags] in `reasons.toml`.
    """

    title: str
    number: str = ""
    issuer: str = ""
    date: str = ""
    status: Literal["final", "draft"] = "final"
    basis: tuple[str, ...] = ()
    annexes: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()
    addressees: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()


@dataclass(frozen=True)
class Section:
    """A numbered part of the plan; `number` is as written, such as "二" or "（一）"."""

    id: str
    number: str
    title: str
    parent: str = ""
    start: int = 0
    end: int = 0


@dataclass(frozen=True)
class Clause:
    """
    The words in which a measure says who answers for it, or for a part of it.

    Attributes
    ----------
    number : int
        1 for the first clause of the measure.
    written : str
        The clause as the text has it.
    covers : str
        The sentences it answers for, where the measure has several clauses; else "".
    flags : tuple of str
        "open_ended" (等), "no_lead", "unclosed"; keys of [flags] in `reasons.toml`.
    """

    number: int
    written: str
    covers: str = ""
    start: int = 0
    end: int = 0
    flags: tuple[str, ...] = ()


@dataclass(frozen=True)
class Assignment:
    """
    One body that answers for a measure, or for some clauses of it.

    Attributes
    ----------
    body : str
        Full name, with the prefix that the list carries along: 市工信局.
    role : {"lead", "joint", "support", "county"}
    named : bool
        False where a clause for the whole document implies it.
    written : str
        As the text writes it: 工信局.
    clauses : tuple of int
        Numbers of the clauses that name it in this role.
    flags : tuple of str
        "vague" (相关部门); keys of [flags] in `reasons.toml`.
    """

    body: str
    role: Role
    named: bool = True
    written: str = ""
    clauses: tuple[int, ...] = (1,)
    flags: tuple[str, ...] = ()


@dataclass(frozen=True)
class Measure:
    """
    A numbered measure.

    Attributes
    ----------
    number : str
        As the text writes it: （十二）, 3., 第五条.
    section : str
        Number of the section that holds it, as written without its mark: 二.
    kind : {"task", "frame", "safeguard"}
        "frame" for aims and principles (指导思想, 基本原则), "safeguard" for the
        organisation of the work (保障措施); told by the section's title.
    start, end : int
        Position in the text as read.
    """

    id: str
    number: str
    title: str
    section: str
    kind: Literal["task", "frame", "safeguard"] = "task"
    text: str = ""
    start: int = 0
    end: int = 0
    clauses: tuple[Clause, ...] = ()
    assignments: tuple[Assignment, ...] = ()
    flags: tuple[str, ...] = ()


@dataclass(frozen=True)
class Target:
    """
    One thing the plan wants to be so, by a date or always.

    Attributes
    ----------
    measure : str
        Number of the measure, or of the section where no measure holds it.
    measure_id : str
        Its id, which is unique where numbers start again.
    indicator : str
        What is measured, in the words of the text: 城市道路网密度.
    operator : str
        As the words alone say: 超过 ">", 以上/达到/不小于 ">=", 以下/控制在/不超过 "<=", 左右 "~",
        a bare number "=", "range" with `value` and `high`, "all" (全覆盖, 全部; 100 %),
        "none" (全面消除; nothing left), "aim" (no number: needs a definition).
    value, high : float or None
        In the unit; `high` for ranges only.
    unit : str
        As written: %, 万平方米, 公里/平方公里; "" where none is written.
    year, since : int or None
        Deadline; first year of a standing duty (自2023年起).
    frequency : str
        每年, 一年一…, 五年一…, as written.
    baseline : str
        比2020年, 较2015年, 翻两番, as written.
    scope, things : str
        Place it holds for (全市, 临河区, 黄河流域); things it holds for (新建建筑).
    soft : bool
        True with 力争, 争取, 基本, 原则上, 左右; the word itself is `soft_word`.
    counting : {"", "cumulative", "per_year", "current_year"}
    confidence : {"high", "medium", "low"}
    rule : str
        Name of the rule that found it.
    flags : tuple of str
        "no_unit", "above_100", "year_guessed", "scope_unclear", "needs_definition", "no_baseline"…
    written : str
        The words of the text that hold it; `sentence` the whole sentence.
    link, variant, owner : str
        Indicator of the catalogue that measures it, which variant, and the body that owes it.
    """

    id: str
    measure: str
    indicator: str
    operator: Operator
    value: float | None = None
    unit: str = ""
    year: int | None = None
    scope: str = ""
    soft: bool = False
    measure_id: str = ""
    high: float | None = None
    things: str = ""
    since: int | None = None
    frequency: str = ""
    baseline: str = ""
    soft_word: str = ""
    counting: Literal["", "cumulative", "per_year", "current_year"] = ""
    confidence: Literal["high", "medium", "low"] = "high"
    rule: str = ""
    flags: tuple[str, ...] = ()
    written: str = ""
    sentence: str = ""
    start: int = 0
    end: int = 0
    link: str = ""
    variant: str = ""
    owner: str = ""
    by_county: bool = False


@dataclass(frozen=True)
class Ledger:
    """A plan as people work with it."""

    document: Document
    sections: tuple[Section, ...] = ()
    measures: tuple[Measure, ...] = ()
    targets: tuple[Target, ...] = ()
