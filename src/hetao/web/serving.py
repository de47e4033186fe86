"""Serve a workspace: one process for pages, one beside it for long work."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from hetao.registers.workspace import open_workspace

THREADS = 8


def set_up(root: Path) -> None:
    """Make Django ready for a workspace."""
    import django

    os.environ["HETAO_ROOT"] = str(root.absolute())
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hetao.web.settings")
    django.setup()


def prepare(root: Path, say: Callable[[str], None]) -> list[tuple[str, str, str]]:
    """
    Bring the database up to date and take up what the workspace holds.

    Returns
    -------
    list of (role, name, password)
        The accounts made at a first start.

    Raises
    ------
    UserError
        If the folder is no workspace.
    """
    workspace = open_workspace(root)
    set_up(root)
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    from hetao.web.accounts.founding import first_accounts, take_up_bodies
    from hetao.web.checkups.begin import take_up_newest
    from hetao.web.checkups.models import Run
    from hetao.web.demo_tasks import first_tasks

    if not Run.objects.exists():
        say("take_up")
    take_up_newest()
    take_up_bodies(workspace)
    made = first_accounts(workspace)
    if made and workspace.city.made_place:
        first_tasks()
    return made


def serve(root: Path, *, port: int, opened: Callable[[str], None]) -> None:
    """Answer on loopback until stopped; the worker lives and dies with this process."""
    set_up(root)
    from waitress.server import create_server

    from hetao.web.wsgi import application

    server = create_server(
        application, host="127.0.0.1", port=port, threads=THREADS, ident=None,
        max_request_body_size=60_000_000,
    )  # fmt: skip
    worker = subprocess.Popen([sys.executable, "-m", "hetao.web.work", str(os.getpid())])
    try:
        opened(f"http://127.0.0.1:{port}/")
        server.run()
    finally:
        server.close()
        worker.terminate()
        worker.wait(timeout=20)
