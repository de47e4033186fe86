"""The ledger of tasks in Excel and the month's bulletin in Word."""

import io
import re
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

import docx
import openpyxl
from django.db.models import Q, QuerySet
from django.utils import timezone
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

from hetao.web.site.shell import city
from hetao.web.site.words import say
from hetao.web.tasks.counting import as_at, closed_within, late_then, month_counts
from hetao.web.tasks.models import Task

COLUMNS = (
    ("number", 16), ("title", 44), ("what", 50), ("origin", 12), ("lead", 22), ("joint", 30),
    ("issued", 12), ("first_due", 12), ("due", 12), ("state", 12), ("late_days", 10),
    ("level", 10), ("reading", 14), ("closed", 12),
)  # fmt: skip
FORMULA_MARKS = ("=", "+", "-", "@")
UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff\ud800-\udfff]")
NAMED_AT_MOST = 40


def write_ledger(tasks: QuerySet[Task]) -> bytes:
    """Return the ledger (台账) of some tasks as a workbook."""
    book = openpyxl.Workbook()
    sheet: Any = book.active
    sheet.title = say("tasks.ledger")
    sheet.append([say(f"tasks.column.{name}") for name, _ in COLUMNS])
    for cell in sheet[1]:
        cell.font, cell.fill = Font(bold=True), PatternFill("solid", fgColor="E4EFF1")
    for task in tasks.prefetch_related("joint", "readings"):
        sheet.append([_safe(value) for value in _row(task)])
    for place, (_, width) in enumerate(COLUMNS, 1):
        sheet.column_dimensions[get_column_letter(place)].width = width
    at_top = Alignment(wrap_text=True, vertical="top")
    for row in sheet.iter_rows(min_row=2):
        for cell in row:
            cell.alignment = at_top
    sheet.freeze_panes, sheet.auto_filter.ref = "C2", sheet.dimensions
    return _bytes(book)


def _row(task: Task) -> Iterable[Any]:
    today = timezone.localdate()
    readings = list(task.readings.all())
    return (
        task.number, task.title, task.what, say(f"tasks.origin.{task.origin}"),
        task.lead.name if task.lead else "",
        say("site.comma").join(body.name for body in task.joint.all()),
        _day(task.issued_at), task.first_due, task.due, say(f"tasks.state.{task.state}"),
        (today - task.due).days if task.is_late and task.due else None,
        say(f"tasks.level.{task.level}"),
        say(f"tasks.reading.{readings[-1].state}") if readings else "", _day(task.closed_at),
    )  # fmt: skip


def write_bulletin(month: date) -> bytes:
    """Return the bulletin (通报) of a month as a Word document."""
    last = (month.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
    last = min(last, timezone.localdate())
    tasks: Any = as_at(Task.objects.select_related("lead"), last).exclude(
        Q(then__isnull=True) | Q(then__in=("drafted", "withdrawn"))
    )
    counts = month_counts(tasks, month, last)
    paper = docx.Document()
    paper.add_heading(say("tasks.bulletin_title", city=city().name, month=f"{month:%Y-%m}"), 0)
    if city().made_place:
        paper.add_paragraph(say("site.made"))
    paper.add_paragraph(say("tasks.bulletin_counts", **counts, day=last.isoformat()))
    late = tasks.filter(late_then(last)).order_by("due_then", "pk")
    paper.add_heading(say("tasks.bulletin_late", count=late.count()), 1)
    _table(paper, late[:NAMED_AT_MOST], last)
    closed = tasks.filter(closed_within(month, last)).order_by("closed_then", "pk")
    paper.add_heading(say("tasks.bulletin_closed", count=closed.count()), 1)
    _table(paper, closed[:NAMED_AT_MOST], None)
    relapsed = tasks.filter(relapsed=True).order_by("due", "pk")
    paper.add_heading(say("tasks.bulletin_relapsed", count=relapsed.count()), 1)
    _table(paper, relapsed[:NAMED_AT_MOST], None)
    paper.add_paragraph(say("tasks.bulletin_source", day=timezone.localdate().isoformat()))
    return _bytes(paper)


def _table(paper: Any, tasks: Iterable[Any], day: date | None) -> None:  # noqa: ANN401
    rows = list(tasks)
    if not rows:
        paper.add_paragraph(say("tasks.bulletin_none"))
        return
    heads = ["number", "title", "lead", "due", "late_days" if day else "state"]
    table = paper.add_table(rows=1, cols=len(heads), style="Table Grid")
    for cell, name in zip(table.rows[0].cells, heads, strict=True):
        cell.text = say(f"tasks.column.{name}")
    for task in rows:
        told = say(f"tasks.state.{task.then}") if day is None else str((day - task.due_then).days)
        lead = task.lead.name if task.lead else ""
        values = (task.number, task.title, lead, str(task.due_then), told)
        for cell, value in zip(table.add_row().cells, values, strict=True):
            cell.text = _printable(value)


def _safe(value: Any) -> Any:  # noqa: ANN401
    """Return a cell that no spreadsheet takes for a formula."""
    if not isinstance(value, str):
        return value
    told = _printable(value)
    return f"'{told}" if told.lstrip().startswith(FORMULA_MARKS) else told


def _printable(text: str) -> str:
    """Return a text without the signs that no document can hold."""
    return UNPRINTABLE.sub("", text)


def _day(moment: Any) -> date | None:  # noqa: ANN401
    return timezone.localdate(moment) if moment else None


def _bytes(document: Any) -> bytes:  # noqa: ANN401
    kept = io.BytesIO()
    document.save(kept)
    return kept.getvalue()
