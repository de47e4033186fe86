"""The directory of bodies: full and short names, pinyin, parents, and who took over from whom."""

import datetime
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache, cached_property
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal

from hetao.plan.body_file import rows_of
from hetao.plan.body_sounds import sounds

Kind = Literal["department", "county", "party", "utility", "agency", "other"]
EXTRA = "bodies.toml"
"""File of a workspace that adds bodies or sets them otherwise."""
_PREFIXES = ("市", "省", "自治区", "区", "县", "旗", "盟", "州")


@dataclass(frozen=True)
class Body:
    """
    A body that can owe something.

    Attributes
    ----------
    id : str
    name, short : str
        Full name, and the one that plans use: 市住建局.
    kind : {"department", "county", "party", "utility", "agency", "other"}
    level : str
        Level of zones that it works at: city, county.
    parent : str
        Name of the body above it.
    code : str
        Division code of a county.
    aliases : tuple of str
    since, until : str
        First and last day, ISO; "" where not known, or still there.
    successor : str
        Id or name of the body that took over.
    verified : bool
        Whether a document names the body and its dates; `note` says what is missing.
    """

    id: str
    name: str
    short: str
    kind: Kind = "department"
    level: str = "city"
    parent: str = ""
    code: str = ""
    aliases: tuple[str, ...] = ()
    since: str = ""
    until: str = ""
    successor: str = ""
    source: str = ""
    note: str = ""
    verified: bool = True

    @property
    def names(self) -> tuple[str, ...]:
        """Return every name it is known by."""
        return (self.short, self.name, *self.aliases)

    @property
    def pinyin(self) -> str:
        """Return the full name in pinyin, without tones or spaces."""
        return sounds(self.name)[0]

    @property
    def initials(self) -> str:
        """Return the initials of the full name in pinyin."""
        return sounds(self.name)[1]

    def exists_at(self, date: str) -> bool:
        """Say whether it existed at an ISO date, as far as is known."""
        return (not self.since or self.since <= date) and (not self.until or date <= self.until)


@dataclass(frozen=True)
class Directory:
    """
    The bodies of one city.

    Attributes
    ----------
    bodies : tuple of Body
    place : str
        Name of the city: 巴彦淖尔市; "" for the usual departments of any city.
    """

    bodies: tuple[Body, ...]
    place: str = ""

    def search(self, query: str = "") -> list[Body]:
        """
        Return bodies by name, part of a name, pinyin or its initials; the best first.

        Among bodies that a query names equally well, those gone by come last.

        Examples
        --------
        >>> [body.short for body in directory("150800").search("zjj")]
        ['市住建局']
        """
        wanted = "".join(query.split()).lower().replace("ü", "v")
        if not wanted:
            return list(self.bodies)
        scored = [
            (_score(wanted, (*body.names, *self._bare(body))), bool(body.until), place)
            for place, body in enumerate(self.bodies)
        ]
        return [self.bodies[place] for score, _, place in sorted(scored) if score < _NO]

    def find(self, name: str) -> Body | None:
        """
        Return the body of a name: full, short, without its place (住建局), an id or a code.

        Examples
        --------
        >>> known = directory("150800")
        >>> known.find("市住建局") == known.find("巴彦淖尔市住房和城乡建设局")
        True
        """
        return self._index.get(name) or self._index.get(name.removeprefix(self.place))

    def counties(self) -> list[Body]:
        """Return the counties, districts and banners."""
        return [body for body in self.bodies if body.code]

    def at(self, date: str) -> "Directory":
        """Return the directory as it was at an ISO date, as far as is known."""
        return Directory(tuple(b for b in self.bodies if b.exists_at(date)), self.place)

    def successor_of(self, body: Body, date: str | None = None) -> Body:
        """Return who answers for a body's work at an ISO date, today where none is given."""
        day = date or datetime.datetime.now(datetime.UTC).date().isoformat()
        seen = {body.id}
        while body.successor and body.until and body.until < day:
            following = self.find(body.successor)
            if following is None or following.id in seen:
                break
            seen.add(following.id)
            body = following
        return body

    @cached_property
    def _index(self) -> Mapping[str, Body]:
        """Bodies by name; whole names win over those without their place."""
        found: dict[str, Body] = {}
        for body in self.bodies:
            for key in (body.id, body.code, *body.names):
                found.setdefault(key, body)
        for body in self.bodies:
            for key in self._bare(body):
                found.setdefault(key, body)
        found.pop("", None)
        return found

    def _bare(self, body: Body) -> Iterator[str]:
        """Yield a body's names without the place or the level before them."""
        if body.kind == "county":
            yield from (name.removeprefix(self.place) for name in body.names)
            return
        for name in body.names:
            for prefix in (f"中共{self.place}委", self.place, "市委", "市"):
                if prefix and name.startswith(prefix) and len(name) > len(prefix) + 1:
                    yield name[len(prefix) :]
                    break


def directory(code: str | None = None, extra: Path | None = None) -> Directory:
    """
    Return the directory of a city.

    Parameters
    ----------
    code : str
        Its division code. A place that does not ship has the usual departments alone.
    extra : Path
        A file of bodies that adds to what ships, or sets it otherwise.

    Raises
    ------
    UserError
        If that file has faults; all of them at once.
    """
    places: Mapping[str, Mapping[str, Any]] = _data()["places"]
    place = next((row for start, row in places.items() if (code or "").startswith(start)), {})
    shipped = Directory(tuple(_shipped(place)), place.get("name", ""))
    return _with_file(shipped, extra) if extra is not None and extra.is_file() else shipped


def full_name(short: str, city_prefix: str = "") -> str:
    """
    Return the full name of a department by its usual short one; as given where none is known.

    Examples
    --------
    >>> full_name("市住建局", "榆湾市")
    '榆湾市住房和城乡建设局'
    >>> full_name("市场监管局", "榆湾市"), full_name("市委组织部", "榆湾市"), full_name("甲公司")
    ('榆湾市市场监督管理局', '中共榆湾市委组织部', '甲公司')
    """
    bare = short.removeprefix("市委")
    if bare in _data()["party"]:
        return _placed(_data()["party"][bare]["name"], city_prefix) or short
    known = _usual()
    prefix = next((p for p in _PREFIXES if short.startswith(p) and short[len(p) :] in known), "")
    row = known.get(short) or known.get(short[len(prefix) :])
    return (row and _placed(row["name"], city_prefix)) or short


def _placed(name: str, place: str) -> str:
    """Return a name with its place; "" where it cannot be told without one."""
    if "{place}" in name:
        return name.format(place=place) if place else ""
    return place + name


@cache
def _data() -> Mapping[str, Any]:
    return tomllib.loads((files("hetao.plan") / "bodies.toml").read_text("utf-8"))


@cache
def _usual() -> Mapping[str, Mapping[str, Any]]:
    """Departments by every short name."""
    found: dict[str, Mapping[str, Any]] = {}
    for short, row in _data()["departments"].items():
        found |= dict.fromkeys((short, *row.get("aliases", ())), row)
    return found


def _shipped(place: Mapping[str, Any]) -> Iterator[Body]:
    name = place.get("name", "")
    rows: dict[str, dict[str, Any]] = {}
    usual = _data()["departments"] | _data()["party"]
    for bare in place.get("departments", usual):
        rows[usual[bare]["id"]] = _department(bare, usual[bare], name)
    for row in place.get("bodies", ()):
        rows[row["id"]] = rows.get(row["id"], {}) | row
    for row in place.get("counties", ()):
        rows[row["id"]] = _county(row, name)
    for row in rows.values():
        yield Body(**_told({
            "source": place.get("source", ""), "verified": bool(place), **row,
        }))  # fmt: skip


def _department(bare: str, row: Mapping[str, Any], place: str) -> dict[str, Any]:
    prefix = "市委" if row.get("kind") == "party" else "市"
    committee = f"中共{place}委员会" if place else ""
    government = f"{place}人民政府" if place else ""
    return {
        "short": prefix + bare,
        "parent": {"party": committee, "agency": ""}.get(row.get("kind", ""), government),
        **row,
        "name": full_name(prefix + bare, place),
        "aliases": [prefix + alias for alias in row.get("aliases", ())],
    }


def _county(row: Mapping[str, Any], place: str) -> dict[str, Any]:
    name = row["name"]
    return {
        **row,
        "name": f"{place}{name}人民政府",
        "short": name,
        "aliases": [f"{name}人民政府", f"{name}政府"],
        "kind": "county",
        "level": "county",
        "parent": f"{place}人民政府",
        "source": "行政区划代码 GB/T 2260",
    }


def _told(row: Mapping[str, Any]) -> dict[str, Any]:
    return {key: tuple(value) if isinstance(value, list) else value for key, value in row.items()}


def _with_file(shipped: Directory, path: Path) -> Directory:
    found = {body.id: body for body in shipped.bodies}
    for row in rows_of(path, lambda name: shipped.find(name) is not None):
        told: dict[str, Any] = {"source": path.name, "note": "", "verified": True} | _told(row)
        keys = (row.get(key, "") for key in ("id", "short", "name"))
        meant = next((body for key in keys if key and (body := shipped.find(key))), None)
        if meant is not None:
            found[meant.id] = replace(meant, **{**told, "id": meant.id})
            continue
        short = row.get("short") or row.get("name") or row["id"]
        new = Body(
            **({"id": short, "name": full_name(short, shipped.place), "short": short} | told)
        )
        found[new.id] = new
    return Directory(tuple(found.values()), shipped.place)


_NO = 9


def _score(query: str, names: tuple[str, ...]) -> int:
    """Return how well a query names a body: 0 best, `_NO` not at all."""
    told = [name.lower() for name in names]
    heard = [sound for name in names for sound in sounds(name)] if query.isascii() else []
    ways = (
        query in told,
        any(name.startswith(query) for name in told),
        any(query in name for name in told),
        query in heard,
        any(sound.startswith(query) for sound in heard),
        any(query in sound for sound in heard),
    )
    return next((place for place, fits in enumerate(ways) if fits), _NO)
