"""The pulse of the registry: the same for as long as nothing that its events tell of has changed."""

from typing import Any

from django.db import connection

_PULSE = """
    WITH now AS MATERIALIZED (
        SELECT mithaq_epoch_now() AS epoch, pg_snapshot_xmin(pg_current_snapshot())::text::bigint AS oldest
    )
    SELECT newest.epoch, newest.xid, newest.id, unsettled.events, CASE WHEN unsettled.events > 0 THEN now.oldest END
      FROM now
     CROSS JOIN LATERAL (
        SELECT count(*) AS events FROM audit_auditevent e WHERE e.epoch = now.epoch AND e.xid >= now.oldest
     ) unsettled
      LEFT JOIN (
        SELECT epoch, xid, id FROM audit_auditevent ORDER BY epoch DESC, xid DESC, id DESC LIMIT 1
     ) newest ON true
"""


def pulse() -> tuple[Any, ...]:
    """Another value after each transaction that wrote events than before it; one query.

    No change of a `Recorded` table is without an event in its transaction, so what is read of them after asking is at
    least as new as the pulse. Transactions end in another order than they begin: the newest event alone would not
    tell of one that began before it and ended after it. Below the oldest transaction that still runs, everything is
    settled; beyond it the events that are there are counted, and none of them ever goes.
    """
    with connection.cursor() as cursor:
        cursor.execute(_PULSE)
        return cursor.fetchone()
