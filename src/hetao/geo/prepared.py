"""A network prepared for searching, and how a search is spread over the processor's cores."""

import math
import os
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from hetao.errors import Tell, UserError, quiet
from hetao.geo.compilation import announced
from hetao.geo.contraction import LONGEST, Chains, contract
from hetao.geo.join import Places
from hetao.geo.search import Graph, Spots, arcs_of
from hetao.geo.spots import spots_of
from hetao.geo.streets import StreetNetwork

Int32 = npt.NDArray[np.int32]
Task = TypeVar("Task")
Result = TypeVar("Result")


@dataclass(frozen=True, eq=False)
class Reach:
    """A network prepared for searching."""

    network: StreetNetwork
    chains: Chains
    graph: Graph

    def reversed(self) -> "Reach":
        """Return the reach of travelling the other way: from facilities to origins."""
        network, chains = self.network, self.chains
        if np.array_equal(network.edge_forward, network.edge_backward):
            return self
        turned = replace(
            chains,
            costs=chains.costs[:, ::-1].copy(),
            edge_start=chains.edge_start[:, [0, 2, 1]].copy(),
        )
        swapped = replace(
            network, edge_forward=network.edge_backward, edge_backward=network.edge_forward
        )
        return Reach(swapped, turned, _graph(turned))


def prepare(network: StreetNetwork, *, tell: Tell = quiet) -> Reach:
    """
    Return `network` prepared for searching.

    The first call on a machine compiles the search, which takes a few seconds; `tell` hears of
    it as the stage "compile", or else standard error does.
    """
    with announced(tell):
        chains = contract(network)
        return Reach(network, chains, _graph(chains))


def pieces_of_work(
    reach: Reach, facilities: Mapping[str, Places], *, pieces: int
) -> list[tuple[int, Spots, Int32]]:
    """Return pieces of work of about equal size: kind, its places by owner, their groups."""
    total = sum(len(places) for places in facilities.values())
    share = max(-(-total // pieces), 64)
    tasks = []
    for kind, places in enumerate(facilities.values()):
        spots = spots_of(reach.network, reach.chains, places)
        order = np.lexsort((spots.chain, spots.owner))
        # owners in the order of their chains: what is searched in turn lies close together
        begins = np.diff(spots.owner[order], prepend=-1) != 0
        first_chain = spots.chain[order][begins][np.cumsum(begins) - 1]
        spots = taken(
            spots, order[np.lexsort((spots.chain[order], spots.owner[order], first_chain))]
        )
        starts = np.flatnonzero(np.diff(spots.owner, prepend=-1)).astype(np.int32)
        groups = np.append(starts, np.int32(len(order)))
        for at in range(0, len(starts), share):
            tasks.append((kind, spots, groups[at : at + share + 1].copy()))
    return sorted(tasks, key=lambda task: -len(task[2]))


def taken(spots: Spots, rows: npt.NDArray[np.intp]) -> Spots:
    """Return the places at these rows."""
    return Spots(*(column[rows] for column in spots))


def in_threads(work: Callable[[Task], Result], tasks: Iterable[Task]) -> Iterable[Result]:
    """Return what `work` makes of each task, in their order, on all cores."""
    with ThreadPoolExecutor(threads()) as pool:
        return list(pool.map(work, tasks))


def threads() -> int:
    """Return how many cores there are."""
    return os.cpu_count() or 1


def _graph(chains: Chains) -> Graph:
    standing = np.arange(chains.junctions, dtype=np.int32)
    ends = np.concatenate([chains.ends, np.column_stack([standing, standing])])
    return Graph(*arcs_of(chains.junctions, chains.ends, chains.costs), ends, chains.costs)


def bucket_shift(limit: int) -> int:
    """Return the power of two whose size splits the limit into some sixty buckets."""
    return max(math.ceil(math.log2(max(limit, 1) / 64)), 0)


def require_limit(limit: int) -> None:
    """
    Refuse a limit that cannot be searched to.

    Raises
    ------
    UserError
        If `limit` is negative or beyond 500 km (149 hours).
    """
    if not 0 <= limit <= LONGEST:
        raise UserError("bad_limit", {"limit": limit, "longest": LONGEST})
