"""Files that come out alike, byte for byte, however often they are written."""

import re
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

import pyogrio

_STAMP = re.compile(rb"(<dcterms:(created|modified)[^>]*>)[^<]*(</dcterms)")


def write_fixed_zip(content: bytes, path: Path, *, date: str) -> None:
    """
    Write an office document with every time in it set to a date.

    Parameters
    ----------
    content : bytes
        A docx or xlsx as its library wrote it.
    date : str
        ISO date.
    """
    year, month, day = (int(part) for part in date.split("-"))
    stamp = f"{date}T00:00:00Z".encode()
    with (
        zipfile.ZipFile(BytesIO(content)) as source,
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for name in source.namelist():
            data = source.read(name)
            if name == "docProps/core.xml":
                data = _STAMP.sub(rb"\g<1>" + stamp + rb"\g<3>", data)
            entry = zipfile.ZipInfo(name, (max(year, 1980), month, day, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o600 << 16
            target.writestr(entry, data)


@contextmanager
def fixed_gdal_date(date: str) -> Iterator[None]:
    """Let GDAL write this date instead of the present."""
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": f"{date}T00:00:00.000Z"})
    try:
        yield
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": None})
