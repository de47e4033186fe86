"""Write the demo city as an OpenStreetMap extract, as an analyst would download it."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import osmium
import shapely

from hetao.demo import plan
from hetao.demo.blocks import Block
from hetao.demo.places import Facility
from hetao.demo.streets import Piece
from hetao.registers.sources.osm import MADE_BY

HIGHWAY = {"expressway": "trunk", "arterial": "primary", "secondary": "secondary",
           "branch": "tertiary", "alley": "living_street"}  # fmt: skip
CHARGED = 4
"""Every so many compounds have a charging point."""

SHELTER_M2 = 30_000.0
SPEED = {"expressway": "80", "arterial": "60", "secondary": "50"}
LAND_USE = {
    "residential": {"landuse": "residential"}, "old": {"landuse": "residential"},
    "village": {"landuse": "residential"}, "industrial": {"landuse": "industrial"},
    "commercial": {"landuse": "retail"}, "office": {"landuse": "commercial"},
    "public": {"landuse": "institutional"}, "green": {"landuse": "grass"},
}  # fmt: skip
BUILDING = {"residential": "apartments", "commercial": "retail", "office": "office",
            "industrial": "industrial", "public": "public"}  # fmt: skip
FACILITY = {
    "primary_school": {"amenity": "school"}, "junior_secondary_school": {"amenity": "school"},
    "kindergarten": {"amenity": "kindergarten"}, "community_health_centre": {"amenity": "hospital"},
    "outpatient_clinic": {"amenity": "clinic"}, "culture_activity_centre": {"amenity": "arts_centre"},
    "department_store": {"shop": "department_store"}, "wet_market": {"amenity": "marketplace"},
    "post_office": {"amenity": "post_office"}, "bank_branch": {"amenity": "bank"},
    "catering": {"amenity": "restaurant"}, "telecom_outlet": {"shop": "mobile_phone"},
    "police_station": {"amenity": "police"}, "public_toilet": {"amenity": "toilets"},
    "convenience_store": {"shop": "convenience"}, "community_shops": {"shop": "supermarket"},
    "outdoor_fitness_ground": {"leisure": "fitness_station"},
    "play_and_elderly_ground": {"leisure": "playground"},
    "small_multisport_ground": {"leisure": "pitch", "sport": "basketball"},
    "fitness_room": {"leisure": "fitness_centre"}, "recycling_point": {"amenity": "recycling"},
    "community_canteen": {"amenity": "fast_food"}, "fuel_supply_station": {"amenity": "fuel"},
    "subdistrict_office": {"amenity": "townhall"},
}  # fmt: skip

Tags = Mapping[str, str]


class Extract:
    """Nodes and ways with ids in the order they were added; places that meet share a node."""

    def __init__(self) -> None:
        self._ids: dict[tuple[float, float], int] = {}
        self._tags: dict[int, dict[str, str]] = {}
        self._ways: list[tuple[list[int], dict[str, str]]] = []

    def node(self, point: shapely.Point, tags: Tags = {}) -> int:  # noqa: B006  (never written to)
        """Return the id of the node at a place, adding tags to it."""
        return self._node((point.x, point.y), tags)

    def way(self, line: shapely.LineString | shapely.Polygon, tags: Tags) -> None:
        """Add a line, or the outline of a polygon."""
        ring = line.exterior if isinstance(line, shapely.Polygon) else line
        refs = [self._node((x, y), {}) for x, y in ring.coords]
        refs = [ref for before, ref in zip([None, *refs], refs, strict=False) if ref != before]
        self._ways.append((refs, dict(tags)))

    def lay(self, other: "Extract", east_m: float, north_m: float) -> None:
        """Add another extract, moved."""
        ids = {}
        for (x, y), number in other._ids.items():
            ids[number] = self._node((x + east_m, y + north_m), other._tags.get(number, {}))
        self._ways += [([ids[ref] for ref in refs], tags) for refs, tags in other._ways]

    def write(self, path: Path) -> None:
        """Write a `.osm.pbf`; the same extract gives the same bytes."""
        places = np.array(list(self._ids), dtype=float)
        degrees = shapely.get_coordinates(plan.to_degrees(np.asarray(shapely.points(places))))
        path.unlink(missing_ok=True)
        header = osmium.io.Header()
        header.set("generator", MADE_BY)
        with osmium.SimpleWriter(str(path), header=header) as writer:
            for (lon, lat), number in zip(degrees, self._ids.values(), strict=True):
                tags = self._tags.get(number, {})
                writer.add_node(osmium.osm.mutable.Node(id=number, location=(lon, lat), tags=tags))
            for number, (refs, tags) in enumerate(self._ways, start=1):
                writer.add_way(osmium.osm.mutable.Way(id=number, nodes=refs, tags=tags))

    def _node(self, place: tuple[float, float], tags: Tags) -> int:
        key = (round(place[0], 2), round(place[1], 2))
        number = self._ids.setdefault(key, len(self._ids) + 1)
        if tags:
            self._tags.setdefault(number, {}).update(tags)
        return number


def add_streets(extract: Extract, kept: Sequence[Piece], classless: frozenset[int]) -> None:
    """Add streets; the numbers in `classless` are streets whose class nobody wrote down."""
    for number, piece in enumerate(kept):
        street = piece.street
        tags = {"highway": "road" if number in classless else HIGHWAY[street.rank]}
        if street.name:
            tags["name"] = street.name + ("路" if street.name == "滨河" else "")
        if street.oneway:
            tags["oneway"] = "yes"
        if street.rank in SPEED:
            tags["maxspeed"] = SPEED[street.rank]
        if piece.bridge:
            tags |= {"bridge": "yes", "layer": "1"}
        if piece.tunnel:
            tags |= {"tunnel": "yes", "layer": "-1"}
        extract.way(piece.line, tags)


def add_blocks(extract: Extract, found: Sequence[Block]) -> None:
    """Add land use, buildings, walls, gates, lanes and parks."""
    for block in found:
        extract.way(block.shape, LAND_USE[block.kind])
        for building in block.buildings:
            tags = {"building": BUILDING[building.use], "start_date": str(building.year)}
            if building.use == "residential" and block.kind in {"old", "village"}:
                tags["building"] = "house"
            if building.storeys is not None:
                tags["building:levels"] = str(building.storeys)
            if building.height_m is not None:
                tags["height"] = str(building.height_m)
            if building.dwellings:
                tags["building:flats"] = str(building.dwellings)
            extract.way(building.shape, tags)
        _add_compound(extract, block)


def add_places(extract: Extract, found: Sequence[Block]) -> None:
    """Add car parks inside the gates of compounds, charging points, and shelters in parks."""
    compounds = [block for block in found if block.wall is not None and block.gates]
    for number, block in enumerate(compounds):
        inside = shapely.LineString([block.gates[0], block.middle])
        extract.node(inside.interpolate(24), {"amenity": "parking", "access": "private"})
        if number % CHARGED == 0:
            extract.node(inside.interpolate(32), {"amenity": "charging_station"})
    for block in found:
        if block.kind == "green" and block.shape.area > SHELTER_M2:
            extract.node(block.middle, {"emergency": "assembly_point", "name": "应急避难场所"})
        if block.kind == "commercial":
            extract.node(block.gates[0] if block.gates else block.middle, {"amenity": "parking"})


def _add_compound(extract: Extract, block: Block) -> None:
    if block.wall is None or not block.gates:
        for path in block.lanes:
            extract.way(path, {"highway": "footway"})
        return
    ring = block.lanes[0]
    wall = block.wall
    for gate in block.gates:
        wall = shapely.LineString(_with_place(wall, gate))
        extract.node(gate, {"barrier": "gate", "foot": "yes", "access": "private"})
        inner = ring.interpolate(ring.project(gate))
        ring = shapely.LineString(_with_place(ring, inner))
        extract.way(shapely.LineString([gate, inner]), {"highway": "service", "access": "private"})
    extract.way(wall, {"barrier": "wall"})
    extract.way(ring, {"highway": "service", "access": "private"})


def add_gate_ways(extract: Extract, found: Sequence[Block], kept: Sequence[Piece]) -> list[Piece]:
    """Add the short ways from gates to the street, and return the streets with their junctions."""
    lines = np.array([piece.line for piece in kept], dtype=object)
    tree = shapely.STRtree(lines)
    joints: dict[int, list[shapely.Point]] = {}
    for block in found:
        for gate in block.gates:
            number = int(tree.nearest(gate))
            line = lines[number]
            place = line.interpolate(line.project(gate))
            joints.setdefault(number, []).append(place)
            tags = {"highway": "service"} if block.wall is not None else {"highway": "footway"}
            extract.way(shapely.LineString([place, gate]), tags)
    joined = []
    for number, piece in enumerate(kept):
        line = piece.line
        for place in joints.get(number, ()):
            line = shapely.LineString(_with_place(line, place))
        joined.append(Piece(line, piece.street, piece.bridge, piece.tunnel))
    return joined


def add_facilities(extract: Extract, placed: Sequence[Facility]) -> None:
    """Add points of interest."""
    for facility in placed:
        if facility.in_osm:
            tags = dict(FACILITY[facility.kind])
            if facility.name:
                tags["name"] = facility.name
            extract.node(facility.place, tags)


def add_surroundings(extract: Extract, planned: plan.Planned) -> None:
    """Add the river, the canals, the railway and the fields."""
    extract.way(
        shapely.Polygon(planned.water.exterior),
        {"natural": "water", "water": "river", "name": "榆河"},
    )
    extract.way(planned.river, {"waterway": "river", "name": "榆河"})
    for number, canal in enumerate(planned.canals, start=1):
        extract.way(canal, {"waterway": "canal", "name": f"{'一二三'[number - 1]}分干渠"})
    extract.way(planned.railway, {"railway": "rail", "name": "榆西铁路"})


def _with_place(line: shapely.LineString, place: shapely.Point) -> list[tuple[float, float]]:
    """Return the vertices of a line with one more at a place on it."""
    along = line.project(place)
    places = [line.project(shapely.Point(vertex)) for vertex in line.coords]
    coords = [(x, y) for x, y in line.coords]
    if min(abs(known - along) for known in places) < 0.02:
        return coords
    if shapely.Point(coords[0]).distance(shapely.Point(coords[-1])) < 0.01:
        places[-1] = line.length
    position = int(np.searchsorted(places, along))
    return [*coords[:position], (place.x, place.y), *coords[position:]]
