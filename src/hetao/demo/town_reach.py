"""
How far circles, walks and drives reach on the grid of the test town, by arithmetic.

With streets without width and services at crossings, three ideas are enough:

*Circles.* A facility of radius `r` serves the part of each block of homes that its circle holds;
`disc_in_box` is the elementary integral of √(r² - x²). A circle among homes alone gives πr².

*Walks.* Land joins the nearest street. Take the block whose corner nearest to the facility is
`d` metres of street away, and put `a` and `b` for the distances from the two streets at that
corner. The two triangles of the block that join those streets are `d + a + b` away; the two
others join the far streets and are `d + 2s - a + b` or `d + 2s + a - b` away. So of the block
`½ min(t, s)² + ½ min(t - s, s)²` lies within `r`, with `t = r - d`; summed over all blocks that
is 2r² where `r` is a multiple of `s`: a diamond.

*Homes.* A slab stands at the middle of its street and 40 m from it, so its walk is 40 m plus
|dx| + |dy|. Engines drive |dx| + |dy|.
"""

import math
from collections.abc import Iterable

from hetao.demo.town import BLOCK_M, LEG_M, Block, Place

BLOCK_M2 = BLOCK_M**2


def disc_in_box(radius: float, low: Place, high: Place) -> float:
    """
    Return the area that a disc around (0, 0) and a box share.

    Examples
    --------
    >>> round(disc_in_box(2.0, (-3, -3), (3, 3)) / math.pi, 9)
    4.0
    >>> round(disc_in_box(5.0, (1, 1), (3, 4)), 9)
    6.0
    """
    (x0, y0), (x1, y1) = low, high

    def corner(x: float, y: float) -> float:
        """Return the signed area of the disc between the axes and (x, y)."""
        sign = math.copysign(1, x) * math.copysign(1, y)
        x, y = min(abs(x), radius), min(abs(y), radius)
        under = min(x, math.sqrt(radius**2 - y**2))  # up to here the disc is higher than y
        return sign * (under * y + _arc(radius, x) - _arc(radius, under))

    return corner(x1, y1) - corner(x0, y1) - corner(x1, y0) + corner(x0, y0)


def _arc(radius: float, x: float) -> float:
    """Return ∫₀ˣ √(r² - u²) du."""
    return (x * math.sqrt(radius**2 - x**2) + radius**2 * math.asin(x / radius)) / 2


def walk_m(home: Place, place: Place) -> float:
    """Return how far a home at this place of a street walks to a crossing."""
    return LEG_M + drive_m(home, place)


def drive_m(home: Place, place: Place) -> float:
    """Return how far it is by street from the street before a home to a crossing."""
    return BLOCK_M * (abs(home[0] - place[0]) + abs(home[1] - place[1]))


def walked_m2(place: Place, radius: float, blocks: Iterable[Block]) -> float:
    """Return how much of the blocks lies within a walk of a crossing."""
    total = 0.0
    for block in blocks:
        rest = radius - BLOCK_M * sum(offset(block, place))
        total += (upto(rest, BLOCK_M) ** 2 + upto(rest - BLOCK_M, BLOCK_M) ** 2) / 2
    return total


def upto(value: float, most: float) -> float:
    """Return a value held between 0 and the most."""
    return min(max(value, 0.0), most)


def offset(block: Block, place: Place) -> tuple[float, float]:
    """Return how many blocks the nearest corner of a block is east or west, north or south."""
    across, along = (
        at - begin if at >= begin else begin - 1 - at
        for at, begin in zip(block, place, strict=True)
    )
    return across, along


def circled_m2(place: Place, radius: float, blocks: Iterable[Block]) -> float:
    """Return how much of the blocks lies within a circle around a crossing."""
    return sum(
        disc_in_box(
            radius,
            ((a - place[0]) * BLOCK_M, (b - place[1]) * BLOCK_M),
            ((a + 1 - place[0]) * BLOCK_M, (b + 1 - place[1]) * BLOCK_M),
        )
        for a, b in blocks
    )


def driven_triangle_m2(along: float) -> float:
    """Return the part of a block's triangle that joins its street up to here."""
    along = upto(along, BLOCK_M)
    half = BLOCK_M / 2
    return along**2 / 2 if along <= half else half**2 - (BLOCK_M - along) ** 2 / 2


def beside_m2(rest: float) -> float:
    """
    Return how much of a block beside the greenway lies within the walk.

    `rest` is what is left of the walk at the block's near street. The triangle at that street
    walks to the nearer corner, a + b; those at the sides walk b down them, a + b; the far one
    walks round, s more.
    """
    near = 2 * (_half_triangle(rest) + _half_triangle(rest - BLOCK_M))
    return near + upto(rest, BLOCK_M) ** 2 / 2


def _half_triangle(rest: float) -> float:
    """Return the area with b ≤ a ≤ s/2 and a + b ≤ rest."""
    rest = upto(rest, BLOCK_M)
    if rest <= BLOCK_M / 2:
        return rest**2 / 4
    return BLOCK_M2 / 8 - (BLOCK_M - rest) ** 2 / 4
