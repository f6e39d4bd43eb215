"""SQL as somebody writes it who passes by the services: the database has to hold out alone."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

import pytest
from django.db import IntegrityError, connection, transaction

EVENT = """
    INSERT INTO audit_auditevent (chain, sequence, at, verb, target_type, target_id, actor, actor_id, reason,
                                  request_id, xid, changes, previous_hash, hash)
    VALUES (%s, 0, now(), 'test.told', 'test', '', 'somebody', '', '', '', 0, '{}', '', '')
"""


@contextmanager
def refused(rule: str) -> Iterator:
    """The database refuses what is inside, by the rule of this name; what came before stays."""
    with pytest.raises(IntegrityError) as refusal, transaction.atomic():  # noqa: PT012
        yield
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")
    assert rule in refusal.value.__cause__.diag.constraint_name


@contextmanager
def another_connection() -> Iterator:
    """A second connection to the same database."""
    other = connection.copy()
    try:
        yield other
    finally:
        other.close()


@contextmanager
def with_triggers_off() -> Iterator:
    """A cursor of a superuser who has put the triggers to sleep, until the end of the transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        try:
            yield cursor
        finally:
            cursor.execute("SET session_replication_role = origin")


def tell(chain: UUID, *, using=connection) -> None:
    """Write one event by hand."""
    with using.cursor() as cursor:
        cursor.execute(EVENT, [chain])
