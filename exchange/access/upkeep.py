"""Lets go of what is kept for a time only: answers, calls, counts, and the OAuth tokens that have ended."""

import time
from datetime import timedelta

from allauth.idp.oidc.models import Token
from django.conf import settings
from django.db import connection
from django.utils import timezone

from exchange.access import idempotency

EVERY = 3600.0
"""Seconds between two sweeps of one process."""

AT_ONCE = 1000
"""Rows that one sweep removes of each table at most."""

_swept = time.monotonic()


def overdue() -> dict[str, tuple[str, str, list]]:
    """Table → its key, and the condition under which its rows are let go of, with parameters."""
    now = timezone.now()
    days = timedelta(days=settings.API_CALLS_KEPT_DAYS)
    return {
        "exchange_keptanswer": ("id", "at < %s", [now - idempotency.KEPT_FOR]),
        "exchange_apicall": ("id", "at < %s", [now - days]),
        "exchange_ratewindow": ("bucket", "minute < %s", [int(now.timestamp()) // 60 - 60]),
        Token._meta.db_table: ("id", "expires_at < %s", [now - timedelta(days=1)]),
    }


def prune(at_most: int | None = None) -> dict[str, int]:
    """Remove what is overdue, `at_most` so many rows of each table; table → how many went."""
    gone = {}
    with connection.cursor() as cursor:
        for table, (key, condition, parameters) in overdue().items():
            # Rows that another sweep holds are left to it: two never wait for each other.
            cursor.execute(
                f"DELETE FROM {table} WHERE {key} IN"  # noqa: S608 our own names
                f" (SELECT {key} FROM {table} WHERE {condition} LIMIT %s FOR UPDATE SKIP LOCKED)",
                [*parameters, at_most],
            )
            gone[table] = cursor.rowcount
    return gone


def sweep() -> None:
    """Prune a little, at most once an hour in this process: enough where nobody runs the command."""
    global _swept
    if time.monotonic() - _swept > EVERY:
        _swept = time.monotonic()
        prune(AT_ONCE)
