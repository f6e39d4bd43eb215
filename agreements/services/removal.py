"""Takes away a record that was never published. What was once shown is withdrawn instead."""

from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db.models import ProtectedError
from django.utils.translation import gettext as _

from agreements.models import Agreement
from agreements.queries.waiting import entered
from agreements.services.revise import PARTS
from audit import revision
from audit.models import AuditEvent
from audit.trail import Actor, one_write
from lib.problems import Refused
from organizations.permissions import Permission
from organizations.services import demand

NOT_A_DRAFT = "not_a_draft"


def remove_draft(agreement_id: UUID, *, reason: str = "", by: Actor) -> None:
    """Remove a draft with all its parts: those who entered it, or an editor. Its sources stay in the registry.

    Every row keeps its last version in the registry's memory. Raises PermissionDenied, or Refused where the record is
    no draft, was published before, or others lean on it.
    """
    demand(by, Permission.REGISTER)
    with one_write():
        agreement = Agreement.objects.select_for_update(of=("self",)).get(pk=agreement_id)
        if not entered(agreement, by) and not by.may(Permission.EDIT):
            raise PermissionDenied(_("Only those who entered it or an editor removes a draft."))
        if agreement.editorial_state != Agreement.EditorialState.DRAFT:
            raise Refused.at(
                "/editorial_state",
                NOT_A_DRAFT,
                _("The record is “%(state)s”: a draft is removed, a published record is withdrawn.")
                % {"state": agreement.get_editorial_state_display()},
            )
        if was_published(agreement):
            raise Refused.at(
                "/editorial_state",
                NOT_A_DRAFT,
                _("The record was published before: it is not removed any more."),
            )
        take_out(agreement, reason=reason, by=by)


def take_out(agreement: Agreement, *, reason: str = "", by: Actor) -> None:
    """Take the row out with all its parts, in whatever state; whether one may, the caller has asked.

    Raises Refused where other records lean on it.
    """
    with one_write():
        _take_parts_away(agreement)
        revision.remove(agreement, reason=reason, by=by)


def _take_parts_away(agreement: Agreement) -> None:
    """One kind after the other, as they lean on each other: together they would protect each other."""
    for model, way in reversed(PARTS.items()):
        try:
            model.objects.filter(**{way: agreement}).delete()
        except ProtectedError as error:
            leaning = ", ".join(sorted({str(each._meta.verbose_name) for each in error.protected_objects}))
            raise Refused.at(
                "",
                "still_leaned_on",
                _("Other records lean on this one (%(kinds)s): remove or change them first.")
                % {"kinds": leaning},
            ) from error


def was_published(agreement: Agreement) -> bool:
    """Whether readers ever saw the record."""
    shown = AuditEvent.objects.filter(chain=agreement.pk, verb="agreement.published")
    return agreement.restored_by != "" or shown.exists()
