"""Measuring many tasks: what a run found is read once an indicator, not once a task."""

import pytest
from conftest import OWN_COUNTY
from django.db import connection
from django.test.utils import CaptureQueriesContext

from hetao.web.checkups.models import Finding
from hetao.web.tasks.measuring import measure_tasks
from hetao.web.tasks.models import Reading


def _findings_read(run):
    with CaptureQueriesContext(connection) as caught:
        measure_tasks(run)
    return sum('FROM "checkups_finding"' in query["sql"] for query in caught.captured_queries)


@pytest.mark.parametrize("count", [1, 5])
def test_findings_are_read_once_for_all_tasks_of_an_indicator(count, issued, later_run):
    for _ in range(count):
        issued()
    run = later_run(findings=("B1",))
    assert _findings_read(run) == 2  # of the run, and of the one that the tasks rest on
    assert Reading.objects.filter(run=run, state=Reading.STILL, left=1, total=2).count() == count


def test_a_thing_renamed_is_found_across_the_border_of_a_cell(issued, later_run):
    task = issued()
    run = later_run(findings=())
    # B1 lies west of the border of two cells, what bears a new number 0.8 m east of it
    for feature, lon in (("B1", 107.39999999), ("B2", 107.5)):
        task.bound.filter(feature=feature).update(lon=lon, lat=40.7)
    Finding.objects.create(
        run=run, indicator="dangerous_bridges", variant="official", feature="B1-new",
        zone=OWN_COUNTY, county=OWN_COUNTY, why_zh="改了编号", lon=107.40001, lat=40.7,
    )  # fmt: skip
    measure_tasks(run)
    reading = Reading.objects.get(task=task, run=run)
    assert (reading.state, reading.left) == (Reading.STILL, 1)
