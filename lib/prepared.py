"""Statements that PostgreSQL plans once for a connection, where planning would take longer than the answer.

What is prepared belongs to a connection, and a connection to a worker: nothing between the registry and PostgreSQL
may hand connections on from one transaction to the next (docs/operations.md). A statement is called by a digest of its
words, so that no name ever means another one.
"""

import hashlib
from collections import OrderedDict
from collections.abc import Mapping
from typing import Any
from weakref import WeakKeyDictionary

from django.db import connection

MOST = 200
"""How many statements a connection keeps; the one that was asked longest ago makes room."""

_kept: WeakKeyDictionary[Any, OrderedDict[str, str]] = WeakKeyDictionary()


def rows(sql: str, values: Mapping[str, Any]) -> list[tuple]:
    """What `sql` finds, with `%(name)s` in the places of the values and `%%` for a percent sign; one query.

    A name stands for one value, however often; every name must stand somewhere.
    """
    names = sorted(values)
    with connection.cursor() as cursor:
        statement = _prepared(sql, names)
        cursor.execute(
            f"EXECUTE {statement} ({', '.join(['%s'] * len(names))})" if names else f"EXECUTE {statement}",
            [values[each] for each in names],
        )
        return cursor.fetchall()


def tell(sql: str, values: Mapping[str, Any], types: Mapping[str, str] | None = None) -> None:
    """Ask `sql`, which finds nothing, as `rows` does; a value goes as the type that is told of it, if one is."""
    names = sorted(values)
    with connection.cursor() as cursor:
        places = ", ".join(f"%s::{types[each]}" if types and each in types else "%s" for each in names)
        cursor.execute(f"EXECUTE {_prepared(sql, names)} ({places})", [values[each] for each in names])


def called(sql: str) -> str:
    """The name that `sql` is prepared under."""
    return f"mithaq_{hashlib.sha256(sql.encode()).hexdigest()[:24]}"


def _prepared(sql: str, names: list[str]) -> str:
    kept = _kept.setdefault(connection.connection, OrderedDict())
    if sql in kept:
        kept.move_to_end(sql)
        return kept[sql]
    statement = called(sql)
    # Like the settings of a connection: no query of anybody's, neither counted nor told.
    with connection.wrap_database_errors, connection.connection.cursor() as cursor:
        if len(kept) >= MOST:
            longest_ago = next(iter(kept))
            cursor.execute(f"DEALLOCATE {kept[longest_ago]}")
            del kept[longest_ago]
        places = {name: f"${place}" for place, name in enumerate(names, start=1)}
        cursor.execute(f"PREPARE {statement} AS {sql % places}")
    kept[sql] = statement
    return statement
