"""Answer beside another process, on its socket: `python -m hetao.web.answering SOCKET PARENT`."""

import os
import socket
import sys
from pathlib import Path

from hetao.web.parting import leave_when_asked
from hetao.web.serving import answer, set_up


def main() -> None:
    """Answer until stopped, or until the parent is gone."""
    door, parent = (int(given) for given in sys.argv[1:])
    set_up(Path(os.environ["HETAO_ROOT"]))
    leave_when_asked(parent=parent)
    answer(socket.socket(fileno=door))


if __name__ == "__main__":
    main()
