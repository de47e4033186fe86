"""The made city that the platform is loaded with: a workspace of a million buildings, five runs."""

import hashlib
import json
import random
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from hetao.catalogue.entries import editions, entries
from hetao.checkup import observations as obs
from hetao.demo.tour import PLAN_FILES
from hetao.indicators.measurement import VALUE_COLUMNS, Measurement
from hetao.plan.files import read_text
from hetao.plan.linking import linked
from hetao.plan.reading import read_plan
from hetao.plan.store import folder_for, keep
from hetao.registers.definition import STORAGE_CRS, registers
from hetao.registers.workspace import City, Workspace, finished_folder, new_workspace

NAME, CODE, EDITION = "榆湾市", "159900", "2025"
COUNTIES = {
    "159902": "榆湾区", "159921": "东渠县", "159922": "西沙县", "159923": "南塬县",
    "159924": "北滩旗", "159925": "上营旗", "159926": "下泊旗",
}  # fmt: skip
WEST, SOUTH, EAST, NORTH = 107.0, 40.4, 108.4, 41.1
YEARS = (2022, 2023, 2024, 2025, 2026)
DAY = "06-30"
SNAPSHOT = f"{YEARS[-1]}-{DAY}"
WORDS = "永福朝阳红星金穗欣荣和平新华文化团结胜利建设人民富强康乐长安锦绣阳光河畔平安兴盛"
METRES_A_DEGREE = 111_000.0


@dataclass(frozen=True)
class Size:
    """How much of everything the city holds."""

    subdistricts: int = 60
    communities: int = 600
    compounds: int = 3_000
    buildings: int = 1_000_000
    roads: int = 40_000
    pipes: int = 20_000
    parks: int = 1_200
    facilities: int = 30_000
    findings: int = 200_000
    findings_before: int = 50_000
    tasks: int = 20_000
    people: int = 100


SMALL = Size(8, 20, 60, 5_000, 400, 200, 40, 300, 2_000, 500, 300, 20)


def make_workspace(root: Path, size: Size, *, seed: int = 2026) -> Workspace:
    """Write the workspace: description, plan, one snapshot, a run for every year."""
    workspace = new_workspace(root, City(NAME, CODE, EDITION, made_place=True))
    text = read_text(Path(str(files("hetao.demo") / PLAN_FILES / "plan.txt")))
    ledger = linked(read_plan(text))
    keep(folder_for(root, ledger), ledger, text)
    rng = np.random.Generator(np.random.PCG64(seed))
    zones = made_zones(size)
    buildings = _write_snapshot(workspace, zones, size, rng)
    for place, year in enumerate(YEARS):
        count = size.findings if place == len(YEARS) - 1 else size.findings_before
        _write_run(workspace, year, zones, buildings, count, rng)
    return workspace


def made_zones(size: Size) -> gpd.GeoDataFrame:
    """Return nested zones on a grid, their borders bent alike so that neighbours still touch."""
    rows: list[tuple] = [(CODE, NAME, "city", None, (WEST, SOUTH, EAST, NORTH))]
    width = (EAST - WEST) / len(COUNTIES)
    places = []
    for place, (code, name) in enumerate(COUNTIES.items()):
        box = (WEST + place * width, SOUTH, WEST + (place + 1) * width, NORTH)
        rows.append((code, name, "county", CODE, box))
        places.append((code, name, box))
    first = next(iter(COUNTIES))
    rows.append((f"{first}.built", "榆湾区建成区", "built_up_area", first, places[0][2]))
    for level, wanted, ending, mark in (
        ("subdistrict", size.subdistricts, "街道", ""), ("community", size.communities, "社区", ""),
        ("compound", size.compounds, "小区", "."),
    ):  # fmt: skip
        inner = []
        for place, (parent, _, box) in enumerate(places):
            share = wanted // len(places) + (place < wanted % len(places))
            for number, part in enumerate(_parted(box, share), 1):
                code = f"{parent}{mark}{number:03d}"
                name = f"{_name(len(rows))}{ending}"
                rows.append((code, name, level, parent, part))
                inner.append((code, name, part))
        places = inner
    frame = gpd.GeoDataFrame(
        {"id": [row[0] for row in rows], "name": [row[1] for row in rows], "source": "made",
         "level": [row[2] for row in rows], "parent": [row[3] for row in rows]},
        geometry=_bent([row[4] for row in rows]), crs=STORAGE_CRS,
    )  # fmt: skip
    frame = registers()["zones"].conform(frame)
    return frame.set_index("id", drop=False).rename_axis("zone")


def _parted(box, count):
    west, south, east, north = box
    across = max(1, round((count * (east - west) / (north - south)) ** 0.5))
    columns = [count // across + (place < count % across) for place in range(across)]
    for place, rows in enumerate(columns):
        for row in range(rows):
            yield (
                west + (east - west) * place / across, south + (north - south) * row / rows,
                west + (east - west) * (place + 1) / across,
                south + (north - south) * (row + 1) / rows,
            )  # fmt: skip


def _bent(boxes):
    shapes = shapely.box(*np.array(boxes).T)
    shapes = np.array([shapely.segmentize(s, s.length / 96) for s in shapes])

    def bend(points):
        x, y = points[:, 0], points[:, 1]
        return np.column_stack(
            [x + 0.004 * np.sin(y * 55), y + 0.003 * np.sin(x * 61) + 0.001 * np.sin(x * 211)]
        )

    return shapely.transform(shapes, bend)


def _name(number):
    first, second = divmod(number * 7, len(WORDS))
    return WORDS[second] + WORDS[(first * 3 + second * 5 + 1) % len(WORDS)]


def _write_snapshot(workspace, zones, size, rng):
    frames = {"zones": zones.reset_index(drop=True)}
    lowest = zones[zones["level"] == "community"]
    frames["buildings"] = buildings = _buildings(lowest, size.buildings, rng)
    frames["roads"] = _roads(size.roads, rng)
    for register in ("water_pipes", "gas_pipes", "drainage_pipes", "heat_pipes"):
        frames[register] = _pipes(register, lowest, size.pipes // 4, rng)
    frames["parks"] = _parks(size.parks, rng)
    frames["facilities"] = _facilities(size.facilities, rng)
    compounds = zones[zones["level"] == "compound"]
    frames["compounds"] = _conformed(
        "compounds", compounds["id"].to_numpy(), compounds["name"].to_numpy(),
        compounds.geometry.to_numpy(), zone=compounds["parent"].to_numpy(),
        year_opened=rng.integers(1975, 2024, len(compounds)),
        households=rng.integers(80, 2_400, len(compounds)),
    )  # fmt: skip
    with finished_folder(workspace.snapshots / SNAPSHOT) as folder:
        told = {}
        for id_, frame in frames.items():
            path = folder / f"{id_}.parquet"
            frame.to_parquet(path, index=False)
            told[id_] = {
                "rows": len(frame),
                "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
            }
        manifest = {
            "city": {"name": NAME, "code": CODE}, "crs": STORAGE_CRS, "registers": told,
            "digest": hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest(),
            "sources": [], "date": SNAPSHOT, "content": "made", "boundary": "given",
        }  # fmt: skip
        (folder / "manifest.json").write_text(json.dumps(manifest, ensure_ascii=False), "utf-8")
    points = shapely.point_on_surface(buildings.geometry.to_numpy())
    return gpd.GeoDataFrame({"id": buildings["id"].to_numpy()}, geometry=points, crs=STORAGE_CRS)


def _conformed(register, ids, names, shapes, **columns):
    frame = gpd.GeoDataFrame(
        {"id": ids, "name": names, "source": "made", **columns}, geometry=shapes, crs=STORAGE_CRS
    )
    return registers()[register].conform(frame)


def _buildings(lowest, count, rng):
    bounds = lowest.geometry.bounds.to_numpy()
    x, y = _places(bounds[rng.integers(0, len(bounds), count)], rng)
    long, short = rng.uniform(10, 70, count), rng.uniform(8, 18, count)
    turn = rng.normal(0, 0.15, count)
    corners = np.array([(-0.5, -0.5), (0.5, -0.5), (0.5, 0.5), (-0.5, 0.5), (-0.5, -0.5)])
    along, across = corners[:, 0] * long[:, None], corners[:, 1] * short[:, None]
    east = along * np.cos(turn)[:, None] - across * np.sin(turn)[:, None]
    north = along * np.sin(turn)[:, None] + across * np.cos(turn)[:, None]
    rings = np.stack(
        [x[:, None] + east / METRES_A_DEGREE / 0.757, y[:, None] + north / METRES_A_DEGREE], axis=2
    )
    uses = ["residential", "commercial", "office", "industrial", "public", "mixed", "agricultural"]
    storeys = np.minimum(rng.geometric(0.22, count), 34)
    names = np.full(count, None, dtype=object)
    named = rng.choice(count, count // 25, replace=False)
    names[named] = [f"{_name(int(n) % 5_000)}小区{int(n) % 40 + 1}号楼" for n in named]
    area = pd.array(np.round(long * short * storeys, 1), dtype="Float64")
    area[rng.random(count) < 0.4] = pd.NA
    return _conformed(
        "buildings", np.char.add("w", np.arange(10_000, 10_000 + count).astype(str)), names,
        shapely.polygons(rings), use=rng.choice(uses, count, p=[.6, .1, .05, .08, .05, .07, .05]),
        storeys=storeys, height_m=np.round(storeys * 3.1, 1), floor_area_m2=area,
        year=rng.integers(1955, 2026, count), dwellings=storeys * rng.integers(1, 5, count),
    )  # fmt: skip


def _places(bounds, rng):
    west, south, east, north = bounds.T
    return rng.uniform(west, east), rng.uniform(south, north)


def _everywhere(count, rng):
    return rng.uniform(WEST, EAST, count), rng.uniform(SOUTH, NORTH, count)


def _lines(count, rng, vertices=8):
    x, y = _everywhere(count, rng)
    turn = rng.uniform(0, np.pi, count)
    steps = np.linspace(0, 0.004, vertices)
    points = np.stack(
        [x[:, None] + np.cos(turn)[:, None] * steps, y[:, None] + np.sin(turn)[:, None] * steps],
        axis=2,
    )
    return shapely.linestrings(points)


def _roads(count, rng):
    return _conformed(
        "roads", [f"r{n}" for n in range(count)], [f"{_name(n % 3_000)}路" for n in range(count)],
        _lines(count, rng), oneway="no", ramp=False,
        speed_kmh=rng.choice([20.0, 30.0, 50.0, 60.0], count), lanes=rng.integers(1, 7, count),
        **{"class": rng.choice(["arterial", "secondary", "branch", "lane"], count)},
    )  # fmt: skip


def _pipes(register, lowest, count, rng):
    return _conformed(
        register, [f"{register[0].upper()}{n:05d}" for n in range(count)],
        [f"{_name(n % 3_000)}路管道{n % 9 + 1}段" for n in range(count)], _lines(count, rng, 4),
        zone=rng.choice(lowest["id"].to_numpy(), count), length_m=rng.uniform(40, 2_500, count),
        material=rng.choice(["聚乙烯", "球墨铸铁", "灰口铸铁", "钢"], count),
        diameter_mm=rng.choice([100.0, 200.0, 300.0, 600.0], count),
        year=rng.integers(1970, 2026, count), monitored=rng.random(count) < 0.3,
        hazard=rng.random(count) < 0.1, listed=rng.random(count) < 0.2,
    )  # fmt: skip


def _parks(count, rng):
    x, y = _everywhere(count, rng)
    return _conformed(
        "parks", [f"park{n}" for n in range(count)], [f"{_name(n)}公园" for n in range(count)],
        shapely.buffer(shapely.points(x, y), rng.uniform(0.0004, 0.004, count)), public=True,
        kind=rng.choice(["park", "garden", "square"], count),
    )  # fmt: skip


def _facilities(count, rng):
    kinds = list(registers()["facilities"].field("kind").values)
    x, y = _everywhere(count, rng)
    titles = registers()["facilities"].field("kind").values
    drawn = rng.choice(kinds, count)
    return _conformed(
        "facilities", [f"f{n}" for n in range(count)],
        [f"{_name(n % 4_000)}{titles[kind]}" for n, kind in enumerate(drawn)],
        shapely.points(x, y), kind=drawn,
    )  # fmt: skip


def _write_run(workspace, year, zones, buildings, count, rng):
    wanted = [EDITION, *(e.id for e in editions().values() if e.accompanies(CODE))]
    tables, found = [], {}
    measured = [
        (entry, version, variant)
        for entry in entries().values()
        for version in (entry.version(edition) for edition in dict.fromkeys(wanted))
        if version is not None
        for variant in entry.variants.values()
    ]
    telling = [(e, v, a) for e, v, a in measured if a.finding_zh and a.id == "official"]
    weights = 1 / np.arange(1, len(telling) + 1) ** 1.1
    counts = (weights / weights.sum() * count).astype(int)
    counts[0] += count - counts.sum()
    for entry, version, variant in measured:
        values = _values(entry, variant, zones, year)
        one = obs.Measured(entry, version, variant, Measurement(values, gpd.GeoDataFrame()))
        tables.append(obs.observations(one, zones, period=str(year)))
    communities = zones[zones["level"] == "community"]
    for told, wanted_n in zip(telling, counts.tolist(), strict=True):
        chosen = _chosen(told[0], buildings, wanted_n, year)
        found.setdefault(told[0].id, []).append(_findings(told, chosen, communities, rng, year))
    with finished_folder(workspace.runs / f"{year}-{DAY}-{EDITION}ed-1") as folder:
        obs.joined(tables).to_parquet(folder / "observations.parquet", index=False)
        (folder / "findings").mkdir()
        for id_, frames in found.items():
            rows = gpd.GeoDataFrame(pd.concat(frames, ignore_index=True), crs=STORAGE_CRS)
            rows.to_parquet(folder / "findings" / f"{id_}.parquet", index=False)
        manifest = {
            "edition": EDITION, "date": f"{year}-{DAY}", "period": str(year), "snapshot": SNAPSHOT,
            "snapshot_digest": "made", "city": {"name": NAME, "code": CODE}, "made_place": True,
            "only": [], "quality": [], "facts": {}, "overrides": [], "sources": [],
        }  # fmt: skip
        (folder / "manifest.json").write_text(json.dumps(manifest, ensure_ascii=False), "utf-8")


def _values(entry, variant, zones, year):
    """Return a value for every zone: drawn once by indicator, drifting over the years."""
    rng = np.random.Generator(
        np.random.PCG64(random.Random(f"{entry.id}/{variant.id}").getrandbits(32))
    )
    count = len(zones)
    share = entry.unit == "%"
    base = rng.beta(5, 3, count) if share else rng.gamma(2.0, 6.0, count)
    drift = 1 + 0.02 * (year - YEARS[0]) * rng.uniform(-0.5, 1.0, count)
    value = np.clip(base * drift, 0, 1 if share else None)
    value = value if share else np.round(value)
    unknown = rng.random(count) < 0.12
    value[unknown] = np.nan
    denominator = rng.uniform(50, 5_000, count)
    denominator[unknown] = np.nan
    columns = {
        "value": value, "numerator": value * denominator if share else value,
        "denominator": denominator, "low": value, "high": value,
        "reason": np.where(unknown, "no_register", ""),
    }  # fmt: skip
    return pd.DataFrame(columns, index=zones.index)[list(VALUE_COLUMNS)]


def _chosen(entry, buildings, count, year):
    """Return the buildings that fall short: the same ones year after year, but for some."""
    start = random.Random(entry.id).getrandbits(30) + (year - YEARS[0]) * count // 10
    return buildings.iloc[(start + np.arange(count)) % len(buildings)]


def _findings(told, chosen, communities, rng, year):
    entry, version, variant = told
    count = len(chosen)
    tree = shapely.STRtree(communities.geometry.to_numpy())
    which, held = tree.query(chosen.geometry.to_numpy(), predicate="intersects")
    zone = np.zeros(count, dtype=int)
    zone[which] = held
    names = communities["name"].to_numpy()[zone]
    return gpd.GeoDataFrame(
        {
            "indicator": entry.id, "edition": version.edition, "variant": variant.id,
            "period": str(year), "feature": chosen["id"].to_numpy(),
            "zone": communities["id"].to_numpy()[zone], "zone_name": names,
            "severity": np.sort(rng.random(count))[::-1], "remedy": entry.remedy,
            "why_zh": [f"{name}{ref}：{entry.name_zh}不达标，需现场核实并限期整改"
                       for name, ref in zip(names, chosen["id"], strict=True)],
            "why_en": [f"{ref}: {entry.name_en} falls short" for ref in chosen["id"]],
        },
        geometry=chosen.geometry.to_numpy(), crs=STORAGE_CRS,
    )  # fmt: skip
