"""Moves a record from draft to published and back. The reviewer is never the author."""

from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from agreements.models import Agreement
from audit import trail
from audit.trail import Actor, one_write
from lib.problems import Refused
from organizations.permissions import Permission
from organizations.services import demand

_State = Agreement.EditorialState


def submit(agreement_id: UUID, *, by: Actor) -> Agreement:
    """Ask for review: its author, the organization it was entered for, or whoever may edit."""
    return _move(agreement_id, to=_State.IN_REVIEW, after=(_State.DRAFT,), verb="agreement.submitted", by=by)


def send_back(agreement_id: UUID, *, reason: str, by: Actor) -> Agreement:
    """Give a record in review, or a withdrawn one, back to its author, with the reason."""
    demand(by, Permission.REVIEW)
    _demand_reason(reason)
    return _move(
        agreement_id,
        to=_State.DRAFT,
        after=(_State.IN_REVIEW, _State.WITHDRAWN),
        verb="agreement.sent_back",
        reason=reason,
        by=by,
    )


def publish(agreement_id: UUID, *, by: Actor) -> Agreement:
    """Publish a record in review. Raises Refused when `by` entered it, or when it has fewer than two parties."""
    demand(by, Permission.REVIEW)
    return _move(
        agreement_id, to=_State.PUBLISHED, after=(_State.IN_REVIEW,), verb="agreement.published", by=by
    )


def withdraw(agreement_id: UUID, *, reason: str, by: Actor) -> Agreement:
    """Take a published record back, with the reason. It stays in the registry, for its editors."""
    demand(by, Permission.REVIEW)
    _demand_reason(reason)
    return _move(
        agreement_id,
        to=_State.WITHDRAWN,
        after=(_State.PUBLISHED,),
        verb="agreement.withdrawn",
        reason=reason,
        by=by,
    )


def entered(agreement: Agreement, by: Actor) -> bool:
    """Did `by`, or somebody of its organization, enter the record? Nobody is not nobody's equal."""
    mine = agreement.registered_by_id is not None and agreement.registered_by_id == by.account_id
    ours = agreement.registered_for_id is not None and agreement.registered_for_id == by.organization_id
    return mine or ours


def _demand_reason(reason: str) -> None:
    if not reason.strip():
        raise Refused.at("/reason", "reason_missing", _("Say why: the author will read it."))


def _move(
    agreement_id: UUID, *, to: str, after: tuple[str, ...], verb: str, by: Actor, reason: str = ""
) -> Agreement:
    with one_write():
        agreement = Agreement.objects.select_for_update(of=("self",)).get(pk=agreement_id)
        if to == _State.IN_REVIEW and not by.may(Permission.EDIT) and not entered(agreement, by):
            raise PermissionDenied(_("Only those who entered it or an editor submits a draft."))
        before = agreement.editorial_state
        if before not in after:
            raise Refused.at(
                "/editorial_state",
                "state_does_not_allow_it",
                _("The record is “%(state)s”: that cannot be done from there.")
                % {"state": agreement.get_editorial_state_display()},
            )
        if (
            to == _State.PUBLISHED
            and by.account_id is not None
            and by.account_id == agreement.registered_by_id
        ):
            raise Refused.at(
                "", "author_reviews", _("Somebody other than its author publishes an agreement.")
            )
        agreement.editorial_state = to
        agreement.reviewed_by_id = by.account_id if to == _State.PUBLISHED else agreement.reviewed_by_id
        agreement.version += 1
        agreement.save(update_fields=["editorial_state", "reviewed_by", "version"])
        trail.record(verb, agreement, by=by, reason=reason, changes={"editorial_state": (before, to)})
    return agreement
