"""The directory of bodies: full and short names, pinyin, parents, and who took over from whom."""

import datetime
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cache, cached_property
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal

from hetao.errors import UserError

Kind = Literal["department", "county", "party", "utility", "agency", "other"]
KINDS = ("department", "county", "party", "utility", "agency", "other")
EXTRA = "bodies.toml"
"""File of a workspace that adds bodies or sets them otherwise."""


@dataclass(frozen=True)
class Body:
    """
    A body that can owe something.

    Attributes
    ----------
    id : str
    name, short : str
        Full name, and the one that plans use: 市住建局.
    aliases : tuple of str
    kind : {"department", "county", "party", "utility", "agency", "other"}
    level : str
        Level of zones that it works at: city, county.
    parent : str
        Name of the body above it.
    code : str
        Division code of a county.
    since, until : str
        ISO dates; "" where not known or still there.
    successor : str
        Id or short name of the body that took over.
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

    @cached_property
    def _sounds(self) -> tuple[tuple[str, str], ...]:
        return tuple(pinyin(name) for name in self.names)

    def exists_at(self, date: str) -> bool:
        """Say whether it existed at an ISO date, as far as is known."""
        return (not self.since or self.since <= date) and (not self.until or date <= self.until)


@dataclass(frozen=True)
class Directory:
    """The bodies of one city."""

    bodies: tuple[Body, ...]
    place: str = ""

    def search(self, query: str = "") -> list[Body]:
        """
        Return bodies by name, part of a name, pinyin or its initials; the best first.

        Examples
        --------
        >>> [body.short for body in directory("150800").search("zjj")][:1]
        ['市住建局']
        """
        wanted = query.strip().lower().replace(" ", "")
        scored = [(_score(body, wanted), place) for place, body in enumerate(self.bodies)]
        return [self.bodies[place] for score, place in sorted(scored) if score < _NO]

    def find(self, name: str) -> Body | None:
        """Return the body of a name, full or short or with its place before it."""
        bare = name.removeprefix(self.place)
        for body in self.bodies:
            if name in (body.id, *body.names) or (bare and bare in body.names):
                return body
        return None

    def counties(self) -> list[Body]:
        """Return the counties, districts and banners."""
        return [body for body in self.bodies if body.code]

    def at(self, date: str) -> "Directory":
        """Return the directory as it was at an ISO date."""
        return Directory(tuple(b for b in self.bodies if b.exists_at(date)), self.place)

    def successor_of(self, body: Body, date: str | None = None) -> Body:
        """Return who answers for a body's work at an ISO date, today where none is given."""
        day = date or datetime.datetime.now(datetime.UTC).date().isoformat()
        seen = {body.id}
        while body.successor and not body.exists_at(day):
            following = self.find(body.successor)
            if following is None or following.id in seen:
                break
            seen.add(following.id)
            body = following
        return body


@cache
def _data() -> Mapping[str, Any]:
    return tomllib.loads((files("hetao.plan") / "bodies.toml").read_text("utf-8"))


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
    given = code or ""
    rows: Mapping[str, Mapping[str, Any]] = _data()["places"]
    place = next((row for start, row in rows.items() if given.startswith(start)), {})
    found = {body.id: body for body in _shipped(place)}
    if extra is not None and extra.is_file():
        found |= {body.id: body for body in _of_file(extra, place)}
    return Directory(tuple(found.values()), place.get("name", ""))


def full_name(short: str, place: str = "") -> str:
    """
    Return the full name of a department by its usual short one.

    Examples
    --------
    >>> full_name("市住建局", "榆湾市")
    '榆湾市住房和城乡建设局'
    >>> full_name("市场监管局", "榆湾市"), full_name("甲公司")
    ('榆湾市市场监督管理局', '甲公司')
    """
    known = _data()["departments"]
    for bare in (short, short[1:]):
        if bare in known:
            return f"{place}{known[bare]}"
    return short


@cache
def pinyin(name: str) -> tuple[str, str]:
    """
    Return a name in pinyin without tones, and its initials.

    Examples
    --------
    >>> pinyin("住建局")
    ('zhujianju', 'zjj')
    """
    from pypinyin import lazy_pinyin, load_phrases_dict

    load_phrases_dict({
        words: [[sound] for sound in read.split()] for words, read in _data()["readings"].items()
    })  # fmt: skip
    sounds = lazy_pinyin(name)
    return "".join(sounds).lower(), "".join(sound[:1] for sound in sounds).lower()


_NO = 9


def _score(body: Body, query: str) -> int:
    """Return how well a query names a body: 0 best, `_NO` not at all."""
    names = [name.lower() for name in body.names]
    sounds = body._sounds if query.isascii() and query else ()
    ways = (
        not query or query in names,
        any(name.startswith(query) for name in names),
        any(query in name for name in names),
        any(query in (full, initials, initials[1:]) for full, initials in sounds),
        any(query in full or query in initials for full, initials in sounds),
    )
    return next((place for place, fits in enumerate(ways) if fits), _NO)


def _shipped(place: Mapping[str, Any]) -> Iterator[Body]:
    name, prefix = place.get("name", ""), place.get("prefix", "市")
    own = {row["short"] for row in place.get("bodies", ())}
    for short in place.get("departments", _data()["departments"]):
        if prefix + short not in own:
            yield Body(
                id=prefix + short,
                name=full_name(short, name),
                short=prefix + short,
                parent=f"{name}人民政府" if name else "",
                source=place.get("source", ""),
                verified=bool(place),
            )
    for row in place.get("bodies", ()):
        yield _body({"source": place["source"], **row}, name)
    for row in place.get("counties", ()):
        yield Body(
            id=row["code"], name=f"{name}{row['name']}人民政府", short=row["name"], kind="county",
            level="county", parent=f"{name}人民政府", code=row["code"], source=place["source"],
            aliases=(f"{row['name']}人民政府", f"{row['name']}政府"),
        )  # fmt: skip


def _body(row: Mapping[str, Any], place: str) -> Body:
    known = {field.name for field in fields(Body)}
    given: dict[str, Any] = {
        key: tuple(value) if isinstance(value, list) else value
        for key, value in row.items()
        if key in known
    }
    short = str(given.get("short") or given.get("name") or given["id"])
    return Body(**({"id": short, "name": full_name(short, place), "short": short} | given))


def _of_file(path: Path, place: Mapping[str, Any]) -> list[Body]:
    try:
        rows: Sequence[Any] = tomllib.loads(path.read_text("utf-8")).get("bodies", [])
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UserError("bodies_faults", {"path": path, "faults": f"\n  {error}"}) from None
    faults = list(_faults(rows))
    if faults:
        raise UserError(
            "bodies_faults", {"path": path, "faults": "".join(f"\n  {f}" for f in faults)}
        )
    return [_body({"source": path.name, **row}, place.get("name", "")) for row in rows]


def _faults(rows: Iterable[Any]) -> Iterator[str]:
    texts = {field.name for field in fields(Body)} - {"aliases", "verified"}
    for number, row in enumerate(rows, 1):
        where = f"[[bodies]] {number}"
        if not isinstance(row, Mapping):
            yield f"{where}: {row!r}"
            continue
        if not row.get("short") and not row.get("name"):
            yield f"{where}: short, name ← ?"
        for key, value in row.items():
            if key in texts and not isinstance(value, str):
                yield f'{where}: {key} = {value!r} ← "…"'
            elif key not in texts | {"aliases", "verified"}:
                yield f"{where}: {key} ?"
        for key in ("since", "until"):
            if isinstance(row.get(key), str) and row[key] and not _is_date(row[key]):
                yield f"{where}: {key} = {row[key]!r} ← 2024-03-01"
        if row.get("kind", KINDS[0]) not in KINDS:
            yield f"{where}: kind = {row['kind']!r} ← {', '.join(KINDS)}"


def _is_date(words: str) -> bool:
    try:
        datetime.date.fromisoformat(words)
    except ValueError:
        return False
    return True
