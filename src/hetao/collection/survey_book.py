"""The workbook of the residents' survey: whom to ask, what to ask, and a sheet to type answers."""

from io import BytesIO
from pathlib import Path

import pandas as pd
from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from hetao.collection.cell_faults import words
from hetao.collection.questionnaire import Questionnaire, questionnaire
from hetao.collection.register_sheets import write_register_sheet
from hetao.collection.sampling import SamplePlan
from hetao.fixed import write_fixed_zip
from hetao.registers.definition import register_named, registers
from hetao.registers.snapshot import merged_registers
from hetao.registers.store import stored_sources
from hetao.registers.workspace import Workspace

ANSWERS = "survey_answers"


def communities_of(workspace: Workspace) -> pd.DataFrame:
    """Return the communities of a workspace: zone, name and persons, NaN where not known."""
    merged = merged_registers(stored_sources(workspace))
    zones = merged.get("zones", registers()["zones"].empty())
    mine = zones[zones["level"] == "community"]
    counted = merged.get("population", registers()["population"].empty())
    persons = counted.drop_duplicates("id").set_index("id")["persons"].astype(float)
    return pd.DataFrame(
        {
            "zone": mine["id"].to_numpy(),
            "name": mine["name"].to_numpy(),
            "persons": mine["id"].map(persons.to_dict()).astype(float).to_numpy(),
        }
    )


def write_survey_book(path: Path, plan: SamplePlan, *, date: str) -> None:
    """Write the sample plan, the questionnaire, and an empty sheet for the answers."""
    book = Workbook()
    book.remove(book.worksheets[0])
    told = words()["survey"]
    _plan(book.create_sheet(told["plan"]), plan)
    _questions(book.create_sheet(told["questions"]), questionnaire())
    register = register_named(ANSWERS)
    write_register_sheet(book.create_sheet(register.name_zh), register, ())
    content = BytesIO()
    book.save(content)
    write_fixed_zip(content.getvalue(), path, date=date)


def _plan(sheet: Worksheet, plan: SamplePlan) -> None:
    told = words()["survey"]
    asked = questionnaire()
    bands = {choice.id: choice.text_zh for choice in asked.demographics["age"].values}
    facts = {"total": plan.total, "needed": plan.needed, "least": plan.rules.per_community}
    sheet.append([told["lead"].format(**facts)])
    if not plan.rules.share_verified:
        sheet.append([told["unverified"]])
    sheet.append([])
    names = [*plan.communities.columns]
    sheet.append([told["columns"].get(name, bands.get(name, name)) for name in names])
    _heading(sheet)
    for row in plan.communities.itertuples(index=False):
        sheet.append([None if pd.isna(value) else value for value in row])
    sheet.append([])
    sheet.append([told["columns"][name] for name in plan.quotas.columns])
    _heading(sheet)
    for by, value, *rest in plan.quotas.itertuples(index=False):
        question = asked.demographics[str(by)]
        group = next(choice.text_zh for choice in question.values if choice.id == value)
        sheet.append([question.text_zh, group, *(None if pd.isna(n) else n for n in rest)])
    for at in range(1, len(names) + 1):
        sheet.column_dimensions[get_column_letter(at)].width = 16


def _heading(sheet: Worksheet) -> None:
    for cell in sheet[sheet.max_row]:
        cell.font, cell.fill = Font(bold=True), PatternFill("solid", fgColor="E3EDF0")


def _questions(sheet: Worksheet, asked: Questionnaire) -> None:
    told = words()["survey"]
    sheet.append([told["scale"].format(
        scale="，".join(f"{answer} {text}" for answer, (text, _) in asked.scale.answers.items())
    )])  # fmt: skip
    sheet.append([])
    sheet.append([told["number"], told["question"], told["answer"]])
    _heading(sheet)
    for question in asked.demographics.values():
        choices = " / ".join(choice.text_zh for choice in question.values)
        sheet.append([question.id, f"{question.text_zh}　{choices}", None])
    for item in asked.items.values():
        sheet.append([item.id, item.text_zh, None])
    sheet.column_dimensions["B"].width = 90
    for row in sheet.iter_rows(min_row=4, min_col=2, max_col=2):
        row[0].alignment = Alignment(wrap_text=True, vertical="top")
