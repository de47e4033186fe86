"""The chapters on the assessment: grades, dimensions, survey, last year, what to do."""

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

import pandas as pd

from hetao.assessment.checkup import DIMENSIONS, Assessed, Graded, worst_first
from hetao.assessment.grading import ORDER, DimensionGrade, Level, rules
from hetao.assessment.problems import SEVERITIES, Problem
from hetao.collection.questionnaire import questionnaire
from hetao.collection.survey import Survey
from hetao.registers.definition import registers
from hetao.report import numbers
from hetao.report.assessed_words import (
    before_of,
    changed,
    figure_of,
    problem_told,
    sentence,
)
from hetao.report.document import Cell, Column, Paper
from hetao.report.texts import said_or, say
from hetao.report.view import RunView, each

if TYPE_CHECKING:
    from hetao.assessment.history import Direction

INKS = {"very_good": "met-text", "good": "met-text", "fair": "behind-text", "poor": "missed-text",
        "unknown": "unknown-text", "not_applicable": "ink-3"}  # fmt: skip
GROUNDS = {"fair": "behind-tint", "poor": "missed-tint", "unknown": "unknown-tint"}
INSPECTIONS = ("dwelling_inspections", "compound_inspections", "block_inspections",
               "road_inspections")  # fmt: skip
TOLD, NAMED, ADVISED = 12, 12, 40


def level_cell(level: str) -> Cell:
    """Return a grade as a cell: mark and word in its ink."""
    told = f"{say(f'assessed.mark.{level}')} {say(f'assessed.level.{level}')}"
    return Cell(told, INKS[level], GROUNDS.get(level, ""))


def write_general(paper: Paper, view: RunView, done: Assessed) -> None:
    """Write the first chapter: what was looked at, from what, by which rules."""
    paper.chapter(say("assessed.chapter.general"))
    paper.text(say("assessed.general.lead", edition=view.edition_zh, date=view.date,
                   city=view.city, period=view.period))  # fmt: skip
    if view.made_place:
        paper.note(say("cover.made_note"), ground="wheat-tint", ink="wheat")
    levels = Counter(view.zones["level"])
    zones = "、".join(
        say("assessed.general.zone", level=said_or(f"level.{level}", level), count=count)
        for level, count in levels.items()
    )
    parts = "、".join(
        say("assessed.general.part", name=registers()[id_].name_zh, count=len(view.registers[id_]))
        for id_ in INSPECTIONS
        if id_ in view.registers
    )
    asked = sum(bool(registers()[id_].reporter) for id_ in view.registers if id_ in registers())
    lines = [say("assessed.general.scope", zones=zones)]
    if parts:
        lines.append(say("assessed.general.inspected", parts=parts))
    lines.append(say("assessed.general.sources", count=len(view.sources), departments=asked))
    if done.survey is None:
        lines.append(say("assessed.general.no_participation"))
    else:
        valid = numbers.number(done.survey.valid)
        lines.append(say("assessed.general.participation", valid=valid))
    limit = rules()["residents"]["lowers_below"]
    lines.append(say("assessed.general.rules", limit=limit, source=rules()["source"]))
    paper.bullets(lines)


def write_grades(paper: Paper, done: Assessed) -> None:
    """Write the grades of the dimensions and what falls short most."""
    paper.section(say("assessed.overall.grades"))
    kinds: tuple[Level, ...] = (*ORDER, "unknown", "not_applicable")
    columns = [
        Column(say("assessed.overall.column_dimension"), 34),
        Column(say("assessed.overall.column_level"), 24, "center"),
        *(Column(say(f"assessed.level.{kind}"), 17, "right") for kind in kinds),
        Column(say("assessed.overall.column_share"), 30, "right"),
    ]
    rows: list[list[Cell | str]] = []
    for dimension in DIMENSIONS:
        told = done.dimensions[dimension]
        share = f"{told.share:.1f}%" if numbers.is_known(told.share) else numbers.UNKNOWN
        level = Cell(say(f"assessed.dimension_level.{told.level}"), bold=True)
        counts = [str(told.counts.get(kind, 0)) for kind in kinds]
        rows.append([say(f"assessed.dimension.{dimension}"), level, *counts, share])
    paper.caption("table", say("caption.table"), say("assessed.overall.caption"))
    paper.table(columns, rows)
    for dimension in DIMENSIONS:
        paper.text(dimension_sentence(dimension, done.dimensions[dimension]))
    if any(one.in_gap for one in done.dimensions.values()):
        paper.text(say("assessed.overall.gap"), "Small")
    paper.section(say("assessed.overall.worst"))
    poor = [one for one in worst_first(done.graded) if one.grade.level == "poor"]
    if poor:
        paper.text(say("assessed.overall.worst_lead", count=len(poor)))
        paper.bullets([sentence(one) for one in poor[:TOLD]])
    else:
        paper.text(say("assessed.overall.none_worst"))


def dimension_sentence(dimension: str, told: DimensionGrade) -> str:
    """Return the grade of a dimension with what it follows from."""
    name = say(f"assessed.dimension.{dimension}")
    if told.level == "unknown":
        return say("assessed.overall.unknown_sentence", name=name)
    counts = {str(kind): told.counts.get(kind, 0) for kind in ORDER}
    left: tuple[Level, ...] = ("unknown", "not_applicable")
    other = {str(kind): told.counts.get(kind, 0) for kind in left}
    rest = say("assessed.overall.rest", **other) if any(other.values()) else ""
    return say("assessed.overall.sentence", name=name, **counts, rest=rest,
               level=say(f"assessed.dimension_level.{told.level}"), share=f"{told.share:.1f}",
               graded=sum(counts.values()))  # fmt: skip


def write_dimension(paper: Paper, dimension: str, done: Assessed) -> None:
    """Write all indicators of a dimension in one table, and a sentence for each."""
    graded = done.of(dimension)
    paper.text(dimension_sentence(dimension, done.dimensions[dimension]))
    columns = [
        Column(say("table.number"), 12), Column(say("table.indicator"), 48),
        Column(say("assessed.item.column_value"), 26, "right"),
        Column(say("assessed.item.column_before"), 24, "right"),
        Column(say("assessed.item.column_course"), 22),
        Column(say("assessed.item.column_grade"), 24), Column(say("table.grade"), 13, "center"),
    ]  # fmt: skip
    rows: list[list[Cell | str]] = [
        [
            str(one.head.number), str(one.head.name_zh), figure_of(one), before_of(one),
            say(f"assessed.direction.{one.course.direction}"), level_cell(one.grade.level),
            str(one.head.grade),
        ]
        for one in graded
    ]  # fmt: skip
    name = say(f"assessed.dimension.{dimension}")
    told = say("assessed.item.list_caption", name=name)
    paper.caption("table", say("caption.table"), told)
    paper.table(columns, rows)
    paper.bullets([sentence(one) for one in graded])


def write_survey(paper: Paper, survey: Survey | None) -> None:
    """Write what residents said, who did not answer, and what that leaves open."""
    if survey is None:
        paper.text(say("assessed.survey.none"))
        return
    reasons = questionnaire().reasons
    excluded = "、".join(
        f"{reasons[reason]['zh']} {count}" for reason, count in survey.excluded.items() if count
    )
    paper.text(say("assessed.survey.lead", valid=numbers.number(survey.valid),
                   needed=numbers.number(survey.needed), reasons=excluded or numbers.UNKNOWN,
                   excluded=sum(survey.excluded.values()),
                   short=say("assessed.survey.short") if survey.is_short else ""))  # fmt: skip
    city = survey.scores[survey.scores["level"] == "city"]
    limit = questionnaire().rules.lowers_grade_below
    low = city[city["high"] < limit]
    titles = {item.id: item.label_zh for item in questionnaire().items.values()}
    lines = []
    if len(low):
        names = "、".join(f"{titles[row.item]} {row.mean:.0f} 分" for row in each(low))
        lines.append(say("assessed.survey.low", limit=limit, count=len(low), names=names))
    else:
        lines.append(say("assessed.survey.none_low", limit=limit))
    if survey.under_sampled:
        names = "、".join(f"{one.name}（{one.answers}份）" for one in survey.under_sampled[:NAMED])
        lines.append(say("assessed.survey.under", count=len(survey.under_sampled), names=names))
    paper.bullets(lines)
    _survey_table(paper, city, titles)


def _survey_table(paper: Paper, city: pd.DataFrame, titles: dict[str, str]) -> None:
    columns = [
        Column(say("assessed.survey.item"), 80), Column(say("assessed.survey.score"), 20, "right"),
        Column(say("assessed.survey.interval"), 28, "right"),
        Column(say("assessed.survey.answers"), 20, "right"),
        Column(say("assessed.survey.unanswered"), 20, "right"),
    ]  # fmt: skip
    rows: list[list[Cell | str]] = [
        [
            titles[str(row.item)], f"{row.mean:.0f}", f"{row.low:.0f}–{row.high:.0f}",
            numbers.number(row.n), f"{row.unanswered:.0%}",
        ]
        for row in each(city)
    ]  # fmt: skip
    paper.caption("table", say("caption.table"), say("assessed.survey.caption"))
    paper.table(columns, rows)


def write_followup(paper: Paper, view: RunView, done: Assessed) -> None:
    """Write what became of last year's list, what changed since, and five years."""
    _fixed(paper, view)
    paper.section(say("assessed.followup.changes"))
    compared = [one for one in done.graded if one.change is not None]
    states = Counter(one.change.better for one in compared if one.change)
    paper.text(say("assessed.followup.changes_lead", count=len(compared), better=states[True],
                   worse=states[False], same=states[None]))  # fmt: skip
    worse = [one for one in compared if one.change and one.change.better is False]
    paper.bullets([changed(one) + "。" for one in worse])
    paper.section(say("assessed.followup.five"))
    _five(paper, done)


def _fixed(paper: Paper, view: RunView) -> None:
    table = view.observations
    rows = table[(table["indicator"] == "problems_fixed_rate") & (table["level"] == "city")]
    known = {row.variant: row for row in each(rows) if numbers.is_known(row.value)}
    if "official" not in known:
        paper.text(say("assessed.followup.none"))
        return
    whole = known["official"]
    rates = {name: numbers.with_unit(known[name].value, "%") if name in known else numbers.UNKNOWN
             for name in ("deadline", "best_effort")}  # fmt: skip
    paper.text(
        say("assessed.followup.lead", due=f"{whole.denominator:.0f}",
            fixed=f"{whole.numerator:.0f}", rate=numbers.plain(round(float(whole.value), 1)))
        + say("assessed.followup.parts", deadline=rates["deadline"], best=rates["best_effort"])
    )  # fmt: skip
    problems = view.registers.get("problems")
    if problems is None:
        return
    register = registers()["problems"]
    left = problems[~problems["state"].isin(["fixed", "excluded"])
                    & ~(problems["due_year"] > int(view.period))]  # fmt: skip
    names = table.drop_duplicates("indicator").set_index("indicator")["name_zh"]
    widths = {"name": 50, "indicator": 56, "body": 26, "due": 20, "state": 20}
    columns = [Column(say(f"assessed.followup.{name}"), width) for name, width in widths.items()]
    body: list[list[Cell | str]] = [
        [
            _plain(row.name), str(names.get(row.indicator, row.indicator)), _plain(row.body),
            _plain(row.due_year), register.field("state").values.get(row.state, ""),
        ]
        for row in each(pd.DataFrame(left))
    ]  # fmt: skip
    if body:
        paper.caption("table", say("caption.table"), say("assessed.followup.open_caption"))
        paper.table(columns, body)


def _plain(value: object) -> str:
    return "" if value is None or value is pd.NA else str(value)


def _five(paper: Paper, done: Assessed) -> None:
    told = [one for one in done.graded if one.course.direction != "unknown"]
    counts = Counter(one.course.direction for one in told)
    names: tuple[Direction, ...] = ("improving", "worsening", "steady", "mixed")
    directions = {str(name): counts[name] for name in names}
    paper.text(say("assessed.followup.five_lead", count=len(told), **directions))
    if not told:
        return
    years = range(done.year - 4, done.year + 1)
    columns = [
        Column(say("table.indicator"), 52), *(Column(str(year), 19, "right") for year in years),
        Column(say("assessed.item.column_course"), 24),
    ]  # fmt: skip
    rows: list[list[Cell | str]] = [
        [
            Cell(str(one.head.name_zh), note=str(one.head.unit)),
            *(_short(one, year) for year in years),
            say(f"assessed.direction.{one.course.direction}"),
        ]
        for one in told
    ]  # fmt: skip
    paper.caption("table", say("caption.table"), say("assessed.followup.five_caption"))
    paper.table(columns, rows)


def _short(one: Graded, year: int) -> str:
    value = one.course.values.get(year)
    if value is None:
        return numbers.UNKNOWN
    return numbers.figure(value, str(one.head.unit)).partition(" ")[0]


def write_areas(paper: Paper, view: RunView) -> None:
    """Write the areas to renew."""
    areas = view.registers.get("renewal_areas")
    if areas is None:
        paper.text(say("assessed.measures.areas_none"))
        return
    register = registers()["renewal_areas"]
    mine = areas[areas["state"].isin(["needed", "planned", "under_way"])]
    paper.text(say("assessed.measures.areas_lead", count=len(mine)))
    zones = view.zones["name"].to_dict()
    columns = [Column(register.field("name").title_zh, 50),
               Column(register.field("kind").title_zh, 40),
               Column(register.field("zone").title_zh, 40),
               Column(register.field("state").title_zh, 40)]  # fmt: skip
    rows: list[list[Cell | str]] = [
        [
            _plain(name), register.field("kind").values.get(kind, ""),
            str(zones.get(zone, _plain(zone))), register.field("state").values.get(state, ""),
        ]
        for name, kind, zone, state in zip(
            mine["name"], mine["kind"], mine["zone"], mine["state"], strict=True
        )
    ]  # fmt: skip
    paper.caption("table", say("caption.table"), say("assessed.measures.areas_caption"))
    paper.table(columns, rows)


def write_measures(paper: Paper, done: Assessed) -> None:
    """Write what is to be done, by whom, until when."""
    problems = done.problems
    kinds = Counter(problem.remedy for problem in problems)
    paper.text(say("assessed.measures.lead", count=numbers.number(len(problems)),
                   deadline=numbers.number(kinds["deadline"]),
                   best=numbers.number(kinds["best_effort"]),
                   next=numbers.number(sum(one.next_year for one in problems))))  # fmt: skip
    paper.section(say("assessed.measures.bodies"))
    columns = [Column(say("assessed.measures.body"), 60),
               Column(say("assessed.measures.timed"), 30, "right"),
               Column(say("assessed.measures.best"), 30, "right")]  # fmt: skip
    bodies = sorted({problem.body for problem in problems})
    count = Counter((problem.body, problem.remedy) for problem in problems)
    rows: list[list[Cell | str]] = [
        [body, numbers.number(count[body, "deadline"]), numbers.number(count[body, "best_effort"])]
        for body in sorted(bodies, key=lambda body: -count[body, "deadline"])
    ]
    paper.caption("table", say("caption.table"), say("assessed.measures.bodies_caption"))
    paper.table(columns, rows)
    paper.turn(landscape=True)
    paper.section(say("assessed.measures.advice"))
    _advice(paper, problems)
    paper.turn(landscape=False)


def _advice(paper: Paper, problems: Sequence[Problem]) -> None:
    order = {"deadline": 0, "best_effort": 1}
    ranked = sorted(problems, key=lambda one: (order[one.remedy], -SEVERITIES.index(one.severity),
                                               -one.count))  # fmt: skip
    columns = [
        Column(say("table.indicator"), 50), Column(say("assessed.measures.column_zone"), 32),
        Column(say("assessed.measures.column_problem"), 56),
        Column(say("assessed.measures.column_severity"), 20),
        Column(say("assessed.measures.column_advice"), 66),
        Column(say("assessed.measures.body"), 24), Column(say("assessed.measures.column_due"), 24),
    ]  # fmt: skip
    rows: list[list[Cell | str]] = [
        [
            Cell(one.name_zh, note=said_or(f"remedy.{one.remedy}", one.remedy)), one.zone_name,
            problem_told(one), say(f"assessed.severity.{one.severity}"), one.advice_zh, one.body,
            say("assessed.measures.due", year=one.due_year),
        ]
        for one in _spread(ranked)
    ]  # fmt: skip
    paper.caption("table", say("caption.table"), say("assessed.measures.advice_caption"))
    paper.table(columns, rows)


def _spread(ranked: Sequence[Problem]) -> list[Problem]:
    """Return the worst problem of each indicator, in the order of how bad they are."""
    first: dict[str, Problem] = {}
    for problem in ranked:
        first.setdefault(problem.indicator, problem)
    return list(first.values())[:ADVISED]
