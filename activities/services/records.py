"""Writes single records of this room, as the administration does."""

from django.db import models

from activities.models import (
    ActivityKind,
    ActivityOrganizer,
    EvidenceFile,
    Fulfilment,
    Participation,
    ProgressView,
)
from agreements.models import Agreement
from audit import revision
from audit.trail import Actor
from lib import uploads
from organizations.permissions import Permission
from organizations.services import demand

# Whose history a record belongs to.
_CHAIN = {
    ActivityOrganizer: "activity_id",
    Fulfilment: "activity_id",
    Participation: "activity_id",
}


def store(instance: models.Model, *, by: Actor) -> models.Model:
    """Create or change one record of this room, as the administration does; an unchanged one writes nothing.

    Raises ValidationError at the fields that break a rule.
    """
    demand(by, Permission.VOCABULARY_EDIT if isinstance(instance, ActivityKind) else Permission.EDIT)
    if isinstance(instance, EvidenceFile) and instance.file:
        instance.sha256 = uploads.digest(instance.file)
    return revision.store(instance, by=by, chain=_chain(instance))


def remove(instance: models.Model, *, by: Actor, reason: str = "") -> None:
    """Remove one record of this room. Raises Refused when another record leans on it."""
    demand(by, Permission.VOCABULARY_EDIT if isinstance(instance, ActivityKind) else Permission.EDIT)
    revision.remove(instance, by=by, chain=_chain(instance), reason=reason)


def _chain(instance: models.Model):
    if isinstance(instance, ProgressView):
        return Agreement.objects.values_list("pk", flat=True).get(commitments=instance.commitment_id)
    return getattr(instance, _CHAIN[type(instance)]) if type(instance) in _CHAIN else None
