"""Who is who: the record that stands for a merged one, and pairs that are known to be two."""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import Q


def successor(record):
    """The organization or person that `record` was merged into in the end; itself when it was not, or in a circle."""
    kept, seen = record, {record.pk}
    while kept.merged_into_id:
        if kept.merged_into_id in seen:
            return record
        kept = kept.merged_into
        seen.add(kept.pk)
    return kept


def kept(organizations: Iterable) -> list:
    """The organizations, each merged one replaced by what it was merged into: an address that was kept finds it."""
    return list({each.pk: each for each in map(successor, organizations)}.values())


def in_one_order(one: UUID, other: UUID) -> tuple[UUID, UUID]:
    """The two keys as a pair holds them."""
    return (one, other) if one < other else (other, one)


def pair_of(pairs, one: UUID, other: UUID):
    """The statement in the table `pairs` that two records are not the same; None when nobody made it."""
    first, second = in_one_order(one, other)
    return pairs.objects.filter(first=first, second=second).first()


def known_apart(pairs, key: UUID) -> set[UUID]:
    """The records that are known not to be the one with this key."""
    rows = pairs.objects.filter(Q(first=key) | Q(second=key)).values_list("first_id", "second_id")
    return {each for row in rows for each in row} - {key}
