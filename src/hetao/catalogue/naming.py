"""Indicators and variants by the names that people write in tables."""

import re

from hetao.catalogue.entries import Entry, entries


def entry_called(words: str) -> Entry | None:
    """
    Return an indicator by its id, or by its name in any edition.

    Examples
    --------
    >>> found = entry_called("老旧燃气管网改造完成率")
    >>> found.id if found else None
    'gas_main_renewal'
    >>> found = entry_called("未实施好物业管理的小区数量")  # the pilot edition's name
    >>> found.id if found else None
    'estates_property_management'
    """
    known = entries()
    bare = re.sub(r"\s+", "", words)
    named = (entry for entry in known.values() if bare in _names(entry))
    return known.get(words.strip()) or next(named, None)


def variant_called(entry: Entry | None, words: str) -> str:
    """Return a variant's id by its name; the words themselves where none is called so."""
    if entry is None:
        return words
    named = {variant.name_zh: variant.id for variant in entry.variants.values() if variant.name_zh}
    return named.get(words, words)


def _names(entry: Entry) -> set[str]:
    own = {entry.name_zh, entry.name_en, *entry.also_called}
    own |= {version.name_zh for version in entry.versions}
    return {re.sub(r"\s+", "", name) for name in own if name}
