"""Does the trail still say what it said? Every seal recomputed, every chain followed, every row held to its past."""

from dataclasses import dataclass, field

from django.apps import apps
from django.db import connection
from django.db.models import UUIDField

from audit.models import SEALED, Recorded

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
# Rows that are not as their newest version says: `{key}` is SQL for the id that versions know a row by.
_FORGOTTEN = """
    SELECT coalesce(p.row_id, n.row_id),
           CASE WHEN p.row_id IS NULL THEN 'is gone, and its newest version does not say so'
                WHEN n.row_id IS NULL THEN 'has no version at all'
                WHEN n.gone THEN 'is there, and its newest version says that it is gone'
                ELSE 'is not what its newest version says' END
      FROM (SELECT {key} AS row_id, to_jsonb(t) AS row FROM {table} t) p
      FULL JOIN (SELECT DISTINCT ON (row_id) row_id, gone, row FROM audit_rowversion
                  WHERE table_name = %s ORDER BY row_id, id DESC) n ON n.row_id = p.row_id
     WHERE CASE WHEN p.row_id IS NULL THEN NOT n.gone ELSE n.row_id IS NULL OR n.gone OR n.row <> p.row END
     ORDER BY 1 LIMIT 100
"""
# Tables that somebody decided to leave out of the past: their view there reads no versions.
_LEFT_OUT = """
    SELECT viewname FROM pg_views WHERE schemaname = 'past' AND definition NOT LIKE '%%audit_rowversion%%'
"""


@dataclass
class Report:
    """What was checked. `digest` is `<transaction>:<hex>`: all events of earlier transactions, sealed together."""

    events: int
    chains: int
    versions: int
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
        cursor.execute("SELECT count(*) FROM audit_rowversion")
        versions = cursor.fetchone()[0]
        faults += _forgotten(cursor)
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
        return Report(events, chains, versions, f"{horizon}:{cursor.fetchone()[0]}", faults)


def _forgotten(cursor) -> list[str]:
    """Rows that were changed behind the triggers which keep their versions."""
    cursor.execute(_LEFT_OUT)
    left_out = {name for (name,) in cursor.fetchall()}
    faults = []
    for model in apps.get_models():
        table, key = model._meta.db_table, model._meta.pk
        if not issubclass(model, Recorded) or table in left_out:
            continue
        row_id = f't."{key.column}"' if isinstance(key, UUIDField) else f'md5(t."{key.column}")::uuid'
        cursor.execute(_FORGOTTEN.format(key=row_id, table=f'"{table}"'), [table])
        faults += [f"Row {row_id} of {table} {words}" for row_id, words in cursor.fetchall()]
    return faults
