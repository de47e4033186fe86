"""Load a source into a workspace, and check everything loaded together."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from geopandas import GeoDataFrame

from hetao.errors import Tell, quiet
from hetao.registers.checks import check_against, elsewhere, far_apart
from hetao.registers.reading import Fault, Reading
from hetao.registers.snapshot import merged_registers
from hetao.registers.sources import read_source
from hetao.registers.store import StoredSource, store, stored_sources
from hetao.registers.workspace import Workspace

SUSPICIOUS = "suspicious_datum"


def load_source(  # noqa: PLR0913  (the options of a load)
    workspace: Workspace,
    path: Path,
    *,
    register: str | None = None,
    layer: str | None = None,
    crs: str | None = None,
    mapping: Path | None = None,
    tell: Tell = quiet,
) -> tuple[Reading, StoredSource | None]:
    """
    Read a source, check it beside what is loaded already, and keep it unless it is refused.

    A source wholly outside the boundary is refused, and one that looks shifted as web maps are,
    unless `crs` says its system.

    Returns
    -------
    Reading
        With every fault found, also those that show only beside other layers.
    StoredSource or None
        None where an error keeps the source out; the workspace is then unchanged.
    """
    reading = read_source(path, register=register, layer=layer, crs=crs, mapping=mapping, tell=tell)
    if reading.refused:
        return reading, None
    placed = any(frame.geometry.notna().any() for frame in reading.registers.values())
    loaded = _beside(stored_sources(workspace), reading) if placed else {}
    zones = loaded.pop("zones", None)
    outside = elsewhere(reading.registers, zones, path.name)
    if outside is not None:
        return replace(reading, faults=(outside,)), None
    beside = check_against({**loaded, **reading.registers}, zones, only=set(reading.registers))
    apart = far_apart(reading.registers, loaded, path.name)
    told = [*beside, *([] if apart is None else [apart])]
    shifted = [one for one in beside if one.key == SUSPICIOUS]
    if shifted and crs is None:
        refusals = tuple(replace(one, severity="error") for one in shifted)
        return replace(reading, faults=refusals), None
    reading = replace(reading, faults=(*reading.faults, *told))
    options = {
        "register": register,
        "layer": layer,
        "crs": crs,
        "mapping": None if mapping is None else mapping.read_text("utf-8"),
    }
    return reading, store(workspace, path, reading, options=options)


def _beside(sources: Sequence[StoredSource], reading: Reading) -> dict[str, GeoDataFrame]:
    """
    Return the loaded registers that a reading is checked beside.

    The zones and the roads are all that is looked at; the others count only for what is far from
    every road, which may still be near to them.
    """
    bare = [
        replace(source, rows={id_: source.rows.get(id_, 0) for id_ in ("zones", "roads")})
        for source in sources
    ]
    few = merged_registers(bare)
    roads = {id_: frame for id_, frame in few.items() if id_ == "roads"}
    near = roads and far_apart(reading.registers, roads, "") is None
    return few if near else merged_registers(sources)


def faults_of(workspace: Workspace, *, facility_kinds: Sequence[str]) -> list[Fault]:
    """Return every fault of everything loaded: of each source, and of all together."""
    sources = stored_sources(workspace)
    registers = merged_registers(sources)
    boundary = registers.pop("zones", None)
    together = check_against(registers, boundary, facility_kinds=facility_kinds)
    return [*(fault for source in sources for fault in source.faults), *together]
