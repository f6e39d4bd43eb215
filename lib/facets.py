"""A filter as its list offers it: the values, how many records each would leave, and which are chosen."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import QuerySet

from lib import languages

SHOWN = 8
"""How many options of a facet are shown before «more»; chosen ones always are."""

MOST = 200
"""How many options drawn from the records a facet has at most, the most frequent ones."""


@dataclass(frozen=True)
class Option:
    """One value of a filter: how many records it would leave, and whether it is chosen."""

    value: str
    label: languages.Text | str
    count: int
    chosen: bool = False


@dataclass(frozen=True)
class Facet:
    """The values of one filter; `more` is how many are not shown."""

    name: str
    label: str
    options: list[Option]
    more: int = 0

    @property
    def chosen(self) -> bool:
        return any(each.chosen for each in self.options)


def facet(
    name: str, label: str, options: Iterable[Option], *, chosen: Collection[str], whole: bool = False
) -> Facet:
    """The facet `name`, its `chosen` values marked; only the first of many options and those, unless `whole`."""
    marked = [replace(each, chosen=each.value in chosen) for each in options]
    if whole or len(marked) <= SHOWN + 1:
        return Facet(name, label, marked)
    shown = [each for index, each in enumerate(marked) if index < SHOWN or each.chosen]
    return Facet(name, label, shown, more=len(marked) - len(shown))


def frequent(rows: QuerySet, column: str, *, chosen: Collection) -> dict[Any, int]:
    """How often `column` has each of its MOST frequent values, and each in `chosen`: two queries at most.

    `rows` are pairs (value, `n`), one for each value.
    """
    ordered = rows.order_by("-n", column)
    counts = dict(ordered[:MOST])
    if missing := [each for each in chosen if each not in counts]:
        asked = dict(ordered.filter(**{f"{column}__in": missing}))
        counts |= {each: asked.get(each, 0) for each in missing}
    return counts
