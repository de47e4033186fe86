"""In what a file's text is written: told from its bytes, since few Shapefiles say it truly."""

import codecs
from collections.abc import Iterable

import geopandas as gpd
import pandas as pd

RAW = "ISO-8859-1"
"""Read so, text holds its bytes one to one."""
CHANCE = 12
"""So many bytes of Chinese text in another encoding are no UTF-8 by chance."""


def legible(frame: gpd.GeoDataFrame, said: str | None) -> gpd.GeoDataFrame:
    """
    Return a layer read as `RAW` with its headers and texts as they were meant.

    Parameters
    ----------
    said : str, optional
        The encoding that the file claims; it counts only where its bytes bear it out.
    """
    texts = [
        str(column)
        for column in frame.columns
        if column != "geometry" and pd.api.types.is_string_dtype(frame[column].dtype)
    ]
    found = encoding_of(_bytes_of(frame, texts), said)
    decoded = {name: frame[name].map(lambda value: _meant(value, found)) for name in texts}
    named = {str(name): _meant(name, found) for name in frame.columns if name != "geometry"}
    return frame.assign(**decoded).rename(columns=named)


def encoding_of(raw: Iterable[bytes], said: str | None = None) -> str:
    """
    Return in what these texts are written, each perhaps cut in the middle of a character.

    Examples
    --------
    >>> encoding_of(["临河区".encode("gbk")]), encoding_of(["临河区".encode()[:-1]])
    ('gb18030', 'utf-8')
    >>> encoding_of(["Große Straße".encode("latin-1")]), encoding_of([b"plain"], "cp936")
    ('cp1252', 'gbk')
    """
    texts = {text for text in raw if not text.isascii()}
    claimed = _codec(said)
    if not texts:
        return claimed or "utf-8"
    telling = claimed is None or sum(map(len, texts)) >= CHANCE
    if telling and _fitting(texts, "utf-8") == len(texts):
        return "utf-8"
    if claimed is not None and _fitting(texts, claimed) == len(texts):
        return claimed
    # GB 2312 wants two high bytes a character, which western text hardly ever has
    return "gb18030" if 2 * _fitting(texts, "gb2312") >= len(texts) else "cp1252"


def _bytes_of(frame: gpd.GeoDataFrame, texts: list[str]) -> Iterable[bytes]:
    for name in frame.columns:
        yield str(name).encode(RAW, "ignore")
    for name in texts:
        for value in frame[name].dropna().unique():
            if isinstance(value, str):
                yield value.encode(RAW, "ignore")


def _codec(said: str | None) -> str | None:
    name = (said or "").strip().lower().removeprefix("ansi").strip()
    for spelled in (name, f"cp{name}"):
        try:
            return codecs.lookup(spelled).name
        except LookupError:
            continue
    return None


def _fitting(texts: Iterable[bytes], encoding: str) -> int:
    count = 0
    for text in texts:
        try:
            codecs.getincrementaldecoder(encoding)().decode(text)
        except UnicodeDecodeError:
            continue
        count += 1
    return count


def _meant(value: object, encoding: str) -> object:
    """Return a text decoded, without the half character at which a field was cut."""
    if not isinstance(value, str) or value.isascii():
        return value
    decoder = codecs.getincrementaldecoder(encoding)("replace")
    return decoder.decode(value.encode(RAW, "replace"))
