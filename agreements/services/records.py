"""Changes one record of this room, and counts the agreement's version up with it."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import models
from django.db.models import F

from agreements.models import (
    Agreement,
    AgreementKind,
    Citation,
    CommitmentKind,
    PartyRole,
    TargetGroup,
    Theme,
    WithoutSource,
)
from agreements.queries import proof
from agreements.services.proof import without_proof
from audit import revision
from audit.trail import Actor, one_write
from lib.problems import Refused
from organizations.permissions import Permission
from organizations.services import demand

VOCABULARIES = (AgreementKind, CommitmentKind, PartyRole, TargetGroup, Theme)
# How a record that has no column `agreement` belongs to one.
_THROUGH = {
    "signatory": "party",
    "objectivegroup": "objective",
    "commitmentdebtor": "commitment",
    "commitmentbeneficiary": "commitment",
    "advantagebeneficiary": "advantage",
    "reading": "question",
}


def agreement_of(instance: models.Model) -> Agreement | None:
    """The agreement a record belongs to; None for sources, programmes and vocabularies."""
    if isinstance(instance, Agreement):
        return instance
    if through := _THROUGH.get(instance._meta.model_name):
        return getattr(instance, through).agreement
    return getattr(instance, "agreement", None)


def _permission(instance: models.Model) -> Permission:
    return Permission.VOCABULARY_EDIT if isinstance(instance, VOCABULARIES) else Permission.EDIT


def store(instance: models.Model, *, by: Actor) -> models.Model:
    """Create or change one record, as the administration does; its agreement's version counts up.

    Raises ValidationError at the fields that break a rule, Refused when the database refuses. An unchanged record
    writes nothing.
    """
    demand(by, _permission(instance))
    agreement = agreement_of(instance)
    with one_write(), _keeping_proof(instance, agreement):
        if agreement is None:
            return revision.store(instance, by=by)
        if isinstance(instance, Agreement):
            before = Agreement.objects.get(pk=instance.pk)
            if revision.columns(before) == revision.columns(instance):
                return instance
            instance.version = before.version + 1
            return revision.store(instance, by=by)
        adding = instance._state.adding
        if not adding and revision.columns(
            type(instance)._base_manager.get(pk=instance.pk)
        ) == revision.columns(instance):
            return instance
        _count_up(agreement)
        return revision.store(instance, by=by, chain=agreement.pk)


def remove(instance: models.Model, *, by: Actor, reason: str = "") -> None:
    """Remove one record. A published agreement is withdrawn, not removed. Raises Refused when others lean on it."""
    demand(by, _permission(instance))
    agreement = agreement_of(instance)
    with one_write(), _keeping_proof(instance, agreement):
        if agreement is not None and not isinstance(instance, Agreement):
            _count_up(agreement)
        revision.remove(instance, by=by, chain=agreement.pk if agreement else None, reason=reason)


@contextmanager
def _keeping_proof(instance: models.Model, agreement: Agreement | None) -> Iterator[None]:
    """What proves a published fact is not taken from it. Raises Refused."""
    if not isinstance(instance, Citation | WithoutSource) or agreement is None:
        yield
        return
    is_published = agreement.editorial_state == Agreement.EditorialState.PUBLISHED
    before = set(proof.unproved(agreement.pk)) if is_published else set()
    yield
    if is_published and set(proof.unproved(agreement.pk)) - before:
        raise Refused([without_proof("")])


def _count_up(agreement: Agreement) -> None:
    Agreement.objects.filter(pk=agreement.pk).update(version=F("version") + 1)
