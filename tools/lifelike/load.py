"""Loads a world into the tables, and draws from its rows all that the triggers would have written meanwhile.

    python -m tools.lifelike.load SIZE SEED [light]      into the empty tables of the settings' database

The rows are loaded while the triggers sleep; then, by the registry's own rules and in a few statements, come

- the lines of descent of bodies, all entries a search looks into (`lib.search.drawings`), and their words;
- the trail: one sealed event for each body, person, programme, agreement and activity, and one for each publication,
  as if entered in another cluster (epoch 0), in a transaction of its own each. An event of registration carries the
  agreement's own row and not its whole dossier;
- what each row was, in `audit_rowversion`: of every row up to WHOLE_PAST agreements, beyond that and in a light
  registry of agreements and bodies alone. `manage.py verify_audit` names every other row of these as one without past.

At the end every foreign key is followed, and the database vacuumed and analyzed. Not filled: accounts' desks, drafts,
files, what came by import, calls, webhooks, merges, other names and profiles.
"""

import io
import os
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import closing
from functools import partial
from itertools import chain
from multiprocessing import get_context

import django
import psycopg2
from django.db import connection

from tools.lifelike.tables import TABLES, Row
from tools.lifelike.world import World

WHOLE_PAST = 100_000
"""Agreements up to which every row has its version: beyond, versions alone would be forty gigabytes."""

AT_ONCE = 60_000
"""Rows that are held before they are sent."""

ALONE = 5_000
"""Agreements up to which one process makes the rows; more of them are made by two."""

DERIVED = ("organizations_descent", "organizations_nameentry", "agreements_textentry", "audit_auditevent")
HEADS = ("organizations_organization", "agreements_agreement")
FIRST_XID = 1_000_000

Say = Callable[[str], None]


class Lost(Exception):
    """Rows that point at nothing."""


def tell(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def fill(world: World, *, awake: bool = False, say: Say = tell) -> int:
    """Load the rows of `world` into empty tables; how many they are.

    With `awake` the triggers do their own work, row by row, and nothing is drawn or checked here: for a test that
    compares. That needs a transaction around it which also writes an audit event.
    """
    with connection.cursor() as cursor:
        if awake:
            return _load(cursor, world.rows(), say)
        cursor.execute("SET session_replication_role = replica")
        indexes = _put_away_indexes(cursor)
        if world.size <= ALONE:
            loaded = _load(cursor, world.rows(), say)
        else:
            with ProcessPoolExecutor(2, get_context("spawn")) as pool:
                loaded = sum(pool.map(partial(_half, world, _parameters()), range(2)))
        _step("lines of descent", lambda: cursor.execute(_DESCENT), say)
        _step("entries of the search", lambda: _in_two([*_entries()]), say)
        _step("words of the entries", lambda: _in_two(_words()), say)
        _step("trail", lambda: _trail(cursor, world), say)
        _step("last changes", lambda: cursor.execute("SELECT mithaq_last_changes()"), say)
        _step("versions of rows", lambda: _versions(cursor, world), say)
        cursor.execute("SELECT setval('agreements_number', %s)", [world.size])
        _step("indexes", lambda: _in_two(indexes), say)
        _step("foreign keys", lambda: follow_keys(cursor), say)
        cursor.execute("SET session_replication_role = origin")
        _step("vacuum, analyze", lambda: cursor.execute("VACUUM ANALYZE"), say)
        return loaded


def _step(what: str, work: Callable[[], object], say: Say) -> None:
    begun = time.monotonic()
    work()
    say(f"  {what}: {time.monotonic() - begun:.1f} s")


def _half(world: World, parameters: dict, which: int) -> int:
    """Load half of the agreements, and with the first half all that is no agreement's: in a process of its own."""
    middle = world.size // 2
    rows = (
        chain(world.others(), world.agreements(range(1, middle + 1))),
        world.agreements(range(middle + 1, world.size + 1)),
    )[which]
    with closing(psycopg2.connect(**parameters)) as session, session.cursor() as cursor:
        session.autocommit = True
        cursor.execute("SET session_replication_role = replica")
        return _load(cursor, rows, lambda line: tell(f"  {which + 1}:{line}"))


def _load(cursor, rows: Iterable[Row], say: Say) -> int:
    begun, loaded, agreements = time.monotonic(), 0, 0
    waiting: dict[str, list[str]] = defaultdict(list)
    held = 0

    def send() -> None:
        for table, columns in TABLES.items():
            if lines := waiting.pop(table, None):
                names = ", ".join(f'"{each}"' for each in columns)
                cursor.copy_expert(f"COPY {table} ({names}) FROM STDIN", io.StringIO("\n".join(lines)))
        took = time.monotonic() - begun
        say(f"  {agreements} agreements, {loaded} rows, {loaded / took:.0f} rows/s, {took:.0f} s")

    for table, row in rows:
        waiting[table].append("\t".join("\\N" if each is None else str(each) for each in row))
        loaded += 1
        held += 1
        agreements += table == "agreements_agreement"
        # Only between agreements: each table is sent as a whole, and a row may point at one of any table.
        if held >= AT_ONCE and table == "agreements_source":
            last = waiting["agreements_source"].pop()
            send()
            waiting["agreements_source"].append(last)
            held = 1
    send()
    return loaded


def _put_away_indexes(cursor) -> list[str]:
    """Drop the indexes that are no constraint's, of all tables that are filled; the SQL that makes them again."""
    cursor.execute(
        """SELECT i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid) FROM pg_index i
             JOIN pg_class c ON c.oid = i.indrelid
            WHERE c.relname = ANY(%s) AND c.relnamespace = 'public'::regnamespace
              AND NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conindid = i.indexrelid)
            ORDER BY pg_get_indexdef(i.indexrelid) LIKE '%%USING gin%%' DESC, 1""",
        [[*TABLES, *DERIVED, "audit_rowversion"]],
    )
    found = cursor.fetchall()
    for name, _definition in found:
        cursor.execute(f"DROP INDEX {name}")
    return [definition for _name, definition in found]


def _in_two(statements: list[str]) -> None:
    """Run the statements in two sessions at once, in this order."""

    def run(statement: str) -> None:
        with psycopg2.connect(**_parameters()) as session, session.cursor() as cursor:
            cursor.execute("SET session_replication_role = replica")
            cursor.execute(statement)
        session.close()

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(run, statements))


def _parameters() -> dict:
    told = connection.get_connection_params()
    return {name: told[name] for name in ("dbname", "user", "password", "host", "port") if told.get(name)}


_DESCENT = """
    WITH RECURSIVE line(ancestor, descendant, depth) AS (
        SELECT id, id, 0 FROM organizations_organization
        UNION ALL
        SELECT o.parent_id, line.descendant, line.depth + 1
          FROM line JOIN organizations_organization o ON o.id = line.ancestor WHERE o.parent_id IS NOT NULL)
    INSERT INTO organizations_descent (ancestor_id, descendant_id, depth)
    SELECT ancestor, descendant, depth FROM line ORDER BY descendant, depth
"""


def _words() -> list[str]:
    from lib import search  # noqa: PLC0415

    return search.words_drawn()


def _entries() -> Iterator[str]:
    from lib import search  # noqa: PLC0415  its models want Django, which a mere look at a stamp does not

    for statements in search.drawings().values():
        yield from sorted(statements, key=lambda each: "agreements_citation" not in each)


# A key tells when its row was entered, and in which record: `World.key`.
_AT = "to_timestamp(('x' || left(replace({0}::text, '-', ''), 12))::bit(48)::bigint / 1000.0)"
_RECORD = "('x' || right({0}::text, 12))::bit(48)::bigint"
_EVENT = """
    INSERT INTO audit_auditevent (chain, sequence, at, verb, target_type, target_id, actor, actor_id, reason,
                                  request_id, epoch, xid, changes, previous_hash, hash)
    SELECT e.chain, e.sequence, e.at, e.verb, e.target_type, e.target_id, e.actor, e.actor_id, e.reason,
           e.request_id, 0, e.xid, e.changes, e.previous_hash, {seal}
      FROM (SELECT t.id AS chain, {sequence} AS sequence, {at} AS at, '{verb}' AS verb, '{kind}' AS target_type,
                   t.id::text AS target_id, '{actor}' AS actor, '{account}' AS actor_id, NULL::uuid AS organization_id,
                   '' AS reason, '' AS request_id, {xid} AS xid, {changes} AS changes, {previous} AS previous_hash
              FROM {tables}) e ORDER BY e.xid, e.chain
"""


def _trail(cursor, world: World) -> None:
    from audit.models import SEALED  # noqa: PLC0415

    editor, reviewer = (f"user:{world.account(number)}" for number in (2, 1))
    entered = [
        ("organization.registered", "organizations", "organization", 0),
        ("person.registered", "organizations", "person", 0),
        ("programme.registered", "agreements", "programme", 0),
        ("agreement.registered", "agreements", "agreement", 0),
        ("activity.reported", "activities", "activity", 2 * world.records),
    ]
    for verb, room, kind, after in entered:
        cursor.execute(
            _EVENT.format(
                seal=SEALED.format(row="e"),
                sequence=1,
                at=_AT.format("t.id"),
                verb=verb,
                kind=f"{room}.{kind}",
                actor="Editor",
                account=editor,
                xid=f"{FIRST_XID + after} + {_RECORD.format('t.id')}",
                changes="jsonb_build_object('dossier', jsonb_build_object('old', NULL, 'new', to_jsonb(t)))",
                previous="''::bytea",
                tables=f"{room}_{kind} t",
            )
        )
    cursor.execute("ANALYZE audit_auditevent")
    cursor.execute(
        _EVENT.format(
            seal=SEALED.format(row="e"),
            sequence=2,
            at=_AT.format("t.id") + " + interval '1 day'",
            verb="agreement.published",
            kind="agreements.agreement",
            actor="Reviewer",
            account=reviewer,
            xid=f"{FIRST_XID + world.records} + {_RECORD.format('t.id')}",
            changes="""'{"editorial_state": {"old": "in_review", "new": "published"}}'::jsonb""",
            previous="first.hash",
            tables="agreements_agreement t JOIN audit_auditevent first ON first.chain = t.id"
            " AND first.sequence = 1 AND t.editorial_state = 'published'",
        )
    )


def _versions(cursor, world: World) -> None:
    cursor.execute(
        "SELECT tgrelid::regclass::text, encode(tgargs, 'hex') FROM pg_trigger WHERE tgname = 'remember_insert'"
    )
    owners = {table: bytes.fromhex(told).split(b"\0")[1].decode() for table, told in cursor.fetchall()}
    for table in TABLES:
        if table not in owners or ((world.light or world.size > WHOLE_PAST) and table not in HEADS):
            continue
        after = 2 * world.records if table.startswith("activities_") else 0
        owner = f"t.{owners[table]}" if owners[table] else "NULL"
        cursor.execute(
            f"""INSERT INTO audit_rowversion (table_name, row_id, owner_id, xid, at, gone, row)
                SELECT '{table}', t.id, {owner}, {FIRST_XID + after} + {_RECORD.format("t.id")},
                       {_AT.format("t.id")}, false, to_jsonb(t) FROM {table} t ORDER BY t.id"""  # noqa: S608
        )


def follow_keys(cursor) -> None:
    """See that every foreign key of every table leads somewhere: nothing looked while the triggers slept."""
    cursor.execute(
        """SELECT c.conname, c.conrelid::regclass::text, a.attname, c.confrelid::regclass::text, b.attname
             FROM pg_constraint c
             JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
             JOIN pg_attribute b ON b.attrelid = c.confrelid AND b.attnum = c.confkey[1]
            WHERE c.contype = 'f' AND c.connamespace = 'public'::regnamespace ORDER BY 1"""
    )
    lost = []
    for name, table, column, other, key in cursor.fetchall():
        cursor.execute(
            f"""SELECT count(*) FROM {table} t WHERE t.{column} IS NOT NULL
                  AND NOT EXISTS (SELECT 1 FROM {other} o WHERE o.{key} = t.{column})"""  # noqa: S608
        )
        if many := cursor.fetchone()[0]:
            lost.append(f"{name}: {many} rows of {table} lead nowhere")
    if lost:
        raise Lost("\n".join(lost))


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    fill(World(int(sys.argv[1]), int(sys.argv[2]), light="light" in sys.argv[3:]))
