"""
What every indicator of the test town must be, worked out from its plan with plain arithmetic.

Nothing here draws, measures or searches; `town_reach` says how far circles, walks and drives
reach on a grid of blocks of side `s`.
"""

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from hetao.catalogue.entries import Version, entries
from hetao.catalogue.facilities import facility_kinds, required_radii
from hetao.demo import town
from hetao.demo.town import BLOCK_M, BLOCKS, Block, Place
from hetao.demo.town_reach import (
    BLOCK_M2,
    beside_m2,
    circled_m2,
    drive_m,
    driven_triangle_m2,
    offset,
    upto,
    walk_m,
    walked_m2,
)

SIDE_M = BLOCKS * BLOCK_M


@dataclass(frozen=True)
class Truth:
    """
    What an indicator is, for the town as a whole and in SI units.

    Attributes
    ----------
    value : float
        NaN where only bounds can be told.
    low, high : float
    """

    value: float
    low: float
    high: float


def town_truth(edition: str = "2025") -> dict[str, dict[str, Truth]]:
    """
    Return the truth of every indicator, by its id and variant.

    Parameters
    ----------
    edition : str
        The edition whose radii and limits count; indicators that are not in it are taken as
        their own edition sets them.
    """
    truth = {
        "road_network_density": _road_density(),
        "intersection_density": _intersections(),
        "dead_end_roads": {"official": _exactly(len(town.DEAD_ENDS) + 2)},  # and the two banks
        "missing_links": {"official": _exactly(1)},
        "fire_station_coverage": _fire(_parameters("fire_station_coverage", edition)),
        "football_pitch_coverage": _pitches(_parameters("football_pitch_coverage", edition)),
        "greenway_coverage": _greenway(_parameters("greenway_coverage", edition)),
        "park_service_coverage": _park(_parameters("park_service_coverage", edition)),
        "secondary_school_coverage": _service(
            town.SCHOOL, _parameters("secondary_school_coverage", edition)["radius_m"]
        ),
        "dwellings_above_18_storeys": _towers(),
        "low_rise_floor_area_share": {"official": _low_rise(town.homes())},
        "low_rise_new_floor_area_share": {
            "official": _low_rise([block for block in town.homes() if block[1] >= town.NEW_FROM])
        },
        # Of two communities the western one has every item that facilities can show.
        "complete_community_coverage": {"official": Truth(math.nan, 0.0, 0.5)},
    }
    for kind in facility_kinds().values():
        if kind.radius_m is not None:
            truth[f"facility_coverage.{kind.id}"] = _service(_stand(kind.id), kind.radius_m)
    for level in ("15", "10", "5"):
        # All required kinds stand at the centre but the school, and it serves all around:
        # the full set reaches as far as the kind that serves least.
        least = min(required_radii(level).values())
        full = _service(town.CENTRE, least)
        full["homes"] = _of_homes(_near(town.CENTRE, least), persons=False)
        truth[f"living_circle_{level}"] = full
        truth[f"living_circle_{level}_held"] = full
    return truth


def _exactly(value: float) -> Truth:
    return Truth(value, value, value)


def _parameters(indicator: str, edition: str) -> Mapping[str, Any]:
    version: Version | None = entries()[indicator].version(edition)
    if version is None:
        version = entries()[indicator].versions[0]
    return version.parameters


def _stand(kind: str) -> Place:
    return town.SCHOOL if kind == "junior_secondary_school" else town.CENTRE


def _service(place: Place, radius: float) -> dict[str, Truth]:
    """Return what facilities at one crossing serve."""
    land = len(town.homes()) * BLOCK_M2
    return {
        "official": _exactly(circled_m2(place, radius, town.homes()) / land),
        "network": _exactly(walked_m2(place, radius, town.homes()) / land),
        "people": _of_homes(_near(place, radius)),
    }


def _near(place: Place, radius: float) -> Callable[[Place], bool]:
    """Return whether a home lies within a walk of a crossing."""
    return lambda home: walk_m(home, place) <= radius


def _of_homes(served: Callable[[Place], bool], *, persons: bool = True) -> Truth:
    """Return the share of residents, or of dwellings, whose home is served."""
    total = reached = 0.0
    for block in town.homes():
        weight = town.persons(block) / 2 if persons else town.DWELLINGS
        for street in (block[1], block[1] + 1):
            total += weight
            reached += weight * served((block[0] + 0.5, street))
    return _exactly(reached / total)


def _road_density() -> dict[str, Truth]:
    """
    Return the length of streets ÷ the town's area.

    Of the streets northwards all but the westernmost lie inside, of those eastwards all but the
    outermost two; those three run along the outline and count ½. The expressway counts once. One
    street northwards has no class.
    """
    area = (town.MARGIN_M + SIDE_M + town.BELT_M) * (SIDE_M + 2 * town.MARGIN_M)
    cut_off = (len(town.GONE) + 1) * BLOCK_M - 2 * town.STUB_M
    ends = [*town.DEAD_ENDS, town.CUL_DE_SAC, town.SHORT]
    inner = BLOCKS * SIDE_M + (BLOCKS - 1) * SIDE_M - cut_off
    inner += SIDE_M + 2 * town.MARGIN_M
    inner += BLOCK_M * sum(abs(x1 - x0) + abs(y1 - y0) for (x0, y0), (x1, y1) in ends)
    edge = 3 * SIDE_M
    sure = inner - SIDE_M
    wide = sum(length for width, length in town.ALLEYS if width is not None and width >= 3.5)
    silent = sum(length for width, length in town.ALLEYS if width is None)
    return {
        "official": Truth((sure + edge / 2) / area, sure / area, (inner + edge) / area),
        "statistical": Truth(
            (sure + wide + edge / 2) / area,
            (sure + wide) / area,
            (inner + wide + silent + edge) / area,
        ),
    }


def _intersections() -> dict[str, Truth]:
    """
    Return crossings ÷ the town's area.

    (BLOCKS - 1)² crossings inside, 4 (BLOCKS - 1) where streets end at the outermost, none at the
    four corners, and one where each dead end leaves its street. Along the street without class
    nothing is known to cross but that it may.
    """
    area = (town.MARGIN_M + SIDE_M + town.BELT_M) * (SIDE_M + 2 * town.MARGIN_M)
    most = (BLOCKS - 1) ** 2 + 4 * (BLOCKS - 1) + len(town.DEAD_ENDS) + 2
    sure = most - (BLOCKS + 1)
    return {"official": Truth(sure / area, sure / area, most / area)}


def _fire(parameters: Mapping[str, Any]) -> dict[str, Truth]:
    """
    Return the land and people that the station in the centre serves.

    Its circle is πr² of land that is built upon throughout. Engines: the triangle of a block
    that joins a street `x` metres along it grows like the triangle's width, x² / 2 up to its
    middle; both streets at the near corner begin `d` away, both far ones `d + s`.
    """
    limit = parameters["drive_s"] * town.SPEED_KMH / 3.6
    built = [
        (a, b) for a in range(BLOCKS) for b in range(BLOCKS) if (a, b) not in town.RIVER
    ]  # fmt: skip
    land = len(built) * BLOCK_M2
    driven = 0.0
    for block in built:
        rest = limit - BLOCK_M * sum(offset(block, town.STATION))
        driven += 2 * driven_triangle_m2(rest) + 2 * driven_triangle_m2(rest - BLOCK_M)
    return {
        "official": _exactly(parameters["service_area_m2"]["first"] / land),
        "network": _exactly(driven / land),
        "people": _of_homes(lambda home: drive_m(home, town.STATION) <= limit),
    }


def _pitches(parameters: Mapping[str, Any]) -> dict[str, Truth]:
    """Return what the pitches serve; but for two on one spot they lie too far apart to overlap."""
    radii: dict[Place, float] = {}
    for kind, place in town.PITCHES:
        radii[place] = max(radii.get(place, 0.0), parameters["radii_m"][kind])
    land = len(town.homes()) * BLOCK_M2
    blocks = town.homes()
    return {
        "official": _exactly(
            sum(circled_m2(place, radius, blocks) for place, radius in radii.items()) / land
        ),
        "network": _exactly(
            sum(walked_m2(place, radius, blocks) for place, radius in radii.items()) / land
        ),
        "people": _of_homes(
            lambda home: any(walk_m(home, place) <= radius for place, radius in radii.items())
        ),
    }


def _park(parameters: Mapping[str, Any]) -> dict[str, Truth]:
    """
    Return what the park serves: all around it are homes.

    Within `r` of its outline lie 4 s r + πr²; the walk is to its gate, and the park itself, a
    block at the gate, is no residential land.
    """
    land = len(town.homes()) * BLOCK_M2
    least, most = next(
        (row[1], row[2]) for row in parameters["radii_m"] if row[0] <= BLOCK_M2
    )  # fmt: skip

    def around(radius: float) -> float:
        return (4 * BLOCK_M * radius + math.pi * radius**2) / land

    def walked(radius: float) -> float:
        return walked_m2(town.PARK_GATE, radius, town.homes()) / land

    def people(radius: float) -> float:
        return _of_homes(_near(town.PARK_GATE, radius)).value

    shares = {"official": around, "network": walked, "people": people}
    truth = {
        variant: Truth(share(least), share(least), share(most)) for variant, share in shares.items()
    }
    return truth | {"gbt_51346": _exactly(around(parameters["radius_m"]))}


def _greenway(parameters: Mapping[str, Any]) -> dict[str, Truth]:
    """
    Return what the greenway along a street serves.

    Straight: a rectangle 2 r wide and two half discs, less the blocks that are no homes. On
    foot: beyond its ends as from a crossing; beside it one walks to the nearer side of the block.
    """
    radius = parameters["radius_m"]
    land = len(town.homes()) * BLOCK_M2
    (first, street), (last, _) = town.GREENWAY
    straight = walked = 0.0
    for block in town.homes():
        a, b = block
        end = first if a < first else last
        beside = first <= a < last
        low, high = (b - street) * BLOCK_M, (b + 1 - street) * BLOCK_M
        if beside:
            straight += BLOCK_M * (upto(high + radius, 2 * radius) - upto(low + radius, 2 * radius))
            walked += beside_m2(radius - BLOCK_M * offset(block, (end, street))[1])
        else:
            straight += circled_m2((end, street), radius, [block])
            walked += walked_m2((end, street), radius, [block])

    def served(home: Place) -> bool:
        nearest = min(max(home[0], first), last)
        metres = walk_m(home, (nearest, street)) + _to_crossing(home, street)
        return bool(metres <= radius)

    return {
        "official": _exactly(straight / land),
        "network": _exactly(walked / land),
        "people": _of_homes(served),
    }


def _to_crossing(home: Place, street: float) -> float:
    """Return the half block that a home beside the greenway walks before it can turn."""
    (first, _), (last, _) = town.GREENWAY
    return BLOCK_M / 2 if home[1] != street and first < home[0] < last else 0.0


def _towers() -> dict[str, Truth]:
    """Return two slabs of 24 storeys, two of 18, and two that may be as high."""
    return {"official": Truth(2, 2, 4), "loose": Truth(4, 4, 6)}


def _low_rise(blocks: Iterable[Block]) -> Truth:
    """
    Return the floor area in slabs of at most 6 storeys; all slabs are equally large.

    Slabs of unknown storeys may be 1 to 33 storeys high: at worst 33, at best 6.
    """
    every = [town.storeys(block) for block in blocks]
    known = [storeys for storeys in every if storeys is not None]
    low = sum(storeys for storeys in known if storeys <= 6)
    silent = len(every) - len(known)
    return Truth(
        low / sum(known),
        low / (sum(known) + 33 * silent),
        (low + 6 * silent) / (sum(known) + 6 * silent),
    )
