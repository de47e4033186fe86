"""Run the worker: `python -m hetao.web.work`, or `hetao work DIR`."""

import os
import sys

import django

from hetao.web.parting import leave_when_asked


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

    leave_when_asked(parent=parent)
    work_forever(parent=parent)


if __name__ == "__main__":
    main()
