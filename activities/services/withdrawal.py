"""Takes back activities."""

from datetime import date
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from activities import queries
from activities.models import Activity
from activities.services.report import own
from audit import revision, trail
from audit.models import AuditEvent
from audit.trail import Actor, one_write
from lib.problems import Refused
from organizations.permissions import Permission
from organizations.services import demand


def withdraw_activity(activity_id: UUID, *, reason: str = "", on: date, by: Actor) -> Activity | None:
    """Take an activity back: removed on the day it was reported, cancelled after it.

    On the day itself its reporter's own side takes it out again as the slip it was: nobody has built on it yet, and
    the event keeps what it said. From the next day on, and to anybody else at any time, others may have read it,
    counted it and quoted it: it then stays, marked as cancelled, with the reason. Returns None when it was removed.

    Raises Activity.DoesNotExist for one that `by` may not read; PermissionDenied unless `by` acts for an organizer
    or may edit the registry; Refused without a reason for a cancellation, or when it is cancelled already.
    """
    demand(by, Permission.ACTIVITY_REPORT)
    with one_write():
        activity = own(activity_id, by=by)
        if is_fresh(activity, on=on, by=by):
            _remove(activity, reason=reason, by=by)
            return None
        if activity.status == Activity.Status.CANCELLED:
            raise Refused.at("", "already_cancelled", _("This activity is already cancelled."))
        if not reason.strip():
            raise Refused.at("/reason", "reason_missing", _("Say why it is cancelled."))
        old, activity.status = activity.status, Activity.Status.CANCELLED
        activity.save(update_fields=["status"])
        trail.record(
            "activity.cancelled",
            activity,
            by=by,
            reason=reason.strip(),
            changes={"status": (old, activity.status)},
        )
    return activity


def is_fresh(activity: Activity, *, on: date, by: Actor) -> bool:
    """Whether `by`, or its organization, reported the activity on the day `on`."""
    event = AuditEvent.objects.filter(chain=activity.pk, verb="activity.reported").first()
    if event is None or timezone.localdate(event.at) != on:
        return False
    colleagues = by.organization_id is not None and event.organization_id == by.organization_id
    return colleagues or event.actor_id == by.audit_id()


def _remove(activity: Activity, *, reason: str, by: Actor) -> None:
    files = [each.file for each in activity.evidence.all()]
    trail.record(
        "activity.withdrawn",
        activity,
        by=by,
        reason=reason.strip(),
        changes={column: (value, None) for column, value in revision.columns(activity).items()}
        | {name: (rows, None) for name, rows in queries.belongings(activity).items()},
    )
    activity.delete()

    def clear() -> None:
        for each in files:
            each.storage.delete(each.name)

    transaction.on_commit(clear)
