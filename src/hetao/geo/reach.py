"""
How far things are along the streets: the nearest, how many, and what is covered.

Everything is counted in whole millimetres on foot and milliseconds driving, so `limit` is too.
On foot the straight legs between things and streets are part of the way; driving, they are left
out, since nobody drives them.
"""

from hetao.geo.access import count_within, k_nearest, nearest, nearest_which
from hetao.geo.coverage import Reached, reached_edges
from hetao.geo.prepared import Reach, prepare

__all__ = [
    "Reach",
    "Reached",
    "count_within",
    "k_nearest",
    "nearest",
    "nearest_which",
    "prepare",
    "reached_edges",
]
