"""Writes the terms of vocabularies, whichever room they belong to. A term is retired, never removed."""

from collections.abc import Mapping

from django.core.exceptions import ValidationError

from audit import revision
from audit.trail import Actor
from lib import languages
from lib.problems import Fault, Refused
from lib.terms import Term
from organizations.permissions import Permission
from organizations.services.records import demand


def put_term(
    kind: type[Term], code: str, *, labels: Mapping[str, str], position: int, retired: bool, by: Actor
) -> Term:
    """Let the term read so; it is made where there is none. An unchanged one writes nothing.

    Raises PermissionDenied, or Refused with the members that break a rule.
    """
    demand(by, Permission.VOCABULARY_EDIT)
    term = kind.objects.filter(code=code).first() or kind(code=code)
    languages.assign(term, "label", labels)
    term.position, term.retired = position, retired
    try:
        return revision.store(term, by=by)
    except ValidationError as error:
        raise Refused(
            [
                Fault(_place(name), each.code or "invalid", message)
                for name, errors in error.error_dict.items()
                for each in errors
                for message in each.messages
            ]
        ) from error


def _place(column: str) -> str:
    name, _line, language = column.rpartition("_")
    return f"/labels/{language}" if name == "label" else f"/{column}"
