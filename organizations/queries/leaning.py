"""What leans on a record, so that it cannot go: every row that points at it, as the record it belongs to."""

from collections.abc import Iterator
from itertools import islice
from typing import Any

from django.db import models

from audit.models import Recorded
from audit.trail import Actor
from lib import addresses, search
from organizations.models import Descent, DistinctPair, DistinctPeople
from organizations.queries.merging import Link, record_of, with_records

LISTED = 20
"""How many of those that lean on a record are told."""

# Kept by triggers, or statements that go with the record they are about.
_ASIDE = (Descent, DistinctPair, DistinctPeople, search.Entry)
# Where the API tells each kind of record; rooms above are known by name.
_ADDRESSES = {
    "organizations.organization": "organizations",
    "organizations.person": "people",
    "agreements.agreement": "agreements",
    "agreements.programme": "programmes",
    "activities.activity": "activities",
}


def leaned_on(record: models.Model) -> bool:
    """Whether anything points at `record` but its own parts."""
    return any(True for _each in _leaning(record))


def leaning(record: models.Model, *, actor: Actor) -> list[dict]:
    """References to the first of those that lean on `record` and that `actor` may read; the others are not told."""
    told: dict[Any, dict] = {}
    for each in islice(_leaning(record), 10 * LISTED):
        reference = _reference(each, actor)
        if reference is not None:
            told.setdefault(each.pk, reference)
        if len(told) == LISTED:
            break
    return list(told.values())


def _leaning(record: models.Model) -> Iterator[models.Model]:
    """The records that rows pointing at `record` belong to, each once for a column."""
    for link in _links(type(record)):
        seen = set()
        for row in with_records(link.to(record)).iterator(chunk_size=200):
            whole = record_of(row)
            if whole.pk not in seen and whole.pk != record.pk:
                seen.add(whole.pk)
                yield whole


def _links(kind: type[models.Model]) -> list[Link]:
    """Every column that points at records of `kind` and keeps them from going, or would go with them silently."""
    return [
        Link(each.related_model, each.field.name)
        for each in kind._meta.related_objects
        if each.one_to_many
        and not issubclass(each.related_model, _ASIDE)
        and (each.on_delete is models.PROTECT or issubclass(each.related_model, Recorded))
    ]


def _reference(record: models.Model, actor: Actor) -> dict | None:
    """How a document points at it; None for what `actor` may not read, and for what the API does not tell."""
    resource = _ADDRESSES.get(record._meta.label_lower)
    if resource is None:
        return None
    rows = type(record).objects
    if hasattr(rows, "visible_to") and not rows.visible_to(actor).filter(pk=record.pk).exists():
        return None
    return addresses.reference(record._meta.model_name, resource, record.pk, str(record))
