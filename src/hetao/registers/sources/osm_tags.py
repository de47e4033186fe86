"""Which register an OpenStreetMap object goes into: rules that are data."""

import re
import tomllib
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal

from hetao.errors import UserError
from hetao.registers.definition import registers

Shape = Literal["node", "way", "area"]
Tags = Mapping[str, str]

NAME_KEYS = ("name:zh", "name", "official_name", "alt_name", "operator", "brand")


@dataclass(frozen=True)
class Rule:
    """One line of the mapping: objects that fit go into a register with these values."""

    register: str
    on: frozenset[str]
    when: Mapping[str, frozenset[str] | None]
    unless: Mapping[str, frozenset[str] | None]
    name: re.Pattern[str] | None
    unless_name: re.Pattern[str] | None
    values: Mapping[str, Any]

    def fits(self, tags: Tags, shape: Shape, names: str) -> bool:
        """Say whether an object of this shape with these tags and names is meant."""
        if shape not in self.on:
            return False
        for key, wanted in self.when.items():
            if not _has(tags, key, wanted):
                return False
        if any(_has(tags, key, barred) for key, barred in self.unless.items()):
            return False
        if self.name is not None and not self.name.search(names):
            return False
        return not (self.unless_name is not None and self.unless_name.search(names))


@dataclass(frozen=True)
class TagMapping:
    """
    All rules, found by the keys that they ask for.

    Attributes
    ----------
    football_area_m2 : mapping of str to float
        The least area of a pitch of each kind.
    """

    rules: Sequence[Rule]
    by_key: Mapping[str, Sequence[tuple[int, Rule]]]
    football_area_m2: Mapping[str, float]
    closed_prefixes: tuple[str, ...]

    @property
    def keys(self) -> list[str]:
        """Return every key that some rule asks for: other objects need not be looked at."""
        return sorted(self.by_key)

    def matches(self, tags: Tags, shape: Shape) -> Iterator[Rule]:
        """Yield the rules that decide, in order: the first of each register, all of facilities."""
        found = {number: rule for key in tags for number, rule in self.by_key.get(key, ())}
        if not found or any(key.startswith(self.closed_prefixes) for key in tags):
            return
        names = " ".join(tags[key] for key in NAME_KEYS if key in tags)
        seen: set[str] = set()
        for _, rule in sorted(found.items(), key=lambda item: item[0]):
            if rule.register in seen or not rule.fits(tags, shape, names):
                continue
            yield rule
            if rule.register != "facilities":
                seen.add(rule.register)


@cache
def tag_mapping(path: Path | None = None) -> TagMapping:
    """
    Return the mapping, with a file of the user's laid over it.

    Raises
    ------
    UserError
        If the file is no TOML, or a rule names a register or field that does not exist.
    """
    text = (files("hetao.registers.sources") / "osm_tags.toml").read_text("utf-8")
    raw = tomllib.loads(text)
    own: dict[str, Any] = {}
    if path is not None:
        try:
            own = tomllib.loads(path.read_text("utf-8"))
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            raise UserError("bad_mapping", {"path": path, "why": error}) from error
    merged = raw | {key: value for key, value in own.items() if key != "rule"}
    rows = [*own.get("rule", []), *raw["rule"]]
    faults = [fault for row in rows for fault in _faults(row)]
    if faults:
        raise UserError("bad_mapping", {"path": path, "why": "; ".join(faults)})
    rules = [_rule(row) for row in rows]
    by_key: dict[str, list[tuple[int, Rule]]] = defaultdict(list)
    for number, rule in enumerate(rules):
        by_key[next(iter(rule.when))].append((number, rule))
    return TagMapping(
        rules, dict(by_key), merged["football_area_m2"], tuple(merged["closed_prefixes"])
    )


def _rule(row: Mapping[str, Any]) -> Rule:
    return Rule(
        register=row["register"],
        on=frozenset(row.get("on", ("node", "way", "area"))),
        when={key: _values(value) for key, value in row["when"].items()},
        unless={key: _values(value) for key, value in row.get("unless", {}).items()},
        name=re.compile(row["name"]) if "name" in row else None,
        unless_name=re.compile(row["unless_name"]) if "unless_name" in row else None,
        values=row.get("set", {}),
    )


def _faults(row: Mapping[str, Any]) -> Iterator[str]:
    if row.get("register") not in registers():
        yield f"register {row.get('register')!r}"
        return
    if not row.get("when"):
        yield f"a rule of {row['register']} has no `when`"
    known = {field.name for field in registers()[row["register"]].fields}
    for field in row.get("set", {}):
        if field not in known:
            yield f"{row['register']}.{field}"


def _values(value: str | list[str]) -> frozenset[str] | None:
    return None if value == "*" else frozenset(value)


def _has(tags: Tags, key: str, wanted: frozenset[str] | None) -> bool:
    value = tags.get(key)
    if value is None:
        return False
    if wanted is None or value in wanted:
        return True
    return ";" in value and any(part.strip() in wanted for part in value.split(";"))
