"""Enters a file, or tries what entering it would do: the same way through the same services, taken back in the end.

All of it is one transaction, which holds the import's lock: a process that dies leaves nothing behind, and the lock is
gone with it. How far it is is told meanwhile over a connection of its own.
"""

import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from agreements.models import Draft
from agreements.queries import quoted
from audit import trail
from audit.models import AuditEvent
from exchange.imports import activities, organizations, people, reading
from exchange.imports.agreements import Entry
from exchange.imports.known import Registry
from exchange.imports.lines import Line, Verdict
from exchange.models import Import, ImportEffect, ImportRow
from exchange.queries import documents
from exchange.shapes.columns import is_unsafe
from exchange.shapes.tables import RECORDS
from lib.tables import Unreadable
from lib.uploads import Unfit
from organizations.permissions import Permission

RECORDS_AT_ONCE = 5_000
"""How many records one import takes: each holds a lock of its chain until the end of the transaction."""
OFTEN = 0.5
"""Seconds between two words about how far it is."""
_MADE = frozenset(
    {
        "organization.registered",
        "person.registered",
        "office.registered",
        "programme.registered",
        "programme.created",
        "source.registered",
        "agreement.registered",
        "agreement.restored",
        "activity.reported",
    }
)
_OWNERS = {
    "organizations.alias": "organizations.organization",
    "organizations.externalidentifier": "organizations.organization",
    "organizations.profileclaim": "organizations.organization",
    "organizations.office": "organizations.person",
}
"""The kind of record in whose history a part of it is told."""
_WRITERS = {
    "organization": organizations.organization,
    "person": people.person,
    "programme": people.programme,
    "activity": activities.activity,
}
Groups = dict[str, dict[str, dict[str, list[Line]]]]
"""Kind of record → key in the file → table → rows."""


class Busy(Exception):
    """Somebody else works on this import."""


def run(imported: Import) -> Import:
    """Do what was asked for last: check, or enter. What goes wrong with the file is told in it."""
    with translation.override(imported.language):
        try:
            with Progress(imported) as progress:
                _run(imported, progress)
        except (Unreadable, Unfit) as fault:
            _failed(imported, str(fault))
        except PermissionDenied as fault:
            _failed(imported, str(fault) or _("This account may not do that."))
    return imported


def _run(imported: Import, progress: "Progress") -> None:
    rehearsing = imported.asked == Import.Asked.CHECK
    by = imported.asked_by
    if not by.is_active or not by.may(Permission.REGISTER):
        raise PermissionDenied
    with transaction.atomic():
        imported.wait()
        now = Import.objects.get(pk=imported.pk)
        if now.asked_at != imported.asked_at or now.ended_at or now.applied_at:
            return  # whoever held the lock has done it, or something else was asked for
        progress.begin()
        known = Registry(by, imported.name)
        groups, every = _read(imported, known)
        with transaction.atomic():
            last = AuditEvent.objects.order_by("-id").values_list("id", flat=True).first() or 0
            _enter(groups, known, imported, progress, rehearsing=rehearsing)
            refused = any(each.verdict == Verdict.REFUSED for each in every)
            undo = rehearsing or (refused and imported.mode == Import.Mode.ALL)
            effects = [] if undo else _effects(imported, known, after=last)
            if undo:
                transaction.set_rollback(True)
        _keep(imported, every)
        now = timezone.now()
        imported.ended_at, imported.fault = now, ""
        imported.counts = _counts(every)
        if not undo:
            imported.applied_at, imported.applied_by = now, by
            ImportEffect.objects.bulk_create(effects)
            trail.record(
                "import.applied",
                imported,
                by=by,
                changes={
                    "name": (None, imported.name),
                    "sha256": (None, imported.sha256),
                    "rows": (None, imported.counts),
                },
            )
        imported.save(update_fields=["ended_at", "fault", "counts", "applied_at", "applied_by"])


def _failed(imported: Import, fault: str) -> None:
    """Say why it failed, unless something else was asked for meanwhile: that has an answer of its own."""
    imported.ended_at, imported.fault = timezone.now(), fault
    Import.objects.filter(pk=imported.pk, asked_at=imported.asked_at).update(
        ended_at=imported.ended_at, fault=fault
    )


# What is read.


def _read(imported: Import, known: Registry) -> tuple[Groups, list[Line]]:
    """The rows by record, and all of them in the order of the file."""
    every: list[Line] = []
    with imported.file.open("rb") as file, reading.parts(file, imported.name, imported.options) as given:
        every.extend(reading.lines(given, imported.mapping))
    if not every:
        raise Unreadable("no_rows", _("No row of the file is taken: say which table it is."))
    groups: Groups = {kind: defaultdict(lambda: defaultdict(list)) for kind in RECORDS}
    for index, line in enumerate(every):
        if line.passed:
            line.verdict = Verdict.SAME
            continue
        cell = line.cells.get(line.table.of)
        if cell is not None and (why := is_unsafe(cell)):
            line.fault(line.table.of, why)
        if not line.key and not line.is_main:
            line.fault(line.table.of, _("Say to which record the row belongs."))
        # Rows of the same table without a key of their own are each a record.
        key = line.key or f"\0{index}"
        groups[line.table.record][key][line.table.name].append(line)
    records = sum(len(each) for each in groups.values())
    if records > RECORDS_AT_ONCE:
        raise Unreadable(
            "too_many_records",
            _("There are more than %(most)d records: divide the file.") % {"most": RECORDS_AT_ONCE},
        )
    return groups, every


# What is entered.


def _enter(
    groups: Groups, known: Registry, imported: Import, progress: "Progress", *, rehearsing: bool
) -> None:
    progress.total = sum(len(each) for each in groups.values())
    for kind in RECORDS:
        for lines in _ordered(kind, groups[kind]):
            every = [each for rows in lines.values() for each in rows]
            if not any(each.faults for each in every):
                _write(kind, lines, known, imported, rehearsing=rehearsing)
            _settle(every)
            progress.step()
    _settle_sources(groups["source"], known)


def _write(kind: str, lines: Any, known: Registry, imported: Import, *, rehearsing: bool) -> None:
    if kind == "agreement":
        enter_unknown = imported.options.get("unknown") == "enter"
        Entry(lines, known, enter_unknown=enter_unknown).write(rehearsing=rehearsing)
    elif kind == "source":
        _source(lines, known)
    else:
        _WRITERS[kind](lines, known)


def _ordered(kind: str, groups: dict[str, Any]) -> Iterator[dict[str, list[Line]]]:
    """Records of one kind, those that others of the file point at before these."""
    column = {"organization": ("organizations", "parent"), "agreement": ("links", "other")}.get(kind)
    if column is None:
        yield from groups.values()
        return
    table, name = column
    waiting = dict(groups)
    while waiting:
        ready = [
            key
            for key, lines in waiting.items()
            if not any(each.text(name) in waiting and each.text(name) != key for each in lines.get(table, ()))
        ]
        # Where all that is left points in a circle, each says for itself what it does not find.
        for key in ready or list(waiting):
            yield waiting.pop(key)


def _source(lines: dict[str, list[Line]], known: Registry) -> None:
    """Keep a source ready for the agreements that name it."""
    mains = lines.get("sources", [])
    every = [each for rows in lines.values() for each in rows]
    if len(mains) != 1:
        every[0].fault("id", _("A source has one row of its own."))
        return
    document: dict[str, Any] = {"noise": []}
    mains[0].apply(document, known)
    mains[0].title = document.get("title", "")[:200]
    pieces = []
    for line in lines.get("source_texts", ()):
        piece: dict[str, Any] = {}
        line.apply(piece, known)
        pieces.append((piece.get("piece", 0), piece.get("text", "")))
    document["text"] = "".join(text for _number, text in sorted(pieces))
    for line in lines.get("source_noise", ()):
        stretch: dict[str, Any] = {}
        line.apply(stretch, known)
        document["noise"].append(stretch)
    if not any(each.faults for each in every):
        _is_the_same(mains[0], document, lines, known)
    if not any(each.faults for each in every):
        known.coming[mains[0].key] = document


def _is_the_same(main: Line, document: dict[str, Any], lines: dict[str, list[Line]], known: Registry) -> None:
    """A source that is here already says what it says: a file does not alter it."""
    row = known.by_id("source", main.key)
    if row is None:
        return
    here = quoted.read_whole_source(row)
    is_now = documents.cells(documents.Part("sources", main.key, here), known)
    told = documents.cells(documents.Part("sources", main.key, {"id": main.key, **document}), known)
    differing = [name for name in main.cells if name in told and told[name] != is_now[name]]
    for name in differing:
        main.fault(name, _("The registry has another text here, and a source is never altered."))
    if lines.get("source_texts") and document["text"] != here["text"]:
        lines["source_texts"][0].fault(
            "text", _("The registry has another text here, and a source is never altered.")
        )


def _settle(lines: list[Line]) -> None:
    """A record is entered as a whole: where one row is refused, the others of its record wait with it."""
    bad = next((each for each in lines if each.faults), None)
    if bad is None:
        return
    for each in lines:
        each.verdict, each.changes = Verdict.REFUSED, []
        if not each.faults:
            each.fault(
                "",
                _("Line %(line)d of “%(table)s” belongs to the same record and is refused.")
                % {"line": bad.number, "table": bad.table.title},
            )


def _settle_sources(groups: dict[str, Any], known: Registry) -> None:
    """What became of the sources of the file shows once the agreements are entered."""
    for key, lines in groups.items():
        every = [each for rows in lines.values() for each in rows]
        if any(each.faults for each in every):
            continue
        became = known.became.get(("source", key))
        if became is None and key in known.proposed:
            for each in every:
                each.verdict = Verdict.CREATE
            continue
        if became is None:
            every[0].fault("id", _("No agreement that is entered names this source."))
            _settle(every)
            continue
        is_known = became not in known.made_sources
        for each in every:
            each.verdict = Verdict.SAME if is_known else Verdict.CREATE
            each.target = ("agreements.source", became)


# What is kept of it.


def _keep(imported: Import, every: list[Line]) -> None:
    imported.rows.all().delete()
    ImportRow.objects.bulk_create(
        (
            ImportRow(
                imported=imported,
                part=each.part,
                table=each.table.name,
                line=each.number,
                verdict=each.verdict,
                title=each.title[:200],
                faults=each.faults,
                changes=each.changes,
                notes=each.notes,
                target_type=each.target[0],
                target_id=each.target[1],
            )
            for each in every
        ),
        batch_size=1000,
    )


def _counts(every: list[Line]) -> dict[str, int]:
    counts = dict.fromkeys(Verdict.values, 0)
    for each in every:
        counts[each.verdict] += 1
    return counts


def _effects(imported: Import, known: Registry, *, after: int) -> list[ImportEffect]:
    """Every record this transaction has made or changed, by the events of its services, in their order."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_current_xact_id()::text::bigint")
        (xid,) = cursor.fetchone()
    events = AuditEvent.objects.filter(xid=xid, id__gt=after).order_by("id")
    found: dict[tuple[str, str], ImportEffect] = {}
    last: dict[Any, int] = {}
    for each in events.iterator():
        last[each.chain] = each.sequence
        made = each.verb in _MADE
        own = made or each.target_id == str(each.chain)
        kind, key = (
            (each.target_type, each.target_id) if own else (_OWNERS[each.target_type], str(each.chain))
        )
        if each.verb == "agreement.change_submitted":
            draft = Draft.objects.in_review().get(agreement=each.chain)
            kind, key = "agreements.draft", str(draft.pk)
        if (kind, key) not in found:
            found[kind, key] = ImportEffect(
                imported=imported,
                target_type=kind,
                target_id=key,
                chain=each.chain,
                made=made,
                before=None if made else known.befores.get(key),
            )
    for each in found.values():
        each.sequence = last[each.chain]
    return list(found.values())


class Progress:
    """Tells how far a run is over a connection of its own: that of the run shows nothing before its end."""

    def __init__(self, imported: Import):
        self.imported = imported
        self.total = self.done = 0
        self.told = 0.0

    def __enter__(self) -> "Progress":
        self.connection = connection.copy()
        return self

    def __exit__(self, *_exception) -> None:
        self.connection.close()

    def begin(self) -> None:
        self._say("begun_at = clock_timestamp(), done = 0, total = 0", [])

    def step(self) -> None:
        self.done += 1
        if time.monotonic() - self.told >= OFTEN:
            self.told = time.monotonic()
            self._say("done = %s, total = %s", [self.done, self.total])

    def _say(self, what: str, values: list[Any]) -> None:
        with self.connection.cursor() as cursor:
            cursor.execute(
                f"UPDATE exchange_import SET {what} WHERE id = %s",  # noqa: S608 – both sentences stand above
                [*values, self.imported.pk],
            )


@contextmanager
def nobody_else(imported: Import) -> Iterator[None]:
    """A transaction in which nobody else works on the import. Raises Busy."""
    with transaction.atomic():
        if not imported.take():
            raise Busy
        yield
