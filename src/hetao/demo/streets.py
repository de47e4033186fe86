"""The streets of the demo city: drawn as whole lines, then cut where they meet."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import shapely

from hetao.demo import plan

RANK = {"expressway": 0, "arterial": 1, "secondary": 2, "branch": 3, "alley": 4}
NAMES = (
    "人民", "胜利", "团结", "解放", "建设", "新华", "文化", "光明", "和平", "友谊", "长春", "永安", "金沙", "河滨",
    "站前", "学府", "迎宾", "滨河", "利民", "富强", "平安", "兴业", "丰收", "景阳", "锦绣", "绿洲", "春晖", "瑞祥",
)  # fmt: skip
CARRIAGEWAY_M = 9.0
"""From the middle of a divided street to the middle of one carriageway."""

OVER_M = 16.0
"""How far lines are drawn past the street they end at; what sticks out is cut off again."""


@dataclass(frozen=True)
class Street:
    """A street from end to end, as the planner draws it."""

    line: shapely.LineString
    rank: str
    name: str
    bridges: bool = False
    oneway: bool = False
    divided: bool = False


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


def streets(planned: plan.Planned) -> list[Street]:
    """Return all streets of the city as whole lines."""
    names = iter([f"{name}{kind}" for kind in ("路", "街", "东路", "西路", "巷") for name in NAMES])
    drawn = [
        *_rings(names), *_radials(names), *_riverside(planned), *_old_town(names), *_outskirts(),
    ]  # fmt: skip
    return [part for street in drawn for part in _carriageways(street)]


def pieces(planned: plan.Planned, drawn: list[Street]) -> list[Piece]:
    """Return the streets cut at every junction, without those that no bridge carries over."""
    lines = np.array([street.line for street in drawn], dtype=object)
    noded = shapely.get_parts(shapely.unary_union(lines))
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
    return _trimmed(kept)


def _trimmed(kept: list[Piece]) -> list[Piece]:
    """Cut off what sticks out past a junction."""
    ends = Counter(end for piece in kept for end in _ends(piece))
    return [
        piece
        for piece in kept
        if piece.line.length > 2 * OVER_M or all(ends[end] > 1 for end in _ends(piece))
    ]


def _ends(piece: Piece) -> tuple[tuple[float, float], tuple[float, float]]:
    first, last = piece.line.coords[0], piece.line.coords[-1]
    return (round(first[0], 2), round(first[1], 2)), (round(last[0], 2), round(last[1], 2))


def planted_streets(kept: list[Piece], planned: plan.Planned) -> tuple[list[Piece], list[Planted]]:
    """Return the streets with three dead ends and two streets that lack a bridge between them."""
    added: list[Piece] = []
    planted: list[Planted] = []
    for bearing, stop in ((116.0, 2050.0), (128.0, 2030.0), (140.0, 2045.0)):
        line = plan.ray(bearing, 1803.0, stop)
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


def _rings(names: Iterator[str]) -> Iterator[Street]:
    ranks = ("secondary", "branch", "arterial", "branch", "secondary", "expressway")
    for radius, rank in zip(plan.RINGS_M, ranks, strict=True):
        wide = rank in {"arterial", "expressway"}
        line = shapely.LineString(plan.arc(radius, 10, 370))
        name = {"arterial": "二环路", "expressway": "外环快速路"}.get(rank) or next(names)
        yield Street(line, rank, name, bridges=rank != "branch", divided=wide)


def _radials(names: Iterator[str]) -> Iterator[Street]:
    step = 360 / plan.SECTORS
    for number in range(plan.SECTORS):
        bearing = 10 + number * step
        name = next(names)
        divided = number % 2 == 0
        inner = plan.ray(bearing, plan.OLD_TOWN_M - OVER_M, plan.CITY_M + OVER_M)
        outer = plan.ray(bearing, plan.CITY_M - 50 - OVER_M, plan.OUTSIDE_M)
        yield Street(inner, "arterial", name, bridges=True, divided=divided)
        yield Street(outer, "secondary", name, bridges=True)
        if divided:
            yield Street(_across(bearing, plan.CITY_M - 50), "secondary", name)
        yield Street(
            plan.ray(bearing + step / 2, plan.OLD_TOWN_M, plan.CITY_M), "branch", next(names)
        )
        if bearing % 360 >= 270 or bearing < 30:
            continue
        for part in (0.25, 0.75):
            line = plan.ray(bearing + part * step, plan.CORE_M - OVER_M, plan.CITY_M + OVER_M)
            yield Street(line, "branch", next(names))


def _across(bearing: float, radius_m: float) -> shapely.LineString:
    """Return a short street across a divided radial, where its carriageways come together."""
    middle = plan.ray(bearing, radius_m, radius_m + 1).coords[0]
    angle = np.radians(bearing + 90)
    half = CARRIAGEWAY_M + OVER_M
    reach = np.array([half * np.cos(angle), half * np.sin(angle)])
    return shapely.LineString([np.array(middle) - reach, np.array(middle) + reach])


def _riverside(planned: plan.Planned) -> Iterator[Street]:
    for side in (plan.BANK_M, -plan.BANK_M):
        line = planned.river.parallel_offset(side).intersection(planned.city.buffer(OVER_M))
        for part in shapely.get_parts(line):
            if part.length > 200:
                yield Street(part, "secondary", "滨河")


def _old_town(names: Iterator[str]) -> Iterator[Street]:
    inside = plan.disc(plan.OLD_TOWN_M + OVER_M)
    for offset in range(-480, 481, 80):
        rank = "branch" if offset % 240 == 0 else "alley"
        for line in (
            shapely.LineString([(offset, -600), (offset, 600)]),
            shapely.LineString([(-600, offset), (600, offset)]),
        ):
            for part in shapely.get_parts(line.intersection(inside)):
                yield Street(part, rank, next(names) if rank == "branch" else "")


def _outskirts() -> Iterator[Street]:
    """Yield the lanes of the villages and the county town, and the roads that lead there."""
    radials = [plan.ray(10 + 45 * number, plan.CITY_M, plan.OUTSIDE_M) for number in range(8)]
    for x, y in plan.VILLAGES:
        place = shapely.Point(x, y)
        road = min(radials, key=place.distance)
        meeting = road.interpolate(road.project(place))
        past = OVER_M / meeting.distance(place)
        start = shapely.Point(
            meeting.x + past * (meeting.x - place.x), meeting.y + past * (meeting.y - place.y)
        )
        way = shapely.LineString([start, place])
        yield Street(way, "branch", "", bridges=True)
        for offset in (-120, -40, 40, 120):
            yield Street(
                shapely.LineString([(x + offset, y - 130), (x + offset, y + 130)]), "alley", ""
            )
            yield Street(
                shapely.LineString([(x - 130, y + offset), (x + 130, y + offset)]), "alley", ""
            )
    x, y = plan.COUNTY_TOWN
    end = plan.ray(10, plan.CITY_M, plan.OUTSIDE_M).coords[-1]
    yield Street(shapely.LineString([end, (x - 400, y)]), "secondary", "县乡公路", bridges=True)
    for offset in (-400, -200, 0, 200, 400):
        rank = "secondary" if offset == 0 else "branch"
        yield Street(shapely.LineString([(x - 416, y + offset), (x + 416, y + offset)]), rank, "")
        yield Street(shapely.LineString([(x + offset, y - 416), (x + offset, y + 416)]), rank, "")


def _carriageways(street: Street) -> Iterator[Street]:
    """Yield a divided street as two one-way lines, traffic keeping right."""
    if not street.divided:
        yield street
        return
    right = street.line.parallel_offset(CARRIAGEWAY_M, "right")
    left = street.line.parallel_offset(CARRIAGEWAY_M, "left")
    for side, backward in ((right, False), (left, True)):
        for part in shapely.get_parts(side):
            line = shapely.reverse(part) if backward else part
            yield Street(line, street.rank, street.name, street.bridges, oneway=True, divided=True)
