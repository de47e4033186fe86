"""The key that signs sessions: made at first start, kept beside the database, never in the code."""

import os
import secrets
from pathlib import Path

PLATFORM = "platform"
"""The folder of a workspace where the platform keeps its own files."""


def secret_key(root: Path) -> str:
    """
    Return the workspace's key, made and kept readable by its owner alone if it has none.

    Where there is no workspace, nothing is made: the key lasts as long as the process.
    """
    if not (root / "city.toml").is_file():
        return secrets.token_urlsafe(64)
    path = root / PLATFORM / "secret_key"
    if not path.is_file():
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f"secret_key.{os.getpid()}")
        draft.touch(mode=0o600)
        draft.write_text(secrets.token_urlsafe(64), "utf-8")
        try:
            os.link(draft, path)  # of two servers that start at once, the first wins
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text("utf-8").strip()
