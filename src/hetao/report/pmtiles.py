"""PMTiles archives, version 3: reading one, joining several, writing one."""

import gzip
import json
import struct
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HEADER = struct.Struct("<7sBQQQQQQQQQQQBBBBBBiiiiBii")
HEADER_LENGTH = 127
MAGIC, VERSION = b"PMTiles", 3
GZIP, VECTOR = 2, 1
DEGREES = 1e7
ROOT_LIMIT = 16_384 - HEADER_LENGTH
"""A reader fetches this much at once, so the root directory must fit in it."""

LEAF_ENTRIES = 4096


@dataclass(frozen=True)
class Tileset:
    """
    The tiles of an archive.

    Attributes
    ----------
    tiles : mapping of int to bytes
        Vector tiles, not compressed, by tile id (the Hilbert order over all zooms).
    metadata : mapping
        With `vector_layers`.
    zooms : tuple of int
        The lowest and the highest.
    bounds : tuple of float
        West, south, east, north in degrees.
    """

    tiles: Mapping[int, bytes]
    metadata: Mapping[str, Any]
    zooms: tuple[int, int]
    bounds: tuple[float, float, float, float]


def read_tileset(path: Path) -> Tileset:
    """Return the tiles of an archive whose tiles and directories are gzipped."""
    content = path.read_bytes()
    head = HEADER.unpack_from(content)
    root, metadata, leaves, data = head[2:4], head[4:6], head[6:8], head[8:10]
    entries = _entries(content, root[0], root[1], leaves[0])
    tiles: dict[int, bytes] = {}
    for first, run, length, offset in entries:
        tile = gzip.decompress(content[data[0] + offset : data[0] + offset + length])
        tiles.update(dict.fromkeys(range(first, first + run), tile))
    told = json.loads(gzip.decompress(content[metadata[0] : sum(metadata)]))
    west, south, east, north = (edge / DEGREES for edge in head[19:23])
    return Tileset(tiles, told, (head[17], head[18]), (west, south, east, north))


def merged(tilesets: Sequence[Tileset], *, name: str, credits_: str) -> Tileset:
    """Return the layers of several archives as one; a tile's layers simply follow each other."""
    tiles: dict[int, bytes] = {}
    for tileset in tilesets:
        for id_, tile in tileset.tiles.items():
            tiles[id_] = tiles.get(id_, b"") + tile
    layers = [layer for tileset in tilesets for layer in tileset.metadata["vector_layers"]]
    metadata = {
        "name": name, "attribution": credits_, "type": "overlay", "format": "pbf",
        "vector_layers": layers,
    }  # fmt: skip
    edges = list(zip(*(tileset.bounds for tileset in tilesets), strict=True))
    zooms = [zoom for tileset in tilesets for zoom in tileset.zooms]
    return Tileset(
        tiles, metadata, (min(zooms), max(zooms)),
        (min(edges[0]), min(edges[1]), max(edges[2]), max(edges[3])),
    )  # fmt: skip


def write_tileset(tileset: Tileset, path: Path) -> None:
    """Write an archive; equal tilesets give equal bytes."""
    data, entries, offsets = bytearray(), [], {}
    for id_ in sorted(tileset.tiles):
        tile = tileset.tiles[id_]
        if tile not in offsets:
            packed = _gzip(tile)
            offsets[tile] = (len(data), len(packed))
            data += packed
        entries.append((id_, 1, offsets[tile][1], offsets[tile][0]))
    root, leaves = _directories(entries)
    metadata = _gzip(json.dumps(tileset.metadata, ensure_ascii=False, sort_keys=True).encode())
    starts = [HEADER_LENGTH]
    for part in (root, metadata, leaves):
        starts.append(starts[-1] + len(part))
    west, south, east, north = (round(edge * DEGREES) for edge in tileset.bounds)
    header = HEADER.pack(
        MAGIC, VERSION, starts[0], len(root), starts[1], len(metadata), starts[2], len(leaves),
        starts[3], len(data), len(entries), len(entries), len(offsets), 1, GZIP, GZIP, VECTOR,
        *tileset.zooms, west, south, east, north, tileset.zooms[0],
        (west + east) // 2, (south + north) // 2,
    )  # fmt: skip
    path.write_bytes(header + root + metadata + leaves + bytes(data))


_Entry = tuple[int, int, int, int]  # first tile id, run length, bytes, offset


def _directories(entries: Sequence[_Entry]) -> tuple[bytes, bytes]:
    root = _directory(entries)
    if len(root) <= ROOT_LIMIT:
        return root, b""
    leaves, pointers = bytearray(), []
    for start in range(0, len(entries), LEAF_ENTRIES):
        part = entries[start : start + LEAF_ENTRIES]
        leaf = _directory(part)
        pointers.append((part[0][0], 0, len(leaf), len(leaves)))
        leaves += leaf
    return _directory(pointers), bytes(leaves)


def _directory(entries: Sequence[_Entry]) -> bytes:
    firsts = [entry[0] for entry in entries]
    steps = [second - first for first, second in zip([0, *firsts], firsts, strict=False)]
    offsets = [entry[3] + 1 for entry in entries]
    columns = (steps, (entry[1] for entry in entries), (entry[2] for entry in entries), offsets)
    numbers = [len(entries), *(number for column in columns for number in column)]
    return _gzip(b"".join(_varint(number) for number in numbers))


def _entries(content: bytes, start: int, length: int, leaves: int) -> Iterator[_Entry]:
    numbers = _varints(gzip.decompress(content[start : start + length]))
    count = next(numbers)
    steps, runs, lengths, offsets = ([next(numbers) for _ in range(count)] for _ in range(4))
    first, end = 0, 0
    for step, run, size, given in zip(steps, runs, lengths, offsets, strict=True):
        first += step
        offset = given - 1 if given else end  # 0 says: right after the one before
        end = offset + size
        if run:
            yield first, run, size, offset
        else:
            yield from _entries(content, leaves + offset, size, leaves)


def _varint(number: int) -> bytes:
    out = bytearray()
    while number > 0x7F:  # noqa: PLR2004  (seven bits a byte)
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


def _varints(data: Iterable[int]) -> Iterator[int]:
    number, shift = 0, 0
    for byte in data:
        number |= (byte & 0x7F) << shift
        shift += 7
        if not byte & 0x80:
            yield number
            number, shift = 0, 0


def _gzip(data: bytes) -> bytes:
    return gzip.compress(data, mtime=0)
