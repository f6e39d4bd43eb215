"""Stores one record with its event: what a form in the administration does to any table."""

from typing import Any
from uuid import UUID

from django.db import models
from django.db.models import ProtectedError
from django.utils.translation import gettext as _

from audit import trail
from audit.trail import Actor, one_write
from lib.problems import Refused


def columns(instance: models.Model) -> dict[str, Any]:
    """The stored values of a record by column, keys of other records as they are stored."""
    return {field.attname: getattr(instance, field.attname) for field in instance._meta.concrete_fields}


def store(
    instance: models.Model,
    *,
    by: Actor,
    chain: UUID | None = None,
    verb: str = "",
    silent: frozenset[str] = frozenset(),
) -> models.Model:
    """Create or change `instance`; the event names each column that moved, except `silent` ones.

    Raises ValidationError at the fields that break a rule. An unchanged record writes nothing.
    """
    name = instance._meta.model_name
    with one_write():
        before = (
            None
            if instance._state.adding
            else type(instance)._base_manager.select_for_update(of=("self",)).get(pk=instance.pk)
        )
        old = columns(before) if before else {}
        moved = {
            column: (old.get(column), value)
            for column, value in columns(instance).items()
            if column not in silent and (before is None or old[column] != value)
        }
        if before is not None and not moved and all(old[c] == getattr(instance, c) for c in silent):
            return instance
        instance.full_clean()
        instance.save()
        trail.record(
            verb or f"{name}.{'changed' if before else 'created'}",
            instance,
            by=by,
            chain=chain,
            changes=moved,
        )
    return instance


def remove(instance: models.Model, *, by: Actor, chain: UUID | None = None, reason: str = "") -> None:
    """Remove `instance`; the event keeps what it held. Raises Refused when another record leans on it."""
    with one_write():
        trail.record(
            f"{instance._meta.model_name}.removed",
            instance,
            by=by,
            chain=chain,
            reason=reason,
            changes={column: (value, None) for column, value in columns(instance).items()},
        )
        try:
            instance.delete()
        except ProtectedError as error:  # an IntegrityError to Django, and told better than one
            leaning = ", ".join(sorted({str(each._meta.verbose_name) for each in error.protected_objects}))
            raise Refused.at(
                "",
                "still_leaned_on",
                _("Other records lean on this one (%(kinds)s): remove or change them first.")
                % {"kinds": leaning},
            ) from error
