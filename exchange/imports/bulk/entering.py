"""Enters what waits: some thousand lines at a time, all in the one transaction, each agreement with its own event.

The triggers of the tables run as for everybody: they seal the trail, keep the versions of rows, draw the entries of the
search and hold every key and rule. What is deferred is asked as it goes, so that nothing piles up until the end.
"""

from collections.abc import Callable, Iterable, Iterator

from django.db import connection

from audit.trail import Actor
from exchange.imports.bulk.staging import FACTS, streamed
from exchange.imports.flat import free_slug
from exchange.imports.groups import checked
from exchange.imports.known import NotKnown, Registry
from exchange.shapes.columns import Unclear
from lib import tracing
from organizations import services as organization_services
from organizations.shapes import OrganizationShape

AT_ONCE = 5_000
"""Lines of the file that one round enters."""
GREW = (
    "agreements_agreement",
    "agreements_party",
    "agreements_namedgroup",
    "agreements_agreementtheme",
    "agreements_agreementidentifier",
    "agreements_textentry",
    "audit_auditevent",
    "audit_rowversion",
)
"""The tables that grow, to be analyzed before the commit: else the next plans are made for what they held before."""

_SMALL = "SELECT oid::regclass::text FROM pg_class WHERE oid = ANY(%s::regclass[]) AND reltuples < %s"
# What new entries bring to an index of words waits in a list, and goes into the index in its order once that is full:
# the longer the list, the fewer pages are written twice. It is sorted in working memory.
_WAITS_LONGER = "SET LOCAL gin_pending_list_limit = '64MB'; SET LOCAL work_mem = '64MB'"
# The last round goes by what everybody goes by, and empties the list: nobody who comes after is to pay for it.
_WAITS_NO_LONGER = "SET LOCAL gin_pending_list_limit TO DEFAULT"

_UNNAMED = """
    SELECT asked, spoken, line FROM (
        SELECT DISTINCT ON (asked) asked, spoken, line FROM bulk_party p JOIN bulk_row r USING (line)
         WHERE asked IS NOT NULL AND here IS NULL AND NOT EXISTS (SELECT 1 FROM bulk_fault f WHERE f.line = p.line)
         ORDER BY asked, line) names
     ORDER BY line, asked
"""
# Whoever brings a body gives it its name; in all other rows it is known, and the name is how they write it.
_NOW_KNOWN = """
    UPDATE bulk_row r SET facts = jsonb_set(jsonb_set(facts::jsonb,
             ARRAY['parties', (p.position - 1)::text, 'organization'], to_jsonb(%(key)s::text)),
             ARRAY['parties', (p.position - 1)::text, 'name_as_written'], to_jsonb(p.asked))::text
      FROM bulk_party p WHERE p.line = r.line AND p.asked = %(name)s AND p.line IS DISTINCT FROM %(brought)s
"""
_IS_NOW = """
    UPDATE bulk_party SET organization_id = %(key)s,
           name_as_written = CASE WHEN line = %(brought)s THEN '' ELSE asked END WHERE asked = %(name)s
"""
# In the order in which they lean on each other, the events first: the guard then finds them as each row is written.
_ROUND = (
    """
    INSERT INTO audit_auditevent (chain, sequence, at, verb, target_type, target_id, actor, actor_id,
                                  organization_id, reason, request_id, xid, changes, previous_hash, hash)
    SELECT id, 0, clock_timestamp(), 'agreement.registered', 'agreements.agreement', id::text, %(actor)s,
           %(actor_id)s, %(organization)s, '', %(request)s, 0,
           jsonb_build_object('dossier', jsonb_build_object('old', NULL, 'new', facts::jsonb)), '', ''
      FROM bulk_row r WHERE {good} ORDER BY line
    """,
    f"""
    INSERT INTO agreements_agreement (id, number, {", ".join(FACTS)}, editorial_state, registered_by_id,
                                      registered_for_id, restored_by, version)
    SELECT id, nextval('agreements_number'), {", ".join(FACTS)}, 'draft', %(account)s, %(organization)s, '', 1
      FROM (SELECT * FROM bulk_row r WHERE {{good}} ORDER BY line) r
    """,  # noqa: S608 our own columns
    """
    INSERT INTO agreements_agreementidentifier (id, agreement_id, scheme, value)
    SELECT r.id, r.agreement_id, r.scheme, r.value FROM bulk_identifier r WHERE {good} ORDER BY r.id
    """,
    """
    INSERT INTO agreements_agreementtheme (id, agreement_id, theme_id, position)
    SELECT r.id, r.agreement_id, r.theme_id, r.position FROM bulk_theme r WHERE {good} ORDER BY r.id
    """,
    """
    INSERT INTO agreements_namedgroup (id, agreement_id, position, text_en, text_fr, text_ar, place, mention)
    SELECT r.id, r.agreement_id, r.position, r.text_en, r.text_fr, r.text_ar, '', 'provision'
      FROM bulk_group r WHERE {good} ORDER BY r.id
    """,
    """
    INSERT INTO agreements_party (id, agreement_id, position, organization_id, role_id, name_as_written)
    SELECT r.id, r.agreement_id, r.position, r.organization_id, 'party', r.name_as_written
      FROM bulk_party r WHERE {good} ORDER BY r.id
    """,
)
_GOOD = """
    r.line BETWEEN %(first)s AND %(last)s
    AND NOT EXISTS (SELECT 1 FROM bulk_passed p WHERE p.line = r.line)
"""


def enter_bodies(known: Registry, *, by: Actor) -> int:
    """Enter the organizations that rows name and nobody knows, and say in the rows which they are; how many are new."""
    with streamed(_UNNAMED) as rows:
        unnamed = list(rows)
    with connection.cursor() as cursor:
        cursor.execute("CREATE INDEX ON bulk_party (asked) WHERE asked IS NOT NULL")
    new = 0
    for name, language, line in unnamed:
        known.entered("organization")
        brought = None
        try:
            row = known.organization(name)
        except (NotKnown, Unclear):
            content = checked(
                OrganizationShape,
                {
                    "slug": free_slug(name, taken=set()),
                    "source_language": language,
                    "names": {language: name},
                },
            )
            row = organization_services.add_organization(content, parent=None, by=by).organization
            new, brought = new + 1, line
        with connection.cursor() as cursor:
            told = {"key": str(row.pk), "name": name, "brought": brought}
            cursor.execute(_NOW_KNOWN, told)
            cursor.execute(_IS_NOW, told)
    return new


def begin() -> None:
    """What holds for the rest of the transaction, from the moment it begins to write."""
    with connection.cursor() as cursor:
        # All of it becomes known at one moment, and no event is known before what it tells of.
        cursor.execute("SELECT mithaq_moment()")
        # Every chain of it is new: it takes no lock of any.
        cursor.execute("SET LOCAL mithaq.chains = 'new'")


def _pass_over() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMP TABLE bulk_passed ON COMMIT DROP AS SELECT line FROM bulk_fault"
            " UNION SELECT line FROM bulk_row WHERE here IS NOT NULL"
        )
        cursor.execute("CREATE INDEX ON bulk_passed (line)")
        cursor.execute("ANALYZE bulk_passed")
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def enter(by: Actor, step: Callable[[int], None]) -> int:
    """Enter every row that is neither refused nor here already; how many. `step` is told how many more are in."""
    who = {
        "actor": by.audit_label(),
        "actor_id": by.audit_id(),
        "organization": by.organization_id,
        "account": by.account_id,
        "request": tracing.request_id(),
    }
    entered = 0
    _pass_over()
    rounds = list(_rounds())
    with connection.cursor() as cursor:
        cursor.execute(_WAITS_LONGER)
        for number, (first, last) in enumerate(rounds, 1):
            if number == len(rounds):
                cursor.execute(_WAITS_NO_LONGER)
            made = 0
            for each in _ROUND:
                cursor.execute(each.format(good=_GOOD), who | {"first": first, "last": last})
                made = made or cursor.rowcount
            entered += made
            step(made)
            if number == 1:
                # Keys are followed by plans that are kept: made while a table was empty, they would read all of it.
                analyze(_small())
    return entered


def _rounds() -> Iterator[tuple[int, int]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT min(line), max(line) FROM (SELECT line, row_number() OVER (ORDER BY line) - 1 AS place"
            " FROM bulk_row r WHERE NOT EXISTS (SELECT 1 FROM bulk_passed p WHERE p.line = r.line)) rows"
            " GROUP BY place / %s ORDER BY 1",
            [AT_ONCE],
        )
        yield from cursor.fetchall()


def _small() -> list[str]:
    """Those of the tables that grow which held hardly anything when they were analyzed last."""
    with connection.cursor() as cursor:
        cursor.execute(_SMALL, [list(GREW), AT_ONCE])
        return [name for (name,) in cursor.fetchall()]


def analyze(tables: Iterable[str] = GREW) -> None:
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f"ANALYZE {table}")
