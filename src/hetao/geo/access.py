"""How far the nearest facilities are along the streets, which they are, and how many are near."""

from collections.abc import Mapping
from threading import Lock

import numpy as np
import numpy.typing as npt

from hetao.errors import UserError
from hetao.geo.compilation import announced
from hetao.geo.join import Places
from hetao.geo.prepared import (
    Reach,
    bucket_shift,
    in_threads,
    pieces_of_work,
    require_limit,
    taken,
    threads,
)
from hetao.geo.search import Spots, add_in_order, count_of_kind, nearest_of_kind
from hetao.geo.several import k_of_kind
from hetao.geo.spots import spots_of, stand_of

Float64 = npt.NDArray[np.float64]
Int32 = npt.NDArray[np.int32]
Int64 = npt.NDArray[np.int64]


def nearest(reach: Reach, origins: Places, facilities: Mapping[str, Places], limit: int) -> Float64:
    """
    Return how far each origin is from the nearest facility of each kind.

    Parameters
    ----------
    reach : Reach
    origins : Places
    facilities : mapping of str to Places
        By kind.
    limit : int
        Farthest way that counts: millimetres on foot, milliseconds driving.

    Returns
    -------
    array of float, (origins, kinds)
        Metres or seconds; infinity where there is none within `limit`.

    Raises
    ------
    UserError
        If `limit` is negative or beyond 500 km (149 hours).
    """
    return _nearest(reach, origins, facilities, limit, asking_which=False)[0]


def nearest_which(
    reach: Reach, origins: Places, facilities: Mapping[str, Places], limit: int
) -> Int64:
    """
    Return which facility of each kind is nearest to each origin, as `nearest` measures.

    Returns
    -------
    array of int, (origins, kinds)
        The owner; the lowest of those equally near; -1 where there is none within `limit`.

    Raises
    ------
    UserError
        If `limit` is negative or beyond 500 km (149 hours).
    """
    _, owners = _nearest(reach, origins, facilities, limit, asking_which=True)
    return owners.astype(np.int64)


def count_within(
    reach: Reach, origins: Places, facilities: Mapping[str, Places], limit: int
) -> Int32:
    """
    Return how many facilities of each kind lie within `limit` of each origin.

    Returns
    -------
    array of int, (origins, kinds)
        Owners, each counted once however many places it has.

    Raises
    ------
    UserError
        If `limit` is negative or beyond 500 km (149 hours).
    """
    require_limit(limit)
    counts = np.zeros((len(facilities), len(origins)), np.int32)
    with announced():
        stand = stand_of(reach.graph, spots_of(reach.network, reach.chains, origins))
        tasks = pieces_of_work(reach, facilities, pieces=4 * threads())
        shift = bucket_shift(limit)

        locks = [Lock() for _ in facilities]

        def work(task: tuple[int, Spots, Int32]) -> None:
            kind, spots, groups = task
            found = np.zeros(len(stand.order), np.int32)
            count_of_kind(reach.graph, stand, spots, groups, limit, shift, found)
            with locks[kind]:
                add_in_order(counts[kind], found, stand.order)

        list(in_threads(work, tasks))
    return counts.T


def k_nearest(
    reach: Reach, origins: Places, facilities: Places, k: int, limit: int
) -> tuple[Float64, Int64]:
    """
    Return how far the `k` nearest facilities of one kind are, and which they are.

    Returns
    -------
    distances : array of float, (origins, k)
        Metres or seconds, nearest first; infinity where there are fewer within `limit`.
    owners : array of int, (origins, k)
        Each owner once, the lower first of those equally near; -1 where there are fewer.

    Raises
    ------
    UserError
        If `limit` is negative or beyond 500 km (149 hours), or `k` is not positive.
    """
    require_limit(limit)
    if k < 1:
        raise UserError("bad_count", {"count": k})
    none = np.iinfo(np.int64).max
    kept = np.full((len(origins), k), none)
    with announced():
        stand = stand_of(reach.graph, spots_of(reach.network, reach.chains, origins))
        shift = bucket_shift(limit)

        def work(task: tuple[int, Spots, Int32]) -> Int64:
            found = np.full((len(stand.order), k), none)
            k_of_kind(reach.graph, stand, *task[1:], limit, shift, found)
            return found

        for found in in_threads(work, pieces_of_work(reach, {"": facilities}, pieces=threads())):
            both = np.concatenate([kept[stand.order], found], axis=1)
            kept[stand.order] = np.sort(both, axis=1)[:, :k]
    there = kept < none
    return (
        np.where(there, (kept >> 32) * 0.001, np.inf),
        np.where(there, kept & 0xFFFFFFFF, -1),
    )


def _nearest(
    reach: Reach,
    origins: Places,
    facilities: Mapping[str, Places],
    limit: int,
    *,
    asking_which: bool,
) -> tuple[Float64, Int32]:
    require_limit(limit)
    distances = np.empty((len(facilities), len(origins)))
    owners = np.empty((len(facilities), len(origins) if asking_which else 0), np.int32)
    with announced():
        stand = stand_of(reach.graph, spots_of(reach.network, reach.chains, origins))
        shift = bucket_shift(limit)

        def work(task: tuple[int, Places]) -> None:
            kind, places = task
            spots = spots_of(reach.network, reach.chains, places)
            spots = taken(spots, np.argsort(spots.chain))
            found = distances[kind], owners[kind]
            nearest_of_kind(reach.graph, stand, spots, limit, shift, 0.001, *found)

        list(in_threads(work, enumerate(facilities.values())))
    return distances.T, owners.T
