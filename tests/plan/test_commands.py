"""The commands of `hetao plan`, as people and scripts use them."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from hetao.cli import cli
from hetao.errors import UserError

Run = Callable[..., Result]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv("HETAO_LANG", "zh")

    def hetao(*arguments: object) -> Result:
        return CliRunner().invoke(cli, [str(a) for a in arguments], catch_exceptions=False)

    return hetao


@pytest.fixture
def city(tmp_path: Path, plan_text: str, run: Run) -> Path:
    (tmp_path / "plan.txt").write_text(plan_text, "utf-8")
    root = tmp_path / "city"
    assert run("init", root, "--name", "榆湾市", "--code", "159900").exit_code == 0
    assert run("plan", "read", tmp_path / "plan.txt", "-o", root).exit_code == 0
    return root


def test_json_of_a_reading_has_the_keys_that_scripts_rely_on(
    tmp_path: Path, plan_text: str, run: Run
) -> None:
    (tmp_path / "plan.txt").write_text(plan_text, "utf-8")

    told = json.loads(run("plan", "read", tmp_path / "plan.txt", "--json").output)

    assert told["document"]["number"] == "榆政办发〔2023〕88号"
    assert [section["number"] for section in told["sections"]] == ["一", "二", "三"]
    first = told["measures"][0]
    assert (first["number"], first["title"], first["section"]) == ("（一）", "降低管网漏损", "二")
    assert first["assignments"][0].items() >= {
        ("body", "市住建局"),
        ("role", "lead"),
        ("named", True),
    }
    wanted = {
        "measure": "（一）", "indicator": "城镇供水管网漏损率", "operator": "<=", "value": 10.0,
        "unit": "%", "year": 2025, "scope": "", "soft": False,
    }  # fmt: skip
    assert told["targets"][0].items() >= wanted.items()
    assert not list(tmp_path.glob("*.toml"))


def test_a_reading_says_how_much_it_found_and_where_it_went(
    tmp_path: Path, plan_text: str, run: Run
) -> None:
    (tmp_path / "plan.txt").write_text(plan_text, "utf-8")

    done = run("plan", "read", tmp_path / "plan.txt", "-o", tmp_path / "out")

    assert "措施 3 条" in done.output
    assert (tmp_path / "out" / "ledger.toml").is_file()
    assert (tmp_path / "out" / "text.txt").is_file()


def test_an_assessment_prints_states_and_writes_its_files(
    city: Path, tmp_path: Path, run: Run
) -> None:
    figures = tmp_path / "figures.csv"
    figures.write_text(
        "指标,年份,指标值,单位\n城镇供水管网漏损率,2025,10,%\n再生水利用率,2025,20,%\n", "utf-8"
    )
    assert run("load", city, figures, "--register", "reported_figures").exit_code == 0

    done = run("plan", "assess", city, "--year", "2026")

    assert done.exit_code == 0
    assert "● 达标 1；◆ 未达标 1；□ 无法判定 1" in done.output
    [folder] = (city / "plan").iterdir()
    names = {path.name for path in folder.iterdir()}
    assert names >= {
        "plan-ledger.xlsx", "plan-assessment.docx", "plan-assessment.json", "plan-assessment.csv"
    }  # fmt: skip
    assert json.loads((folder / "plan-assessment.json").read_text("utf-8"))


def test_the_dossier_of_a_measure_has_its_words_bodies_and_targets(city: Path, run: Run) -> None:
    done = run("plan", "show", city, "一")

    wanted = ("降低管网漏损", "市水利局、市财政局", "≤ 10%", "分区计量", "water_leakage_rate")
    assert all(words in done.output for words in wanted)


def test_the_ledger_is_shown_whole(city: Path, run: Run) -> None:
    done = run("plan", "show", city)

    assert "加强督促检查" in done.output
    assert "力争 ≥ 25%" in done.output


def test_two_plans_are_compared(city: Path, tmp_path: Path, plan_text: str, run: Run) -> None:
    later = plan_text.replace("〔2023〕88号", "〔2027〕9号").replace("120家", "150家")
    later = later.replace("2023年12月20日", "2027年1月5日")
    (tmp_path / "later.txt").write_text(later, "utf-8")
    assert run("plan", "read", tmp_path / "later.txt", "-o", city).exit_code == 0

    done = run("plan", "diff", city, "榆政办发〔2023〕88号", "--json")

    changed = [(c["field"], c["old"], c["new"]) for c in json.loads(done.output)]
    assert ("value", 120.0, 150.0) in changed


def test_bodies_are_found_by_pinyin(run: Run) -> None:
    assert "巴彦淖尔市住房和城乡建设局" in run("plan", "bodies", "zjj", "--code", "150800").output


def test_a_folder_without_a_plan_is_told(tmp_path: Path, run: Run) -> None:
    with pytest.raises(UserError) as told:
        run("plan", "assess", tmp_path)

    assert told.value.key == "no_ledger"
