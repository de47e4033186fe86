"""
A small deployment with everything in it that a backup must bring back.

Run by its tests in a process of its own, with `HETAO_ROOT` and perhaps `DATABASE_URL` set.
"""

import os
from datetime import date, timedelta
from pathlib import Path


def main() -> None:
    root = Path(os.environ["HETAO_ROOT"])
    found_workspace(root)
    from hetao.web.serving import set_up

    set_up(root)
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    populate()


def found_workspace(root: Path) -> None:
    for folder in ("plan/甲", "sources/001-zones", "snapshots/2026-06-30", "runs", "platform"):
        (root / folder).mkdir(parents=True)
    (root / "city.toml").write_text(
        'name = "榆湾市"\ncode = "159900"\nedition = "2025"\nmade_place = true\n', "utf-8"
    )
    (root / "bodies.toml").write_text("# 本市另加的单位\n", "utf-8")
    (root / "plan/甲/ledger.toml").write_text('title = "方案"\n', "utf-8")
    (root / "sources/001-zones/原件.csv").write_bytes(b"id,name\n1,\xe4\xb8\x9c\n")
    (root / "snapshots/2026-06-30/roads.parquet").write_bytes(bytes(range(256)) * 40)
    (root / "platform/calendar.toml").write_text("years = []\n", "utf-8")
    for made_again in ("platform/tiles/2026-06-30/base.pmtiles", "cache/x", ".venv/y"):
        (root / made_again).parent.mkdir(parents=True)
        (root / made_again).write_bytes(b"made again")
    (root / "runs/.unfinished-1-run").mkdir()
    (root / "runs/.unfinished-1-run/half").write_bytes(b"half")


def populate() -> None:
    from django.core.files.base import ContentFile
    from django.utils import timezone

    from hetao.web.accounts.models import Body, User
    from hetao.web.cities.models import Edit, Thing
    from hetao.web.tasks.drafting import Draft, keep_draft
    from hetao.web.tasks.stepping import Given, take_step

    body = Body.objects.create(id="159921", name_zh="东渠县", kind="county", county="159921")
    office = User(username="office", shown_name="方案办", role="plan_office")
    county = User(username="county", shown_name="旗县经办", role="county_officer", body=body)
    for person in (office, county):
        person.set_password("correct horse")
        person.save()
    due = timezone.localdate() + timedelta(days=30)
    for title in ("危桥整治", "积水点整治"):
        task = keep_draft(
            Draft(title=title, lead=body, joint=[], due=due, origin="hand",
                  fields={"county": body.county}, findings=[]),
            by=office,
        )  # fmt: skip
        take_step(task, "issue", by=office)
    take_step(task, "accept", by=county)
    record = ContentFile(b"%PDF-1.4\n" + bytes(4000) + b"%%EOF", name="验收记录.pdf")
    take_step(task, "report", by=county, given=Given(note="已修好", files=[record]))
    Thing.objects.create(register="bridges", ref="B1", name="一号桥", fields={"year": 1998},
                         shape=b"\x01\x02\x00\xff")  # fmt: skip
    Edit.objects.create(register="bridges", ref="B1", before={"year": 1989},
                        after={"year": 1998, "on": str(date(2026, 6, 30))}, reason="核对竣工图",
                        by=county)  # fmt: skip


if __name__ == "__main__":
    main()
