"""Notes who asked the API for what: one row for a request, of its outside alone."""

from django.db import connection
from django.utils import timezone

from lib import prepared
from organizations.models import ApiToken

REFUSALS = frozenset({401, 403, 429})
"""What is noted whoever asked; all else, of tokens and accounts alone."""

# The row may be lost in a crash of the server, and nobody waits for the disk: that holds for this statement's own
# transaction. Inside another one it would hold for that one too, so there it is left as it is.
_NOTE = """
    INSERT INTO exchange_apicall (at, token_id, account_id, organization_id, caller, method, route, status, problem,
                                  milliseconds, request_id, address)
    SELECT %(at)s::timestamptz, %(token)s::uuid, %(account)s::uuid, %(organization)s::uuid, %(caller)s::text,
           %(method)s::text, %(route)s::text, %(status)s::smallint, %(problem)s::text, %(milliseconds)s::int,
           %(request)s::text, %(address)s::inet
"""
HASTILY = " FROM set_config('synchronous_commit', 'off', true)"
_ALONE = _NOTE + HASTILY
STATEMENTS = (_NOTE, _ALONE)


def note(
    actor,
    *,
    method: str,
    route: str,
    status: int,
    problem: str = "",
    milliseconds: int,
    request_id: str = "",
    address: str | None = None,
) -> None:
    """Write one call by `actor`, who may be anonymous, from an `address` as `authentication.address` tells it."""
    prepared.tell(
        _NOTE if connection.in_atomic_block else _ALONE,
        {
            "at": timezone.now(),
            "token": actor.pk if isinstance(actor, ApiToken) else None,
            "account": actor.account_id,
            "organization": actor.organization_id,
            "caller": actor.audit_label()[:200],
            "method": method[:10],
            "route": route[:80],
            "status": status,
            "problem": problem[:40],
            "milliseconds": milliseconds,
            "request": request_id[:64],
            "address": address,
        },
    )
