"""A street network under construction: nodes, and edges that can still be cut."""

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Self

import numpy as np
import numpy.typing as npt
import shapely

from hetao.geo.vertices import Float64, Int64


@dataclass(frozen=True, eq=False)
class Draft:
    """
    Nodes and straight edges before lengths and costs are known.

    Attributes
    ----------
    xy : array of float, (nodes, 2)
    id : array of int
        The source's node id, or -1.
    ends : array of int, (edges, 2)
        The nodes at both ends of each edge.
    feature, which, level : arrays of int, one per edge
        As in `Vertices`.
    """

    xy: Float64
    id: Int64
    ends: Int64
    feature: Int64
    which: Int64
    level: Int64

    @cached_property
    def lines(self) -> npt.NDArray[np.object_]:
        """Return each edge as a line of two points."""
        return np.asarray(shapely.linestrings(self.xy[self.ends]))

    def with_nodes(self, xy: Float64, id_: Int64) -> Self:
        """Return the draft with nodes appended."""
        return replace(self, xy=np.concatenate([self.xy, xy]), id=np.concatenate([self.id, id_]))

    def cut(self, edge: Int64, share: Float64, before: Int64, after: Int64) -> Self:
        """
        Return the draft with edges cut at shares of their length.

        Up to a cut the edge leads to node `before`, from there on it starts at node `after`: the
        same node where it is only divided, another where it is severed.
        """
        count = len(self.ends)
        order = np.lexsort((share, edge))
        whole = np.arange(count)
        # one row per piece: each edge's beginning, then its cuts in order
        owner = np.concatenate([whole, edge[order]])
        begins = np.concatenate([self.ends[:, 0], after[order]])
        arranged = np.argsort(owner, kind="stable")
        owner, begins = owner[arranged], begins[arranged]
        stops = np.concatenate([before[order], self.ends[:, 1]])
        stop_owner = np.concatenate([edge[order], whole])
        stops = stops[np.argsort(stop_owner, kind="stable")]
        return replace(
            self,
            ends=np.column_stack([begins, stops]),
            feature=self.feature[owner],
            which=self.which[owner],
            level=self.level[owner],
        )
