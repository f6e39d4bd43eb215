"""Agreements and parts of them that were taken away: told to who could have read them, and to nobody else."""

from typing import Any

from django.db import models

from agreements.models import Agreement, Signatory
from audit import versions
from audit.past import Moment, as_known
from audit.trail import Actor
from audit.versions import Tombstone


def gone(model: type[models.Model], key: Any, *, actor: Actor) -> dict[str, str] | None:
    """What the problem `gone` tells of the row `key` of `model`, an agreement or a part; None for all others.

    Asked as of the moment before it went: what `actor` could not read then was never there for it.
    """
    stone = versions.tombstone(model, key)
    if stone is None or not _could_read(stone, model, actor):
        return None
    return {"type": model._meta.model_name} | stone.as_json()


def _could_read(stone: Tombstone, model: type[models.Model], actor: Actor) -> bool:
    with as_known(Moment(stone.at, before=stone.version.pk)):
        readable = Agreement.objects.visible_to(actor)
        if model is Agreement:
            return readable.filter(pk=stone.id).exists()
        if model is Signatory:
            return readable.filter(parties=stone.row["party_id"]).exists()
        return readable.filter(pk=stone.row["agreement_id"]).exists()
