"""What somebody could read once: asked of the versions of rows, which know it of records that are gone or hidden now.

The conditions are those of `Agreement.objects.open_to`, asked of each version of a row as of its own moment; a test
holds the two to each other.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from django.db import connection
from django.utils.dateparse import parse_datetime

from activities.models import ActivityOrganizer, Fulfilment
from agreements.models import Agreement, AgreementSource, Commitment, Party
from audit.trail import Actor
from organizations.permissions import Permission


@dataclass(frozen=True)
class Period:
    """From when to which transaction somebody could read a record; no transaction: what hid it left no version."""

    since: datetime
    hidden_by: int | None
    hidden_at: datetime | None

    def holds(self, at: datetime, xid: int) -> bool:
        """Whether an event of that moment and transaction is from then, or is what ended it."""
        return at >= self.since and (self.hidden_at is None or at < self.hidden_at or xid == self.hidden_by)


ALWAYS = Period(datetime.min.replace(tzinfo=UTC), None, None)

_SHOWN = """
    WITH v AS (
        SELECT row_id, id, at, gone, row,
               lead(xid) OVER history AS next_xid, lead(at) OVER history AS next_at
          FROM audit_rowversion WHERE table_name = %(agreements)s AND row_id = ANY(%(keys)s::uuid[])
        WINDOW history AS (PARTITION BY row_id ORDER BY id)
    ), readable AS (
        SELECT v.*, NOT gone AND (
               (row ->> 'registered_for_id')::uuid = %(organization)s::uuid
            OR (row ->> 'registered_by_id')::uuid = %(account)s::uuid
            OR ((row ->> 'editorial_state' = 'published' OR %(drafts)s)
                AND (row ->> 'confidentiality' = ANY(%(open)s) OR EXISTS (
                    SELECT 1 FROM audit_rowversion p
                     WHERE p.table_name = %(parties)s AND p.owner_id = v.row_id AND NOT p.gone
                       AND p.at <= v.at AND (p.row ->> 'organization_id')::uuid = %(organization)s::uuid
                       AND NOT EXISTS (
                           SELECT 1 FROM audit_rowversion newer
                            WHERE newer.table_name = p.table_name AND newer.row_id = p.row_id
                              AND newer.id > p.id AND newer.at <= v.at))))) AS shown
          FROM v
    )
    SELECT row_id, min(at)::text,
           (array_agg(next_xid ORDER BY id DESC))[1], ((array_agg(next_at ORDER BY id DESC))[1])::text
      FROM readable WHERE shown GROUP BY row_id
"""


def shown(
    actor: Actor, hidden: set[tuple[str, UUID]], chains: Mapping[UUID, UUID]
) -> dict[tuple[str, UUID], Period]:
    """Which of the `hidden` records `actor` could read once, and when: what is told of them is that they are gone."""
    if not hidden:
        return {}
    owners: dict[tuple[str, UUID], set[UUID]] = {}
    found: dict[tuple[str, UUID], Period] = {}
    for name, key in hidden:
        match name:
            case "agreement":
                owners[name, key] = {key}
            case "progress_view":
                owners[name, key] = {chains[key]}
            case "organization" | "person" | "programme":
                found[name, key] = ALWAYS  # everybody who may read reads all of them
    if keys := [key for name, key in hidden if name == "source"]:
        for source, agreement in _cited(keys):
            owners.setdefault(("source", source), set()).add(agreement)
        if actor.may(Permission.VIEW_DRAFTS):
            found |= {("source", key): ALWAYS for key in keys}
    if keys := [key for name, key in hidden if name == "activity"]:
        for activity, agreement in counted(keys):
            owners.setdefault(("activity", activity), set()).add(agreement)
        if actor.organization_id:
            found |= {("activity", key): ALWAYS for key in held(keys, actor.organization_id)}
    if agreements := set().union(*owners.values()):
        times = periods(actor, agreements)
        for record, keys in owners.items():
            if known := [times[key] for key in keys if key in times]:
                # A record that leans on agreements goes by its own event, or with the last of them.
                found[record] = (
                    known[0] if record[0] == "agreement" else Period(min(p.since for p in known), None, None)
                )
    return found


def periods(actor: Actor, agreements: set[UUID]) -> dict[UUID, Period]:
    open_to = [Agreement.Confidentiality.PUBLIC]
    if actor.may(Permission.VIEW_PARTNERS):
        open_to.append(Agreement.Confidentiality.PARTNERS)
    if actor.may(Permission.VIEW_RESTRICTED):
        open_to.append(Agreement.Confidentiality.RESTRICTED)
    with connection.cursor() as cursor:
        cursor.execute(
            _SHOWN,
            {
                "agreements": Agreement._meta.db_table,
                "parties": Party._meta.db_table,
                "keys": [str(each) for each in agreements],
                "organization": str(actor.organization_id) if actor.organization_id else None,
                "account": str(actor.account_id) if actor.account_id else None,
                "drafts": actor.may(Permission.VIEW_DRAFTS),
                "open": [str(each) for each in open_to],
            },
        )
        return {
            key: Period(parse_datetime(since), xid, at and parse_datetime(at))
            for key, since, xid, at in cursor.fetchall()
        }


def _cited(sources: Collection[UUID]) -> list[tuple[UUID, UUID]]:
    """(source, agreement) wherever a source ever was one of an agreement."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT (row ->> 'source_id')::uuid, owner_id FROM audit_rowversion"
            " WHERE table_name = %s AND (row ->> 'source_id')::uuid = ANY(%s::uuid[])",
            [AgreementSource._meta.db_table, [str(each) for each in sources]],
        )
        return cursor.fetchall()


def held(activities: Collection[UUID], organization: UUID) -> list[UUID]:
    """Those that an organization ever was an organizer of."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT owner_id FROM audit_rowversion WHERE table_name = %s"
            " AND owner_id = ANY(%s::uuid[]) AND (row ->> 'organization_id')::uuid = %s::uuid",
            [ActivityOrganizer._meta.db_table, [str(each) for each in activities], str(organization)],
        )
        return [key for (key,) in cursor.fetchall()]


def counted(activities: Collection[UUID]) -> list[tuple[UUID, UUID]]:
    """(activity, agreement) wherever an activity ever counted towards a commitment."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT (f.row ->> 'activity_id')::uuid, c.owner_id FROM audit_rowversion f"
            " JOIN audit_rowversion c ON c.table_name = %s AND c.row_id = f.owner_id"
            " WHERE f.table_name = %s AND (f.row ->> 'activity_id')::uuid = ANY(%s::uuid[])",
            [Commitment._meta.db_table, Fulfilment._meta.db_table, [str(each) for each in activities]],
        )
        return cursor.fetchall()


@dataclass(frozen=True)
class Moment:
    """When something happened to a record: `key` is that of the record, `xid` the transaction."""

    key: UUID
    at: datetime
    xid: int


# Whether a version of a row stood when the event `e` happened, or stood until its transaction and ended by it.
_STOOD = """
    NOT {row}.gone AND ({row}.at <= e.at OR {row}.xid = e.xid)
    AND NOT EXISTS (
        SELECT 1 FROM audit_rowversion newer
         WHERE newer.table_name = {row}.table_name AND newer.row_id = {row}.row_id AND newer.id > {row}.id
           AND newer.at <= e.at AND newer.xid <> e.xid)
"""
_EVENTS = (
    "unnest(%(keys)s::uuid[], %(ats)s::timestamptz[], %(xids)s::bigint[]) WITH ORDINALITY e(key, at, xid, n)"
)
_PARTIES = f"""
    SELECT DISTINCT e.n FROM {_EVENTS}
      JOIN audit_rowversion p ON p.table_name = %(parties)s AND p.owner_id = e.key
       AND (p.row ->> 'organization_id')::uuid = %(organization)s::uuid
     WHERE {_STOOD.format(row="p")}
"""  # noqa: S608 — our own words
_DONE = f"""
    SELECT e.n FROM {_EVENTS}
      JOIN audit_rowversion f ON f.table_name = %(fulfilments)s AND (f.row ->> 'activity_id')::uuid = e.key
      JOIN audit_rowversion c ON c.table_name = %(commitments)s AND c.row_id = f.owner_id
      JOIN audit_rowversion p ON p.table_name = %(parties)s AND p.owner_id = c.owner_id
       AND (p.row ->> 'organization_id')::uuid = %(organization)s::uuid
     WHERE {_STOOD.format(row="f")} AND {_STOOD.format(row="p")}
     UNION
    SELECT e.n FROM {_EVENTS}
      JOIN audit_rowversion o ON o.table_name = %(organizers)s AND o.owner_id = e.key
       AND (o.row ->> 'organization_id')::uuid = %(organization)s::uuid
     WHERE {_STOOD.format(row="o")}
"""  # noqa: S608 — our own words


def with_party(agreements: Sequence[Moment], organization: UUID) -> list[Moment]:
    """The events of agreements to which an organization was a party then, or ceased to be one by them."""
    return _happened(_PARTIES, agreements, organization)


def of_party(activities: Sequence[Moment], organization: UUID) -> list[Moment]:
    """The events of activities that an organization held then, or that counted towards agreements to which it was a
    party; those by which that ended are among them."""
    return _happened(_DONE, activities, organization)


def _happened(sql: str, events: Sequence[Moment], organization: UUID) -> list[Moment]:
    if not events:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            sql,
            {
                "keys": [str(each.key) for each in events],
                "ats": [each.at for each in events],
                "xids": [each.xid for each in events],
                "organization": str(organization),
                "parties": Party._meta.db_table,
                "commitments": Commitment._meta.db_table,
                "fulfilments": Fulfilment._meta.db_table,
                "organizers": ActivityOrganizer._meta.db_table,
            },
        )
        return [events[number - 1] for (number,) in cursor.fetchall()]
