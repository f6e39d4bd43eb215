"""Registries of a thousand to a million agreements, to measure on: made by COPY in the tables that the migrations make.

    python -m tools.dataset 1k 10k 100k 1m     make them, or find them made; SEED=2 for others

The rows are those of `tools/lifelike`. They are loaded while the triggers sleep; then everything that these would have
written is drawn from the rows by the registry's own rules, in a few statements, and every foreign key is followed:

- the lines of descent of bodies, and all entries a search looks into (`lib.search.drawings`);
- the trail: one sealed event for each body, person, programme, agreement and activity, and one for each publication,
  as if entered in another cluster (epoch 0), in a transaction of its own each. An event of registration carries the
  agreement's own row and not its whole dossier;
- what each row was, in `audit_rowversion`: of every row up to WHOLE_PAST agreements, beyond that of agreements and
  bodies alone. `manage.py verify_audit` then finds no fault up to WHOLE_PAST, and names the others' rows beyond.

Not filled: accounts' desks, drafts, files, what came by import, calls, webhooks, merges, other names and profiles.

Databases live in a server of their own, in `var/bench`, and are kept: a stamp over migrations, rows and seed says
whether one can be used again. A database ends vacuumed and analyzed.
"""

import hashlib
import io
import os
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import django
import psycopg2
from django.db import connection

from tools import postgres
from tools.lifelike.tables import TABLES
from tools.lifelike.world import World
from tools.postgres import CHECKOUT, Refusal, Server

SIZES = {"1k": 1_000, "10k": 10_000, "100k": 100_000, "1m": 1_000_000}
WHOLE_PAST = 100_000
"""Agreements up to which every row has its version: beyond, versions alone would be forty gigabytes."""

AT_ONCE = 60_000
"""Rows that are held before they are sent."""

SETTINGS = {
    "shared_buffers": "2GB",
    "effective_cache_size": "8GB",
    "work_mem": "32MB",
    "maintenance_work_mem": "512MB",
    "max_wal_size": "8GB",
    "random_page_cost": "1.1",
    "jit": "off",
}
"""Of the server that is measured on: what a machine for a registry of this size would be given."""

DERIVED = ("organizations_descent", "organizations_nameentry", "agreements_textentry", "audit_auditevent")
HEADS = ("organizations_organization", "agreements_agreement")
FIRST_XID = 1_000_000

Say = Callable[[str], None]


def tell(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


# Databases that are kept.


def server() -> Server:
    """The server of the data sets, running, with SETTINGS. Raises Refusal."""
    found = postgres.start(postgres.data_folder() / "bench" / "postgres")
    held = found.query("SELECT name || '=' || setting FROM pg_file_settings WHERE applied AND error IS NULL")
    if not {f"{name}={value}" for name, value in SETTINGS.items()} <= set(held.splitlines()):
        for name, value in SETTINGS.items():
            found.query(f"ALTER SYSTEM SET {name} = '{value}'")
        found.stop()
        found = postgres.start(found.folder)
    return found


def database(server: Server, size: int, *, seed: int = 1, say: Say = tell) -> str:
    """The name of the database that holds the data set, which is made unless it is there. Raises Refusal."""
    name, stamp = f"dataset_{size}_{seed}", _stamp(CHECKOUT / "tools")
    if _stamped(server, name) == stamp:
        return name
    begun = time.monotonic()
    say(f"{size} agreements: making the database {name}")
    drop(server, name)
    server.query(f'CREATE DATABASE "{name}" TEMPLATE "{_empty(server, say)}"')
    _run(server, name, sys.executable, "-m", "tools.dataset", "fill", str(size), str(seed))
    server.query(f"COMMENT ON DATABASE \"{name}\" IS '{stamp}'")
    say(f"{size} agreements: made in {time.monotonic() - begun:.0f} s")
    return name


@contextmanager
def copy(server: Server, name: str) -> Iterator[str]:
    """A copy of a database to write into, gone at the end."""
    mine = f"{name}_copy"
    drop(server, mine)
    server.query(f'CREATE DATABASE "{mine}" TEMPLATE "{name}" STRATEGY FILE_COPY')
    try:
        yield mine
    finally:
        drop(server, mine)


def drop(server: Server, name: str) -> None:
    server.query(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def environment(server: Server, name: str) -> dict[str, str]:
    """What the settings need to run over a database of the data sets."""
    data = {"DATA_DIR": str(server.folder.parent / "data")}
    return postgres.BARE_ENVIRONMENT | dict(os.environ) | data | {"DATABASE_URL": server.url(name)}


def _stamped(server: Server, name: str) -> str:
    return server.query(
        "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = :'name'", name=name
    )


def _stamp(*more: Path) -> str:
    """A digest over all that a data set follows from: the migrations, and the rows and what is drawn from them."""
    files = sorted(CHECKOUT.glob("*/migrations/*.py"))
    for folder in more:
        files += [folder / "dataset.py", *sorted((folder / "lifelike").glob("*.py"))]
    digest = hashlib.sha256()
    for each in files:
        digest.update(str(each.relative_to(CHECKOUT)).encode() + b"\0" + each.read_bytes() + b"\0")
    return digest.hexdigest()


def _empty(server: Server, say: Say) -> str:
    """The name of a database that has the tables and nothing in them."""
    name, stamp = "dataset_empty", _stamp()
    if _stamped(server, name) != stamp:
        say("the tables, once for all data sets")
        drop(server, name)
        postgres.create_database(server, name)
        _run(server, name, sys.executable, "manage.py", "migrate", "--verbosity", "0")
        server.query(f"COMMENT ON DATABASE \"{name}\" IS '{stamp}'")
    return name


def _run(server: Server, name: str, *command: str) -> None:
    if subprocess.run(command, cwd=CHECKOUT, env=environment(server, name), check=False).returncode:
        raise Refusal(f"The database {name} could not be made: the reason stands above.")


# Filling one, through Django's connection.


def fill(world: World, *, awake: bool = False, say: Say = tell) -> int:
    """Load the rows of `world` into empty tables; how many they are.

    With `awake` the triggers do their own work, row by row, and nothing is drawn or checked here: for a test that
    compares. That needs a transaction around it which also writes an audit event.
    """
    with connection.cursor() as cursor:
        if awake:
            return _load(cursor, world, say)
        cursor.execute("SET session_replication_role = replica")
        indexes = _put_away_indexes(cursor)
        loaded = _load(cursor, world, say)
        _step("lines of descent", lambda: cursor.execute(_DESCENT), say)
        _step("entries of the search", lambda: _in_two([*_entries()]), say)
        _step("trail", lambda: _trail(cursor, world), say)
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


def _load(cursor, world: World, say: Say) -> int:
    begun, loaded, agreements = time.monotonic(), 0, 0
    waiting: dict[str, list[str]] = defaultdict(list)
    held = 0

    def send() -> None:
        for table, columns in TABLES.items():
            if lines := waiting.pop(table, None):
                names = ", ".join(f'"{each}"' for each in columns)
                cursor.copy_expert(f"COPY {table} ({names}) FROM STDIN", io.StringIO("\n".join(lines)))
        took = time.monotonic() - begun
        say(
            f"  {agreements} of {world.size} agreements, {loaded} rows, {loaded / took:.0f} rows/s, {took:.0f} s"
        )

    for table, row in world.rows():
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
        if table not in owners or (world.size > WHOLE_PAST and table not in HEADS):
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
        raise Refusal("\n".join(lost))


# The command line.


def main(words: list[str]) -> int:
    """Make the data sets asked for; or, called by itself, fill the database of the environment."""
    if words[:1] == ["fill"]:
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
        django.setup()
        fill(World(int(words[1]), int(words[2])))
        return 0
    if not words or set(words) - SIZES.keys():
        print(f"Say which: {', '.join(SIZES)}.", file=sys.stderr)
        return 2
    try:
        running = server()
        for each in words:
            print(running.url(database(running, SIZES[each], seed=int(os.environ.get("SEED", "1")))))
    except Refusal as refusal:
        print(refusal, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
