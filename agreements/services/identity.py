"""Sets a record aside as a duplicate of another, and brings it back; states that two which look alike are two.

Nothing moves: two dossiers of one agreement have proof of their own, and putting them together is editing, not merging.
"""

from collections.abc import Iterator
from uuid import UUID

from django.utils.translation import gettext as _

from agreements.models import Agreement, DistinctAgreements
from agreements.queries.duplicates import stands_for
from audit import trail
from audit.trail import Actor, one_write
from lib.problems import Fault, Refused
from organizations.permissions import Permission
from organizations.queries.identity import pair_of
from organizations.services import demand
from organizations.services.identity import state_pair, take_pair_back


def set_aside(agreement_id: UUID, *, duplicate_of: UUID, reason: str, by: Actor) -> Agreement:
    """Show the other record instead of this one, whose address leads there from now on.

    Where the other is itself a duplicate, the one that is shown for it is meant. Duplicates of this one lead on through
    it. Raises Refused with what stands in the way. A published record is taken from its readers: that needs REVIEW, as
    withdrawing it does.
    """
    demand(by, Permission.EDIT)
    if not reason.strip():
        raise Refused.at("/reason", "reason_missing", _("Say why: how do you know that the two are one?"))
    with one_write():
        row, kept = _locked(agreement_id, duplicate_of)
        kept = stands_for(kept)
        if found := list(faults(row, kept, by=by)):
            raise Refused(found)
        _point(row, kept, reason=reason, by=by)
        trail.record(
            "agreement.has_duplicate", kept, by=by, reason=reason, changes={"duplicate": (None, row.pk)}
        )
    return row


def faults(row: Agreement, kept: Agreement, *, by: Actor) -> Iterator[Fault]:
    """What stands in the way of setting `row` aside as a duplicate of `kept`, each in words."""
    if row == stands_for(kept):
        yield Fault("/duplicate_of", "same_record", _("This is one and the same record."))
    if row.duplicate_of_id is not None:
        yield Fault("", "duplicate_already", _("This record is set aside already."))
    if pair_of(DistinctAgreements, row.pk, kept.pk):
        yield Fault(
            "",
            "told_apart",
            _("Somebody stated that these two are not the same. Take that back first, if it was wrong."),
        )
    if row.editorial_state == Agreement.EditorialState.PUBLISHED and not by.may(Permission.REVIEW):
        yield Fault(
            "", "published", _("%(code)s is published: a reviewer sets it aside.") % {"code": row.code}
        )


def bring_back(agreement_id: UUID, *, reason: str = "", by: Actor) -> Agreement:
    """Show a duplicate again as a record of its own, in the state it was in. Raises Refused when it is none."""
    demand(by, Permission.EDIT)
    with one_write():
        row = Agreement.objects.select_for_update(of=("self",)).get(pk=agreement_id)
        if row.editorial_state == Agreement.EditorialState.PUBLISHED:
            demand(by, Permission.REVIEW)
        if row.duplicate_of_id is None:
            raise Refused.at("", "no_duplicate", _("This record is not set aside."))
        _point(row, None, reason=reason, by=by)
    return row


def tell_apart(one: Agreement, other: Agreement, *, reason: str = "", by: Actor) -> DistinctAgreements:
    """State that two agreements are not the same: nobody is warned of them again. Twice writes nothing."""
    demand(by, Permission.EDIT)
    return state_pair(DistinctAgreements, one, other, reason=reason, by=by)


def tell_apart_no_longer(one: Agreement, other: Agreement, *, reason: str = "", by: Actor) -> None:
    """Take back that two agreements are not the same; twice writes nothing."""
    demand(by, Permission.EDIT)
    take_pair_back(DistinctAgreements, one, other, reason=reason, by=by)


def _locked(one: UUID, other: UUID) -> tuple[Agreement, Agreement]:
    rows = Agreement.objects.select_for_update(of=("self",)).filter(pk__in=[one, other]).order_by("pk")
    found = {each.pk: each for each in rows}
    return found[one], found[other]


def _point(row: Agreement, kept: Agreement | None, *, reason: str, by: Actor) -> None:
    before, row.duplicate_of = row.duplicate_of_id, kept
    row.version += 1
    row.save(update_fields=["duplicate_of", "version"])
    trail.record(
        "agreement.set_aside" if kept else "agreement.brought_back",
        row,
        by=by,
        reason=reason,
        changes={"duplicate_of": (before, kept and kept.pk)},
    )
