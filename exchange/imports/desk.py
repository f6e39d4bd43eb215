"""Brings a file, says how it is read and what its columns are, asks for a check or for the entry."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from exchange.imports import reading
from exchange.imports.run import Busy, nobody_else
from exchange.imports.tasks import work
from exchange.models import Import, KnownHeader
from exchange.shapes import headers
from exchange.shapes.tables import TABLES
from lib import languages, scanning, uploads
from lib.problems import Refused
from lib.tables import Unreadable
from lib.uploads import Unfit, Upload
from organizations.models import User
from organizations.permissions import Permission
from organizations.services import demand

Found = list[dict[str, Any]]
"""What was found in a file: its parts, with their columns."""


def bring(
    upload: Upload, *, understood: Callable[[Found], Mapping[str, Any]] | None = None, by: User
) -> Import:
    """Keep a file as it came, and say what it is understood as: `understood` says so of what was found in it.

    Raises PermissionDenied, Refused at /file, or what `understood` raises; nothing is kept then.
    """
    demand(by, Permission.REGISTER)
    name = uploads.clean_name(upload.name)
    try:
        reading.check_size(upload.file.size, name)
        found = reading.found(upload.file, name, {})
        upload.file.seek(0)
        scanning.scan(upload.file)
    except (Unreadable, Unfit) as fault:
        raise Refused.at("/file", fault.code, str(fault)) from fault
    except scanning.Infected as fault:
        raise Refused.at("/file", "infected", _("The virus scanner found something in this file.")) from fault
    except scanning.Unavailable as fault:
        raise Refused.at(
            "/file", "not_scanned", _("The file cannot be scanned for viruses just now: try again later.")
        ) from fault
    upload.file.seek(0)
    row = Import(
        owner=by,
        organization_id=by.organization_id,
        size=upload.file.size,
        found=found,
        mapping=understood(found) if understood else reading.guess(found, _remembered(found, by)),
        language=languages.current(),
    )
    with uploads.stored() as keep, transaction.atomic():
        keep(row, upload)
    return row


def read_otherwise(imported: Import, options: Mapping[str, Any], *, by: User) -> Import:
    """Read the file by other choices (encoding, delimiter, sheet, header). Raises Refused at /file."""
    demand(by, Permission.REGISTER)
    with _at_rest(imported) as row:
        chosen = {name: value for name, value in options.items() if value not in ("", None)}
        try:
            with row.file.open("rb") as file:
                row.found = reading.found(file, row.name, chosen)
        except (Unreadable, Unfit) as fault:
            raise Refused.at("/file", fault.code, str(fault)) from fault
        kept = {name: row.options[name] for name in ("unknown",) if name in row.options}
        row.options = kept | chosen
        row.mapping = reading.guess(row.found, _remembered(row.found, by))
        _save(row, "found", "options", "mapping")
    return imported


def say(
    imported: Import, mapping: Mapping[str, Mapping[str, Any]], *, mode: str, unknown: str, by: User
) -> Import:
    """Say what the columns are and what happens to rows that are refused; the next file with this header knows it."""
    demand(by, Permission.REGISTER)
    with _at_rest(imported) as row:
        if row.found != imported.found:
            raise Refused.at(
                "", "read_otherwise", _("The file is read otherwise by now: look at its columns again.")
            )
        row.mapping = {each["part"]: dict(mapping[each["part"]]) for each in row.found}
        row.mode = mode
        row.options = {**row.options, "unknown": unknown}
        _save(row, "mapping", "mode", "options")
        _remember(row, by)
    return imported


def ask(imported: Import, what: str, *, by: User) -> Import:
    """Have the worker check or enter it. Raises Refused when it is being worked on, or is entered already."""
    demand(by, Permission.REGISTER)
    with _at_rest(imported) as row:
        _save(row)
        row.asked, row.asked_by, row.asked_at = what, by, timezone.now()
        row.language = languages.current()
        row.save(update_fields=["asked", "asked_by", "asked_at", "language"])
        work.enqueue(str(row.pk), row.asked_at.isoformat())
    return imported


@contextmanager
def _at_rest(imported: Import) -> Iterator[Import]:
    """A transaction in which the import is changed, as it is by now; afterwards `imported` is told.

    Raises Refused when it is worked on, or entered already.
    """
    try:
        with nobody_else(imported):
            row = Import.objects.select_for_update().get(pk=imported.pk)
            if row.applied_at is not None:
                raise Refused.at("", "entered_already", _("It is entered already: bring the file anew."))
            yield row
    except Busy as busy:
        raise Refused.at("", "worked_on", _("It is being worked on: wait until that has ended.")) from busy
    imported.refresh_from_db()


def _save(row: Import, *columns: str) -> None:
    """Keep these columns. What an earlier run found says nothing of the next, nor of the file as it is read now."""
    row.rows.all().delete()
    row.asked, row.asked_at, row.begun_at, row.ended_at = "", None, None, None
    row.counts, row.fault, row.done, row.total = {}, "", 0, 0
    forgotten = ("asked", "asked_at", "begun_at", "ended_at", "counts", "fault", "done", "total")
    row.save(update_fields=[*columns, *forgotten])


# What headers were said to mean.


def _mine(by: User) -> dict[str, Any]:
    return {"organization_id": by.organization_id} if by.organization_id else {"owner": by}


def _remembered(found: Found, by: User) -> dict[str, tuple[str, Mapping[str, str]]]:
    prints = {headers.fingerprint([name for _number, _letter, name in each["columns"]]) for each in found}
    known = KnownHeader.objects.filter(fingerprint__in=prints, **_mine(by))
    return {each.fingerprint: (each.table, each.columns) for each in known}


def _remember(imported: Import, by: User) -> None:
    for each in imported.found:
        said = imported.mapping[each["part"]]
        names = {str(number): name for number, _letter, name in each["columns"]}
        if each["part"] in TABLES or said["table"] not in TABLES:
            continue
        KnownHeader.objects.update_or_create(
            fingerprint=headers.fingerprint(list(names.values())),
            **_mine(by),
            defaults={
                "table": said["table"],
                "columns": {
                    headers.folded(names[number]): column
                    for number, column in said["columns"].items()
                    if number in names
                },
            },
        )
