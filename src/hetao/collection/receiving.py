"""A workbook that comes back: read, checked cell by cell, taken whole or returned marked."""

import csv
import io
import re
import shutil
import tempfile
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.cell.cell import MergedCell
from openpyxl.comments import Comment
from openpyxl.styles import PatternFill

from hetao.catalogue.entries import Entry, entries
from hetao.catalogue.naming import entry_called, variant_called
from hetao.checkup.reported import REGISTER
from hetao.collection.cell_faults import CellFault, words
from hetao.collection.cells import Cell, read_number
from hetao.collection.grids import Grid, grids_of, is_excel
from hetao.collection.owed import bodies_asked
from hetao.collection.register_sheets import fields_of, read_register_sheet
from hetao.collection.workbooks import ASKED
from hetao.errors import Tell, quiet
from hetao.registers.definition import registers
from hetao.registers.loading import load_source
from hetao.registers.store import StoredSource, stored_sources
from hetao.registers.workspace import Workspace

_SEARCHED = 15
_JUMP = 0.3
_COUNTS = frozenset("个栋套处座起条")
_FIELDS = ("indicator", "variant", "zone", "year", "value", "unit", "numerator", "denominator",
           "not_applicable", "reported_by", "note")  # fmt: skip


@dataclass
class Delivery:
    """What a workbook says."""

    body: str = ""
    year: int = 0
    rows: list[dict[str, Any]] = field(default_factory=list)
    faults: list[CellFault] = field(default_factory=list)
    registers: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    left_out: dict[str, int] = field(default_factory=dict)
    """Rows that each register holds and that this delivery does not name: they stay."""

    @property
    def is_empty(self) -> bool:
        """Say whether nothing at all was filled in."""
        return not self.rows and not any(self.registers.values())


def read_delivery(path: Path, workspace: Workspace | None = None) -> Delivery:
    """
    Read a workbook and check every cell: the figures, and the sheets of registers.

    Parameters
    ----------
    path : Path
        A workbook of Excel, WPS or LibreOffice, or a CSV of figures.
    workspace : Workspace, optional
        Where its city and the things its rows refer to are known.

    Raises
    ------
    UserError
        If the file is no workbook.
    """
    grids = grids_of(path)
    delivery = Delivery()
    _cover(grids, delivery, "" if workspace is None else workspace.city.name)
    if not delivery.body or not delivery.year:
        delivery.faults.append(CellFault(path.name, "", "no_body"))
    elif workspace is not None:
        delivery.faults += _strange_cover(path, delivery, workspace)
    named = {register.name_zh: register for register in registers().values()}
    figures = [grid for grid in grids if grid.title not in named]
    found = next(((grid, head) for grid in figures if (head := _head(grid))), None)
    if found is not None:
        _rows(found[0], found[1], delivery)
    held = Held({}, {}) if workspace is None else held_in(workspace)
    sheets = [(grid, named[grid.title]) for grid in grids if grid.title in named]
    for grid, register in sheets:
        read = read_register_sheet(grid, register, known=held.words)
        delivery.faults += read.faults
        delivery.registers[register.id] = read.rows
        if read.rows:
            ids = {str(row["id"]) for row in read.rows}
            delivery.left_out[register.id] = len(held.ids.get(register.id, frozenset()) - ids)
    if found is None and not sheets:
        delivery.faults.append(CellFault(path.name, "", "no_sheet"))
    elif delivery.is_empty and not delivery.faults:
        delivery.faults.append(CellFault(path.name, "", "empty"))
    return delivery


def _strange_cover(path: Path, delivery: Delivery, workspace: Workspace) -> Iterator[CellFault]:
    """Yield a body that owes nothing, and a year for which nothing was asked."""
    if delivery.body not in bodies_asked():
        yield CellFault(path.name, "", "other_body", delivery.body, "、".join(bodies_asked()))
    sent = workspace.root / "collection"
    years = [one.name for one in sent.iterdir() if one.name.isdigit()] if sent.is_dir() else []
    if years and str(delivery.year) not in years:
        told = "、".join(sorted(years))
        yield CellFault(path.name, "", "other_year", str(delivery.year), told)


@dataclass(frozen=True)
class Held:
    """What the registers of a workspace hold: ids by register, and ids with names."""

    ids: Mapping[str, frozenset[str]]
    words: Mapping[str, frozenset[str]]


def held_in(workspace: Workspace) -> Held:
    """Return what stands in each register that bodies keep or that others refer to."""
    wanted = {field.refers_to for register in registers().values() for field in register.fields}
    wanted |= {id_ for id_, register in registers().items() if register.reporter}
    ids: dict[str, set[str]] = {}
    names: dict[str, set[str]] = {}
    for source in stored_sources(workspace):
        for id_ in source.registers & wanted:
            ids.setdefault(id_, set()).difference_update(source.gone(id_))
            names.setdefault(id_, set())
            if not source.rows.get(id_):
                continue
            frame = source.frame(id_)
            ids[id_].update(map(str, frame["id"]))
            told = frame["name"].dropna() if "name" in frame else []
            names[id_].update(map(str, told))
    return Held(
        {id_: frozenset(known) for id_, known in ids.items()},
        {id_: frozenset(known | names[id_]) for id_, known in ids.items()},
    )


def receive(workspace: Workspace, path: Path, *, tell: Tell = quiet) -> Delivery:
    """
    Take a workbook in, whole or not at all.

    What the body sent before for the year is replaced and stays in `sources/` with its date.
    """
    tell("read", 0, 1)
    delivery = read_delivery(path, workspace)
    if delivery.faults:
        return delivery
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        (folder / "LICENSE-NOTE.txt").write_text(f"Source: {delivery.body}\n", "utf-8")
        delivery.faults += _load(workspace, dict(_tables(folder, delivery)), tell)
    return delivery


def _load(workspace: Workspace, tables: Mapping[str, Path], tell: Tell) -> list[CellFault]:
    """Load the tables, all of them or none; return why one was refused."""
    kept: list[Path] = []
    try:
        for step, (register, table) in enumerate(tables.items()):
            tell("load", step, len(tables))
            reading, stored = load_source(workspace, table, register=register)
            if stored is None:
                _take_back(kept)
                why = "；".join(fault.text("zh") for fault in reading.faults)
                return [CellFault(registers()[register].name_zh, "", "refused", why)]
            kept.append(stored.folder)
    except BaseException:
        _take_back(kept)
        raise
    return []


def _take_back(folders: Sequence[Path]) -> None:
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)


def _tables(folder: Path, delivery: Delivery) -> Iterator[tuple[str, Path]]:
    """Yield the register and the file of each table of a delivery, all of them written."""
    if delivery.rows:
        path = folder / delivery_name(delivery.body, delivery.year)
        _write(path, _FIELDS, delivery.rows)
        yield REGISTER, path
    for id_, rows in delivery.registers.items():
        if rows:
            register = registers()[id_]
            path = folder / f"{register.name_zh}-{delivery.body}.csv"
            _write(path, [field.name for field in fields_of(register)], rows)
            yield id_, path


def _write(path: Path, names: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, names, extrasaction="ignore")
        writer.writeheader()
        writer.writerows(rows)


def delivery_name(body: str, year: int) -> str:
    """Return the name under which the workspace keeps what a body sent for a year."""
    return f"填报-{body}-{year}.csv"


def came_from(source: StoredSource, body: str, year: int) -> bool:
    """Say whether a stored source is what a body sent for a year."""
    return source.file == delivery_name(body, year) or source.file.endswith(f"-{body}.csv")


def mark(path: Path, delivery: Delivery, target: Path) -> None:
    """Write a copy of a workbook with its faulty cells coloured and commented."""
    content = path.read_bytes()
    if is_excel(content[:512]):
        book = openpyxl.load_workbook(io.BytesIO(content))
    else:
        book = openpyxl.Workbook()
        book.remove(book.worksheets[0])
        for grid in grids_of(path):
            sheet = book.create_sheet(grid.title[:31])
            for row in grid.rows:
                sheet.append(list(row))
    for fault in delivery.faults:
        if fault.cell and fault.sheet in book.sheetnames:
            cell = book[fault.sheet][fault.cell]
            if isinstance(cell, MergedCell):
                continue
            cell.fill = PatternFill("solid", fgColor="F8D7D0")
            before = f"{cell.comment.text}\n" if cell.comment else ""
            cell.comment = Comment(before + fault.text("zh"), "hetao")
    book.save(target)


def _cover(grids: Sequence[Grid], delivery: Delivery, city: str) -> None:
    told = words()["cover"]
    for grid in grids:
        for row in range(1, min(_SEARCHED, len(grid.rows)) + 1):
            for at in range(1, 5):
                label, value = grid.text(row, at), grid.text(row, at + 1)
                alone = re.fullmatch(r"(\S+) ((?:19|20)\d\d)", label)
                if alone and not delivery.body:  # the title above the figures says both
                    delivery.body, delivery.year = alone[1], int(alone[2])
                if not value:
                    continue
                if label == told["body"]:
                    delivery.body = delivery.body or value
                if label == told["city"] and city and value != city:
                    where = Grid.at(row, at + 1)
                    delivery.faults.append(CellFault(grid.title, where, "other_city", value, city))
                year = re.search(r"(?:19|20)\d\d", value) if label == told["year"] else None
                if year and not delivery.year:
                    delivery.year = int(year[0])


def _head(grid: Grid) -> tuple[int, dict[str, int]] | None:
    """Return the last row of the column titles, and the column of each, in whatever order."""
    titles = {title: key for key, title in words()["columns"].items()}
    titles |= {title: key for key, more in words()["aliases"].items() for title in more}
    last = min(_SEARCHED, len(grid.rows))
    for row in range(1, last + 1):
        found = _titles(grid, row, titles)
        if not ("name" in found or "indicator" in found):
            continue
        if "value" in found:
            return row, found
        below = _titles(grid, row + 1, titles)  # a head of two rows, some of it merged
        if "value" in below and row < last:
            return row + 1, {**below, **found}
    return None


def _titles(grid: Grid, row: int, titles: Mapping[str, str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for at in range(1, grid.width + 1):
        text = unicodedata.normalize("NFKC", grid.text(row, at)).rstrip("*").strip()
        text = re.sub(r"\s+|\([^()]*\)$", "", text)
        if text in titles:
            found.setdefault(titles[text], at)
    return found


def _rows(grid: Grid, head: tuple[int, dict[str, int]], delivery: Delivery) -> None:
    first, columns = head
    seen: dict[tuple[str, str, str], int] = {}
    lines: list[tuple[_Line, dict[str, Any]]] = []
    for row in range(first + 1, len(grid.rows) + 1):
        line = _Line(grid, row, columns)
        if not line.is_filled:
            continue
        entry = entries().get(line.text("indicator")) or entry_called(line.text("name"))
        if entry is None:
            name = line.text("name") or line.text("indicator")
            delivery.faults.append(line.fault("name", "unknown_indicator", name))
            continue
        told = _checked(line, entry, delivery)
        key = (entry.id, told["variant"], told["zone"])
        if key in seen:
            delivery.faults.append(line.fault("name", "twice", entry.name_zh, str(seen[key])))
        seen[key] = row
        lines.append((line, told))
        delivery.rows.append({**told, "year": delivery.year, "reported_by": delivery.body})
    if not delivery.faults:
        delivery.faults += _sum_faults(lines, _counties_asked(grid, head))


@dataclass(frozen=True)
class _Line:
    grid: Grid
    row: int
    columns: Mapping[str, int]

    def raw(self, key: str) -> Any:  # noqa: ANN401  (whatever a cell holds)
        at = self.columns.get(key)
        return None if at is None else self.grid.value(self.row, at)

    def text(self, key: str) -> str:
        value = self.raw(key)
        return "" if value is None else str(value).strip()

    def number(self, key: str, unit: str) -> Cell:
        at = self.columns.get(key)
        if at is None:
            return Cell("unknown")
        return read_number(self.raw(key), unit, shown_as=self.grid.formats.get((self.row, at), ""))

    def trouble(self, key: str) -> str:
        """Return the key of a fault of the cell itself: a formula not computed, a merge."""
        at = self.columns.get(key, 0)
        if (self.row, at) in self.grid.uncomputed:
            return "formula"
        rows = [row for row, column in self.grid.merged if column == at]
        held = self.grid.merged.get((self.row, at), (self.row, at))
        spans = any(self.grid.merged.get((row, at)) == held and row != held[0] for row in rows)
        return "merged" if spans and self.raw(key) is not None else ""

    @property
    def is_filled(self) -> bool:
        return any(self.text(key) or self.trouble(key) for key in ASKED)

    def fault(
        self, key: str, kind: str, found: object = "", needed: str = "", unit: str = ""
    ) -> CellFault:
        at = self.columns.get(key) or self.columns.get("name") or 1
        where = Grid.at(self.row, at)
        return CellFault(self.grid.title, where, kind, _plain(found), needed, unit)


def _counties_asked(grid: Grid, head: tuple[int, dict[str, int]]) -> dict[str, int]:
    """Return how many counties the sheet asks for each indicator, by its id."""
    found: dict[str, int] = {}
    for row in range(head[0] + 1, len(grid.rows) + 1):
        line = _Line(grid, row, head[1])
        if line.text("zone"):
            key = f"{line.text('indicator')} {line.text('variant')}"
            found[key] = found.get(key, 0) + 1
    return found


def _sum_faults(
    lines: list[tuple[_Line, dict[str, Any]]], asked: Mapping[str, int]
) -> Iterator[CellFault]:
    """Yield the city's figures that are not the sum of its counties', where all have reported."""
    for line, whole in lines:
        parts = [told for _, told in lines if told["zone"] and _same(told, whole)]
        if whole["zone"] or not parts or len(parts) != asked.get(_key(whole)):
            continue
        summed = ("numerator", "denominator", *(["value"] if whole["unit"] in _COUNTS else []))
        for key in summed:
            if whole[key] == "" or any(part[key] == "" for part in parts):
                continue
            total = sum(part[key] for part in parts)
            if abs(total - whole[key]) > _tolerance(total):
                yield line.fault(key, "sum", whole[key], _plain(float(total)))


def _key(told: Mapping[str, Any]) -> str:
    return f"{told['indicator']} {told['variant']}"


def _same(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    return _key(one) == _key(other)


def _checked(line: _Line, entry: Entry, delivery: Delivery) -> dict[str, Any]:
    """Return a row as the register keeps it; what is wrong with it goes to the faults."""
    units = {
        "value": entry.unit,
        "numerator": entry.numerator_unit,
        "denominator": entry.denominator_unit,
    }
    cells = {key: line.number(key, unit) for key, unit in units.items()}
    faults = list(_cell_faults(line, cells, units))
    yes = line.text("not_applicable")
    if yes not in ("", words()["sheet"]["yes"]):
        faults.append(line.fault("not_applicable", "yes", yes))
    nowhere = bool(yes) or any(cell.kind == "not_applicable" for cell in cells.values())
    values = {key: cell.value for key, cell in cells.items()}
    if nowhere and any(value is not None for value in values.values()):
        faults.append(line.fault("not_applicable", "both"))
    if not faults:
        faults += _row_faults(line, entry, values)
    delivery.faults += faults
    notes = [line.text("note"), *(cell.note for cell in cells.values())]
    variant = line.text("variant") or variant_called(entry, line.text("variant_zh"))
    zone = line.text("zone") or line.text("zone_zh")
    return {
        "indicator": entry.id,
        "variant": variant or next(iter(entry.variants)),
        "zone": "" if zone == words()["sheet"]["whole"] else zone,
        "unit": entry.unit,
        "not_applicable": "true" if nowhere else "",
        "note": " ".join(note for note in notes if note),
        **{key: "" if value is None else value for key, value in values.items()},
    }


def _cell_faults(
    line: _Line, cells: Mapping[str, Cell], units: Mapping[str, str]
) -> Iterator[CellFault]:
    for key, cell in cells.items():
        if trouble := line.trouble(key):
            yield line.fault(key, trouble)
        elif cell.kind == "fault":
            yield line.fault(key, "number", line.raw(key), unit=units[key] or "—")
        elif cell.value is not None:
            unit = units[key]
            if unit == "%" and not 0 <= cell.value <= 100:  # noqa: PLR2004  (per cent)
                yield line.fault(key, "share", cell.value)
            elif cell.value < 0:
                yield line.fault(key, "negative", cell.value)
            elif unit in _COUNTS and not cell.value.is_integer():
                yield line.fault(key, "whole", cell.value)


def _row_faults(
    line: _Line, entry: Entry, values: Mapping[str, float | None]
) -> Iterator[CellFault]:
    value, above, below = (values[key] for key in ("value", "numerator", "denominator"))
    if (above is None) != (below is None):
        yield line.fault("denominator" if below is None else "numerator", "half")
    made = None
    if above is not None and below:
        made = above / below * (100 if entry.unit == "%" else 1)
        if entry.unit == "%" and above > below:
            yield line.fault("numerator", "parts", above, _plain(below))
        elif value is not None and abs(made - value) > _tolerance(value):
            yield line.fault("value", "quotient", value, f"{made:.4g}")
    before = line.number("before", entry.unit).value
    now = made if value is None else value
    explained = bool(line.text("note"))
    falls = before is not None and now is not None and now < before
    variant = line.text("variant") or next(iter(entry.variants))
    running = f"{entry.id}/{variant}" in words()["checks"]["cumulative"]
    if falls and running and not explained:
        yield line.fault("value", "fell", round(now or 0, 4), _plain(before))
    elif before and now is not None and not explained and abs(now - before) > _JUMP * abs(before):
        yield line.fault("value", "jump", round(now, 4), _plain(before))


def _tolerance(value: float) -> float:
    """Return how far a value may lie from its quotient, both being rounded."""
    return max(0.1, abs(value) * 0.005)


def _plain(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)
