"""Writes files that show what was done. A refusal leaves nothing behind, on the disk neither."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.core.files.base import File
from django.utils.translation import gettext as _

from activities.models import Activity, EvidenceFile, ProgressView
from audit import trail
from audit.trail import Actor, one_write
from lib import uploads
from lib.uploads import Upload
from organizations.permissions import Permission
from organizations.services import demand


def fit(given: Sequence[Upload], *, pointer: str = "/evidence/{index}") -> None:
    """Raise Refused, with every fault, unless each of the files may be taken in."""
    uploads.fit(given, pointer=pointer)


@contextmanager
def write_with_files() -> Iterator[Callable[..., EvidenceFile]]:
    """One write that keeps files too: yields `keep(upload, activity=… or progress_view=…)`."""
    with uploads.stored() as store, one_write():

        def keep(upload: Upload, **owner: Activity | ProgressView) -> EvidenceFile:
            evidence = EvidenceFile(**owner)
            store(evidence, upload)
            return evidence

        yield keep


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
            chain=(activity or progress_view).pk,
            changes={"name": (None, evidence.name), "sha256": (None, evidence.sha256)},
        )
    return evidence


def _owners(activity: Activity | None, view: ProgressView | None) -> set[UUID]:
    """The organizations whose activity or whose word it is."""
    held = set(activity.organizers.values_list("organization", flat=True)) if activity else set()
    return held | ({view.party.organization_id} if view else set())


def told(kept: Sequence[EvidenceFile]) -> list[dict[str, str]]:
    """Files as an event tells them."""
    return [{"name": each.name, "sha256": each.sha256} for each in kept]
