"""Writes the files behind sources: kept as they came, for a draft first or for a source that is registered."""

from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from agreements.models import Agreement, Draft, Source, SourceFile
from audit import trail
from audit.trail import Actor, one_write
from lib import extraction, uploads
from lib.extraction import Extracted
from lib.problems import Fault, Refused
from lib.uploads import Passed, Upload
from organizations.permissions import Permission
from organizations.services import demand

__all__ = ["Upload", "attach", "attach_to_draft", "enter", "read", "remove"]


def attach(source: Source, *given: Upload, by: Actor) -> list[SourceFile]:
    """Keep files of a source that is registered.

    Raises PermissionDenied, DoesNotExist when `by` may not read the source, Refused at /files/<index>.
    """
    demand(by, Permission.EDIT)
    source = Source.objects.visible_to(by).get(pk=source.pk)
    return _kept(given, source, by=by)


def attach_to_draft(draft: Draft, *given: Upload, part: str = "", by: Actor) -> list[SourceFile]:
    """Keep files that a draft is taken from; `part` is the key of the source in its content.

    Raises PermissionDenied, DoesNotExist when `by` may not see the draft, Refused at /files/<index> or at "" when the
    draft is closed.
    """
    demand(by, Permission.REGISTER)
    draft = Draft.objects.visible_to(by).get(pk=draft.pk)
    return _kept(given, draft, part=part, by=by)


def remove(file_id: UUID, *, by: Actor) -> None:
    """Take a file away from a draft. One of a source stays: it is what its facts are proved by."""
    with one_write():
        row = SourceFile.objects.visible_to(by).select_for_update(of=("self",)).get(pk=file_id)
        if row.draft_id is None:
            raise PermissionDenied(_("A file of a source is never removed."))
        demand(by, Permission.REGISTER)
        _demand_open(row.draft_id)
        trail.record(
            "file.removed",
            row,
            by=by,
            chain=row.draft_id,
            changes={"name": (row.name, None), "sha256": (row.sha256, None)},
        )
        row.delete()
        # Not before it is certain: files know no transactions.
        transaction.on_commit(lambda: row.file.storage.delete(row.file.name))


def enter(draft: Draft, agreement: Agreement, *, by: Actor) -> list[SourceFile]:
    """Give the files of a draft to the sources it was entered as; part of the write that enters it.

    A file whose part is gone from the draft goes with the first source; one of a draft without sources stays with it.
    """
    parts = draft.content.get("sources", [])
    listed = [each.source_id for each in agreement.source_links.order_by("position", "pk")]
    if not listed:
        return []
    index = {part.get("key") or "": place for place, part in enumerate(parts)}
    moved = list(draft.files.in_order().select_for_update())
    for row in moved:
        place = index.get(row.part, 0)
        known = parts[place].get("id") if place < len(parts) else None
        row.source_id = UUID(known) if known else listed[min(place, len(listed) - 1)]
        row.draft, row.part = None, ""
        if SourceFile.objects.filter(source=row.source_id, sha256=row.sha256).exists():
            raise Refused.at(f"/sources/{place}", "file_is_here_already", _here_already(row.name))
        row.save(update_fields=["source", "draft", "part"])
        trail.record(
            "file.entered",
            row,
            by=by,
            chain=row.source_id,
            changes={"name": (None, row.name), "sha256": (None, row.sha256), "draft": (draft.pk, None)},
        )
    return moved


def read(row: SourceFile) -> Extracted:
    """The text of a file, page by page, with what is doubtful about it. Takes as long as the file is."""
    with row.file.open("rb") as content:
        return extraction.extract(content, row.type)


def _kept(given: tuple[Upload, ...], owner: Source | Draft, *, part: str = "", by: Actor) -> list[SourceFile]:
    is_draft = isinstance(owner, Draft)
    if not given:
        raise Refused.at("/files", "required", _("Choose a file."))
    passed = uploads.fit(given, pointer="/files/{index}")
    pages = [extraction.count(each.file, found.type) for each, found in zip(given, passed, strict=True)]
    belongs = {"draft": owner, "part": part} if is_draft else {"source": owner}
    with uploads.stored() as store, one_write():
        if is_draft:
            _demand_open(owner.pk)
        else:
            Source.objects.select_for_update(of=("self",)).get(pk=owner.pk)
        _refuse_known(given, owner)
        position = owner.files.count()
        rows = [
            _store(store, each, found, pages=many, position=position + index, **belongs)
            for index, (each, found, many) in enumerate(zip(given, passed, pages, strict=True))
        ]
        for row in rows:
            trail.record(
                "file.attached",
                row,
                by=by,
                chain=owner.pk,
                changes={name: (None, getattr(row, name)) for name in ("name", "type", "size", "sha256")},
            )
    return rows


def _store(store, upload: Upload, found: Passed, **values) -> SourceFile:
    scan = SourceFile.Scan.CLEAN if found.scanned else SourceFile.Scan.NOT_SCANNED
    row = SourceFile(type=found.type, size=upload.file.size, scan=scan, **values)
    store(row, upload)
    return row


def _refuse_known(given: tuple[Upload, ...], owner: Source | Draft) -> None:
    """The same content twice says nothing more."""
    known = set(owner.files.values_list("sha256", flat=True))
    faults = []
    for index, each in enumerate(given):
        sealed = uploads.digest(each.file)
        if sealed in known:
            faults.append(Fault(f"/files/{index}", "file_is_here_already", _here_already(each.name)))
        known.add(sealed)
    if faults:
        raise Refused(faults)


def _here_already(name: str) -> str:
    return _("“%(name)s” is here already, with the same content.") % {"name": uploads.clean_name(name)}


def _demand_open(draft_id: UUID) -> None:
    """The draft, locked: nobody closes it meanwhile."""
    drafts = Draft.objects.open().filter(pk=draft_id, submitted_at=None)
    if not drafts.select_for_update(of=("self",)).exists():
        raise Refused.at(
            "", "draft_is_closed", _("This draft is closed or in review: take it up again first.")
        )
