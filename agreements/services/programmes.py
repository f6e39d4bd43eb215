"""Enters, changes and removes programmes as whole documents: one write, one event."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from agreements.models import Programme
from agreements.queries.dossier import read_programme
from agreements.shapes import ProgrammeShape
from audit import trail
from audit.trail import Actor, one_write
from lib import languages
from lib.holding import hold
from lib.problems import Fault, Problem
from lib.shapes import checked
from lib.writing import protected
from organizations.permissions import Permission
from organizations.queries.leaning import leaned_on, leaning
from organizations.services import demand

_SAID = ("slug", "source_language", "names", "short_names")


def register_programme(document: Mapping[str, Any], *, by: Actor) -> Programme:
    """Enter a programme; `document` is a ProgrammeShape without proof.

    Raises PermissionDenied, Refused with every fault, or Problem where another has its short address.
    """
    demand(by, Permission.EDIT)
    content = checked(ProgrammeShape, document)
    with one_write():
        row = Programme(**({"id": content["id"]} if content.get("id") and by.may(Permission.RESTORE) else {}))
        _write(row, content)
        row.save(force_insert=True)
        trail.record("programme.registered", row, by=by, changes={"names": (None, content["names"])})
    return row


def change_programme(key: UUID, document: Mapping[str, Any], *, reason: str = "", by: Actor) -> Programme:
    """Let the programme read as `document`. An unchanged one writes nothing. Raises as `register_programme` does."""
    demand(by, Permission.EDIT)
    content = checked(ProgrammeShape, document)
    with one_write():
        row = Programme.objects.select_for_update(of=("self",)).get(pk=key)
        before = read_programme(row)
        _write(row, content)
        after = read_programme(row)
        if moved := {name: (before[name], after[name]) for name in _SAID if before[name] != after[name]}:
            row.save()
            trail.record("programme.changed", row, by=by, reason=reason, changes=moved)
    return row


def remove_programme(key: UUID, *, reason: str = "", by: Actor) -> None:
    """Take a programme out. Raises PermissionDenied, or Problem with the agreements that are placed under it."""
    demand(by, Permission.EDIT)
    with one_write():
        row = Programme.objects.select_for_update(of=("self",)).get(pk=key)
        if leaned_on(row):
            raise protected("", leaning(row, actor=by))
        told = read_programme(row)
        changes = {name: (told[name], None) for name in _SAID}
        trail.record("programme.removed", row, by=by, reason=reason, changes=changes)
        row.delete()


def _write(row: Programme, content: Mapping[str, Any]) -> None:
    """Raise Problem where another programme has the short address. Of two who ask at once one waits."""
    hold(f"programmes.slug:{content['slug']}")
    if Programme.objects.filter(slug=content["slug"]).exclude(pk=row.pk).exists():
        fault = Fault("/slug", "taken", _("Another programme has this short address."))
        raise Problem("conflict", faults=[fault])
    row.slug, row.source_language = content["slug"], content["source_language"]
    languages.assign(row, "name", content["names"])
    languages.assign(row, "short_name", content["short_names"])
