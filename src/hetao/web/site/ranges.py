"""Sending a part of a file, as readers of tile archives ask for it."""

import re
from pathlib import Path

from django.conf import settings
from django.http import HttpRequest, HttpResponse

LONGEST_BYTES = 16_000_000
KEPT_SECONDS = 3600


def send_range(request: HttpRequest, path: Path, *, kind: str) -> HttpResponse:
    """
    Return the bytes of a file that a request asks for, whole where it asks for no range.

    Behind a server that sends files itself (`HETAO_ACCEL`), it is told which file.
    """
    stat = path.stat()
    tag = f'"{stat.st_mtime_ns:x}-{stat.st_size:x}"'
    headers = {
        "ETag": tag, "Accept-Ranges": "bytes",
        "Cache-Control": f"private, max-age={KEPT_SECONDS}",
    }  # fmt: skip
    if settings.ACCEL:
        inside = path.relative_to(settings.ROOT).as_posix()
        headers["X-Accel-Redirect"] = f"{settings.ACCEL}/{inside}"
        return HttpResponse(headers=headers, content_type=kind)
    asked = re.fullmatch(r"bytes=(\d+)-(\d*)", request.headers.get("Range", ""))
    if asked is None:
        return HttpResponse(path.read_bytes(), headers=headers, content_type=kind)
    first = int(asked[1])
    last = min(int(asked[2] or stat.st_size - 1), stat.st_size - 1, first + LONGEST_BYTES - 1)
    if first > last:
        headers["Content-Range"] = f"bytes */{stat.st_size}"
        return HttpResponse(status=416, headers=headers)
    with path.open("rb") as file:
        file.seek(first)
        content = file.read(last - first + 1)
    headers["Content-Range"] = f"bytes {first}-{last}/{stat.st_size}"
    return HttpResponse(content, status=206, headers=headers, content_type=kind)
