"""Mains under the streets of the demo city: chains of connected streets, each kind beside them."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import shapely
import shapely.ops
from numpy.random import Generator
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from hetao.demo.streets import Piece

MAINS = frozenset({"expressway", "arterial", "secondary", "branch"})
"""Streets that mains run along."""

TRIED = 16
"""Streets from which a main is tried; the longest is laid."""

SHARPEST = 120.0
"""Degrees by which a main turns at a junction at most."""

PLAIN_M = 0.5
"""Bends smaller than this are not followed."""

MITRE = 1.6
"""How much farther than beside a straight street a main may lie at a bend."""

Coords = NDArray[np.float64]
Node = tuple[float, float]


@dataclass
class _Net:
    """Streets by number, and which of them meet at a junction."""

    lines: list[Coords]
    metres: list[float]
    ends: list[tuple[Node, Node]]
    at: dict[Node, list[int]] = field(default_factory=dict)

    def from_(self, number: int, node: Node) -> Coords:
        """Return a street's vertices from one of its ends."""
        coords = self.lines[number]
        return coords if self.ends[number][0] == node else coords[::-1]


def mains(
    streets: Sequence[Piece],
    city: BaseGeometry,
    *,
    count: int,
    length_m: float,
    beside_m: float,
    rng: Generator,
) -> list[shapely.LineString]:
    """
    Return mains along chains of streets of the city, as long as asked for where streets allow.

    No two of them share a street.

    Parameters
    ----------
    city : Geometry
        Streets wholly inside carry mains.
    beside_m : float
        How far to the left of the streets' middle the mains lie.
    """
    net = _net(streets, city)
    free = set(range(len(net.lines)))
    laid = []
    for _ in range(count):
        starts = rng.choice(sorted(free), size=min(TRIED, len(free)), replace=False)
        chains = [_chain(net, int(start), free, length_m) for start in starts]
        longest = max(chains, key=lambda chain: _metres(net, chain))
        free -= set(longest)
        line = shapely.LineString(_joined(net, longest)).simplify(PLAIN_M)
        beside = _beside(shapely.get_coordinates(line), beside_m)
        laid.append(_cut(shapely.LineString(beside), length_m))
    return laid


def _net(streets: Sequence[Piece], city: BaseGeometry) -> _Net:
    shapely.prepare(city)
    lines = [
        piece.line
        for piece in streets
        if piece.street.rank in MAINS and shapely.contains_properly(city, piece.line)
    ]
    net = _Net(
        [shapely.get_coordinates(line) for line in lines],
        [line.length for line in lines],
        [(_node(line.coords[0]), _node(line.coords[-1])) for line in lines],
    )
    for number, ends in enumerate(net.ends):
        for node in ends:
            net.at.setdefault(node, []).append(number)
    return net


def _node(place: tuple[float, ...]) -> Node:
    return round(place[0], 2), round(place[1], 2)


def _metres(net: _Net, chain: Sequence[int]) -> float:
    return sum(net.metres[number] for number in chain)


def _chain(net: _Net, start: int, free: set[int], length_m: float) -> list[int]:
    """Return a chain of free streets through one of them, going on as straight as it can."""
    chain, metres = [start], net.metres[start]
    first, second = net.ends[start]
    seen = {first, second}
    for end in (second, first):
        node: Node | None = end
        while node is not None and metres < length_m:
            number, node = _next(net, chain[-1], node, free, seen)
            if node is not None:
                chain.append(number)
                metres += net.metres[number]
        chain.reverse()
    return chain


def _next(
    net: _Net, last: int, node: Node, free: set[int], seen: set[Node]
) -> tuple[int, Node | None]:
    """Return the straightest free street on from a junction, and its other end."""
    before = net.from_(last, node)
    came = before[0] - before[1]
    best: tuple[float, int, Node] | None = None
    for number in net.at[node]:
        first, second = net.ends[number]
        beyond = second if first == node else first
        if number not in free or number == last or beyond in seen:
            continue
        on = net.from_(number, node)
        turn = _turn(came, on[1] - on[0])
        if turn <= SHARPEST and (best is None or (turn, number) < best[:2]):
            best = (turn, number, beyond)
    if best is None:
        return -1, None
    seen.add(best[2])
    return best[1], best[2]


def _turn(came: Coords, goes: Coords) -> float:
    angle = math.degrees(math.atan2(came[1], came[0]) - math.atan2(goes[1], goes[0]))
    return abs((angle + 180) % 360 - 180)


def _joined(net: _Net, chain: Sequence[int]) -> Coords:
    """Return the vertices of a chain from its one end to the other."""
    if len(chain) == 1:
        return net.lines[chain[0]]
    node, other = net.ends[chain[0]]
    if node in net.ends[chain[1]]:
        node = other
    parts = []
    for number in chain:
        parts.append(net.from_(number, node))
        first, second = net.ends[number]
        node = second if node == first else first
    return np.concatenate([parts[0], *(part[1:] for part in parts[1:])])


def _beside(coords: Coords, metres: float) -> Coords:
    """Return the vertices of a line moved to its left, mitred at its bends."""
    along = np.diff(coords, axis=0)
    along /= np.linalg.norm(along, axis=1)[:, None]
    left = np.column_stack([-along[:, 1], along[:, 0]])
    before, after = np.vstack([left[:1], left]), np.vstack([left, left[-1:]])
    middle = before + after
    size = np.maximum(np.linalg.norm(middle, axis=1) ** 2 / 2, 1 / MITRE)
    reach = middle / size[:, None]
    length = np.linalg.norm(reach, axis=1)[:, None]
    moved: Coords = coords + metres * reach * np.minimum(1, MITRE / np.maximum(length, 1e-9))
    return moved


def _cut(line: shapely.LineString, length_m: float) -> shapely.LineString:
    """Return the beginning of a line, as long as asked for."""
    if line.length <= length_m:
        return line
    return shapely.LineString(shapely.ops.substring(line, 0, length_m).coords)
