"""The version of a record that has no column for it, and what became of it: read from its chain of events.

The version is the number of the last event in the chain of the record: it grows with every change of the record and of
its parts, and two documents of one version are the same.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import models
from django.db.models import OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from audit.models import AuditEvent, RowVersion
from lib.preconditions import Since

_TRANSLATED = re.compile(r"(?P<name>\w+)_(?P<language>en|fr|ar)")
_CLAIM = re.compile(r"(?P<name>\w+)_(?:text|range|basis|note)")


def with_version(queryset: QuerySet, *, chain: str = "pk") -> QuerySet:
    """Annotate `version`; the column `chain` is the chain of a row. One subquery, however many rows."""
    last = AuditEvent.objects.filter(chain=OuterRef(chain)).order_by("-sequence").values("sequence")[:1]
    return queryset.annotate(version=Coalesce(Subquery(last), 0))


def version_of(chain: UUID) -> int:
    """The version of one record now. Ask it under the lock of the record's row."""
    last = AuditEvent.objects.filter(chain=chain).order_by("-sequence").values_list("sequence", flat=True)
    return last.first() or 0


def changed_since(
    chain: UUID, version: int, *, pointers: Callable[[AuditEvent], Iterable[str]] | None = None
) -> Since:
    """What happened after `version`. `pointers` says of an event where it changed the document, if not by columns."""
    events = list(AuditEvent.objects.filter(chain=chain, sequence__gt=version).order_by("sequence"))
    if not events:
        return Since()
    places = (place for each in events for place in (pointers or pointers_of)(each))
    return Since(events[-1].at, events[-1].actor, sorted(set(places)))


def pointers_of(event: AuditEvent) -> list[str]:
    """Where an event changed the document of its record, as its columns are told: `name_fr` at /names/fr."""
    return [pointer_of(column) for column in event.changes]


def pointer_of(column: str) -> str:
    """The place of a column in the documents of the API.

    >>> pointer_of("name_fr"), pointer_of("parent_id"), pointer_of("held_range"), pointer_of("city")
    ('/names/fr', '/parent', '/held', '/city')
    """
    if told := _TRANSLATED.fullmatch(column):
        return f"/{told['name']}s/{told['language']}"
    if told := _CLAIM.fullmatch(column):
        return f"/{told['name']}"
    return f"/{column.removesuffix('_id')}"


@dataclass(frozen=True)
class Tombstone:
    """A row that is gone: since when, and what it was, by column. `owner` is the record it was a part of."""

    id: UUID
    at: datetime
    row: dict[str, Any]
    owner: UUID | None
    version: RowVersion
    """The version that says so; the one before it is what the row was last."""

    def as_json(self) -> dict[str, str]:
        """As the problem `gone` tells it."""
        return {"id": str(self.id), "deleted_at": self.at.isoformat()}


def tombstone(model: type[models.Model], key: Any) -> Tombstone | None:
    """The tombstone of the row `key` of `model`; None where there is a row, or never was one."""
    try:
        key = key if isinstance(key, UUID) else UUID(str(key))
    except ValueError:
        return None
    versions = RowVersion.objects.filter(table_name=model._meta.db_table, row_id=key)
    last = versions.order_by("-id").first()
    return Tombstone(key, last.at, last.row, last.owner_id, last) if last and last.gone else None
