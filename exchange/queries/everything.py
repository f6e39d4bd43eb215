"""One search over all kinds of records: what says the words, ranked, whatever it is."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q, QuerySet

from activities.filters import saying as activities_saying
from activities.models import Activity
from agreements.filters.words import any_of
from agreements.models import Agreement, Commitment, Programme
from agreements.queries import search
from audit.trail import Actor
from lib import addresses, asking
from organizations import queries as organizations
from organizations.filters import named, people_named
from organizations.models import Organization, Person

IN_NAMES, IN_WORDS = 8, 2
"""What a term counts that is found in what a record is called, or in what it says: as agreements count them."""


@dataclass(frozen=True)
class Found:
    """A record that says what was asked for. `reasons` tell where; only agreements have them.

    `capped` marks one that was ranked among the newest alone, for the words are frequent.
    """

    reference: dict[str, str]
    score: int
    reasons: list[search.Reason] = field(default_factory=list)
    capped: bool = False


def find(words: str, *, actor: Actor, kinds: Collection[str], limit: int) -> list[Found]:
    """The best `limit` records of the `kinds` that say every term of `words`; a fixed number of queries."""
    terms = len(asking.terms(words))
    if not terms:
        return []
    found: list[Found] = []
    for kind, look in KINDS.items():
        if kind in kinds:
            found += look(words, actor, terms, limit)
    place = {kind: number for number, kind in enumerate(KINDS)}
    # Of one score: kinds in their order, and within a kind the order in which it was found.
    return sorted(found, key=lambda each: (-each.score, place[each.reference["type"]]))[:limit]


def _agreements(words: str, actor: Actor, terms: int, limit: int) -> list[Found]:
    rows, capped = search.best(words, actor=actor, limit=limit)
    return [
        Found(
            addresses.reference("agreement", "agreements", each.key, each.title),
            each.score,
            each.reasons,
            capped,
        )
        for each in rows
    ]


def _listed(
    rows: QuerySet, score: int, limit: int, reference: Callable[[Any], dict[str, str]]
) -> list[Found]:
    return [Found(reference(each), score) for each in rows.order_by("-pk")[:limit]]


def _organizations(words: str, actor: Actor, terms: int, limit: int) -> list[Found]:
    rows = Organization.objects.visible_to(actor).filter(named(words), merged_into=None)
    return _listed(rows, terms * IN_NAMES, limit, organizations.reference)


def _people(words: str, actor: Actor, terms: int, limit: int) -> list[Found]:
    rows = Person.objects.visible_to(actor).filter(people_named(words), merged_into=None)
    return _listed(rows, terms * IN_NAMES, limit, organizations.person_reference)


def _programmes(words: str, actor: Actor, terms: int, limit: int) -> list[Found]:
    condition = Q()
    for each in asking.terms(words):
        condition &= any_of("name", "short_name", words=each.words)
    return _listed(
        Programme.objects.filter(condition),
        terms * IN_NAMES,
        limit,
        lambda row: addresses.reference("programme", "programmes", row.pk, row.name),
    )


def _commitments(words: str, actor: Actor, terms: int, limit: int) -> list[Found]:
    readable = Agreement.objects.visible_to(actor)
    saying = search.commitments_saying(words, readable=readable)
    rows = Commitment.objects.filter(saying, agreement__in=readable).select_related("agreement")
    return _listed(
        rows,
        terms * IN_WORDS,
        limit,
        lambda row: addresses.reference("commitment", "commitments", row.pk, row.text),
    )


def _activities(words: str, actor: Actor, terms: int, limit: int) -> list[Found]:
    rows = Activity.objects.visible_to(actor).filter(activities_saying(words))
    return _listed(
        rows,
        terms * IN_WORDS,
        limit,
        lambda row: addresses.reference("activity", "activities", row.pk, row.title),
    )


KINDS: dict[str, Callable[[str, Actor, int, int], list[Found]]] = {
    "agreement": _agreements,
    "organization": _organizations,
    "person": _people,
    "programme": _programmes,
    "commitment": _commitments,
    "activity": _activities,
}
"""What can be found, in the order in which equals stand."""
