"""Moves a record from draft to published and back. Who wrote in it never decides on it."""

from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from agreements.models import Agreement, Draft, ReviewComment
from agreements.queries.waiting import entered, written_by
from agreements.services import proof
from audit import trail
from audit.trail import Actor, one_write
from lib.problems import Refused
from organizations.permissions import Permission
from organizations.services import demand

LONGEST = ReviewComment._meta.get_field("text").max_length
_State = Agreement.EditorialState
_DECISIONS = frozenset({"agreement.published", "agreement.sent_back"})


def submit(agreement_id: UUID, *, by: Actor) -> Agreement:
    """Ask for review: its author, the organization it was entered for, or whoever may edit.

    What sent the record back is answered with that; comments at single places stay until they are settled.
    """
    demand(by, Permission.REGISTER)
    with one_write():
        agreement = _move(
            agreement_id, to=_State.IN_REVIEW, after=(_State.DRAFT,), verb="agreement.submitted", by=by
        )
        settle_all(agreement.comments.filter(draft=None, path=""), by=by)
    return agreement


def call_back(agreement_id: UUID, *, by: Actor) -> Agreement:
    """Take one's own record out of review, to go on with it."""
    demand(by, Permission.REGISTER)
    return _move(
        agreement_id, to=_State.DRAFT, after=(_State.IN_REVIEW,), verb="agreement.called_back", by=by
    )


def send_back(agreement_id: UUID, *, reason: str, by: Actor) -> Agreement:
    """Give a record in review, or a withdrawn one, back to its author.

    The reason stays as a comment that asks for a correction. Raises Refused when `by` wrote in a record in review:
    its writers call it back.
    """
    demand(by, Permission.REVIEW)
    demand_reason(reason)
    with one_write():
        agreement = _move(
            agreement_id,
            to=_State.DRAFT,
            after=(_State.IN_REVIEW, _State.WITHDRAWN),
            verb="agreement.sent_back",
            reason=reason,
            by=by,
        )
        ask_correction(agreement, reason, by=by)
    return agreement


def publish(agreement_id: UUID, *, seen: int | None = None, by: Actor) -> Agreement:
    """Publish a record in review; what was still open of its comments is settled with that.

    `seen` is the version that was read. Raises Refused when `by` wrote in it, when it has changed since, when it has
    fewer than two parties, or a fact that nothing proves.
    """
    demand(by, Permission.REVIEW)
    with one_write():
        agreement = _move(
            agreement_id,
            to=_State.PUBLISHED,
            after=(_State.IN_REVIEW,),
            verb="agreement.published",
            seen=seen,
            by=by,
        )
        settle_all(agreement.comments.filter(draft=None), by=by)
    return agreement


def withdraw(agreement_id: UUID, *, reason: str, by: Actor) -> Agreement:
    """Take a published record back, with the reason. It stays in the registry, for its editors."""
    demand(by, Permission.REVIEW)
    demand_reason(reason)
    return _move(
        agreement_id,
        to=_State.WITHDRAWN,
        after=(_State.PUBLISHED,),
        verb="agreement.withdrawn",
        reason=reason,
        by=by,
    )


# What drafts of a change ask too.


def demand_reason(reason: str) -> None:
    if not reason.strip():
        raise Refused.at("/reason", "reason_missing", _("Say why: the author will read it."))
    if len(reason) > LONGEST:
        raise Refused.at(
            "/reason", "reason_too_long", _("Say it in %(most)d characters at most.") % {"most": LONGEST}
        )


def ask_correction(agreement: Agreement, reason: str, *, draft: Draft | None = None, by: Actor) -> None:
    """Keep the reason as a comment until it is settled. A system has no name to say it under: its event tells it."""
    if by.account_id is not None:
        ReviewComment.objects.create(
            agreement=agreement, draft=draft, text=reason.strip(), asks_correction=True, by_id=by.account_id
        )


def settle_all(comments: QuerySet, *, by: Actor) -> None:
    if by.account_id is not None:
        comments.open().update(settled_at=timezone.now(), settled_by=by.account_id)


# How.


def _move(
    agreement_id: UUID,
    *,
    to: str,
    after: tuple[str, ...],
    verb: str,
    by: Actor,
    reason: str = "",
    seen: int | None = None,
) -> Agreement:
    with one_write():
        agreement = Agreement.objects.select_for_update(of=("self",)).get(pk=agreement_id)
        wrote = Agreement.objects.filter(written_by(by), pk=agreement_id).exists()
        if verb == "agreement.submitted" and not by.may(Permission.EDIT) and not entered(agreement, by):
            raise PermissionDenied(_("Only those who entered it or an editor submits a draft."))
        if verb == "agreement.called_back" and not wrote and not entered(agreement, by):
            raise PermissionDenied(_("Only those who wrote in it call a record back."))
        before = agreement.editorial_state
        if before not in after:
            raise Refused.at(
                "/editorial_state",
                "state_does_not_allow_it",
                _("The record is “%(state)s”: that cannot be done from there.")
                % {"state": agreement.get_editorial_state_display()},
            )
        if wrote and before == _State.IN_REVIEW and verb in _DECISIONS:
            raise Refused.at("", "author_reviews", _("Somebody who did not write in a record decides on it."))
        if seen is not None and seen != agreement.version:
            raise Refused.at(
                "/version", "changed_meanwhile", _("The record has changed since you read it: read it again.")
            )
        if to == _State.PUBLISHED and (faults := proof.missing(agreement)):
            raise Refused(faults)
        agreement.editorial_state = to
        agreement.reviewed_by_id = by.account_id if to == _State.PUBLISHED else agreement.reviewed_by_id
        agreement.version += 1
        agreement.save(update_fields=["editorial_state", "reviewed_by", "version"])
        trail.record(verb, agreement, by=by, reason=reason, changes={"editorial_state": (before, to)})
    return agreement
