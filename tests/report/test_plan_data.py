import csv
import io
import json
from dataclasses import replace

import pytest

from hetao.errors import UserError
from hetao.plan.judged import Figure
from hetao.plan.store import Plan
from hetao.registers.workspace import City, new_workspace
from hetao.report import plan_documents
from hetao.report.plan_data import write_plan_csv, write_plan_json
from hetao.report.plan_documents import is_made, write_plan_documents

NAMES = [
    "plan-ledger.xlsx", "plan-assessment.docx", "plan-assessment.json", "plan-assessment.csv",
]  # fmt: skip


@pytest.fixture
def table(made_assessment, tmp_path):
    write_plan_csv(made_assessment, tmp_path / "plan-assessment.csv")
    content = (tmp_path / "plan-assessment.csv").read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")  # by this Excel knows UTF-8
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))


def test_the_table_has_a_row_for_each_target_and_each_county(table):
    assert [(row["目标编号"], row["地区"]) for row in table] == [
        ("t1", "临水市"), ("t2", "临水市"), ("t3", "临水市"), ("t4", "临水市"), ("t5", "各县区"),
        ("t5", "东河县"), ("t5", "西岭县"), ("t5", "北滩区"), ("t6", "临水市"), ("t7", "临水市"),
        ("t8", "临水市"), ("t9", "临水市"),
    ]  # fmt: skip


def test_a_row_holds_target_figure_and_state(table):
    row = table[1]
    told = {
        "评估年度": "2025", "条款": "（一）", "措施": "织密道路网络", "符号": ">=", "目标值": "8",
        "单位": "公里/平方公里", "目标": "不低于 8 公里/平方公里", "主责单位": "市住建局",
        "状态代码": "not_met", "状态": "◆ 未达标", "最终结果": "是", "数值年份": "2025",
        "数值": "7.6", "差距": "0.4", "至今每年变化": "0.2", "证据等级": "C", "来源": "run",
        "口径": "official", "版本": "2025", "定义已核实": "是", "此后每年需要": "",
    }  # fmt: skip
    assert {name: row[name] for name in told} == told
    assert table[3]["从严状态代码"] == "not_met"
    assert [row["状态代码"] for row in table[4:8]] == [
        "met_in_part", "met", "not_met", "cannot_tell",
    ]  # fmt: skip
    assert table[7]["原因代码"] == "no_observation"
    assert table[8]["定义已核实"] == "否"


def test_the_whole_assessment_is_there_as_json(made_assessment, tmp_path):
    write_plan_json(made_assessment, tmp_path / "plan-assessment.json")
    told = json.loads((tmp_path / "plan-assessment.json").read_text("utf-8"))
    assert told["counts"] == {
        "met": 1, "on_track": 1, "met_in_part": 1, "behind": 1, "deteriorating": 1, "not_met": 1,
        "cannot_tell": 3,
    }  # fmt: skip
    assert told["judged"][4]["zones"][1]["figure"]["value"] == 82.5
    assert told["judged"][3]["readings"][1] == {
        "name": "strict", "operator": "<", "value": 10.0, "state": "not_met",
    }  # fmt: skip


def test_what_is_no_number_is_null_in_json(made_assessment, tmp_path):
    first = replace(made_assessment.judged[0], figure=Figure("x", 2025, float("-inf")))
    write_plan_json(replace(made_assessment, judged=(first,)), tmp_path / "plan-assessment.json")
    told = json.loads((tmp_path / "plan-assessment.json").read_text("utf-8"))
    assert told["judged"][0]["figure"]["value"] is None


def test_all_documents_of_a_plan_are_written_into_its_folder(made_plan, made_assessment, tmp_path):
    heard = []
    plan = Plan(tmp_path, made_plan)
    written = write_plan_documents(plan, made_assessment, lambda *told: heard.append(told))
    assert written == [tmp_path / name for name in NAMES]
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(NAMES)
    assert heard[-1] == ("report", 3, 3)
    before = [path.read_bytes() for path in written]
    assert [path.read_bytes() for path in write_plan_documents(plan, made_assessment)] == before


def test_documents_that_cannot_all_be_written_leave_the_old_ones(
    made_plan, made_assessment, tmp_path, monkeypatch
):
    plan = Plan(tmp_path, made_plan)
    before = {path: path.read_bytes() for path in write_plan_documents(plan, made_assessment)}

    def full(_assessment, _path):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(plan_documents, "write_plan_csv", full)
    with pytest.raises(UserError) as told:
        write_plan_documents(plan, replace(made_assessment, year=2026))
    assert told.value.key == "disk_full"
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == before


@pytest.mark.parametrize("made", [True, False])
def test_a_plan_knows_whether_its_city_exists(made_plan, tmp_path, made):
    city = City("临水市", "150800", made_place=made)
    folder = new_workspace(tmp_path / "city", city).root / "plan" / "one"
    folder.mkdir()
    assert is_made(Plan(folder, made_plan)) is made


def test_a_plan_outside_of_a_workspace_is_not_taken_for_made(made_plan, tmp_path):
    assert not is_made(Plan(tmp_path, made_plan))
