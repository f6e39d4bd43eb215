"""The days of one month, in whole weeks: what a page of a calendar is drawn from."""

import re
from calendar import MONDAY, Calendar, monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import islice

_WEEKS = Calendar(MONDAY)
_WRITTEN = re.compile(r"([0-9]{4})-(0[1-9]|1[0-2])")
FIRST, LAST = 1900, 2199
"""The years whose months can be turned to."""


@dataclass(frozen=True, order=True)
class Month:
    """A month of a year between FIRST and LAST; `number` counts from 1."""

    year: int
    number: int

    @classmethod
    def of(cls, day: date) -> "Month":
        return cls(day.year, day.month)

    @classmethod
    def read(cls, written: str) -> "Month | None":
        """The month written `2026-11`, or None.

        >>> Month.read("2026-11"), Month.read("2026-13")
        (Month(year=2026, number=11), None)
        """
        match = _WRITTEN.fullmatch(written)
        return cls(*map(int, match.groups())) if match and FIRST <= int(match[1]) <= LAST else None

    def __str__(self) -> str:
        return f"{self.year:04}-{self.number:02}"

    def __contains__(self, day: date) -> bool:
        return (day.year, day.month) == (self.year, self.number)

    @property
    def first(self) -> date:
        return date(self.year, self.number, 1)

    @property
    def last(self) -> date:
        return date(self.year, self.number, monthrange(self.year, self.number)[1])

    @property
    def before(self) -> "Month | None":
        return self._beside(-1)

    @property
    def after(self) -> "Month | None":
        return self._beside(1)

    def _beside(self, step: int) -> "Month | None":
        year, index = divmod(self.year * 12 + self.number - 1 + step, 12)
        return Month(year, index + 1) if FIRST <= year <= LAST else None

    @property
    def weeks(self) -> list[list[date]]:
        """Whole weeks from Monday to Sunday that hold every day of the month; the ends may lie outside of it.

        >>> [len(week) for week in Month(2026, 11).weeks]
        [7, 7, 7, 7, 7, 7]
        """
        return _WEEKS.monthdatescalendar(self.year, self.number)


def weekdays() -> Iterator[date]:
    """A Monday and the six days after it, to name the columns by."""
    return islice(_WEEKS.itermonthdates(2024, 1), 7)
