"""The streets of the demo city, cut where they meet, with those that end or lack a bridge."""

from collections import Counter
from dataclasses import dataclass, field

import numpy as np
import shapely

from hetao.demo import plan
from hetao.demo.street_lines import OVER_M, Street

RANK = {"expressway": 0, "arterial": 1, "secondary": 2, "branch": 3, "alley": 4}
LESSER = frozenset({"branch", "alley"})
CENTIMETRE_M = 0.01
STUMP_M = 60.0
"""Ends of lesser streets shorter than this are cut off outside the city too."""


@dataclass(frozen=True)
class Piece:
    """A street between two junctions."""

    line: shapely.LineString
    street: Street
    bridge: bool = False
    tunnel: bool = False


@dataclass
class Planted:
    """What was planted for the check-up to find: kind, place, and a word about it."""

    kind: str
    place: shapely.Geometry
    note: str
    tags: dict[str, str] = field(default_factory=dict)


def pieces(planned: plan.Planned, drawn: list[Street]) -> list[Piece]:
    """Return the streets cut at every junction, without those that no bridge carries over."""
    lines = np.array([street.line for street in drawn], dtype=object)
    noded = shapely.get_parts(shapely.unary_union(lines, grid_size=CENTIMETRE_M))
    middle = shapely.line_interpolate_point(noded, 0.5, normalized=True)
    tree = shapely.STRtree(lines)
    hits = tree.query(middle, predicate="dwithin", distance=0.05)
    owner: dict[int, int] = {}
    for piece, street in zip(*hits, strict=True):
        best = owner.get(int(piece))
        if best is None or RANK[drawn[street].rank] < RANK[drawn[best].rank]:
            owner[int(piece)] = int(street)
    over_river = shapely.intersects(noded, planned.water)
    over_rail = shapely.intersects(noded, planned.railway)
    kept = []
    for number in sorted(owner):
        street = drawn[owner[number]]
        bridge, tunnel = bool(over_river[number]), bool(over_rail[number])
        if (bridge or tunnel) and not street.bridges:
            continue
        kept.append(Piece(noded[number], street, bridge, tunnel))
    return _trimmed(kept, planned.city.buffer(OVER_M))


def _trimmed(kept: list[Piece], city: shapely.Polygon) -> list[Piece]:
    """Cut off what sticks out past a junction, and what river and railway left without an end."""
    inside = [
        piece.street.rank in LESSER and (piece.line.length < STUMP_M or city.contains(piece.line))
        for piece in kept
    ]
    while True:
        ends = Counter(end for piece in kept for end in _ends(piece))
        stays = [
            all(ends[end] > 1 for end in _ends(piece))
            or (piece.line.length > 2 * OVER_M and not lesser)
            for piece, lesser in zip(kept, inside, strict=True)
        ]
        if all(stays):
            return kept
        inside = [lesser for lesser, stay in zip(inside, stays, strict=True) if stay]
        kept = [piece for piece, stay in zip(kept, stays, strict=True) if stay]


def _ends(piece: Piece) -> tuple[tuple[float, float], tuple[float, float]]:
    first, last = piece.line.coords[0], piece.line.coords[-1]
    return (round(first[0], 2), round(first[1], 2)), (round(last[0], 2), round(last[1], 2))


def planted_streets(kept: list[Piece], planned: plan.Planned) -> tuple[list[Piece], list[Planted]]:
    """Return the streets with three dead ends and two streets that lack a bridge between them."""
    added: list[Piece] = []
    planted: list[Planted] = []
    for bearing, stop in ((96.0, 2385.0), (107.0, 2370.0), (118.0, 2390.0)):
        line = plan.ray(bearing, plan.RINGS_M[4] + 3, stop)
        start = _on_street(line, kept)
        stub = shapely.LineString([start, *line.coords[1:]])
        added.append(Piece(stub, Street(stub, "branch", "")))
        planted.append(Planted("dead_end", shapely.Point(stub.coords[-1]), "工业园内未打通的支路"))
    x = -420.0
    banks = planned.river.intersection(shapely.LineString([(x, -2500), (x, 500)]))
    middle = banks if isinstance(banks, shapely.Point) else shapely.get_parts(banks)[0]
    for side in (1, -1):
        bank = shapely.Point(middle.x, middle.y + side * (plan.RIVER_HALF_M + 6))
        street = _nearest_place(bank, [p for p in kept if p.street.name == "滨河"])
        stub = shapely.LineString([street, bank])
        added.append(Piece(stub, Street(stub, "branch", "断桥路")))
    planted.append(Planted("missing_bridge", middle, "断桥路南北两段之间缺一座桥"))
    return _split_at([*kept, *added], added), planted


def _on_street(line: shapely.LineString, kept: list[Piece]) -> tuple[float, float]:
    start = _nearest_place(shapely.Point(line.coords[0]), kept)
    return (start.x, start.y)


def _nearest_place(point: shapely.Point, kept: list[Piece]) -> shapely.Point:
    nearest = min(kept, key=lambda piece: piece.line.distance(point))
    along = nearest.line.interpolate(nearest.line.project(point))
    return shapely.Point(round(along.x, 3), round(along.y, 3))


def _split_at(kept: list[Piece], added: list[Piece]) -> list[Piece]:
    """Give the streets a vertex where an added street begins."""
    starts = [shapely.Point(piece.line.coords[0]) for piece in added]
    result = []
    for piece in kept:
        line = piece.line
        for start in starts:
            along = line.project(start)
            if piece not in added and line.distance(start) < 0.01 and 0 < along < line.length:
                line = _with_vertex(line, along, start)
        result.append(Piece(line, piece.street, piece.bridge, piece.tunnel))
    return result


def _with_vertex(
    line: shapely.LineString, along: float, point: shapely.Point
) -> shapely.LineString:
    places = [line.project(shapely.Point(vertex)) for vertex in line.coords]
    position = int(np.searchsorted(places, along))
    coords = list(line.coords)
    return shapely.LineString([*coords[:position], (point.x, point.y), *coords[position:]])
