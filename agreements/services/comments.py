"""What people say to each other about a record in review, at its places."""

import re
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.utils import timezone
from django.utils.translation import gettext as _

from agreements.models import Agreement, Draft, ReviewComment
from agreements.services.review import LONGEST
from agreements.shapes import DossierShape
from audit import trail
from audit.trail import one_write
from lib.problems import Refused
from organizations.models import User
from organizations.permissions import Permission
from organizations.services import demand

_State = Agreement.EditorialState
_PATH = re.compile(r"(/[A-Za-z0-9_-]+)*")
_LONGEST_PATH = ReviewComment._meta.get_field("path").max_length


def say(
    about: Agreement | Draft, *, path: str, text: str, asks_correction: bool = False, by: User
) -> ReviewComment:
    """Comment on a record in review, or on a change of a published record that is: whoever may see it there.

    `path` is the place as in `lib/papers.py`, with the ids or keys of parts; "" is the whole. Raises PermissionDenied,
    or Refused for a place no record has, for no words, and when nothing is in review.
    """
    demand(by, Permission.REGISTER)
    _check(path, text)
    with one_write():
        agreement = _in_review(about, by)
        comment = ReviewComment.objects.create(
            agreement=agreement,
            draft=about if isinstance(about, Draft) else None,
            path=path,
            text=text.strip(),
            asks_correction=asks_correction,
            by=by,
        )
        trail.record(
            "agreement.commented",
            comment,
            by=by,
            chain=agreement.pk,
            changes={
                "path": (None, path),
                "text": (None, comment.text),
                "asks_correction": (None, asks_correction),
            },
        )
    return comment


def settle(comment_id: UUID, *, by: User) -> ReviewComment:
    """Say that a comment is done with. It stays, folded away.

    Whoever works on the record settles: its author who corrected it, or a reviewer who is answered.
    """
    demand(by, Permission.REGISTER)
    with one_write():
        comment = (
            ReviewComment.objects.select_for_update(of=("self",))
            .select_related("agreement")
            .get(pk=comment_id)
        )
        if not may_settle(comment, by):
            raise PermissionDenied(_("This account may not do that."))
        if comment.settled_at is not None:
            raise Refused.at("", "already_settled", _("This comment is settled already."))
        comment.settled_at, comment.settled_by = timezone.now(), by
        comment.save(update_fields=["settled_at", "settled_by"])
        trail.record(
            "agreement.comment_settled",
            comment,
            by=by,
            chain=comment.agreement_id,
            changes={"settled_at": (None, comment.settled_at)},
        )
    return comment


def may_settle(comment: ReviewComment, by: User) -> bool:
    """Is the record, or the change of it, still worked on, and may `by` see it there?"""
    if comment.draft_id is not None:
        return Draft.objects.visible_to(by).open().filter(pk=comment.draft_id).exists()
    seen = Agreement.objects.visible_to(by).filter(pk=comment.agreement_id)
    return seen.filter(editorial_state__in=[_State.DRAFT, _State.IN_REVIEW]).exists()


def _in_review(about: Agreement | Draft, by: User) -> Agreement:
    """The record that is commented on, locked: nobody decides on it meanwhile."""
    if isinstance(about, Draft):
        draft = Draft.objects.visible_to(by).select_for_update(of=("self",)).filter(pk=about.pk).first()
        if draft is None:
            raise PermissionDenied(_("This account may not do that."))
        if draft.closed_at is not None or draft.submitted_at is None:
            raise Refused.at("", "not_in_review", _("This change is not in review any more."))
        return draft.agreement
    rows = Agreement.objects.visible_to(by).select_for_update(of=("self",))
    agreement = rows.filter(pk=about.pk).first()
    if agreement is None:
        raise PermissionDenied(_("This account may not do that."))
    if agreement.editorial_state != _State.IN_REVIEW:
        raise Refused.at("", "not_in_review", _("This record is not in review any more."))
    return agreement


def _check(path: str, text: str) -> None:
    member = path.split("/")[1] if path.startswith("/") else ""
    known = not path or member in DossierShape().fields
    if not known or not _PATH.fullmatch(path) or len(path) > _LONGEST_PATH:
        raise Refused.at("/path", "unknown_place", _("A record has no such place."))
    if not text.strip():
        raise Refused.at("/text", "comment_missing", _("Write the comment."))
    if len(text) > LONGEST:
        raise Refused.at(
            "/text", "comment_too_long", _("Say it in %(most)d characters at most.") % {"most": LONGEST}
        )
