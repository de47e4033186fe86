"""The ends of the report: what is unknown, the methods, the sources."""

from collections.abc import Sequence

import pandas as pd
from pyproj import CRS

from hetao.report import numbers, standing
from hetao.report.document import Cell, Column, Paper
from hetao.report.facilities import kind_name
from hetao.report.formulas import parameters_told
from hetao.report.lists import registers_told
from hetao.report.standing import Standing
from hetao.report.texts import say
from hetao.report.view import Row, RunView, each

NAMES_SHOWN, KINDS_SHOWN = 4, 10
FAULTS_SHOWN = 8


def write_unknowns(paper: Paper, all_: Sequence[Standing]) -> None:
    """Write what has no value or no verdict, why, and what to load next."""
    own, facilities = standing.apart(all_)
    rows = [row for one in own for row in _unknown_rows(one)] + _alike(facilities)
    if not rows:
        paper.text(say("unknowns.none"))
        return
    paper.text(say("unknowns.lead"))
    columns = [
        Column(say("table.number"), 16), Column(say("table.indicator"), 48),
        Column(say("table.variant"), 21), Column(say("unknowns.where"), 27),
        Column(say("unknowns.why"), 62),
    ]  # fmt: skip
    paper.caption("table", say("caption.table"), say("unknowns.caption"))
    paper.table(columns, rows)


def _alike(facilities: Sequence[Standing]) -> list[list[Cell | str]]:
    """Return one row for all kinds of facility that are unknown in the same way."""
    groups: dict[tuple[str, str, str], list[str]] = {}
    for one in facilities:
        for _, _, variants, where, why in _unknown_rows(one):
            groups.setdefault((str(variants), str(where), str(why)), []).append(kind_name(one))
    return [
        ["", _kinds_told(kinds), variants, where, why]
        for (variants, where, why), kinds in groups.items()
    ]


def _kinds_told(kinds: Sequence[str]) -> Cell:
    more = "等" if len(kinds) > KINDS_SHOWN else ""
    listed = "、".join(kinds[:KINDS_SHOWN]) + more
    return Cell(say("unknowns.kinds", count=len(kinds)), note=listed)


def _unknown_rows(one: Standing) -> list[list[Cell | str]]:
    """Return one row per reason: the city first, then zones that lack what the city has."""
    mine = one.rows[one.rows["edition"] == one.edition]
    whys = pd.Series([standing.why_unknown(row) for row in each(mine)], index=mine.index)
    told: dict[tuple[str, str], list[str]] = {}
    for zone_set in (mine["zone"] == one.zone, mine["level"] == one.level):
        for (why, _), rows in mine[zone_set].groupby([whys[zone_set], "zone"], sort=False):
            if not why:
                continue
            variants = tuple(standing.variant_zh(name) for name in rows["variant"])
            told.setdefault((str(why), "、".join(variants)), []).append(
                str(rows["zone_name"].iloc[0])
            )
    return [
        [str(one.head.number or numbers.UNKNOWN), one.name, variants, _where(names), why]
        for (why, variants), names in _merged(told).items()
    ]


def _merged(told: dict[tuple[str, str], list[str]]) -> dict[tuple[str, str], list[str]]:
    """Leave out the intervals of single zones, which the page of the indicator shows."""
    straddling = {
        key for key, names in told.items() if len(told) > FAULTS_SHOWN and len(names) == 1
    }
    kept = {key: names for key, names in told.items() if key not in straddling}
    return kept or dict(list(told.items())[:1])


def _where(names: Sequence[str]) -> str:
    unique = list(dict.fromkeys(names))
    if len(unique) <= NAMES_SHOWN:
        return "、".join(unique)
    return f"{'、'.join(unique[:NAMES_SHOWN])}等 {len(unique)} 个"


def write_methods(paper: Paper, view: RunView, all_: Sequence[Standing]) -> None:
    """Write how each indicator is computed."""
    paper.text(say("methods.lead", crs=_crs_told(view.crs)))
    columns = [
        Column(say("table.indicator"), 42), Column(say("table.variant"), 22),
        Column(say("methods.formula"), 92), Column(say("methods.parameters"), 58),
        Column(say("methods.source"), 36),
    ]  # fmt: skip
    rows = []
    own, facilities = standing.apart(all_)
    for one in [*own, *facilities[:1]]:
        for edition in [one.edition, *one.other_editions]:
            mine = one.rows[(one.rows["edition"] == edition) & (one.rows["zone"] == one.zone)]
            rows += [
                _method(one, edition, row, first=index == 0) for index, row in enumerate(each(mine))
            ]
    paper.table(columns, rows)
    if len(facilities) > 1:
        first = facilities[0].name
        paper.text(say("methods.alike", first=first, count=len(facilities)), "Small")


def _crs_told(crs: CRS) -> str:
    if crs.name != "unknown":
        return crs.name
    operation = crs.coordinate_operation
    parameters = {} if operation is None else {one.name: one.value for one in operation.params}
    meridian = float(parameters.get("Longitude of natural origin", 0.0))
    side = say("methods.east" if meridian >= 0 else "methods.west")
    return say("methods.mercator", degrees=numbers.plain(abs(meridian)), side=side)


def _method(one: Standing, edition: str, row: Row, *, first: bool) -> list[Cell | str]:
    verified = bool(row.verified)
    mark = say("methods.verified" if verified else "methods.unverified")
    number = str(row.number or "")
    return [
        Cell(one.name, note=f"{edition} {number}".strip()) if first else "",
        standing.variant_zh(str(row.variant)),
        str(row.formula_zh),
        Cell(parameters_told(row.parameters) or say("methods.none"), "ink-2"),
        Cell(str(row.source), "ink-1", note=mark) if first else "",
    ]


def write_sources(paper: Paper, view: RunView) -> None:
    """Write what was loaded, under which licence, with digests, and what repeats the run."""
    if view.sources:
        paper.text(say("sources.lead"))
        columns = [
            Column(say("sources.file"), 44), Column(say("sources.registers"), 60),
            Column(say("sources.licence"), 38), Column(say("sources.digest"), 38),
        ]  # fmt: skip
        rows: list[list[Cell | str]] = [
            [
                str(source.get("file", "")), registers_told(source),
                Cell(
                    str(source.get("attribution") or numbers.UNKNOWN),
                    note=str(source.get("licence") or ""),
                ),
                Cell(_broken(str(source.get("sha256", ""))), "ink-2"),
            ]
            for source in view.sources
        ]  # fmt: skip
        paper.caption("table", say("caption.table"), say("sources.caption"))
        paper.table(columns, rows)
        _faults(paper, view)
    else:
        paper.text(say("sources.none"))
    paper.heading(say("sources.repeat"), 3)
    manifest = {"snapshot_digest": "—", "catalogue_digest": "—", "hetao": "", **view.manifest}
    libraries = "，".join(f"{name} {at}" for name, at in (manifest.get("versions") or {}).items())
    lines = [
        say("sources.snapshot", id=manifest["snapshot"], digest=manifest["snapshot_digest"]),
        say("sources.catalogue", digest=manifest["catalogue_digest"]),
        say("sources.software", version=manifest["hetao"], libraries=libraries or numbers.UNKNOWN),
    ]
    paper.bullets(lines)


def _faults(paper: Paper, view: RunView) -> None:
    told = [
        f"{source.get('file', '')}：{fault}"
        for source in view.sources
        for fault in (source.get("faults") or [])[:FAULTS_SHOWN]
    ]
    if told:
        paper.heading(say("sources.faults"), 3)
        paper.bullets(told)


def _broken(digest: str) -> str:
    return "\n".join(digest[start : start + 16] for start in range(0, len(digest), 16))
