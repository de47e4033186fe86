"""Run the worker: `python -m hetao.web.work`."""

import os
import sys

import django


def main() -> None:
    """Serve the queue until the parent given, if any, is gone."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hetao.web.settings")
    django.setup()
    from hetao.web.jobs.worker import work_forever

    work_forever(parent=int(sys.argv[1]) if len(sys.argv) > 1 else 0)


if __name__ == "__main__":
    main()
