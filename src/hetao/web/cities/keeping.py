"""Which body keeps which register, and which bodies there are."""

from collections.abc import Mapping
from functools import cache

from django.conf import settings

from hetao.plan.bodies import EXTRA, Directory, directory
from hetao.registers.definition import registers
from hetao.registers.workspace import open_workspace


@cache
def known_bodies() -> Directory:
    """Return the directory of the city's bodies."""
    workspace = open_workspace(settings.ROOT)
    return directory(workspace.city.code, workspace.root / EXTRA)


@cache
def keepers() -> Mapping[str, str]:
    """Return the id of the body that keeps each register, where the directory knows it."""
    found = {}
    for register in registers().values():
        body = known_bodies().find(register.reporter or register.owner_zh)
        if body is not None:
            found[register.id] = body.id
    return found


def kept_by(body: str | None) -> tuple[str, ...]:
    """Return the registers that a body keeps."""
    return tuple(register for register, keeper in keepers().items() if body and keeper == body)
