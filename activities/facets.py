"""What the page tells of the activities found: how many, and what each value of a filter would leave."""

from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count, QuerySet

from activities.filters import ActivityFilter
from activities.models import Activity, ActivityOrganizer
from lib import facets, languages
from lib.facets import Facet, Option, Total
from organizations.models import Organization


@dataclass(frozen=True)
class Told:
    """How many activities were found, and what is in them."""

    total: Total
    facets: list[Facet]

    @property
    def capped(self) -> bool:
        """Whether any of it was counted in a part of what was found."""
        return any(each.capped for each in self.facets)


def told(filters: ActivityFilter, *, whole: Collection[str] = ()) -> Told:
    """What the page of `filters` tells, which is valid: status, kind and holder. Four queries, or five.

    The facets in `whole` have all their options. A facet ignores its own values: what is not chosen shows what
    choosing it would add. For each facet with chosen values the activities are found once more.
    """
    found = _Look.at(filters.qs)
    shown = []
    for name, count in _COUNTED.items():
        chosen = {each for each in filters.data.getlist(name) if each}
        look = _Look.at(_without(filters, name).qs) if chosen else found
        options = [
            each
            for each in count(filters, look, chosen)
            if each.number or look.total.more or each.value in chosen
        ]
        if options:
            label = str(filters.form.fields[name].label)
            shown.append(
                facets.facet(name, label, options, chosen=chosen, whole=name in whole, capped=look.total.more)
            )
    return Told(found.total, shown)


def _without(filters: ActivityFilter, name: str) -> ActivityFilter:
    others = filters.data.copy()
    others.pop(name)
    return ActivityFilter(others, queryset=filters.queryset, request=filters.request)


@dataclass(frozen=True)
class _Look:
    """The newest of the activities found: their keys, and how many there are of each status and kind."""

    total: Total
    keys: list[UUID]
    statuses: Counter[str]
    kinds: Counter[str]

    @classmethod
    def at(cls, found: QuerySet[Activity]) -> "_Look":
        rows, total = facets.newest(found, "pk", "status", "kind")
        keys, statuses, kinds = zip(*rows, strict=True) if rows else ((), (), ())
        return cls(total, list(keys), Counter(statuses), Counter(kinds))


# How each facet counts: (filters, what the other filters leave, the chosen values) → options.


def _statuses(filters: ActivityFilter, look: _Look, chosen: set[str]) -> list[Option]:
    return [Option(value, str(label), look.statuses[value]) for value, label in Activity.Status.choices]


def _kinds(filters: ActivityFilter, look: _Look, chosen: set[str]) -> list[Option]:
    return [
        Option(each.pk, str(languages.spoken(each, "label")), look.kinds[each.pk])
        for each in filters.filters["kind"].queryset
    ]


def _holders(filters: ActivityFilter, look: _Look, chosen: set[str]) -> list[Option]:
    rows = ActivityOrganizer.objects.filter(activity__in=look.keys).values_list("organization")
    counts = facets.frequent(
        rows.annotate(n=Count("pk")), "organization", chosen=[UUID(each) for each in chosen]
    )
    named = Organization.objects.in_bulk(list(counts))
    return [Option(str(key), named[key].label, number) for key, number in counts.items()]


_COUNTED: dict[str, Callable[[ActivityFilter, _Look, set[str]], list[Option]]] = {
    "status": _statuses,
    "kind": _kinds,
    "organization": _holders,
}
