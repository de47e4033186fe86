"""How a process of the platform leaves: when asked, or when the one it lives beside is gone."""

import os
import signal
import threading
import time
from typing import NoReturn

LOOK_SECONDS = 1.0
GRACE_SECONDS = 10.0
leaving = threading.Event()
"""Set when this process was asked to leave: code in between may have swallowed the exception."""


def leave_when_asked(*, parent: int = 0) -> None:
    """
    Leave by `SystemExit` at SIGTERM or Ctrl+C.

    Parameters
    ----------
    parent : int
        The process that started this one; when it is gone, however it ended, this one leaves too.
    """
    for wish in (signal.SIGTERM, signal.SIGINT):
        signal.signal(wish, _leave)
    if parent:
        threading.Thread(target=_leave_after, args=(parent,), daemon=True).start()


def _leave(*_: object) -> NoReturn:
    leaving.set()
    raise SystemExit(0)


def _leave_after(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(LOOK_SECONDS)
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(GRACE_SECONDS)
    os._exit(1)  # something long that hears no signal; what it had begun is taken up again
