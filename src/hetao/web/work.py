"""Run the worker: `python -m hetao.web.work`, or `hetao work DIR`."""

import os
import signal
import sys
import threading
import time
from typing import NoReturn

import django

LOOK_SECONDS = 1.0
GRACE_SECONDS = 10.0


def main() -> None:
    """Serve the queue until stopped, or until the parent given, if any, is gone."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hetao.web.settings")
    django.setup()
    work(parent=int(sys.argv[1]) if len(sys.argv) > 1 else 0)


def work(*, parent: int = 0) -> None:
    """
    Serve the queue until SIGTERM or Ctrl+C; what is at hand then goes back into the queue.

    Parameters
    ----------
    parent : int
        The process that started this one; when it is gone, however it ended, this one ends too.
    """
    from hetao.web.jobs.worker import work_forever

    for wish in (signal.SIGTERM, signal.SIGINT):
        signal.signal(wish, _leave)
    if parent:
        threading.Thread(target=_leave_after, args=(parent,), daemon=True).start()
    work_forever(parent=parent)


def _leave(*_: object) -> NoReturn:
    raise SystemExit(0)


def _leave_after(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(LOOK_SECONDS)
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(GRACE_SECONDS)
    os._exit(1)  # something long that hears no signal; the queue takes it up again


if __name__ == "__main__":
    main()
