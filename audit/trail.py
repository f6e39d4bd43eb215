"""The one door into the audit table, and the readers of it."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from typing import Any, Protocol
from uuid import NAMESPACE_URL, UUID, uuid5

from django.db import IntegrityError, InternalError, connection, models, transaction
from django.db.backends.postgresql.psycopg_any import DateRange

from audit.models import AuditEvent
from lib import prepared, tracing
from lib.problems import Refused, broken_rule

SECRETS = frozenset({"password", "digest"})
"""Columns whose values are never told, whoever records what."""


class Actor(Protocol):
    """Who acts: a person, a partner system, or the registry's own command line."""

    organization_id: UUID | None

    def audit_label(self) -> str: ...

    def audit_id(self) -> str: ...


@contextmanager
def one_write() -> Iterator[None]:
    """One transaction for one service: every rule is checked before it ends, and a refusal comes in words.

    Raises Refused when the database refuses; nothing inside has then happened.
    """
    try:
        with transaction.atomic():
            yield
            with connection.cursor() as cursor:
                # What waits for the commit is asked here, where it can still be told to a person.
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")
    except (IntegrityError, InternalError) as error:
        raise Refused([broken_rule(error)]) from error


def record(
    verb: str,
    target: models.Model,
    *,
    by: Actor,
    chain: UUID | None = None,
    changes: Mapping[str, tuple[Any, Any]] | None = None,
    reason: str = "",
) -> AuditEvent:
    """Write one event; `changes` maps a field to its (old, new) values.

    `chain` is the id of the record whose history this belongs to, the target's own when not given. Must run inside
    the transaction of the change itself, so that neither exists without the other.
    """
    if not transaction.get_connection().in_atomic_block:
        raise transaction.TransactionManagementError("record() outside a transaction")
    key = target.pk
    event = AuditEvent(
        verb=verb,
        target_type=target._meta.label_lower,
        target_id=str(key),
        chain=chain or (key if isinstance(key, UUID) else chain_of(target._meta.label_lower, key)),
        actor=by.audit_label(),
        actor_id=by.audit_id(),
        organization_id=by.organization_id,
        reason=reason,
        request_id=tracing.request_id(),
        changes={
            field: {"old": plain(old), "new": plain(new)}
            for field, (old, new) in (changes or {}).items()
            if field not in SECRETS
        },
    )
    told = {name: getattr(event, name) for name in _TOLD} | {"changes": json.dumps(event.changes)}
    ((event.pk, event.epoch),) = prepared.rows(_TELL, told)
    event._state.adding, event._state.db = False, connection.alias
    return event


_TOLD = (
    *("chain", "verb", "target_type", "target_id", "actor", "actor_id", "organization_id", "reason"),
    "request_id",
)
# The seal puts in its place in the chain, the moment and the transaction, whatever is said of them.
_TELL = f"""
    INSERT INTO audit_auditevent ({", ".join(_TOLD)}, changes, sequence, at, xid, previous_hash, hash)
    VALUES ({", ".join(f"%({name})s" for name in _TOLD)}, %(changes)s, 0, now(), 0, '', '')
    RETURNING id, epoch
"""  # noqa: S608  names of our own


def chain_of(table: str, key: Any) -> UUID:
    """A chain for a record whose key is no UUID (a vocabulary's code): stable, drawn from its name."""
    return uuid5(NAMESPACE_URL, f"mithaq:{table}:{key}")


def plain(value: Any) -> Any:
    """`value` as JSON can hold it, the same in every language of the reader."""
    match value:
        case None | bool() | int() | float():
            return value
        case str():
            return str(value)
        case date():
            return value.isoformat()
        case DateRange():
            return [plain(value.lower), plain(value.upper)]
        case Mapping():
            return {str(key): plain(each) for key, each in value.items()}
        case list() | tuple() | set() | frozenset():
            return [plain(each) for each in value]
        case models.Model():
            return str(value.pk)
        case UUID() | Decimal():
            return str(value)
    return str(value)


def history(chain: UUID, *, limit: int = 50) -> list[AuditEvent]:
    """The newest events of one chain, newest first, in one query."""
    return list(AuditEvent.objects.filter(chain=chain).order_by("-sequence")[:limit])
