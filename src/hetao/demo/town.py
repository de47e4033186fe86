"""
The test town: a square grid of streets whose indicators follow from its plan by arithmetic.

The town is a square of 2,000 m. Streets run every 200 m in both directions, those on the edge
included. The street x = 1,000 m is divided: two one-way carriageways 16 m apart. Everything that
serves people stands in the middle; all land is residential; one resident lives at every crossing
except those of the divided street.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import geopandas as gpd
import pandas as pd
import shapely

from hetao.registers.definition import registers

CRS = "EPSG:4545"
EAST, NORTH = 480_000.0, 4_510_000.0  # a place near the central meridian, scale 1 to 5 in a million

SIDE, BLOCK, APART = 2000.0, 200.0, 16.0
LINES = 11  # streets in each direction: 0, 200 … 2,000 m
MIDDLE = SIDE / 2
STUB = 90.0
PARK, PITCH = 200.0, (42.0, 25.0)
TOWN_M2 = SIDE**2

Shape = shapely.Point | shapely.LineString | shapely.Polygon


@dataclass(frozen=True)
class MadeTown:
    """
    A town whose truth is known.

    Attributes
    ----------
    registers : mapping of str to GeoDataFrame
        In a metric CRS.
    zones : GeoDataFrame
        "town" is the square, "inner" the square 100 m inside it, where no street runs along
        the edge.
    truth : mapping
        Indicator → variant → zone → value in the indicator's unit.
    bounds : mapping
        Indicator → variant → (low, high) for the town, where part of the plan leaves it open.
    """

    registers: Mapping[str, gpd.GeoDataFrame]
    zones: gpd.GeoDataFrame
    truth: Mapping[str, Mapping[str, Mapping[str, float]]]
    bounds: Mapping[str, Mapping[str, tuple[float, float]]]


def make_town() -> MadeTown:
    """Return the test town."""
    middle = shapely.Point(MIDDLE, MIDDLE)
    zones = _layer(
        [shapely.box(0, 0, SIDE, SIDE), shapely.box(100, 100, SIDE - 100, SIDE - 100)],
        name=["town", "inner"], level=["city", "built_up_area"], parent=[None, "town"],
    )  # fmt: skip
    zones.index = pd.Index(["town", "inner"], name="zone")
    made = {
        "roads": _roads(),
        "land_use": _layer([shapely.box(0, 0, SIDE, SIDE)], id=["land"], use=["residential"]),
        "parks": _layer([_box(PARK, PARK)], id=["park"], kind=["park"], public=[True]),
        "greenways": _layer(
            [shapely.LineString([(0, 0), (SIDE, 0)])],
            id=["green"], total_width_m=[8.0], path_width_m=[3.0],
        ),
        "football_pitches": _layer([_box(*PITCH)], id=["pitch"], kind=["five"], public=[True]),
        "fire_stations": _layer([middle], id=["fire"], **{"class": ["small"]}),
        "facilities": _layer(
            [middle] * 3, id=["1", "2", "3"],
            kind=["kindergarten", "primary_school", "junior_secondary_school"],
        ),
        "buildings": _layer(
            [shapely.box(220, 220, 270, 240), shapely.box(320, 220, 345, 240),
             shapely.box(360, 220, 385, 240)],
            id=["six", "eighteen", "tower"], use=["residential"] * 3, storeys=[6, 18, 24],
        ),
        "population": _people(),
    }  # fmt: skip
    frames = {id_: registers()[id_].conform(frame) for id_, frame in made.items()}
    return MadeTown(frames, zones, _truth(), _bounds())


def _roads() -> gpd.GeoDataFrame:
    rows: list[tuple[str, str, str, bool, Shape]] = []
    for number in range(LINES):
        at = number * BLOCK
        edge = number in {0, LINES - 1}
        kind = "secondary" if edge else "arterial" if at == MIDDLE else "branch"
        rows.append((f"h{number}", kind, "no", False, _line((0, at), (SIDE, at))))
        if at == MIDDLE:
            east, west = at + APART / 2, at - APART / 2
            rows.append(("v5e", kind, "forward", False, _line((east, 0), (east, SIDE))))
            rows.append(("v5w", kind, "forward", False, _line((west, SIDE), (west, 0))))
        else:
            rows.append((f"v{number}", kind, "no", False, _line((at, 0), (at, SIDE))))
    rows.append(("stub", "branch", "no", False, _line((500, 200), (500, 200 + STUB))))
    rows.append(("close", "branch", "no", True, _line((700, 200), (700, 200 + STUB))))
    ids, kinds, oneway, closes, lines = zip(*rows, strict=True)
    return _layer(
        lines, id=ids, name=[id_[:2] for id_ in ids], oneway=oneway,
        cul_de_sac=[True if close else None for close in closes], **{"class": kinds},
    )  # fmt: skip


def _people() -> gpd.GeoDataFrame:
    """Return one resident at each crossing that is not on the divided street: 10 × 11."""
    crossings = [
        shapely.Point(column * BLOCK, row * BLOCK)
        for column in range(LINES)
        for row in range(LINES)
        if column * BLOCK != MIDDLE
    ]
    return _layer(crossings, id=[str(n) for n in range(110)], persons=[1.0] * len(crossings))


def _truth() -> dict[str, dict[str, dict[str, float]]]:
    """
    Return the values by arithmetic on the plan.

    Walking goes along the streets, so that a crossing (a, b) blocks from the middle is
    200 (|a| + |b|) m from it; a is 1 to 5, never 0.
    """
    share = 100 / TOWN_M2
    # within 1,000 m: |a| + |b| ≤ 5, so 2 (5 − k) + 1 crossings for each |a| = k, on both sides
    school_people = 2 * sum(2 * (5 - k) + 1 for k in range(1, 6))
    # the park's gates are where streets meet its outline, 100 m from the middle; the nearest is
    # 200 (|a| + |b|) − 108 m away over the divided street, 200 |a| − 100 m along the middle one;
    # within 500 m: |a| + |b| ≤ 3
    park_people = 2 * sum(2 * (3 - k) + 1 for k in range(1, 4))
    # a park of 4 ha serves 500 m: the square, four strips and four quarter circles
    park_m2 = PARK**2 + 4 * PARK * 500 + math.pi * 500**2
    pitch_m2 = PITCH[0] * PITCH[1] + 2 * sum(PITCH) * 500 + math.pi * 500**2
    floors = 6 * 1000 + 18 * 500 + 24 * 500
    return {
        "secondary_school_coverage": {
            "official": {"town": math.pi * 1000**2 * share},
            "people": {"town": 100 * school_people / 110},
        },
        "park_service_coverage": {
            "official": {"town": park_m2 * share},
            "people": {"town": 100 * park_people / 110},
        },
        # 1 km on both sides of the southern edge: the southern half
        "greenway_coverage": {"official": {"town": 50.0}},
        "football_pitch_coverage": {"official": {"town": pitch_m2 * share}},
        # a small station serves 2 of the 4 km²; no place is more than 2,000 m by street from
        # it, 288 s at 25 km/h, below five minutes
        "fire_station_coverage": {"official": {"town": 50.0}, "network": {"town": 100.0}},
        "road_network_density": {"official": {"town": _street_m(0.5) / TOWN_M2 * 1000}},
        # of the two stubs one is meant to end
        "dead_end_roads": {"official": {"town": 1.0}},
        # nine by nine crossings and the feet of the two stubs, on 1.8 km by 1.8 km
        "intersection_density": {"official": {"inner": (81 + 2) / 1.8**2}},
        "dwellings_above_18_storeys": {"official": {"town": 1.0}, "loose": {"town": 2.0}},
        "low_rise_floor_area_share": {"official": {"town": 100 * 6000 / floors}},
        "facility_coverage.kindergarten": {"official": {"town": math.pi * 300**2 * share}},
        "facility_coverage.primary_school": {"official": {"town": math.pi * 500**2 * share}},
        "living_circle_5_held": {"official": {"town": math.pi * 300**2 * share}},
        "living_circle_10_held": {"official": {"town": math.pi * 500**2 * share}},
        "living_circle_15_held": {"official": {"town": math.pi * 1000**2 * share}},
    }


def _bounds() -> dict[str, dict[str, tuple[float, float]]]:
    """Return the bands: streets on the edge may count not at all or whole."""
    low, high = (_street_m(weight) / TOWN_M2 * 1000 for weight in (0.0, 1.0))
    return {"road_network_density": {"official": (low, high)}}


def _street_m(edge_weight: float) -> float:
    """Return metres of street: nine each way, the divided one once, the stubs, and the edges."""
    return 2 * 9 * SIDE + 2 * STUB + edge_weight * 4 * SIDE


def _box(width: float, height: float) -> shapely.Polygon:
    return shapely.box(
        MIDDLE - width / 2, MIDDLE - height / 2, MIDDLE + width / 2, MIDDLE + height / 2
    )


def _line(start: tuple[float, float], end: tuple[float, float]) -> shapely.LineString:
    return shapely.LineString([start, end])


def _layer(shapes: Sequence[Shape], **columns: Sequence[object]) -> gpd.GeoDataFrame:
    moved = gpd.GeoSeries(list(shapes), crs=CRS).translate(EAST, NORTH)
    return gpd.GeoDataFrame(dict(columns), geometry=moved)
