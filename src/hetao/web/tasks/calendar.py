"""Working days: which there are, how many lie between two days, and whether that is certain."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from importlib.resources import files
from pathlib import Path

from django.conf import settings

from hetao.web.secret import PLATFORM

WEEKEND = 5
ONE = timedelta(days=1)


@dataclass(frozen=True)
class Calendar:
    """
    The days on which offices work.

    Attributes
    ----------
    off, worked : frozenset of date
        Weekdays that are not worked, and weekend days that are.
    years : frozenset of int
        The years that were announced; all others go by the week alone and are provisional.
    """

    off: frozenset[date]
    worked: frozenset[date]
    years: frozenset[int]

    def is_worked(self, day: date) -> bool:
        """Say whether offices work on a day."""
        return day in self.worked or (day.weekday() < WEEKEND and day not in self.off)

    def after(self, day: date, count: int) -> date:
        """
        Return the working day that lies so many working days after a day.

        Raises
        ------
        ValueError
            If the count is not positive.
        """
        if count < 1:
            raise ValueError(count)
        while count:
            day += ONE
            count -= self.is_worked(day)
        return day

    def between(self, start: date, end: date) -> int:
        """Return how many working days follow `start` up to and with `end`; negative if past."""
        if end < start:
            return -self.between(end, start)
        days = (start + ONE * step for step in range(1, (end - start).days + 1))
        return sum(map(self.is_worked, days))

    def is_certain(self, start: date, end: date) -> bool:
        """Say whether every year from one day to another was announced."""
        first, last = sorted((start.year, end.year))
        return all(year in self.years for year in range(first, last + 1))


@cache
def calendar() -> Calendar:
    """Return the calendar of the deployment: ours, with the city's own years in their place."""
    years = _years((files("hetao.web.tasks") / "calendar.toml").read_text("utf-8"))
    own = Path(settings.ROOT) / PLATFORM / "calendar.toml"
    if own.is_file():
        years |= _years(own.read_text("utf-8"))
    return Calendar(
        off=frozenset(day for row in years.values() for day in row.get("off", ())),
        worked=frozenset(day for row in years.values() for day in row.get("worked", ())),
        years=frozenset(years),
    )


def _years(text: str) -> dict[int, Mapping[str, list[date]]]:
    return {row["year"]: row for row in tomllib.loads(text)["years"]}
