"""Which one-way roads are the two halves of one road."""

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from hetao.indicators.parallel_lines import Ints, Segments, cut, parallel_stretches, segments_of


@dataclass(frozen=True)
class CarriagewayRule:
    """
    Which one-way roads are the two halves of one road.

    Attributes
    ----------
    gap_m : float
        How far apart their centre lines may be.
    angle_deg : float
        How far their directions may differ from opposite.
    """

    gap_m: float = 40.0
    angle_deg: float = 25.0


def carriageway_pieces(
    roads: gpd.GeoDataFrame, rule: CarriagewayRule
) -> tuple[Segments, NDArray[np.float64]]:
    """
    Return the straight pieces of roads and the weight of each.

    Parameters
    ----------
    roads : GeoDataFrame
        The register `roads`, in metres.

    Returns
    -------
    pieces : Segments
        Their owner is the row of the road.
    weight : array of float
        ½ where the piece is one of two carriageways, else 1.
    """
    pieces = segments_of(roads.geometry)
    declared = roads["dual_carriageway"].astype("boolean")
    ring = flags(roads["roundabout"])
    oneway = roads["oneway"].isin(["forward", "backward"]).to_numpy() & ~ring
    paired = oneway & ~(declared == False).fillna(False).to_numpy()  # noqa: E712  (missing is not False)
    rows = np.flatnonzero(paired[pieces.owner])
    candidates = pieces.take(rows)
    backward = (roads["oneway"] == "backward").fillna(False).to_numpy(dtype=bool)
    travelled = candidates.reversed_where(backward[candidates.owner])
    stretches = parallel_stretches(
        travelled,
        travelled,
        _partners(roads, travelled, rule.gap_m),
        gap_m=rule.gap_m,
        angle_deg=rule.angle_deg,
        opposed=True,
    )
    halves, inside, _ = cut(travelled, stretches)
    others = pieces.take(np.flatnonzero(~paired[pieces.owner]))
    xy = np.vstack([halves.xy, others.xy])
    owner = np.concatenate([halves.owner, others.owner])
    half = np.concatenate([inside, np.zeros(len(others), dtype=bool)])
    half |= flags(declared)[owner]
    order = np.argsort(owner, kind="stable")
    return Segments(xy[order], owner[order]), np.where(half[order], 0.5, 1.0)


def _partners(roads: gpd.GeoDataFrame, pieces: Segments, gap_m: float) -> tuple[Ints, Ints]:
    """Return pairs of pieces of different roads that may be carriageways of one road."""
    if not len(pieces):
        return np.empty(0, dtype=np.intp), np.empty(0, dtype=np.intp)
    lines = pieces.lines
    one, other = shapely.STRtree(lines).query(lines, predicate="dwithin", distance=gap_m)
    classes = pd.factorize(roads["class"])[0][pieces.owner]
    names = pd.factorize(roads["name"])[0][pieces.owner]  # -1: no name
    fits = (pieces.owner[one] != pieces.owner[other]) & (classes[one] == classes[other])
    fits &= (names[one] == names[other]) | (names[one] < 0) | (names[other] < 0)
    return one[fits], other[fits]


def flags(column: pd.Series) -> NDArray[np.bool_]:
    """Return a column of yes and no as an array; unknown is no."""
    return column.astype("boolean").fillna(False).to_numpy(dtype=bool)
