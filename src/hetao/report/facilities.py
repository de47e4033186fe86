"""Two chapters on facilities: coverage kind by kind, and what each community lacks."""

import json
from collections.abc import Sequence

import pandas as pd

from hetao.catalogue.facilities import facility_kinds
from hetao.report import numbers, standing
from hetao.report.checklist import distance_told, named
from hetao.report.document import Cell, Column, Paper
from hetao.report.maps import CityMaps, Sheet
from hetao.report.overview import MM_PER_INCH, light, value_cell
from hetao.report.standing import Standing
from hetao.report.texts import say
from hetao.report.view import RunView, each

MAPS_A_PAGE, MAP_COLUMNS = 20, 4
ROW_INCHES = 1.55
COMMUNITIES_SHOWN = 60


def write_facilities(paper: Paper, facilities: Sequence[Standing], maps: CityMaps) -> None:
    """Write all kinds of facility in one table and on one page of small maps."""
    paper.text(say("facilities.lead"))
    variants = list(dict.fromkeys(name for one in facilities for name in one.variants))
    judged = any(one.head.state != "none" for one in facilities)
    columns = [
        Column(say("facilities.kind"), 56), Column(say("facilities.radius"), 34),
        *(Column(standing.variant_zh(variant), 27, "right") for variant in variants),
    ]  # fmt: skip
    if judged:
        columns += [Column(say("table.standard"), 22), Column(say("table.state"), 24)]
    rows = [_row(one, variants, judged=judged) for one in facilities]
    paper.caption("table", say("caption.table"), say("facilities.caption"))
    paper.table(columns, rows)
    shown = [
        (kind_name(one), one.by_zone())
        for one in facilities
        if one.level and one.by_zone()["value"].notna().any()
    ][:MAPS_A_PAGE]
    if not shown:
        return
    count = -(-len(shown) // MAP_COLUMNS)
    sheet = Sheet(paper.width_mm / MM_PER_INCH, ROW_INCHES * count + 0.5)
    first = next(one for one in facilities if one.level)
    told = say(
        "facilities.maps_caption", level=standing.level_zh(first.level),
        variant=standing.variant_zh(first.variant),
    )  # fmt: skip
    paper.picture(maps.small(shown, columns=MAP_COLUMNS, sheet=sheet), paper.width_mm, told)
    paper.caption("figure", say("caption.figure"), told)


def kind_name(one: Standing) -> str:
    """Return the name of the kind that an indicator of the family is about."""
    kind = facility_kinds().get(one.id.removeprefix(standing.FACILITIES))
    return one.name if kind is None else kind.name_zh


def _row(one: Standing, variants: Sequence[str], *, judged: bool) -> list[Cell | str]:
    row = one.head
    cells: list[Cell | str] = [kind_name(one), _radius(one)]
    for variant in variants:
        found = one.at(one.edition, variant)
        cells.append("" if found is None else value_cell(found))
    if judged:
        cells += [standing.standard_of(row), light(str(row.state))]
    return cells


def _radius(one: Standing) -> str:
    radius = json.loads(str(one.head.parameters or "{}")).get("radius_m")
    kind = facility_kinds().get(one.id.removeprefix(standing.FACILITIES))
    sure = bool(one.head.verified) if kind is None else kind.radius_verified
    told = numbers.distance(radius)
    return told if sure else f"{told}（{say('table.unverified')}）"


def write_checklist(paper: Paper, view: RunView) -> None:
    """Write for each community which facilities it lacks and how far the nearest is."""
    table = named(view.checklist)
    paper.text(say("checklist.lead"))
    unheld = table[table["present"].isna()]["kind_zh"].drop_duplicates()
    if len(unheld):
        paper.note(say("checklist.unheld", count=len(unheld), kinds="、".join(unheld)))
    known = table[table["present"].notna() & (table["duty"] == "required")]
    missing = known[~known["present"].astype(bool)]
    counted = missing.groupby("zone")["kind"].nunique().sort_index()
    counted = counted.sort_values(ascending=False, kind="stable")
    if counted.empty:
        paper.text(say("checklist.none"))
        return
    required = known.groupby("zone")["kind"].nunique()
    columns = [
        Column(say("checklist.community"), 36), Column(say("checklist.count"), 20, "center"),
        Column(say("checklist.missing"), 118),
    ]  # fmt: skip
    rows: list[list[Cell | str]] = [
        [
            str(view.zones["name"].get(zone, zone)),
            f"{required.get(zone)} / {count}",
            _missing_told(missing[missing["zone"] == zone]),
        ]
        for zone, count in counted.head(COMMUNITIES_SHOWN).items()
    ]
    paper.caption("table", say("caption.table"), say("checklist.caption"))
    paper.table(columns, rows)
    if len(counted) > COMMUNITIES_SHOWN:
        paper.text(say("checklist.more", count=len(counted) - COMMUNITIES_SHOWN), "Small")


def _missing_told(rows: pd.DataFrame) -> str:
    told = (
        f"{row.kind_zh}（{distance_told(row.nearest_m)}）"
        for row in each(rows.drop_duplicates("kind"))
    )
    return "、".join(told)
