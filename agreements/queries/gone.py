"""Agreements and parts of them that were taken away: told to who could have read them, and to nobody else."""

from typing import Any

from django.db import models

from agreements.models import Agreement
from audit import versions
from audit.past import Moment, as_known
from audit.trail import Actor
from audit.versions import Tombstone


def gone(model: type[models.Model], key: Any, *, actor: Actor) -> dict[str, str] | None:
    """What the problem `gone` tells of the row `key` of `model`, an agreement or a part; None for all others.

    Asked as of the moment before it went: what `actor` could not read then was never there for it.
    """
    stone = versions.tombstone(model, key)
    if stone is None or not _could_read(stone, stone.id if model is Agreement else stone.owner, actor):
        return None
    return {"type": model._meta.model_name} | stone.as_json()


def _could_read(stone: Tombstone, agreement_id: Any, actor: Actor) -> bool:
    with as_known(Moment(stone.at, before=stone.version.pk)):
        return Agreement.objects.visible_to(actor).filter(pk=agreement_id).exists()
