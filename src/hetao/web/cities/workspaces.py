"""One hand at a time on the workspace's folders."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from django.conf import settings

from hetao.web.secret import PLATFORM

if TYPE_CHECKING:
    from pathlib import Path


@contextmanager
def workspace_held() -> Iterator[None]:
    """Wait until no other process or thread writes to the workspace, then hold it."""
    path: Path = settings.ROOT / PLATFORM / "workspace.lock"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
