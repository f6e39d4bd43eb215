"""The feed: what changed since a place in the trail, for the eyes of one actor, with no gap however slow a writer is.

Events are read in the order (epoch, xid, id) and only those of transactions before the horizon, the oldest one that
still runs in this database: all before it have ended, so none of their events can still appear behind a reader. A
number drawn from a sequence would not do: it is drawn before the commit, and a reader would pass over whoever commits
late.
"""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from agreements.models import Agreement
from audit.trail import Actor
from audit.versions import pointer_of, with_version
from exchange.queries.shown import shown
from exchange.queries.telling import (
    CREATED,
    DELETED,
    KINDS,
    MEMBERS,
    MERGED,
    TARGETS,
    UPDATED,
    Kind,
    action_of,
)
from lib import addresses

SCANNED = 1000
"""Events one call looks at: where somebody may read hardly any, a page ends here and says that there is more."""

_FORM = re.compile(r"[0-9a-f]{4}[0-9a-f]{16}[0-9a-f]{16}")
_ROW = re.compile(r"([a-z]+) ([0-9a-f]{8}-[0-9a-f-]{27})")


class BadToken(ValueError):
    """The token is not one of ours."""


class Expired(Exception):
    """The registry has no such place any more: it went back to a backup that is older than the token."""


@dataclass(frozen=True, order=True)
class Place:
    """A place in the feed: that of an event, or the beginning."""

    epoch: int = 0
    xid: int = 0
    id: int = 0

    def token(self) -> str:
        """As it is given out: 36 hexadecimal digits that sort as the feed does."""
        return f"{self.epoch:04x}{self.xid:016x}{self.id:016x}"

    @classmethod
    def read(cls, token: str) -> "Place":
        """Raises BadToken for anything `token` never gave out."""
        if not _FORM.fullmatch(token):
            raise BadToken(token)
        place = cls(int(token[:4], 16), int(token[4:20], 16), int(token[20:], 16))
        if place.epoch >= 2**15 or max(place.xid, place.id) >= 2**63:
            raise BadToken(token)
        return place


BEGINNING = Place()


@dataclass(frozen=True)
class Horizon:
    """Up to where the feed can be read now, and how long the oldest open transaction has held it there."""

    epoch: int
    xid: int
    lag_seconds: float


@dataclass
class Line:
    """One thing that happened to one record, as a reader is told it."""

    place: Place
    kind: str
    id: UUID
    action: str
    at: datetime
    verb: str
    chain: UUID
    """The record whose history it stands in: of a party's word, the agreement."""
    version: int | None = None
    changed: list[str] = field(default_factory=list)
    into: UUID | None = None

    def as_json(self) -> dict[str, Any]:
        """A record that is gone for the reader is told by its key alone."""
        told: dict[str, Any] = {
            "sequence": self.place.token(),
            "type": self.kind,
            "id": str(self.id),
            "action": self.action,
            "at": self.at.isoformat(),
        }
        if self.action == DELETED:
            return told
        told |= {
            "version": self.version,
            "url": addresses.api(KINDS[self.kind].resource, self.id),
            "changed": self.changed,
        }
        if self.into:
            told["into"] = {
                "id": str(self.into),
                "type": self.kind,
                "url": addresses.api(KINDS[self.kind].resource, self.into),
            }
        return told


@dataclass(frozen=True)
class Stretch:
    """Some of the feed: its lines, the place after it, whether there is more now, and how far behind the feed is."""

    lines: list[Line]
    end: Place
    has_more: bool
    lag_seconds: float


@dataclass(frozen=True)
class _Event:
    """What the feed needs of an audit event."""

    place: Place
    at: datetime
    verb: str
    target_type: str
    target_id: str
    chain: UUID
    sequence: int
    names: tuple[str, ...]
    into: str | None
    rows: Mapping[str, Any] | None


# Transaction numbers are those of the whole cluster: what runs in another of its databases writes no event here, and
# does not hold the feed back. A transaction that cannot be told to be of another one counts as one of ours. The clock
# is that of the statement: a reader inside a long transaction of its own sees what is committed by now, and what it
# wrote itself once that is committed too.
_HORIZON = """
    WITH ours AS (SELECT oid FROM pg_database WHERE datname = current_database()),
         running AS (SELECT xid::text::bigint FROM pg_snapshot_xip(pg_current_snapshot()) xid
                     UNION ALL SELECT pg_current_xact_id_if_assigned()::text::bigint)
    SELECT mithaq_epoch_now(),
           coalesce((SELECT min(xid) FROM running
                      WHERE xid % 4294967296 NOT IN (
                            SELECT backend_xid::text::bigint FROM pg_stat_activity
                             WHERE backend_xid IS NOT NULL AND datid <> (SELECT oid FROM ours))),
                    pg_snapshot_xmax(pg_current_snapshot())::text::bigint),
           coalesce((SELECT extract(epoch FROM clock_timestamp() - min(xact_start)) FROM pg_stat_activity
                      WHERE backend_xid IS NOT NULL AND pid <> pg_backend_pid()
                        AND datid = (SELECT oid FROM ours)), 0)
"""
_AT = "SELECT EXISTS (SELECT 1 FROM audit_auditevent WHERE (epoch, xid, id) = (%s, %s, %s))"
_LAST = """
    SELECT epoch, xid, id FROM audit_auditevent
     WHERE (epoch, xid) < (%s, %s) ORDER BY epoch DESC, xid DESC, id DESC LIMIT 1
"""
# A registered dossier is large and told as a whole: only the names of what an event changed are read of it.
_SCAN = """
    SELECT epoch, xid, id, at, verb, target_type, target_id, chain, sequence,
           ARRAY(SELECT jsonb_object_keys(changes)), changes #>> '{merged_into,new}', changes #>> '{duplicate_of,new}',
           CASE WHEN verb LIKE 'agreement.%%' THEN (
                SELECT jsonb_object_agg(key, value -> 'new') FROM jsonb_each(changes)
                 WHERE key LIKE 'agreement %%') END
      FROM audit_auditevent
     WHERE (epoch, xid, id) > (%s, %s, %s) AND (epoch, xid) < (%s, %s)
     ORDER BY epoch, xid, id LIMIT %s
"""


def horizon() -> Horizon:
    """Where the feed ends at this moment."""
    with connection.cursor() as cursor:
        cursor.execute(_HORIZON)
        epoch, xid, lag = cursor.fetchone()
    return Horizon(epoch, xid, float(lag))


def start() -> tuple[Place, Horizon]:
    """The place of now, to follow from after a first load: what is not in the lists then comes after it."""
    ends = horizon()
    with connection.cursor() as cursor:
        cursor.execute(_LAST, [ends.epoch, ends.xid])
        row = cursor.fetchone()
    return (Place(*row) if row else BEGINNING), ends


def read(actor: Actor, after: Place, *, kinds: Collection[str] = (), size: int) -> Stretch:
    """At most `size` lines after a place, of all `kinds` if none is named, in a fixed number of queries.

    What `actor` may not read is left out; what it was shown once and may not read now is `deleted`. Raises Expired for
    a place that there is not, or not yet.
    """
    ends = horizon()
    with connection.cursor() as cursor:
        if after != BEGINNING:
            cursor.execute(_AT, [after.epoch, after.xid, after.id])
            if not cursor.fetchone()[0] or (after.epoch, after.xid) >= (ends.epoch, ends.xid):
                raise Expired
        cursor.execute(_SCAN, [after.epoch, after.xid, after.id, ends.epoch, ends.xid, SCANNED + 1])
        events = [_event(row) for row in cursor.fetchall()]
    more, events = len(events) > SCANNED, events[:SCANNED]
    lines = _lines(actor, events, kinds)
    if len(lines) > size:
        # From the last line on the rest is read again: the place is that of a line that was given out.
        return Stretch(lines[:size], lines[size - 1].place, True, ends.lag_seconds)
    return Stretch(lines, events[-1].place if events else after, more, ends.lag_seconds)


def compact(lines: Sequence[Line]) -> list[Line]:
    """The last line of each record, in the order of the feed."""
    last = {(each.kind, each.id): each for each in lines}
    return [each for each in lines if last[each.kind, each.id] is each]


def _event(row: Sequence[Any]) -> _Event:
    epoch, xid, key, at, verb, target_type, target_id, chain, sequence, names, merged, duplicate, rows = row
    return _Event(
        Place(epoch, xid, key),
        at,
        verb,
        target_type,
        target_id,
        chain,
        sequence,
        tuple(names),
        merged or duplicate,
        rows,
    )


def _lines(actor: Actor, events: Iterable[_Event], kinds: Collection[str]) -> list[Line]:
    if not actor.may_read:
        return []
    told: list[tuple[_Event, Kind, UUID, str]] = []
    asked: dict[str, set[UUID]] = defaultdict(set)
    for each in events:
        kind = TARGETS.get(each.target_type)
        if kind is None or (kinds and kind.name not in kinds):
            continue
        action = action_of(each.verb, kind, each.target_type, set(each.names))
        key = each.chain if kind.by_chain else _uuid(each.target_id)
        if action is None or key is None:
            continue
        told.append((each, kind, key, action))
        asked[kind.name].add(key)
        if action == MERGED and (into := _uuid(each.into)):
            asked[kind.name].add(into)
    now = {name: _readable(KINDS[name], keys, actor) for name, keys in asked.items()}
    hidden = {(kind.name, key) for _each, kind, key, _action in told if key not in now[kind.name]}
    could = shown(actor, hidden, {key: each.chain for each, _kind, key, _action in told})
    versions = _versions([(each, key) for each, kind, key, _action in told if kind.model is Agreement])
    lines = []
    for each, kind, key, action in told:
        line = Line(each.place, kind.name, key, action, each.at, each.verb, each.chain)
        if key in now[kind.name]:
            line.changed = _changed(each, kind) if action != CREATED else []
            line.version = now[kind.name][key] if kind.model is Agreement else each.sequence
            line.version = versions.get((key, each.place.xid), line.version)
            if not kind.by_chain:
                line.version = now[kind.name][key]
            if action == MERGED:
                into = _uuid(each.into)
                line.into = into if into in now[kind.name] else None
            if action == DELETED:  # the row is there again, or the event told of something else
                line.action = UPDATED
        elif (period := could.get((kind.name, key))) and period.holds(each.at, each.place.xid):
            line.action = DELETED
        else:
            continue
        lines.append(line)
    return lines


def may_read(actor: Actor, kind: Kind, key: UUID) -> bool:
    """Whether a line about the record would tell `actor` more now than that it is gone."""
    return actor.may_read and key in _readable(kind, {key}, actor)


def _readable(kind: Kind, keys: set[UUID], actor: Actor) -> dict[UUID, int]:
    """Those of `keys` that `actor` may read now, with their version: one query.

    A record that was merged, or set aside as a duplicate, is still readable: its address leads on.
    """
    rows = kind.model.objects
    rows = rows.open_to(actor) if kind.model is Agreement else _gate(rows, actor)
    rows = rows.filter(pk__in=keys)
    if kind.model is not Agreement:
        rows = with_version(rows)
    return dict(rows.values_list("pk", "version"))


def _gate(rows, actor: Actor):
    """Programmes have no gate of their own: whoever may read may read them."""
    return rows.visible_to(actor) if hasattr(rows, "visible_to") else rows.all()


def _versions(events: Sequence[tuple[_Event, UUID]]) -> dict[tuple[UUID, int], int]:
    """What version each agreement came to in each transaction: (agreement, transaction) → version. One query."""
    if not events:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT row_id, xid, max((row ->> 'version')::int) FROM audit_rowversion"
            " WHERE table_name = %s AND row_id = ANY(%s::uuid[]) AND xid = ANY(%s) GROUP BY row_id, xid",
            [
                Agreement._meta.db_table,
                [str(key) for _each, key in events],
                [each.place.xid for each, _key in events],
            ],
        )
        return {(key, xid): version for key, xid, version in cursor.fetchall()}


def _changed(event: _Event, kind: Kind) -> list[str]:
    """Where the document of the record reads differently: JSON pointers, parts by their keys."""
    own = kind.model._meta
    if event.target_type != own.label_lower:
        part = next(
            (member for model, member in kind.parts.items() if model._meta.label_lower == event.target_type)
        )
        return [f"/{part}/{event.target_id}"]
    places = set()
    for name in event.names:
        if row := _ROW.fullmatch(name):
            model, key = row.groups()
            if model == own.model_name:
                places |= {pointer_of(column) for column in (event.rows or {}).get(name) or {}}
            elif model in MEMBERS:
                places.add(f"/{MEMBERS[model]}/{key}")
        else:
            places.add(pointer_of(name))
    return sorted(places)


def _uuid(told: str | None) -> UUID | None:
    try:
        return UUID(told or "")
    except ValueError:
        return None
