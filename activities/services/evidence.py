"""Writes files that show what was done. A refusal leaves nothing behind, on the disk neither."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.core.files.base import File
from django.utils.translation import gettext as _

from activities.models import Activity, EvidenceFile, ProgressView
from audit import trail
from audit.trail import Actor, one_write
from lib import uploads
from lib.problems import Fault, Refused
from organizations.permissions import Permission
from organizations.services import demand

MOST = 10
"""How many files come at once."""


@dataclass(frozen=True)
class Upload:
    """An open file and the name it came with."""

    file: File
    name: str


def fit(given: Sequence[Upload], *, pointer: str = "/evidence/{index}") -> None:
    """Raise Refused, with every fault, unless each of the files may be taken in."""
    if len(given) > MOST:
        raise Refused.at(
            pointer.format(index=MOST), "too_many", _("At most %(most)d files at once.") % {"most": MOST}
        )
    faults = []
    for index, each in enumerate(given):
        try:
            uploads.recognise(each.file, each.name)
        except uploads.Unfit as unfit:
            faults.append(Fault(pointer.format(index=index), unfit.code, str(unfit)))
    if faults:
        raise Refused(faults)


@contextmanager
def write_with_files() -> Iterator[Callable[..., EvidenceFile]]:
    """One write that keeps files too: yields `keep(upload, activity=… or progress_view=…)`.

    Whatever ends the write badly takes its files off the disk again. (A transaction around this one that is taken
    back later cannot: files know no transactions.)
    """
    written: list[EvidenceFile] = []

    def keep(upload: Upload, **owner: Activity | ProgressView) -> EvidenceFile:
        evidence = EvidenceFile(name=upload.name, sha256=EvidenceFile.digest(upload.file), **owner)
        evidence.full_clean(exclude=["file"])
        evidence.file.save(upload.name, upload.file, save=False)
        written.append(evidence)
        evidence.save(force_insert=True)
        return evidence

    try:
        with one_write():
            yield keep
    except BaseException:
        for each in written:
            each.file.storage.delete(each.file.name)
        raise


def attach_evidence(
    file: File,
    *,
    name: str,
    activity: Activity | None = None,
    progress_view: ProgressView | None = None,
    by: Actor,
) -> EvidenceFile:
    """Keep a file under a random name, sealed by its hash; the original is never altered.

    Raises PermissionDenied unless `by` acts for an organizer of the activity, or for the party whose word it backs;
    Refused for a file that is too large or of a type not taken in.
    """
    demand(by, Permission.ACTIVITY_REPORT)
    if not by.may(Permission.EDIT) and by.organization_id not in _owners(activity, progress_view):
        raise PermissionDenied(_("Evidence is given by whoever held the activity or said the word."))
    upload = Upload(file, name)
    fit([upload], pointer="/file")
    with write_with_files() as keep:
        evidence = keep(upload, activity=activity, progress_view=progress_view)
        trail.record(
            "evidence.attached",
            evidence,
            by=by,
            changes={"name": (None, name), "sha256": (None, evidence.sha256)},
        )
    return evidence


def _owners(activity: Activity | None, view: ProgressView | None) -> set[UUID]:
    """The organizations whose activity or whose word it is."""
    held = set(activity.organizers.values_list("organization", flat=True)) if activity else set()
    return held | ({view.party.organization_id} if view else set())


def told(kept: Sequence[EvidenceFile]) -> list[dict[str, str]]:
    """Files as an event tells them."""
    return [{"name": each.name, "sha256": each.sha256} for each in kept]
