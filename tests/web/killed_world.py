"""
A town whose worker is killed while it loads a delivery.

Run by its test in processes of their own, with `HETAO_ROOT` set: `prepare` sends and accepts a
workbook, `work` does what waits and stops at a file that says where, `told` says how things stand.
"""

import json
import os
import sys
import threading
import time
from pathlib import Path

ROOT = Path(os.environ["HETAO_ROOT"])


def prepare():
    from django.core.management import call_command
    from town_world import sheet_of

    from hetao.checkup.run import runs
    from hetao.registers.workspace import open_workspace
    from hetao.web.accounts.models import Body, User
    from hetao.web.checkups.models import Run
    from hetao.web.checkups.take_up import take_up_run
    from hetao.web.cities.accepting import ask_accept
    from hetao.web.cities.delivering import deliver
    from hetao.web.cities.take_up import take_up_registers

    call_command("migrate", verbosity=0)
    workspace = open_workspace(ROOT)
    folder = runs(workspace)[-1]
    take_up_run(workspace, folder)
    Run.objects.update(partial=False)
    take_up_registers(folder.snapshot(workspace))
    Body.objects.create(id="housing", name_zh="市住建局", kind="department")
    boss = User.objects.create(username="boss", shown_name="甲", role="administrator")
    two_sheets = sheet_of("bridges", {"D4": "C级"}, more={
        "flood_points": {"A4": "P1", "B4": "一号点", "D4": "一般"},
    })  # fmt: skip
    sent = deliver(two_sheets, by=boss)
    assert sent.state == "waiting", sent.faults
    ask_accept(sent, by=boss)


def work():
    """Do what waits; at the second table of a delivery say so and wait to be killed."""
    from hetao.collection import receiving
    from hetao.web.jobs.worker import work_forever

    load = receiving.load_source
    count = 0

    def slow(*args, **settings):
        nonlocal count
        count += 1
        if count == 2:
            (ROOT / "half").write_text("half", "utf-8")
            time.sleep(600)
        return load(*args, **settings)

    if sys.argv[2:] == ["halfway"]:
        receiving.load_source = slow
    work_forever()


def told():
    from hetao.registers.snapshot import merged_registers
    from hetao.registers.store import stored_sources
    from hetao.registers.workspace import open_workspace
    from hetao.web.cities.models import Delivery, Thing
    from hetao.web.jobs.models import Job

    merged = merged_registers(stored_sources(open_workspace(ROOT)))
    sys.stdout.write(json.dumps({
        "delivery": Delivery.objects.get().state,
        "job": Job.objects.get(kind="accept").state,
        "tries": Job.objects.get(kind="accept").tries,
        "sources": sorted(path.name for path in (ROOT / "sources").iterdir()
                          if (path / "source.json").is_file()),
        "grade": dict(zip(merged["bridges"]["id"], merged["bridges"]["grade"], strict=True))["Q1"],
        "points": len(merged.get("flood_points", ())),
        "shown": Thing.objects.get(register="bridges", ref="Q1").fields["grade"],
        "journals": len(list((ROOT / "platform").glob("accepting-*"))),
    }))  # fmt: skip


def race():
    """Let six reviewers decide at once; say how each fared."""
    from django.db import connection
    from town_world import sheet_of

    from hetao.web.accounts.models import User
    from hetao.web.cities.accepting import ask_accept
    from hetao.web.cities.delivering import DeliveryRefused, deliver, send_back
    from hetao.web.cities.models import Delivery

    boss = User.objects.get()
    sent = deliver(sheet_of("bridges"), by=boss, correction="再报")
    barrier, outcomes = threading.Barrier(6), []

    def decide(returning):
        barrier.wait()
        try:
            if returning:
                send_back(sent, by=boss, reason="退回")
            else:
                ask_accept(sent, by=boss)
            outcomes.append("done")
        except DeliveryRefused as refused:
            outcomes.append(refused.key)
        finally:
            connection.close()

    threads = [threading.Thread(target=decide, args=(place % 2,)) for place in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    state = Delivery.objects.get(pk=sent.pk).state
    sys.stdout.write(json.dumps({"outcomes": sorted(outcomes), "state": state}))


if __name__ == "__main__":
    from hetao.web.serving import set_up

    set_up(ROOT)
    {"prepare": prepare, "work": work, "told": told, "race": race}[sys.argv[1]]()
