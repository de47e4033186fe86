"""Which kinds of long work there are, and the verb that does each."""

import importlib
from collections.abc import Callable, Mapping
from typing import Any

from hetao.errors import Tell

Work = Callable[[Mapping[str, Any], Tell], dict[str, Any]]

KINDS = {
    "checkup": "hetao.web.checkups.begin:checkup",
    "take_up": "hetao.web.checkups.begin:take_up_newest",
    "accept": "hetao.web.cities.accepting:accept_asked",
    "first_deliveries": "hetao.web.demo_deliveries:first_deliveries",
    "remind": "hetao.web.tasks.reminders:remind",
}


def work_of(kind: str) -> Work:
    """
    Return the verb of a kind of work: what was wanted and a `tell` in, the outcome out.

    Raises
    ------
    KeyError
        If there is no such kind.
    """
    module, _, name = KINDS[kind].partition(":")
    work: Work = getattr(importlib.import_module(module), name)
    return work
