"""What each body owes: the reported indicators of an edition and of the city's plans."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import pandas as pd

from hetao.catalogue.entries import Entry, Variant, entries
from hetao.plan.figures import Figures, figures_of
from hetao.plan.store import plans
from hetao.registers.definition import registers
from hetao.registers.snapshot import merged_registers
from hetao.registers.store import stored_sources
from hetao.registers.workspace import Workspace

RURAL = "rural"
"""The edition that is asked for beside the national one."""


@dataclass(frozen=True)
class Owed:
    """
    One figure that a body is asked for.

    Attributes
    ----------
    zone, zone_name : str
        Code and name of a county; "" for the indicator's own unit.
    before : float or None
        What was reported for the year before.
    """

    entry: Entry
    variant: Variant
    zone: str = ""
    zone_name: str = ""
    before: float | None = None

    @property
    def key(self) -> tuple[str, str, str]:
        """Return what tells it from all others."""
        return self.entry.id, self.variant.id, self.zone


def owed_by(workspace: Workspace, *, year: int) -> dict[str, list[Owed]]:
    """
    Return what is owed for a year, by the short name of the body.

    Counties are asked one by one for the shares that targets of the city's plans are judged by,
    and for what binds each county.
    """
    targets = [target for plan in plans(workspace.root) for target in plan.ledger.targets]
    linked = {target.link for target in targets}
    each = {target.link for target in targets if target.by_county}
    figures = figures_of(workspace.root)
    found: dict[str, list[Owed]] = {}
    for entry in entries().values():
        edition = workspace.city.edition
        asked = bool(entry.version(edition) or entry.version(RURAL)) or entry.id in linked
        if not entry.reporter or not asked:
            continue
        places = [("", "")]
        if entry.id in each or (entry.id in linked and entry.numerator_unit):
            places += figures.counties.items()
        for variant in entry.variants.values():
            if variant.may_be_reported:
                found.setdefault(_body(entry.reporter), []).extend(
                    _asked(entry, variant, places, figures, year)
                )
    for register in registers().values():
        if register.reporter:
            found.setdefault(_body(register.reporter), [])
    return found


def bodies_asked() -> tuple[str, ...]:
    """Return the bodies that may be asked for anything, as they stand on the workbooks."""
    names = [entry.reporter for entry in entries().values()]
    names += [register.reporter for register in registers().values()]
    return tuple(dict.fromkeys(_body(name) for name in names if name))


def rows_held(workspace: Workspace) -> dict[str, list[dict[str, Any]]]:
    """Return the rows of every register that bodies are asked for, as the workspace holds them."""
    asked = {id_ for id_, register in registers().items() if register.reporter}
    held = [source for source in stored_sources(workspace) if asked & source.registers]
    return {id_: rows_of(frame) for id_, frame in merged_registers(held).items() if id_ in asked}


def rows_of(frame: gpd.GeoDataFrame) -> list[dict[str, Any]]:
    """Return the rows of a register, with the place of what is a point."""
    points = (frame.geometry.geom_type == "Point").to_numpy()
    table = pd.DataFrame(frame.drop(columns="geometry"))
    table["lon"], table["lat"] = float("nan"), float("nan")
    if points.any():
        table.loc[points, "lon"] = frame.geometry[points].x.round(7).to_numpy()
        table.loc[points, "lat"] = frame.geometry[points].y.round(7).to_numpy()
    return [{str(name): value for name, value in row.items()} for row in table.to_dict("records")]


def _asked(
    entry: Entry,
    variant: Variant,
    places: list[tuple[str, str]],
    figures: Figures,
    year: int,
) -> Iterator[Owed]:
    known = {
        (figure.zone if figure.level == "county" else ""): figure.value
        for figure in figures.of(entry.id, variant.id)
        if figure.year == year - 1
    }
    for code, name in places:
        yield Owed(entry, variant, code, name, known.get(code))


def _body(reporter: str) -> str:
    """Return the body as plans name it: 市住建局."""
    plain = reporter.endswith("支队") or reporter.startswith("市")
    return reporter if plain else f"市{reporter}"
