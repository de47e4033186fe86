"""A run in the database says, row by row, what its folder says."""

import math

import pandas as pd
import pytest

from hetao.checkup.run import runs
from hetao.registers.workspace import open_workspace
from hetao.web.checkups.models import Finding, Measured, Observation, Run
from hetao.web.checkups.take_up import take_up_run

NUMBERS = ("value", "low", "high", "numerator", "denominator")


@pytest.fixture
def folder(town_served):
    return runs(town_served)[-1]


def test_every_observation_is_there_with_the_same_numbers(folder):
    table = folder.observations
    kept = {
        (row.measured.indicator, row.measured.variant, row.zone): row
        for row in Observation.objects.select_related("measured")
    }
    assert len(kept) == len(table)
    for row in table.to_dict("records"):
        mine = kept[row["indicator"], row["variant"], row["zone"]]
        for name in NUMBERS:
            stored, written = getattr(mine, name), row[name]
            assert stored == (None if pd.isna(written) else written), (row["indicator"], name)
        assert mine.state == row["state"]


def test_what_is_unknown_stays_unknown_with_its_reason(folder):
    unknown = folder.observations[folder.observations["value"].isna()]
    rows = Observation.objects.filter(value=None)
    assert rows.count() == len(unknown) > 0
    assert all(row.reason_zh for row in rows)
    assert not Observation.objects.filter(value=math.inf).exists()


def test_every_finding_is_there_once(folder):
    counts = {id_: len(frame) for id_, frame in folder.findings.items() if len(frame)}
    total = sum(counts.values())
    assert Finding.objects.count() == total > 0
    placed = sum(int(frame.geometry.notna().sum()) for frame in folder.findings.values())
    assert Finding.objects.exclude(lon=None).count() == placed


def test_a_run_that_is_there_is_not_taken_up_twice(folder, town_served):
    before = Observation.objects.count(), Measured.objects.count()
    take_up_run(town_served, folder)
    assert (Observation.objects.count(), Measured.objects.count()) == before
    assert Run.objects.count() == 1


def test_a_run_that_breaks_off_leaves_nothing_behind(town_root, db, monkeypatch):
    folder = runs(open_workspace(town_root))[-1]

    def tell(*_):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        take_up_run(open_workspace(town_root), folder, tell=tell)
    assert not Run.objects.exists()
    assert not Measured.objects.exists()
