"""
Race hetao's reach against SciPy, networkx and pandana on one network with the same 20 kinds.

    uv run --group bench python benchmarks/reach.py [--nodes N | --pbf FILE] [--shape street|grid]
                                                    [--json] [--peers scipy,networkx,pandana]

Every node is an origin, and facilities stand on nodes, since that is all that the peers can do.
Two questions: the nearest of each kind within 1,500 m, and how many within 1,000 m. A ratio is
the peer's preparation and answer over ours, our code being compiled. SciPy and networkx count
from the facilities (the fast way round); where a full run would take too long they answer for a
sample and their time is scaled up, which `sampled` tells. A peer that is not installed is
reported as absent.
"""

import argparse
import importlib.util
import json
import multiprocessing
import os
import resource
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from networks import made, read_pbf

from hetao.geo.join import Places
from hetao.geo.reach import count_within, nearest, prepare

NEAREST_M, COUNT_M = 1500, 1000
PANDANA_SECONDS = 600
SAMPLED_ABOVE = 250_000  # nodes
HEIDELBERG = (
    Path(__file__).resolve().parents[2]
    / "shared/data/heidelberg_streets/heidelberg_streets.osm.pbf"
)


@dataclass
class Answer:
    """What an engine said, how long it took, and for which share of the question."""

    seconds: dict[str, float] = field(default_factory=dict)
    nearest: dict[int, np.ndarray] = field(default_factory=dict)  # by kind
    counts: dict[int, np.ndarray] = field(default_factory=dict)
    sampled: dict[str, float] = field(default_factory=dict)
    note: str = ""


class Watch:
    """Time a block."""

    def __enter__(self):
        self.start = time.perf_counter()
        return self

    def __exit__(self, *_):
        self.seconds = time.perf_counter() - self.start


def ask_hetao(network, kinds, repeats):
    """Answer `repeats` times and keep the fastest of each; the first run compiles."""
    answer = Answer()
    nodes = np.arange(len(network.node_x))
    runs = []
    for _ in range(repeats + 1):
        with Watch() as preparing:
            reach = prepare(network)
            origins = Places.at_nodes(network, nodes)
            facilities = {str(k): Places.at_nodes(network, at) for k, at in kinds.items()}
        with Watch() as searching:
            distances = nearest(reach, origins, facilities, NEAREST_M * 1000)
        with Watch() as counting:
            counts = count_within(reach, origins, facilities, COUNT_M * 1000)
        runs.append((preparing.seconds, searching.seconds, counting.seconds))
    answer.seconds["first run"] = sum(runs[0])
    fastest = np.min(runs[1:], axis=0)
    answer.seconds |= dict(zip(("prepare", "nearest", "counts"), fastest, strict=True))
    answer.nearest = {kind: distances[:, kind] for kind in kinds}
    answer.counts = {kind: counts[:, kind] for kind in kinds}
    return answer


def shortest_edges(network):
    """Return the edges without loops, only the shortest of those between the same nodes."""
    ends = np.sort(np.column_stack([network.edge_from, network.edge_to]), axis=1).astype(np.int64)
    order = np.lexsort((network.edge_mm, ends[:, 1], ends[:, 0]))
    ends, metres = ends[order], network.edge_mm[order] / 1000
    first = np.r_[True, (np.diff(ends, axis=0) != 0).any(axis=1)] & (ends[:, 0] != ends[:, 1])
    return ends[first, 0], ends[first, 1], np.maximum(metres[first], 1e-9)


def ask_scipy(network, kinds, repeats):
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import dijkstra

    answer, nodes = Answer(), len(network.node_x)
    seconds = []
    for _ in range(repeats):
        with Watch() as preparing:
            start, stop, metres = shortest_edges(network)  # SciPy would add parallel edges up
            graph = csr_array(
                (np.r_[metres, metres], (np.r_[start, stop], np.r_[stop, start])), (nodes, nodes)
            )
        with Watch() as searching:
            for kind, at in kinds.items():
                answer.nearest[kind] = dijkstra(graph, indices=at, min_only=True, limit=NEAREST_M)
        seconds.append((preparing.seconds, searching.seconds))
    fastest = np.min(seconds, axis=0)
    answer.seconds |= dict(zip(("prepare", "nearest"), fastest, strict=True))
    chunk = max(int(2e7 / nodes), 1)
    sample, share = counted_sample(kinds, nodes, 400)
    with Watch() as counting:
        for kind, at in sample.items():
            found = np.zeros(nodes, np.int32)
            for begin in range(0, len(at), chunk):
                ways = dijkstra(graph, indices=at[begin : begin + chunk], limit=COUNT_M)
                found += np.isfinite(ways).sum(axis=0, dtype=np.int32)
            answer.counts[kind] = found
    answer.seconds["counts"] = counting.seconds / share
    if share < 1:
        answer.sampled["counts"] = share
    return answer


def counted_sample(kinds, nodes, few):
    """Return all kinds of a small network; else some kinds that have `few` facilities in all."""
    total = sum(map(len, kinds.values()))
    if nodes <= SAMPLED_ABOVE and few >= 400:
        return kinds, 1.0
    sample, taken = {}, 0
    for kind in sorted(kinds, key=lambda kind: abs(len(kinds[kind]) - few / 4)):
        if taken and taken + len(kinds[kind]) > few:
            break
        sample[kind] = kinds[kind]
        taken += len(kinds[kind])
    return sample, taken / total


def ask_networkx(network, kinds, edges):
    import networkx as nx

    answer, nodes = Answer(), len(network.node_x)
    with Watch() as preparing:
        graph = nx.Graph()
        graph.add_nodes_from(range(nodes))
        graph.add_weighted_edges_from(zip(*(column.tolist() for column in edges), strict=True))
    chosen = list(kinds)[:: 1 if nodes < 20_000 else 5]
    with Watch() as searching:
        for kind in chosen:
            ways = nx.multi_source_dijkstra_path_length(
                graph, set(kinds[kind].tolist()), cutoff=NEAREST_M
            )
            found = np.full(nodes, np.inf)
            found[list(ways)] = list(ways.values())
            answer.nearest[kind] = found
    sample, share = counted_sample(kinds, nodes, 200)
    with Watch() as counting:
        for kind, at in sample.items():
            counts = np.zeros(nodes, np.int32)
            for facility in at.tolist():
                ways = nx.single_source_dijkstra_path_length(graph, facility, cutoff=COUNT_M)
                counts[list(ways)] += 1
            answer.counts[kind] = counts
    kinds_share = len(chosen) / len(kinds)
    answer.seconds = {
        "prepare": preparing.seconds,
        "nearest": searching.seconds / kinds_share,
        "counts": counting.seconds / share,
    }
    answer.sampled = {"nearest": kinds_share, "counts": share}
    return answer


def ask_pandana(network, kinds, edges):
    """Answer in a process of its own: contracting a dense grid may not come to an end."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "answer.npz"
        process = multiprocessing.get_context("fork").Process(
            target=_pandana, args=(network, kinds, edges, file)
        )
        process.start()
        process.join(PANDANA_SECONDS)
        if process.is_alive():
            process.kill()
            process.join()
        if not file.exists():
            return Answer(note=f"gave no answer within {PANDANA_SECONDS} s")
        found = np.load(file)
    return Answer(
        seconds=dict(zip(("prepare nearest", "nearest", "prepare counts", "counts"),
                         found["seconds"].tolist(), strict=True)),
        nearest=dict(enumerate(found["nearest"])),
        counts=dict(enumerate(found["counts"])),
    )  # fmt: skip


def _pandana(network, kinds, edges, file):
    os.dup2(2, 1)  # pandana talks on standard output
    import pandana
    import pandas as pd

    start, stop, metres = edges
    x, y = pd.Series(network.node_x), pd.Series(network.node_y)
    seconds, distances, counts = [], [], []
    with Watch() as preparing:
        graph = _pandana_network(pandana, pd, (x, y, start, stop, metres))
        graph.precompute(NEAREST_M)
    seconds.append(preparing.seconds)
    with Watch() as searching:
        for kind, at in kinds.items():
            graph.set_pois(str(kind), NEAREST_M, 1, x.iloc[at], y.iloc[at])
            found = graph.nearest_pois(NEAREST_M, str(kind), num_pois=1, max_distance=1e9)
            distances.append(found[1].to_numpy())
    seconds.append(searching.seconds)
    with Watch() as preparing:
        graph = _pandana_network(pandana, pd, (x, y, start, stop, metres))
        graph.precompute(COUNT_M)
    seconds.append(preparing.seconds)
    with Watch() as counting:
        for kind, at in kinds.items():
            graph.set(pd.Series(at), name=str(kind))
            counts.append(graph.aggregate(COUNT_M, type="count", name=str(kind)).to_numpy())
    seconds.append(counting.seconds)
    distances = np.array(distances)
    distances[distances > NEAREST_M] = np.inf
    np.savez(file, seconds=seconds, nearest=distances, counts=np.array(counts))


def _pandana_network(pandana, pd, parts):
    x, y, start, stop, metres = parts
    return pandana.Network(x, y, pd.Series(start), pd.Series(stop), pd.DataFrame({"m": metres}))


def agreement(ours, theirs, tolerance_m, odd_share):
    """Say how far two answers are apart, and whether that is within what rounding explains."""
    worst, reach_differs, counts_differ, cells = 0.0, 0, 0, [0, 0]
    for kind, distances in theirs.nearest.items():
        mine = ours.nearest[kind]
        both = np.isfinite(mine) & np.isfinite(distances)
        worst = max(worst, float(np.abs(mine[both] - distances[both]).max(initial=0)))
        reach_differs += int((np.isfinite(mine) != np.isfinite(distances)).sum())
        cells[0] += len(mine)
    for kind, counts in theirs.counts.items():
        counts_differ += int((ours.counts[kind] != counts).sum())
        cells[1] += len(counts)
    return {
        "largest difference m": round(worst, 6),
        "reach differs": reach_differs / max(cells[0], 1),
        "counts differ": counts_differ / max(cells[1], 1),
        "agree": worst <= tolerance_m
        and reach_differs <= odd_share * cells[0]
        and counts_differ <= max(odd_share, 1e-9) * 100 * cells[1],
    }


def ratios(ours, theirs):
    """Return the peer's time over ours, preparation counted in on both sides."""
    return {
        question: round(
            (theirs.seconds.get(f"prepare {question}", theirs.seconds.get("prepare", 0))
             + theirs.seconds[question])
            / (ours.seconds["prepare"] + ours.seconds[question]), 1)
        for question in ("nearest", "counts") if question in theirs.seconds
    }  # fmt: skip


def race(network, peers, repeats):
    nodes = len(network.node_x)
    rng = np.random.default_rng(20)
    sizes = np.maximum(np.geomspace(nodes / 20_000, nodes / 60, 20).astype(int), 1)
    kinds = {kind: rng.choice(nodes, size, replace=False) for kind, size in enumerate(sizes)}
    ours = ask_hetao(network, kinds, repeats)
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    edges = shortest_edges(network)
    result = {
        "nodes": nodes,
        "edges": len(network.edge_from),
        "facilities": int(sizes.sum()),
        "peak_mb": round(peak_mb),
        "ratios": {},
        "agree": True,
        "seconds": {"hetao": ours.seconds},
        "differences": {},
        "sampled": {},
        "absent": {},
    }
    askers = {
        "scipy": lambda: ask_scipy(network, kinds, min(repeats, 3)),
        "networkx": lambda: ask_networkx(network, kinds, edges),
        "pandana": lambda: ask_pandana(network, kinds, edges),
    }
    tolerances = {"scipy": (0.001, 1e-5), "networkx": (0.001, 1e-5), "pandana": (0.2, 1e-4)}
    for peer in peers:
        if importlib.util.find_spec(peer) is None:
            result["absent"][peer] = "not installed"
            continue
        theirs = askers[peer]()
        if theirs.note:
            result["absent"][peer] = theirs.note
            continue
        result["seconds"][peer] = theirs.seconds
        result["ratios"][peer] = ratios(ours, theirs)
        result["differences"][peer] = agreement(ours, theirs, *tolerances[peer])
        result["agree"] &= result["differences"][peer]["agree"]
        if theirs.sampled:
            result["sampled"][peer] = theirs.sampled
    return rounded(result)


def rounded(value):
    if isinstance(value, dict):
        return {key: rounded(item) for key, item in value.items()}
    return float(f"{value:.4g}") if isinstance(value, float) else value


def main():
    parser = argparse.ArgumentParser(description=__doc__.strip().splitlines()[0])
    source = parser.add_mutually_exclusive_group()
    source.add_argument("--nodes", type=int, help="make a network of about so many nodes")
    source.add_argument("--pbf", type=Path, help="read an OSM extract")
    parser.add_argument("--shape", choices=["street", "grid"], default="street")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--peers", help="comma-separated; default: those fit for the size")
    parser.add_argument("--repeats", type=int, default=5)
    asked = parser.parse_args()
    if asked.pbf or (not asked.nodes and HEIDELBERG.exists()):
        network = read_pbf(asked.pbf or HEIDELBERG)
    else:
        network = made(asked.nodes or 100_000, asked.shape)
    nodes = len(network.node_x)
    fit = ["scipy", "networkx"] if nodes > SAMPLED_ABOVE else ["scipy", "networkx", "pandana"]
    peers = asked.peers.split(",") if asked.peers else fit
    result = race(network, peers, asked.repeats)
    for peer in {*fit, "pandana"} - set(peers):
        result["absent"][peer] = "not asked: takes minutes at this size; name it in --peers"
    if asked.json:
        json.dump(result, sys.stdout, indent=2)
        print()
        return
    print(f"{result['nodes']:,} nodes, {result['edges']:,} edges, {result['facilities']:,} places")
    for engine, seconds in result["seconds"].items():
        times = ", ".join(f"{stage} {value:.4g} s" for stage, value in seconds.items())
        faster = result["ratios"].get(engine, {})
        print(f"{engine:9} {times}" + "".join(f"; {q} {r} times ours" for q, r in faster.items()))
    for key in ("differences", "sampled", "absent"):
        print(f"{key}: {result[key]}")
    print(f"agree: {result['agree']}; peak {result['peak_mb']} MB")


if __name__ == "__main__":
    main()
