"""What readers keep for their own work: views they save, agreements they follow, days to ask again.

All of it is private, to a reader or to those who act for the same organization: each record is its own history, told
in nobody else's. None of it is a fact of the agreement: its version does not move.
"""

from contextlib import contextmanager
from datetime import date
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from agreements.models import Agreement, Commitment, Follow, FollowUp, SavedView
from audit import revision, trail
from audit.trail import Actor, one_write
from lib.problems import Fault, Refused
from organizations.permissions import Permission
from organizations.services import demand, set_digest

__all__ = [
    "finish_follow_up",
    "follow",
    "remove_follow_up",
    "remove_view",
    "rename_view",
    "reopen_follow_up",
    "save_view",
    "set_digest",
    "set_follow_up",
    "unfollow",
]


def _demand_desk(by: Actor) -> None:
    """Only people have a desk: partner systems act without one."""
    demand(by, Permission.DESK)
    if by.account_id is None:
        raise PermissionDenied(_("Only a person with an account keeps a desk."))


@contextmanager
def _refusing():
    """Faults of a record as every door of the desk tells them: each at its field."""
    try:
        yield
    except ValidationError as error:
        raise Refused(
            [
                Fault("" if name == "__all__" else f"/{name}", each.code or "invalid", message)
                for name, errors in error.error_dict.items()
                for each in errors
                for message in each.messages
            ]
        ) from error


def follow(agreement_id: UUID, *, by: Actor) -> Follow:
    """Follow an agreement; following twice writes nothing. Raises DoesNotExist when `by` may not read it."""
    _demand_desk(by)
    agreement = Agreement.objects.visible_to(by).get(pk=agreement_id)
    with one_write():
        row, is_new = Follow.objects.get_or_create(user_id=by.account_id, agreement=agreement)
        if is_new:
            trail.record("follow.began", row, by=by, changes={"agreement": (None, agreement.pk)})
    return row


def unfollow(agreement_id: UUID, *, by: Actor) -> None:
    """Follow an agreement no longer, even one that `by` may not read any more; twice writes nothing."""
    _demand_desk(by)
    with one_write():
        row = Follow.objects.select_for_update().filter(user=by.account_id, agreement=agreement_id).first()
        if row is not None:
            trail.record("follow.ended", row, by=by, changes={"agreement": (row.agreement_id, None)})
            row.delete()


def save_view(*, name: str, query: str, shared: bool, by: Actor) -> SavedView:
    """Keep a list under a name; a view of one's own that has it already is replaced.

    `query` is what stands after the ? of its address. Raises Refused at /name.
    """
    _demand_desk(by)
    with one_write(), _refusing():
        name = name.strip()
        row = SavedView.objects.filter(owner=by.account_id, name=name).first()
        row = row or SavedView(owner_id=by.account_id, name=name)
        row.query, row.shared = query, shared
        return revision.store(row, by=by)


def rename_view(view_id: UUID, *, name: str, by: Actor) -> SavedView:
    """Give a view of one's own another name. Raises Refused at /name, or when one's other view has it."""
    with one_write(), _refusing():
        row = _own_view(view_id, by)
        row.name = name.strip()
        return revision.store(row, by=by)


def remove_view(view_id: UUID, *, by: Actor) -> None:
    """Remove a view of one's own: PermissionDenied for a colleague's, DoesNotExist for what `by` may not see."""
    with one_write():
        revision.remove(_own_view(view_id, by), by=by)


def _own_view(view_id: UUID, by: Actor) -> SavedView:
    _demand_desk(by)
    row = SavedView.objects.visible_to(by).get(pk=view_id)
    if row.owner_id != by.account_id:
        raise PermissionDenied(_("This view is a colleague's: only its owner changes it."))
    return row


def set_follow_up(
    *, agreement_id: UUID, commitment_id: UUID | None = None, on: date, note: str = "", by: Actor
) -> FollowUp:
    """Remind oneself and one's colleagues to ask again on the day `on`: today or later.

    Raises DoesNotExist when `by` may not read the agreement, Refused at /on, /note or /commitment.
    """
    _demand_desk(by)
    agreement = Agreement.objects.visible_to(by).get(pk=agreement_id)
    if on < timezone.localdate():
        raise Refused.at(
            "/on", "day_has_passed", _("This day has passed: choose today or a day still to come.")
        )
    commitment = None
    if commitment_id is not None:
        commitment = Commitment.objects.filter(pk=commitment_id, agreement=agreement).first()
        if commitment is None:
            raise Refused.at("/commitment", "points_nowhere", _("This agreement has no such commitment."))
    row = FollowUp(
        agreement=agreement,
        commitment=commitment,
        organization_id=by.organization_id,
        on=on,
        note=note.strip(),
        set_by_id=by.account_id,
    )
    with _refusing():
        return revision.store(row, by=by, verb="follow_up.set")


def finish_follow_up(follow_up_id: UUID, *, outcome: str = "", by: Actor) -> FollowUp:
    """Tick a follow-up off, with what was learned. Raises Refused when somebody has done so already."""
    with one_write(), _refusing():
        row = _our_follow_up(follow_up_id, by)
        if row.done_at is not None:
            raise Refused.at("", "already_done", _("This follow-up is already done."))
        row.done_at = timezone.now()
        row.outcome = outcome.strip()
        return revision.store(row, by=by, verb="follow_up.done")


def reopen_follow_up(follow_up_id: UUID, *, by: Actor) -> FollowUp:
    """Undo `finish_follow_up`: the follow-up is to be done again, what was learned is taken back."""
    with one_write(), _refusing():
        row = _our_follow_up(follow_up_id, by)
        row.done_at, row.outcome = None, ""
        return revision.store(row, by=by, verb="follow_up.reopened")


def remove_follow_up(follow_up_id: UUID, *, by: Actor) -> None:
    """Remove a follow-up of one's organization, set by oneself or a colleague."""
    with one_write():
        row = _our_follow_up(follow_up_id, by)
        revision.remove(row, by=by)


def _our_follow_up(follow_up_id: UUID, by: Actor) -> FollowUp:
    """The follow-up, locked. Raises DoesNotExist when it is another organization's."""
    _demand_desk(by)
    return FollowUp.objects.visible_to(by).select_for_update(of=("self",)).get(pk=follow_up_id)
