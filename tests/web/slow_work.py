"""
Kinds of long work for tests, and a worker that knows them.

As a program it is the worker of a deployment: `slow_work.py [PARENT]`.
"""

import time
from pathlib import Path

from hetao.errors import UserError


def slow(wanted, tell):
    """Write down that it began, take its time, write down that it is done."""
    with Path(wanted["log"]).open("a") as log:
        log.write(f"begun {wanted['name']}\n")
    for step in range(wanted["steps"]):
        tell("measure", step, wanted["steps"])
        time.sleep(0.1)
    with Path(wanted["log"]).open("a") as log:
        log.write(f"done {wanted['name']}\n")
    return {"name": wanted["name"]}


def breaks(wanted, tell):
    return {"share": 1 / 0}


def refuses(wanted, tell):
    raise UserError("no_workspace", {"path": "x", "root": "x"})


KINDS = {f"test_{work.__name__}": f"{__name__}:{work.__name__}" for work in (slow, breaks, refuses)}


def main() -> None:
    from hetao.web.jobs import kinds
    from hetao.web.work import main as work

    kinds.KINDS.update({"test_slow": "slow_work:slow", "remind": "slow_work:quiet"})
    work()


def quiet(wanted, tell):
    return {}


if __name__ == "__main__":
    main()
