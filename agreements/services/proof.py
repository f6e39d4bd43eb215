"""Proof or a name: nothing is published that neither a quote proves nor an editor signed for."""

from uuid import UUID

from django.db.models import F, Model
from django.utils import timezone
from django.utils.translation import gettext as _

from agreements.models import Agreement, WithoutSource
from agreements.queries import proof
from audit import trail
from audit.trail import Actor, one_write
from lib.problems import Fault, Refused
from organizations.permissions import Permission
from organizations.services import demand

CODE = "without_proof"
"""The fault of a fact that has neither a quote nor a signature."""


def without_proof(pointer: str) -> Fault:
    """The fault of the fact at `pointer`: what it lacks, and what can be done."""
    return Fault(
        pointer,
        CODE,
        _("No quote proves this. Cite the words that say so, or have an editor enter it without source."),
    )


def missing(agreement: Agreement) -> list[Fault]:
    """One fault for each fact that keeps `agreement` from being published, in the order of its dossier."""
    found = proof.unproved(agreement.pk)
    return [without_proof(pointer) for pointer in proof.pointers(agreement.pk, found).values()]


def signable(reason: str, *, is_bare: bool) -> str:
    """The reason for which a fact is signed. Raises Refused without one, and where the fact has its proof already."""
    if not reason.strip():
        raise Refused.at("/reason", "reason_missing", _("Say why this is entered without source."))
    if not is_bare:
        raise Refused.at(
            "/fact", "proved_already", _("This needs no signature: it has a quote, or is signed for already.")
        )
    return reason.strip()


def sign(
    agreement_id: UUID, *, fact: UUID | None = None, about: str = "", reason: str, by: Actor
) -> WithoutSource:
    """Enter a fact without source, by name: a part of the agreement by its key, or a fact of it itself (`about`).

    Raises PermissionDenied, DoesNotExist, or Refused: without a reason, for a fact that is not told, for one that has
    a quote or is signed for already.
    """
    demand(by, Permission.EDIT)
    with one_write():
        agreement = Agreement.objects.visible_to(by).select_for_update(of=("self",)).get(pk=agreement_id)
        column, row = _fact(agreement, fact, about)
        bare = proof.unproved(agreement.pk)
        is_bare = any((each.about == about) if about else (each.key == fact) for each in bare)
        signature = WithoutSource(
            agreement=agreement,
            about=about,
            reason=signable(reason, is_bare=is_bare),
            signed_by=by.audit_label(),
            signed_at=timezone.now(),
            **({column: row} if row else {}),
        )
        signature.save(force_insert=True)
        _told(signature, "fact.signed_without_source", (None, signature.reason), by=by)
    return signature


def take_back(signature_id: UUID, *, by: Actor) -> None:
    """Take a signature away. Raises Refused where the fact is published and would have no proof then."""
    demand(by, Permission.EDIT)
    with one_write():
        readable = Agreement.objects.visible_to(by)
        # The record first, as `sign` does: it must not be published between the question and the deed.
        of = WithoutSource.objects.filter(pk=signature_id, agreement__in=readable).values("agreement")
        agreement = Agreement.objects.select_for_update(of=("self",)).filter(pk__in=of).first()
        signature = WithoutSource.objects.select_for_update(of=("self",)).get(
            pk=signature_id, agreement=agreement
        )
        before = set(proof.unproved(agreement.pk))
        _told(signature, "fact.signature_taken_back", (signature.reason, None), by=by)
        signature.delete()
        is_published = agreement.editorial_state == Agreement.EditorialState.PUBLISHED
        if is_published and set(proof.unproved(agreement.pk)) - before:
            raise Refused.at(
                "",
                CODE,
                _(
                    "This is published, and nothing else stands for it: cite the source in a correction first."
                ),
            )


def _fact(agreement: Agreement, fact: UUID | None, about: str) -> tuple[str, Model | None]:
    """The column and the row of the one fact meant; Refused where there is none."""
    if about in proof.TOLD and fact is None and proof.TOLD[about](agreement):
        return "", None
    for column, model, _order in proof.MEMBERS.values() if fact and not about else ():
        if row := model.objects.filter(pk=fact, agreement=agreement).first():
            return column, row
    raise Refused.at("/fact", "points_nowhere", _("The record tells no such fact."))


def _told(signature: WithoutSource, verb: str, reason: tuple, *, by: Actor) -> None:
    Agreement.objects.filter(pk=signature.agreement_id).update(version=F("version") + 1)
    fact = signature.fact
    trail.record(
        verb,
        signature,
        by=by,
        chain=signature.agreement_id,
        changes={"fact": (None, signature.about or f"{fact._meta.model_name} {fact.pk}"), "reason": reason},
    )
