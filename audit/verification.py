"""Does the trail still say what it said? Every seal recomputed, every chain followed."""

from dataclasses import dataclass, field

from django.db import connection

from audit.models import SEALED

# Everything here is stated in full and calls no function of ours in the database.
_BROKEN = f"""
    SELECT id, chain, sequence, sealed, linked, counted FROM (
        SELECT e.id, e.chain, e.sequence,
               e.hash = {SEALED.format(row="e")} AS sealed,
               e.previous_hash = coalesce(lag(e.hash) OVER chained, ''::bytea) AS linked,
               e.sequence = row_number() OVER chained AS counted
          FROM audit_auditevent e WINDOW chained AS (PARTITION BY e.chain ORDER BY e.sequence)
    ) checked WHERE NOT (sealed AND linked AND counted) ORDER BY id LIMIT 100
"""
_DIGEST = """
    SELECT encode(sha256(coalesce(string_agg(hash, ''::bytea ORDER BY id), ''::bytea)), 'hex')
      FROM audit_auditevent WHERE xid < %s
"""
# Every transaction before this one has ended: no event can still appear below it.
_HORIZON = "SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint"


@dataclass
class Report:
    """What was checked. `digest` is `<transaction>:<hex>`: all events of earlier transactions, sealed together."""

    events: int
    chains: int
    digest: str
    faults: list[str] = field(default_factory=list)


def verify(expected: str | None = None) -> Report:
    """Check the whole trail; `expected` is a digest that an earlier check printed."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*), count(DISTINCT chain) FROM audit_auditevent")
        events, chains = cursor.fetchone()
        cursor.execute(_BROKEN)
        faults = [
            f"Event {id} (chain {chain}, number {sequence}): "
            + ", ".join(
                words
                for holds, words in (
                    (sealed, "its content is not what was sealed"),
                    (linked, "it does not follow the event before it"),
                    (counted, "an event before it is missing"),
                )
                if not holds
            )
            for id, chain, sequence, sealed, linked, counted in cursor.fetchall()
        ]
        if expected:
            horizon, _, digest = expected.partition(":")
            if not horizon.isdigit() or len(digest) != 64:
                faults.append(f"{expected!r} is no digest: it reads <transaction>:<64 hex digits>")
            else:
                cursor.execute(_DIGEST, [int(horizon)])
                if cursor.fetchone()[0] != digest:
                    faults.append("The trail no longer holds the events of the expected digest.")
        cursor.execute(_HORIZON)
        horizon = cursor.fetchone()[0]
        cursor.execute(_DIGEST, [horizon])
        return Report(events, chains, f"{horizon}:{cursor.fetchone()[0]}", faults)
