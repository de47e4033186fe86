"""A ledger as people keep it: corrected by hand, read again, damaged, compared."""

import os
import resource
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from hetao.errors import UserError
from hetao.plan.changes import changes_between
from hetao.plan.dossier import measure_called
from hetao.plan.ledger import Ledger
from hetao.plan.ledger_file import as_tables, dumps, from_tables, read_ledger
from hetao.plan.reading import read_plan
from hetao.plan.store import keep, plan_named, plans
from hetao.plan.text import PlanText, normalised


def text(words: str) -> PlanText:
    return normalised(words, "plan.txt")


def kept(folder: Path, words: str) -> Ledger:
    ledger, _ = keep(folder, read_plan(text(words)), text(words))
    return ledger


def correct(folder: Path, *changes: tuple[str, str]) -> None:
    """Change the ledger's file as a person would in an editor."""
    path = folder / "ledger.toml"
    words = path.read_text("utf-8")
    for old, new in changes:
        assert old in words
        words = words.replace(old, new, 1)
    path.write_text(words, "utf-8")


def test_a_ledger_reads_back_as_it_was_written(plan_ledger: Ledger) -> None:
    written = dumps(as_tables(plan_ledger))

    assert from_tables(tomllib.loads(written), Path("ledger.toml")) == plan_ledger


def test_a_correction_survives_reading_the_same_text_again(tmp_path: Path, plan_text: str) -> None:
    kept(tmp_path, plan_text)
    correct(
        tmp_path, ('title = "降低管网漏损"', 'title = "降低漏损"'), ("value = 25", "value = 28")
    )

    ledger = kept(tmp_path, plan_text)

    assert ledger.measures[0].title == "降低漏损"
    assert [target.value for target in ledger.targets] == [10.0, 28.0, 120.0]
    assert "by_hand = [" in (tmp_path / "ledger.toml").read_text("utf-8")


def test_a_correction_wins_over_a_changed_text_and_the_conflict_is_told(
    tmp_path: Path, plan_text: str
) -> None:
    kept(tmp_path, plan_text)
    correct(tmp_path, ("value = 25", "value = 28"))
    later = plan_text.replace("25%以上", "30%以上")

    ledger, merged = keep(tmp_path, read_plan(text(later)), text(later))

    assert ledger.targets[1].value == 28.0
    assert [(c.key, c.by_hand, c.read) for c in merged.conflicts] == [("value", 28, 30)]


def test_what_a_person_took_out_stays_out_and_what_was_added_stays_in(
    tmp_path: Path, plan_text: str
) -> None:
    kept(tmp_path, plan_text)
    tables = tomllib.loads((tmp_path / "ledger.toml").read_text("utf-8"))
    tables["targets"] = [row for row in tables["targets"] if row["indicator"] != "节水载体"]
    tables["targets"].append(
        {"id": "x1", "measure": "（三）", "measure_id": "m3", "indicator": "检查次数",
         "operator": ">=", "value": 1}
    )  # fmt: skip
    (tmp_path / "ledger.toml").write_text(dumps(tables), "utf-8")

    ledger = kept(tmp_path, plan_text)

    assert [target.indicator for target in ledger.targets] == [
        "城镇供水管网漏损率",
        "再生水利用率",
        "检查次数",
    ]


def test_items_keep_their_ids_when_a_measure_is_put_before_them(
    tmp_path: Path, plan_text: str
) -> None:
    before = {m.title: m.id for m in kept(tmp_path, plan_text).measures}
    later = plan_text.replace("（二）提高", "（三）提高").replace("（三）加强", "（四）加强")
    later = later.replace(
        "（三）提高", "（二）保护水源。划定保护区。（市生态环境局牵头）\n\n（三）提高"
    )

    after = {m.title: m.id for m in kept(tmp_path, later).measures}

    assert {title: after[title] for title in before} == before
    assert after["保护水源"] not in before.values()


def test_all_faults_of_a_ledger_come_at_once(tmp_path: Path, plan_text: str) -> None:
    kept(tmp_path, plan_text)
    correct(
        tmp_path,
        ("value = 25", 'value = "二十五"'),
        ('operator = "<="', 'operator = "=<"'),
        ('role = "lead"', 'role = "boss"'),
        ("year = 2025", 'year = "2025年"'),
    )

    with pytest.raises(UserError) as told:
        read_ledger(tmp_path / "ledger.toml")

    sentence = told.value.text("zh")
    assert all(word in sentence for word in ("二十五", "=<", "boss", "2025年"))


def test_a_ledger_with_faults_is_not_written_over(tmp_path: Path, plan_text: str) -> None:
    kept(tmp_path, plan_text)
    correct(tmp_path, ('operator = "<="', 'operator = "=<"'))
    before = (tmp_path / "ledger.toml").read_bytes()

    with pytest.raises(UserError):
        kept(tmp_path, plan_text)

    assert (tmp_path / "ledger.toml").read_bytes() == before


def test_a_cut_ledger_is_told_with_what_to_do(tmp_path: Path, plan_text: str) -> None:
    kept(tmp_path, plan_text)
    path = tmp_path / "ledger.toml"
    path.write_bytes(path.read_bytes()[:900])

    with pytest.raises(UserError) as told:
        plan_named(tmp_path)

    assert told.value.key in ("ledger_damaged", "ledger_faults")
    assert "ledger" in told.value.text("zh")


def test_a_full_disk_leaves_the_ledger_as_it_was(tmp_path: Path, plan_text: str) -> None:
    kept(tmp_path / "plan", plan_text)
    (tmp_path / "new.txt").write_text(plan_text.replace("120家", "150家") * 1, "utf-8")
    before = (tmp_path / "plan" / "ledger.toml").read_bytes()

    def little_room() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000))

    done = subprocess.run(
        [sys.executable, "-m", "hetao.cli", "plan", "read", tmp_path / "new.txt",
         "-o", tmp_path / "plan"],
        capture_output=True, text=True, check=False, preexec_fn=little_room,
        env={**os.environ, "HETAO_LANG": "en", "PYTHONDONTWRITEBYTECODE": "1"},
    )  # fmt: skip

    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert (tmp_path / "plan" / "ledger.toml").read_bytes() == before


def test_the_latest_of_several_plans_is_the_one_meant(tmp_path: Path, plan_text: str) -> None:
    later = plan_text.replace("〔2023〕88号", "〔2027〕9号").replace(
        "2023年12月20日", "2027年3月1日"
    )
    for name, words in (("a", later), ("b", plan_text)):
        kept(tmp_path / "plan" / name, words)

    assert [plan.name for plan in plans(tmp_path)] == ["b", "a"]
    assert plan_named(tmp_path).name == "a"
    assert plan_named(tmp_path, "榆政办发〔2023〕88号").name == "b"
    with pytest.raises(UserError):
        plan_named(tmp_path, "没有这个")


@pytest.mark.parametrize("number", ["（二）", "二", "2", "m2"])
def test_a_measure_is_called_by_any_form_of_its_number(number: str, plan_ledger: Ledger) -> None:
    assert measure_called(plan_ledger, number).title == "提高用水效率"


def test_a_measure_that_is_not_there_is_told(plan_ledger: Ledger) -> None:
    with pytest.raises(UserError) as told:
        measure_called(plan_ledger, "九")

    assert told.value.key == "no_measure"


def test_a_later_plan_tells_what_it_changes(plan_text: str, plan_ledger: Ledger) -> None:
    later = (
        plan_text.replace("25%以上", "35%以上")
        .replace("〔2023〕88号", "〔2027〕9号")
        .replace("到2025年，再生", "到2030年，再生")
        .replace("，建设节水载体120家", "")
        .replace("市水利局、财政局配合", "市水利局、审计局配合")
    )

    changes = changes_between(plan_ledger, read_plan(text(later)))
    told = {(c.what, c.kind, c.field, str(c.old), str(c.new)) for c in changes}

    assert told >= {
        ("document", "changed", "number", "榆政办发〔2023〕88号", "榆政办发〔2027〕9号"),
        ("target", "changed", "value", "25.0", "35.0"),
        ("target", "changed", "year", "2025", "2030"),
        ("assignment", "removed", "市财政局", "support", "None"),
        ("assignment", "added", "市审计局", "None", "support"),
    }
    assert ("target", "removed") in {(c.what, c.kind) for c in changes}


def test_a_plan_does_not_differ_from_itself(plan_ledger: Ledger) -> None:
    assert changes_between(plan_ledger, plan_ledger) == []
