"""Facilities, zones and people of the demo city."""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
import shapely
from numpy.random import Generator
from shapely.geometry.base import BaseGeometry

from hetao.demo import plan
from hetao.demo.blocks import Block

PERSONS_PER_DWELLING = 1.55
"""Residents per dwelling, empty homes included."""

CENTRES, TOGETHER = 44, 0.65
"""Neighbourhood centres, and which share of each kind of facility stands in them."""

CORE_CODE = "159902"
COUNTIES = ("榆湾区", "东渠县", "西沙县", "南塬县", "北滩旗", "上营旗", "下泊旗")
SUBDISTRICTS = ("老城街道", "东关街道", "北关街道", "西关街道", "南关街道")
NAMES = (
    "永福", "朝阳", "红星", "向阳", "曙光", "长安", "安居", "康乐", "华苑", "水岸", "青年", "育才", "文苑", "书香",
    "金桥", "银河", "福源", "祥和", "欣荣", "东风", "柳荫", "杏林", "梨园", "槐安", "云杉", "沙枣", "红柳", "胡杨",
    "麦香", "金穗", "渔歌", "塞上", "黄花", "清泉", "晨光", "晚霞", "彩虹", "星海", "月河", "春熙", "和顺", "泰和",
)  # fmt: skip

IN_OSM = {
    "primary_school": ("实验小学", 26), "junior_secondary_school": ("第{n}中学", 13),
    "kindergarten": ("{name}幼儿园", 62), "community_health_centre": ("{name}社区卫生服务中心", 9),
    "outpatient_clinic": ("{name}门诊部", 20), "culture_activity_centre": ("{name}文化活动中心", 7),
    "department_store": ("{name}商场", 20), "wet_market": ("{name}菜市场", 26),
    "post_office": ("{name}邮政所", 10), "bank_branch": ("{name}支行", 40), "catering": ("{name}饭庄", 110),
    "telecom_outlet": ("中国移动{name}营业厅", 24), "police_station": ("{name}派出所", 6),
    "public_toilet": ("", 90), "convenience_store": ("{name}便利店", 150), "community_shops": ("{name}超市", 90),
    "outdoor_fitness_ground": ("", 80), "play_and_elderly_ground": ("", 60), "small_multisport_ground": ("", 70),
    "fitness_room": ("{name}健身", 8), "recycling_point": ("", 60), "community_canteen": ("{name}社区食堂", 8),
    "fuel_supply_station": ("{name}加油站", 7), "subdistrict_office": ("{name}街道办事处", 5),
}  # fmt: skip
"""Kinds that the OSM extract of the demo city holds, how they are called, and how many there are."""

IN_TABLE = {
    "nursing_home": ("{name}养老院", 8), "elderly_nursing_institute": ("{name}老年养护院", 4),
    "elderly_daycare": ("{name}日间照料中心", 56), "community_service_station": ("{name}社区服务站", 62),
    "subdistrict_service_centre": ("{name}街道服务中心", 9), "culture_station": ("{name}文化活动站", 45),
    "nursery": ("{name}托儿所", 30), "health_station": ("{name}卫生服务站", 50),
    "large_multisport_ground": ("{name}运动场", 9), "medium_multisport_ground": ("{name}球场", 22),
    "gym_or_fitness_centre": ("{name}全民健身中心", 3), "waste_collection_station": ("", 20),
}  # fmt: skip
"""Kinds that the departments report in a table."""


@dataclass(frozen=True)
class Facility:
    """A facility at a point."""

    kind: str
    name: str
    place: shapely.Point
    in_osm: bool


@dataclass
class Zone:
    """A zone; communities count the people who live in them."""

    code: str
    name: str
    level: str
    parent: str
    shape: BaseGeometry
    persons: float = 0.0
    households: int = field(default=0)


def facilities(found: list[Block], rng: Generator) -> list[Facility]:
    """Return facilities spread over the city, none of them near the lonely quarter."""
    lonely = plan.lonely_point()
    homes = [
        block
        for block in found
        if block.kind in {"residential", "old"}
        and block.middle.distance(lonely) > plan.LONELY_GUARD_M
        and plan.radius_of(block.middle) < plan.CITY_M
    ]
    centres = [(block, float(rng.random())) for block in _spread(homes, CENTRES, rng)]
    placed: list[Facility] = []
    for kinds, in_osm in ((IN_OSM, True), (IN_TABLE, False)):
        for at, (kind, (pattern, count)) in enumerate(kinds.items()):
            together = centres[: round(TOGETHER * count)]
            alone = [
                (block, float(rng.random())) for block in _spread(homes, count - len(together), rng)
            ]
            for number, (block, share) in enumerate([*together, *alone]):
                name = pattern.format(name=NAMES[int(rng.integers(len(NAMES)))], n=number + 1)
                if kind == "primary_school":
                    name = f"{NAMES[int(rng.integers(len(NAMES)))]}小学"
                placed.append(Facility(kind, name, _by_the_street(block, share + at / 150), in_osm))
    return placed


def _by_the_street(block: Block, share: float) -> shapely.Point:
    """Return a place along a block's outline, a step towards the street."""
    place = block.shape.exterior.interpolate(share % 1, normalized=True)
    inside = shapely.LineString([place, block.middle]).interpolate(4)
    return shapely.Point(2 * place.x - inside.x, 2 * place.y - inside.y)


def bus_stops(lines: list[shapely.LineString]) -> list[shapely.Point]:
    """Return a stop about every 450 m along the larger streets, beside the carriageway."""
    stops = []
    for line in lines:
        for along in np.arange(120.0, line.length - 60, 450.0):
            here, there = line.interpolate(along), line.interpolate(along + 1)
            stops.append(
                shapely.Point(here.x - (there.y - here.y) * 5, here.y + (there.x - here.x) * 5)
            )
    return stops


def _spread(homes: list[Block], count: int, rng: Generator) -> list[Block]:
    """Return blocks far from each other: the next is always the farthest of a few drawn."""
    middles = np.array([(block.middle.x, block.middle.y) for block in homes])
    weight = np.array([max(1, sum(b.dwellings for b in block.buildings)) for block in homes], float)
    chosen: list[int] = []
    while len(chosen) < count:
        drawn = rng.choice(len(homes), size=6, p=weight / weight.sum())
        if chosen:
            gaps = np.linalg.norm(middles[drawn][:, None] - middles[chosen][None], axis=2).min(
                axis=1
            )
            chosen.append(int(drawn[int(gaps.argmax())]))
        else:
            chosen.append(int(drawn[0]))
    return [homes[number] for number in chosen]


def zones(found: list[Block]) -> list[Zone]:
    """Return counties, the built-up area, sub-districts, communities and compounds."""
    made = [*_counties(), Zone("159902.built", "榆湾区建成区", "built_up_area", CORE_CODE,
                               plan.disc(plan.CITY_M + 25))]  # fmt: skip
    subdistricts = _subdistricts()
    communities = [zone for parent in subdistricts for zone in _communities(parent)]
    compounds: list[Zone] = []
    for block in found:
        home = plan.radius_of(block.middle) < plan.CITY_M
        persons = sum(building.dwellings for building in block.buildings) * PERSONS_PER_DWELLING
        owner = next((zone for zone in communities if zone.shape.contains(block.middle)), None)
        if owner is None or not home:
            continue
        owner.persons += persons
        owner.households += sum(building.dwellings for building in block.buildings)
        if block.wall is not None and block.gates:
            number = len(compounds)
            name = NAMES[number % len(NAMES)] + ("花园", "小区", "家园")[number // len(NAMES) % 3]
            code = f"{owner.code}.{number + 1:03d}"
            compounds.append(Zone(code, name, "compound", owner.code, block.shape))
    return [*made, *subdistricts, *communities, *compounds]


def population(made: list[Zone]) -> pd.DataFrame:
    """Return residents by community, as the statistics bureau counts them."""
    rows = [zone for zone in made if zone.level == "community"]
    return pd.DataFrame(
        {
            "名称": [zone.name for zone in rows],
            "编号": [zone.code for zone in rows],
            "常住人口": [round(zone.persons) for zone in rows],
            "户数": [zone.households for zone in rows],
        }
    )


def _counties() -> list[Zone]:
    core = plan.disc(11_000)
    made = [Zone(CORE_CODE, COUNTIES[0], "county", "", core)]
    angles = np.radians(np.arange(0, 360, 4))
    radius = 34_000 + 3500 * np.sin(3 * angles + 0.6) + 1800 * np.cos(7 * angles)
    outline = shapely.Polygon(np.column_stack([radius * np.cos(angles), radius * np.sin(angles)]))
    for number, name in enumerate(COUNTIES[1:]):
        wedge = plan.wedge(number * 60 - 8, number * 60 + 52, 90_000)
        shape = outline.intersection(wedge).difference(core)
        made.append(Zone(f"1599{21 + number}", name, "county", "", shape))
    return made


def _subdistricts() -> list[Zone]:
    core = plan.disc(plan.CORE_M)
    made = [Zone("159902001", SUBDISTRICTS[0], "subdistrict", CORE_CODE, core)]
    for number, name in enumerate(SUBDISTRICTS[1:]):
        wedge = plan.wedge(number * 90 - 45, number * 90 + 45, 9000)
        shape = plan.disc(plan.CITY_M + 25).intersection(wedge).difference(core)
        made.append(Zone(f"15990200{number + 2}", name, "subdistrict", CORE_CODE, shape))
    return made


def _communities(parent: Zone) -> list[Zone]:
    """Return the communities of a sub-district: between rings, radials and half-way streets."""
    bands = ((0.0, plan.OLD_TOWN_M, 90.0), (plan.OLD_TOWN_M, plan.CORE_M, 45.0),
             (plan.CORE_M, plan.RINGS_M[4], 22.5), (plan.RINGS_M[4], plan.CITY_M + 25, 45.0))  # fmt: skip
    made: list[Zone] = []
    first = int(parent.code[-1]) * 8
    for inner, outer, wide in bands:
        ring = plan.disc(outer) if inner == 0 else plan.disc(outer).difference(plan.disc(inner))
        for start in np.arange(0.0, 360.0, wide):
            wedge = plan.wedge(start, start + wide, 9000)
            shape = parent.shape.intersection(ring).intersection(wedge)
            if shape.area > 60_000:
                name = NAMES[(first + len(made)) % len(NAMES)] + "社区"
                made.append(
                    Zone(f"{parent.code}{len(made) + 1:03d}", name, "community", parent.code, shape)
                )
    return made
