"""The directory of bodies: names, pinyin, counties, mergers."""

from pathlib import Path

import pytest

from hetao.errors import UserError
from hetao.plan.bodies import directory, full_name
from hetao.plan.linking import references

BAYANNUR = "150800"


def test_every_body_of_the_reference_plan_is_in_the_directory() -> None:
    known = directory(BAYANNUR)
    named = {a.body for m in references()[0].measures for a in m.assignments}

    assert {body for body in named if known.find(body) is None} == set()


def test_the_city_has_seven_counties_and_banners() -> None:
    assert [(body.code, body.short) for body in directory(BAYANNUR).counties()] == [
        ("150802", "临河区"), ("150821", "五原县"), ("150822", "磴口县"), ("150823", "乌拉特前旗"),
        ("150824", "乌拉特中旗"), ("150825", "乌拉特后旗"), ("150826", "杭锦后旗"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("市住建局", "市住建局"),
        ("zhujianju", "市住建局"),
        ("zjj", "市住建局"),
        ("linhe", "临河区"),
        ("wltqq", "乌拉特前旗"),
        ("dengkou", "磴口县"),
        ("住房和城乡", "市住建局"),
    ],
)
def test_names_and_pinyin_find_a_body(query: str, wanted: str) -> None:
    assert directory(BAYANNUR).search(query)[0].short == wanted


def test_what_nobody_is_called_finds_nothing() -> None:
    assert directory(BAYANNUR).search("xyzxyz") == []


def test_full_names_carry_the_place() -> None:
    assert full_name("市发改委", "巴彦淖尔市") == "巴彦淖尔市发展和改革委员会"
    found = directory(BAYANNUR).find("巴彦淖尔市发展和改革委员会")
    assert found is not None
    assert found.short == "市发改委"


def test_a_merged_body_leads_to_the_one_that_took_over() -> None:
    known = directory(BAYANNUR)
    old = known.find("银保监分局")
    assert old is not None

    assert known.successor_of(old, "2023-01-01") == old
    assert known.successor_of(old, "2025-01-01").short == "金融监管分局"
    assert not old.verified


def test_a_city_that_does_not_ship_has_the_usual_departments() -> None:
    assert directory("110000").search("生态环境局")


def test_a_file_of_the_city_adds_and_replaces(tmp_path: Path) -> None:
    extra = tmp_path / "bodies.toml"
    extra.write_text(
        '[[bodies]]\nid = "市城管局"\nshort = "市城管局"\n[[bodies]]\nid = "市住建局"\n'
        'short = "市住建局"\nname = "巴彦淖尔市住房城乡建设和城市管理局"\n',
        "utf-8",
    )

    known = directory(BAYANNUR, extra)

    assert known.find("市城管局") is not None
    found = known.find("市住建局")
    assert found is not None
    assert found.name == "巴彦淖尔市住房城乡建设和城市管理局"


def test_all_faults_of_a_file_come_at_once(tmp_path: Path) -> None:
    extra = tmp_path / "bodies.toml"
    extra.write_text(
        '[[bodies]]\nkind = "bureau"\n'
        '[[bodies]]\nshort = "甲局"\nuntil = "2024年"\ncolour = "red"\n',
        "utf-8",
    )

    with pytest.raises(UserError) as told:
        directory(BAYANNUR, extra)

    sentence = told.value.text("zh")
    assert all(word in sentence for word in ("short, name", "bureau", "2024年", "colour"))
