"""Serve a workspace: one process for pages, one beside it for long work."""

import errno
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any, NoReturn

from hetao.errors import UserError
from hetao.registers.workspace import open_workspace

THREADS = 8
LOOPBACK = "127.0.0.1"
BODY_BYTES = 60_000_000  # the largest upload and what a form puts around it
RESTART_SECONDS = 5.0
END_SECONDS = 20.0


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


def serve(root: Path, *, port: int, opened: Callable[[str], None], worker: bool = True) -> None:
    """
    Answer on loopback until SIGTERM or Ctrl+C; requests at hand are answered first.

    Parameters
    ----------
    opened : callable
        Is told the address.
    worker : bool
        Whether a worker lives beside this process and dies with it. Without, `hetao work` must
        run somewhere on the same workspace.

    Raises
    ------
    UserError
        If the port is taken.
    OSError
        If it cannot be listened on for another reason.
    """
    set_up(root)
    from django.conf import settings
    from waitress.server import create_server

    from hetao.web.wsgi import application

    # whoever ends TLS in front of us says whom they answer; without TLS nobody is in front
    proxy: dict[str, Any] = {
        "trusted_proxy": LOOPBACK,
        "trusted_proxy_count": 1,
        "trusted_proxy_headers": {"x-forwarded-for", "x-forwarded-proto"},
    }
    try:
        server = create_server(
            application, host=LOOPBACK, port=port, threads=THREADS, ident=None,
            max_request_body_size=BODY_BYTES, **proxy if settings.HTTPS else {},
        )  # fmt: skip
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise UserError("port_in_use", {"port": port}) from error
        raise
    signal.signal(signal.SIGTERM, _leave)
    with _worker_beside() if worker else nullcontext():
        try:
            opened(f"http://{LOOPBACK}:{port}/")
            server.run()
        finally:
            server.close()


def _leave(*_: object) -> NoReturn:
    raise SystemExit(0)  # waitress takes it for the wish to stop


@contextmanager
def _worker_beside() -> Iterator[None]:
    stopping = threading.Event()
    keeper = threading.Thread(target=_keep_worker, args=(stopping,))
    keeper.start()
    try:
        yield
    finally:
        stopping.set()
        keeper.join()


def _keep_worker(stopping: threading.Event) -> None:
    """Run a worker, and another if it breaks, until told to stop."""
    while not stopping.is_set():
        worker = subprocess.Popen([sys.executable, "-m", "hetao.web.work", str(os.getpid())])
        while worker.poll() is None and not stopping.wait(0.2):
            pass
        if worker.poll() is None:
            _end(worker)
        stopping.wait(RESTART_SECONDS)


def _end(worker: subprocess.Popen[bytes]) -> None:
    worker.terminate()
    try:
        worker.wait(timeout=END_SECONDS)
    except subprocess.TimeoutExpired:
        worker.kill()
        worker.wait()
