"""The streets of the demo city as whole lines, as a planner draws them."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.random import Generator

from hetao.demo import plan

NAMES = (
    "人民", "胜利", "团结", "解放", "建设", "新华", "文化", "光明", "和平", "友谊", "长春", "永安", "金沙", "河滨",
    "站前", "学府", "迎宾", "滨河", "利民", "富强", "平安", "兴业", "丰收", "景阳", "锦绣", "绿洲", "春晖", "瑞祥",
)  # fmt: skip
CARRIAGEWAY_M = 9.0
"""From the middle of a divided street to the middle of one carriageway."""

LARGE_M2, HUGE_M2 = 88_000.0, 400_000.0
"""Blocks between these sizes are cut in two."""

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
    """Still to be drawn as two carriageways."""


def streets(planned: plan.Planned, rng: Generator) -> list[Street]:
    """Return all streets of the city as whole lines."""
    names = iter(
        [
            f"{name}{kind}"
            for kind in ("路", "街", "东路", "西路", "巷", "南路", "北路")
            for name in NAMES
        ]
    )
    drawn = [
        *_rings(names), *_radials(names), *_riverside(planned), *_old_town(names),
        *_sectors(names, planned, rng), *_outskirts(),
    ]  # fmt: skip
    drawn += _through_blocks(drawn, planned, rng)
    return [part for street in drawn for part in _carriageways(street)]


def _rings(names: Iterator[str]) -> Iterator[Street]:
    ranks = {560.0: "secondary", 1360.0: "arterial", 2200.0: "secondary", 2600.0: "expressway"}
    for radius, rank in ranks.items():
        name = {"arterial": "二环路", "expressway": "外环快速路"}.get(rank) or next(names)
        if rank == "secondary":
            yield Street(shapely.LineString(plan.arc(radius, 0, 360)), rank, name, bridges=True)
            continue
        outer = shapely.LineString(plan.arc(radius + CARRIAGEWAY_M, 0, 360))
        inner = shapely.LineString(plan.arc(radius - CARRIAGEWAY_M, 360, 0))
        for line in (outer, inner):  # traffic keeps right
            yield Street(line, rank, name, bridges=True, oneway=True)


def _radials(names: Iterator[str]) -> Iterator[Street]:
    for number in range(plan.SECTORS):
        bearing = number * 360 / plan.SECTORS
        name = next(names)
        divided = number % 2 == 0
        inner = plan.ray(bearing, plan.OLD_TOWN_M - OVER_M, plan.CITY_M + OVER_M)
        outer = plan.ray(bearing, plan.CITY_M - OVER_M, plan.OUTSIDE_M)
        yield Street(inner, "arterial", name, bridges=True, divided=divided)
        yield Street(outer, "secondary", name, bridges=True)


def _sectors(names: Iterator[str], planned: plan.Planned, rng: Generator) -> Iterator[Street]:
    """
    Yield the lesser streets between rings and radials, other ones in every sector.

    Each band between rings is halved by a street along it, and cut across by streets that need
    not go on beyond.
    """
    wide = 360 / plan.SECTORS
    river = planned.bank.buffer(-OVER_M)
    for number in range(plan.SECTORS):
        start = number * wide
        industry = start == plan.INDUSTRY[0]
        inner = plan.RINGS_M[1] + float(rng.uniform(-60, 60))
        outer = plan.RINGS_M[3] + (0.0 if industry else float(rng.uniform(-70, 70)))
        for radius in (inner, outer):
            over = np.degrees(OVER_M / radius)
            line = shapely.LineString(plan.arc(radius, start - over, start + wide + over))
            name = next(names)
            for part in shapely.get_parts(line.difference(river)):
                yield Street(part, "branch", name)
        low, high = plan.OLD_TOWN_M, plan.CITY_M
        cuts = (
            (low, inner, (0.5,)),
            (inner, plan.CORE_M, (0.36, 0.68) if number % 2 else (0.5,)),
            (plan.CORE_M, outer, (0.25, 0.5, 0.75)),
            (outer, plan.RINGS_M[4], (0.24, 0.5, 0.76)),
            (plan.RINGS_M[4], high, (0.2, 0.4, 0.6, 0.8) if number % 2 else (0.25, 0.5, 0.75)),
        )
        for from_m, to_m, shares in cuts:
            for share in shares:
                moved = 0.0 if share == 0.5 else float(rng.uniform(-0.035, 0.035))
                line = plan.ray(start + (share + moved) * wide, from_m - OVER_M, to_m + OVER_M)
                yield Street(line, "branch", next(names))


def _through_blocks(drawn: list[Street], planned: plan.Planned, rng: Generator) -> Iterator[Street]:
    """Yield a street or lane through most of the blocks that are too large to walk around."""
    closed = shapely.union_all([planned.bank, planned.railway.buffer(40)])
    lines = [street.line for street in drawn]
    faces = shapely.get_parts(shapely.polygonize(shapely.get_parts(shapely.unary_union(lines))))
    order = np.lexsort((shapely.get_y(shapely.centroid(faces)).round(1),
                        shapely.get_x(shapely.centroid(faces)).round(1)))  # fmt: skip
    for face in faces[order]:
        drawn_share = float(rng.random())
        if not LARGE_M2 < face.area < HUGE_M2 or not planned.city.contains(face):
            continue
        shift = float(rng.uniform(-0.08, 0.08))
        if plan.in_industry(face.representative_point()):
            continue
        line = _across(face, 0.5 + shift)
        if drawn_share < 0.75 and not line.intersects(closed):
            yield Street(line, "branch" if drawn_share < 0.4 else "alley", "")


def _across(face: shapely.Polygon, share: float) -> shapely.LineString:
    """Return a line across a block, between its longer sides."""
    corners = shapely.get_coordinates(face.minimum_rotated_rectangle)
    sides = sorted(
        (shapely.LineString(corners[at : at + 2]) for at in range(4)), key=lambda side: -side.length
    )
    first, second = sides[0], shapely.reverse(sides[1])
    line = shapely.LineString(
        [side.interpolate(share, normalized=True) for side in (first, second)]
    )
    parts = shapely.get_parts(line.intersection(face.buffer(OVER_M)))
    return max(parts, key=lambda part: part.length)  # type: ignore[no-any-return]


def _riverside(planned: plan.Planned) -> Iterator[Street]:
    for side in (plan.BANK_M, -plan.BANK_M):
        line = planned.river.parallel_offset(side).intersection(planned.city.buffer(OVER_M))
        for part in shapely.get_parts(line):
            if part.length > 200:
                yield Street(part, "secondary", "滨河")


def _old_town(names: Iterator[str]) -> Iterator[Street]:
    inside = plan.disc(plan.OLD_TOWN_M + OVER_M)
    for offset in range(-480, 481, 80):
        rank = {0: "secondary"}.get(offset, "branch" if offset % 240 == 0 else "alley")
        along = np.arange(-660.0, 661.0, 40.0)
        across = np.full_like(along, offset)
        for points in (np.column_stack([across, along]), np.column_stack([along, across])):
            line = shapely.LineString(plan.bent(points))
            for part in shapely.get_parts(line.intersection(inside)):
                yield Street(part, rank, "" if rank == "alley" else next(names))


def _outskirts() -> Iterator[Street]:
    """Yield the lanes of the villages and the county town, and the roads that lead there."""
    radials = [plan.ray(45 * number, plan.CITY_M, plan.OUTSIDE_M) for number in range(8)]
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
    for radial, north in ((radials[0], 0), (radials[1], 400)):
        line = shapely.LineString([radial.coords[-1], (x - 400, y + north)])
        yield Street(line, "secondary", "县乡公路", bridges=True)
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
            yield Street(line, street.rank, street.name, street.bridges, oneway=True)
