"""A filter as its list offers it: the values, how many records each would leave, and which are chosen.

No list counts all there is: it looks at so many of the records that were found, the newest, and says so where there
are more. What is counted below that is exact.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import QuerySet

from lib import keyset, languages

SHOWN = 8
"""How many options of a facet are shown before «more»; chosen ones always are."""

LOOKED_AT = 2000
"""Of how many records of a list is counted what is in them: the newest that were found."""

MOST = 200
"""How many options drawn from the records a facet has at most, the most frequent ones."""


@dataclass(frozen=True)
class Total:
    """How many records there are: exactly, or `more` than the `number` that were looked at."""

    number: int
    more: bool = False

    @classmethod
    def of(cls, found: int) -> "Total":
        """`found` is counted up to one more than LOOKED_AT."""
        return cls(min(found, LOOKED_AT), found > LOOKED_AT)


def total(found: QuerySet) -> Total:
    """How many there are, as far as a list looks; one query."""
    return Total.of(keyset.number(found, LOOKED_AT + 1))


def newest(found: QuerySet, *columns: str) -> tuple[list[tuple], Total]:
    """The `columns` of the newest of `found`, which are looked at, and how many there are; one query."""
    rows = list(found.order_by("-pk").values_list(*columns)[: LOOKED_AT + 1])
    return rows[:LOOKED_AT], Total.of(len(rows))


@dataclass(frozen=True)
class Option:
    """One value of a filter: how many records it would leave (`more`: at least so many), and whether it is chosen."""

    value: str
    label: languages.Text | str
    number: int
    chosen: bool = False
    more: bool = False
    whole: bool = False
    """Whether it was counted in all that was found, whatever the others were counted in."""

    def capped(self) -> "Option":
        """The same where not all that was found was looked at."""
        return self if self.whole else replace(self, more=True)

    @property
    def is_empty(self) -> bool:
        """Whether it would leave nothing for certain."""
        return not (self.number or self.more)


@dataclass(frozen=True)
class Facet:
    """The values of one filter; `more` is how many are not shown. `capped`: not all that was found was looked at."""

    name: str
    label: str
    options: list[Option]
    more: int = 0
    capped: bool = False

    @property
    def chosen(self) -> bool:
        return any(each.chosen for each in self.options)


def facet(
    name: str,
    label: str,
    options: Iterable[Option],
    *,
    chosen: Collection[str],
    whole: bool = False,
    capped: bool = False,
) -> Facet:
    """The facet `name`, its `chosen` values marked; only the first of many options and those, unless `whole`."""
    marked = [replace(each.capped() if capped else each, chosen=each.value in chosen) for each in options]
    if whole or len(marked) <= SHOWN + 1:
        return Facet(name, label, marked, capped=capped)
    shown = [each for index, each in enumerate(marked) if index < SHOWN or each.chosen]
    return Facet(name, label, shown, more=len(marked) - len(shown), capped=capped)


def most_frequent(rows: QuerySet, column: str) -> QuerySet:
    """Of pairs (value, `n`), one for each value, those of the MOST frequent values."""
    return rows.order_by("-n", column)[:MOST]


def frequent(rows: QuerySet, column: str, *, chosen: Collection) -> dict[Any, int]:
    """How often `column` has each of its MOST frequent values, and each in `chosen`: two queries at most.

    `rows` are pairs (value, `n`), one for each value.
    """
    ordered = rows.order_by("-n", column)
    counts = dict(most_frequent(rows, column))
    if missing := [each for each in chosen if each not in counts]:
        asked = dict(ordered.filter(**{f"{column}__in": missing}))
        counts |= {each: asked.get(each, 0) for each in missing}
    return counts
