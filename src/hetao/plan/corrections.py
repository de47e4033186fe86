"""Reading a plan again without losing what people corrected."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

_OWN_KEYS = frozenset({"by_hand", "note", "removed", "conflicts"})
_MOVES = frozenset({"id", "measure_id", "start", "end", "text", "sentence", "clauses"})
_ALIKE = 0.75


@dataclass(frozen=True)
class Conflict:
    """A value that a person set and that the text now gives otherwise."""

    item: str
    key: str
    by_hand: object
    read: object


@dataclass(frozen=True)
class Merged:
    """A ledger's tables after reading again."""

    tables: dict[str, Any]
    conflicts: tuple[Conflict, ...]
    kept: int


def merge(
    mine: Mapping[str, Any], before: Mapping[str, Any] | None, now: Mapping[str, Any]
) -> Merged:
    """
    Return what the text says now, with what people set.

    Parameters
    ----------
    mine : mapping
        Tables of the file as people left it.
    before : mapping or None
        Tables as the last reading wrote them; without it, every value of `mine` that differs
        from `now` counts as set by a person.
    now : mapping
        Tables of this reading.

    Returns
    -------
    Merged
        Items carry `by_hand`, the keys that a person set; these win. Items a person added stay
        (`by_hand = ["*"]`); items a person deleted stay away, as `removed = true`. `conflicts`
        lists the values that the text now gives otherwise than both the person and the last
        reading.
    """
    base = before if before is not None else now
    now = _with_kept_ids(base, now)
    conflicts: list[Conflict] = []
    tables: dict[str, Any] = {
        "document": _item(
            mine.get("document", {}),
            base.get("document", {}),
            now["document"],
            "document",
            conflicts,
        )
    }
    for part in ("sections", "measures", "targets"):
        rows = _Rows(mine.get(part, []), base.get(part, []), now.get(part, []))
        tables[part] = list(rows.merged(part, conflicts))
    _point_to_measures(tables, now)
    kept = sum(1 for row in _all(tables) if row.get("by_hand") or row.get("removed"))
    return Merged(tables, tuple(conflicts), kept)


def _with_kept_ids(base: Mapping[str, Any], now: Mapping[str, Any]) -> dict[str, Any]:
    """Return this reading's tables with the ids that its items had before."""
    kept = dict(now)
    renamed: dict[str, str] = {}
    for part in ("sections", "measures", "targets"):
        rows = [dict(row) for row in now.get(part, [])]
        before = base.get(part, [])
        taken = {str(row.get("id")) for row in before}
        pairs = _paired(rows, before)
        for index, row in enumerate(rows):
            old = str(row.get("id", ""))
            if index in pairs:
                row["id"] = before[pairs[index]].get("id", old)
            elif old in taken:
                row["id"] = _free_id(old, taken)
            taken.add(row["id"])
            renamed[f"{part} {old}"] = row["id"]
        kept[part] = rows
    for row in kept["targets"]:
        if "measure_id" in row:
            row["measure_id"] = renamed.get(f"measures {row['measure_id']}", row["measure_id"])
    for row in kept["sections"]:
        if "parent" in row:
            row["parent"] = renamed.get(f"sections {row['parent']}", row["parent"])
    return kept


def _free_id(id_: str, taken: set[str]) -> str:
    letter = id_.rstrip("0123456789")
    number = max(
        (int(other[len(letter) :]) for other in taken if other[len(letter) :].isdigit()), default=0
    )
    return f"{letter}{number + 1}"


def _all(tables: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield tables["document"]
    for part in ("sections", "measures", "targets"):
        yield from tables[part]


def _point_to_measures(tables: dict[str, Any], now: Mapping[str, Any]) -> None:
    """Point targets that a person added to the measures as they are numbered now."""
    ids = {row["id"] for row in tables["measures"]}
    by_number = {row["number"]: row["id"] for row in now.get("measures", [])}
    for target in tables["targets"]:
        if target.get("measure_id") and target["measure_id"] not in ids:
            found = by_number.get(target.get("measure", ""))
            target.pop("measure_id")
            if found:
                target["measure_id"] = found


@dataclass(frozen=True)
class _Rows:
    """The items of one part, in three editions."""

    mine: Sequence[Mapping[str, Any]]
    base: Sequence[Mapping[str, Any]]
    now: Sequence[Mapping[str, Any]]

    def merged(self, part: str, conflicts: list[Conflict]) -> Iterator[dict[str, Any]]:
        """Yield the items: those of the text in its order, then those that people added."""
        mine_of_base = _paired(self.base, self.mine, by_id=True)
        base_of_now = _paired(self.now, self.base)
        used: set[int] = set()
        result: list[dict[str, Any]] = []
        for index, row in enumerate(self.now):
            base_index = base_of_now.get(index)
            if base_index is None:
                result.append(dict(row))
                continue
            mine_index = mine_of_base.get(base_index)
            if mine_index is None:
                result.append({**row, "removed": True})
                continue
            used.add(mine_index)
            name = f"{part} {row.get('number') or row.get('id')}"
            own = self.mine[mine_index]
            result.append(_item(own, self.base[base_index], row, name, conflicts))
        gone = set(range(len(self.base))) - set(base_of_now.values())
        for index, row in enumerate(self.mine):
            if index in used:
                continue
            base_index = next((b for b, m in mine_of_base.items() if m == index), None)
            vanished = base_index in gone if base_index is not None else False
            if not vanished or _touched(row, self.base[base_index or 0]):
                hand = row.get("by_hand") or ["*"]
                result.append({**row, "by_hand": hand})
        yield from result


def _touched(row: Mapping[str, Any], base: Mapping[str, Any]) -> bool:
    """Say whether a person changed an item that the text no longer holds."""
    return bool(row.get("by_hand") or row.get("note") or _changed(row, base))


def _changed(mine: Mapping[str, Any], base: Mapping[str, Any]) -> list[str]:
    keys = [*mine, *(key for key in base if key not in mine)]
    return [key for key in keys if key not in _OWN_KEYS | _MOVES and mine.get(key) != base.get(key)]


def _item(
    mine: Mapping[str, Any],
    base: Mapping[str, Any],
    now: Mapping[str, Any],
    name: str,
    conflicts: list[Conflict],
) -> dict[str, Any]:
    marked = [key for key in mine.get("by_hand", []) if key != "*"]
    hand = list(dict.fromkeys([*marked, *_changed(mine, base)]))
    item = dict(now)
    told: list[str] = []
    for key in hand:
        read = now.get(key)
        if key in mine:
            item[key] = mine[key]
        else:
            item.pop(key, None)
        if read != mine.get(key) and read != base.get(key):
            conflicts.append(Conflict(name, key, mine.get(key), read))
            told.append(f"{key} = {read!r}")
    for key in ("note", "removed"):
        if key in mine:
            item[key] = mine[key]
    if hand:
        item["by_hand"] = hand
    if told:
        item["conflicts"] = told
    return item


def _paired(
    new: Sequence[Mapping[str, Any]], old: Sequence[Mapping[str, Any]], *, by_id: bool = False
) -> dict[int, int]:
    """Return which item of `old` each item of `new` is: by its words, then by likeness."""
    free = dict.fromkeys(range(len(old)))
    pairs: dict[int, int] = {}
    keys = (_words, _title, _place)
    for key in (_id, *keys) if by_id else keys:
        places: dict[object, list[int]] = {}
        for index in free:
            places.setdefault(key(old[index]), []).append(index)
        for index, row in enumerate(new):
            waiting = places.get(key(row), []) if index not in pairs else []
            if waiting and key(row) is not None:
                pairs[index] = waiting.pop(0)
                free.pop(pairs[index], None)
    for index, row in enumerate(new):
        if index in pairs or not free:
            continue
        scores = {other: _likeness(row, old[other]) for other in free}
        best = max(scores, key=lambda other: scores[other])
        if scores[best] >= _ALIKE:
            pairs[index] = best
            free.pop(best)
    return pairs


def _id(row: Mapping[str, Any]) -> object:
    return row.get("id")


def _words(row: Mapping[str, Any]) -> object:
    """Return what names an item in the text: where it stands and its own words."""
    if "written" in row:
        return row.get("measure", ""), row["written"]
    return row.get("section", ""), row.get("number", ""), row.get("title", "")


def _title(row: Mapping[str, Any]) -> object:
    """Return the title of a measure or section, whose number may have moved on."""
    return row.get("title") or None


def _place(row: Mapping[str, Any]) -> object:
    """Return the number of a measure or section; targets are told by their id alone."""
    if "operator" in row:
        return ("target", row.get("id")) if "written" not in row else None
    return row.get("section", ""), row.get("parent", ""), row.get("number", "")


def _likeness(one: Mapping[str, Any], other: Mapping[str, Any]) -> float:
    if one.get("measure") != other.get("measure") or ("written" in one) != ("written" in other):
        return 0.0
    words = (str(row.get("written") or row.get("title") or "") for row in (one, other))
    first, second = words
    return SequenceMatcher(None, first, second, autojunk=False).ratio() if first and second else 0.0
