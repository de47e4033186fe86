"""Serve a workspace: a process for pages, others beside it for more of them and for long work."""

import errno
import gc
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from hetao.errors import UserError
from hetao.registers.definition import registers
from hetao.registers.workspace import open_workspace
from hetao.web.parting import leave_when_asked

THREADS = 8
PROCESSES_AT_MOST = 4
BACKLOG = 256
SWITCH_SECONDS = 0.001
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


def serve(
    root: Path, *, port: int, opened: Callable[[str], None], worker: bool = True, processes: int = 0
) -> None:
    """
    Answer on loopback until SIGTERM or Ctrl+C; requests at hand are answered first.

    Parameters
    ----------
    opened : callable
        Is told the address.
    worker : bool
        Whether a worker lives beside this process and dies with it. Without, `hetao work` must
        run somewhere on the same workspace.
    processes : int
        How many answer, this one and others beside it; unless told, one on SQLite and one a core
        on PostgreSQL, `PROCESSES_AT_MOST` of them.

    Raises
    ------
    UserError
        If the port is taken.
    OSError
        If it cannot be listened on for another reason.
    """
    set_up(root)
    with _door(port) as door:
        me, number = str(os.getpid()), door.fileno()
        leave_when_asked()
        with ExitStack() as held:
            if worker:
                held.enter_context(_beside("hetao.web.work", me))
            for _ in range((processes or _processes()) - 1):
                held.enter_context(
                    _beside("hetao.web.answering", str(number), me, pass_fds=(number,))
                )
            opened(f"http://{LOOPBACK}:{port}/")
            answer(door)


def answer(door: socket.socket) -> None:
    """Answer on a socket that listens, until asked to leave."""
    from django.conf import settings
    from waitress.server import create_server

    from hetao.web.wsgi import application

    # whoever ends TLS in front of us says whom they answer; without TLS nobody is in front
    proxy: dict[str, Any] = {
        "trusted_proxy": LOOPBACK,
        "trusted_proxy_count": 1,
        "trusted_proxy_headers": {"x-forwarded-for", "x-forwarded-proto"},
    }
    _settle_down()
    server = create_server(
        application, sockets=[door], threads=THREADS, ident=None,
        max_request_body_size=BODY_BYTES, **proxy if settings.HTTPS else {},
    )  # fmt: skip
    try:
        server.run()
    finally:
        server.close()


def _settle_down() -> None:
    """
    Read what every process holds for good before the first request, and look it over no more.

    Else each full garbage collection walks the whole catalogue, and a short request waits 5 ms
    whenever a long one is at work.
    """
    from django.urls import get_resolver

    from hetao.catalogue.entries import entries

    for held in (get_resolver().reverse_dict, registers(), entries()):
        assert held
    sys.setswitchinterval(SWITCH_SECONDS)
    gc.collect()
    gc.freeze()


def _door(port: int) -> socket.socket:
    try:
        return socket.create_server((LOOPBACK, port), backlog=BACKLOG)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise UserError("port_in_use", {"port": port}) from error
        raise


def _processes() -> int:
    from django.db import connection

    if connection.vendor != "postgresql" or os.name != "posix":
        return 1
    return min(os.cpu_count() or 1, PROCESSES_AT_MOST)


@contextmanager
def _beside(*command: str, pass_fds: tuple[int, ...] = ()) -> Iterator[None]:
    """Let a process of ours live beside this one, and another in its place if it breaks."""
    stopping = threading.Event()
    keeper = threading.Thread(target=_keep, args=(command, pass_fds, stopping))
    keeper.start()
    try:
        yield
    finally:
        stopping.set()
        keeper.join()


def _keep(command: tuple[str, ...], pass_fds: tuple[int, ...], stopping: threading.Event) -> None:
    while not stopping.is_set():
        process = subprocess.Popen([sys.executable, "-m", *command], pass_fds=pass_fds)
        while process.poll() is None and not stopping.wait(0.2):
            pass
        if process.poll() is None:
            _end(process)
        stopping.wait(RESTART_SECONDS)


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(timeout=END_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
