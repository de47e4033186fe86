"""Looking things up by words: names, pinyin, initials, codes, addresses."""

from django.db import connection
from django.db.models import Q
from django.db.models.functions import Length

GROUP = 3
"""Letters of a group in PostgreSQL's index; shorter words are found by where they begin."""

CLOSEST = (Length("sought"), "register", "ref")
"""The order of what was found: of two that hold the words, the shorter one is nearer to them."""


def called(words: str) -> Q:
    """Return what things match that are called by some words; all of them where there are none."""
    asked = words.strip().lower()
    if len(asked) >= GROUP or connection.vendor != "postgresql":
        return Q(sought__contains=asked)
    return Q(sought__startswith=asked) | Q(sought__contains=f" {asked}")
