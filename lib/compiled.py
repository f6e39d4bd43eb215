"""SQL that Django writes once for all requests of a kind, where writing it would take longer than its answer.

A query is built with stand-ins in the place of what differs from request to request, and asked with the values:

    KEY = stand_in(UUID, "key")
    ONE = compiled(Agreement.objects.filter(pk=KEY).values_list("version"), key=KEY)
    ONE.rows(key=agreement_id)

What the query says stays said in one place, the queryset. Whatever decides about its shape (which conditions there
are) belongs into the key of the cache that keeps it.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any, NamedTuple
from uuid import UUID

from django.core.exceptions import EmptyResultSet
from django.db import connection

from lib import prepared


class Open(NamedTuple):
    """The place of a value that is told when the query is asked."""

    name: str


@dataclass(frozen=True)
class Compiled:
    """The SQL of a query, and its parameters: values, or places for them. Without SQL it finds nothing."""

    sql: str
    parameters: tuple[Any, ...]

    def rows(self, **values: Any) -> list[tuple]:
        """What the query finds; PostgreSQL plans it once for a connection (`prepared`). It may ask for fewer values."""
        if not self.sql:
            return []
        asked = {each.name: values[each.name] for each in self.parameters if isinstance(each, Open)}
        return prepared.rows(self.named, asked)

    def rows_once(self, **values: Any) -> list[tuple]:
        """What a query finds that is hardly asked again: planned for these values alone."""
        if not self.sql:
            return []
        told = [values[each.name] if isinstance(each, Open) else each for each in self.parameters]
        with connection.cursor() as cursor:
            cursor.execute(self.sql, told)
            return cursor.fetchall()

    @cached_property
    def named(self) -> str:
        """The SQL with what is always the same written into it, and names in the places of the rest (`prepared`)."""
        with connection.cursor() as cursor:
            places = tuple(
                f"%({each.name})s" if isinstance(each, Open) else _literal(cursor, each)
                for each in self.parameters
            )
        return self.sql.replace("%%", "%%%%") % places


def _literal(cursor, value: Any) -> str:
    return cursor.mogrify("%s", [value]).decode().replace("%", "%%")


def stand_in(kind: type, name: str) -> Any:
    """A value of `kind` that nothing else has, to stand for `name`: UUID, str, int or datetime."""
    digest = hashlib.sha256(name.encode()).digest()
    if kind is UUID:
        return UUID(bytes=digest[:16])
    if kind is int:
        return 0x7F000000 + int.from_bytes(digest[:2])
    if kind is datetime:
        return datetime(9000, 1, 1, tzinfo=UTC) + timedelta(seconds=int.from_bytes(digest[:4]))
    return f"\ue000{digest.hex()}"


def compiled(queryset, *, possibly: Mapping[str, Any] | None = None, **stand_ins: Any) -> Compiled:
    """The SQL of `queryset`, in which each of `stand_ins` stands for the value of its name.

    Raises ValueError for one that the SQL does not have: it would be asked with what the stand-in happens to be. Those
    that the SQL has `possibly` may be missing.
    """
    try:
        sql, parameters = queryset.query.sql_with_params()
    except EmptyResultSet:
        return Compiled("", ())
    names = {(type(value), value): name for name, value in ({**(possibly or {}), **stand_ins}).items()}
    told = tuple(
        Open(name) if (name := names.get((type(each), each)) if _is_plain(each) else None) else each
        for each in parameters
    )
    if lost := set(stand_ins) - {each.name for each in told if isinstance(each, Open)}:
        raise ValueError(f"The query does not ask for {', '.join(sorted(lost))}: {sql}")
    return Compiled(sql, told)


def _is_plain(value: Any) -> bool:
    return isinstance(value, UUID | str | int | datetime)
