"""Kernels compiled by numba: cached on disk, free of the GIL, and announced when they compile."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar, cast

import numba
from numba.core import event

from hetao.errors import Tell, quiet

F = TypeVar("F", bound=Callable[..., Any])

# each option spares compilation: no way in from C, and division by zero as in numpy
_COMMON: dict[str, Any] = {
    "cache": True,
    "nogil": True,
    "no_cfunc_wrapper": True,
    "error_model": "numpy",
}
ANNOUNCEMENT = "compiling the street search, once per machine (a few seconds)"


def compiled(function: F) -> F:
    """Return `function` compiled on its first call, kept on disk for the next process."""
    return cast("F", numba.njit(**_COMMON)(function))


def called_by_kernels(function: F) -> F:
    """Return `function` compiled for kernels alone, which spares the way in from Python."""
    return cast("F", numba.njit(**_COMMON | {"no_cpython_wrapper": True})(function))


def inlined(function: F) -> F:
    """
    Return a small `function` that is written out wherever a kernel calls it.

    A true call counts references to every array it passes, which costs more than the work.
    """
    return cast("F", numba.njit(nogil=True, inline="always")(function))


class _Announcer(event.Listener):
    """Say once per process that something is being compiled."""

    said = False

    def __init__(self, tell: Tell) -> None:
        self.tell = tell

    def on_start(self, event: object) -> None:  # noqa: ARG002
        """Announce the first compilation of this process."""
        if _Announcer.said:
            return
        _Announcer.said = True
        if self.tell is quiet:
            sys.stderr.write(f"hetao: {ANNOUNCEMENT}\n")
        else:
            self.tell("compile", 0, 1)

    def on_end(self, event: object) -> None:
        """Say nothing: several kernels may follow."""


@contextmanager
def announced(tell: Tell = quiet) -> Iterator[None]:
    """Announce, inside the block, the first kernel that is compiled and not found on disk."""
    with event.install_listener("numba:compile", _Announcer(tell)):
        yield
